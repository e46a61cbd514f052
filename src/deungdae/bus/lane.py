"""A lane: threads, memory and time for questions of one sort, shared fairly between organisations.

Of a lane's threads an organisation has all but one at most, so that another's question always
finds one soon; and it has a bounded number of questions that run or wait.
"""

import asyncio
import contextvars
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from deungdae.records.errors import PublicError

Result = TypeVar("Result")


class Allowance(Protocol):
    """What one question may take while `with allowance:` holds, until it is stopped."""

    def __enter__(self) -> Self:
        """Begin to count, in this thread."""

    def __exit__(self, *_: object) -> None:
        """Count no more."""

    def stop(self) -> None:
        """End what is under way, from any thread."""


class Patience:
    """The allowance of work that is short by itself: nothing of it is broken off."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def stop(self) -> None:
        """Do nothing: whoever asked stops waiting by itself."""


@dataclass(frozen=True)
class Rules:
    """How much a lane does at a time, and how long it works for one question."""

    name: str  #: also of its share of the engine
    threads: int
    share: int  #: questions of one organisation that run or wait
    most: int  #: questions of all of them
    seconds: float
    nice: int = 0  #: how far its threads stand back for others


class _House:
    """What one organisation has under way."""

    def __init__(self, threads: int) -> None:
        self.questions = 0
        self.turns = asyncio.Semaphore(max(threads - 1, 1))


class Lane:
    """Carries out the work of questions."""

    def __init__(self, rules: Rules, allow: Callable[[str], Allowance]) -> None:
        self.rules = rules
        self.allow = allow
        self._houses: dict[str, _House] = {}
        self._pool = ThreadPoolExecutor(
            rules.threads, thread_name_prefix=rules.name, initializer=self._stand_back
        )

    @contextmanager
    def place(self, organisation: str) -> Iterator["Work"]:
        """Hold a place of an organisation; raises PublicError when there is none left."""
        house = self._houses.setdefault(organisation, _House(self.rules.threads))
        if house.questions >= self.rules.share:
            raise PublicError(
                "{count} questions of your organisation are being answered already. Please ask "
                "again when they are done.",
                count=self.rules.share,
            )
        if sum(each.questions for each in self._houses.values()) >= self.rules.most:
            raise PublicError(
                "Too many questions are being answered. Please ask again in a moment."
            )
        house.questions += 1
        try:
            yield Work(self, house)
        finally:
            house.questions -= 1
            if not house.questions:
                self._houses.pop(organisation, None)

    def submit(self, do: Callable[[], Any]) -> None:
        """Do something some time, for nobody who waits."""
        self._pool.submit(do)

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do something in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Wait for the threads; what has not begun is not begun."""
        self._pool.shutdown(cancel_futures=True)

    def _stand_back(self) -> None:
        if self.rules.nice:
            # On Linux a thread has a priority of its own.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self.rules.nice)


class Work:
    """The work for one question: its time is measured, and it ends when nobody waits for it."""

    def __init__(self, lane: Lane, house: _House) -> None:
        self.lane = lane
        self._house = house
        self._allowance = lane.allow(lane.rules.name)
        self._left = lane.rules.seconds

    def no_longer_than(self, seconds: float) -> None:
        """Have less time, because nobody waits longer."""
        self._left = min(self._left, seconds)

    async def run(self, do: Callable[..., Result], *arguments: Any) -> Result:
        """Return what `do` returns; a query of it that lasts too long raises PublicError."""
        loop = asyncio.get_running_loop()

        def carry_out() -> Result:
            with self._allowance:
                return do(*arguments)

        # Waiting for a thread counts, too: whoever asked waits as well.
        began = loop.time()
        timer = loop.call_later(max(self._left, 0), self._allowance.stop)
        context = contextvars.copy_context()
        try:
            async with self._house.turns:
                return await self.lane.do(lambda: context.run(carry_out))
        except asyncio.CancelledError:
            self._allowance.stop()
            raise
        finally:
            timer.cancel()
            self._left -= loop.time() - began
