"""The writer of one installation: two lanes from the bus into the lake, and live values."""

import asyncio
import fcntl
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from deungdae.bus import (
    INGEST,
    QUARANTINE,
    Connection,
    Grouped,
    Part,
    Reader,
    Stored,
    Unavailable,
    live_subject,
)
from deungdae.gateway.writing.lane import Lane, Pace
from deungdae.gateway.writing.live import tellings
from deungdae.gateway.writing.wire import UNREADABLE, read
from deungdae.lake.intake import Held, Ledger, Quarantine, Sum, Tally
from deungdae.lake.telemetry import SCHEMA, Telemetry
from deungdae.records.errors import DeungdaeError, UnusableOption

STALE_US = 60_000_000  #: what lay on the bus for longer is no live value any more
LINGER_SECONDS = 0.02

_log = logging.getLogger(__name__)


class SecondWriter(DeungdaeError):  # noqa: N818
    """Somebody else wrote under our name: going on would count points twice."""


class Points:
    """The queue INGEST into the table of points."""

    app = "ingest-0"

    def __init__(self, telemetry: Telemetry, held: Grouped) -> None:
        self._telemetry = telemetry
        self._held = held

    def version(self) -> int | None:
        """Return the sequence of the last message whose points are stored."""
        return self._telemetry.version(self.app)

    def tally(self, after: int) -> Tally:
        """Return what became of the points of the commits after a sequence."""
        tally = Tally()
        for _, counts in self._telemetry.counts(self.app, after):
            tally.add(_became(counts))
        return tally

    async def received(self, messages: list[Stored]) -> Tally:
        """Return how many points messages brought."""
        return (await asyncio.to_thread(read, messages)).received

    async def commit(self, messages: list[Stored]) -> tuple[Tally, Tally]:
        """Store the points of messages; what cannot be read goes to the quarantine before that."""
        found = await asyncio.to_thread(read, messages)
        await asyncio.gather(*(self._held.store(part) for part in found.unreadable))
        appended = await asyncio.to_thread(
            self._telemetry.append,
            found.points if found.points.num_rows else SCHEMA.empty_table(),
            self.app,
            messages[-1].sequence,
        )
        if appended.repeated:
            raise SecondWriter(self.app)
        return found.received, _became(appended.counts)


class HeldBack:
    """The queue QUARANTINE into the table of what was held back."""

    app = "quarantine-0"

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def version(self) -> int | None:
        """Return the sequence of the last message that is kept."""
        return self._quarantine.version()

    def tally(self, after: int) -> Tally:
        """Return what became of the entries of the commits after a sequence."""
        return self._quarantine.tally(after)

    async def received(self, messages: list[Stored]) -> Tally:
        """Return how many points messages say they hold."""
        tally = Tally()
        for one in held_in(messages):
            amount = Sum(received=one.points)
            tally.count(one.organisation, one.source, one.received_us, amount)
        return tally

    async def commit(self, messages: list[Stored]) -> tuple[Tally, Tally]:
        """Keep the entries of messages."""
        version = messages[-1].sequence
        became = await asyncio.to_thread(self._quarantine.append, held_in(messages), version)
        return await self.received(messages), became


class Writer:
    """Takes what the bus holds into the lake until it is stopped; one for a home folder."""

    def __init__(
        self,
        connection: Connection,
        home: Path,
        *,
        clock_us: Callable[[], int],
        pace: Pace | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        """`clock_us` gives microseconds since 1970 UTC.

        Raises UnusableOption when another writer of this home runs, PublicError for the disk.
        """
        self._lock = _only_one(home)
        self._connection = connection
        self._clock_us = clock_us
        self._stopping = False
        self._held = Grouped(connection, QUARANTINE)
        self.telemetry = telemetry or Telemetry(home)
        self.ledger = Ledger(home)
        self.quarantine = Quarantine(home)
        pace = pace or Pace()
        points = Points(self.telemetry, self._held)
        # What is held back is not urgent, and each commit of it asks for its like first.
        slower = replace(pace, commit_every=pace.commit_every * 2)
        self.points = Lane(connection, INGEST, points, self.ledger, pace)
        self.held_back = Lane(
            connection, QUARANTINE, HeldBack(self.quarantine), self.ledger, slower
        )

    async def run(self) -> None:
        """Write until `stop`; raises what makes going on impossible."""
        live = asyncio.create_task(self._tell_live(), name="live values")
        lanes = [
            asyncio.create_task(self.points.run(), name="writer of points"),
            asyncio.create_task(self.held_back.run(), name="writer of the quarantine"),
        ]
        try:
            await asyncio.wait({*lanes, live}, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self.stop()
            await asyncio.wait({*lanes, live})
            self._lock.close()
        for task in (*lanes, live):
            task.result()

    def stop(self) -> None:
        """Let `run` commit and account for what it has, and return."""
        self._stopping = True
        self.points.stop()
        self.held_back.stop()

    async def _tell_live(self) -> None:
        reader: Reader | None = None
        # Not ended by cancelling: the library of the bus may swallow that.
        while not self._stopping:
            if reader is None:
                with suppress(Unavailable):
                    reader = Reader(self._connection, INGEST, await self._connection.last(INGEST))
                await asyncio.sleep(LINGER_SECONDS)
                continue
            messages = await reader.next(200, 1.0, LINGER_SECONDS)
            now_us = self._clock_us()
            oldest_us = now_us - STALE_US
            fresh = [message for message in messages if message.stored_us >= oldest_us]
            if fresh:
                for organisation, text in await asyncio.to_thread(_live, fresh, now_us):
                    await self._connection.tell(live_subject(organisation), text)


def _live(messages: list[Stored], now_us: int) -> list[tuple[str, bytes]]:
    return tellings(read(messages).points, now_us)


def held_in(messages: list[Stored]) -> list[Held]:
    """Return the entries of messages of the queue QUARANTINE."""
    found = []
    for message in messages:
        if message.parts is None:
            about = ("", "", message.stored_us, UNREADABLE, 1, f"quarantine {message.sequence}")
            found.append(Held(message.sequence, 0, *about, message.raw))
            continue
        for place, part in enumerate(message.parts):
            found.append(_held(message, place, part))
    return found


def _held(message: Stored, place: int, part: Part) -> Held:
    when, _, reason = part.more.partition(" ")
    readable = when.isascii() and when.isdecimal() and len(when) < 18
    return Held(
        message.sequence,
        place,
        part.organisation,
        part.source,
        int(when) if readable else message.stored_us,
        reason or "unknown",
        part.points,
        part.batch,
        part.body,
    )


def _became(counts: object) -> Tally:
    tally = Tally()
    for row in counts.to_pylist():  # type: ignore[attr-defined]  # Arrow is untyped
        hour_us = int(row["hour"].timestamp()) * 1_000_000
        amount = Sum(stored=row["stored"], duplicate=row["duplicates"])
        tally.count(row["organisation"], row["source"], hour_us, amount)
    return tally


def _only_one(home: Path) -> BinaryIO:
    folder = home / "intake"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "writer.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise UnusableOption(
            "Another process already writes into {folder}; there can be one alone.",
            folder=str(home),
        ) from error
    return lock
