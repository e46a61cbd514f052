"""Maintenance changes no answer, however and whenever it runs, and keeps the tables small."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from points_of import DAY, HOUR, NOON, SECOND, made

from deungdae.lake.telemetry import History, Maintenance, Retention, Telemetry, Term, journal, parts
from deungdae.records.errors import UnusableOption

TAG, US = "line1/press/pressure", "등대전자"
MINUTE = 60 * SECOND


def filled(home: Path, hours: int = 3, every: int = 10 * MINUTE) -> Telemetry:
    """Batches of ten minutes at one point a second, from noon: value = seconds since noon."""
    telemetry = Telemetry(home)
    for turn in range(hours * HOUR // every):
        start = turn * every // SECOND
        values: list[float | int | bool | str | None] = [
            float(start + n) for n in range(every // SECOND)
        ]
        batch = pa.concat_tables(
            [
                made(values, start=NOON + turn * every),
                made([1.0], start=NOON + turn * every, organisation="한빛정밀", tag="t"),
            ]
        )
        telemetry.append(batch, "ingest-0", turn)
    return telemetry


def answers(home: Path) -> list[pa.Table]:
    """What the questions say, each by another road through the files."""
    history = History(home)
    span = (NOON - 2 * DAY, NOON + 2 * DAY)
    found = [
        history.latest(US),
        history.raw(US, [TAG], *span, 1_000_000),
        *(history.aggregate(US, [TAG], *span, every) for every in (DAY, HOUR, MINUTE)),
        history.aggregate(US, [TAG], *span, HOUR + SECOND),
        history.fleet([US, "한빛정밀"], *span, DAY),
        history.gaps(US, [TAG], *span, MINUTE),
    ]
    return [_rounded(table) for table in found]


def _rounded(table: pa.Table) -> pa.Table:
    # Sums in another order differ in the last bit.
    if "mean" not in table.column_names:
        return table
    place = table.schema.get_field_index("mean")
    return table.set_column(place, "mean", pc.round(table.column("mean"), 6))


def levels(home: Path) -> dict[str, int]:
    """How many files of points there are of each level, as any Delta reader sees them."""
    found: dict[str, int] = {}
    for uri in DeltaTable(home / "telemetry" / "points").file_uris():
        level = uri.rpartition("/")[2].split("-")[0]
        found[level] = found.get(level, 0) + 1
    return found


def kinds(tasks: object) -> list[str]:
    """The words for tasks, without repetition, in order."""
    assert isinstance(tasks, list)
    return list(dict.fromkeys(task.kind for task in tasks))


def test_closed_hours_are_merged_and_then_the_day(home: Path) -> None:
    filled(home)
    before = answers(home)
    maintenance = Maintenance(home)
    # At 14:04 the hour before is not closed yet; at 14:05 it is.
    assert kinds(maintenance.run(NOON + 2 * HOUR + 4 * MINUTE)) == ["latest"]
    assert levels(home) == {"fresh": 18}
    assert kinds(maintenance.run(NOON + 2 * HOUR + 5 * MINUTE)) == ["merge into hour", "roll up"]
    assert levels(home) == {"fresh": 6, "hour": 1}
    assert answers(home) == before
    assert kinds(maintenance.run(NOON + DAY)) == [
        "merge into day",
        "roll up",
        "outdated minutes",
        "merge hours",
        "vacuum",
    ]
    assert levels(home) == {"day": 1}
    assert answers(home) == before
    assert maintenance.due(NOON + DAY) == []


def test_a_day_is_sorted_and_its_rollups_hold_what_they_say(home: Path) -> None:
    filled(home, hours=1)
    Maintenance(home).run(NOON + 2 * DAY)
    [day] = (home / "telemetry" / "points").rglob("day-*.parquet")
    points = pq.ParquetFile(day).read()
    assert points.equals(
        points.sort_by([(n, "ascending") for n in ("organisation", "tag", "time")])
    )
    chunk = pq.ParquetFile(day).metadata.row_group(0).column(3)
    assert chunk.path_in_schema == "time" and "DELTA_BINARY_PACKED" in chunk.encodings
    hours = pa.table(DeltaTable(home / "telemetry" / "hours").to_pyarrow_table())
    row = hours.filter(pc.equal(hours.column("tag"), TAG)).to_pylist()[0]
    # 0 to 3599, one each second.
    assert (row["count"], row["sum"], row["min"], row["max"], row["last"]) == (
        3600,
        3600 * 3599 / 2,
        0.0,
        3599.0,
        3599.0,
    )
    minutes = DeltaTable(home / "telemetry" / "minutes").to_pyarrow_table()
    assert pa.table(minutes).num_rows == 60 + 6


def test_late_points_correct_the_rollups(home: Path) -> None:
    telemetry = filled(home, hours=1)
    maintenance = Maintenance(home)
    maintenance.run(NOON + 2 * DAY)
    for turn in range(8):  # as many as make a merge, each of 60 points in the hour after
        late = made([1e4] * 60, start=NOON + HOUR + turn * MINUTE)
        telemetry.append(late, "ingest-0", 100 + turn)
        found = History(home).aggregate(US, [TAG], NOON, NOON + 2 * HOUR, HOUR)
        assert found.column("count").to_pylist() == [3600, 60 * (turn + 1)]
    before = answers(home)
    assert "merge into day" in kinds(maintenance.run(NOON + 20 * DAY))
    assert levels(home) == {"day": 1}
    assert answers(home) == before
    # And duplicates of what lies sorted are known, without any memory of it.
    again = Telemetry(home).append(made([1e4] * 60, start=NOON + HOUR), "ingest-0", 200)
    assert (again.stored, again.duplicates) == (0, 60)


def test_a_few_late_points_wait_and_count_all_the_same(home: Path) -> None:
    telemetry = filled(home, hours=1)
    maintenance = Maintenance(home)
    maintenance.run(NOON + 2 * DAY)
    telemetry.append(made([-5.0], start=NOON - HOUR), "ingest-0", 100)
    assert kinds(maintenance.run(NOON + 20 * DAY)) == ["latest", "vacuum"]
    assert levels(home) == {"day": 1, "fresh": 1}
    found = History(home).aggregate(US, [TAG], NOON - DAY, NOON + DAY, DAY)
    assert found.column("min").to_pylist() == [-5.0]
    assert found.column("count").to_pylist() == [3601]


def test_one_clock_that_runs_ahead_does_not_stop_the_merging(home: Path) -> None:
    telemetry = Telemetry(home)
    for turn in range(9):
        ahead = made([1.0], start=NOON + 9 * HOUR + turn * SECOND, tag="wrong/clock")
        batch = pa.concat_tables([made([1.0], start=NOON + turn * SECOND), ahead])
        telemetry.append(batch, "ingest-0", turn)
    assert "merge into hour" in kinds(Maintenance(home).run(NOON + 2 * HOUR))
    assert levels(home) == {"hour": 1}


def test_a_large_day_becomes_several_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_ROWS", 3000)
    monkeypatch.setattr(parts, "ROW_GROUP", 1000)
    filled(home)
    before = answers(home)
    Maintenance(home).run(NOON + 2 * DAY)
    assert levels(home) == {"day": 4}  # 3 × 3600 + 18 rows
    assert answers(home) == before


def test_hours_of_a_month_are_merged(home: Path) -> None:
    telemetry, maintenance = Telemetry(home), Maintenance(home)
    for day in range(10):
        telemetry.append(made([1.0, 2.0], start=NOON + day * DAY), "ingest-0", day)
        maintenance.run(NOON + (day + 2) * DAY)
    files = DeltaTable(home / "telemetry" / "hours").file_uris()
    assert len(files) < 8
    found = History(home).aggregate(US, [TAG], NOON, NOON + 10 * DAY, DAY)
    assert found.column("count").to_pylist() == [2] * 10


def test_files_and_logs_stay_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CHECKPOINT_EVERY", 10)
    monkeypatch.setattr(journal, "KEPT_VERSIONS", 10)
    telemetry, maintenance = Telemetry(home), Maintenance(home)
    most = 0
    for turn in range(120):
        now = NOON + turn * 10 * MINUTE
        batch = made([float(turn)] * 5, start=now)
        telemetry.append(batch, "ingest-0", turn)
        # The kernel's time of the file is none of the test's: it is as old as its points.
        for file in (home / "telemetry").rglob("*.parquet"):
            if file.stat().st_mtime > now / 1e6 + DAY:
                os.utime(file, (now / 1e6, now / 1e6))
        if turn % 6 == 5:
            maintenance.run(now)
        most = max(most, sum(path.is_file() for path in (home / "telemetry").rglob("*")))
    assert levels(home).get("fresh", 0) <= 24
    assert most < 200
    assert History(home).raw(US, [TAG], NOON, NOON + 2 * DAY, 1000).num_rows == 600


def test_what_was_replaced_can_still_be_read_for_an_hour(home: Path) -> None:
    filled(home)
    old = set((home / "telemetry" / "points").rglob("fresh-*.parquet"))
    maintenance, merged = Maintenance(home), NOON + 2 * DAY
    maintenance.run(merged)
    maintenance.run(merged + 59 * MINUTE)
    assert all(file.exists() for file in old)
    assert kinds(maintenance.run(merged + 61 * MINUTE)) == ["vacuum"]
    assert not any(file.exists() for file in old)
    assert History(home).raw(US, [TAG], NOON, NOON + DAY, 100_000).num_rows == 3 * 3600


def test_a_file_that_is_gone_since_it_was_listed_is_no_damage(home: Path) -> None:
    telemetry = filled(home)
    log = home / "telemetry" / "points" / "_delta_log"
    # A name that leads nowhere is listed, and cannot be opened: as one that went in between.
    (log / "_0a1b.tmp").symlink_to("gone")
    (log / f"{99:020}.json").symlink_to("gone")
    assert kinds(Maintenance(home).run(NOON + 2 * DAY))
    assert [version for version, _ in telemetry.counts("ingest-0", 14)] == [15, 16, 17]


def test_points_end_by_the_class_of_their_tag_and_hours_stay(home: Path) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0, 3.0]), "ingest-0", 1)
    telemetry.append(made([5.0, 7.0], tag="energy/meter"), "ingest-0", 2)
    terms = Retention((Term("line1/*", 30), Term("energy/*", 90)), minutes=200, hours=400)
    maintenance = Maintenance(home, terms)
    maintenance.run(NOON + 2 * DAY)

    def rows(tag: str) -> int:
        return len(History(home).raw(US, [tag], NOON, NOON + DAY, 10).column("tag").to_pylist())

    def mean(tag: str) -> list[float]:
        answer = History(home).aggregate(US, [tag], NOON, NOON + DAY, DAY)
        found: list[float] = answer.column("mean").to_pylist()
        return found

    assert kinds(maintenance.due(NOON + 30 * DAY)) == ["vacuum"]
    assert kinds(maintenance.run(NOON + 31 * DAY))[0] == "term of points"
    assert (rows(TAG), rows("energy/meter")) == (0, 2)
    assert (mean(TAG), mean("energy/meter")) == ([2.0], [6.0])
    maintenance.run(NOON + 91 * DAY)
    assert (rows(TAG), rows("energy/meter")) == (0, 0)
    assert (mean(TAG), mean("energy/meter")) == ([2.0], [6.0])
    # A late point of an ended term is gone with the next run, and nothing else is.
    telemetry.append(made([9.0], start=NOON + HOUR), "ingest-0", 3)
    maintenance.run(NOON + 92 * DAY)
    assert rows(TAG) == 0 and mean("energy/meter") == [6.0]
    assert kinds(maintenance.run(NOON + 402 * DAY))[0] == "term of hours"
    maintenance.run(NOON + 402 * DAY)
    assert mean(TAG) == [] and mean("energy/meter") == []
    # The last value of a tag outlives them all.
    assert History(home).latest(US, [TAG]).num_rows == 1


def test_a_term_of_less_than_a_day_is_refused() -> None:
    with pytest.raises(UnusableOption):
        Retention((Term("*", 0),))


def test_only_one_process_is_at_it(home: Path) -> None:
    filled(home, hours=1)
    maintenance, other = Maintenance(home), Maintenance(home)
    with maintenance._tables.points.lock("_maintenance.lock"):
        assert other.run(NOON + 2 * DAY) == []
    assert other.run(NOON + 2 * DAY) != []


# Killed at the step that it is told: before (0) or after (1) the step of any of the tables.
_KILLED = """
import os, signal, sys
from pathlib import Path
from points_of import DAY, NOON
from deungdae.lake.telemetry import Maintenance, Retention, Term
from deungdae.lake.telemetry.journal import Journal

