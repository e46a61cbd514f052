"""The floor in trouble: one machine that cannot be read, a history that fails, a long sleep."""

from pathlib import Path

import numpy as np
from machine_of_truth import S, Truth
from monitor_site import MonitorSite
from watched_machine import HOUR, OURS, TWO_SHIFTS, Clock, T, machine, state_of

from deungdae.bus import Unavailable
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor import Floor
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.keeping import Keeping
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.past import Readings
from deungdae.monitor.point import Point

SHOTS, OTHER = "line1/imm1/shots", "line1/imm2/shots"


class Troubled(Keeping):
    """Reads all machines but those of one name."""

    name = ""
    failure: Exception = ValueError("a value nobody thought of")
    failed = 0

    async def readings(
        self, organisation: str, asset: Asset, model: Model, start_us: int, end_us: int
    ) -> dict[str, Readings]:
        if asset.name == self.name:
            self.failed += 1
            raise self.failure
        return await super().readings(organisation, asset, model, start_us, end_us)


def floor_with(keeping: type[Troubled]) -> tuple[Floor, Troubled]:
    floor = Floor()
    floor.keeping = found = keeping(floor.hall)
    return floor, found


def test_a_machine_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    truth, clock = Truth(T, HOUR, [], cycle=10.0), Clock(T + HOUR * S)
    floor, keeping = floor_with(Troubled)
    keeping.name = "사출 1호기"
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", OTHER, truth.counter())
        site.put_asset(OURS, "imm1", machine({"role": "counter", "tag": SHOTS}))
        site.until(lambda: keeping.failed == 1)
        well = machine({"role": "counter", "tag": OTHER}) | {"name": "사출 2호기"}
        site.put_asset(OURS, "imm2", well)
        site.until(lambda: state_of(floor, "imm2") == "running")
        # What was missed of the other is computed, too.
        missed = T - 33 * HOUR * S  # yesterday in Seoul
        site.until(lambda: floor.hall.store.frame(OURS, "imm2", missed) is not None)
        assert state_of(floor) is None and keeping.failed == 1  # left alone for a minute


def test_late_data_is_still_to_be_read_when_the_history_fails_meanwhile(tmp_path: Path) -> None:
    truth, clock = Truth(T, HOUR, [], cycle=10.0), Clock(T + HOUR * S)
    floor, keeping = floor_with(Troubled)
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", SHOTS, truth.counter())
        site.put_asset(OURS, "imm1", machine({"role": "counter", "tag": SHOTS}))
        site.until(lambda: state_of(floor) == "running")
        keeping.name, keeping.failure = "사출 1호기", Unavailable("nobody answers")
        failed = keeping.failed
        site.tell(OURS, [(SHOTS, T + 600 * S, 60)])
        read = floor.hall.machines[OURS, "imm1"]
        site.until(lambda: read.late_us == T + 600 * S)
        clock.now_us += 6 * S
        site.until(lambda: keeping.failed > failed)
        site.until(lambda: read.late_us == T + 600 * S)


def test_shifts_that_were_slept_over_are_told(tmp_path: Path) -> None:
    truth = Truth(T, 4 * HOUR, [], cycle=10.0)
    clock, floor = Clock(T + HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", SHOTS, truth.counter())
        site.put_calendar(OURS, "two", TWO_SHIFTS)
        counter = {"role": "counter", "tag": SHOTS}
        site.put_asset(OURS, "imm1", machine(counter, calendar="two", ideal_seconds=10.0))
        site.until(lambda: state_of(floor) is not None)
        # Nobody looks from the first shift, until 11 o'clock, to 14: the second ends at 13.
        clock.now_us = T + 5 * HOUR * S
        starts = T, T + 2 * HOUR * S
        site.until(lambda: all(is_final(floor, start_us) for start_us in starts))
        events = site.ask("events", OURS, topic="monitor", after=0)["events"]
        assert {each["key"] for each in events} == {f"imm1:{start_us}" for start_us in starts}


def test_what_is_older_than_any_page_asks_for_is_let_go_once_a_day(tmp_path: Path) -> None:
    clock, floor, day = Clock(T + HOUR * S), Floor(), 86_400 * S
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.put_asset(OURS, "imm1", machine({"role": "counter", "tag": SHOTS}))
        site.until(lambda: state_of(floor) is not None)
        for age in (398, 401):
            start = T - age * day
            floor.hall.store.keep(OURS, "gone", Frame(start, start + S), T, final=True)
        clock.now_us += day
        site.until(lambda: floor.hall.store.frame(OURS, "gone", T - 401 * day) is None)
        assert floor.hall.store.frame(OURS, "gone", T - 398 * day) is not None


def is_final(floor: Floor, start_us: int) -> bool:
    kept = floor.hall.store.frame(OURS, "imm1", start_us)
    return kept is not None and kept[1]


def heard_until(end_s: int, **signal: float) -> Machine:
    counter = Signal("counter", "c", **signal)  # type: ignore[arg-type]
    found = Machine("o", "m", Asset("m", signals=(counter,)), Model(typical=10.0))
    times = np.arange(T, T + end_s * S, S)
    values = (times // (10 * S)).astype(float)
    found.splice(0, {"c": Readings(times, values, np.array([None] * len(times), object))})
    found.loaded = True
    return found


def test_a_machine_heard_again_after_a_silence_is_read_again_from_its_beginning() -> None:
    found = heard_until(1801, expected_seconds=1.0)
    found.pending.append(Point("c", T + 1900 * S, 1.0, 192))
    found.drain(T + 1900 * S)
    assert found.late_us is None  # the last three minutes are read again anyway
    found.pending.append(Point("c", T + 3700 * S, 2.0, 192))
    found.drain(T + 3700 * S)
    assert found.late_us == T + 1900 * S


def test_who_speaks_only_of_changes_may_be_silent_for_an_hour() -> None:
    found = heard_until(1801)
    found.pending.append(Point("c", T + 5300 * S, 1.0, 192))
    found.drain(T + 5300 * S)
    assert found.late_us is None
    found.pending.append(Point("c", T + 9000 * S, 2.0, 192))
    found.drain(T + 9000 * S)
    assert found.late_us == T + 5300 * S


def test_no_more_than_a_week_of_a_silence_is_read_again() -> None:
    found, day = heard_until(1801, expected_seconds=1.0), 86_400
    found.pending.append(Point("c", T + 30 * day * S, 1.0, 192))
    found.drain(T + 30 * day * S)
    assert found.late_us == T + 23 * day * S
