"""The floor as time passes: live values, silence, late data, ends of shifts, a sudden end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from machine_of_truth import S, Truth
from monitor_site import MonitorSite
from watched_machine import HOUR, OURS, TWO_SHIFTS, Clock, T, machine, state_of

from deungdae import bus
from deungdae.monitor.floor import Floor
from deungdae.monitor.part import Context, Handler, Point

SHOTS, STATE = "line1/imm1/shots", "line1/imm1/state"


class Ear:
    """A part that hears what the floor tells the others."""

    def __init__(self) -> None:
        self.states: list[Point] = []

    def quick(self) -> dict[str, Handler]:
        return {}

    def long(self) -> dict[str, Handler]:
        return {}

    async def begin(self, context: Context) -> None:
        pass

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        self.states += [point for point in points if point.tag.startswith("~state/")]

    async def passed(self, now_us: int) -> None:
        pass

    async def end(self) -> None:
        pass


def test_a_stop_and_silence_are_told_as_they_come(tmp_path: Path) -> None:
    truth = Truth(T, HOUR, [], cycle=10.0)
    clock, floor = Clock(T + HOUR * S), Floor()
    heard: list[dict[str, Any]] = []
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:

        async def listen() -> None:
            async for told in site.bus.connection.listen(bus.floor_subject(OURS)):
                heard.extend(json.loads(told)["floor"])

        listening = asyncio.run_coroutine_threadsafe(listen(), site.bus.loop)
        points = truth.counter()
        site.store(OURS, "plc", SHOTS, points)
        site.put_asset(OURS, "line1", {"name": "1라인", "kind": "line", "signals": []})
        site.put_asset(OURS, "imm1", machine({"role": "counter", "tag": SHOTS}, line="line1"))
        site.until(lambda: state_of(floor) == "running" and state_of(floor, "line1") == "running")
        made, last = floor.hall.now[OURS, "imm1"]["counts"]["produced"], points[-1][1]
        # One more part, told live only, counts at once.
        clock.now_us += 5 * S
        site.tell(OURS, [(SHOTS, clock.now_us, last + 1)])
        site.until(lambda: floor.hall.now[OURS, "imm1"]["counts"]["produced"] == made + 1)
        part = clock.now_us
        # The counter is heard but does not move: a stop, since the last part.
        for _ in range(6):
            clock.now_us += 5 * S
            site.tell(OURS, [(SHOTS, clock.now_us, last + 1)])
        site.until(lambda: state_of(floor) == "stopped" and state_of(floor, "line1") == "stopped")
        assert floor.hall.now[OURS, "imm1"]["since"] == part
        # Nothing is heard any more: what was known is not believed for ever.
        clock.now_us += 60 * S
        site.until(lambda: state_of(floor) == "unknown")
        assert floor.hall.now[OURS, "imm1"]["stale"]
        site.until(lambda: any(each["state"] == "unknown" for each in heard))
        told = [each["state"] for each in heard if each["asset"] == "imm1"]
        listening.cancel()
    assert list(dict.fromkeys(told))[-3:] == ["running", "stopped", "unknown"]


def test_states_of_a_signal_hold_until_the_next_and_a_fault_offers_a_reason(tmp_path: Path) -> None:
    clock, floor = Clock(T + HOUR * S), Floor()
    fault = "line1/imm1/alarm"
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        words = [(T - 9 * HOUR * S, "closing"), (T + 600 * S, "halt"), (T + 1800 * S, "closing")]
        site.store(OURS, "plc", STATE, words)
        site.store(OURS, "plc", fault, [(T + 605 * S, "유압 이상"), (T + 1790 * S, "")])
        site.put_asset(
            OURS,
            "imm1",
            machine(
                {
                    "role": "state",
                    "tag": STATE,
                    "map": {"closing": "running", "halt": "stopped"},
                },
                {"role": "fault", "tag": fault},
                reasons={"hyd": {"word": "유압 이상", "state": "down"}},
                micro_stop_seconds=60,
            ),
        )
        site.until(lambda: state_of(floor) == "running")
        told = {"start": T, "end": T + HOUR * S}
        spans = site.ask("asset", OURS, topic="monitor", asset="imm1", **told)["spans"]
        assert [[(a - T) // S, (b - T) // S, state] for a, b, state, _, _ in spans] == [
            [0, 600, "running"],
            [600, 1800, "down"],
            [1800, 3600, "running"],
        ]
        [stop] = site.ask("stops", OURS, topic="monitor", waiting=True, **told)["stops"]
        assert stop[3:] == ["down", None, "hyd", "유압 이상"]


def test_a_machine_that_never_spoke_is_unknown_until_it_does(tmp_path: Path) -> None:
    clock, floor, ear = Clock(T + HOUR * S), Floor(), Ear()
    with MonitorSite(tmp_path, [floor, ear], now_us=clock) as site:
        map_ = {"closing": "running", "halt": "stopped"}
        signals: list[dict[str, Any]] = [
            {"role": "state", "tag": STATE, "map": map_},
            {"role": "counter", "tag": SHOTS},
            {"role": "load", "tag": "line1/imm1/current"},
            {"role": "fault", "tag": "line1/imm1/alarm"},
            {"role": "run", "tag": "line1/imm1/run"},
            {"role": "product", "tag": "line1/imm1/item"},
        ]
        site.put_asset(OURS, "imm1", machine(*signals))
        site.until(lambda: state_of(floor) == "unknown")
        clock.now_us += S
        site.tell(OURS, [(STATE, clock.now_us, "closing")])
        site.until(lambda: state_of(floor) == "running")
        began = clock.now_us
        assert floor.hall.now[OURS, "imm1"]["since"] == began
        # A short stop within one batch is a stop, and told as one to alarms and watches.
        words = [(20, "halt"), (50, "closing"), (55, "closing")]
        clock.now_us += 60 * S
        site.tell(OURS, [(STATE, began + at * S, word) for at, word in words])
        site.until(lambda: floor.hall.now[OURS, "imm1"]["since"] == began + 50 * S)
        told = {"asset": "imm1", "start": began, "end": clock.now_us}
        spans = site.ask("asset", OURS, topic="monitor", **told)["spans"]
        assert [[(a - began) // S, (b - began) // S, state] for a, b, state, *_ in spans] == [
            [0, 20, "running"],
            [20, 50, "stopped"],
            [50, 60, "running"],
        ]
        changes = [((point.time_us - began) // S, point.value) for point in ear.states]
        assert changes[-3:] == [(0, "running"), (20, "stopped"), (50, "running")]


def test_a_shift_is_final_ten_minutes_later_told_once_and_put_right_by_late_data(
    tmp_path: Path,
) -> None:
    truth = Truth(T, 2 * HOUR, [(1000, 2000)], cycle=10.0)
    points = truth.counter()
    # Half an hour of the readings stays in the agent's buffer, for the line was down.
    held = [point for point in points if T + 3000 * S <= point[0] < T + 4800 * S]
    clock, floor = Clock(T + HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", SHOTS, [point for point in points if point not in set(held)])
        site.put_calendar(OURS, "two", TWO_SHIFTS)
        site.put_asset(OURS, "line1", {"name": "1라인", "kind": "line", "calendar": "two"})
        site.put_asset(
            OURS,
            "imm1",
            machine({"role": "counter", "tag": SHOTS}, line="line1", ideal_seconds=10.0),
        )
        site.until(lambda: state_of(floor) is not None)
        clock.now_us = T + 2 * HOUR * S + 1
        site.until(lambda: floor.hall.now[OURS, "imm1"]["shift"]["name"] == "오후")
        clock.now_us = T + 2 * HOUR * S + 601 * S
        asked = {"asset": "imm1", "start": T, "end": T + 2 * HOUR * S}
        site.until(lambda: floor.hall.store.frame(OURS, "imm1", T) is not None)
        site.until(lambda: floor.hall.store.provisional(clock.now_us) == [])
        [shift] = site.ask("shifts", OURS, topic="monitor", **asked)["shifts"]
        assert shift["final"] and shift["figures"]["known"] == pytest.approx(0.75, abs=0.01)
        # The counter went on in the dark: its parts count, and lift no figure.
        assert shift["counts"]["produced"] == len(truth.made)
        assert shift["figures"]["effectiveness"] == pytest.approx(1.0, abs=0.02)
        events = site.ask("events", OURS, topic="monitor", after=0)["events"]
        assert [(each["kind"], each["key"]) for each in events] == [("shift_ended", f"line1:{T}")]
        assert events[0]["document"]["members"] == ["imm1"]
        # The buffer comes: live points tell only the newest of each batch.
        site.tell(OURS, [(SHOTS, clock.now_us, points[-1][1])])
        site.store(OURS, "plc", SHOTS, held)
        site.tell(OURS, [(SHOTS, held[-1][0], held[-1][1])])
        # The first of the two ends a silence, which is late as well: wait for the buffer's.
        late = floor.hall.machines[OURS, "imm1"]
        site.until(lambda: late.late_us is not None and late.late_us <= held[-1][0])
        clock.now_us += 5 * S
        site.until(lambda: known(floor, T) > 0.99)
        [shift] = site.ask("shifts", OURS, topic="monitor", **asked)["shifts"]
        assert shift["counts"]["produced"] == len(truth.made)
        assert shift["figures"]["availability"] == pytest.approx(6200 / 7200, abs=0.01)
        assert len(site.ask("events", OURS, topic="monitor", after=0)["events"]) == 1


def test_days_that_come_late_are_settled_and_their_shifts_told_as_late(tmp_path: Path) -> None:
    day = 24 * HOUR
    truth = Truth(T, 2 * HOUR, [(1000, 2000)], cycle=10.0)
    clock, floor = Clock(T + day * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.put_calendar(OURS, "two", TWO_SHIFTS)
        counter = {"role": "counter", "tag": SHOTS}
        site.put_asset(OURS, "imm1", machine(counter, calendar="two", ideal_seconds=10.0))
        site.until(lambda: state_of(floor) == "unknown")
        site.until(lambda: floor.hall.store.frame(OURS, "imm1", T) is not None)
        assert site.ask("events", OURS, topic="monitor", after=0)["events"] == []
        # An agent that joins now sends what it holds of the day before, in order.
        points = truth.counter()
        for batch in (points[:4000], points[4000:]):
            site.store(OURS, "plc", SHOTS, batch)
            site.tell(OURS, [(SHOTS, *batch[-1])])
        site.until(lambda: floor.hall.machines[OURS, "imm1"].late_us is not None)

        def healed() -> bool:
            clock.now_us += S // 2  # the second message may be taken later than the first
            return known(floor, T) > 0.99

        site.until(healed)
        [event] = site.ask("events", OURS, topic="monitor", after=0)["events"]
        assert event["key"] == f"imm1:{T}" and event["document"]["late"]
        asked = {"asset": "imm1", "start": T, "end": T + 2 * HOUR * S}
        [shift] = site.ask("shifts", OURS, topic="monitor", **asked)["shifts"]
        assert shift["figures"]["availability"] == pytest.approx(6200 / 7200, abs=0.01)


def known(floor: Floor, start_us: int) -> float:
    kept = floor.hall.store.frame(OURS, "imm1", start_us)
    assert kept is not None
    unknown = sum(span.seconds for span in kept[0].spans if span.state == "unknown")
    return 1 - unknown / ((kept[0].end_us - start_us) / S)


def test_a_monitor_that_was_killed_loses_nothing(tmp_path: Path) -> None:
    truth = Truth(T, 2 * HOUR, [(1000, 2000)], cycle=10.0)
    with MonitorSite(tmp_path, []) as site:
        site.store(OURS, "plc", SHOTS, truth.counter())
        site.put_asset(OURS, "imm1", machine({"role": "counter", "tag": SHOTS}))
        site.end()
        told = {"start": T, "end": T + 2 * HOUR * S}
        said: dict[str, Any] = {
            "asset": "imm1",
            "state": "setup",
            "reason": "mold",
            "revision": 1,
            "id": "s",
        }
        running = _process(site)
        try:
            site.ask(
                *("say_stop", OURS),
                topic="monitor",
                **said,
                start=T + 1000 * S,
                end=T + 2000 * S,
            )
        finally:
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
        floor = Floor()
        site.begin([floor], now_us=Clock(T + 2 * HOUR * S))
        site.until(lambda: state_of(floor) is not None)
        found = site.ask("asset", OURS, topic="monitor", asset="imm1", **told)
        assert [span[2:4] for span in found["spans"] if span[4] == "s"] == [["setup", "mold"]]
        lacks = site.ask("said_unknown", OURS, topic="monitor", stops=[["s", 1]])
        assert lacks == {"stops": [], "scrap": []}


def _process(site: MonitorSite) -> "subprocess.Popen[str]":
    environment = {**os.environ, "DEUNGDAE_HOME": str(site.home), "DEUNGDAE_LANG": "en"}
    running = subprocess.Popen(
        [sys.executable, "-m", "deungdae.cli", "monitor"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "Machines are looked after.\n"
    running.stdout.close()
    return running


def test_a_machine_that_speaks_only_on_change_is_unknown_while_its_agent_is_away(
    tmp_path: Path,
) -> None:
    clock, floor = Clock(T + HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        statuses = site.bus.run(bus.Mirror.open(site.bus.connection, bus.STATUS))

        def passes(seconds: int) -> None:
            """Let time pass at the end of which the agent is heard."""
            at = clock.now_us + seconds * S
            status = bus.Status(OURS, "pc1", at, document={"version": "1"})
            site.bus.run(statuses.put(status, OURS, "pc1"))
            clock.now_us = at

        def now() -> dict[str, Any]:
            return floor.hall.now.get((OURS, "imm1"), {})

        passes(0)
        site.store(OURS, "pc1", STATE, [(T + 60 * S, "closing"), (T + 1800 * S, "halt")])
        signal = {"role": "state", "tag": STATE, "map": {"closing": "running", "halt": "stopped"}}
        site.put_asset(OURS, "imm1", machine(signal))
        site.until(lambda: state_of(floor) == "stopped" and now()["unheard"] is None)
        died = clock.now_us
        clock.now_us += 600 * S
        site.until(lambda: state_of(floor) == "unknown" and now()["unheard"] is not None)
        assert now()["unheard"] == {"source": "pc1", "since": died} and now()["since"] == died
        # It is back, and its machine has not changed: what lay between stays unknown.
        passes(600)
        site.until(lambda: state_of(floor) == "stopped" and now()["unheard"] is None)
        back = clock.now_us
        # Its driver loses the machine, and says so by a reading without a value.
        passes(60)
        site.store(OURS, "pc1", STATE, [(clock.now_us, None)], quality=0)
        site.bus.run(
            site.bus.connection.tell(
                bus.live_subject(OURS),
                json.dumps({"points": [[STATE, clock.now_us, None, 0]]}).encode(),
            )
        )
        site.until(lambda: state_of(floor) == "unknown")
        lost = clock.now_us
        passes(60)
        site.tell(OURS, [(STATE, clock.now_us, "halt")])
        site.until(lambda: state_of(floor) == "stopped")
        found = clock.now_us
        passes(30)
        told = {"asset": "imm1", "start": T, "end": clock.now_us}
        expected = [
            [T, T + 60 * S, "unknown"],
            [T + 60 * S, T + 1800 * S, "running"],
            [T + 1800 * S, died, "stopped"],
            [died, back, "unknown"],
            [back, lost, "stopped"],
            [lost, found, "unknown"],
        ]

        def spans() -> list[list[Any]]:
            return [span[:3] for span in site.ask("asset", OURS, topic="monitor", **told)["spans"]]

        site.until(lambda: now()["as_of"] > found)
        assert spans()[:-1] == expected
        # And so the history says it, when a monitor begins anew.
        site.store(OURS, "pc1", STATE, [(found, "halt")])
        site.end()
        floor = Floor()
        site.begin([floor])
        site.until(lambda: state_of(floor) == "stopped")
        assert spans()[:-1] == expected
        site.bus.run(statuses.close())


def test_no_part_is_lost_where_a_silence_lies_over_the_end_of_a_shift(tmp_path: Path) -> None:
    clock, floor = Clock(T + 5 * HOUR * S), Floor()
    # A counter read each 5 s; nothing came from 09:30 to 12:30, the shift ended at 11:00.
    reads = [(T + at * S, at // 10) for at in [*range(0, 1801, 5), *range(12_600, 14_400, 5)]]
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", SHOTS, reads)
        site.put_calendar(OURS, "two", TWO_SHIFTS)
        signal = {"role": "counter", "tag": SHOTS, "expected_seconds": 5}
        site.put_asset(OURS, "imm1", machine(signal, calendar="two", ideal_seconds=10.0))
        told = {"asset": "imm1", "start": T, "end": T + 4 * HOUR * S}
        site.until(lambda: state_of(floor) is not None)
        shifts = site.ask("shifts", OURS, topic="monitor", **told)["shifts"]
        made = [shift["counts"]["produced"] for shift in shifts]
        # Of 1,080 parts made in three hours half were made before 11:00, the last not before.
        assert made == [180 + 539, 541 + 179]
        assert sum(made) == reads[-1][1]
