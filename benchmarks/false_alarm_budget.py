"""False alarms of a watch on fresh data of the same process, by how many were wanted.

Eight tags follow two causes, with noise of their own; both may be slow, and the noise may have
heavy tails. A watch of all tags together is learned from a good period of so many minutes for one
false alarm a week, and counted on 20 weeks of fresh minutes of the same process: found per wanted,
the mean over machines, the least and the most. `allowed` are the false alarms that the budget lets
one expect in the good period itself: where that is far below one, the limit lies far beyond what
was seen. `promised` is the share of watches that had enough peaks to fit a limit.

    python benchmarks/false_alarm_budget.py [--machines N]
"""

import argparse
import os
import sys
from typing import NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy.signal import lfilter  # noqa: E402

from deungdae.analysis.anomaly import alarms  # noqa: E402
from deungdae.analysis.watching import learn  # noqa: E402
from planting import tables  # noqa: E402

DAY = 1_440
WEEK = 7 * DAY
TAGS = tuple("abcdefgh")
CAUSES = 2
NOISE = 0.5
FRESH = 20 * WEEK
SETTLED = 500  #: rows before those that count, in which slow causes find their spread
LENGTHS = {"7 hours": 400, "1 day": DAY, "half a week": 5_000, "1 week": WEEK, "4 weeks": 4 * WEEK}


class Process(NamedTuple):
    """How much of a cause, and of the noise, is left a minute later; `tail`: of Student's t."""

    name: str
    causes: float
    noise: float
    tail: float | None = None


PROCESSES = (
    Process("fast", 0.5, 0.0),
    Process("slow causes", 0.95, 0.0),
    Process("slow causes, some in noise", 0.98, 0.6),
    Process("slow in all", 0.99, 0.9),
    Process("slow causes, heavy tails", 0.95, 0.3, 5.0),
)


def main(words: list[str] | None = None) -> int:
    """Learn, count, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--machines", type=int, default=8, help="of each process and length")
    asked = parser.parse_args(words)
    rows = []
    for process in PROCESSES:
        for said, length in LENGTHS.items():
            found, promised = counted(process, length, asked.machines)
            rows.append(
                (
                    process.name, said, f"{length / WEEK:.2g}", f"{np.mean(found):.1f}",
                    f"{min(found):.1f}", f"{max(found):.1f}", f"{promised:.0%}",
                )
            )  # fmt: skip
            print(f"{process.name}, {said} done", file=sys.stderr)
    head = ("process", "good period", "allowed", "found per wanted", "least", "most", "promised")
    print(tables.grid(head, rows))
    return 0


def counted(process: Process, length: int, machines: int) -> tuple[list[float], float]:
    """Return found per wanted of each machine, and the share of limits that were fitted."""
    found, fitted = [], 0
    for seed in range(machines):
        chance = np.random.default_rng(seed)
        mixed = chance.normal(size=(CAUSES, len(TAGS)))
        watch = learn("relations", made(process, length, mixed, chance), TAGS, 0, DAY, 1 / WEEK)
        scores = watch.score(made(process, FRESH, mixed, chance), 0).relations
        known = scores[np.isfinite(scores)]
        found.append(len(alarms(known, watch.limit.score)) * WEEK / len(known))
        fitted += watch.limit.fitted
    return found, fitted / machines


def made(
    process: Process, rows: int, mixed: NDArray[np.float64], chance: np.random.Generator
) -> NDArray[np.float64]:
    """Return minutes of a machine whose tags are mixed from its causes."""
    causes = slowed(chance.normal(size=(rows + SETTLED, CAUSES)), process.causes)
    size = (rows + SETTLED, len(TAGS))
    if process.tail is None:
        noise = chance.normal(size=size)
    else:
        noise = chance.standard_t(process.tail, size) / np.sqrt(process.tail / (process.tail - 2))
    return np.asarray((causes @ mixed + NOISE * slowed(noise, process.noise))[SETTLED:])


def slowed(steps: NDArray[np.float64], left: float) -> NDArray[np.float64]:
    """Return an autoregression of the first order with a variance of one."""
    return np.asarray(lfilter([np.sqrt(1 - left**2)], [1, -left], steps, axis=0))


if __name__ == "__main__":
    sys.exit(main())
