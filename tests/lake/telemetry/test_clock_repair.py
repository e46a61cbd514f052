"""A clock is put right for the past and put back, and no kill loses a point or doubles one."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from history_site import table

from deungdae.lake.telemetry import Flag, History, Maintenance, Telemetry
from deungdae.lake.telemetry.clock import Clock, Wrong
from deungdae.records.errors import PublicError, UnusableOption

S, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
T = 1_795_305_600 * S  #: 2026-11-22 00:00 UTC
NOW = T + 30 * DAY
OURS, THEIRS = "가온정밀", "누리사출"
LINE1, LINE2, OTHER = "line1/imm1/온도", "line2/imm1/온도", "line1/imm2/온도"
EVER = (-(1 << 60), 1 << 60)
WRONG = Wrong(OURS, "plc", "", -9 * HOUR, NOW)


def fill(home: Path, days: int = 2, each: int = 10) -> None:
    """Two tags of the source whose clock is nine hours ahead, one of another, and a neighbour's."""
    minutes = range(0, days * 24 * 60, each)
    points = [
        *[(OURS, "plc", tag, 0.0) for tag in (LINE1, LINE2)],
        *[(OURS, "mes", OTHER, 100.0), (THEIRS, "plc", LINE1, 900.0)],
    ]
    telemetry = Telemetry(home)
    for number, part in enumerate((minutes[::2], minutes[1::2]), 1):
        rows = [
            table(o, source, tag, [(T + 9 * HOUR + n * 60 * S, first + n % 50) for n in part])
            for o, source, tag, first in points
        ]
        telemetry.append(pa.concat_tables(rows), "ingest-0", number)


def points(home: Path, organisation: str = OURS) -> list[dict[str, Any]]:
    tags = [LINE1, LINE2, OTHER]
    found: list[dict[str, Any]] = (
        History(home).raw(organisation, tags, *EVER, 1_000_000).to_pylist()
    )
    return found


def last(home: Path, tag: str = LINE1) -> int:
    (found,) = History(home).latest(OURS, [tag]).column("time").cast(pa.int64()).to_pylist()
    return int(found)


def test_a_repair_moves_the_points_of_its_source_alone_and_is_undone_exactly(home: Path) -> None:
    fill(home)
    Maintenance(home).run(NOW)  # sorted days, rollups and latest values are there, too
    before, neighbours = points(home), points(home, THEIRS)
    newest, clock = last(home), Clock(home)
    preview = clock.preview(WRONG)
    assert (preview.points, preview.first_us) == (2 * 288, T + 9 * HOUR)
    assert preview.examples.column("tag").to_pylist() == [LINE1, LINE2]
    repair = clock.repair(WRONG, NOW)
    assert (repair.number, repair.points, repair.duplicates) == (1, 576, 0)
    after = points(home)
    assert len(after) == len(before)
    moved = [point for point in after if point["source"] == "plc"]
    assert {point["flag"] for point in moved} == {Flag.CLOCK_REPAIRED}
    assert min(point["time"] for point in moved).timestamp() == T / S
    assert [p for p in after if p["source"] == "mes"] == [p for p in before if p["source"] == "mes"]
    assert points(home, THEIRS) == neighbours
    assert (last(home), last(home, OTHER)) == (newest - 9 * HOUR, newest)
    (listed,) = clock.repairs(OURS)
    assert (listed.wrong, listed.undone_us) == (WRONG, None)
    assert clock.repairs(THEIRS) == []
    assert clock.undo(OURS, 1, NOW + 1).points == 576
    assert points(home) == before and last(home) == newest
    assert [(r.number, r.undoes) for r in clock.repairs(OURS)] == [(2, 1), (1, None)]
    assert clock.repairs(OURS)[1].undone_us == NOW + 1
    Maintenance(home).run(NOW + DAY)
    assert points(home) == before and last(home) == newest


def test_buckets_are_right_after_a_repair_before_and_after_maintenance(home: Path) -> None:
    fill(home, days=1)
    Maintenance(home).run(NOW)
    Clock(home).repair(replace(WRONG, prefix="line1"), NOW)
    for turn in range(2):
        history = History(home)
        hours = history.aggregate(OURS, [LINE1], *(T - DAY, T + 3 * DAY), HOUR)
        assert hours.column("count").to_pylist() == [6] * 24, turn
        assert hours.column("time").cast(pa.int64())[0].as_py() == T
        stayed = history.aggregate(OURS, [LINE2], *(T - DAY, T + 3 * DAY), HOUR)
        assert stayed.column("time").cast(pa.int64())[0].as_py() == T + 9 * HOUR
        Maintenance(home).run(NOW + DAY)


def test_only_a_prefix_a_span_and_what_came_before_are_repaired(home: Path) -> None:
    telemetry = Telemetry(home)
    rows = [(T + n * 60 * S, float(n)) for n in range(10)]
    telemetry.append(table(OURS, "plc", LINE1, rows), "ingest-0", 1)
    telemetry.append(table(OURS, "plc", "line10/imm1/온도", rows), "ingest-0", 2)
    telemetry.append(table(OURS, "plc", LINE2, rows, delay_us=DAY), "ingest-0", 3)
    clock = Clock(home)
    assert clock.preview(replace(WRONG, prefix="line1")).points == 10  # line10 is another line
    assert clock.preview(replace(WRONG, before_us=T + HOUR)).points == 20
    assert clock.preview(replace(WRONG, start_us=T + 60 * S, end_us=T + 180 * S)).points == 6
    assert clock.preview(replace(WRONG, organisation=THEIRS)).points == 0
    clock.repair(replace(WRONG, prefix=LINE1), NOW)
    with pytest.raises(UnusableOption, match="No point fits"):
        clock.repair(replace(WRONG, prefix=LINE1), NOW)  # a second click shifts nothing twice


