"""Keeps one part going: begins it, begins it again when that failed, and logs what it raises."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from deungdae.bus.ending import end
from deungdae.bus.given import Given
from deungdae.monitor.part import Context, Handler, Part, Point
from deungdae.records.errors import PublicError

AGAIN_SECONDS = 5.0
EVERY_SECONDS = 0.5
SAID_AGAIN_SECONDS = 60.0  #: the same failure is logged no more often

_log = logging.getLogger(__name__)


class Kept:
    """One part while the monitor runs."""

    def __init__(self, part: Part, now_us: Callable[[], int]) -> None:
        self._part = part
        self._now_us = now_us
        self._begun = False
        self._task: asyncio.Task[None] | None = None
        self._said = -SAID_AGAIN_SECONDS
        self.failures = 0

    @property
    def name(self) -> str:
        """What it is called in the log."""
        return type(self._part).__name__

    def quick(self) -> Mapping[str, Handler]:
        """Return its quick handlers, which refuse before it has begun."""
        return {name: partial(self._answer, each) for name, each in self._part.quick().items()}

    def long(self) -> Mapping[str, Handler]:
        """Return its long handlers, which refuse before it has begun."""
        return {name: partial(self._answer, each) for name, each in self._part.long().items()}

    def _answer(self, handler: Handler, organisation: str, given: Given) -> Any:
        if not self._begun:
            raise PublicError("The monitoring is just being started. Please ask again in a moment.")
        return handler(organisation, given)

    async def begin(self, context: Context) -> None:
        """Begin it, and from now on tell it how time passes."""
        await self._try_to_begin(context)
        self._task = asyncio.create_task(self._run(context), name=f"monitor {self.name}")

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        """Let it hear points, once it has begun."""
        if self._begun:
            try:
                await self._part.heard(organisation, points)
            except Exception:  # noqa: BLE001 - written to the log; the other parts go on
                self._failed("hearing")

    async def end(self) -> None:
        """End it."""
        if self._task is not None:
            await end(self._task)
        if self._begun:
            self._begun = False
            try:
                await self._part.end()
            except Exception:  # noqa: BLE001 - written to the log; the other parts end, too
                self._failed("its end")

    async def _run(self, context: Context) -> None:
        while True:
            if not self._begun:
                await asyncio.sleep(AGAIN_SECONDS)
                await self._try_to_begin(context)
                continue
            try:
                await self._part.passed(self._now_us())
            except Exception:  # noqa: BLE001 - written to the log; it goes on
                self._failed("the passing of time")
            await asyncio.sleep(EVERY_SECONDS)

    async def _try_to_begin(self, context: Context) -> None:
        try:
            await self._part.begin(context)
        except Exception:  # noqa: BLE001 - written to the log, and begun again
            self._failed("its beginning")
        else:
            self._begun = True

    def _failed(self, at: str) -> None:
        self.failures += 1
        if time.monotonic() - self._said >= SAID_AGAIN_SECONDS:
            self._said = time.monotonic()
            _log.exception("the part %s of the monitor failed at %s", self.name, at)
