"""The operating window that a cause recommends, and what it would bring on parts it has not seen.

A cause is the region in which parts go bad; its window is everything else. What the window would
have brought is never counted on the parts that set its limits: the units are cut into five
stretches of time, and in each stretch the window is judged whose limits the four others taught.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.cleaning import DROPOUT
from deungdae.analysis.causes.measured import blocks_of
from deungdae.analysis.causes.problem import Mask, Problem
from deungdae.analysis.causes.region import Condition, region
from deungdae.analysis.causes.relearn import relearn

#: Stretches of time; each is judged by limits learnt on the others.
FOLDS = 5
#: Up to so many units, a condition must also stand out against chance where its limits are learnt.
MOST_TESTED = 20_000
#: What no person sets: the weather, the clock, wear, and who or what the parts were made of.
NOT_SET = [
    *("ambient", "outdoor", "outside", "room", "air", "humidity", "weather", "wear", "age"),
    *("elapsed", "cumulative", "idle", "downtime", "day", "weekday", "quarter", "month"),
    *("외기", "실내", "습도", "대기", "날씨", "기온", "마모", "누적", "경과", "요일", "비가동"),
]
#: Doubts with which a window would be a window on the wrong thing.
DOUBTS = frozenset({"leakage", "period", "shift", "lot", "product", "cavity"})


@dataclass(frozen=True)
class Effect:
    """What a window brings: bad share or mean today and within it, and the reduction.

    `reduction` is the share of the defects that would be avoided, or the mean that would be gained
    in the unit of the result, with its 95 % interval; above 0 is better.
    """

    today: float
    within: float
    reduction: float
    interval: tuple[float, float]


def can_be_held(name: str) -> bool:
    """Tell whether a person can set or hold what a column says, by its name."""
    if name.endswith(DROPOUT):
        return False
    return not any(
        say.names(name, vocabulary)
        for vocabulary in (NOT_SET, say.LOT, say.SHIFT, say.PERSON, say.PRODUCT)
    )


def recommend(
    problem: Problem,
    conditions: tuple[Condition, ...],
    warnings: tuple[str, ...],
    among: Mask | None,
    rng: np.random.Generator,
) -> dict[str, Any] | None:
    """Return the window of a cause as the promised JSON, None if there is nothing to hold.

    `among` are the units that earlier causes had left, on which the limits are learnt. The window
    is `recommended` if the interval of the reduction on unseen units excludes zero.
    """
    names = [problem.name_of(c) for cond in conditions for c in cond.feature.columns]
    if DOUBTS & set(warnings) or not any(can_be_held(name) for name in names):
        return None
    inside, known = region(problem, conditions)
    avoided = _unseen(problem, conditions, among, rng)
    found = effect(problem, avoided, known, inside)
    if found is None:
        return None
    rows = problem.rows
    measured = problem.measure is not None
    return {
        "recommended": found.interval[0] > 0,
        "conditions": [_kept(problem, condition) for condition in conditions],
        "join": "or" if len(conditions) > 1 else "and",
        "rate_today": None if measured else found.today,
        "rate_within": None if measured else found.within,
        "mean_today": found.today if measured else None,
        "mean_within": found.within if measured else None,
        "reduction": found.reduction,
        "ci95": list(found.interval),
        "outside_today": float(rows[inside].sum() / max(rows[known].sum(), 1)),
        "folds": FOLDS,
    }


def _unseen(
    problem: Problem,
    conditions: tuple[Condition, ...],
    among: Mask | None,
    rng: np.random.Generator,
) -> Mask:
    """Return which units lie outside the window that the other stretches of time recommend."""
    fold = np.arange(problem.units) * FOLDS // problem.units
    if problem.runs is not None:
        fold = (blocks_of(problem) * FOLDS // (int(problem.runs.max()) + 1)).astype(np.intp)
    usable = np.ones(problem.units, dtype=bool) if among is None else among
    tested = rng if problem.units <= MOST_TESTED else None
    avoided = np.zeros(problem.units, dtype=bool)
    for number in range(FOLDS):
        mine = fold == number
        learnt = relearn(problem, conditions, np.nonzero(~mine & usable)[0], tested)
        # Where the others teach nothing, the window forbids nothing, and brings nothing.
        if learnt is not None:
            avoided |= mine & region(problem, learnt)[0]
    return avoided


def effect(problem: Problem, avoided: Mask, known: Mask, seen: Mask | None = None) -> Effect | None:
    """Return what it brings to keep out of `avoided`; None where nothing is known of it.

    Parts that would have lain outside are taken to become like those within. Variances are summed
    over blocks of time, as for the causes, and are never below those of independent episodes. Half
    the square of what the choice of limits itself changed is added: the difference from what the
    limits learnt on all units show on the same units (`seen`, where these lie outside).
    """
    within = known & ~avoided
    if not within.any() or not (avoided & known).any():
        # No stretch of time recommends anything: nothing is gained.
        rate = _today(problem, known)
        return None if rate is None else Effect(rate, rate, 0.0, (0.0, 0.0))
    chosen = within if seen is None or not (known & ~seen).any() else known & ~seen
    if problem.measure is not None:
        return _of_means(problem, within, known, chosen)
    return _of_rates(problem, within, known, chosen)


def _today(problem: Problem, known: Mask) -> float | None:
    if not known.any():
        return None
    if problem.measure is not None:
        return float(np.average(problem.told[known], weights=problem.rows[known]))
    return float(problem.bad_rows[known].sum() / problem.rows[known].sum())


def _of_rates(problem: Problem, within: Mask, known: Mask, chosen: Mask) -> Effect | None:
    rows, bad = problem.rows.astype(float), problem.bad_rows.astype(float)
    n, b = rows[known].sum(), bad[known].sum()
    n_in, b_in = rows[within].sum(), bad[within].sum()
    if b == 0:
        return None
    # Half a defect keeps the logarithm finite where nothing within is bad (Haldane).
    add = 0.5 if b_in == 0 else 0.0
    p, p_in = (b + add) / (n + 2 * add), (b_in + add) / (n_in + 2 * add)
    score = np.where(within, (bad - rows * p_in) / (n_in * p_in), 0.0)
    score -= np.where(known, (bad - rows * p) / (n * p), 0.0)
    inside = np.unique(problem.episode_of_bad[within[problem.bad]]).size
    all_of_them = np.unique(problem.episode_of_bad[known[problem.bad]]).size
    alone = 1 / max(inside, 0.5) - 1 / max(all_of_them, 1)
    choice = np.log((bad[chosen].sum() + 0.5) / (rows[chosen].sum() + 1))
    choice -= np.log((b_in + 0.5) / (n_in + 1))
    deviation = np.sqrt(max(_clustered(problem, score), alone, 0.0) + choice**2 / 2)
    width = float(special.stdtrit(max(problem.episodes - 1, 2), 0.975) * deviation)
    ratio = float(np.log(p_in / p))
    return Effect(
        float(b / n), float(b_in / n_in), float(1 - (b_in / n_in) / (b / n)),
        (float(1 - np.exp(min(ratio + width, 50))), float(1 - np.exp(ratio - width))),
    )  # fmt: skip


def _of_means(problem: Problem, within: Mask, known: Mask, chosen: Mask) -> Effect:
    assert problem.measure is not None
    rows, values = problem.rows.astype(float), problem.told
    n, n_in = rows[known].sum(), rows[within].sum()
    today = float(np.average(values[known], weights=rows[known]))
    inside = float(np.average(values[within], weights=rows[within]))
    score = np.where(known, rows * (values - today) / n, 0.0)
    score -= np.where(within, rows * (values - inside) / n_in, 0.0)
    alone = float(np.square(score).sum()) / problem.independent
    block = blocks_of(problem)
    freedom = max(np.unique(block[known & ~within]).size - 1, 2)
    choice = float(np.average(values[chosen], weights=rows[chosen])) - inside
    deviation = np.sqrt(max(_clustered(problem, score), alone) + choice**2 / 2)
    width = float(special.stdtrit(freedom, 0.975) * deviation)
    gained = problem.measure.sign * (today - inside)
    return Effect(today, inside, gained, (gained - width, gained + width))


def _clustered(problem: Problem, score: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    sums = np.bincount(blocks_of(problem), weights=score)
    return float(np.square(sums).sum()) * sums.size / max(sums.size - 1, 1)


def _kept(problem: Problem, condition: Condition) -> dict[str, Any]:
    """Return where a condition does not hold, as a condition of the promised JSON."""
    told = condition.document(problem)
    if condition.levels is not None:
        levels = problem.categories[condition.feature.columns[0] - len(problem.numbers)].levels
        told["levels"] = [name for name in levels if name not in told["levels"]]
    elif condition.outside:
        told["outside"] = False
    elif condition.low is not None and condition.high is not None:
        told["outside"] = True
    else:
        told["min"], told["max"] = told["max"], told["min"]
    return told
