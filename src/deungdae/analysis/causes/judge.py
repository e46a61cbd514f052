"""From what was found to a verdict that somebody may act on."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deungdae.analysis.causes import power
from deungdae.analysis.causes.disguise import disguises
from deungdae.analysis.causes.evidence import (
    Rates,
    episodes_inside,
    holds_later,
    rates,
    same_as,
    stability,
)
from deungdae.analysis.causes.measured import Means, means
from deungdae.analysis.causes.problem import Mask, Problem
from deungdae.analysis.causes.region import Condition, region
from deungdae.analysis.causes.search import Found, Outcome
from deungdae.analysis.stats.binning import code
from deungdae.analysis.stats.ranks import ranks

CLEAR, SUSPECTED, NONE, NOT_ENOUGH = "clear", "suspected", "none", "not_enough_data"

#: A cause is clear only if chance would bring at most this many such causes to the whole result.
CLEAR_Q = 0.02
#: It is worth naming as suspected up to this.
SUSPECTED_Q = 0.1
#: A clear cause is found again in at least this share of resamples.
CLEAR_STABILITY = 0.6
#: A cause above `CLEAR_Q` that is found again less often than this is not named at all.
FEEBLE_STABILITY = 0.3
#: A clear cause has shown itself in at least this many episodes.
CLEAR_EPISODES = 8
#: Warnings with which no cause is clear.
DOUBTS = frozenset({"period", "shift", "lot", "cavity", "leakage", "few_episodes", "one_period"})
#: A column that follows time this closely (absolute Spearman correlation) drifts.
DRIFT = 0.7
#: A single limit that separates this well, in many episodes, is likely known after the inspection.
PERFECT = 0.98


@dataclass(frozen=True)
class Cause:
    """One cause with all that was found out about it, ready to be written down."""

    conditions: tuple[dict[str, Any], ...]
    columns: tuple[str, ...]
    rates: Rates | Means
    q_value: float
    holds_later: bool | None
    stability: float
    same_as: tuple[str, ...]
    warnings: tuple[str, ...]
    shapes: tuple[Condition, ...] = ()
    level_counts: tuple[tuple[str, int, int], ...] = ()  #: of a cavity column: level, rows, bad
    classes: tuple[dict[str, Any], ...] = ()  #: share of each quality class inside and outside
    among: Mask | None = None  #: units of the search that earlier causes had left
    window: dict[str, Any] | None = None  #: the operating window that is recommended, if any

    @property
    def clear(self) -> bool:
        """Whether it may be called clear."""
        return (
            self.q_value <= CLEAR_Q
            and self.holds_later is True
            and self.stability >= CLEAR_STABILITY
            and self.rates.worse
            and not DOUBTS & set(self.warnings)
        )


@dataclass(frozen=True)
class Judged:
    """The verdict on one stratum and reason."""

    verdict: str
    causes: tuple[Cause, ...]
    needed: dict[str, int | float | None] | None
    warnings: tuple[str, ...]


def expected_by_chance(outcomes: list[Outcome], score: float) -> float:
    """Return how many columns, over all searches of the result, chance would bring to a score."""
    expected, finest = 0.0, 1
    for outcome in outcomes:
        if outcome.chance is not None:
            # One is counted only once, for the observed labels themselves.
            scores, shifts = outcome.chance.scores, outcome.chance.shifts
            expected += (scores.size - np.searchsorted(scores, score - 1e-9)) / shifts
            finest = max(finest, shifts)
    return float(expected) + 1 / (1 + finest)


def q_values(outcomes: list[Outcome]) -> list[list[float]]:
    """Return the q-value of each found cause, per outcome in the order found.

    The expected number of columns that chance brings to a score, over all searches, divided by the
    number of causes found with at least that score (a permutation estimate of the false discovery
    rate: Storey and Tibshirani 2003, with joint shifts in place of permutations). Later causes of a
    search are never better than the ones before them.
    """
    first = np.array([o.found[0].score for o in outcomes if o.found])
    result = []
    for outcome in outcomes:
        values: list[float] = []
        for place, found in enumerate(outcome.found):
            chance = expected_by_chance(outcomes, found.score)
            chance = max(chance, found.by_chance)
            rivals = max(int(np.sum(first >= found.score)), 1) + place
            values.append(min(1.0, max([*values, chance / rivals])))
        result.append(values)
    return result


def judge(
    searched: Problem,
    full: Problem,
    outcome: Outcome,
    q: list[float],
    days: float | None,
    rng: np.random.Generator,
    ordered: bool = True,
) -> Judged:
    """Judge the outcome of one search.

    `searched` holds the units that were searched (all of `full`, or a sample of a large one); rates
    come from `full`. `days` is the length of the data, None without a time; `ordered` says whether
    the order of the units means anything.
    """
    coded = code(list(searched.numbers), searched.units)
    causes: list[Cause] = []
    for place, (found, value) in enumerate(zip(outcome.found, q, strict=True)):
        if value > SUSPECTED_Q:
            continue
        alike = same_as(searched, coded, found)
        stable = stability(searched, coded, found, alike, place, rng)
        later = holds_later(searched, found, rng) if ordered else None
        refuted = later is False and (value > CLEAR_Q or stable < CLEAR_STABILITY)
        if refuted or (value > CLEAR_Q and stable < FEEBLE_STABILITY):
            # Weak to begin with, and the data speak against it: not worth a person's time.
            continue
        conditions = found.described.conditions
        measured: Rates | Means
        measured = rates(full, conditions) if full.measure is None else means(full, conditions)
        if place > 0 and not measured.worse:
            # Found on what earlier causes left, and nothing to be seen of it on the whole.
            continue
        columns = list(
            dict.fromkeys(full.name_of(c) for cond in conditions for c in cond.feature.columns)
        )
        if full.measure is not None and set(columns) <= {n for c in causes for n in c.columns}:
            # A slope is found step by step; the steps after the first say nothing new.
            continue
        causes.append(
            Cause(
                tuple(c.document(full) for c in conditions),
                tuple(columns),
                measured,
                value,
                later,
                stable,
                tuple(full.name_of(c) for c in alike),
                _doubts(searched, full, found, measured, later, stable),
                conditions,
                among=found.among,
            )
        )
    compared = len(searched.numbers) + len(searched.categories)
    judged = verdict(full, tuple(causes), compared, days)
    if ordered:
        return judged
    return replace(judged, warnings=(*judged.warnings, "sorted_rows"))


def verdict(
    problem: Problem, causes: tuple[Cause, ...], columns: int, days: float | None
) -> Judged:
    """Return the verdict that the causes allow, the surest cause first."""
    # Clear ones first, then those without the mark of a disguise; otherwise as they were found.
    ordered = sorted(causes, key=lambda c: (not c.clear, bool({"period", "lot"} & set(c.warnings))))
    warnings = []
    if 0 < problem.episodes < CLEAR_EPISODES:
        warnings.append("few_episodes")
    if problem.bad.size and _one_period(problem):
        warnings.append("one_period")
    all_bad = problem.measure is None and problem.bad.size == problem.units
    if columns == 0 or all_bad:
        # Nothing to compare with: no verdict on causes is possible, however much data there is.
        return Judged(NOT_ENOUGH, (), None, (*warnings, *(() if columns else ("no_columns",))))
    if any(c.clear for c in ordered):
        # Beside a clear cause, what is weak or does not hold later is only a distraction: often it
        # is what the limits of the clear one left over.
        ordered = [
            c for c in ordered if c.clear or (c.holds_later is not False and c.q_value <= CLEAR_Q)
        ]
        return Judged(CLEAR, tuple(ordered), None, tuple(warnings))
    needed = _needed(problem, columns, days)
    if ordered:
        return Judged(SUSPECTED, tuple(ordered), needed, tuple(warnings))
    return Judged(NONE if needed is None else NOT_ENOUGH, (), needed, tuple(warnings))


def _needed(
    problem: Problem, columns: int, days: float | None
) -> dict[str, int | float | None] | None:
    if problem.measure is not None:
        if problem.episodes >= power.independent_needed(columns):
            return None
        return power.missing_results(columns, int(problem.rows.sum()), problem.episodes, days)
    if problem.episodes >= power.episodes_needed(columns):
        return None
    return power.missing(columns, int(problem.bad_rows.sum()), problem.episodes, days)


def _doubts(
    searched: Problem,
    full: Problem,
    found: Found,
    measured: Rates | Means,
    later: bool | None,
    stable: float,
) -> tuple[str, ...]:
    conditions = found.described.conditions
    doubts = list(disguises(searched, conditions, found.among))
    names = [full.name_of(c) for cond in conditions for c in cond.feature.columns]
    for kind in ("lot", "shift"):
        context = full.contexts.get(kind)
        if context is not None and kind not in doubts and any(
            c.name in names and np.array_equal(c.codes, context) for c in full.categories
        ):  # fmt: skip
            doubts.append(kind)
    count = episodes_inside(searched, found)
    if count < CLEAR_EPISODES:
        doubts.append("few_episodes")
    inside = region(full, conditions)[0]
    there = inside if full.measure is not None else inside & (full.bad_rows > 0)
    if _all_in_one_period(full, there):
        doubts.append("one_period")
    plain = len(conditions) == 1 and len(conditions[0].feature.columns) == 1
    if plain and count >= 10 and _tells_all(full, measured, conditions[0]):
        doubts.append("leakage")
    if any(_drifts(searched, c) for cond in conditions for c in cond.feature.columns):
        doubts.append("drift")
    if later is False:
        doubts.append("not_later")
    if stable < CLEAR_STABILITY:
        doubts.append("unstable")
    return tuple(doubts)


def _tells_all(problem: Problem, measured: Rates | Means, condition: Condition) -> bool:
    """Tell whether one limit separates nearly all bad from good, or the column is the result."""
    if isinstance(measured, Rates):
        left = measured.rate_outside * measured.rows_outside
        return bool(
            measured.rate_inside >= PERFECT and left <= (1 - PERFECT) * problem.bad_rows.sum()
        )
    if condition.levels is not None:
        return False
    values = condition.feature.values(problem)
    known = ~np.isnan(values)
    ranked = ranks(values[known])
    scores = ranks(problem.scores[known])
    if ranked.size < 10 or ranked.std() == 0 or scores.std() == 0:
        return False
    return bool(abs(np.corrcoef(ranked, scores)[0, 1]) >= PERFECT)


def _one_period(problem: Problem) -> bool:
    return _all_in_one_period(problem, problem.bad_rows > 0)


def _all_in_one_period(problem: Problem, there: Mask) -> bool:
    period = problem.contexts.get("period")
    if period is None or not there.any():
        return False
    return np.unique(period[there]).size == 1 and np.unique(period).size > 1


def _drifts(problem: Problem, column: int) -> bool:
    if column >= len(problem.numbers):
        return False
    step = max(1, problem.units // 5000)
    values = problem.numbers[column][::step]
    known = ~np.isnan(values)
    if known.sum() < 30:
        return False
    ranked = ranks(values[known])
    if ranked.std() == 0:
        return False
    return bool(abs(np.corrcoef(ranked, np.arange(ranked.size))[0, 1]) >= DRIFT)
