"""Who may ask what, how many at a time, and for how long: one huge question holds up no others.

Questions go two lanes: what a page waits for, and what takes its time, such as an export.
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from deungdae.bus.answering import Asked, Said
from deungdae.bus.given import Given
from deungdae.bus.lane import Allowance, Lane, Patience, Rules, Work
from deungdae.records.errors import UnusableOption

QUICK = Rules("quick", threads=4, share=12, most=60, seconds=20.0)
#: The time in which the reader of an export is slow is not counted.
LONG = Rules("long", threads=2, share=2, most=16, seconds=900.0, nice=10)


@dataclass(frozen=True)
class Stream:
    """An answer in pieces, each made when the one before was taken."""

    pieces: Iterator[bytes]
    about: Mapping[str, Any] = field(default_factory=dict)


#: Answers for an organisation: plain data, or a stream.
Handler = Callable[[str, Given], Any]


class Desk:
    """Answers questions by their names."""

    def __init__(
        self,
        quick: Mapping[str, Handler],
        long: Mapping[str, Handler],
        quick_rules: Rules = QUICK,
        long_rules: Rules = LONG,
        allow: Callable[[str], Allowance] = lambda share: Patience(),
    ) -> None:
        """Make it; `allow` bounds the engine that the handlers of a lane use."""
        self._lanes = Lane(quick_rules, allow), Lane(long_rules, allow)
        self._handlers = {name: (self._lanes[0], handler) for name, handler in quick.items()}
        self._handlers |= {name: (self._lanes[1], handler) for name, handler in long.items()}

    async def answer(self, asked: Asked) -> Said:
        """Answer one question; raises PublicError when it is refused."""
        if asked.ask not in self._handlers:
            raise UnusableOption("There is no question {name}.", name=asked.ask[:80])
        lane, handler = self._handlers[asked.ask]
        given = Given(asked.parameters)
        with ExitStack() as holding:
            work = holding.enter_context(lane.place(asked.organisation))
            if lane is self._lanes[0]:
                work.no_longer_than(asked.within)
            found = await work.run(_answered, handler, asked.organisation, given)
            if isinstance(found, bytes):
                return Said(_once(found), {"type": "application/json"})
            # The first piece now: what is refused is refused before the answer begins.
            first = await work.run(next, found.pieces, None)
            return Said(_pieces(work, first, found.pieces, holding.pop_all()), found.about)

    def close(self) -> None:
        """Wait for the threads."""
        for lane in self._lanes:
            lane.close()


def _answered(handler: Handler, organisation: str, given: Given) -> Stream | bytes:
    found = handler(organisation, given)
    if isinstance(found, Stream):
        return found
    # Here rather than in the loop: a long answer takes a while to be written.
    return json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _pieces(
    work: Work, first: bytes | None, rest: Iterator[bytes], holding: ExitStack
) -> AsyncIterator[bytes]:
    with holding:
        try:
            piece = first
            while piece is not None:
                if piece:  # an empty one says only that it may be ended here
                    yield piece
                piece = await work.run(next, rest, None)
        finally:
            # A cursor or a folder of it is let go in a thread, as it was made in one.
            work.lane.submit(lambda: _let_go(rest))


def _let_go(pieces: Iterator[bytes]) -> None:
    if isinstance(pieces, Generator):
        for _ in range(100):
            try:
                pieces.close()
                return
            except ValueError:  # a piece that nobody waits for is still being made
                time.sleep(0.1)
