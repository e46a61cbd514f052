"""A machine with a meter, and a history that tells what was read of it."""

import asyncio
from types import SimpleNamespace
from typing import Any

import numpy as np

from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor.energy import Energy
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.metering import Metering
from deungdae.monitor.past import Means, Readings, Times, Values

S = 1_000_000
MINUTE, QUARTER, HOUR = 60 * S, 900 * S, 3600 * S
DAY = 24 * HOUR
T = 1_794_000_000 * S // DAY * DAY
METER, POWER = Signal("energy", "kwh"), Signal("power", "kw")
KEY = "o", "m"


class Past:
    """What was read of tags, told as the history tells it."""

    def __init__(self) -> None:
        self.tags: dict[str, tuple[Times, Values, Times]] = {}
        self.asked: list[str] = []

    def put(self, tag: str, times: Any, values: Any, bad: Any = ()) -> None:
        self.tags[tag] = (
            *(np.asarray(times, np.int64), np.asarray(values, float)),
            np.asarray(bad, np.int64),
        )

    async def means(
        self, _: str, tags: list[str], start: int, end: int, every: int
    ) -> dict[str, Means]:
        self.asked.append("means")
        found = {}
        start, end = start // every * every, -(-end // every) * every
        for tag in tags:
            times, values, _bad = self.within(tag, start, end)
            buckets = times // every * every
            known = np.unique(buckets)
            each = [values[buckets == one] for one in known]
            if len(known):
                found[tag] = Means(
                    known,
                    np.array([len(one) for one in each]),
                    *(
                        np.array([float(do(one)) for one in each])
                        for do in (np.mean, np.min, np.max, lambda one: one[-1])
                    ),
                )
        return found

    async def readings(self, _: str, tags: list[str], start: int, end: int) -> dict[str, Readings]:
        self.asked.append("readings")
        found = {}
        for tag in tags:
            times, values, bad = self.within(tag, start, end)
            if len(times):
                found[tag] = Readings(times, values, np.array([None] * len(times), object), bad)
        return found

    def within(self, tag: str, start: int, end: int) -> tuple[Times, Values, Times]:
        if tag not in self.tags:
            return (np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
        times, values, bad = self.tags[tag]
        inside = (times >= start) & (times < end)
        return times[inside], values[inside], bad[(bad >= start) & (bad < end)]


class Site:
    """A machine with one meter."""

    def __init__(self, *signals: Signal, now_us: int = T + 3 * DAY) -> None:
        self.past, self.now_us = Past(), now_us
        self.asset = Asset("m", signals=signals)
        self.kept: dict[tuple[str, str, int], tuple[Frame, bool]] = {}
        self.machine = SimpleNamespace(absences={}, sources={})
        self.hall: Any = SimpleNamespace(
            machines={KEY: self.machine},
            store=self,
            context=SimpleNamespace(
                past=self.past,
                now_us=lambda: self.now_us,
                structure=SimpleNamespace(asset=lambda *_: self.asset),
            ),
        )
        self.metering = Metering(self.hall)  # type: ignore[arg-type]

    def used(self, start: int = T, end: int = T + DAY) -> Energy:
        found = asyncio.run(self.metering.energy(KEY, self.asset, start, end))
        assert found is not None
        return found

    def frame(self, organisation: str, asset: str, start: int) -> tuple[Frame, bool] | None:
        return self.kept.get((organisation, asset, start))

    def keep(self, organisation: str, asset: str, frame: Frame, _: int, *, final: bool) -> None:
        self.kept[organisation, asset, frame.start_us] = frame, final


def read(every: int, since: int = T - DAY, until: int = T + 2 * DAY) -> tuple[Times, Values]:
    """When a meter of 100 kW is read, five seconds after each whole time, and what it shows."""
    times = np.arange(since, until, every) + 5 * S
    return times, 50_000 + (times - T) / HOUR * 100


def shifts(site: Site) -> list[float]:
    """What three shifts of eight hours used."""
    return [site.used(T + n * DAY // 3, T + (n + 1) * DAY // 3).kwh for n in range(3)]
