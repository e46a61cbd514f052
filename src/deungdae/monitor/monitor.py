"""The monitor at work on an open line to the bus: its parts, its desk, its clock."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from deungdae.bus import Answering, Connection
from deungdae.bus.desk import Desk, Handler
from deungdae.bus.ending import end
from deungdae.bus.given import Given
from deungdae.monitor.context import Context
from deungdae.monitor.hearing import live
from deungdae.monitor.kept import Kept
from deungdae.monitor.outbox import MOST_AT_ONCE, Outbox
from deungdae.monitor.part import Part, Point
from deungdae.monitor.past import Past
from deungdae.monitor.structure import Structure
from deungdae.monitor.telling import Telling
from deungdae.records.environment import Settings

TOPIC = "monitor"
TIDY_SECONDS = 3600.0
_LARGEST = (1 << 63) - 1


class Monitor:
    """All parts on one line to the bus. `begin` it, and `end` it before the line."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        parts: Sequence[Part],
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._now_us = now_us
        self._kept = [Kept(part, now_us) for part in parts]
        self._tasks: list[asyncio.Task[None]] = []
        self._given: asyncio.Queue[tuple[str, Sequence[Point]]] = asyncio.Queue()
        self.points = 0  #: how many were heard

    async def begin(self) -> None:
        """Begin all parts, hear live values, answer questions."""
        home = self._settings.home / "monitor"
        self._outbox = Outbox(home, self._now_us)
        self._telling = Telling(self._connection)
        self._structure = await Structure.open(self._connection)
        self.context = Context(
            connection=self._connection,
            home=home,
            settings=self._settings,
            outbox=self._outbox,
            past=Past(self._connection),
            telling=self._telling,
            structure=self._structure,
            now_us=self._now_us,
            loop=asyncio.get_running_loop(),
            pass_on=lambda organisation, points: self._given.put_nowait((organisation, points)),
        )
        self._telling.begin()
        quick: dict[str, Handler] = {"events": self._events, "health": self._health}
        long: dict[str, Handler] = {}
        for kept in self._kept:
            quick |= kept.quick()
            long |= kept.long()
        self._desk = Desk(quick, long)
        # Heard before the parts begin, so that what they read of the past has no hole to the live.
        self._tasks = [
            asyncio.create_task(self._hear(), name="live values"),
            asyncio.create_task(self._pass_on(), name="points of parts"),
            asyncio.create_task(self._tidy(), name="outbox"),
        ]
        for kept in self._kept:
            await kept.begin(self.context)
        self._answers = await Answering.open(self._connection, TOPIC, self._desk.answer, within=60)

    async def end(self) -> None:
        """Answer nothing more, then end the parts, and tell what they still said."""
        await self._answers.close()
        for task in self._tasks:
            await end(task)
        for kept in reversed(self._kept):
            await kept.end()
        await asyncio.to_thread(self._desk.close)
        await asyncio.to_thread(self.context.pool.shutdown)
        await self._telling.end()
        await self._structure.close()
        self._outbox.close()

    @property
    def failures(self) -> int:
        """How often a part failed."""
        return sum(kept.failures for kept in self._kept)

    async def _hear(self) -> None:
        async for organisation, points in live(self._connection):
            await self.hear(organisation, points)

    async def _pass_on(self) -> None:
        while True:
            organisation, points = await self._given.get()
            await self.hear(organisation, points)

    async def hear(self, organisation: str, points: Sequence[Point]) -> None:
        """Let all parts hear points."""
        self.points += len(points)
        for kept in self._kept:
            await kept.heard(organisation, points)

    async def _tidy(self) -> None:
        while True:
            await asyncio.to_thread(self._outbox.tidy)
            await asyncio.sleep(TIDY_SECONDS)

    # The questions of no part: `events {after, kinds?, limit?}` and `health {}`.

    def _events(self, organisation: str, given: Given) -> dict[str, Any]:
        after = given.whole("after", 0, _LARGEST, 0)
        limit = given.whole("limit", 1, MOST_AT_ONCE, MOST_AT_ONCE)
        kinds = given.some_words("kinds")
        given.nothing_else()
        return self._outbox.after(organisation, after, kinds, limit)

    def _health(self, organisation: str, given: Given) -> dict[str, Any]:
        given.nothing_else()
        return {
            "points": self.points,
            "failures": {kept.name: kept.failures for kept in self._kept},
            "told": self._telling.told,
            "unusable": self._structure.unusable,
        }
