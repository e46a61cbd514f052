"""Excel workbooks (XLSX and XLS) to a gathered table."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from deungdae.records.errors import DeungdaeError, UnusableFile, UnusableOption
from deungdae.tables import gathering, layout, limits, odd_rows, ole_container, xlsx_package
from deungdae.tables.finishing import Gathered
from deungdae.tables.gathering import GatheredColumn, SetAsideRow
from deungdae.tables.layout import Layout, Merge
from deungdae.tables.naming import name_columns
from deungdae.tables.sniffing import Format
from deungdae.tables.words import MISSING_SPELLINGS
from deungdae.tables.xlsx_package import ErrorCells

_HEAD_ROWS = 500
_ROWS_AT_ONCE = 20_000
_MISSING = frozenset(MISSING_SPELLINGS)

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(frozen=True)
class _Sheet:
    """One sheet's cells, and where the table in it seems to be."""

    name: str
    rows: list[list[Cell]]
    first_line: int
    layout: Layout | None
    head: list[list[str]]

    def score(self) -> float:
        """Say how much like a data table a sheet is: cells below the header, if columns agree."""
        if self.layout is None or self.layout.first >= len(self.rows):
            return 0.0
        body = self.head[self.layout.first :]
        filled = sum(1 for row in body for cell in row if cell)
        density = filled / max(1, len(body) * self.layout.width)
        named = 1.0 if self.layout.header else 0.5
        columns = min(self.layout.width, 200)
        return (len(self.rows) - self.layout.first) * columns * density * named


def gather(path: Path, found: Format, sheet: str | None) -> Gathered:
    """Read a sheet of a workbook: `sheet`, or the one that looks most like a data table.

    Raises UnusableFile if the workbook is locked, damaged, over a limit or without a table, and
    UnusableOption if it has no sheet of that name.
    """
    errors = xlsx_package.check(path) if found is Format.XLSX else ole_container.check(path)
    try:
        return _gather(path, found, sheet, errors)
    except DeungdaeError:
        raise
    except PasswordError as error:
        raise xlsx_package.locked(path) from error
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise xlsx_package.damaged(path) from error
    except BaseException as error:
        # A panic of the parser arrives as an exception of its own, outside of Exception.
        if type(error).__name__ == "PanicException":
            raise xlsx_package.damaged(path) from error
        raise


def _gather(
    path: Path, found: Format, wanted: str | None, errors: dict[str, ErrorCells]
) -> Gathered:
    with CalamineWorkbook.from_path(path) as book:
        names = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        if wanted is not None and wanted not in names:
            raise UnusableOption(
                "“{file}” has no sheet “{sheet}”. Its sheets are: {sheets}.",
                file=path.name,
                sheet=wanted,
                sheets=", ".join(names),
            )
        sheet = (
            _load(path, book, wanted, errors)
            if wanted is not None
            else _choose(path, book, names, errors)
        )
    if sheet is None or sheet.layout is None or sheet.layout.first >= len(sheet.rows):
        raise UnusableFile(
            "“{file}” holds no table: a row of column names and at least one row of data below it "
            "are needed.",
            file=path.name,
        )
    return _gather_sheet(sheet, sheet.layout, found, names)


def _choose(
    path: Path, book: CalamineWorkbook, names: Sequence[str], errors: dict[str, ErrorCells]
) -> _Sheet | None:
    """Load the sheets one after another and keep the one most like a table; hidden ones last."""
    visible = [
        meta.name
        for meta in book.sheets_metadata
        if meta.name in names and meta.visible == SheetVisibleEnum.Visible
    ]
    for candidates in (visible, [name for name in names if name not in visible]):
        best: _Sheet | None = None
        for name in candidates:
            sheet = _load(path, book, name, errors)
            if sheet.score() > (best.score() if best else 0.0):
                best = sheet
        if best is not None:
            return best
    return None


