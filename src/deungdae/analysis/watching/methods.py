"""What there is to choose from, all with one face.

    relations   canonical variates: straight relations of all tags over their recent past
    neighbours  the moments that were most alike: relations that bend, several products
    seasons     each tag by its hours of the day; needs four weeks

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
    """A learned method. Its alarm is a score above `limit.score`."""

    method: str
    names: tuple[str, ...]  #: of all columns, in the order in which values are given
    model: Monitor | Seasons

    @property
    def limit(self) -> Limit:
        """Where an alarm begins."""
        return self.model.limit if isinstance(self.model, Seasons) else self.model.relations

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
        return self.model.score(values)

    def blame(self, values: Floats, phase: int, rows: int) -> list[Blame]:
        """Return each tag's part in the last `rows` of what is given, greatest first.

        Raises ValueError without a whole row among them.
        """
        if isinstance(self.model, Seasons):
            return self.model.blame(values, phase, rows)
        return self.model.blame(values[-(rows + self.model.model.past - 1) :])

    def stream(self, before: Floats, phase: int) -> OneByOne:
        """Return what takes row after row; `before` are those until now, at best `lead` of them."""
        if isinstance(self.model, Seasons):
            return SeasonStream(self.model, before, phase)
        stream = Stream(self.model)
        for row in before:
            stream.push(row)
        return stream


#: Methods by name, the simplest first, with the model behind those of all tags together.
METHODS: Final[Mapping[str, type[Canonical] | type[Neighbours] | None]] = {
    "relations": Canonical,
    "neighbours": Neighbours,
    "seasons": None,
}
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
    return Watch(method, names, Monitor.learn(values, names, budget, past=PAST[method], by=by))
