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
SETTLING = 60  #: rows in which the smoothed deviations find their place


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
        values = np.asarray(values, float)
        tail = min(len(values), rows + SETTLING)
        columns = []
        for own in self.tags:
            usual, spread = own.model.shape.at(len(values), phase)
            beside = values[:, own.column] - usual
            before = _finite(beside[:-tail])
            before = before if len(before) >= self.per_day else _finite(beside)
            level = np.median(before) if len(before) else 0.0
            columns.append((beside[-tail:] - level) / spread[-tail:])
        deviations = np.column_stack(columns)
        smoothed = Smoothed(len(self.tags))
        shares = np.array([smoothed.push(each) for each in deviations])[-rows:]
        shares /= [own.model.limit.score for own in self.tags]
        parts = [_mean(column) for column in shares.T]
        whole = sum(parts) or 1.0
        found = [
            Blame(own.name, part / whole, _mean(deviations[-rows:, place]))
            for place, (own, part) in enumerate(zip(self.tags, parts, strict=True))
        ]
        return sorted(found, key=lambda one: (-one.share, one.name))


class Smoothed:
    """The smoothed deviations of all tags, row by row."""

    def __init__(self, tags: int) -> None:
        self._level = np.zeros(tags)

    def push(self, z: Floats) -> Floats:
        """Take a row's deviations; return the smoothed ones without sign, NaN where unknown."""
        step = SMOOTHING * (np.clip(z, -FURTHEST, FURTHEST) - self._level)
        known = np.isfinite(z)
        self._level = np.where(known, self._level + step, self._level)
        return np.where(known, np.abs(self._level), np.nan)


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
        self._smoothed = Smoothed(tags)
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
            self._smoothed.push(z)
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
        shares = self._smoothed.push((beside - self._level) / spread) / self._limits
        self._beside.append(beside)
        self._next = (self._next + 1) % (7 * self.watch.per_day)
        self._count += 1
        known = _finite(shares)
        return float(known.max()) if len(known) else float("nan"), float("nan")

    def _renew(self) -> None:
        beside = np.array(self._beside).reshape(-1, len(self._columns))
        for place, own in enumerate(beside.T):
            known = _finite(own)
            enough = len(known) >= self.watch.per_day
            self._level[place] = np.median(known) if enough else np.nan


def _finite(values: Floats) -> Floats:
    return np.asarray(values[np.isfinite(values)])


def _mean(column: Floats) -> float:
    known = _finite(column)
    return float(known.mean()) if len(known) else 0.0
