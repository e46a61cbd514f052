"""Run rules in control: how many points pass on average before the first false alarm.

Three columns stand side by side: what was published (Champ and Woodall 1987 for the Western
Electric sets; runs of coin tosses), what is computed exactly (a Markov chain over zones, with the
last value in its state where rules compare neighbours), and what the very rules of the product
give on simulated normal points, with the standard error of the simulation. The aim is that the
last is within 2 % of the published or exact value.

    python benchmarks/run_rules.py [--series N]
"""

import argparse
import math
import sys

import numpy as np

from deungdae.analysis.spc.rules import SETS, marks
from deungdae.analysis.spc.run_length import in_control
from planting import tables

#: (rules, published run length or None, source)
RULE_SETS: tuple[tuple[tuple[str, ...], float | None, str], ...] = (
    (("we1",), 370.40, "Champ & Woodall"),
    (("we2",), None, ""),
    (("we3",), None, ""),
    (("we4",), 255.0, "coin tosses: 2^8 - 1"),
    (("we1", "we2"), 225.44, "Champ & Woodall"),
    (("we1", "we3"), 166.05, "Champ & Woodall"),
    (("we1", "we4"), 152.73, "Champ & Woodall"),
    (("we1", "we2", "we3"), 132.89, "Champ & Woodall"),
    (("we1", "we2", "we4"), 122.05, "Champ & Woodall"),
    (("we1", "we3", "we4"), 105.78, "Champ & Woodall"),
    (SETS["western-electric"], 91.75, "Champ & Woodall"),
    (("n1",), 370.40, "Champ & Woodall"),
    (("n2",), 511.0, "coin tosses: 2^9 - 1"),
    (("n3",), None, ""),
    (("n4",), None, ""),
    (("n5",), None, ""),
    (("n6",), None, ""),
    (("n7",), None, ""),
    (("n8",), None, ""),
    (("n1", "n2", "n5", "n6"), None, ""),
    (("n1", "n2", "n3", "n4"), None, ""),
    (SETS["nelson"], None, ""),
)
ALLOWED = 0.02
POINTS = 2_000_000  #: simulated at once
BUDGET = 150_000_000  #: simulated for one set at most


def main(words: list[str] | None = None) -> int:
    """Print the table; return 1 if a simulated run length is farther off than allowed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=40_000, help="runs simulated for each set")
    asked = parser.parse_args(words)
    rows, failed = [], False
    for rules, published, source in RULE_SETS:
        exact = in_control(rules)
        assert exact is not None
        mean, error = simulated(rules, exact, asked.series)
        off = mean / exact - 1
        # Beyond what is allowed, and beyond what the simulation itself can be off.
        failed = failed or abs(off) > ALLOWED + 3 * error / exact
        failed = failed or (published is not None and abs(exact / published - 1) > 1e-4)
        rows.append(
            (
                " ".join(rules), "–" if published is None else f"{published:.2f}", f"{exact:.2f}",
                f"{mean:.2f} ± {error:.2f}", f"{off:+.2%}", f"{1000 / exact:.2f}", source,
            )
        )  # fmt: skip
        print(f"{' '.join(rules)} done", file=sys.stderr)
    head = ("rules", "published", "exact", "simulated", "off", "per 1,000", "source")
    print(tables.grid(head, rows))
    return int(failed)


def simulated(rules: tuple[str, ...], expected: float, series: int) -> tuple[float, float]:
    """Return the mean run length of simulated runs and its standard error.

    Each run begins anew and is watched for three times the expected length; the points watched,
    over the alarms seen, is the mean where what outlasts the watch goes on like a geometric tail.
    """
    stretch = max(60, math.ceil(expected * 3))
    series = min(series, BUDGET // stretch)
    at_once = max(1, POINTS // stretch)
    rng = np.random.default_rng(1987)
    watched, alarms, done = 0, 0, 0
    while done < series:
        count = min(at_once, series - done)
        z = rng.standard_normal(count * stretch)
        found = marks(z, rules, range(0, z.size, stretch))
        out = np.logical_or.reduce(list(found.values())).reshape(count, stretch)
        seen = out.any(axis=1)
        watched += int(np.where(seen, out.argmax(axis=1) + 1, stretch).sum())
        alarms += int(seen.sum())
        done += count
    return watched / alarms, watched / alarms / math.sqrt(alarms)


if __name__ == "__main__":
    sys.exit(main())
