"""Excel workbooks, made here, through the reader."""

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt

from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import ColumnSetAside, SetAside
from deungdae.tables import limits, read, workbook

DAY = dt.datetime(2026, 9, 1, 6, 30)  # noqa: DTZ001 - a workbook's times have no zone
UTC = dt.UTC


def inspection(path: Path) -> Path:
    """Write a workbook with a title, merged two-line headers, sums, errors and a second sheet."""
    book = openpyxl.Workbook()
    book.active.title = "표지"
    book.active["A1"] = "9월 검사 현황"
    sheet = book.create_sheet("검사")
    sheet["B2"] = "9월 사출 검사 현황"
    for column, word in zip(
        "BCDEFG", ("일자", "시각", "제품", "온도(℃)", None, "판정"), strict=True
    ):
        sheet[f"{column}4"] = word
    sheet["E5"], sheet["F5"] = "상", "하"
    for merged in ("B2:G2", "B4:B5", "C4:C5", "D4:D5", "G4:G5", "E4:F4"):
        sheet.merge_cells(merged)
    for i in range(6):
        low = "#DIV/0!" if i == 2 else 190 + i
        sheet.append([None, DAY.date(), dt.time(6, i), "CN7", 200.5 + i, low, "OK" if i else "NG"])
    sheet.append([None, "소계", None, None, 1218, 950, None])
    sheet.append([None, "※ 비고: 재측정 포함"])
    book.save(path)
    return path


def test_titles_merged_headers_sums_and_notes_of_a_workbook(tmp_path: Path) -> None:
    result = read(inspection(tmp_path / "a.xlsx"))
    known = result.understanding
    assert (known.format, known.sheet, known.sheets) == ("xlsx", "검사", ("표지", "검사"))
    assert known.header_rows == (4, 5)
    assert result.table.column_names == ["일자", "제품", "온도 상", "온도 하", "판정"]
    assert known.columns[2].unit == "°C" and known.columns[2].header == "온도(℃) / 상"
    assert result.table["온도 상"].to_pylist() == [200.5, 201.5, 202.5, 203.5, 204.5, 205.5]
    assert known.rows_read == 8
    assert known.set_aside == (SetAside("subtotal", 1), SetAside("note_row", 1))
    assert [row["line"] for row in result.quarantine.to_pylist()] == [12, 13]
    assert known.columns_set_aside == (ColumnSetAside("시각", "joined"),)
    assert result.table["일자"][1].as_py() == dt.datetime(2026, 8, 31, 21, 1, tzinfo=UTC)
    assert {"title_rows", "merged_cells", "two_line_header", "cell_errors"} <= set(known.notes)


def test_a_cell_error_of_a_workbook_is_missing_and_counted(tmp_path: Path) -> None:
    result = read(inspection(tmp_path / "a.xlsx"))
    assert result.understanding.columns[3].unread == {"#DIV/0!": 1}
    assert result.table["온도 하"].to_pylist() == [190, 191, None, 193, 194, 195]


def test_a_sheet_is_read_by_its_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    for i in range(50):
        book.active.append([i, i])
    small = book.create_sheet("작은 표")
    small.append(["값", "판정"])
    small.append([1, "OK"])
    book.save(tmp_path / "two.xlsx")
    assert read(tmp_path / "two.xlsx").understanding.sheet == "Sheet"
    result = read(tmp_path / "two.xlsx", sheet="작은 표")
    assert result.table.to_pydict() == {"값": [1], "판정": ["OK"]}


def test_an_unknown_sheet_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = inspection(tmp_path / "a.xlsx")
    with pytest.raises(UnusableOption, match=r"no sheet “9월”\. Its sheets are: 표지, 검사"):
        read(path, sheet="9월")


def test_a_hidden_sheet_is_left_alone_while_another_has_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["값", "판정"])
    book.active.append([1, "OK"])
    hidden = book.create_sheet("숨김")
    hidden.sheet_state = "hidden"
    for i in range(100):
        hidden.append([f"x{i}", i])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").understanding.sheet == "Sheet"


