"""An XLSX file looked over before it is parsed: packed sizes, parts, and how far its sheets reach.

The parser lays a sheet out as a full rectangle in memory, so one cell in the last corner of a
sheet would cost hundreds of gigabytes. What a file declares about itself is not believed.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from deungdae.records.errors import UnusableFile
from deungdae.tables import limits

_CHUNK = 1 << 20
_SHEET = re.compile(r"(?i)^/?xl[/\\]+.*sheets?[/\\]+[^/\\]+\.xml$")
#: A cell with content: column letters and row, in a tag that does not close at once.
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']\$?([A-Za-z]{1,9})\$?([0-9]{1,12})["'][^<>]*?(/?)>"""
)
_OPEN_CELL = (b"<c ", b"<c>", b":c ", b":c>")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\br\s*=\s*["']([0-9]{1,12})["']""")
#: A cell whose formula failed: the parser hands it out as if it were empty.
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*?\bt=["']e["'][^<>]*>"""
    rb"""(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]{1,20})</"""
)
_SHEET_NAME = re.compile(r"""<(?:\w+:)?sheet\s[^<>]*>""")
_RELATION = re.compile(r"""<(?:\w+:)?Relationship\s[^<>]*>""")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_LONGEST_TAG = 8 << 20
_ERRORS_KEPT = 1_000_000

#: Texts of the cells whose formula failed, by row and column counted from 0.
ErrorCells = dict[tuple[int, int], str]


def check(path: Path) -> dict[str, ErrorCells]:
    """Return the error cells by sheet.

    Raises UnusableFile if a workbook's package is damaged, locked, or too large unpacked.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if any(part.flag_bits & 0x1 for part in parts):
                raise locked(path)
            if len(parts) > limits.WORKBOOK_PARTS:
                raise _absurd(path)
            _check_size(path, sum(part.file_size for part in parts))
            unpacked = 0
            errors: dict[str, ErrorCells] = {}
            for part in parts:
                unpacked, found = _check_part(path, package, part, unpacked)
                if found:
                    errors[part.filename.lstrip("/")] = found
            return _by_sheet(package, errors) if errors else {}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        NotImplementedError,
    ) as error:
        raise damaged(path) from error
    except RuntimeError as error:
        # zipfile's word for a part that is encrypted after all.
        raise locked(path) from error


def _by_sheet(package: zipfile.ZipFile, errors: dict[str, ErrorCells]) -> dict[str, ErrorCells]:
    """Find the names of the sheets that the parts belong to."""
    targets = {}
    for tag in _RELATION.findall(_text(package, "xl/_rels/workbook.xml.rels")):
        target = _attribute(tag, "Target").lstrip("/")
        targets[_attribute(tag, "Id")] = target if target.startswith("xl/") else f"xl/{target}"
    named = {}
    for tag in _SHEET_NAME.findall(_text(package, "xl/workbook.xml")):
        part = targets.get(_attribute(tag, r"\w+:id"), "")
        if part in errors:
            named[html.unescape(_attribute(tag, "name"))] = errors[part]
    return named


def _text(package: zipfile.ZipFile, part: str) -> str:
    return package.read(part).decode("utf-8", "replace")


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return (found[1] or found[2] or "") if found else ""


def damaged(path: Path) -> UnusableFile:
    """Return the error for a workbook that is broken inside."""
    return UnusableFile(
        "“{file}” is damaged: the workbook cannot be read. Open it in Excel and save it anew, or "
        "save the sheet as CSV.",
        file=path.name,
    )


def locked(path: Path) -> UnusableFile:
    """Return the error for a workbook with a password."""
    return UnusableFile(
        "“{file}” is protected by a password. Open it in Excel, save it without a password, and "
        "give that file.",
        file=path.name,
    )


def _check_part(
    path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo, before: int
) -> tuple[int, ErrorCells]:
    """Unpack one part piece by piece; return the bytes unpacked so far and its error cells."""
    is_sheet = bool(_SHEET.match(part.filename))
    unpacked = before
    last_row = last_column = 0
    errors: ErrorCells = {}
    tail = b""
    for chunk in _chunks(package, part):
        unpacked += len(chunk)
        _check_size(path, unpacked)
        if not is_sheet:
            continue
        data = tail + chunk
        # Cut behind a whole cell if there is one, else behind a whole tag.
        cut = data.rfind(b"</c>") + 4
        cut = cut if cut > 3 else data.rfind(b">") + 1
        data, tail = data[:cut], data[cut:]
        if len(tail) > _LONGEST_TAG:
            raise damaged(path)
        row, column = _reach(data)
        last_row, last_column = max(last_row, row), max(last_column, column)
        _check_reach(path, last_row, last_column)
        if b'="e"' in data or b"='e'" in data:
            _add_errors(data, errors)
    row, column = _reach(tail)
    _check_reach(path, max(last_row, row), max(last_column, column))
    if part.file_size != unpacked - before:
        raise damaged(path)
    return unpacked, errors


def _reach(data: bytes) -> tuple[int, int]:
    """Return the last row and column, from 1, of the cells that are not empty."""
    cells = _CELL.findall(data)
    found = [(column, row) for column, row, closed in cells if not closed]
    last_row = max((int(row) for _, row in found), default=0)
    last_column = max((_column(c) for c in {c for c, _ in found}), default=0)
    if sum(map(data.count, _OPEN_CELL)) > len(cells):
        # Cells that do not say where they are stand one after another in the row named last.
        last_row = max(last_row, *(int(row) for row in _ROW.findall(data)), 0)
        in_a_row = max(sum(map(row.count, _OPEN_CELL)) for row in data.split(b"row"))
        last_column = max(last_column, in_a_row)
    return last_row, last_column


def _check_reach(path: Path, last_row: int, last_column: int) -> None:
    if last_row > _LAST_ROW or last_column > _LAST_COLUMN:
        raise damaged(path)
    limits.check_cells(path.name, last_row * last_column)


def _add_errors(data: bytes, errors: ErrorCells) -> None:
    for column, row, text in _ERROR.findall(data):
        if len(errors) < _ERRORS_KEPT:
            errors[int(row) - 1, _column(column) - 1] = html.unescape(
                text.decode("utf-8", "replace")
            )


def _chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _check_size(path: Path, unpacked: int) -> None:
    limits.check_unpacked(path.name, unpacked, limits.WORKBOOK_UNPACKED_BYTES)
    packed = max(1, path.stat().st_size)
    if unpacked > limits.HARMLESS_BYTES and unpacked / packed > limits.UNPACKING_RATIO:
        raise _absurd(path)


def _absurd(path: Path) -> UnusableFile:
    return UnusableFile(
        "“{file}” is packed in a way that no workbook is (it would unpack to far more than its "
        "size). It was not opened. Save it anew in Excel.",
        file=path.name,
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
