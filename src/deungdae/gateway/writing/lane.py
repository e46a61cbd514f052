"""One queue, taken in order into one table: the part of the writer that must never be wrong.

For each batch of messages: commit to the table, under the sequence of the last message; note in the
ledger what became of it; then let the bus forget. Killed between any two of these, the next start
reads back how far table and ledger came, and goes on from there:

    table behind the bus      its messages are read again, and committed
    ledger behind the table   its messages are read again, and only accounted for
"""

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from deungdae.bus import Connection, Queue, Reader, Stored, Unavailable
from deungdae.lake.intake import Ledger, Tally
from deungdae.records.errors import PublicError

LINGER_SECONDS = 0.02  #: for more of what is on the bus, while it is emptied

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often the writer does what. Times are in seconds."""

    commit_every: float = 2.0
    commit_points: int = 500_000
    account_every: float = 20.0
    forget_after: float = 600.0  #: so long the bus knows what it stored, and refuses repetitions
    retry_after: float = 2.0  #: when the disk says no
    most_bytes: int = 128 << 20  #: of the messages in one commit, as they lie on the bus
    empty_within: float = 5.0  #: at the end: what is on the bus by then waits for the next start


class Store(Protocol):
    """A table that takes the messages of a queue."""

    app: str

    def version(self) -> int | None:
        """Return the sequence of the last message that was committed."""

    def tally(self, after: int) -> Tally:
        """Return what became of everything committed after a sequence."""

    async def received(self, messages: list[Stored]) -> Tally:
        """Return what messages say they brought."""

    async def commit(self, messages: list[Stored]) -> tuple[Tally, Tally]:
        """Commit messages, known by the last one's sequence: what they brought, what became of it.

        Raises PublicError when the disk says no; nothing is committed then.
        """


class Lane:
    """Takes one queue into one table."""

    def __init__(
        self, connection: Connection, queue: Queue, store: Store, ledger: Ledger, pace: Pace
    ) -> None:
        self._connection = connection
        self._queue = queue
        self._store = store
        self._ledger = ledger
        self._pace = pace
        self._tally = Tally()
        self._accounted: int | None = None
        self._committed: int | None = None
        self._read_to = -1
        self._done: deque[tuple[float, int]] = deque()  # when which sequence was accounted for
        self._stopping = asyncio.Event()
        self.failure: str | None = None  #: why nothing is committed at present
        self.commits = 0
        self.points = 0
        self.missing = 0  #: messages that the bus no longer had

    @property
    def committed(self) -> int | None:
        """The sequence of the last message that is in the table."""
        return self._committed

    def stop(self) -> None:
        """Let `run` commit what the queue holds by now, and return."""
        self._stopping.set()

    async def run(self) -> None:
        """Take messages until `stop`, and then those that were stored before it."""
        await self._catch_up()
        reader = Reader(self._connection, self._queue, self._accounted)
        accounted_at = time.monotonic()
        try:
            while not self._stopping.is_set():
                await self._take(await self._gather(reader))
                self.missing = reader.missing
                if time.monotonic() - accounted_at >= self._pace.account_every:
                    await self._account()
                    accounted_at = time.monotonic()
            await self._empty(reader)
            await self._account()
        finally:
            await reader.close()

    async def _catch_up(self) -> None:
        self._accounted = await asyncio.to_thread(self._ledger.version, self._store.app)
        self._committed = await asyncio.to_thread(self._store.version)
        after = -1 if self._accounted is None else self._accounted
        self._tally = await asyncio.to_thread(self._store.tally, after)

    async def _gather(self, reader: Reader) -> list[Stored]:
        found: list[Stored] = []
        points, size, deadline = 0, 0, time.monotonic() + self._pace.commit_every
        while points < self._pace.commit_points and size < self._pace.most_bytes:
            left = deadline - time.monotonic()
            if left <= 0 or self._stopping.is_set():
                break
            for message in await reader.next(200, max(0.02, min(left, 1.0))):
                found.append(message)
                points += sum(part.points for part in message.parts or ())
                size += len(message.raw)
        return found

    async def _empty(self, reader: Reader) -> None:
        """Take what was on the bus when the stop came, as far as the time for it allows."""
        deadline = time.monotonic() + self._pace.empty_within
        try:
            last = await self._connection.last(self._queue)
        except Unavailable as error:
            _log.info("what the bus holds is taken at the next start: %s", error)
            return
        # A disk that says no would be asked for nothing but a slow end.
        while reader.after < last and self.failure is None and time.monotonic() < deadline:
            await self._take(await reader.next(200, 1.0, LINGER_SECONDS))
        self.missing = reader.missing

    async def _take(self, messages: list[Stored]) -> None:
        known = -1 if self._committed is None else self._committed
        again = [message for message in messages if message.sequence <= known]
        new = [message for message in messages if message.sequence > known]
        if again:
            self._tally.add(await self._store.received(again))
            self._read_to = again[-1].sequence
        while new:
            try:
                received, became = await self._store.commit(new)
            except (PublicError, Unavailable) as error:
                # What was acknowledged lies on the bus until the disk says yes.
                self.failure = str(error)
                _log.warning("nothing can be committed: %s", error)
                if self._stopping.is_set():
                    return
                await self._rest()
                continue
            self.failure = None
            self.commits += 1
            self.points += received.total().received
            self._committed = self._read_to = new[-1].sequence
            self._tally.add(received)
            self._tally.add(became)
            return

    async def _account(self) -> None:
        committed = self._committed
        if (
            committed is not None
            and committed != self._accounted
            and committed <= self._read_to  # not before all of them were read again
        ):
            try:
                await asyncio.to_thread(self._ledger.add, self._tally, self._store.app, committed)
                await asyncio.to_thread(self._ledger.tidy)
            except PublicError as error:
                self.failure = str(error)
                _log.warning("the ledger cannot be written: %s", error)
                return
            self._tally = Tally()
            self._accounted = committed
            self._done.append((time.monotonic(), committed))
        await self._forget()

    async def _forget(self) -> None:
        up_to = None
        while self._done and time.monotonic() - self._done[0][0] >= self._pace.forget_after:
            up_to = self._done.popleft()[1]
        if up_to is not None:
            try:
                await self._connection.release(self._queue, up_to)
            except Unavailable as error:
                _log.info("the bus forgets later: %s", error)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._pace.retry_after)
