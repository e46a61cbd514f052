"""The parts of a table for which history is wanted: when each was made, on which line, what lot."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deungdae.analysis.causes import Options, understand
from deungdae.analysis.joining import NO_TIME
from deungdae.records.errors import PublicError, UnusableOption
from deungdae.records.shoptable import Kind, Understanding

Times = NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """The parts in the order of the table.

    `time` is when they were inspected, or whatever the column of times says; None when the table
    has none and none is needed.
    """

    table: pa.Table
    column: str | None
    time: Times | None

    def made(self, delay: int) -> Times | None:
        """Return when the parts were made: `delay` before their time."""
        if self.time is None:
            return None
        return np.where(self.time == NO_TIME, NO_TIME, self.time - delay)

    def coarse(self) -> bool:
        """Whether the times are written to the minute at best."""
        known = self.time[self.time != NO_TIME] if self.time is not None else np.zeros(0, np.int64)
        return bool(known.size) and not bool((known % 60_000_000).any())


def parts_of(
    table: pa.Table,
    understanding: Understanding,
    told: str | None,
    options: Options,
    *,
    needed: bool,
) -> Parts:
    """Find when the parts of a table were made: in the column `told`, or in the one that says so.

    `options` are those of causes, which guesses the column where there are several. Raises
    UnusableOption when a time is `needed` and there is none, or more than one may be meant.
    """
    columns = [note.name for note in understanding.columns if note.kind is Kind.TIME]
    if told is not None:
        return Parts(table, told, times_of(table, told))
    if len(columns) > 1:
        column = _guessed(table, options)
        if column is None and needed:
            raise UnusableOption(
                "Say with --time which column says when the parts were made: {columns}.",
                columns=", ".join(columns),
            )
    else:
        column = next(iter(columns), None)
    if column is None:
        if needed:
            raise UnusableOption(
                "No column of the table says when the parts were made or inspected, so no history "
                "can be joined by time."
            )
        return Parts(table, None, None)
    return Parts(table, column, times_of(table, column))


def times_of(table: pa.Table, column: str) -> Times:
    """Return a column of times as microseconds since 1970 UTC, `NO_TIME` where missing.

    Raises UnusableOption for a column that is not there or holds no times.
    """
    found = column_of(table, column)
    if not pa.types.is_timestamp(found.type):
        raise UnusableOption("Column {column} does not hold dates and times.", column=column)
    whole = found.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(pc.fill_null(whole, int(NO_TIME)).to_numpy(), dtype=np.int64)


def texts_of(table: pa.Table, column: str) -> NDArray[np.str_]:
    """Return a column as texts as people write them, "" where missing; 12.0 becomes 12."""
    found = column_of(table, column)
    if pa.types.is_floating(found.type):
        whole = pc.equal(found, pc.round(found))
        found = pc.if_else(
            whole, found.cast(pa.int64(), safe=False).cast(pa.string()), found.cast(pa.string())
        )
    texts = pc.utf8_trim_whitespace(pc.fill_null(found.cast(pa.string()), ""))
    return np.asarray(pc.utf8_normalize(texts, form="NFC").to_pylist(), dtype=np.str_)


def numbers_of(table: pa.Table, column: str) -> NDArray[np.float64]:
    """Return a column of numbers, NaN where missing; raises UnusableOption for another."""
    found = column_of(table, column)
    if not (pa.types.is_floating(found.type) or pa.types.is_integer(found.type)):
        raise UnusableOption("Column {column} does not hold numbers.", column=column)
    return np.asarray(pc.fill_null(found.cast(pa.float64()), np.nan).to_numpy())


def column_of(table: pa.Table, column: str) -> pa.ChunkedArray:
    """Return a column; raises UnusableOption when there is none of that name."""
    if column not in table.column_names:
        raise UnusableOption(
            "There is no column {column}; there are: {columns}.",
            column=column,
            columns=", ".join(table.column_names[:30]),
        )
    return table.column(column)


def lines_of(
    values: NDArray[np.str_], prefixes: Mapping[str, str], tags: list[str]
) -> dict[str, str]:
    """Return value of the line's column → beginning of its tag paths, for those that have tags.

    A value that was not told a beginning is one itself, whatever its letters' case.
    """
    first = {tag.partition("/")[0] for tag in tags}
    by_case = {name.casefold(): name for name in first}
    found = {}
    for value in np.unique(values):
        prefix = prefixes.get(str(value)) or by_case.get(str(value).casefold(), "")
        prefix = prefix.strip("/")
        if prefix and any(tag.startswith(prefix + "/") for tag in tags):
            found[str(value)] = prefix
    if not found:
        raise UnusableOption(
            "No value of the column of machines begins a tag: {values}. Tags begin with: {known}. "
            "Say which is which, such as --line 'machine=1:line1,2:line2'.",
            values=", ".join(map(str, np.unique(values)[:8])),
            known=", ".join(sorted(first)[:12]) or "-",
        )
    return found


def _guessed(table: pa.Table, options: Options) -> str | None:
    try:
        found: str | None = understand(table, options)["time"]
    except PublicError:  # what is bad must be told first; then the time must be told as well
        return None
    return found
