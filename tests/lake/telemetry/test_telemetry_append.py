"""A point is stored once, whatever is sent again, and another value is kept beside it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable
from points_of import DAY, HOUR, NOON, SECOND, made

from deungdae.lake.telemetry import SCHEMA, Flag, Telemetry, UnsuitablePoints, journal
from deungdae.records.errors import PublicError


def stored(home: Path) -> pa.Table:
    """All points, as any Delta reader sees them."""
    delta = DeltaTable(home / "telemetry" / "points")
    return pa.table(delta.to_pyarrow_table()).sort_by([("time", "ascending")])


def test_points_are_read_as_they_were_appended(home: Path) -> None:
    points = made([1.5, 7, True, "정지", None])
    appended = Telemetry(home).append(points, "ingest-0", 1)
    assert (appended.stored, appended.duplicates, appended.conflicting) == (5, 0, 0)
    read = stored(home)
    assert read.select(SCHEMA.names).cast(SCHEMA).equals(points)
    assert {str(day) for day in read.column("date").to_pylist()} == {"2026-09-01"}


def test_words_in_dictionaries_are_stored_as_others_are(home: Path) -> None:
    points = made([1.5, 7, True, "정지", None])
    coded = points
    for place in range(3):
        coded = coded.set_column(place, SCHEMA[place].name, coded[place].dictionary_encode())
    telemetry = Telemetry(home)
    # Some words of a dictionary may belong to no point, and a word may stand there twice.
    assert telemetry.append(coded.slice(0, 2), "ingest-0", 1).stored == 2
    double = pa.DictionaryArray.from_arrays(
        [0, 1, 0, 1, 1], pa.array([points["tag"][0].as_py()] * 2)
    )
    second = telemetry.append(coded.set_column(2, "tag", double), "ingest-0", 2)
    assert (second.stored, second.duplicates) == (3, 2)
    assert stored(home).select(SCHEMA.names).cast(SCHEMA).equals(points)
    hollow = pa.DictionaryArray.from_arrays([0] * 5, pa.array([None], pa.string()))
    with pytest.raises(UnsuitablePoints):
        telemetry.append(coded.set_column(2, "tag", hollow), "ingest-0", 3)


def test_a_batch_that_is_sent_again_is_not_stored_again(home: Path) -> None:
    telemetry = Telemetry(home)
    assert telemetry.version("ingest-0") is None
    telemetry.append(made([1.0]), "ingest-0", 41)
    again = telemetry.append(made([2.0]), "ingest-0", 41)
    older = Telemetry(home).append(made([3.0]), "ingest-0", 40)
    assert again.repeated and older.repeated and again.stored == 0
    assert telemetry.version("ingest-0") == 41
    assert stored(home).num_rows == 1
    # Another application counts by itself.
    assert not telemetry.append(made([4.0]), "ingest-1", 1).repeated


def test_a_batch_without_points_moves_the_version(home: Path) -> None:
    telemetry = Telemetry(home)
    assert telemetry.append(SCHEMA.empty_table(), "ingest-0", 5).stored == 0
    assert Telemetry(home).version("ingest-0") == 5


@pytest.mark.parametrize("reopened", [False, True], ids=["same process", "after a restart"])
def test_an_equal_point_is_counted_and_not_stored(home: Path, reopened: bool) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0, 2.0, 3.0]), "ingest-0", 1)
    telemetry = Telemetry(home) if reopened else telemetry
    # The second and third again, one new; another source and quality make no difference.
    batch = made([2.0, 3.0, 4.0], start=NOON + SECOND, source="edge-2", quality=64)
    appended = telemetry.append(batch, "ingest-0", 2)
    assert (appended.stored, appended.duplicates, appended.conflicting) == (1, 2, 0)
    assert stored(home).column("value").to_pylist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("other", [2.0, 1, True, "1.0", None])
def test_another_value_at_the_same_time_is_kept_and_flagged(
    home: Path, other: float | int | bool | str | None
) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0]), "ingest-0", 1)
    appended = telemetry.append(made([other]), "ingest-0", 2)
    assert (appended.stored, appended.duplicates, appended.conflicting) == (1, 0, 1)
    assert sorted(stored(home).column("flag").to_pylist()) == [0, Flag.OTHER_VALUE]
    # Each of the two is known now.
    both = pa.concat_tables([made([1.0]), made([other])])
    appended = telemetry.append(both, "ingest-0", 3)
    assert (appended.stored, appended.duplicates) == (0, 2)


def test_the_same_is_told_within_one_batch(home: Path) -> None:
    batch = pa.concat_tables([made([1.0, 5.0]), made([1.0]), made([2.0])])
    appended = Telemetry(home).append(batch, "ingest-0", 1)
    assert (appended.stored, appended.duplicates, appended.conflicting) == (3, 1, 1)


def test_the_same_key_of_another_organisation_or_tag_is_another_point(home: Path) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0]), "ingest-0", 1)
    batch = pa.concat_tables([made([1.0], organisation="한빛정밀"), made([1.0], tag="line1/x")])
    assert telemetry.append(batch, "ingest-0", 2).stored == 2


def test_points_come_weeks_late_and_from_wrong_clocks(home: Path) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0, 2.0], every=HOUR), "ingest-0", 1)
    late = pa.concat_tables(
        [made([3.0], start=NOON - 60 * DAY), made([4.0], start=NOON + 9 * HOUR), made([1.0])]
    )
    appended = telemetry.append(late, "ingest-0", 2)
    assert (appended.stored, appended.duplicates) == (2, 1)
    # The clock that runs ahead neither hides nor doubles what comes in its time.
    appended = telemetry.append(made([4.0, 5.0], start=NOON + 9 * HOUR, every=HOUR), "ingest-0", 3)
    assert (appended.stored, appended.duplicates) == (1, 1)
    dates = [str(day) for day in stored(home).column("date").to_pylist()]
    assert dates == ["2026-07-03", *["2026-09-01"] * 4]


def test_counts_are_told_by_source_and_hour_and_kept_with_the_step(home: Path) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0, 2.0]), "ingest-0", 1)
    batch = pa.concat_tables([made([1.0, 9.0]), made([3.0], start=NOON + HOUR, source="edge-2")])
    appended = telemetry.append(batch, "ingest-0", 2)
    rows = [tuple(row.values()) for row in appended.counts.to_pylist()]
    assert [(row[1], row[2].hour, *row[3:]) for row in rows] == [
        ("edge-1", 12, 1, 1, 1),
        ("edge-2", 13, 1, 0, 0),
    ]
    [(version, kept)] = Telemetry(home).counts("ingest-0", after=1)
    assert version == 2 and kept.equals(appended.counts)


def test_two_processes_append_to_one_table(home: Path) -> None:
    one, two = Telemetry(home), Telemetry(home)
    for turn in range(4):
        batch = made([float(turn)], start=NOON + turn * SECOND)
        assert one.append(batch, "ingest-0", turn).stored == 1
        assert two.append(batch, "ingest-1", turn).duplicates == 1
    assert stored(home).num_rows == 4


def test_a_checkpoint_is_written_and_the_log_stays_short(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "CHECKPOINT_EVERY", 5)
    monkeypatch.setattr(journal, "KEPT_VERSIONS", 5)
    telemetry = Telemetry(home)
    follower = Telemetry(home)
    assert follower.version("ingest-0") is None
    log = home / "telemetry" / "points" / "_delta_log"
    for turn in range(1, 33):
        telemetry.append(made([float(turn)], start=NOON + turn * SECOND), "ingest-0", turn)
        for file in telemetry._tables.points.outlived():
            file.unlink()
        assert len(list(log.iterdir())) <= 20
    assert stored(home).num_rows == 32
    assert Telemetry(home).version("ingest-0") == 32
    # One that looked away while the log was cleaned finds its way back.
    assert follower.version("ingest-0") == 32
    assert follower.append(made([1.0], start=NOON + SECOND), "other", 1).duplicates == 1


def test_a_table_of_another_shape_is_refused(home: Path) -> None:
    telemetry = Telemetry(home)
    for wrong in (
        made([1.0]).drop_columns(["flag"]),
        made([1.0]).set_column(5, "value", pa.array([1], pa.int64())),
        made([1.0]).set_column(2, "tag", pa.array([None], pa.string())),
        made([float("nan")]),
    ):
        with pytest.raises(UnsuitablePoints):
            telemetry.append(wrong, "ingest-0", 1)
    assert telemetry.version("ingest-0") is None


def test_the_bounds_in_the_log_hold_all_points(home: Path) -> None:
    batch = pa.concat_tables([made([1.0] * 3, every=1), made([1.0], organisation="가", tag="a")])
    Telemetry(home).append(batch, "ingest-0", 1)
    actions = pa.table(DeltaTable(home / "telemetry" / "points").get_add_actions(flatten=True))
    assert actions.column("min.organisation").to_pylist() == ["가"]
    assert actions.column("max.organisation").to_pylist() == ["등대전자"]
    assert actions.column("num_records").to_pylist() == [4]
    last = pc.max(batch.column("time")).as_py()
    assert actions.column("max.time").to_pylist()[0] >= last


def test_a_disk_that_says_no_is_told_and_nothing_is_stored(home: Path) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([1.0]), "ingest-0", 1)
    in_the_way = home / "telemetry" / "points" / "date=2026-09-02"
    in_the_way.write_text("not a folder")
    batch = pa.concat_tables([made([2.0]), made([3.0], start=NOON + DAY)])
    with pytest.raises(PublicError, match="could not be stored"):
        telemetry.append(batch, "ingest-0", 2)
    assert telemetry.version("ingest-0") == 1
    assert stored(home).num_rows == 1
    in_the_way.unlink()
    assert telemetry.append(batch, "ingest-0", 2).stored == 2


def test_a_step_of_somebody_without_our_lock_is_noticed(home: Path) -> None:
    def interfere(moment: str) -> None:
        if moment == "written":
            DeltaTable(home / "telemetry" / "points").alter.set_table_name("changed by hand")

    Telemetry(home).append(made([1.0]), "ingest-0", 1)
    with pytest.raises(PublicError, match="changed by somebody else"):
        Telemetry(home, checkpoint=interfere).append(made([2.0]), "ingest-0", 2)
    again = Telemetry(home)
    assert again.version("ingest-0") == 1
    assert again.append(made([1.0, 2.0]), "ingest-0", 2).stored == 1
