"""Who may ask what, how many at a time, and for how long: one huge question holds up no others.

Questions run in threads of two lanes: what a page waits for, and what takes its time (exports).
An organisation has at most its share of each lane, waiting ones included.
"""

import asyncio
import contextvars
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deungdae.bus import Asked, Said
from deungdae.gateway.answering.given import Given
from deungdae.lake.telemetry.engine import Allowance
from deungdae.records.errors import PublicError, UnusableOption

QUICK_SECONDS = 20.0  #: for an answer to a page
LONG_SECONDS = 900.0  #: for an export, the time in which its reader is slow not counted

Result = TypeVar("Result")


@dataclass(frozen=True)
class Stream:
    """An answer in pieces, each made when the one before was taken."""

    pieces: Iterator[bytes]
    about: Mapping[str, Any] = field(default_factory=dict)


#: Answers for an organisation: plain data, or a stream.
Handler = Callable[[str, Given], Any]


@dataclass
class Lane:
    """Threads for questions of one sort."""

    name: str
    threads: int
    share: int  #: questions of one organisation that run or wait
    seconds: float  #: of work for one question
    busy: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.threads, thread_name_prefix=self.name)

    @contextmanager
    def place(self, organisation: str) -> Iterator[None]:
        """Hold a place of an organisation; raises PublicError when it has none left."""
        if self.busy[organisation] >= self.share:
            raise PublicError(
                "{count} questions of your organisation are being answered already. Please ask "
                "again when they are done.",
                count=self.share,
            )
        self.busy[organisation] += 1
        try:
            yield
        finally:
            self.busy[organisation] -= 1
            if not self.busy[organisation]:
                del self.busy[organisation]


class Desk:
    """Answers questions by their names."""

    def __init__(
        self,
        quick: Mapping[str, Handler],
        long: Mapping[str, Handler],
        *,
        quick_seconds: float = QUICK_SECONDS,
        long_seconds: float = LONG_SECONDS,
    ) -> None:
        self._lanes = Lane("quick", 3, 12, quick_seconds), Lane("long", 2, 2, long_seconds)
        self._handlers = {name: (self._lanes[0], handler) for name, handler in quick.items()}
        self._handlers |= {name: (self._lanes[1], handler) for name, handler in long.items()}

    async def answer(self, asked: Asked) -> Said:
        """Answer one question; raises PublicError when it is refused."""
        if asked.ask not in self._handlers:
            raise UnusableOption("There is no question {name}.", name=asked.ask[:80])
        lane, handler = self._handlers[asked.ask]
        given = Given(asked.parameters)
        place = lane.place(asked.organisation)
        place.__enter__()
        work = _Work(lane)
        kept = False
        try:
            found = await work.run(_answered, handler, asked.organisation, given)
            if isinstance(found, Stream):
                # The first piece now: what is refused is refused before the answer begins.
                first = await work.run(next, found.pieces, None)
                kept = True
                return Said(_pieces(work, first, found.pieces, place), found.about)
            return Said(_once(found), {"type": "application/json"})
        finally:
            if not kept:
                place.__exit__(None, None, None)

    def close(self) -> None:
        """Wait for the threads."""
        for lane in self._lanes:
            lane.pool.shutdown(cancel_futures=True)


def _answered(handler: Handler, organisation: str, given: Given) -> Stream | bytes:
    found = handler(organisation, given)
    if isinstance(found, Stream):
        return found
    # Here rather than in the loop: a long answer takes a while to be written.
    return json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _pieces(
    work: "_Work", first: bytes | None, rest: Iterator[bytes], place: Any
) -> AsyncIterator[bytes]:
    try:
        piece = first
        while piece is not None:
            if piece:  # an empty one says only that it may be ended here
                yield piece
            piece = await work.run(next, rest, None)
    finally:
        place.__exit__(None, None, None)
        close = getattr(rest, "close", None)
        if close is not None:
            work.lane.pool.submit(close)


class _Work:
    """The work for one question: its time is measured, and it ends when nobody waits for it."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._allowance = Allowance()
        self._left = lane.seconds

    async def run(self, do: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()

        def carry_out() -> Result:
            with self._allowance:
                return do(*arguments)

        # Waiting for a thread counts, too: the person waits as well.
        began = loop.time()
        timer = loop.call_later(max(self._left, 0), self._allowance.stop)
        context = contextvars.copy_context()
        try:
            return await loop.run_in_executor(self.lane.pool, lambda: context.run(carry_out))
        except asyncio.CancelledError:
            self._allowance.stop()
            raise
        finally:
            timer.cancel()
            self._left -= loop.time() - began