def test_a_point_that_stands_at_the_right_time_already_is_not_doubled(home: Path) -> None:
    telemetry = Telemetry(home)
    wrong = [(T + 9 * HOUR, 1.0), (T + 9 * HOUR + S, 2.0), (T + 9 * HOUR + 2 * S, 3.0)]
    telemetry.append(table(OURS, "plc", LINE1, wrong), "ingest-0", 1)
    right = [(T, 1.0), (T + S, 7.0)]  # the first again, with its time put right; and another value
    telemetry.append(table(OURS, "mes", LINE1, right), "ingest-0", 2)
    before = points(home)
    repair = Clock(home).repair(WRONG, NOW)
    assert (repair.points, repair.duplicates) == (3, 1)
    found = [((p["time"].timestamp() - T / S), p["value"], p["flag"]) for p in points(home)]
    assert sorted(found) == [(0.0, 1.0, 0), (1.0, 2.0, 3), (1.0, 7.0, 0), (2.0, 3.0, 2)]
    Clock(home).undo(OURS, 1, NOW)
    assert points(home) == before


def test_repairs_are_undone_in_their_order_and_by_their_owner(home: Path) -> None:
    fill(home, days=1)
    clock = Clock(home)
    clock.repair(replace(WRONG, prefix="line1"), NOW)
    with pytest.raises(UnusableOption, match="no repair 1"):
        clock.undo(THEIRS, 1, NOW)
    clock.undo(OURS, 1, NOW)
    with pytest.raises(UnusableOption, match="undone already"):
        clock.undo(OURS, 1, NOW)
    with pytest.raises(UnusableOption, match="years 1900"):
        clock.repair(replace(WRONG, shift_us=-200 * 366 * DAY), NOW)
    with pytest.raises(UnusableOption, match="other than zero"):
        clock.repair(replace(WRONG, shift_us=0), NOW)


def test_what_the_writer_stores_meanwhile_is_neither_lost_nor_passed_over(home: Path) -> None:
    fill(home, days=1)
    telemetry, turns = Telemetry(home), [0]

    def meanwhile(moment: str) -> None:
        if moment == "kept" and turns[0] < 2:
            turns[0] += 1
            late = [(T + 9 * HOUR + n * S + turns[0], 5.0) for n in range(10)]
            telemetry.append(table(OURS, "plc", LINE1, late), "ingest-0", 100 + turns[0])

    repair = Clock(home, meanwhile).repair(WRONG, NOW)
    assert repair.points == 2 * 144 + 20
    assert len(points(home)) == 3 * 144 + 20
    assert all(p["flag"] == 2 for p in points(home) if p["source"] == "plc")


def test_two_cannot_repair_at_once(home: Path) -> None:
    fill(home, days=1)

    def another(moment: str) -> None:
        if moment == "kept":
            with pytest.raises(PublicError, match="being repaired already"):
                Clock(home).repair(WRONG, NOW)

    Clock(home, another).repair(WRONG, NOW)


_REPAIRER = f"""
import os, signal, sys
from pathlib import Path
from deungdae.lake.telemetry.clock import Clock, Wrong

home, moment, what = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def reached(now):
    if now == moment:
        os.kill(os.getpid(), signal.SIGKILL)

clock = Clock(home, reached)
if what == "undo":
    clock.undo("가온정밀", 1, {NOW})
else:
    clock.repair(Wrong("가온정밀", "plc", "", {-9 * HOUR}, {NOW}), {NOW})
"""


def killed(home: Path, moment: str, what: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", _REPAIRER, str(home), moment, what], timeout=60, check=False
    ).returncode


def test_killed_at_any_moment_a_repair_is_whole_or_nothing_and_so_is_its_undoing(
    home: Path,
) -> None:
    fill(home, days=1)
    Maintenance(home).run(NOW)
    before, newest = points(home), last(home)

    def is_right(repaired: bool) -> None:
        found = points(home)
        assert len(found) == len(before) == 3 * 144
        assert sum(p["value"] for p in found) == sum(p["value"] for p in before)
        assert {p["flag"] for p in found if p["source"] == "plc"} == {2 if repaired else 0}
        assert last(home) == (newest - 9 * HOUR if repaired else newest)

    for moment in ("kept", "written", "made"):
        assert killed(home, moment, "repair") == -9
        is_right(repaired=moment == "made")
    (repair,) = Clock(home).repairs(OURS)
    assert repair.number == 1
    Maintenance(home).run(NOW + DAY)  # brings the latest values behind the repair
    is_right(repaired=True)
    for moment in ("kept", "written", "made"):
        assert killed(home, moment, "undo") == -9
        is_right(repaired=moment != "made")
    assert points(home) == before
    # What was killed left files that no step names; they are swept, and nothing changes.
    Maintenance(home).run(NOW + 300 * DAY)
    is_right(repaired=False)
    assert points(home) == before


def test_latest_values_come_right_even_when_the_paper_of_a_repair_is_gone(home: Path) -> None:
    fill(home, days=1)
    Maintenance(home).run(NOW)
    newest = last(home)
    assert killed(home, "made", "repair") == -9
    (home / "telemetry" / "clock_repairs" / "1.json").unlink()
    assert last(home) == newest - 9 * HOUR
    tasks = [task.kind for task in Maintenance(home).run(NOW + DAY)]
    assert "clock" in tasks
    assert (last(home), last(home, OTHER)) == (newest - 9 * HOUR, newest)
    assert "clock" not in [task.kind for task in Maintenance(home).due(NOW + DAY)]
    assert Clock(home).repairs(OURS) == []
