"""Whether experiments are as large as they must be: `python benchmarks/experiment_power.py`.

Prints two tables. The first sets the calculators beside published tables, beside R's documented
examples, and beside statsmodels where it is installed (`--experiments 0` stops there). The second
plans experiments, draws thousands of results of each from beta-binomial runs, with the promised
effect and with none, and analyses them as `deungdae experiment analyse` does: how often the finding
is confirmed, refuted, and how often the interval holds the truth.
"""

import argparse
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from deungdae.analysis.experiment import Finding, Options, Response, judge, sizing
from deungdae.analysis.experiment import design as designs
from deungdae.analysis.experiment.power import (
    one_way,
    parts_for_h,
    parts_for_rates,
    two_means,
    two_rates_exact,
    two_rates_normal,
    values_for_means,
    values_for_one_way,
)
from deungdae.analysis.experiment.rates import counts, estimate, prepare

R_RATES, R_GROUPS, FLEISS = "R power.prop.test", "R power.anova.test", "Fleiss A.3"

#: what, ours, published, where
PUBLISHED: list[tuple[str, Callable[[], float], float, str]] = [
    ("means, d 0.2, power 0.8: n", lambda: values_for_means(0.2, 1), 393, "Cohen 2.4.1"),
    ("means, d 0.5, power 0.8: n", lambda: values_for_means(0.5, 1), 64, "Cohen 2.4.1"),
    ("means, d 0.8, power 0.8: n", lambda: values_for_means(0.8, 1), 26, "Cohen 2.4.1"),
    ("means, d 1, n 20: power", lambda: two_means(1, 1, 20), 0.8689528, "R power.t.test"),
    ("means, d 1, power 0.9: n", lambda: values_for_means(1, 1, 0.9), 22.02110, "R power.t.test"),
    ("rates, h 0.2, power 0.8: n", lambda: parts_for_h(0.2), 392, "Cohen 6.4.1"),
    ("rates, h 0.5, power 0.8: n", lambda: parts_for_h(0.5), 63, "Cohen 6.4.1"),
    ("rates, h 0.8, power 0.8: n", lambda: parts_for_h(0.8), 25, "Cohen 6.4.1"),
    ("rates 50/75 %, n 50: power", lambda: two_rates_normal(0.5, 0.75, 50), 0.7401659, R_RATES),
    ("rates 50/75 %, power 0.9: n", lambda: parts_for_rates(0.5, 0.75, 0.9), 76.7, R_RATES),
    (
        "rates 25/40 %, corrected: n",
        lambda: parts_for_rates(0.25, 0.4, corrected=True),
        165,
        FLEISS,
    ),
    ("4 groups, f 0.5, n 5: power", lambda: one_way(0.5, 4, 5), 0.3535594, R_GROUPS),
    ("4 groups, f 0.5, power 0.8: n", lambda: values_for_one_way(0.5, 4), 11.92613, R_GROUPS),
    ("3 groups, f 0.1, power 0.8: n", lambda: values_for_one_way(0.1, 3), 322, "Cohen 8.4"),
    ("3 groups, f 0.25, power 0.8: n", lambda: values_for_one_way(0.25, 3), 52, "Cohen 8.4"),
    ("3 groups, f 0.4, power 0.8: n", lambda: values_for_one_way(0.4, 3), 21, "Cohen 8.4"),
]

#: name, factors, runs of a fraction or None, baseline, promised, intra-run correlation
SCENARIOS: list[tuple[str, int, int | None, float, float, float]] = [
    ("12 % to 2 %", 1, None, 0.12, 0.02, 0.01),
    ("4 % to 1 %", 1, None, 0.04, 0.01, 0.01),
    ("4 % to 1 %, parts independent", 1, None, 0.04, 0.01, 0.0),
    ("10 % to 2 %, runs differ much", 1, None, 0.10, 0.02, 0.05),
    ("30 % to 10 %", 1, None, 0.30, 0.10, 0.02),
    ("2 % to 0.4 %", 1, None, 0.02, 0.004, 0.005),
    ("10 % to 2 %, 2 factors", 2, None, 0.10, 0.02, 0.01),
    ("10 % to 2 %, both at once", -2, None, 0.10, 0.02, 0.01),
    ("10 % to 2 %, 3 factors", 3, None, 0.10, 0.02, 0.01),
    ("10 % to 3 %, 5 factors in 16", 5, 16, 0.10, 0.03, 0.01),
]


def calculated() -> None:
    """Print the calculators beside what is published."""
    peer = _statsmodels() if find_spec("statsmodels") else {}
    print("| what | here | published | source | statsmodels |")
    print("| --- | --- | --- | --- | --- |")
    for what, ours, published, source in PUBLISHED:
        other = f"{peer[what]():.6g}" if what in peer else "–"
        print(f"| {what} | {ours():.7g} | {published} | {source} | {other} |")
    print()
    print("| parts in each group | Fisher, exact | score, exact | normal approximation |")
    print("| --- | --- | --- | --- |")
    for p1, p2, n in ((0.5, 0.1, 20), (0.04, 0.01, 500), (0.02, 0.004, 1000)):
        exact = [two_rates_exact(p1, p2, n, test=t) for t in ("fisher", "score")]
        normal = two_rates_normal(p1, p2, n)
        print(f"| {p1:.1%}/{p2:.1%}, {n} | {exact[0]:.4f} | {exact[1]:.4f} | {normal:.4f} |")
    print()


