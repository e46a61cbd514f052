"""An export as a workbook of Excel, written row by row; no cell is a formula."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from deungdae.gateway.answering.exports import headings, local, rows
from deungdae.gateway.answering.exports.asked import Export
from deungdae.lake.telemetry import History
from deungdae.records.errors import UnusableOption
from deungdae.reports.words import Words

MOST_ROWS = 1_048_575  #: below the headings
MOST_COLUMNS = 16_384
_PIECE = 256 << 10
_DAY_US = 86_400_000_000
_BEGIN_US = 25_569 * _DAY_US  #: days are counted from 1899-12-30
_SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def check(history: History, export: Export) -> None:
    """Raise UnusableOption when no sheet is large enough."""
    wanted = export.wanted
    if wanted.every is None:
        count = history.count(wanted.organisation, wanted.tags, wanted.start, wanted.end)
    else:
        count = -(-(wanted.end - wanted.start) // wanted.every)
    if count > MOST_ROWS:
        raise UnusableOption(
            "A sheet of Excel holds {most} rows, and this export could have {given}. Choose CSV "
            "or Parquet, a shorter span or a longer interval.",
            most=MOST_ROWS,
            given=count,
        )
    columns = len(headings.of_buckets(export)) if wanted.every is not None else 0
    if columns > MOST_COLUMNS:
        raise UnusableOption(
            "A sheet of Excel holds {most} columns, and this export would have {given}. Choose "
            "CSV or Parquet, or fewer tags.",
            most=MOST_COLUMNS,
            given=columns,
        )


def pieces(history: History, export: Export) -> Iterator[bytes]:
    """Yield the file; its rows wait on the disk until it is whole."""
    with tempfile.TemporaryDirectory(prefix="deungdae-export-") as folder:
        path = Path(folder) / "history.xlsx"
        with xlsxwriter.Workbook(path, {**_SAFE, "tmpdir": folder}) as book:
            yield from _written(book, history, export)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _written(book: Any, history: History, export: Export) -> Iterator[bytes]:
    """Write all rows; yields nothing but empty pieces, where one may end it."""
    sheet = book.add_worksheet(Words(export.language).say("History")[:31])
    bold = book.add_format({"bold": True, "text_wrap": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
    raw = export.wanted.every is None
    names = headings.of_points(export) if raw else headings.of_buckets(export)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, len(names) - 1, 30 if raw else 14)
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, bold)
    line = 1
    for block, moments in _point_blocks(history, export) if raw else _buckets(history, export):
        for row in zip(*block, strict=True):
            for place, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    sheet.write_string(line, place, cell)
                elif place in moments:
                    sheet.write_number(line, place, cell, moment)
                else:
                    sheet.write_number(line, place, cell)
            line += 1
            if line > MOST_ROWS + 1:
                # Points that came since they were counted.
                raise UnusableOption(
                    "A sheet of Excel holds {most} rows, and this export could have {given}. "
                    "Choose CSV or Parquet, a shorter span or a longer interval.",
                    most=MOST_ROWS,
                    given=line,
                )
        yield b""


Block = tuple[Sequence[Sequence[Any]], frozenset[int]]


def _point_blocks(history: History, export: Export) -> Iterator[Block]:
    wanted = export.wanted
    for points in history.walk(wanted.organisation, wanted.tags, wanted.start, wanted.end):
        times, received = (
            points.column(name).cast(pa.int64()).to_numpy() for name in ("time", "received")
        )
        values = zip(
            points.column("value").to_pylist(), points.column("text").to_pylist(), strict=True
        )
        block = [
            _days(local.local_us(times, export.zone)),
            _days(times),
            points.column("tag").to_pylist(),
            [text if value is None else value for value, text in values],
            headings.units(export, points.column("tag")).to_pylist(),
            headings.qualities(export, points.column("quality")).to_pylist(),
            points.column("source").to_pylist(),
            _days(received),
        ]
        yield block, frozenset((0, 1, 7))


def _buckets(history: History, export: Export) -> Iterator[Block]:
    for found in rows.buckets(history, export.wanted):
        times, columns = rows.side_by_side(found, export.wanted.tags, rows.NUMBERS)
        block = [_days(local.local_us(times, export.zone)), _days(times)]
        block += [column.to_pylist() for tag in columns for column in tag]
        yield block, frozenset((0, 1))


def _days(micros: local.Micros) -> list[float]:
    found: list[float] = ((micros + _BEGIN_US) / _DAY_US).tolist()
    return found
