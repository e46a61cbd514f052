"""From a column that matters to the plainest words that say how.

The column that passed the test against chance may be half of the story: what matters may be its
difference from another column, a product or ratio of the two, or it matters only where a second
condition holds. Each of these is tried, and taken only where it explains much more than the plain
column, since every additional column is one more thing to be wrong about.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from deungdae.analysis.causes.labels import Labels
from deungdae.analysis.causes.pairs import comparable
from deungdae.analysis.causes.problem import Floats, Ints, Mask, Problem, episodes
from deungdae.analysis.causes.region import (
    DIFFERENCE,
    PRODUCT,
    RATIO,
    VALUE,
    Condition,
    Feature,
    condition_of,
    gain,
    region,
)
from deungdae.analysis.stats.binning import code
from deungdae.analysis.stats.scan import limits

#: Partners tried for differences, products, ratios and second conditions.
PARTNERS = 24
#: A closer description must explain this much more (natural log of a likelihood ratio, counted in
#: independent episodes) ...
MARGIN = 8.0
#: ... and at least this share more than what it replaces.
MARGIN_SHARE = 0.06
#: What two columns taken together count for beside a plainer description that explains as much:
#: where both have the same unit, where the units are known and unlike, and where they are unknown.
ALIKE = {DIFFERENCE: 1.0, PRODUCT: 1.0, RATIO: 0.95}
UNLIKE = {DIFFERENCE: 0.8, PRODUCT: 0.85, RATIO: 0.8}
UNKNOWN = {DIFFERENCE: 0.9, PRODUCT: 0.85, RATIO: 0.8}
#: Units with a measured result that each side of a second condition needs, about.
FEWEST_INSIDE = 8
#: Shifts that a second condition must beat within the first one's region.
SHIFTS = 99


@dataclass(frozen=True)
class Described:
    """A cause in words: conditions joined by AND, the units inside, and how much it explains."""

    conditions: tuple[Condition, ...]
    inside: Mask
    value: float


def describe(
    problem: Problem,
    start: Condition,
    values: Floats,
    among: Mask,
    rng: np.random.Generator,
) -> Described:
    """Return the best description that begins with the condition `start`.

    `values` rank the columns as partners (log-likelihood ratio of each alone); `among` are the
    units that earlier causes left.
    """
    rows = np.nonzero(among)[0]
    first = _sharpened(problem, start, rows)
    # Bad units of one episode are one piece of evidence, not many.
    share = _independent(problem, among)
    single: tuple[Condition, ...] = (first,)
    best, best_value = single, gain(problem, single, among)

    def better(candidate: tuple[Condition, ...]) -> None:
        nonlocal best, best_value
        value = gain(problem, candidate, among)
        value *= min(_plainness(problem, condition.feature) for condition in candidate)
        if value > best_value + max(MARGIN / share, MARGIN_SHARE * best_value):
            best, best_value = candidate, value

    def with_second(condition: Condition) -> None:
        second = _second(problem, condition, values, among, rng)
        if second is not None:
            better(_settle(problem, condition, second, rows))

    # Two conditions in plain words come before one that takes two columns together.
    with_second(first)
    if first.levels is None and first.feature.op == VALUE:
        partners = _partners(problem, first.feature.columns[0], values)
        before = best
        for feature in _pairs(problem, first.feature.columns[0], partners):
            candidate = _best_condition(problem, feature, rows)
            if candidate is not None:
                better((candidate,))
        if best is not before:
            with_second(best[0])
    inside, _ = region(problem, best)
    return Described(best, inside & among, best_value)


def _independent(problem: Problem, among: Mask) -> float:
    """Return how many episodes there are for each bad unit, above 0 to 1."""
    if problem.measure is not None:
        return problem.independent
    rows = np.nonzero(among)[0]
    bad = np.nonzero(problem.bad_rows[rows] > 0)[0]
    return float(episodes(bad, rows.size)[-1] + 1) / bad.size


def _partners(problem: Problem, column: int, values: Floats) -> list[int]:
    numbers = len(problem.numbers)
    order = np.argsort(-values[:numbers], kind="stable")
    return [int(c) for c in order if c != column][:PARTNERS]


def _pairs(problem: Problem, column: int, partners: list[int]) -> list[Feature]:
    features: list[Feature] = []
    for partner in partners:
        both = (column, partner)
        smallest = [float(np.nanmin(problem.numbers[c], initial=np.inf)) for c in both]
        first, second = sorted(both)
        if comparable(problem, first, second):
            # The larger minus the smaller: people name a difference by a positive number.
            larger = np.nanmedian(problem.numbers[first]) >= np.nanmedian(problem.numbers[second])
            features.append(Feature((first, second) if larger else (second, first), DIFFERENCE))
        if min(smallest) >= 0:
            features.append(Feature((first, second), PRODUCT))
        if min(smallest) > 0:
            features.append(Feature((first, second), RATIO))
    return features


def _plainness(problem: Problem, feature: Feature) -> float:
    """Return the factor by which two columns taken together count less than one.

    A quantity such as bar per degree, or a time less a distance, means something to few people and
    can be set by nobody: a condition in plain words is given up for it only if it explains much
    less.
    """
    if feature.op == VALUE:
        return 1.0
    units = [problem.measures.get(problem.number_names[c]) for c in feature.columns]
    if None in units:
        return UNKNOWN[feature.op]
    return (ALIKE if units[0] == units[1] else UNLIKE)[feature.op]


def _best_condition(problem: Problem, feature: Feature, rows: Ints) -> Condition | None:
    values = feature.values(problem)[rows]
    coded = code([values], rows.size)
    labels = problem.labels(rows)
    best, where = labels.scanner(coded).values(labels.observed[None])
    if best[0, 0] <= 0:
        return None
    found = limits(coded, 0, int(where[0, 0]))
    return condition_of(feature, values, labels.weights, *found, labels.worth)


def _sharpened(problem: Problem, start: Condition, rows: Ints) -> Condition:
    if start.levels is not None:
        return start
    shape = 3 if start.outside else (0 if start.low is None else 1 if start.high is None else 2)
    values = start.feature.values(problem)[rows]
    labels = problem.labels(rows)
    return condition_of(
        start.feature, values, labels.weights, start.low, start.high, shape, labels.worth
    )


def _second(
    problem: Problem, first: Condition, values: Floats, among: Mask, rng: np.random.Generator
) -> Condition | None:
    """Return the condition that separates best within the region of the first, if chance cannot."""
    inside = np.nonzero(first.holds(problem) & among)[0]
    labels = problem.labels(inside)
    if labels.few or labels.count < 3 or not _divided(problem, labels, inside):
        return None
    used = set(first.feature.columns)
    singles = [Feature((c,)) for c in range(len(problem.numbers)) if c not in used]
    ranked = np.argsort(-values[: len(problem.numbers)], kind="stable")
    near = [int(c) for c in ranked if c not in used][:PARTNERS]
    pairs = [
        f
        for a, b in permutations(near[: PARTNERS // 2], 2)
        if a < b
        for f in _pairs(problem, a, [b])
    ]
    features = singles + pairs
    if not features:
        return None
    local = [f.values(problem)[inside] for f in features]
    coded = code(local, inside.size)
    scanner = labels.scanner(coded)
    observed, where = scanner.values(labels.observed[None])
    null = scanner.values(labels.shifted(SHIFTS, rng))[0]
    # A pair must be better than any plain column by the usual margin.
    handicap = np.array([0.0] * len(singles) + [MARGIN / 2] * len(pairs))
    observed = observed * np.array([_plainness(problem, f) for f in features])
    chosen = int((observed[0] - handicap).argmax())
    by_chance = (null - handicap).max(axis=1)
    level_of = _second_levels(problem, inside, labels)
    if level_of is not None and level_of[0] > observed[0, chosen] - handicap[chosen]:
        return level_of[1]
    if np.mean(by_chance >= observed[0, chosen] - handicap[chosen]) > 0.02:
        return None
    found = limits(coded, chosen, int(where[0, chosen]))
    return condition_of(features[chosen], local[chosen], labels.weights, *found, labels.worth)


def _divided(problem: Problem, labels: Labels, inside: Ints) -> bool:
    """Tell whether there are units on both sides for a second condition to tell apart."""
    if problem.measure is not None:
        return inside.size >= 2 * FEWEST_INSIDE
    return inside.size - labels.count >= 3


def _second_levels(
    problem: Problem, inside: Ints, labels: Labels
) -> tuple[float, Condition] | None:
    if not problem.categories:
        return None
    scanner = labels.level_scanner([c.codes[inside] for c in problem.categories])
    values = scanner.values(labels.observed[None])[0]
    chosen = int(values.argmax())
    # A fixed bar instead of shifts: levels are few, and the description's margin follows anyway.
    if values[chosen] < MARGIN:
        return None
    levels = frozenset(scanner.levels(chosen, labels.observed))
    return float(values[chosen]), Condition(
        Feature((len(problem.numbers) + chosen,)), levels=levels
    )


def _settle(
    problem: Problem, first: Condition, second: Condition, rows: Ints
) -> tuple[Condition, ...]:
    """Let each of two conditions find its limits again given the other."""
    if first.levels is None:
        within = second.holds(problem)[rows]
        again = _best_condition(problem, first.feature, rows[within])
        if again is not None:
            first = again
    if second.levels is None:
        within = first.holds(problem)[rows]
        again = _best_condition(problem, second.feature, rows[within])
        if again is not None:
            second = again
    return first, second