def _statsmodels() -> dict[str, Callable[[], float]]:
    peer = import_module("statsmodels.stats.power")
    t, z, f = peer.TTestIndPower(), peer.NormalIndPower(), peer.FTestAnovaPower()
    return {
        "means, d 0.2, power 0.8: n": lambda: float(t.solve_power(0.2, None, 0.05, 0.8)),
        "means, d 0.5, power 0.8: n": lambda: float(t.solve_power(0.5, None, 0.05, 0.8)),
        "means, d 0.8, power 0.8: n": lambda: float(t.solve_power(0.8, None, 0.05, 0.8)),
        "means, d 1, n 20: power": lambda: float(t.power(1.0, 20, 0.05)),
        "means, d 1, power 0.9: n": lambda: float(t.solve_power(1.0, None, 0.05, 0.9)),
        "rates, h 0.2, power 0.8: n": lambda: float(z.solve_power(0.2, None, 0.05, 0.8)),
        "rates, h 0.5, power 0.8: n": lambda: float(z.solve_power(0.5, None, 0.05, 0.8)),
        "rates, h 0.8, power 0.8: n": lambda: float(z.solve_power(0.8, None, 0.05, 0.8)),
        # statsmodels counts the values of all groups together
        "4 groups, f 0.5, n 5: power": lambda: float(f.power(0.5, 20, 0.05, 4)),
        "3 groups, f 0.25, power 0.8: n": lambda: float(
            f.solve_power(0.25, None, 0.05, 0.8, 3) / 3
        ),
    }


def simulated(experiments: int) -> None:
    """Print how experiments of the planned size end, over so many of each."""
    print(
        "| promised | runs × parts | days | planned power | confirmed | interval holds | "
        "null: confirmed | null: refuted | seconds to plan |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    worst_null, powers = 0.0, []
    for name, factors, runs, baseline, promised, intra_run in SCENARIOS:
        began = time.monotonic()
        task = planned(abs(factors), runs, baseline, promised, intra_run, at_once=factors < 0)
        size, _ = sizing.choose(task)
        took = time.monotonic() - began
        if size is None:
            print(f"| {name} | none affordable | | | | | | | {took:.1f} |")
            continue
        effect = ended(task, size, baseline, promised, experiments)
        # No effect, at the rate of today and at the rate that was promised.
        nulls = [ended(task, size, rate, rate, experiments) for rate in (baseline, promised)]
        powers.append(effect[0])
        worst_null = max(worst_null, *(n[0] for n in nulls))
        print(
            f"| {name} | {size.runs} × {size.parts} | {size.days} | {size.power:.1%} | "
            f"{effect[0]:.1%} | {effect[2]:.1%} | {nulls[0][0]:.1%}, {nulls[1][0]:.1%} | "
            f"{nulls[0][1]:.1%}, {nulls[1][1]:.1%} | {took:.1f} |"
        )
    print()
    print(
        f"confirmed {min(powers):.1%} to {max(powers):.1%} of the time at 80 % power; "
        f"without an effect at most {worst_null:.1%}"
    )


def planned(
    factors: int, runs: int | None, baseline: float, promised: float, intra_run: float,
    at_once: bool,
) -> sizing.Task:  # fmt: skip
    """Return an experiment on so many factors: each a finding, or all of them together one."""
    design = designs.factorial(factors) if runs is None else designs.fraction(factors, runs)
    letters = tuple(designs.LETTERS[:factors])
    groups = [letters] if at_once else [(letter,) for letter in letters]
    return sizing.Task(
        design,
        [(Finding(group, baseline, promised), group) for group in groups],
        Response(),
        Options(intra_run=intra_run),
    )


def ended(
    task: sizing.Task, size: sizing.Size, bad: float, good: float, experiments: int
) -> tuple[float, float, float]:
    """Return the shares of experiments confirmed, refuted, and whose interval holds the truth."""
    layout, model = task.laid_out(size.replicates)
    finding, letters = task.findings[0]
    weights = model.finding(letters)
    assert weights is not None
    side = sizing.side_of(layout.coded, letters)
    parts = np.full(side.size, float(size.parts))
    rng = np.random.default_rng(20260930)
    drawn = counts(good + (bad - good) * side, parts, task.options.intra_run, experiments, rng)
    said = estimate(prepare(model.matrix, parts, task.options.intra_run), weights, drawn, side)
    low, high = said.interval(1 - task.options.alpha / len(task.findings))
    verdicts = [judge(a, b, finding.difference)[0] for a, b in zip(low, high, strict=True)]
    holds = np.mean((low <= bad - good) & (bad - good <= high))
    shares = [
        float(np.mean([v == wanted for v in verdicts])) for wanted in ("confirmed", "refuted")
    ]
    return shares[0], shares[1], float(holds)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=10_000, help="simulated of each kind")
    options = parser.parse_args()
    calculated()
    if options.experiments:
        simulated(options.experiments)


if __name__ == "__main__":
    main()
