"""Parquet files, made here, through the reader."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import ColumnSetAside, Kind, SetAside
from deungdae.tables import ShopTable, limits, read

UTC = dt.UTC
MORNING = dt.datetime(2026, 9, 1, 6)  # noqa: DTZ001 - a naive time is what is being read


def through(tmp_path: Path, columns: dict[str, Any]) -> ShopTable:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    return read(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("values", "kind", "read_as"),
    [
        (pa.array([True, False, None]), Kind.NUMBER, [1, 0, None]),
        (pa.array([1, 2, None], pa.int8()), Kind.NUMBER, [1, 2, None]),
        (pa.array([2**63, 1, None], pa.uint64()), Kind.NUMBER, [2.0**63, 1.0, None]),
        (pa.array([1.5, float("nan"), float("inf")]), Kind.NUMBER, [1.5, None, None]),
        (pa.array([Decimal("1.25"), None, Decimal("2.00")]), Kind.NUMBER, [1.25, None, 2.0]),
        (pa.array([dt.timedelta(seconds=1.5)] * 3), Kind.NUMBER, [1.5, 1.5, 1.5]),
        (pa.array(["a", "-", "b"]).dictionary_encode(), Kind.TEXT, ["a", None, "b"]),
        (pa.array(["00123", "00124", "1"]), Kind.TEXT, ["00123", "00124", "1"]),
        (pa.array(["1.5", "2", "없음"]), Kind.NUMBER, [1.5, 2.0, None]),
        (
            pa.array([dt.date(2026, 9, 1), None, dt.date(2026, 9, 2)]),
            Kind.TIME,
            [
                dt.datetime(2026, 8, 31, 15, tzinfo=UTC),
                None,
                dt.datetime(2026, 9, 1, 15, tzinfo=UTC),
            ],
        ),
        (
            pa.array([MORNING] * 3, pa.timestamp("ns")),
            Kind.TIME,
            [dt.datetime(2026, 8, 31, 21, tzinfo=UTC)] * 3,
        ),
        (
            pa.array([MORNING] * 3, pa.timestamp("ms", tz="America/New_York")),
            Kind.TIME,
            [dt.datetime(2026, 9, 1, 6, tzinfo=UTC)] * 3,
        ),
        (pa.array([dt.time(0, 1, 30)] * 3), Kind.NUMBER, [90.0, 90.0, 90.0]),
    ],
    ids=str,
)
def test_each_type_becomes_a_number_a_text_or_a_time(
    values: pa.Array, kind: Kind, read_as: list[object], tmp_path: Path
) -> None:
    result = through(tmp_path, {"no": [1, 2, 3], "x": values})
    assert result.understanding.columns[1].kind is kind
    assert result.table["x"].to_pylist() == read_as


def test_nested_columns_are_set_aside(tmp_path: Path) -> None:
    result = through(tmp_path, {"no": [1, 2], "many": [[1], [2]], "pair": [{"a": 1}, {"a": 2}]})
    assert result.table.column_names == ["no"]
    assert result.understanding.columns_set_aside == (
        ColumnSetAside("many", "nested"),
        ColumnSetAside("pair", "nested"),
    )


def test_sums_and_empty_rows_are_set_aside(tmp_path: Path) -> None:
    result = through(tmp_path, {"제품": ["A", "B", "C", "합계", None], "수량": [1, 2, 3, 6, None]})
    assert result.table.to_pydict() == {"제품": ["A", "B", "C"], "수량": [1, 2, 3]}
    assert result.understanding.set_aside == (SetAside("subtotal", 1), SetAside("empty", 1))
    assert result.quarantine["line"].to_pylist() == [4, 5]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="holds no table"):
        through(tmp_path, {"a": pa.array([], pa.int64())})


def test_a_file_that_unpacks_to_too_many_cells_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PARQUET_CELLS", 1_000)
    with pytest.raises(UnusableFile, match="cells"):
        through(tmp_path, {"a": pa.array([1] * 2_000)})


def test_a_sheet_of_a_parquet_file_cannot_be_asked_for(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(UnusableOption, match="has no sheets"):
        read(tmp_path / "a.parquet", sheet="검사")
