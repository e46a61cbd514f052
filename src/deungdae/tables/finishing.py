"""Gathered columns to a `ShopTable`: kinds decided, date and time joined, everything accounted."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.records.errors import UnusableFile
from deungdae.records.shoptable import (
    ColumnNote,
    ColumnSetAside,
    Kind,
    SetAside,
    Understanding,
)
from deungdae.tables import column_kinds, times
from deungdae.tables.column_kinds import Column, Grain
from deungdae.tables.gathering import SetAsideRow
from deungdae.tables.naming import ColumnName
from deungdae.tables.shop_table import QUARANTINE_SCHEMA, ShopTable
from deungdae.tables.words import is_cell_error, names_a_date

#: Whole numbers in these ranges may be dates written as digits: 20260901, 202609010600, …
_DATE_DIGITS = (
    (19_000_101, 21_991_231),
    (190_001_010_000, 219_912_312_359),
    (19_000_101_000_000, 21_991_231_235_959),
)
_SET_ASIDE_ORDER = ("ragged", "repeated_header", "subtotal", "note_row", "empty")
QUARANTINE_TEXT = 10_000


@dataclass
class Gathered:
    """All that a reader of one format hands over to be finished.

    `columns` are int64, float64, string, or timestamp("us", "UTC") with `missing` cells counted as
    nulls; `facts` are the fields of `Understanding` that only the reader of the format knows.
    """

    names: Sequence[ColumnName]
    columns: list[pa.ChunkedArray]
    odd: list[SetAsideRow]
    rows_read: int
    notes: set[str]
    facts: dict[str, object] = field(default_factory=dict)
    comma_first: bool = False
    set_aside: list[ColumnSetAside] = field(default_factory=list)
    unread: dict[int, Mapping[str, int]] = field(default_factory=dict)


def finish(gathered: Gathered, file: str, zone: ZoneInfo) -> ShopTable:
    """Decide each column's kind and account for everything.

    Raises UnusableFile if no column with values, or no row, is left.
    """
    notes = set(gathered.notes)
    set_aside = list(gathered.set_aside)
    columns: list[tuple[ColumnName, Column]] = []
    for position, name in enumerate(gathered.names):
        values, gathered.columns[position] = (
            gathered.columns[position],
            pa.chunked_array([], pa.null()),
        )
        column = _understand(values, name.header, zone, gathered.comma_first)
        if more := gathered.unread.get(position):
            column = dataclasses.replace(
                column,
                missing=column.missing - sum(more.values()),
                unread={**column.unread, **more},
            )
        notes |= column.notes | _notes_of(column)
        if len(column.values) and column.values.null_count == len(column.values):
            set_aside.append(ColumnSetAside(name.name, "empty"))
        else:
            columns.append((name, column))
    columns = _join_date_and_time(columns, set_aside, notes, zone)
    if not columns or not len(columns[0][1].values):
        raise UnusableFile(
            "“{file}” holds no table: a row of column names and at least one row of data below it "
            "are needed.",
            file=file,
        )
    if any(column.grain is Grain.CLOCK for _, column in columns):
        notes.add("clock_as_seconds")
    table = pa.table(
        [column.values for _, column in columns], names=[name.name for name, _ in columns]
    )
    understanding = Understanding(
        rows_read=gathered.rows_read,
        columns=tuple(_note(name, column) for name, column in columns),
        set_aside=_counts(gathered.odd),
        columns_set_aside=tuple(set_aside),
        time_zone=zone.key,
        notes=tuple(sorted(notes)),
        **gathered.facts,  # type: ignore[arg-type]
    )
    return ShopTable(table, understanding, _quarantine(gathered.odd))


def _understand(values: pa.ChunkedArray, header: str, zone: ZoneInfo, comma_first: bool) -> Column:
    if pa.types.is_timestamp(values.type):
        grain = Grain.DATE if _all_midnight(values, zone) else Grain.MOMENT
        return Column(values, Kind.TIME, values.null_count, grain=grain)
    if pa.types.is_string(values.type):
        return column_kinds.understand(values, header, zone, comma_first=comma_first)
    serials = column_kinds.of_excel_serials(values, values.null_count, {}, header, zone)
    if serials is not None:
        return serials
    if pa.types.is_integer(values.type) and _may_be_dates(values, header):
        return column_kinds.understand(values.cast(pa.string()), header, zone)
    return Column(values, Kind.NUMBER, values.null_count)


def _may_be_dates(values: pa.ChunkedArray, header: str) -> bool:
    if names_a_date(header):
        return True
    span = pc.min_max(values).as_py()
    if span["min"] is None:
        return False
    return any(low <= span["min"] and span["max"] <= high for low, high in _DATE_DIGITS)


def _all_midnight(values: pa.ChunkedArray, zone: ZoneInfo) -> bool:
    moments = np.asarray(values.drop_null().combine_chunks().cast(pa.int64()), np.int64)
    if not len(moments):
        return False
    # A date at midnight of the zone: undo the shift to UTC of the first one, and compare.
    first = moments[:1]
    shift = int((first - times.to_utc(first, zone))[0])
    return bool(np.all((moments + shift) % 86_400_000_000 == 0))


def _join_date_and_time(
    columns: list[tuple[ColumnName, Column]],
    set_aside: list[ColumnSetAside],
    notes: set[str],
    zone: ZoneInfo,
) -> list[tuple[ColumnName, Column]]:
    """Join a column of dates with the next column of times of day into one of moments."""
    joined: list[tuple[ColumnName, Column]] = []
    waiting: int | None = None
    for name, column in columns:
        if column.grain is Grain.DATE:
            waiting = len(joined)
        elif column.grain is Grain.CLOCK and waiting is not None:
            date_name, date = joined[waiting]
            joined[waiting] = (
                dataclasses.replace(date_name, header=f"{date_name.header} / {name.header}"),
                _moment_of(date, column),
            )
            set_aside.append(ColumnSetAside(name.name, "joined"))
            notes.add("date_and_time_joined")
            waiting = None
            continue
        joined.append((name, column))
    return joined


def _moment_of(date: Column, clock: Column) -> Column:
    days = date.values.combine_chunks()
    seconds = clock.values.combine_chunks()
    missing = np.asarray(pc.or_(pc.is_null(days), pc.is_null(seconds)))
    micros = np.asarray(pc.fill_null(days.cast(pa.int64()), 0), np.int64)
    micros = micros + np.asarray(np.round(np.asarray(pc.fill_null(seconds, 0.0)) * 1e6), np.int64)
    values = pa.array(micros, mask=missing).cast(pa.timestamp("us")).cast(column_kinds.MOMENT)
    unread = Counter(date.unread)
    unread.update(clock.unread)
    # A cell not understood beside a missing one counts once: the moment is what is missing.
    lost = int(missing.sum())
    told = min(lost, sum(unread.values()))
    return Column(
        pa.chunked_array([values]),
        Kind.TIME,
        lost - told,
        unread,
        grain=Grain.MOMENT,
        notes=date.notes | clock.notes,
    )


def _notes_of(column: Column) -> set[str]:
    notes = set()
    if any(is_cell_error(text) for text in column.unread):
        notes.add("cell_errors")
    if any(not is_cell_error(text) for text in column.unread):
        notes.add("unread_cells")
    return notes


def _note(name: ColumnName, column: Column) -> ColumnNote:
    return ColumnNote(
        name=name.name,
        header=name.header,
        kind=column.kind,
        unit=(name.unit or column.unit) if column.kind is Kind.NUMBER else None,
        missing=column.missing,
        unread=dict(column.unread),
    )


def _counts(odd: Sequence[SetAsideRow]) -> tuple[SetAside, ...]:
    counts = Counter(row.reason for row in odd)
    return tuple(SetAside(reason, counts[reason]) for reason in _SET_ASIDE_ORDER if counts[reason])


def _quarantine(odd: Sequence[SetAsideRow]) -> pa.Table:
    rows = sorted(odd, key=lambda row: row.line)
    return pa.table(
        {
            "line": [row.line for row in rows],
            "reason": [row.reason for row in rows],
            "text": [row.text[:QUARANTINE_TEXT] for row in rows],
        },
        schema=QUARANTINE_SCHEMA,
    )
