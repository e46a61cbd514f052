"""Each question gives the answer that one can work out by hand, before and after maintenance."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from points_of import DAY, HOUR, NOON, SECOND, made

from deungdae.lake.telemetry import History, Maintenance, Telemetry
from deungdae.lake.telemetry.lttb import lttb
from deungdae.records.errors import PublicError, UnusableOption

TAG, OTHER = "line1/press/pressure", "line1/press/heat"
US, THEM = "등대전자", "한빛정밀"
MINUTE = 60 * SECOND


def us(column: pa.ChunkedArray) -> list[int]:
    """Times as microseconds after noon."""
    return [time - NOON for time in column.cast(pa.int64()).to_pylist()]


@pytest.fixture(params=["fresh", "maintained"])
def plant(home: Path, request: pytest.FixtureRequest) -> History:
    """Ten points of `TAG` each 30 s, three of `OTHER`; another's are larger and more."""
    telemetry = Telemetry(home)
    telemetry.append(made([1.0, 2.0, 3.0, 4.0], every=30 * SECOND), "ingest-0", 1)
    telemetry.append(
        pa.concat_tables(
            [
                made([5.0, 6.0, 7.0, 8.0, 9.0, 10.0], start=NOON + 2 * MINUTE, every=30 * SECOND),
                made(["가동", 20, 21.5], tag=OTHER, every=HOUR),
                made([1e6] * 99, organisation=THEM, every=7 * SECOND),
                made([1e6], organisation=THEM, tag="theirs"),
            ]
        ),
        "ingest-0",
        2,
    )
    # A bad point in between has no part in the numbers.
    telemetry.append(made([-999.0], start=NOON + 15 * SECOND, quality=0), "ingest-0", 3)
    if request.param == "maintained":
        done = {task.kind for task in Maintenance(home).run(NOON + 2 * DAY)}
        assert done == {"latest", "merge into day", "roll up"}
    return History(home)


def test_the_latest_point_of_each_tag(plant: History) -> None:
    found = plant.latest(US, [TAG, OTHER, "line1/never"])
    assert found.column("tag").to_pylist() == [OTHER, TAG]
    assert found.column("value").to_pylist() == [21.5, 10.0]
    assert us(found.column("time")) == [2 * HOUR, 270 * SECOND]
    assert plant.latest(US, ["theirs"]).num_rows == 0
    assert plant.latest(US).num_rows == 2
    assert plant.latest("nobody").num_rows == 0


def test_the_latest_point_of_what_came_since(plant: History, home: Path) -> None:
    telemetry = Telemetry(home)
    telemetry.append(made([0.5], start=NOON + 5 * MINUTE), "ingest-0", 4)
    # Late, and for another tag the first: neither changes the last of TAG.
    telemetry.append(made([7.5], start=NOON - 90 * DAY), "ingest-0", 5)
    telemetry.append(made([3], tag="line2/new"), "ingest-0", 6)
    assert plant.latest(US, [TAG]).column("value").to_pylist() == [0.5]
    assert plant.tags(US).column("tag").to_pylist() == [OTHER, TAG, "line2/new"]
    assert plant.tags(US).column("kind").to_pylist() == [0, 0, 1]
    Maintenance(home).run(NOON + 3 * DAY)
    assert plant.latest(US, [TAG]).column("value").to_pylist() == [0.5]


def test_raw_points_of_a_span_in_order(plant: History) -> None:
    found = plant.raw(US, [TAG, OTHER], NOON, NOON + MINUTE, 100)
    assert found.column("value").to_pylist() == [None, 1.0, -999.0, 2.0]
    assert found.column("text").to_pylist() == ["가동", None, None, None]
    assert plant.raw(US, [TAG], NOON, NOON + HOUR, 3).num_rows == 3
    assert plant.raw(US, [TAG], NOON - HOUR, NOON, 3).num_rows == 0
    assert plant.raw(US, ["theirs"], NOON, NOON + HOUR, 3).num_rows == 0


def test_buckets_hold_count_mean_extremes_and_last(plant: History) -> None:
    found = plant.aggregate(US, [TAG], NOON, NOON + 3 * MINUTE, MINUTE)
    assert us(found.column("time")) == [0, MINUTE, 2 * MINUTE]
    assert found.column("count").to_pylist() == [2, 2, 2]
    assert found.column("mean").to_pylist() == [1.5, 3.5, 5.5]
    assert found.column("min").to_pylist() == [1.0, 3.0, 5.0]
    assert found.column("max").to_pylist() == [2.0, 4.0, 6.0]
    assert found.column("last").to_pylist() == [2.0, 4.0, 6.0]


