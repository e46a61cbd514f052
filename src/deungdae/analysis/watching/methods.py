"""What there is to choose from, all with one face.

    relations   canonical variates: straight relations of all tags over their recent past
    neighbours  the moments that were most alike: relations that bend, several products
    seasons     each tag by its hours of the day; needs four weeks

A tag that is slow in itself may leave its range without breaking a relation: it is part of the
machine's state. So `relations` goes by the greater of two scores, each in the limit of half the
budget: the relations, and the place. A good period in which the machine went to and fro too seldom
to fit the limit of the place does not say how far it usually goes: there the place has to be beyond
so many times its greatest score.

Values are one row for each equal step, one column for each tag, NaN for missing; rows in which the
machine stood still are all NaN. A `phase` is the number of steps since a Monday's midnight in the
plant's time, of the first row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly import (
    Blame,
    Canonical,
    LeftOut,
    Limit,
    Monitor,
    Neighbours,
    Scores,
    Stream,
)
from deungdae.analysis.watching.seasons import Seasons, SeasonStream

Floats = NDArray[np.float64]

SETTLING = 40  #: rows before those that count, in which the smoothed score finds its place


class OneByOne(Protocol):
    """Scores rows as they come."""

    def push(self, row: Floats) -> tuple[float, float]:
        """Take a row; return its (score, place), NaN where nothing can be said yet."""


@dataclass(frozen=True)
class Watch:
    """A learned method. Scores are shares of their limits: an alarm is a score above 1."""

    method: str
    names: tuple[str, ...]  #: of all columns, in the order in which values are given
    model: Monitor | Seasons

    @property
    def limit(self) -> Limit:
        """Where an alarm begins: at 1; and what is known of that limit."""
        if isinstance(self.model, Seasons):
            return self.model.limit
        one, other = self.model.relations, self.model.place
        steps = one.smoothed.steps
        if self.method not in BY_PLACE:
            return Limit(1.0, one.seen, steps, one.fitted)
        return Limit(1.0, one.seen + other.seen, steps, one.fitted and other.fitted)

    @property
    def watched(self) -> tuple[str, ...]:
        """The tags that are watched, in the order of the columns."""
        if isinstance(self.model, Seasons):
            return tuple(own.name for own in self.model.tags)
        return self.model.reference.names

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The tags that are not watched, and why."""
        if isinstance(self.model, Seasons):
            return self.model.left_out
        return self.model.reference.left_out

    @property
    def lead(self) -> int:
        """Rows that must stand before the first one that counts."""
        return self.model.lead if isinstance(self.model, Seasons) else SETTLING

    def score(self, values: Floats, phase: int) -> Scores:
        """Return the scores of rows that follow one another."""
        if isinstance(self.model, Seasons):
            return self.model.score(values, phase)
        found = self.model.score(values)
        if self.method not in BY_PLACE:
            return found
        return Scores(np.maximum(found.relations, found.place / wide(self.model)), found.place)

    def blame(self, values: Floats, phase: int, rows: int) -> list[Blame]:
        """Return each tag's part in the last `rows` of what is given, greatest first.

        Raises ValueError without a whole row among them.
        """
        if isinstance(self.model, Seasons):
            return self.model.blame(values, phase, rows)
        found = self.score(values, phase)
        last, place = found.relations[-rows:], found.place[-rows:]
        # Blamed for what the score went by.
        by_place = self.method in BY_PLACE
        whole = by_place and bool(np.nansum(place / wide(self.model) >= last) * 2 > len(last))
        return self.model.blame(values[-(rows + self.model.model.past - 1) :], whole=whole)

    def stream(self, before: Floats, phase: int) -> OneByOne:
        """Return what takes row after row; `before` are those until now, at best `lead` of them."""
        if isinstance(self.model, Seasons):
            return SeasonStream(self.model, before, phase)
        stream = Stream(self.model)
        for row in before:
            stream.push(row)
        return _Greater(stream) if self.method in BY_PLACE else stream


class _Greater:
    """Gives the greater of both scores of a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._wide = wide(stream.monitor)

    def push(self, row: Floats) -> tuple[float, float]:
        relations, place = self._stream.push(row)
        return max(relations, place / self._wide), place


def wide(monitor: Monitor) -> float:
    """Return how many times its limit the place may be before it is an alarm."""
    return 1.0 if monitor.place.fitted else WIDE


#: Methods by name, the simplest first, with the model behind those of all tags together.
METHODS: Final[Mapping[str, type[Canonical] | type[Neighbours] | None]] = {
    "relations": Canonical,
    "neighbours": Neighbours,
    "seasons": None,
}
WIDE: Final = 2.0  #: times the greatest score of the place, where its limit is no more than that
#: Methods whose score is that of the place, too, where that is greater.
BY_PLACE: Final = frozenset({"relations"})
#: Relations that bend are seen best moment by moment; straight ones also over three steps.
PAST: Final[Mapping[str, int]] = {"relations": 3, "neighbours": 1}


def learn(
    method: str, values: Floats, names: tuple[str, ...], phase: int, per_day: int, budget: float
) -> Watch:
    """Learn a good period by one method; `budget` is false alarms per row.

    Raises `TooLittle` for a period it cannot learn from, KeyError for a method there is not.
    """
    by = METHODS[method]
    if by is None:
        return Watch(method, names, Seasons.learn(values, names, phase, per_day, budget))
    share = budget / 2 if method in BY_PLACE else budget
    return Watch(method, names, Monitor.learn(values, names, share, past=PAST[method], by=by))
