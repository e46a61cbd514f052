"""What the columns of a problem are held against, and what chance would make of it.

    Marks     pass or fail: the positions of the bad units
    Weights   a number for each unit: a measured result as normal scores, or 0 and 1 where the
              verdicts belong to whole runs of the machine

Both offer the same: a scanner for numeric columns, one for columns of levels, and themselves moved
along time as chance would have it. The search, the description and the doubts ask nothing else.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.stats.binning import Coded
from deungdae.analysis.stats.levels import LevelScanner
from deungdae.analysis.stats.scan import Scanner
from deungdae.analysis.stats.shifts import reordered, shifted
from deungdae.analysis.stats.weights import (
    WeightLevelScanner,
    WeightScanner,
    Worth,
    by_counts,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]
#: Labellings, one a row: positions of the bad units, or a weight for every unit.
Labellings = NDArray[Any]


class NumberScanner(Protocol):
    """Finds the best region of each numeric column under each labelling."""

    coded: Coded

    def values(self, labels: Labellings, /) -> tuple[Floats, Ints]:
        """Return the best value and region, both of shape (labellings, columns)."""


class LevelsScanner(Protocol):
    """Finds the best levels of each category under each labelling."""

    def values(self, labels: Labellings, /) -> Floats:
        """Return the best value, shape (labellings, categories)."""

    def levels(self, category: int, labels: Labellings, /) -> list[int]:
        """Return the levels of the best region for one labelling."""


class Labels(Protocol):
    """What the columns are held against, for units in time order."""

    worth: Worth  #: how much a region explains, from its sums (see `stats.weights`)

    @property
    def count(self) -> int:
        """Number of bad units, or of units with a measured result."""

    @property
    def few(self) -> bool:
        """Whether there is nothing to learn a region from: fewer than two bad units."""

    @property
    def weights(self) -> Floats:
        """Weight of each unit, (units,): 0 and 1, or scores, the higher the worse."""

    @property
    def observed(self) -> Labellings:
        """The one labelling that was seen, without the dimension of labellings."""

    def shifted(self, times: int, rng: np.random.Generator) -> Labellings:
        """Return labellings as chance would have them, clusters in time kept."""

    def reordered(self, times: int, rng: np.random.Generator) -> Labellings:
        """Return the same for columns that come in turns."""

    def inside(self, labellings: Labellings, region: Mask) -> Floats:
        """Return the summed weight inside a region under each labelling, (labellings,)."""

    def scanner(self, coded: Coded) -> NumberScanner:
        """Return a scanner for numeric columns of the same units."""

    def level_scanner(self, codes: list[Ints]) -> LevelsScanner:
        """Return a scanner for columns of levels of the same units."""


class Marks:
    """Pass or fail: `bad` are the positions of the bad units among `units`, ascending."""

    worth: Worth = staticmethod(by_counts)

    def __init__(self, bad: Ints, units: int) -> None:
        self._bad, self._units = bad, units

    @property
    def count(self) -> int:
        """Number of bad units."""
        return int(self._bad.size)

    @property
    def few(self) -> bool:
        """Whether there are fewer than two."""
        return self._bad.size < 2

    @property
    def weights(self) -> Floats:
        """1 for a bad unit, else 0."""
        weights = np.zeros(self._units)
        weights[self._bad] = 1.0
        return weights

    @property
    def observed(self) -> Labellings:
        """Positions of the bad units."""
        return self._bad

    def shifted(self, times: int, rng: np.random.Generator) -> Labellings:
        """Return circular shifts in time, (times, bad)."""
        return shifted(self._bad, self._units, times, rng)

    def reordered(self, times: int, rng: np.random.Generator) -> Labellings:
        """Return labellings with blocks of time in random order, (times, bad)."""
        return reordered(self._bad, self._units, times, rng)

    def inside(self, labellings: Labellings, region: Mask) -> Floats:
        """Return the number of bad units inside."""
        return np.asarray(region[labellings].sum(axis=1), dtype=np.float64)

    def scanner(self, coded: Coded) -> NumberScanner:
        """Return the scanner that counts."""
        return Scanner(coded)

    def level_scanner(self, codes: list[Ints]) -> LevelsScanner:
        """Return the scanner of levels that counts."""
        return LevelScanner(codes)


class Weights:
    """A weight for each unit, and how to judge them; `runs` as in `Problem`.

    Where the results belong to whole runs, chance deals them to other runs: a shift would cut the
    runs in two, and what is cut in two fits no column as well as what was seen.
    """

    def __init__(self, weights: Floats, worth: Worth, runs: Ints | None = None) -> None:
        self._weights, self.worth = weights, worth
        self._runs = None
        if runs is not None and runs.size:
            _, first, number = np.unique(runs, return_index=True, return_inverse=True)
            self._runs = number.reshape(-1)
            self._of_run = weights[first]

    @property
    def count(self) -> int:
        """Number of units that weigh something."""
        return int(np.count_nonzero(self._weights)) if self._binary else self._weights.size

    @property
    def few(self) -> bool:
        """Whether there are fewer than two, or all weigh the same."""
        return self.count < 2 or bool(np.ptp(self._weights) == 0)

    @property
    def _binary(self) -> bool:
        return self.worth is by_counts

    @property
    def weights(self) -> Floats:
        """Weight of each unit."""
        return self._weights

    @property
    def observed(self) -> Labellings:
        """The weights as they were seen."""
        return self._weights

    def shifted(self, times: int, rng: np.random.Generator) -> Labellings:
        """Return the weights shifted along time, or dealt to other runs, (times, units)."""
        return self._moved(shifted, times, rng)

    def reordered(self, times: int, rng: np.random.Generator) -> Labellings:
        """Return the weights with blocks of time, or runs, in random order, (times, units)."""
        return self._moved(reordered, times, rng)

    def _moved(self, move: Any, times: int, rng: np.random.Generator) -> Labellings:
        if self._runs is not None:
            return np.stack([rng.permutation(self._of_run)[self._runs] for _ in range(times)])
        units = self._weights.size
        places = move(np.arange(units), units, times, rng)
        moved = np.empty(places.shape)
        np.put_along_axis(moved, places, np.broadcast_to(self._weights, places.shape), axis=1)
        return moved

    def inside(self, labellings: Labellings, region: Mask) -> Floats:
        """Return the summed weight inside."""
        return np.asarray(labellings[:, region].sum(axis=1), dtype=np.float64)

    def scanner(self, coded: Coded) -> NumberScanner:
        """Return the scanner that sums weights."""
        return WeightScanner(coded, self.worth)

    def level_scanner(self, codes: list[Ints]) -> LevelsScanner:
        """Return the scanner of levels that sums weights."""
        return WeightLevelScanner(codes, self.worth)


def independent_share(scores: Floats, longest: int = 200) -> float:
    """Return how many independent values there are for each one of a series, above 0 to 1.

    The initial-sequence estimate of the effective sample size (Geyer, Practical Markov chain Monte
    Carlo, Statistical Science 7, 1992): autocorrelations are added up while the sums of neighbours
    stay positive, up to `longest` lags. `scores` have shape (units,), in time order.
    """
    series = scores - scores.mean()
    power = float(series @ series)
    if series.size < 4 or power <= 0:
        return 1.0
    lags = min(longest, series.size // 4)
    rho = [1.0]
    rho += [float(series[:-k] @ series[k:]) / power for k in range(1, lags + 1)]
    total = -1.0
    for first, second in _pairs(rho):
        if first + second <= 0:
            break
        total += 2 * (first + second)
    return 1.0 / max(total, 1.0)


def _pairs(values: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(values[0::2], values[1::2], strict=False))
