"""Who is read next when many come at once: what is short goes before what is long.

After an outage of the line hundreds of agents send what they kept, in batches of thousands of
points, while others send the few points of this second. First come, first served would make these
wait for all of those. So each piece of work counts as if it had come later, by `PATIENCE` times the
time that it takes: it is overtaken by shorter ones, but not for ever.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

PATIENCE = 500.0  #: seconds that work waits for shorter work, for each second it takes
LONGEST_S = 30.0  #: nothing is overtaken by what came so much later
#: How long reading takes, on one core: batches of agents as gzipped JSON, and line protocol.
SECONDS_PER_BATCH_BYTE = 1.5e-6
SECONDS_PER_LINE_BYTE = 2e-8


class Turns:
    """Lets so much work be under way `at_once`, and no more."""

    def __init__(self, at_once: int, monotonic: Callable[[], float]) -> None:
        self._free = at_once
        self._monotonic = monotonic
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = count()  # of two that are equal, the first goes first

    @asynccontextmanager
    async def turn(self, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn to do work that takes about so many seconds."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(seconds)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, seconds: float) -> None:
        mine = asyncio.get_running_loop().create_future()
        due = self._monotonic() + min(seconds * PATIENCE, LONGEST_S)
        heappush(self._waiting, (due, next(self._count), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._next()  # the turn came together with the end of who waited for it
            raise

    def _next(self) -> None:
        while self._waiting:
            waiting = heappop(self._waiting)[2]
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free += 1