@pytest.mark.parametrize("every", [HOUR, 90 * SECOND, DAY])
def test_buckets_of_any_length_agree_with_the_points(plant: History, every: int) -> None:
    found = plant.aggregate(US, [TAG, OTHER], NOON, NOON + 3 * HOUR, every)
    assert sum(found.column("count").to_pylist()) == 12
    of_tag = found.filter(pc.equal(found.column("tag"), TAG))
    first = {HOUR: 5.5, 90 * SECOND: 2.0, DAY: 5.5}[every]
    assert of_tag.column("mean").to_pylist()[0] == first
    assert max(found.column("max").to_pylist()) == 21.5


def test_days_begin_where_the_zone_says(home: Path) -> None:
    # 12:00 and 18:00 UTC of the 1st are the 1st 21:00 and the 2nd 03:00 in Seoul.
    Telemetry(home).append(made([1.0, 3.0], every=6 * HOUR), "ingest-0", 1)
    Maintenance(home).run(NOON + 2 * DAY)
    history = History(home)
    utc = history.aggregate(US, [TAG], NOON, NOON + 7 * HOUR, DAY)
    seoul = history.aggregate(US, [TAG], NOON, NOON + 7 * HOUR, DAY, origin=-9 * HOUR)
    assert utc.column("mean").to_pylist() == [2.0]
    assert seoul.column("mean").to_pylist() == [1.0, 3.0]
    assert us(seoul.column("time")) == [-21 * HOUR, 3 * HOUR]


def test_the_fleet_is_told_by_organisation(plant: History) -> None:
    found = plant.fleet([US, THEM], NOON, NOON + HOUR, DAY)
    assert found.column("organisation").to_pylist() == [US, THEM]
    assert found.column("count").to_pylist() == [12, 100]
    assert found.column("mean").to_pylist()[1] == 1e6
    assert plant.fleet([US], NOON, NOON + HOUR, DAY).num_rows == 1


def test_no_question_reads_what_belongs_to_another(plant: History) -> None:
    span = (NOON - DAY, NOON + DAY)
    tags = [TAG, OTHER, "theirs"]
    answers = [
        plant.latest(US),
        plant.latest(US, tags),
        plant.raw(US, tags, *span, 1000),
        plant.downsample(US, tags, *span, 1000, "minmax"),
        plant.downsample(US, tags, *span, 1000, "lttb"),
    ]
    for answer in answers:
        assert answer.num_rows
        assert 1e6 not in answer.column("value").to_pylist()
        assert "theirs" not in answer.column("tag").to_pylist()
    for every in (HOUR, MINUTE, SECOND):
        assert max(plant.aggregate(US, tags, *span, every).column("max").to_pylist()) == 21.5
        assert plant.aggregate("nobody", tags, *span, every).num_rows == 0
    assert max(plant.fleet([US], *span, DAY).column("max").to_pylist()) == 21.5
    weighted = plant.time_weighted(US, tags, *span, DAY, MINUTE)
    assert max(weighted.column("mean").to_pylist()) < 100
    assert plant.tags(US).column("tag").to_pylist() == [OTHER, TAG]
    # What another organisation sent fills none of our gaps.
    gaps = plant.gaps(US, ["theirs"], *span, HOUR)
    assert us(gaps.column("start")) == [-DAY] and us(gaps.column("end")) == [DAY]


def test_gaps_are_silences_longer_than_expected(plant: History) -> None:
    found = plant.gaps(US, [OTHER, TAG, "never"], NOON - MINUTE, NOON + HOUR, 2 * MINUTE)
    rows = list(
        zip(
            found.column("tag").to_pylist(),
            us(found.column("start")),
            us(found.column("end")),
            strict=True,
        )
    )
    assert rows == [
        (OTHER, 0, HOUR),
        (TAG, 270 * SECOND, HOUR),
        ("never", -MINUTE, HOUR),
    ]
    assert plant.gaps(US, [TAG], NOON, NOON + 5 * MINUTE, 30 * SECOND).num_rows == 0


