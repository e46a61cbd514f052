"""The search for causes of one problem, and what chance alone would have found.

Every column is scanned for its best region; the same scan on shifted labels says how large the best
value gets by chance on just this data. What passes is described more closely (a second column, a
difference, a second condition), its units are taken out, and the rest is searched again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.describe import Described, describe
from deungdae.analysis.causes.labels import Labellings, Labels
from deungdae.analysis.causes.pairs import related
from deungdae.analysis.causes.problem import Floats, Ints, Mask, Problem
from deungdae.analysis.causes.region import Condition, Feature
from deungdae.analysis.stats.binning import MISSING, Coded, code
from deungdae.analysis.stats.scan import OUTSIDE, limits
from deungdae.analysis.stats.shifts import repeats

#: Units that are searched at least.
FEWEST_UNITS = 10
#: Shifts tried first; most searches that find nothing end here.
FIRST_SHIFTS = 99
#: Shifts in all when the first ones leave hope.
ALL_SHIFTS = 599
#: A search goes on only while chance alone would find fewer than this many such columns.
HOPE = 0.3
#: The same for the second and later causes of a problem.
HOPE_LATER = 0.15
#: Columns alone, then pairs of columns: by how much a finding of the second try counts less.
TRIES = 2
#: Causes described per problem.
MOST_CAUSES = 5
#: Units on which it is seen whether a column repeats itself.
MOST_FOR_CYCLES = 20_000
#: Columns that chance would match this rarely are ranked by how much they explain.
STRONG = 0.02


@dataclass(frozen=True)
class Chance:
    """What one search finds on shifted labels.

    `scores` holds the standardised values of all columns under all shifts, ascending; `shifts` is
    their number.
    """

    scores: Floats
    shifts: int

    def columns_by_chance(self, score: float) -> float:
        """Return how many columns of a null data set would reach this score, on average."""
        reached = self.scores.size - np.searchsorted(self.scores, score - 1e-9)
        return float(1 + reached) / (1 + self.shifts)


@dataclass(frozen=True)
class Scanned:
    """The columns of one step: value of each, its score against chance, and its region."""

    values: Floats  #: log-likelihood ratio of the best region, (columns,)
    scores: Floats  #: standardised against the shifts, (columns,)
    conditions: Callable[[int], Condition]
    chance: Chance


@dataclass(frozen=True)
class Lead:
    """A column as the first scan of a search ranked it, whether reliable or not."""

    column: int
    score: float
    by_chance: float


@dataclass(frozen=True)
class Found:
    """One cause as found: its description, and how it stands against chance."""

    described: Described
    column: int  #: the column or pair that passed, before it was described more closely
    score: float
    by_chance: float  #: columns that chance alone would bring to this score in this search
    among: Mask  #: units that earlier causes had left


@dataclass(frozen=True)
class Outcome:
    """What the search of one problem gave."""

    found: tuple[Found, ...]
    leads: tuple[Lead, ...]
    chance: Chance | None


def search(problem: Problem, rng: np.random.Generator) -> Outcome:
    """Search one problem for causes, strongest first.

    Returns an `Outcome`; nothing is judged yet. Fewer than two bad units give an empty one.
    """
    columns = len(problem.numbers) + len(problem.categories)
    if problem.labels().few or problem.units < FEWEST_UNITS or not columns:
        return Outcome((), (), None)
    plain = [Feature((c,)) for c in range(len(problem.numbers))]
    coded = code(list(problem.numbers), problem.units)
    pairs = related(problem)
    coded_pairs = code([pair.values(problem) for pair in pairs], problem.units)
    remaining = np.ones(problem.units, dtype=bool)
    found: list[Found] = []
    leads: tuple[Lead, ...] = ()
    chance: Chance | None = None
    for step in range(MOST_CAUSES):
        rows = np.nonzero(remaining)[0]
        labels = problem.labels(rows)
        if labels.few or labels.count < (2 if step == 0 else 3) or rows.size < FEWEST_UNITS:
            break
        hope = HOPE if step == 0 else HOPE_LATER
        categories = [c.codes for c in problem.categories]
        scanned = scan(plain, coded, categories, rows, labels, rng, hope)
        if step == 0:
            chance = scanned.chance
            leads = _leads(scanned)
        values = scanned.values
        best, score, by_chance = _best(scanned)
        if by_chance > hope and pairs:
            # No column alone: is it the interplay of two? That is a second try, and counts as one.
            scanned = scan(pairs, coded_pairs, [], rows, labels, rng, hope / TRIES)
            best, score, by_chance = _best(scanned)
            by_chance *= TRIES
        if by_chance > hope or scanned.values[best] <= 0:
            break
        described = describe(problem, scanned.conditions(best), values, remaining, rng)
        found.append(Found(described, best, score, by_chance, remaining))
        remaining = remaining & ~described.inside
    return Outcome(tuple(found), leads, chance)


def scan(
    features: list[Feature],
    coded: Coded,
    codes: list[Ints],
    rows: Ints,
    labels: Labels,
    rng: np.random.Generator,
    hope: float = HOPE,
) -> Scanned:
    """Scan features and categories over some units, and over shifted labels of the same units.

    `coded` holds the bins of the features, `codes` the levels of the categories; `rows` are the
    units looked at, `labels` what they are held against. Past `FIRST_SHIFTS` the scan goes on
    only while chance would find fewer than `hope` columns as good as the best.
    """
    numbers = labels.scanner(coded.take(rows) if rows.size < coded.codes.shape[0] else coded)
    categories = labels.level_scanner([levels[rows] for levels in codes])

    def values(labellings: Labellings) -> tuple[Floats, Ints]:
        best, where = numbers.values(labellings)
        return np.concatenate((best, categories.values(labellings)), axis=1), where

    observed, where = values(labels.observed[None])
    cyclic = _cyclic(numbers.coded, [levels[rows] for levels in codes])
    cycles = labels.scanner(numbers.coded.only(cyclic[: coded.columns]))
    turns = labels.level_scanner(
        [c[rows] for c, turn in zip(codes, cyclic[coded.columns :], strict=True) if turn]
    )

    def by_luck(times: int) -> Floats:
        null = values(labels.shifted(times, rng))[0]
        if cyclic.any():
            moved = labels.reordered(null.shape[0], rng)
            again = (cycles.values(moved)[0], turns.values(moved))
            null[:, cyclic] = np.concatenate(again, axis=1)
        return null

    by_chance = by_luck(FIRST_SHIFTS)
    scores, chance = _against_chance(observed[0], by_chance)
    if (
        by_chance.shape[0] == FIRST_SHIFTS
        and chance.columns_by_chance(scores.max(initial=0)) < hope
    ):
        more = by_luck(ALL_SHIFTS - FIRST_SHIFTS)
        scores, chance = _against_chance(observed[0], np.concatenate((by_chance, more)))

    def condition(column: int) -> Condition:
        if column >= coded.columns:
            levels = categories.levels(column - coded.columns, labels.observed)
            return Condition(Feature((column,)), levels=frozenset(levels))
        low, high, shape = limits(coded, column, int(where[0, column]))
        return Condition(features[column], low, high, shape == OUTSIDE)

    return Scanned(observed[0], scores, condition, chance)


def _cyclic(coded: Coded, codes: list[Ints]) -> Mask:
    """Return which columns, then which categories, repeat themselves in time."""
    step = max(1, coded.codes.shape[0] // MOST_FOR_CYCLES)
    bins = coded.codes[::step].astype(float)
    bins[bins == MISSING] = np.nan
    columns = [repeats(bins[:, c]) for c in range(coded.columns)]
    for levels in codes:
        part = levels[::step]
        used = np.unique(part[part >= 0])
        columns.append(any(repeats((part == level).astype(float)) for level in used[:12]))
    return np.array(columns, dtype=bool)


def _against_chance(observed: Floats, by_chance: NDArray[np.float64]) -> tuple[Floats, Chance]:
    # The square root makes the values nearly normal, so that columns that drift (whose values under
    # shifted labels are large and scattered) and columns that do not can be held side by side.
    root, null = np.sqrt(2 * observed), np.sqrt(2 * by_chance)
    centre, spread = null.mean(axis=0), null.std(axis=0)
    spread = np.maximum(spread, max(float(np.median(spread)), 1e-6))
    scores = (root - centre) / spread
    return scores, Chance(np.sort(((null - centre) / spread).ravel()), null.shape[0])


def _best(scanned: Scanned) -> tuple[int, float, float]:
    """Return the column to name first, its score, and how many chance would bring to it."""
    best = _strongest(scanned)
    score = float(scanned.scores[best])
    return best, score, scanned.chance.columns_by_chance(score)


def _strongest(scanned: Scanned) -> int:
    top = int(scanned.scores.argmax())
    strong = np.array(
        [scanned.chance.columns_by_chance(float(s)) <= STRONG for s in scanned.scores]
    )
    if not strong.any():
        return top
    return int(np.where(strong, scanned.values, -1.0).argmax())


def _leads(scanned: Scanned) -> tuple[Lead, ...]:
    order = np.argsort(-scanned.scores, kind="stable")[:10]
    return tuple(
        Lead(
            int(c),
            float(scanned.scores[c]),
            scanned.chance.columns_by_chance(float(scanned.scores[c])),
        )
        for c in order
    )
