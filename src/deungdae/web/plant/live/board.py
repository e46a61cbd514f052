"""The last value of each tag of an organisation, in memory while somebody looks.

However many look, an organisation's live messages are heard once and its tags are counted once a
second. What a break of the line lost comes back with the next look into the history, once a
minute.
"""

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from deungdae import bus
from deungdae.bus.ending import end
from deungdae.web.core import line
from deungdae.web.core.following import Followers, Moving
from deungdae.web.core.scope import Scope
from deungdae.web.plant.live.judging import OFF_US, Seen
from deungdae.web.plant.live.lines import Described, stand
from deungdae.web.plant.live.tags import described_here
from deungdae.web.plant.live.telling import line_told

REFRESH_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 3.0
SILENCE_SECONDS: Final = 3.0  #: after which it is asked whether the bus is there at all
COUNT_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


def latest_question(organisation: str, tags: Sequence[str] | None = None) -> bus.Question:
    """Return the question for the last value of each tag."""
    parameters = {} if tags is None else {"tags": list(tags)}
    return bus.Question("history", "latest", organisation, parameters, within=10)


def from_history(points: Iterable[dict[str, Any]]) -> dict[str, Seen]:
    """Return what the history answered, by tag."""
    return {
        row["tag"]: Seen(row["time"], row["value"], row["quality"], row["received"])
        for row in points
    }


def now_us() -> int:
    """Return microseconds since 1970 UTC by the clock of this computer."""
    return time.time_ns() // 1000


class Board(Moving):
    """The values of one organisation; used in one event loop, read in any thread.

    Each value carries the version that came with it.
    """

    def __init__(self, organisation: str) -> None:
        super().__init__()
        self.organisation = organisation
        self.seen: dict[str, Seen] = {}
        self.described: dict[str, Described] = {}
        self.shape = 0  #: counts changes of which tags there are, or of what is known of them
        self.history_away = False  #: nobody answers what was before we began to listen
        self.bus_away = False
        self._lines: list[dict[str, Any]] = []
        self._people_said: dict[str, Described] = {}
        self._counted = -COUNT_SECONDS

    def hear(self, message: bytes, now: int) -> None:
        """Take one live message; of each tag the newest value is kept."""
        version = self.version + 1
        new = False
        for tag, time_us, value, quality in json.loads(message)["points"]:
            before = self.seen.get(tag)
            # A time ahead of the clock must not hold back what comes once the clock is right.
            if before and time_us < before.time_us and before.time_us <= now + OFF_US:
                continue
            new = new or before is None
            self.seen[tag] = Seen(time_us, value, quality, now, version)
        self._take_in(reshaped=new)

    def take(self, found: dict[str, Seen], described: dict[str, Described]) -> None:
        """Take what the history and the descriptions say; newer live values stay."""
        version, before_all = self.version + 1, len(self.seen)
        for tag, seen in found.items():
            before = self.seen.get(tag)
            if before is None or seen.time_us > before.time_us:
                self.seen[tag] = replace(seen, version=version)
        reshaped = described != self._people_said or len(self.seen) > before_all
        self._people_said = described
        self._take_in(reshaped=reshaped)

    def _take_in(self, *, reshaped: bool) -> None:
        if reshaped:
            self.described = with_unknown(self._people_said, self.seen)
            self.shape += 1
            self._counted = -COUNT_SECONDS
        self.move()

    def lines(self, now: int) -> list[dict[str, Any]]:
        """Return how the lines stand, as it is told to browsers, counted at most once a second."""
        clock = time.monotonic()
        if clock - self._counted >= COUNT_SECONDS:
            self._lines = [line_told(one) for one in stand(self.described, self.seen, now)]
            self._counted = clock
        return self._lines

    async def follow(self, scope: Scope) -> None:
        """Listen until cancelled."""
        listening = asyncio.create_task(self._listen(), name="live values of a board")
        try:
            while True:
                await self._look(scope)
                await asyncio.sleep(RETRY_SECONDS if self.history_away else REFRESH_SECONDS)
        finally:
            await end(listening)

    async def _listen(self) -> None:
        while True:
            try:
                async for message in line.listen(self.organisation, beat=SILENCE_SECONDS):
                    if message:
                        self.bus_away = False
                        self._hear_safely(message)
                    else:
                        self.bus_away = not await asyncio.to_thread(line.stands)
            except bus.Unavailable:
                self.bus_away = True
            await asyncio.sleep(RETRY_SECONDS)

    def _hear_safely(self, message: bytes) -> None:
        try:
            self.hear(message, now_us())
        except (ValueError, TypeError, KeyError):
            _log.warning("a live message of %s was not understood", self.organisation)

    async def _look(self, scope: Scope) -> None:
        try:
            described = await sync_to_async(_described, thread_sensitive=False)(scope)
        except DatabaseError as error:
            _log.warning("the descriptions of tags cannot be read: %s", error)
            described = self._people_said
        try:
            async with await line.aask(latest_question(self.organisation)) as answer:
                points = (await answer.ajson())["points"]
        except (bus.Unavailable, bus.Refusal) as error:
            self.history_away = True
            _log.info("the history does not say what the last values were: %s", error)
            points = []
        else:
            self.history_away = False
        self.take(from_history(points), described)


def with_unknown(described: dict[str, Described], seen: Iterable[str]) -> dict[str, Described]:
    """Return descriptions of all tags, in order; of tags nobody described the path is known.

    A name that a tag had formerly is none of its own.
    """
    former = {name for about in described.values() for name in about.formerly}
    found = {tag: Described(tag) for tag in seen if tag not in former} | described
    return {tag: found[tag] for tag in sorted(found)}


def _described(scope: Scope) -> dict[str, Described]:
    try:
        return described_here(scope)
    finally:
        close_old_connections()


#: Of this process.
BOARDS: Final = Followers(Board)
