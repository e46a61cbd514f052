"""Plays the shop against the clock."""

from collections.abc import Iterator
from threading import Event

from deungdae.edge import clock
from deungdae.edge.drivers import Found, Sink
from deungdae.edge.drivers.simulator.shop import LINES, Shop
from deungdae.records.readings import Quality, Reading, TagPath


class Driver:
    """Yields the shop's values, line3 with a clock that is wrong."""

    def __init__(self, shop: Shop, prefix: str, every_seconds: float, wrong_us: int) -> None:
        self._shop = shop
        self._prefix = prefix
        self._every = every_seconds
        self._wrong_us = wrong_us

    def browse(self, most: int) -> Iterator[Found]:
        """Yield the tags with the values of this moment."""
        for number, point in enumerate(self._shop.at(clock.now_us(), 0.0)):
            if number < most:
                yield Found(f"{self._prefix}/{point.name}", point.name, point.value, point.kind)

    def run(self, sink: Sink, stop: Event) -> None:
        """Yield all values every few seconds until stopped."""
        started = clock.now_us()
        while not stop.is_set():
            now = clock.now_us()
            sink.take(self.readings(now, (now - started) / 3.6e9))
            stop.wait(max(0.0, self._every - (clock.now_us() - now) / 1e6))

    def readings(self, now: int, running_hours: float) -> list[Reading]:
        """Return the readings of one moment; those of line3 carry its wrong time."""
        return [
            Reading(
                TagPath(f"{self._prefix}/{point.name}"),
                now + (self._wrong_us if point.name.startswith(LINES[2]) else 0),
                point.value,
                Quality.GOOD,
                now,
            )
            for point in self._shop.at(now, running_hours)
        ]
