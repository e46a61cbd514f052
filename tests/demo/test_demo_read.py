"""The reader of shop-floor files understands the demo sheet as its truth says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deungdae.records.shoptable import Kind
from deungdae.tables import ShopTable, read
from deungdae.tables.demo import DemoTable, write


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoTable:
    return write(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def shop(demo: DemoTable) -> ShopTable:
    return read(demo.path)


def test_every_part_is_a_row_and_every_sum_is_set_aside(demo: DemoTable, shop: ShopTable) -> None:
    set_aside = {entry.reason: entry.rows for entry in shop.understanding.set_aside}
    assert shop.table.num_rows == demo.truth["parts"]
    assert set_aside["subtotal"] == demo.truth["subtotals"]
    assert shop.understanding.rows_read == shop.table.num_rows + sum(set_aside.values())


def test_names_and_units_are_taken_from_the_header_of_two_lines(shop: ShopTable) -> None:
    columns = {column.name: column for column in shop.understanding.columns}
    assert shop.understanding.header_rows == (4, 5)
    assert shop.understanding.encoding == "cp949"
    assert columns["사출속도"].unit == "mm/s"
    assert columns["금형온도1"].unit == "°C"
    assert columns["판정"].unit is None


def test_each_column_has_the_type_of_its_values(demo: DemoTable, shop: ShopTable) -> None:
    kinds = {column.name: column.kind for column in shop.understanding.columns}
    assert kinds["생산일시"] is Kind.TIME
    assert kinds["사출압력"] is Kind.NUMBER
    assert kinds["노즐온도"] is Kind.NUMBER
    assert kinds["판정"] is kinds["불량유형"] is kinds["품명"] is Kind.TEXT
    missing = sum(column.missing for column in shop.understanding.columns)
    assert missing == demo.truth["marks"] + demo.truth["uninspected"]


def test_times_of_the_morning_and_afternoon_become_utc(shop: ShopTable) -> None:
    times = shop.table["생산일시"].to_pylist()
    assert times[0] == datetime(2026, 8, 30, 23, 1, 23, tzinfo=UTC)
    assert times == sorted(times)


def test_the_english_sheet_is_read_too(tmp_path: Path) -> None:
    english = write(tmp_path, rows=1000, lang="en")
    shop = read(english.path)
    assert shop.table.num_rows == 1000
    units = {column.name: column.unit for column in shop.understanding.columns}
    assert units["Injection speed"] == "mm/s"
