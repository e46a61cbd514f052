"""Drivers give way to one another, and what a sink says of its machine's clock."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from deungdae.edge.buffer import Buffer
from deungdae.edge.clock import now_us
from deungdae.edge.config import DriverConfig
from deungdae.edge.crew import Crew
from deungdae.edge.drivers import Recipe, Sink
from deungdae.edge.losses import Loss, Overflow
from deungdae.edge.reporting import MOST_BYTES, fitted
from deungdae.edge.sink import DriverSink
from deungdae.records.readings import Quality, Reading, tag_path

HOUR = 3_600_000_000
TAG = tag_path("line1/imm3/melt")


@pytest.fixture
def buffer(tmp_path: Path) -> Iterator[Buffer]:
    made = Buffer(
        tmp_path / "b.sqlite",
        "e",
        most_bytes=8 << 20,
        when_full=Overflow.DROP_OLDEST,
        clock_us=now_us,
    )
    yield made
    made.close()


class Stubborn:
    """A machine's library that does not come back before it is let go."""

    def __init__(self, events: list[str], name: str, let_go: Event) -> None:
        self._events, self._name, self._let_go = events, name, let_go

    def browse(self, most: int) -> Iterator[Any]:
        yield from ()

    def run(self, sink: Sink, stop: Event) -> None:
        self._events.append(f"{self._name} begins")
        sink.take([Reading(TAG, now_us(), 1.0)])
        stop.wait()
        self._let_go.wait()
        self._events.append(f"{self._name} ends")


def test_a_driver_begins_only_when_the_one_before_it_has_ended(buffer: Buffer, until: Any) -> None:
    events: list[str] = []
    let_go = Event()

    def config(name: str, kind: str = "modbus") -> DriverConfig:
        return DriverConfig("press", kind, Recipe(lambda: Stubborn(events, name, let_go), []), name)

    crew = Crew(buffer, lambda where: where)
    crew.change([config("first")])
    until(lambda: events)
    crew.change([config("second")])
    crew.change([])
    crew.change([config("third")])
    assert events == ["first begins"]
    let_go.set()
    until(lambda: len(events) >= 3)
    crew.stop()
    crew.join(20)
    assert events == ["first begins", "first ends", "third begins", "third ends"]
    (sink,) = crew.sinks
    assert sink.taken == 2, "it goes on counting"
    assert [(lost.source, lost.reason) for lost in buffer.standing().losses] == [
        ("press", Loss.GAP)
    ]


def test_a_clock_that_is_nine_hours_off_is_seen_in_the_lag(buffer: Buffer) -> None:
    sink = DriverSink("press", "opcua", buffer)
    assert sink.source_lag_us is None
    now = now_us()
    sink.take([Reading(TAG, now - 24 * HOUR, 1.0, received_us=now)])
    assert sink.source_lag_us is None, "the first value may have stood there since yesterday"
    sink.take([Reading(TAG, now - 9 * HOUR - n, 1.0, received_us=now) for n in range(100)])
    assert sink.source_lag_us is not None
    assert abs(sink.source_lag_us - 9 * HOUR) < 1000
    sink.take([Reading(TAG, now, None, Quality.BAD, now)])
    sink.take([Reading(TAG, now - 24 * HOUR, 1.0, received_us=now)])
    assert abs(sink.source_lag_us - 9 * HOUR) < 1000, "nor does the first after a silence count"
    for _ in range(30):
        sink.take([Reading(TAG, now + 9 * HOUR, 1.0, received_us=now)])
    assert sink.source_lag_us == -9 * HOUR, "ahead, once most of the last ones are"


def test_an_old_file_is_no_wrong_clock(buffer: Buffer) -> None:
    sink = DriverSink("tester", "files", buffer)
    for _ in range(3):
        rows = [Reading(TAG, now_us() - day * 24 * HOUR, 1.0) for day in range(300)]
        sink.take(rows)
    assert sink.source_lag_us is not None
    assert sink.source_lag_us < HOUR


def test_a_status_is_shortened_until_it_fits_and_says_so() -> None:
    status: dict[str, Any] = {"edge": "e", "tags": {}, "losses": [], "drivers": [{"name": "a"}]}
    assert fitted(status) == status
    status["tags"] = {f"line{n}/asset": {"unit": "°C"} for n in range(10_000)}
    short = fitted(status)
    assert short["shortened"] is True
    assert 0 < len(short["tags"]) < 10_000
    assert len(str(short)) < MOST_BYTES
    assert short["drivers"] == [{"name": "a"}]
