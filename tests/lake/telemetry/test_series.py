"""A long walk along tags: complete, in order, and of one organisation."""

from pathlib import Path

import pyarrow as pa
import pytest
from points_of import DAY, NOON, SECOND, made

from deungdae.lake.telemetry import Maintenance, Telemetry, series
from deungdae.lake.telemetry.retention import Retention
from deungdae.lake.telemetry.series import Series, organisations


def filled(home: Path) -> None:
    telemetry = Telemetry(home)
    later = made([4.0, 5.0], start=NOON + DAY)
    telemetry.append(pa.concat_tables([later, made(["A", "B"], tag="line1/lot")]), "x", 1)
    mixed = [
        made([1.0, 2.0]),
        made([9.0], quality=0, start=NOON + 2 * SECOND),
        made([7, True], tag="b"),
    ]
    other = made([99.0], organisation="한빛정밀")
    telemetry.append(pa.concat_tables([*mixed, other]), "x", 2)


def walked(found: object) -> dict[str, list[tuple[int, float | str]]]:
    return {
        tag: list(zip(*(table.column(c).to_pylist() for c in ("time", "value")), strict=True))
        for tag, table in found  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("at_once", [1, 1_000_000], ids=["tag by tag", "at once"])
def test_each_tag_comes_whole_and_in_order_of_time(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "AT_ONCE", at_once)
    filled(tmp_path)
    tags = ["line1/press/pressure", "b", "line1/lot", "never"]
    found = walked(Series(tmp_path, "등대전자").numbers(tags, NOON, NOON + 2 * DAY))
    assert list(found) == ["b", "line1/press/pressure"]
    assert found["b"] == [(NOON, 7.0), (NOON + SECOND, 1.0)]
    pressure = [(NOON, 1.0), (NOON + SECOND, 2.0), (NOON + DAY, 4.0), (NOON + DAY + SECOND, 5.0)]
    assert found["line1/press/pressure"] == pressure


def test_a_span_excludes_its_end_and_other_organisations(tmp_path: Path) -> None:
    filled(tmp_path)
    walk = Series(tmp_path, "등대전자")
    tags = ["line1/press/pressure"]
    assert walked(walk.numbers(tags, NOON + SECOND, NOON + DAY)) == {
        tags[0]: [(NOON + SECOND, 2.0)]
    }
    assert walked(walk.numbers(tags, NOON + DAY, NOON + DAY)) == {}
    assert walked(Series(tmp_path, "nobody").numbers(tags, NOON, NOON + DAY)) == {}
    assert organisations(tmp_path) == ["등대전자", "한빛정밀"]


def test_lots_are_told_as_texts_numbers_too(tmp_path: Path) -> None:
    filled(tmp_path)
    found = walked(Series(tmp_path, "등대전자").texts(["line1/lot", "b"], NOON, NOON + DAY))
    assert found["line1/lot"] == [(NOON, "A"), (NOON + SECOND, "B")]
    assert found["b"][0] == (NOON, "7")


def test_maintenance_does_not_disturb_a_walk(tmp_path: Path) -> None:
    filled(tmp_path)
    walk = Series(tmp_path, "등대전자")
    before = walked(walk.numbers(["line1/press/pressure"], NOON, NOON + 2 * DAY))
    Maintenance(tmp_path, Retention()).run(NOON + 3 * DAY)
    assert walked(walk.numbers(["line1/press/pressure"], NOON, NOON + 2 * DAY)) == before
    again = Series(tmp_path, "등대전자")
    assert walked(again.numbers(["line1/press/pressure"], NOON, NOON + 2 * DAY)) == before
