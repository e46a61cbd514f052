"""Forms that people filled: the cells as they stand, and what the form says of itself.

A form that Deungdae made as a workbook carries a hidden sheet with the text it is known by. What
people do to a form (rows sorted, moved, left empty, saved as CSV) is for the reader of its cells to
understand; nothing is set aside here.
"""

import csv
import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
)

from deungdae.records.errors import UnusableFile
from deungdae.tables import encodings, limits, ole_container, sniffing, xlsx_package
from deungdae.tables.sniffing import Format

#: Name of the hidden sheet, and letters of its text that stand in one cell.
HIDDEN: Final = "deungdae"
_FORM_BYTES: Final = 20_000_000

Rows = list[list[str]]


@dataclass(frozen=True)
class Form:
    """The cells of each sheet as text, by its name, and the text of the hidden sheet, if any."""

    sha256: str
    format: str
    sheets: dict[str, Rows]
    hidden: str | None


def read_form(path: Path) -> Form:
    """Read a filled form: XLSX, XLS or delimited text.

    Raises UnusableFile for what is none of these, locked, damaged or larger than a form can be.
    """
    path = Path(path)
    head = sniffing.read_head(path)
    found = sniffing.identify(path, head)
    limits.check_bytes(path.name, path.stat().st_size, _FORM_BYTES)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if found in (Format.XLSX, Format.XLS):
        sheets = _workbook(path, found)
        hidden = sheets.pop(HIDDEN, None)
        text = None if hidden is None else "".join(row[0] for row in hidden if row)
        return Form(sha256, found.value, sheets, text)
    detected = encodings.detect(content, whole=True)
    if found in (Format.PARQUET, Format.GZIP) or detected is None:
        raise UnusableFile(
            "“{file}” is no filled form: it is neither Excel nor CSV.", file=path.name
        )
    return Form(sha256, "csv", {path.stem: _text(content, detected[0])}, None)


def _workbook(path: Path, found: Format) -> dict[str, Rows]:
    check = xlsx_package.check if found is Format.XLSX else ole_container.check
    check(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets: dict[str, Rows] = {}
            for meta in book.sheets_metadata:
                if meta.typ != SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                limits.check_cells(path.name, sheet.height * sheet.width)
                sheets[meta.name] = [
                    [_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)
                ]
            return sheets
    except PasswordError as error:
        raise xlsx_package.locked(path) from error
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise xlsx_package.damaged(path) from error


def _text(content: bytes, codec: str) -> Rows:
    text = content.decode(codec, errors="replace").lstrip("\ufeff")
    first = text[:5_000]
    delimiter = max(",;\t|", key=first.count)
    return [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]


def _shown(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip()
