"""Exports: times of the site and of UTC, units, no formulas, bounded, and right to the last row."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from history_site import HistorySite, table

from deungdae.bus import Refusal
from deungdae.gateway.answering.exports import spreadsheet_file

S, DAY = 1_000_000, 86_400_000_000
T = 1_795_348_800 * S  #: 2026-11-22 12:00 UTC, 21:00 in Seoul
OURS, THEIRS = "가온정밀", "누리사출"
HEAT, LOT, ODD = "line1/imm1/온도", "line1/imm1/lot", "=line1/imm1/x"
ALL = [HEAT, LOT, ODD]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("site")) as site:
        site.append(
            pa.concat_tables(
                [
                    table(OURS, "plc", HEAT, [(T + n * 60 * S, 200 + n / 4) for n in range(600)]),
                    table(OURS, "mes", LOT, [(T, "=cmd|'/c calc'!A1"), (T + 2 * S, "-7")]),
                    table(OURS, "plc", ODD, [(T + 3 * DAY, -5.5)], quality=64),
                    table(THEIRS, "plc", HEAT, [(T + n * S, 900.0) for n in range(50)]),
                ]
            )
        )
        yield site


def export(site: HistorySite, form: str, every: int | str = "raw", **more: Any) -> bytes:
    about: dict[str, Any] = {"time_zone": "Asia/Seoul", "language": "en", "units": {HEAT: "℃"}}
    about |= {"tags": ALL, "start": T, "end": T + 4 * DAY}
    return site.read("export", OURS, format=form, every=every, **(about | more))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rows_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data[3:].decode())))


def test_points_as_csv_have_both_times_their_unit_and_no_formula(site: HistorySite) -> None:
    head, *rows = rows_of(export(site, "csv"))
    assert head == [
        *("Time (Asia/Seoul)", "Time (UTC)", "Tag", "Value", "Unit"),
        *("Quality", "Sent by", "Received (UTC)"),
    ]
    assert len(rows) == 603
    by_tag = {row[2]: row for row in rows}
    assert by_tag[HEAT][:6] == [
        *("2026-11-23 06:59:00", "2026-11-22 21:59:00", HEAT, "349.75", "℃", "Good"),
    ]
    assert by_tag[f"'{ODD}"][3:6] == ["-5.5", "", "Uncertain"]  # a number is no formula
    assert [row[3] for row in rows if row[2] == LOT] == ["'=cmd|'/c calc'!A1", "'-7"]
    assert "900" not in {row[3] for row in rows}


def test_hours_as_csv_stand_side_by_side_with_units_in_the_headings(site: HistorySite) -> None:
    head, *rows = rows_of(export(site, "csv", 3600 * S, language="ko"))
    assert head[0] == "시각 (Asia/Seoul)"
    tags = sorted(ALL)
    place = 2 + 3 * tags.index(HEAT)
    assert head[place : place + 3] == [f"{HEAT}, {w} [℃]" for w in ("평균", "최솟값", "최댓값")]
    assert head[2 + 3 * tags.index(ODD)] == f"'{ODD}, 평균"
    assert len(rows) == 11  # ten hours of heat, and one of the other
    # An hour has 60 values from 200 on, each a quarter above the one before.
    assert rows[0][:2] == ["2026-11-22 21:00:00", "2026-11-22 12:00:00"]
    assert [float(cell) for cell in rows[0][place : place + 3]] == [207.375, 200.0, 214.75]


def test_days_begin_at_midnight_of_the_site(site: HistorySite) -> None:
    _, *rows = rows_of(export(site, "csv", DAY, tags=[HEAT]))
    assert [row[0] for row in rows] == ["2026-11-22 00:00:00", "2026-11-23 00:00:00"]
    assert [row[1] for row in rows] == ["2026-11-21 15:00:00", "2026-11-22 15:00:00"]


def test_many_buckets_are_made_in_spans_and_none_is_cut(
    site: HistorySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export(site, "csv", 7 * 60 * S, tags=[HEAT])
    monkeypatch.setattr("deungdae.gateway.answering.exports.rows.CELLS_AT_ONCE", 3)
    assert export(site, "csv", 7 * 60 * S, tags=[HEAT]) == whole
    assert len(rows_of(whole)) == 1 + 86  # 600 minutes in sevens; 21:00 is where one begins


def test_parquet_has_types_and_both_times(site: HistorySite) -> None:
    found = pq.read_table(io.BytesIO(export(site, "parquet")))
    assert found.num_rows == 603
    first = found.slice(0, 1).to_pylist()[0]
    assert first["time"] == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert first["local_time"] == at("2026-11-22 21:00")
    assert found.schema.metadata[b"time_zone"] == b"Asia/Seoul"
    assert "=cmd|'/c calc'!A1" in found.column("text").to_pylist()
    buckets = pq.read_table(io.BytesIO(export(site, "parquet", 3600 * S)))
    assert sorted(buckets.column("count").to_pylist()) == [1, *[60] * 10]


def test_a_workbook_has_dates_numbers_and_texts_but_no_formula(site: HistorySite) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(site, "xlsx", language="ko")))
    sheet = book.active
    assert sheet.title == "이력" and sheet.max_row == 604
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    lots = [row for row in rows if row[2] == LOT]
    assert lots[0][:2] == (at("2026-11-22 21:00"), at("2026-11-22 12:00"))
    assert [row[3] for row in lots] == ["=cmd|'/c calc'!A1", "-7"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    (odd,) = [row for row in rows if row[2] == ODD]
    assert odd[3] == -5.5
    wide = openpyxl.load_workbook(io.BytesIO(export(site, "xlsx", 3600 * S))).active
    assert wide.max_row == 12 and wide.max_column == 2 + 3 * 3


def test_a_sheet_that_is_too_small_is_said_before_anything_is_made(
    site: HistorySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet_file, "MOST_ROWS", 602)
    with pytest.raises(Refusal, match="holds 602 rows, and this export could have 603") as refused:
        export(site, "xlsx")
    assert "Choose CSV or Parquet" in str(refused.value)
    with pytest.raises(Refusal, match="rows"):
        export(site, "xlsx", S)


def test_an_arrow_stream_is_read_as_a_table(site: HistorySite) -> None:
    span = {"tags": ALL, "start": T, "end": T + 4 * DAY}
    points = pa.ipc.open_stream(site.read("arrow", OURS, **span)).read_all()
    assert points.num_rows == 603
    assert points.column("time").to_pylist() == sorted(points.column("time").to_pylist())
    hours = pa.ipc.open_stream(site.read("arrow", OURS, **span, every=3600 * S)).read_all()
    assert hours.filter(pa.compute.equal(hours.column("tag"), HEAT)).num_rows == 10
    nothing = pa.ipc.open_stream(site.read("arrow", "nobody", **span)).read_all()
    assert (nothing.num_rows, nothing.schema) == (0, points.schema)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_an_export_of_nothing_is_a_file_without_rows(site: HistorySite, form: str) -> None:
    data = export(site, form, tags=["secret/of/theirs"])
    if form == "csv":
        assert len(rows_of(data)) == 1
    elif form == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0
    else:
        assert openpyxl.load_workbook(io.BytesIO(data)).active.max_row == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"time_zone": "../../etc/passwd"}, "There is no time zone"),
        ({"format": "exe"}, "The parameter format"),
        ({"every": 0}, "The parameter every"),
        ({"organisations": ["누리사출"]}, "no parameter organisations"),
    ],
)
def test_odd_exports_are_refused(site: HistorySite, change: dict[str, Any], sentence: str) -> None:
    asked: dict[str, Any] = {"form": "csv", "every": "raw", **change}
    if "format" in asked:
        asked["form"] = asked.pop("format")
    with pytest.raises(Refusal, match=sentence):
        export(site, **asked)
