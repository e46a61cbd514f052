"""An XLSX file looked over before it is parsed: packed sizes, parts, and how far its sheets reach.

The parser lays a sheet out as a full rectangle in memory, so one cell in the last corner of a
sheet would cost hundreds of gigabytes. What a file declares about itself is not believed.
"""

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
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']\$?([A-Za-z]{1,9})\$?([0-9]{1,12})["'][^<>]*?(/?)>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\br\s*=\s*["']([0-9]{1,12})["']""")
#: Merged ranges are kept in full by the parser.
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def check(path: Path) -> None:
    """Raise UnusableFile if a workbook's package is damaged, locked, or too large unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if any(part.flag_bits & 0x1 for part in parts):
                raise locked(path)
            if len(parts) > limits.WORKBOOK_PARTS:
                raise _absurd(path)
            declared = sum(part.file_size for part in parts)
            _check_size(path, declared)
            unpacked = 0
            for part in parts:
                unpacked = _check_part(path, package, part, unpacked)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
    ) as error:
        raise damaged(path) from error
    except RuntimeError as error:
        # zipfile's word for a part that is encrypted after all.
        raise locked(path) from error


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


def _check_part(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo, before: int) -> int:
    """Unpack one part piece by piece; return the bytes unpacked so far."""
    is_sheet = bool(_SHEET.match(part.filename))
    unpacked = before
    last_row = last_column = cells = 0
    tail = b""
    for chunk in _chunks(package, part):
        unpacked += len(chunk)
        _check_size(path, unpacked)
        if not is_sheet:
            continue
        data = tail + chunk
        cut = data.rfind(b">") + 1
        data, tail = data[:cut], data[cut:][-4096:]
        found = [(c, r) for c, r, closed in _CELL.findall(data) if not closed]
        cells += len(found)
        if found:
            last_row = max(last_row, *(int(r) for _, r in found), 0)
            last_column = max(last_column, *(_column(c) for c in {c for c, _ in found}), 0)
            if last_row > _LAST_ROW or last_column > _LAST_COLUMN:
                raise damaged(path)
            limits.check_cells(path.name, last_row * last_column)
    if part.file_size != unpacked - before:
        raise damaged(path)
    return unpacked


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
