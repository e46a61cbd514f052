"""A bus, a history and a monitor on it, for tests of the floor, of alarms and of watches.

with MonitorSite(folder, [Floor()], now_us=lambda: clock) as site:
    site.put_asset(organisation, "imm1", {"name": "사출 1호기", "signals": [...]})
    site.store(organisation, "plc-1", "line1/imm1/shots", [(time_us, 1), …])   # into the history
    site.tell(organisation, [("line1/imm1/shots", time_us, 1), …])             # as it passes
    site.ask("now", organisation, topic="monitor")
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from history_site import HistorySite

from deungdae import bus
from deungdae.monitor.monitor import Monitor
from deungdae.monitor.part import Part

Value = float | int | bool | str | None


def clock_us() -> int:
    """The clock of this computer."""
    return time.time_ns() // 1000


class MonitorSite(HistorySite):
    """A home folder with bus and history; a monitor with some parts, and the clock it goes by."""

    def __init__(
        self, folder: Path, parts: Sequence[Part], *, now_us: Callable[[], int] = clock_us
    ) -> None:
        super().__init__(folder)
        self._parts = parts
        self._now_us = now_us

    def __enter__(self) -> Self:
        super().__enter__()
        self.assets = self.bus.run(bus.Mirror.open(self.bus.connection, bus.ASSETS))
        self.calendars = self.bus.run(bus.Mirror.open(self.bus.connection, bus.CALENDARS))
        self.begin(self._parts)
        return self

    def begin(self, parts: Sequence[Part], *, now_us: Callable[[], int] | None = None) -> None:
        """Begin a monitor with these parts."""
        clock = now_us or self._now_us
        self.monitor = Monitor(self.bus.connection, self.settings, parts, clock)
        self.bus.run(self.monitor.begin())

    def end(self) -> None:
        """End the monitor."""
        self.bus.run(self.monitor.end())

    def __exit__(
        self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None
    ) -> None:
        self.end()
        self.bus.run(self.assets.close())
        self.bus.run(self.calendars.close())
        super().__exit__(kind, error, trace)

    def put_asset(self, organisation: str, asset: str, document: dict[str, Any]) -> None:
        """Write an asset as the web does, and wait until the monitor knows it."""
        record = bus.Asset(organisation, asset, document)
        self.bus.run(self.assets.put(record, organisation, asset))
        structure = self.monitor.context.structure
        self.until(lambda: structure.read_of(organisation, asset) == document)

    def put_calendar(self, organisation: str, calendar: str, document: dict[str, Any]) -> None:
        """Write a calendar as the web does; put it before the assets that name it."""
        record = bus.Calendar(organisation, calendar, document)
        self.bus.run(self.calendars.put(record, organisation, calendar))

    def tell(self, organisation: str, points: Sequence[tuple[str, int, Value]]) -> None:
        """Say live values on the bus, as the writer does."""
        last = {point[0]: place for place, point in enumerate(points)}
        newest = [place == last[tag] for place, (tag, *_) in enumerate(points)]
        told = [([*point, 192], new) for point, new in zip(points, newest, strict=True)]
        message = {
            "points": [point for point, new in told if new],
            "before": [point for point, new in told if not new],
        }
        subject = bus.live_subject(organisation)
        heard = self.monitor.points + len(points)
        self.bus.run(self.bus.connection.tell(subject, json.dumps(message).encode()))
        self.until(lambda: self.monitor.points >= heard)

    def until(self, is_so: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something is so; raises TimeoutError when it is not in time."""

        async def look() -> None:
            async with asyncio.timeout(seconds):
                while not is_so():
                    await asyncio.sleep(0.005)

        self.bus.run(look())
