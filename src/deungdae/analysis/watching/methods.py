"""What there is to choose from, all with one face.

    relations   canonical variates: straight relations of all tags over their recent past
    neighbours  the moments that were most alike: relations that bend, several products
    seasons     each tag by its hours of the day; needs four weeks

A tag that is slow in itself may leave its range without breaking a relation: it is part of the
machine's state. So `relations` goes by the greater of two scores, each in the limit of half the
budget: the relations, and the place.

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

_LEAST = 1e-9
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
        if self.method not in BY_PLACE:
            return one._replace(score=1.0)
        return Limit(1.0, one.seen + other.seen, one.steps, one.fitted and other.fitted)

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
        return self._shares(found.relations, found.place)

    def _shares(self, relations: Floats, place: Floats) -> Scores:
        assert isinstance(self.model, Monitor)
        relations = relations / max(self.model.relations.score, _LEAST)
        place = place / max(self.model.place.score, _LEAST)
        greater = np.maximum(relations, place) if self.method in BY_PLACE else relations
        return Scores(greater, place)

    def blame(self, values: Floats, phase: int, rows: int) -> list[Blame]:
        """Return each tag's part in the last `rows` of what is given, greatest first.

        Raises ValueError without a whole row among them.
        """
        if isinstance(self.model, Seasons):
            return self.model.blame(values, phase, rows)
        found = self.score(values, phase)
        last, place = found.relations[-rows:], found.place[-rows:]
        # Blamed for what the score went by.
        whole = self.method in BY_PLACE and bool(np.nansum(place >= last) * 2 > len(last))
        return self.model.blame(values[-(rows + self.model.model.past - 1) :], whole=whole)

    def stream(self, before: Floats, phase: int) -> OneByOne:
        """Return what takes row after row; `before` are those until now, at best `lead` of them."""
        if isinstance(self.model, Seasons):
            return SeasonStream(self.model, before, phase)
        stream = _Shares(self, Stream(self.model))
        for row in before:
            stream.push(row)
        return stream


class _Shares:
    """Gives the scores of a stream as shares of their limits."""

    def __init__(self, watch: Watch, stream: Stream) -> None:
        monitor = stream.monitor
        self._stream = stream
        self._relations = max(monitor.relations.score, _LEAST)
        self._place = max(monitor.place.score, _LEAST)
        self._both = watch.method in BY_PLACE

    def push(self, row: Floats) -> tuple[float, float]:
        relations, place = self._stream.push(row)
        relations, place = relations / self._relations, place / self._place
        return max(relations, place) if self._both else relations, place


#: Methods by name, the simplest first, with the model behind those of all tags together.
METHODS: Final[Mapping[str, type[Canonical] | type[Neighbours] | None]] = {
    "relations": Canonical,
    "neighbours": Neighbours,
    "seasons": None,
}
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
