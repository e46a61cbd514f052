"""One question: which columns explain the bad units of one stratum and one reason?

A *unit* is what the machine made in one go: a shot that filled two cavities is one unit with two
rows. Units stand in time order.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.labels import Labels, Marks, Weights, independent_share
from deungdae.analysis.stats.weights import by_counts, by_means, normal_scores

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]


#: Bad units that make a burst when they come within twice as many units ...
BURST = 10
#: ... unless bad units are at least this share of all, when that is nothing special.
COMMON = 0.2


@dataclass(frozen=True)
class Category:
    """A column of levels; `codes` has shape (units,), -1 where missing."""

    name: str
    levels: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True)
class Measure:
    """A measured result: which way it is bad, and from which value it is away."""

    worse: str  #: "high", "low" or "away"
    nominal: float | None = None  #: for "away"

    def badness(self, values: Floats) -> Floats:
        """Return the values turned so that higher is worse; a distance for "away"."""
        if self.worse == "away":
            return np.abs(values - (self.nominal or 0.0))
        return -values if self.worse == "low" else values

    def told(self, values: Floats) -> Floats:
        """Return what is averaged in a report: the values, or their distance from the nominal."""
        return self.badness(values) if self.worse == "away" else values

    @property
    def sign(self) -> int:
        """1 if a higher told value is worse, -1 if a lower one is."""
        return -1 if self.worse == "low" else 1


@dataclass(frozen=True)
class Problem:
    """The units of one stratum, in time order, and which of them are bad for one reason.

    `numbers` holds one array of shape (units,) per numeric column, NaN where missing. `rows` and
    `bad_rows` count the rows of the file in each unit. `contexts` maps the name of something that
    may disguise itself as a cause (period, shift, lot) to an id per unit, -1 where unknown.

    With a `measure`, no unit is bad: `values` holds the measured result of each unit (the mean of
    its rows). `runs` gives the run of each unit where all units of a run have one result.
    """

    numbers: tuple[Floats, ...]
    number_names: tuple[str, ...]
    categories: tuple[Category, ...]
    rows: Ints
    bad_rows: Ints
    contexts: dict[str, Ints] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)  #: unit of a column, where known
    measure: Measure | None = None
    values: Floats | None = None
    runs: Ints | None = None

    @property
    def units(self) -> int:
        """Number of units."""
        return self.rows.size

    @cached_property
    def bad(self) -> Ints:
        """Positions of the bad units, ascending."""
        return np.nonzero(self.bad_rows)[0]

    @cached_property
    def scores(self) -> Floats:
        """Normal scores of the measured results, the higher the worse, (units,)."""
        assert self.measure is not None and self.values is not None
        return normal_scores(self.measure.badness(self.values))

    @cached_property
    def told(self) -> Floats:
        """What a report averages of a measured result, (units,)."""
        assert self.measure is not None and self.values is not None
        return self.measure.told(self.values)

    def labels(self, rows: Ints | None = None) -> Labels:
        """Return what the columns are held against, for all units or some, in time order."""
        where = np.arange(self.units) if rows is None else rows
        runs = None if self.runs is None else self.runs[where]
        if self.measure is not None:
            return Weights(self.scores[where], by_means, runs)
        if runs is not None:
            return Weights((self.bad_rows[where] > 0).astype(float), by_counts, runs)
        return Marks(np.nonzero(self.bad_rows[where] > 0)[0], where.size)

    @cached_property
    def independent(self) -> float:
        """Independent pieces of evidence for each unit with a measured result, above 0 to 1."""
        if self.runs is not None:
            return np.unique(self.runs).size / max(self.units, 1)
        return independent_share(self.scores)

    @cached_property
    def episode_of_bad(self) -> Ints:
        """Number of the episode of each bad unit, ascending from 0."""
        return episodes(self.bad, self.units)

    @property
    def episodes(self) -> int:
        """Number of episodes; of a measured result, how many independent units it is worth."""
        if self.measure is not None:
            return round(self.units * self.independent)
        return int(self.episode_of_bad[-1]) + 1 if self.bad.size else 0

    def name_of(self, column: int) -> str:
        """Return the name of a column; numbers come first, then categories."""
        if column < len(self.number_names):
            return self.number_names[column]
        return self.categories[column - len(self.number_names)].name


def episodes(bad: Ints, units: int) -> Ints:
    """Group bad positions, ascending, into episodes and return each one's episode number.

    Declustering by runs, as in extreme-value statistics (Coles 2001, section 5.3): neighbours are
    one episode where the gap between them is at most a tenth of the mean gap, and always where they
    are adjacent. Where bad units are not common anyway, ten of them within twenty units are one
    burst, whatever the gaps within it.
    """
    if bad.size == 0:
        return np.empty(0, dtype=np.intp)
    joined = np.diff(bad) <= max(1.0, 0.1 * units / bad.size)
    if bad.size >= BURST and bad.size < COMMON * units:
        dense = bad[BURST - 1 :] - bad[: 1 - BURST] < 2 * BURST
        for first in np.nonzero(dense)[0]:
            joined[first : first + BURST - 1] = True
    return np.concatenate(([0], np.cumsum(~joined))).astype(np.intp)