def _load(path: Path, book: CalamineWorkbook, name: str, errors: dict[str, ErrorCells]) -> _Sheet:
    sheet = book.get_sheet_by_name(name)
    start = sheet.start or (0, 0)
    limits.check_cells(path.name, sheet.height * sheet.width)
    limits.check_columns(path.name, sheet.width)
    rows = sheet.to_python(skip_empty_area=True)
    for (row, column), text in errors.get(name, {}).items():
        row, column = row - start[0], column - start[1]
        if 0 <= row < len(rows) and 0 <= column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = text
    width = max((len(row) for row in rows), default=0)
    head = [[_text(cell) for cell in row] for row in rows[:_HEAD_ROWS]]
    found = layout.find(head, width, _merges(sheet, start)) if width else None
    return _Sheet(name, rows, start[0] + 1, found, head)


def _merges(sheet: CalamineSheet, start: tuple[int, int]) -> list[Merge]:
    """Return merged ranges near the top, counted from the first cell with content."""
    merges = []
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        top, bottom = top - start[0], bottom - start[0]
        left, right = left - start[1], right - start[1]
        if 0 <= top < _HEAD_ROWS and left >= 0:
            merges.append((top, left, min(bottom, _HEAD_ROWS), right))
    return merges


def _gather_sheet(sheet: _Sheet, found: Layout, format_: Format, names: Sequence[str]) -> Gathered:
    width = found.width
    body = sheet.head[found.first :]
    rules = odd_rows.learn(body, [sheet.head[i] for i in found.header], found.typed)
    modes = gathering.first_modes([[row[j] for row in body] for j in range(width)], rules)
    columns = [GatheredColumn(mode) for mode in modes]
    odd: list[SetAsideRow] = []
    texts: list[list[pa.Array | None]] = [[] for _ in range(width)]
    for at, arrays in _arrays(sheet.rows, found.first, width):
        part = gathering.type_rows(arrays, [column.mode for column in columns], rules)
        for reason, rows in part.odd.items():
            for row in rows.tolist():
                cells = [_text(cell) for cell in sheet.rows[at + row]]
                text = "\t".join(cells) if any(cells) else ""
                odd.append(SetAsideRow(sheet.first_line + at + row, reason, text))
        keep = pa.array(part.kept)
        for j, column in enumerate(columns):
            column.add(part.arrays[j], part.modes[j])
            texts[j].append(arrays[j].take(keep) if part.odd else arrays[j])
    columns = [
        _as_texts(column, texts[j]) if column.must_be_read_again else column
        for j, column in enumerate(columns)
    ]
    named, repeated = name_columns(found.names, found.units)
    notes = layout.notes(found) | ({"duplicate_names"} if repeated else set())
    facts: dict[str, object] = {
        "format": format_.value,
        "sheet": sheet.name,
        "sheets": tuple(names),
        "header_rows": tuple(sheet.first_line + i for i in found.header),
    }
    finished = [column.finished() for column in columns]
    return Gathered(named, finished, odd, len(sheet.rows) - found.first, notes, facts)


def _as_texts(column: GatheredColumn, arrays: Sequence[pa.Array]) -> GatheredColumn:
    again = GatheredColumn(gathering.Mode.TEXT)
    for array in arrays:
        again.add(array, gathering.Mode.TEXT)
    return again


def _arrays(
    rows: Sequence[Sequence[Cell]], first: int, width: int
) -> Iterator[tuple[int, list[pa.Array]]]:
    for at in range(first, len(rows), _ROWS_AT_ONCE):
        some = rows[at : at + _ROWS_AT_ONCE]
        columns = zip(*some, strict=True)
        yield (
            at,
            [
                pa.array([None if (t := _text(c)) in _MISSING else t for c in cells], pa.string())
                for cells in columns
            ],
        )


def _text(cell: Cell) -> str:
    """Write a cell as it would stand in a CSV file."""
    if type(cell) is str:
        return cell
    if type(cell) is float:
        # 3.0 is how a workbook stores 3.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.timedelta):
        return repr(cell.total_seconds())
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
