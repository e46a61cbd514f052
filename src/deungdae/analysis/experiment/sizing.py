"""How large the experiment must be: runs, and parts in each, for the power that is asked for.

The power is that of the very analysis that will be made (`rates`), found by simulating whole
experiments of beta-binomial runs with a fixed seed; for a measured response it is exact, by the
noncentral t distribution.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from deungdae.analysis.experiment import design as designs
from deungdae.analysis.experiment.layout import Layout, lay_out
from deungdae.analysis.experiment.model import Floats, Model, build, fit, needed_effects
from deungdae.analysis.experiment.options import MEASURED, Finding, Options, Response
from deungdae.analysis.experiment.power import t_power
from deungdae.analysis.experiment.rates import counts, estimate, prepare

#: Experiments that are simulated while searching, and for the power that is reported.
SEARCHED, REPORTED = 2_000, 20_000
#: Seed of the simulated experiments: the size must not hang on the seed of the order.
_SEED = 20260901
#: Of plans that cost the same but for this share, the one with the fewest runs is taken.
_SAME_COST = 1.05
#: Runs that must stay for the rest.
LEAST_FREEDOM = 2


@dataclass(frozen=True)
class Size:
    """One plan that is large enough: replicates, runs, parts of each run, days, power, cost."""

    replicates: int
    runs: int
    parts: int
    days: int
    power: float
    cost: float


@dataclass(frozen=True)
class Task:
    """What is to be sized: the design, the findings with their letters, what is observed."""

    design: designs.Design
    findings: Sequence[tuple[Finding, tuple[str, ...]]]
    response: Response
    options: Options

    def laid_out(self, replicates: int) -> tuple[Layout, Model]:
        """Return the runs of so many replicates, and the model that will be fitted to them."""
        options = self.options
        layout = lay_out(
            self.design, replicates, options.runs_per_day, options.centre_points, options.seed
        )
        return layout, planned_model(layout, self.design, [f for _, f in self.findings])


def planned_model(
    layout: Layout, design: designs.Design, findings: Sequence[Sequence[str]]
) -> Model:
    """Return the model of a plan: blocks, main effects, then interactions where there is room."""
    mains = [designs.letters(1 << f) for f in range(design.factors)]
    wanted = [*mains, *designs.interactions(design)]
    return build(layout.coded, layout.block, wanted, [*needed_effects(findings), *mains])


def power_of(task: Task, layout: Layout, model: Model, parts: int, many: int, seed: int) -> float:
    """Return the smallest power over the findings, each active alone."""
    # In an orthogonal design, findings of one kind have one power.
    kinds = {(len(of), f.baseline, f.promised): (f, of) for f, of in reversed(task.findings)}
    return min(
        _power(task, layout, model, parts, finding, letters, many, [seed, number])
        for number, (finding, letters) in enumerate(kinds.values())
    )


def side_of(coded: Floats, letters: Sequence[str]) -> Floats:
    """Return for each run how far it is on the bad side of a finding: 1, 0, between for centres.

    A run is on the bad side when every factor of the finding is.
    """
    chosen = coded[:, [designs.LETTERS.index(letter) for letter in letters]]
    bad = (chosen > 0).all(axis=1).astype(float)
    bad[(chosen == 0).all(axis=1)] = 0.5
    return bad


def _power(
    task: Task, layout: Layout, model: Model, parts: int, finding: Finding,
    letters: tuple[str, ...], many: int, seed: list[int],
) -> float:  # fmt: skip
    options = task.options
    weights = model.finding(letters)
    if weights is None or model.freedom < LEAST_FREEDOM:
        return 0.0
    alpha = options.alpha / len(task.findings)
    if task.response.kind == MEASURED:
        contrast = weights @ fit(model.matrix, np.ones(len(layout.coded))).solve
        sd = task.response.sd or 0.0
        spread = sd * math.sqrt(options.intra_run + (1 - options.intra_run) / parts)
        shift = abs(finding.difference) / (spread * math.sqrt(float(contrast @ contrast)))
        return t_power(shift, model.freedom, alpha)
    side = side_of(layout.coded, letters)
    rates = finding.promised + finding.difference * side
    per_run = np.full(rates.size, float(parts))
    rng = np.random.default_rng(seed)
    bad = counts(rates, per_run, options.intra_run, many, rng)
    said = estimate(prepare(model.matrix, per_run, options.intra_run), weights, bad, side)
    low, high = said.interval(1 - alpha)
    right = low > 0 if finding.difference > 0 else high < 0
    return float(right.mean())


def choose(task: Task) -> tuple[Size | None, list[Size]]:
    """Return the cheapest plan with the power asked for, and all that were large enough.

    Plans are one for each number of replicates, with as few parts in a run as give the power; the
    cost is their parts, and `change_cost` parts for each run.
    """
    options = task.options
    found: list[Size] = []
    dearer = 0
    for replicates in _replicates(task):
        layout, model = task.laid_out(replicates)
        runs = len(layout.coded)
        if model.freedom < LEAST_FREEDOM and options.replicates is None:
            continue
        cheapest = min((s.cost for s in found), default=math.inf)
        parts = options.parts or _fewest(task, layout, model, _least_parts(task, runs))
        if parts is None:
            continue
        power = power_of(task, layout, model, parts, SEARCHED, _SEED)
        cost = runs * (parts + options.change_cost)
        found.append(Size(replicates, runs, parts, layout.days, power, cost))
        # The cost falls with the number of runs and then rises again.
        dearer = dearer + 1 if cost > cheapest else 0
        if dearer > 2:
            break
    if not found:
        return None, []
    least = min(s.cost for s in found)
    best = min((s for s in found if s.cost <= _SAME_COST * least), key=lambda s: s.runs)
    exact = _exactly(task, best)
    return exact, [exact if s is best else s for s in found]


def detectable(task: Task) -> dict[str, Any]:
    """Return what the largest affordable experiment would find with the power asked for.

    {"runs", "parts_per_run", "promised": [per finding]}: the response at the good level that would
    still be told from the bad one's; None where not even the complete fall would be.
    """
    options = task.options
    replicates = _replicates(task)[-1]
    layout, model = task.laid_out(replicates)
    promised: list[float | None] = []
    for finding, letters in task.findings:

        def power(share: float, one: Finding = finding, of: tuple[str, ...] = letters) -> float:
            """Power for a share of the complete fall (of ten standard deviations, if measured)."""
            full = one.baseline
            if task.response.kind == MEASURED:
                full = 10 * (task.response.sd or 0.0)
            tried = replace(one, promised=one.baseline - share * full)
            return _power(task, layout, model, options.most_parts, tried, of, SEARCHED, [_SEED, 0])

        full = finding.baseline
        if task.response.kind == MEASURED:
            full = 10 * (task.response.sd or 0.0)
        if power(1.0) < options.power:
            promised.append(None)
            continue
        low, high = 0.0, 1.0
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (low, middle) if power(middle) >= options.power else (middle, high)
        promised.append(finding.baseline - high * full)
    return {
        "runs": len(layout.coded),
        "parts_per_run": options.most_parts,
        "promised": promised,
    }


def _replicates(task: Task) -> list[int]:
    options = task.options
    if options.replicates is not None:
        return [options.replicates]
    most = max(options.most_runs // task.design.runs, 1)
    return list(range(1, most + 1))


def _least_parts(task: Task, runs: int) -> int:
    """Return fewer parts than any experiment with so many runs can do with."""
    if task.response.kind == MEASURED:
        return 1
    alpha = task.options.alpha
    z = stats.norm.isf(alpha / 2) + stats.norm.ppf(task.options.power)
    most = max(
        (f.baseline * (1 - f.baseline) + f.promised * (1 - f.promised)) / f.difference**2
        for f, _ in task.findings
    )
    return max(int(0.5 * z * z * most / (runs / 2)), 2)


def _fewest(task: Task, layout: Layout, model: Model, least: int) -> int | None:
    """Return the fewest parts in a run that give the power; None where none is affordable."""
    options = task.options

    def enough(parts: int) -> bool:
        many = SEARCHED
        return power_of(task, layout, model, parts, many, _SEED) >= options.power

    if least > options.most_parts or not enough(options.most_parts):
        return None
    low, high = least - 1, least
    while high < options.most_parts and not enough(high):
        low, high = high, min(high * 2, options.most_parts)
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _exactly(task: Task, size: Size) -> Size:
    """Return the plan with its parts settled by many more simulated experiments."""
    options = task.options
    layout, model = task.laid_out(size.replicates)

    def power(parts: int) -> float:
        return power_of(task, layout, model, parts, REPORTED, _SEED + 1)

    parts = size.parts
    if options.parts is None and task.response.kind != MEASURED:
        tried = sorted({max(2, round(size.parts * s)) for s in (0.88, 0.94, 1.0, 1.06, 1.12)})
        powers = np.clip([power(n) for n in tried], 0.001, 0.999)
        if len(tried) > 2 and powers[-1] > options.power > powers[0]:
            # The power is smooth in the number of parts; the simulated one is not.
            slope, start = np.polyfit(np.log(tried), stats.norm.ppf(powers), 1)
            parts = math.ceil(math.exp((stats.norm.ppf(options.power) - start) / slope))
            parts = min(max(parts, tried[0]), tried[-1], options.most_parts)
        else:
            reached = [n for n, p in zip(tried, powers, strict=True) if p >= options.power]
            parts = min(reached, default=tried[-1])
            parts = min(parts, options.most_parts)
    cost = size.runs * (parts + options.change_cost)
    return replace(size, parts=parts, power=power(parts), cost=cost)
