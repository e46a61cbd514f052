"""A part of the monitor: what it hears, what it answers, and how it begins and ends."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from deungdae.bus.desk import Handler
from deungdae.monitor.context import Context
from deungdae.monitor.point import Point

__all__ = ["Context", "Handler", "Part", "Point"]


class Part(Protocol):
    """One concern of the monitor.

    `begin`, `heard`, `passed` and `end` are called in the event loop and must be quick; handlers
    run in threads. What a part raises is written to the log, and the others go on; a part whose
    `begin` failed is begun again after a while.
    """

    def quick(self) -> Mapping[str, Handler]:
        """Return what answers the questions for which a page waits, by name."""

    def long(self) -> Mapping[str, Handler]:
        """Return what answers the questions that take their time, by name."""

    async def begin(self, context: Context) -> None:
        """Read what is kept, follow the buckets; history may not be there yet."""

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        """Take live points; of one tag in order of time, unless one came late."""

    async def passed(self, now_us: int) -> None:
        """Do what time brings; called about twice a second."""

    async def end(self) -> None:
        """Keep what must be kept, and stop following."""