home, at, after, days = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1", int(sys.argv[4])
steps = 0
original = Journal.step

def step(self, *given, **named):
    global steps
    steps += 1
    if steps == at and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    version = original(self, *given, **named)
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return version

Journal.step = step
Maintenance(home, Retention((Term("none/*", 1),))).run(NOON + days * DAY)
"""


def killed(home: Path, at: int, after: bool, days: int) -> int:
    return subprocess.run(
        [sys.executable, "-c", _KILLED, str(home), str(at), str(int(after)), str(days)],
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "plant"), "PATH": ""},
        timeout=60,
        check=False,
    ).returncode


def test_killed_at_any_step_no_answer_changes_and_the_next_run_ends_it(home: Path) -> None:
    telemetry = filled(home, hours=1)
    Maintenance(home).run(NOON + 2 * DAY)
    for turn in range(8):
        telemetry.append(
            made([1e4] * 60, start=NOON + HOUR + turn * MINUTE), "ingest-0", 100 + turn
        )
    telemetry.append(made([4.0, 5.0], tag="none/such"), "ingest-0", 200)
    before = answers(home)
    kills = 0
    for at, after in [(1, False), (1, True), (2, False), (1, True), (2, True), (1, True)]:
        kills += killed(home, at, after, 3) == -9
        assert answers(home) == before
    assert kills >= 5
    Maintenance(home, Retention((Term("none/*", 1),))).run(NOON + 3 * DAY)
    assert answers(home) == before
    assert History(home).raw(US, ["none/such"], NOON, NOON + DAY, 9).num_rows == 0
    mean = History(home).aggregate(US, ["none/such"], NOON, NOON + DAY, DAY).column("mean")
    assert mean.to_pylist() == [4.5]
    assert levels(home) == {"reduced": 1}


def test_appending_and_maintenance_at_once_lose_nothing(home: Path) -> None:
    # The step of a merge may find the table changed since it looked: by appends, never by others.
    telemetry, maintenance, chance = Telemetry(home), Maintenance(home), random.Random(5)
    count = 0
    for turn in range(40):
        start = NOON + chance.randrange(-3, 1) * DAY + turn * SECOND
        count += telemetry.append(made([1.0], start=start), "ingest-0", turn).stored
        if chance.random() < 0.3:
            maintenance.run(NOON + turn * HOUR)
    found = History(home).raw(US, [TAG], NOON - 5 * DAY, NOON + 5 * DAY, 1000)
    assert found.num_rows == count == 40