def test_an_old_workbook(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("검사")
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
    for j, word in enumerate(["일시", "코드", "값"]):
        sheet.write(0, j, word)
    for i in range(3):
        sheet.write(i + 1, 0, DAY + dt.timedelta(minutes=i), date)
        sheet.write(i + 1, 1, f"{i:05}")
        sheet.write(i + 1, 2, xlwt.Formula("1/0") if i == 9 else i * 1.5)
    book.save(tmp_path / "a.xls")
    result = read(tmp_path / "a.xls")
    assert result.understanding.format == "xls"
    assert result.table["코드"].to_pylist() == ["00000", "00001", "00002"]
    assert result.table["값"].to_pylist() == [0.0, 1.5, 3.0]
    assert result.table["일시"][0].as_py() == dt.datetime(2026, 8, 31, 21, 30, tzinfo=UTC)


def test_a_cell_error_of_an_old_workbook_is_counted(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("검사")
    for i, cell in enumerate(["값", 1.5, 2.5, 3.5]):
        sheet.write(i, 0, cell)
        sheet.write(i, 1, "판정" if not i else "OK")
    sheet.row(4).set_cell_error(0, "#DIV/0!")
    sheet.write(4, 1, "NG")
    book.save(tmp_path / "a.xls")
    result = read(tmp_path / "a.xls")
    assert result.table["값"].to_pylist() == [1.5, 2.5, 3.5, None]
    assert result.understanding.columns[0].unread == {"#DIV/0!": 1}


def container(*names: str) -> bytes:
    """Build the smallest OLE container whose directory has streams of these names."""
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        62,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
    )
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = b""
    for name in ("Root Entry", *names):
        raw = name.encode("utf-16-le") + b"\0\0"
        directory += struct.pack("<64sHBB3I36xIII", raw, len(raw), 2, 1, *[0xFFFFFFFF] * 3, 0, 0, 0)
    return header + table + directory.ljust(512, b"\0")


def test_a_workbook_with_a_password_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(container("EncryptionInfo", "EncryptedPackage"))
    with pytest.raises(UnusableFile, match=r"protected by a password.*save it without a password"):
        read(path)


def test_an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    records = struct.pack("<HHHHHH", 0x809, 8, 0x500, 5, 0, 0)
    records += struct.pack("<HHH", 0x2F, 2, 1)
    path = tmp_path / "locked.xls"
    path.write_bytes(records.ljust(600, b"\0"))
    with pytest.raises(UnusableFile, match="protected by a password"):
        read(path)


@pytest.mark.parametrize(
    ("stream", "words"), [("WordDocument", "seems to be Word"), ("HwpSummaryInformation", "HWP")]
)
def test_another_document_in_the_same_container_is_named(
    stream: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.xls"
    path.write_bytes(container(stream))
    with pytest.raises(UnusableFile, match=words):
        read(path)


def package(path: Path, sheet: bytes, **more: bytes) -> Path:
    """Write an XLSX whose only sheet is the given XML."""
    book = openpyxl.Workbook()
    book.active.append([1])
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
        for name, content in more.items():
            out.writestr(name, content)
    return path


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</worksheet>'
)


def test_a_sheet_with_a_cell_in_its_last_corner_is_refused_before_it_is_laid_out(
    tmp_path: Path,
) -> None:
    cells = (
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    path = package(tmp_path / "corner.xlsx", SHEET % (b"<sheetData>" + cells + b"</sheetData>"))
    with pytest.raises(UnusableFile, match=r"17179869184 cells.*at most 10000000"):
        read(path)


def test_cells_without_an_address_are_counted_too(tmp_path: Path) -> None:
    row = b'<row r="1000000">' + b"<c><v>1</v></c>" * 100 + b"</row>"
    cells = b'<row r="1"><c><v>1</v></c></row>' + row
    path = package(tmp_path / "rows.xlsx", SHEET % (b"<sheetData>" + cells + b"</sheetData>"))
    with pytest.raises(UnusableFile, match="at most 10000000"):
        read(path)


def test_a_formatted_but_empty_corner_does_no_harm(tmp_path: Path) -> None:
    cells = (
        b'<row r="1"><c r="A1"><v>1.5</v></c><c r="B1"><v>2</v></c></row>'
        b'<row r="2"><c r="A2"><v>2.5</v></c><c r="B2"><v>3</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    path = package(tmp_path / "styled.xlsx", SHEET % (b"<sheetData>" + cells + b"</sheetData>"))
    assert read(path).table.num_rows == 2


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = package(tmp_path / "bomb.xlsx", SHEET % b"", **{"xl/media/a.bin": b"\0" * 80_000_000})
    with pytest.raises(UnusableFile, match="packed in a way that no workbook is"):
        read(path)


def test_a_package_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = inspection(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    # The size of the first part, as the list of parts at the end of the package declares it.
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 7)
    path.write_bytes(data)
    with pytest.raises(UnusableFile, match="is damaged"):
        read(path)


def test_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORKBOOK_PARTS", 3)
    with pytest.raises(UnusableFile, match="packed in a way"):
        read(inspection(tmp_path / "a.xlsx"))


def test_a_panic_of_the_parser_becomes_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: object) -> None:
        raise PanicException("index out of bounds")

    path = inspection(tmp_path / "a.xlsx")
    monkeypatch.setattr(workbook, "_gather", panic)
    with pytest.raises(UnusableFile, match="is damaged"):
        read(path)


def test_a_workbook_without_a_table_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(UnusableFile, match="holds no table"):
        read(tmp_path / "empty.xlsx")


def test_a_word_document_in_a_zip_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package_:
        package_.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnusableFile, match="seems to be Word"):
        read(tmp_path / "a.xlsx")
