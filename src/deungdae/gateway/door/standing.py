"""How each edge agent is: heard when, its clock, its own words; kept on the bus now and then.

What is lost with a killed gateway is at most the last `EVERY_SECONDS` of it.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from deungdae import bus
from deungdae.records.messages import Message
from deungdae.records.readings import shown

EVERY_SECONDS = 5.0  #: between two entries of one edge
SAMPLES = 16  #: of a clock; the one with the least delay counts

MOST_WORDS = 500  #: letters of a refusal, which may repeat what was sent

Pair = tuple[str, str]  #: organisation and edge

_log = logging.getLogger(__name__)


class Standing:
    """Notes what agents say and do, and brings it to the bus."""

    def __init__(self, kept: bus.Mirror[bus.Status], now_us: Callable[[], int]) -> None:
        """`now_us` gives microseconds since 1970 UTC."""
        self._kept = kept
        self._now_us = now_us
        self._known: dict[Pair, bus.Status] = {}
        self._clocks: dict[Pair, deque[int]] = {}
        self._changed: dict[Pair, float] = {}  # when it was last brought to the bus
        self._written: dict[Pair, float] = {}
        self._stopping = asyncio.Event()

    def seen(self, organisation: str, edge: str, clock_us: int | None) -> None:
        """Note a call, and what the agent's clock showed when it set out."""
        pair = (organisation, edge)
        status = replace(self._status(pair), seen_us=self._now_us())
        if clock_us is not None:
            samples = self._clocks.setdefault(pair, deque(maxlen=SAMPLES))
            # On its way a call grows older, never younger: the greatest error is the truest.
            samples.append(clock_us - status.seen_us)
            status = replace(status, clock_error_us=max(samples))
        self._note(pair, status)

    def said(self, organisation: str, edge: str, document: dict[str, Any]) -> None:
        """Note what an agent said of itself."""
        pair = (organisation, edge)
        self._note(pair, replace(self._status(pair), document=document))

    def took(self, organisation: str, edge: str) -> None:
        """Note that a batch was stored."""
        pair = (organisation, edge)
        self._note(
            pair,
            replace(self._status(pair), batch_us=self._now_us(), refusal=None, refusal_said=None),
        )

    def refused(self, organisation: str, edge: str, why: str, said: Message | None = None) -> None:
        """Note that points were not taken; `said` is why, for people."""
        pair = (organisation, edge)
        told = None
        if said is not None:
            told = {"template": said.template, "values": dict(said.values)}
        why = shown(why, MOST_WORDS)
        self._note(pair, replace(self._status(pair), refusal=why, refusal_said=told))

    def of(self, organisation: str, edge: str) -> bus.Status:
        """Return what is known of an agent at this moment."""
        return self._status((organisation, edge))

    def seconds_since(self, pair: Pair) -> float:
        """Return the seconds since an agent was heard last."""
        status = self._known.get(pair) or self._kept.find(*pair)
        return float("inf") if status is None else (self._now_us() - status.seen_us) / 1e6

    async def run(self) -> None:
        """Bring what changed to the bus until `stop`."""
        while not self._stopping.is_set():
            await self._write(EVERY_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)
        await self._write(0.0)

    def stop(self) -> None:
        """Let `run` write what is left, and return."""
        self._stopping.set()

    def _status(self, pair: Pair) -> bus.Status:
        found = self._known.get(pair) or self._kept.find(*pair)
        return found or bus.Status(*pair, seen_us=self._now_us())

    def _note(self, pair: Pair, status: bus.Status) -> None:
        self._known[pair] = status
        self._changed.setdefault(pair, time.monotonic())

    async def _write(self, after: float) -> None:
        now = time.monotonic()
        for pair in list(self._changed):
            if now - self._written.get(pair, float("-inf")) < after:
                continue
            since = self._changed.pop(pair)
            try:
                await self._kept.put(self._known[pair], *pair)
            except bus.Unavailable as error:
                self._changed.setdefault(pair, since)
                _log.info("the status of agents is kept later: %s", error)
                return
            self._written[pair] = now
