"""The usual day of a signal, for each kind of weekday, and the level that it drifts on.

Values are equal steps, `per_day` of them; NaN is missing. A `phase` is the number of steps since a
Monday's midnight, of the first value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Which weekdays are alike, Monday to Sunday; the simplest first.
KINDS: tuple[tuple[int, ...], ...] = (
    (0, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 1, 2),
    (0, 1, 2, 3, 4, 5, 6),
)
LEVEL_DAYS = 14
FEWEST_DAYS = 2  #: of each kind
ROUNDS = 3
#: Of the typical deviation: a slot that never varied is not infinitely surprising.
LEAST_SPREAD = 0.1


@dataclass(frozen=True)
class Shape:
    """`usual` and `spread` have a row for each kind of day and a column for each step of a day.

    `usual` is the median beside the level, `spread` the mean absolute deviation from it.
    """

    kinds: tuple[int, ...]
    usual: Floats
    spread: Floats

    @classmethod
    def of(cls, values: Floats, phase: int, per_day: int, kinds: tuple[int, ...]) -> "Shape | None":
        """Learn; None when some kind of day, or time of day, was seen too seldom."""
        rows = max(kinds) + 1
        places = slots(len(values), phase, per_day, kinds)
        usual = np.zeros(rows * per_day)
        level = np.full(len(values), np.nanmedian(values))
        for _ in range(ROUNDS):
            found = _each(values - level, places, len(usual), np.median)
            if found is None:
                return None
            usual = found
            level = trailing(values - usual[places], per_day)
            level[np.isnan(level)] = np.nanmedian(values - usual[places])
        away = np.abs(values - level - usual[places])
        spread = _each(away, places, len(usual), np.mean)
        if spread is None:
            return None
        table = spread.reshape(rows, per_day)
        # A slot's neighbours in the day vary alike.
        table = (np.roll(table, 1, axis=1) + table + np.roll(table, -1, axis=1)) / 3
        floor = max(LEAST_SPREAD * float(np.nanmean(away)), 1e-12)
        return cls(kinds, usual.reshape(rows, per_day), np.maximum(table, floor))

    def at(self, count: int, phase: int) -> tuple[Floats, Floats]:
        """Return what is usual, and its spread, at each of `count` steps from a phase on."""
        places = slots(count, phase, self.usual.shape[1], self.kinds)
        return self.usual.ravel()[places], self.spread.ravel()[places]


def slots(count: int, phase: int, per_day: int, kinds: tuple[int, ...]) -> NDArray[np.intp]:
    """Return the place of each step in a shape's flattened tables."""
    steps = phase + np.arange(count)
    return np.array(kinds)[steps // per_day % 7] * per_day + steps % per_day


def trailing(values: Floats, per_day: int) -> Floats:
    """Return the median of the two weeks before each step, renewed four times a day.

    NaN until a day has been seen.
    """
    level = np.full(len(values), np.nan)
    every, window = max(1, per_day // 4), LEVEL_DAYS * per_day
    for start, end in pairwise([*range(0, len(values), every), len(values)]):
        before = values[max(0, start - window) : start]
        before = before[np.isfinite(before)]
        if len(before) >= per_day:
            level[start:end] = np.median(before)
    return level


def _each(
    values: Floats, places: NDArray[np.intp], count: int, by: Callable[[Floats], np.floating]
) -> Floats | None:
    known = np.isfinite(values)
    order = np.argsort(places[known], kind="stable")
    grouped, where = values[known][order], places[known][order]
    cuts = np.searchsorted(where, np.arange(count + 1))
    if np.diff(cuts).min() < FEWEST_DAYS:
        return None
    return np.array([by(grouped[a:b]) for a, b in pairwise(cuts.tolist())])
