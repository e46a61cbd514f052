"""Points of a made-up fleet: companies with 12 tags each, one point each 30 s.

Temperatures that drift, pressures in cycles, states and counters, rounded as instruments round. The
times have up to 9 ms of jitter. They compress better than those of real plants may.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

SECOND = 1_000_000  #: microseconds
HOUR = 3600 * SECOND
DAY = 24 * HOUR
START = 1_767_225_600 * SECOND  #: 2026-01-01 UTC
EVERY = 30 * SECOND
ASSETS = ["press/temperature", "press/pressure", "robot/state", "meter/count"]
TAGS = [f"line{line}/{asset}" for line in (1, 2, 3) for asset in ASSETS]


@dataclass(frozen=True)
class Fleet:
    """So many companies over so many days."""

    companies: int
    days: int

    @property
    def points(self) -> int:
        """How many points there are."""
        return self.companies * len(TAGS) * self.days * (DAY // EVERY)

    @property
    def names(self) -> list[str]:
        """The companies."""
        return [f"company{place:04}" for place in range(self.companies)]

    @property
    def end(self) -> int:
        """Where the last day ends, in microseconds."""
        return START + self.days * DAY

    def hours(self) -> Iterator[pa.Table]:
        """Yield each hour's points in order of time, as a gateway would hand them over."""
        series = self.companies * len(TAGS)
        names = pa.array(np.repeat(self.names, len(TAGS)))
        tags = pa.array(TAGS * self.companies)
        kind = np.arange(series) % 4
        chance = np.random.default_rng(1)
        level = chance.uniform(20, 200, series)
        counter = np.zeros(series)
        steps = HOUR // EVERY
        count = series * steps
        place = pa.array(np.tile(np.arange(series), steps).astype(np.int32))
        rest = {
            "source": pa.DictionaryArray.from_arrays(
                pa.array(np.zeros(count, np.int32)), pa.array(["gateway"])
            ),
            "text": pa.nulls(count, pa.string()),
            "kind": pa.array(np.tile(np.array([0, 0, 2, 1], np.int8)[kind], steps)),
            "quality": pa.array(np.full(count, 192, np.int16)),
            "flag": pa.array(np.zeros(count, np.int8)),
        }
        for hour in range(self.days * 24):
            values = np.empty((steps, series))
            for step in range(steps):
                counter += chance.integers(0, 3, series)
                level += chance.normal(0, 0.2, series)
                wave = level + 10 * np.sin(step / 7) + chance.normal(0, 0.5, series)
                state = (chance.random(series) < 0.9).astype(float)
                values[step] = np.choose(kind, [level.round(2), wave.round(2), state, counter])
            jitter = chance.integers(0, 10, (steps, series)) * 1_000
            times = START + hour * HOUR + np.arange(steps)[:, None] * EVERY + jitter
            received = times.max() + SECOND
            yield pa.table(
                {
                    "organisation": pa.DictionaryArray.from_arrays(place, names),
                    "tag": pa.DictionaryArray.from_arrays(place, tags),
                    "time": pa.array(times.ravel(), pa.timestamp("us", tz="UTC")),
                    "received": pa.array(np.full(count, received), pa.timestamp("us", tz="UTC")),
                    "value": pa.array(values.ravel()),
                    **rest,
                }
            )


def of_size(points: int) -> Fleet:
    """Return the fleet of 30 days with about so many points."""
    return Fleet(max(round(points / (len(TAGS) * 30 * (DAY // EVERY))), 1), 30)
