"""Since when a machine or a line runs: not since its shift began, if it ran before."""

import time
from pathlib import Path

import pytest
from machine_of_truth import S
from monitor_site import MonitorSite
from watched_machine import HOUR, OURS, TWO_SHIFTS, Clock, T, machine, state_of

from deungdae.monitor.floor import Floor

FIRST, SECOND = "line1/imm1/run", "line1/imm2/run"


def runs(*times: tuple[int, int], until: int) -> list[tuple[int, int]]:
    """A contact that is read each ten seconds and is on between these minutes after nine."""
    return [
        (T + at * S, int(any(a * 60 <= at < b * 60 for a, b in times)))
        for at in range(0, until * 60, 10)
    ]


def wait(site: MonitorSite, clock: Clock, floor: Floor, id_: str, says: dict[str, int]) -> None:
    """Let minutes pass until it is known: frames of before are computed meanwhile."""
    for _ in range(40):
        for _ in range(6):
            clock.now_us += 10 * S
            site.tell(OURS, [(tag, clock.now_us, value) for tag, value in says.items()])
        if floor.hall.now[OURS, id_]["since"] < T + 2 * HOUR * S:
            break
        time.sleep(0.5)


@pytest.mark.parametrize("shown", ["imm1", "line1"])
def test_a_run_of_before_the_monitor_began_is_told_from_its_beginning(
    tmp_path: Path, shown: str
) -> None:
    """Half an hour after nine it began; the second shift began at eleven, the monitor at twelve."""
    clock, floor = Clock(T + 3 * HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", FIRST, runs((30, 180), until=180))
        site.put_calendar(OURS, "day", TWO_SHIFTS)
        site.put_asset(OURS, "line1", {"name": "1라인", "kind": "line", "signals": []})
        site.put_asset(
            OURS, "imm1", machine({"role": "run", "tag": FIRST}, line="line1", calendar="day")
        )
        site.until(lambda: state_of(floor, shown) == "running")
        wait(site, clock, floor, shown, {FIRST: 1})
        assert (floor.hall.now[OURS, shown]["since"] - T) // S == 30 * 60


def test_a_line_runs_since_any_of_its_machines_did_though_each_of_them_stood(
    tmp_path: Path,
) -> None:
    # From 9:30 to 11:20 the one, from 11:10 the other: the line never stood since half past nine.
    clock, floor = Clock(T + 3 * HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", FIRST, runs((30, 140), until=180))
        site.store(OURS, "plc", SECOND, runs((130, 180), until=180))
        site.put_calendar(OURS, "day", TWO_SHIFTS)
        site.put_asset(OURS, "line1", {"name": "1라인", "kind": "line", "signals": []})
        for id_, tag in (("imm1", FIRST), ("imm2", SECOND)):
            site.put_asset(
                OURS, id_, machine({"role": "run", "tag": tag}, line="line1", calendar="day")
            )
        site.until(lambda: state_of(floor, "line1") == "running")
        wait(site, clock, floor, "line1", {FIRST: 0, SECOND: 1})
        now = floor.hall.now
        assert [(now[OURS, id_]["since"] - T) // S for id_ in ("line1", "imm2", "imm1")] == [
            30 * 60,
            130 * 60,
            140 * 60,
        ]
