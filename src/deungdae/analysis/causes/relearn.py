"""The limits of a cause, learnt again on some of the units."""

import numpy as np

from deungdae.analysis.causes.labels import Labels
from deungdae.analysis.causes.problem import Floats, Ints, Mask, Problem
from deungdae.analysis.causes.region import Condition, condition_of
from deungdae.analysis.stats.binning import code
from deungdae.analysis.stats.scan import limits

#: With a generator, a condition must stand out on the units (p at most this, against `SHIFTS`).
STANDS_OUT = 0.1
SHIFTS = 99


def relearn(
    problem: Problem,
    conditions: tuple[Condition, ...],
    rows: Ints,
    rng: np.random.Generator | None = None,
) -> tuple[Condition, ...] | None:
    """Return the conditions with their limits and levels learnt on the units `rows` alone.

    Each condition is learnt among the units that satisfy the ones before it. Returns None if there
    is nothing to learn from, or if `rng` is given and a condition does not stand out there against
    shifted labels.
    """
    learnt: list[Condition] = []
    for condition in conditions:
        within: Mask = np.ones(rows.size, dtype=bool)
        for other in learnt:
            within &= other.holds(problem)[rows]
        labels = problem.labels(rows[within])
        if labels.few:
            return None
        if condition.levels is not None:
            again = _levels(problem, condition, rows[within], labels, rng)
        else:
            values = condition.feature.values(problem)[rows][within]
            again = _limits(condition, values, labels, rng)
        if again is None:
            return None
        learnt.append(again)
    return tuple(learnt)


def _limits(
    condition: Condition, values: Floats, labels: Labels, rng: np.random.Generator | None
) -> Condition | None:
    coded = code([values], values.size)
    scanner = labels.scanner(coded)
    observed, where = scanner.values(labels.observed[None])
    if rng is not None:
        null = scanner.values(labels.shifted(SHIFTS, rng))[0]
        if (1 + np.sum(null >= observed)) / (1 + null.size) > STANDS_OUT:
            return None
    found = limits(coded, 0, int(where[0, 0]))
    return condition_of(condition.feature, values, labels.weights, *found, labels.worth)


def _levels(
    problem: Problem,
    condition: Condition,
    rows: Ints,
    labels: Labels,
    rng: np.random.Generator | None,
) -> Condition | None:
    category = problem.categories[condition.feature.columns[0] - len(problem.numbers)]
    scanner = labels.level_scanner([category.codes[rows]])
    if rng is not None:
        # Levels often come in turns, which shifts would bring back into step.
        null = scanner.values(labels.reordered(SHIFTS, rng))
        seen = scanner.values(labels.observed[None])
        if (1 + np.sum(null >= seen)) / (1 + null.size) > STANDS_OUT:
            return None
    return Condition(condition.feature, levels=frozenset(scanner.levels(0, labels.observed)))