def test_a_value_counts_for_as_long_as_it_stands(home: Path) -> None:
    # 10 for 45 s, then 30: the first minute holds 45 s of 10 and 15 s of 30.
    Telemetry(home).append(made([10.0, 30.0], every=45 * SECOND), "ingest-0", 1)
    found = History(home).time_weighted(US, [TAG], NOON, NOON + 2 * MINUTE, MINUTE, HOUR)
    assert found.column("mean").to_pylist() == [15.0, 30.0]
    assert found.column("covered").to_pylist() == [1.0, 1.0]
    # No longer than it may: 30 stands from 0:45 to 1:15.
    found = History(home).time_weighted(US, [TAG], NOON, NOON + 2 * MINUTE, MINUTE, 30 * SECOND)
    assert found.column("mean").to_pylist() == [pytest.approx((300 + 450) / 45), 30.0]
    assert found.column("covered").to_pylist() == [0.75, 0.25]
    # And into a span that begins after it.
    found = History(home).time_weighted(
        US, [TAG], NOON + 2 * MINUTE, NOON + 3 * MINUTE, MINUTE, HOUR
    )
    assert found.column("mean").to_pylist() == [30.0]
    none = History(home).time_weighted(US, [TAG], NOON - DAY, NOON - HOUR, HOUR, HOUR)
    assert none.num_rows == 0


def test_the_smallest_and_largest_survive_thinning(home: Path) -> None:
    values: list[float | int | bool | str | None] = [float(n % 7) for n in range(1000)]
    values[500], values[501] = 99.0, -99.0
    Telemetry(home).append(made(values), "ingest-0", 1)
    found = History(home).downsample(US, [TAG], NOON, NOON + 1000 * SECOND, 20, "minmax")
    assert found.num_rows <= 20
    assert us(found.column("time")) == sorted(us(found.column("time")))
    at = dict(zip(us(found.column("time")), found.column("value").to_pylist(), strict=True))
    assert at[500 * SECOND] == 99.0 and at[501 * SECOND] == -99.0
    assert at[0] == 0.0 and at[6 * SECOND] == 6.0


def test_triangles_keep_the_ends_and_the_peak(home: Path) -> None:
    values: list[float | int | bool | str | None] = [0.0] * 100
    values[41] = 50.0
    Telemetry(home).append(made(values), "ingest-0", 1)
    found = History(home).downsample(US, [TAG], NOON, NOON + HOUR, 10, "lttb")
    assert found.num_rows == 10
    times = us(found.column("time"))
    assert times[0] == 0 and times[-1] == 99 * SECOND and 41 * SECOND in times


def test_triangles_by_hand() -> None:
    # Between (0, 0) and (3, 0) the larger triangle stays: 2 × 3 / 2 against 1 × 3 / 2.
    times = np.array([0, 1, 2, 3], np.int64)
    assert lttb(times, np.array([0.0, 2.0, -1.0, 0.0]), 3) == [0, 1, 3]
    assert lttb(times, np.array([0.0, 1.0, -2.0, 0.0]), 3) == [0, 2, 3]
    assert lttb(times, np.zeros(4), 4) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="three points"):
        lttb(times, np.zeros(4), 2)


@pytest.mark.parametrize(
    "question",
    [
        lambda h: h.raw(US, [], NOON, NOON + 1, 1),
        lambda h: h.raw(US, [TAG], NOON, NOON, 1),
        lambda h: h.raw(US, [TAG], NOON, NOON + 1, 0),
        lambda h: h.raw(US, [TAG] * 1001, NOON, NOON + 1, 1),
        lambda h: h.aggregate(US, [TAG], NOON, NOON + DAY, 0),
        lambda h: h.aggregate(US, [TAG], NOON, NOON + DAY, 1),
        lambda h: h.downsample(US, [TAG], NOON, NOON + DAY, 2, "lttb"),
        lambda h: h.gaps(US, [TAG], NOON, NOON + DAY, 0),
        lambda h: h.latest(US, []),
        lambda h: h.fleet([], NOON, NOON + DAY, DAY),
    ],
)
def test_a_question_without_sense_is_refused(home: Path, question: object) -> None:
    assert callable(question)
    with pytest.raises(UnusableOption):
        question(History(home))


def test_a_damaged_file_is_told_as_such(home: Path) -> None:
    Telemetry(home).append(made([1.0]), "ingest-0", 1)
    [file] = (home / "telemetry" / "points").rglob("fresh*.parquet")
    file.write_bytes(b"PAR1 no more")
    with pytest.raises(PublicError, match="damaged"):
        History(home).raw(US, [TAG], NOON, NOON + HOUR, 10)
    file.unlink()
    with pytest.raises(PublicError, match="missing"):
        History(home).raw(US, [TAG], NOON, NOON + HOUR, 10)
