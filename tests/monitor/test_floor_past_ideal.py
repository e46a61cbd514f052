"""The ideal cycle of a time that is over: the one that counted at its end, not today's."""

from pathlib import Path
from typing import Any

from machine_of_truth import S, Truth
from monitor_site import MonitorSite
from watched_machine import HOUR, OURS, TWO_SHIFTS, Clock, T, machine, state_of

from deungdae.monitor.floor import Floor

SHOTS, RUNS, NEW = "line1/imm1/shots", "line1/imm2/run", "line1/imm3/run"
#: Until ten o'clock the ideal cycle was 12 s; since then it is 10 s.
CHANGED = [{"until": T + HOUR * S, "seconds": 12.0, "confirmed": True, "products": {}}]


def test_the_past_of_a_machine_and_of_each_in_its_line_tells_the_ideal_cycle_of_then(
    tmp_path: Path,
) -> None:
    clock, floor = Clock(T + 3 * HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", SHOTS, Truth(T, 3 * HOUR, [], cycle=14.0).counter())
        for tag in (RUNS, NEW):
            site.store(OURS, "plc", tag, [(T + at * S, 1) for at in range(0, 3 * HOUR, 10)])
        site.put_calendar(OURS, "day", TWO_SHIFTS)
        line = {"name": "1라인", "kind": "line", "signals": [], "calendar": "day"}
        site.put_asset(OURS, "line1", {**line, "output": "imm1"})
        told = {"ideal_seconds": 10.0, "ideals": CHANGED}
        site.put_asset(
            OURS, "imm1", machine({"role": "counter", "tag": SHOTS}, line="line1", **told)
        )
        run = {"role": "run", "tag": RUNS}
        site.put_asset(OURS, "imm2", machine(run, line="line1", ideal_seconds=7.0))
        site.put_asset(OURS, "imm3", machine({"role": "run", "tag": NEW}, line="line1"))
        site.until(lambda: state_of(floor) == "running" and state_of(floor, "line1") == "running")
        site.until(lambda: None not in (state_of(floor, "imm2"), state_of(floor, "imm3")))

        def past(question: str, hours: int, **more: Any) -> Any:
            until = {"start": T, "end": T + hours * HOUR * S}
            return site.ask(question, OURS, topic="monitor", **until, **more)

        assert past("asset", 1, asset="imm1")["ideal_seconds"] == 12.0
        assert past("asset", 3, asset="imm1")["ideal_seconds"] == 10.0
        assert past("asset", 3, asset="imm3")["ideal_seconds"] is None
        found = past("line", 1, line="line1")
        assert found["ideal_seconds"] == 12.0
        assert {id_: one["ideal_seconds"] for id_, one in found["members"].items()} == {
            "imm1": 12.0,
            "imm2": 7.0,
            "imm3": None,
        }
        # As the shift itself tells: the one of nine to eleven ended with the cycle of today.
        [shift] = past("shifts", 1, asset="imm1")["shifts"]
        assert shift["ideal_seconds"] == past("asset", 2, asset="imm1")["ideal_seconds"] == 10.0
