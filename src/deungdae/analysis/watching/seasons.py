"""Tags that follow the hours of the day, each by itself: a watch of the same face as the others.

Each tag has its own daily shape, level and limit (`analysis.seasonal`); the budget of false alarms
is shared among them. The score of a row is the greatest of the tags' scores, each in its own limit,
so that its limit is 1.
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly import Blame, LeftOut, Limit, Scores, TooLittle
from deungdae.analysis.seasonal import Seasonal
from deungdae.analysis.seasonal import TooLittle as TooShort
from deungdae.analysis.seasonal.model import FURTHEST, SMOOTHING
from deungdae.analysis.seasonal.shape import LEVEL_DAYS, trailing

Floats = NDArray[np.float64]
MOST_MISSING = 0.5


class Own(NamedTuple):
    """One tag: its place among the values as they are given, and its model."""

    name: str
    column: int
    model: Seasonal


@dataclass(frozen=True)
class Seasons:
    """A machine whose tags each have their day."""

    per_day: int
    tags: tuple[Own, ...]
    left_out: tuple[LeftOut, ...]
    limit: Limit

    @classmethod
    def learn(
        cls, values: Floats, names: tuple[str, ...], phase: int, per_day: int, budget: float
    ) -> "Seasons":
        """Learn four weeks or more; `phase` is the steps since a Monday's midnight.

        Raises `TooLittle` when no tag can be learned.
        """
        values = np.asarray(values, float)
        found: list[Own] = []
        left_out: list[LeftOut] = []
        share = budget / max(values.shape[1], 1)
        ran = int(np.isfinite(values).any(axis=1).sum())
        why = "no tag changes in the good period"
        for column, name in enumerate(names):
            own = values[:, column]
            known = own[np.isfinite(own)]
            if len(known) < max(1.0, (1 - MOST_MISSING) * ran):
                left_out.append(LeftOut(name, "missing"))
            elif np.ptp(known) <= 1e-12 * max(1.0, float(np.abs(known).max())):
                left_out.append(LeftOut(name, "constant"))
            else:
                try:
                    found.append(Own(name, column, Seasonal.learn(own, phase, per_day, share)))
                except (TooShort, ValueError) as error:
                    why = str(error)
                    left_out.append(LeftOut(name, "no_day"))
        if not found:
            raise TooLittle(why)
        limits = [own.model.limit for own in found]
        return cls(
            per_day,
            tuple(found),
            tuple(left_out),
            Limit(
                1.0,
                sum(one.seen for one in limits),
                max(one.steps for one in limits),
                all(one.fitted for one in limits),
            ),
        )

    @property
    def lead(self) -> int:
        """Rows before the first that counts: the level is of the two weeks before."""
        return LEVEL_DAYS * self.per_day

    def each(self, values: Floats, phase: int) -> Floats:
        """Return the score of each tag, in its own limit."""
        columns = [
            own.model.score(values[:, own.column], phase) / own.model.limit.score
            for own in self.tags
        ]
        return np.column_stack(columns)

    def score(self, values: Floats, phase: int) -> Scores:
        """Return the greatest of the tags' scores in each row; nothing is known of the place."""
        each = self.each(np.asarray(values, float), phase)
        known = np.isfinite(each).any(axis=1)
        greatest = np.full(len(each), np.nan)
        greatest[known] = np.nanmax(each[known], axis=1)
        return Scores(greatest, np.full(len(each), np.nan))

    def blame(self, values: Floats, phase: int, rows: int) -> list[Blame]:
        """Return the tags by their scores in the last `rows`; what is before finds the level."""
        each = self.each(np.asarray(values, float), phase)[-rows:]
        parts = np.array([np.nanmean(col) if np.isfinite(col).any() else 0.0 for col in each.T])
        whole = float(parts.sum()) or 1.0
        deviations = self._deviations(values, phase)[-rows:]
        found = [
            Blame(own.name, float(part) / whole, _mean(deviations[:, place]))
            for place, (own, part) in enumerate(zip(self.tags, parts, strict=True))
        ]
        return sorted(found, key=lambda one: (-one.share, one.name))

    def _deviations(self, values: Floats, phase: int) -> Floats:
        columns = []
        for own in self.tags:
            usual, spread = own.model.shape.at(len(values), phase)
            beside = values[:, own.column] - usual
            level = np.nanmedian(beside) if np.isfinite(beside).any() else 0.0
            columns.append((beside - level) / spread)
        return np.column_stack(columns)


class SeasonStream:
    """Takes one row at a time after two weeks that are given at once; the scores are the same.

    A row costs what it says: the levels are renewed four times a day, as the good period's were.
    """

    def __init__(self, watch: Seasons, before: Floats, phase: int) -> None:
        """Begin after rows `before`, the first of them at `phase`."""
        self.watch = watch
        self._next = phase
        self._count = 0  #: rows since the first one
        tags = len(watch.tags)
        self._beside: deque[Floats] = deque(maxlen=watch.lead)  #: of each tag, beside its shape
        self._level = np.full(tags, np.nan)
        self._smoothed = np.zeros(tags)
        self._limits = np.array([own.model.limit.score for own in watch.tags])
        self._columns = [own.column for own in watch.tags]
        if len(before):
            self._begin(np.asarray(before, float))

    def _begin(self, before: Floats) -> None:
        rows, per_day = len(before), self.watch.per_day
        shapes = [own.model.shape.at(rows, self._next) for own in self.watch.tags]
        usual, spread = (np.column_stack(each) for each in zip(*shapes, strict=True))
        beside = before[:, self._columns] - usual
        levels = np.column_stack([trailing(each, per_day) for each in beside.T])
        for z in (beside - levels) / spread:
            self._smooth(z)
        self._level = levels[-1]
        self._beside.extend(beside)
        self._next += rows
        self._count = rows

    def push(self, row: Floats) -> tuple[float, float]:
        """Take a row; return its score, and NaN for its place."""
        if self._count % max(1, self.watch.per_day // 4) == 0:
            self._renew()
        shapes = [own.model.shape.at(1, self._next) for own in self.watch.tags]
        usual, spread = (np.concatenate(each) for each in zip(*shapes, strict=True))
        beside = np.asarray(row, float)[self._columns] - usual
        known = self._smooth((beside - self._level) / spread)
        self._beside.append(beside)
        self._next = (self._next + 1) % (7 * self.watch.per_day)
        self._count += 1
        if not known.any():
            return float("nan"), float("nan")
        return float((np.abs(self._smoothed) / self._limits)[known].max()), float("nan")

    def _renew(self) -> None:
        beside = np.array(self._beside).reshape(-1, len(self._columns))
        for place, own in enumerate(beside.T):
            finite = own[np.isfinite(own)]
            enough = len(finite) >= self.watch.per_day
            self._level[place] = np.median(finite) if enough else np.nan

    def _smooth(self, z: Floats) -> NDArray[np.bool_]:
        """Take the deviations of a row into the smoothed ones; return which tags are known."""
        known = np.isfinite(z)
        step = SMOOTHING * (np.clip(z, -FURTHEST, FURTHEST) - self._smoothed)
        self._smoothed = np.where(known, self._smoothed + step, self._smoothed)
        return known


def _mean(column: Floats) -> float:
    known = column[np.isfinite(column)]
    return float(known.mean()) if len(known) else 0.0
