"""What a column of texts is: numbers, moments, times of day, or text — decided on all of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.records.shoptable import Kind
from deungdae.tables import numbers, times
from deungdae.tables.words import (
    CELL_ERRORS,
    MISSING_MARKS,
    NONE_WORDS,
    names_a_clock,
    names_a_date,
)

#: A column is of a kind if at least this share of its cells is.
SHARE = 0.9
#: Or this share, if the others are only a few words ("통신불량") among many different values.
SHARE_WITH_FEW_WORDS = 0.6
FEW_WORDS = 3
VALUES_PER_WORD = 4
#: Distinct cells that were not understood, kept by name; the rest is counted under "…".
UNREAD_KEPT = 20
REST = "…"

#: A cheap look at the first distinct texts spares most columns the dear one at all.
_LOOKED_AT = 200
_NUMBERISH = re.compile(r"[+\-\u2212\u2010\uff0d.,]?[0-9]|[.,][0-9]")
_DATEISH = re.compile(r"[0-9]{6}|[0-9]\s*[-./년 ]\s*(?:[0-9]|[A-Za-z]{3})|[A-Za-z]{3}.?\s+[0-9]")
_CLOCKISH = re.compile(r"[0-9]\s*[:시]|^[0-9]{6}$")

_EXCEL_DAYS = (30_000, 60_000)  # 1982 to 2064
MOMENT = pa.timestamp("us", tz="UTC")
_MARKS = pa.array(sorted(MISSING_MARKS))
_ERRORS = pa.array(sorted(CELL_ERRORS))
_NONE = pa.array(sorted(NONE_WORDS))


class Grain(Enum):
    """How fine the moments of a column are."""

    DATE = "date"
    CLOCK = "clock"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """One typed column with the account of its reading.

    `grain` is set for moments and times of day; the latter are numbers, seconds since midnight.
    `missing` counts cells without a value; cells not understood are in `unread` instead.
    """

    values: pa.ChunkedArray
    kind: Kind
    missing: int
    unread: Mapping[str, int] = field(default_factory=dict)
    unit: str | None = None
    grain: Grain | None = None
    notes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Distinct:
    """The distinct texts of a column: `counts` of each, `index` of each cell (null: missing)."""

    texts: pa.Array
    counts: pa.Array
    index: pa.ChunkedArray
    rows: int

    def spread(self, values: pa.Array) -> pa.ChunkedArray:
        """Give each cell the value of its text."""
        chunks = [values.take(chunk) for chunk in self.index.chunks]
        return pa.chunked_array(chunks, type=values.type)

    def cells(self, mask: pa.Array) -> int:
        return int(pc.sum(self.counts.filter(mask)).as_py() or 0)


def understand(
    texts: pa.ChunkedArray, header: str, zone: ZoneInfo, *, comma_first: bool = False
) -> Column:
    """Decide what a column of texts is and type it.

    Nulls are missing cells. `comma_first`: the file's fields are separated by semicolons, so that
    a comma in a number is rather a decimal one.
    """
    fast = _clean_moments(texts, zone)
    if fast is not None:
        return fast
    distinct = _distinct(texts)
    words = pc.utf8_lower(distinct.texts)
    errors = pc.is_in(words, value_set=_ERRORS)
    none = pc.is_in(words, value_set=_NONE)
    judged = distinct.cells(pc.invert(pc.or_(errors, none)))
    if judged:
        column = _moments(distinct, header, zone, judged, none)
        column = column or _clocks(distinct, header, judged, none)
        column = column or _numbers(distinct, header, zone, judged, none, comma_first)
        if column is not None:
            return column
    return _text(distinct, errors)


def of_excel_serials(
    values: pa.ChunkedArray, missing: int, unread: Mapping[str, int], header: str, zone: ZoneInfo
) -> Column | None:
    """Read a column of numbers as Excel's day numbers, if its header and values say so."""
    if not names_a_date(header):
        return None
    span = pc.min_max(values).as_py()
    if span["min"] is None or span["min"] < _EXCEL_DAYS[0] or span["max"] > _EXCEL_DAYS[1]:
        return None
    array = values.combine_chunks()
    moments = times.to_utc(times.from_excel_serials(array), zone)
    whole = pc.all(pc.equal(pc.floor(array.cast(pa.float64())), array)).as_py()
    return Column(
        pa.chunked_array([_stamps(moments, ~np.asarray(pc.is_valid(array)))]),
        Kind.TIME,
        missing,
        unread,
        grain=Grain.DATE if whole else Grain.MOMENT,
        notes=frozenset({"excel_serial_dates"}),
    )


def _clean_moments(texts: pa.ChunkedArray, zone: ZoneInfo) -> Column | None:
    array = texts.combine_chunks() if texts.num_chunks != 1 else texts.chunk(0)
    if isinstance(array, pa.ChunkedArray) or array.null_count == len(array):
        return None
    stamps = times.read_iso(array)
    if stamps is None:
        return None
    naive = np.asarray(pc.fill_null(stamps, 0).cast(pa.int64()), np.int64)
    missing = np.asarray(pc.is_null(stamps))
    dates = (
        bool(np.all(naive[~missing] % 86_400_000_000 == 0))
        and pc.max(pc.binary_length(array)).as_py() == 10
    )
    return Column(
        pa.chunked_array([_stamps(times.to_utc(naive, zone), missing)]),
        Kind.TIME,
        int(missing.sum()),
        grain=Grain.DATE if dates else Grain.MOMENT,
    )


def _distinct(texts: pa.ChunkedArray) -> _Distinct:
    encoded = texts.dictionary_encode().unify_dictionaries()
    if not encoded.num_chunks:
        none = pa.array([], pa.string())
        return _Distinct(none, pa.array([], pa.int64()), pa.chunked_array([], pa.int32()), 0)
    raw = encoded.chunk(0).dictionary
    trimmed = pc.utf8_trim_whitespace(raw)
    marks = pc.is_in(pc.utf8_lower(trimmed), value_set=_MARKS)
    trimmed = pc.if_else(marks, pa.scalar(None, pa.string()), trimmed)
    kept = trimmed.dictionary_encode()
    index = pa.chunked_array(
        [kept.indices.take(chunk.indices) for chunk in encoded.chunks], type=pa.int32()
    )
    counts = np.zeros(len(kept.dictionary), np.int64)
    for chunk in index.chunks:
        present = np.asarray(chunk.drop_null(), np.int64)
        counts += np.bincount(present, minlength=len(counts))
    return _Distinct(kept.dictionary, pa.array(counts), index, len(texts))


def _any_like(distinct: _Distinct, pattern: re.Pattern[str]) -> bool:
    return any(map(pattern.search, distinct.texts.slice(0, _LOOKED_AT).to_pylist()))


def _enough(distinct: _Distinct, read: pa.Array, none: pa.Array, judged: int) -> bool:
    """Tell whether the texts read are so many that the column is of their kind."""
    share = distinct.cells(read) / judged
    if share >= SHARE:
        return True
    strays = pc.sum(pc.and_(pc.invert(read), pc.invert(none))).as_py() or 0
    different = pc.sum(read).as_py() or 0
    return (
        share >= SHARE_WITH_FEW_WORDS
        and strays <= FEW_WORDS
        and different >= VALUES_PER_WORD * strays
    )


def _moments(
    distinct: _Distinct, header: str, zone: ZoneInfo, judged: int, none: pa.Array
) -> Column | None:
    if not _any_like(distinct, _DATEISH):
        return None
    dated = names_a_date(header)
    reading = times.read(distinct.texts, dates_expected=dated)
    read = pa.array(reading.read)
    if not _enough(distinct, read, none, judged):
        return None
    digits = pa.array(reading.digits)
    if distinct.cells(digits) and not dated and not _digits_are_dates(distinct, reading, judged):
        return None
    naive = times.to_utc(reading.moments, zone)
    moments = np.where(reading.zoned, reading.moments, naive)
    values = distinct.spread(_stamps(moments, ~reading.read))
    notes = {"date_order_guessed"} if reading.guessed else set()
    return Column(
        values,
        Kind.TIME,
        _missing(distinct, none),
        _unread(distinct, read, none),
        grain=Grain.DATE if reading.midnight else Grain.MOMENT,
        notes=frozenset(notes),
    )


def _digits_are_dates(distinct: _Distinct, reading: times.TimeReading, judged: int) -> bool:
    """Without a word in the header, digits are dates only if every one is, in recent years."""
    if not reading.digits.all():
        return distinct.cells(pa.array(reading.digits)) < judged / 2
    lengths = pc.min(pc.binary_length(distinct.texts)).as_py()
    years = reading.moments.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
    return bool(lengths >= 8 and (years >= 1990).all() and (years <= 2099).all())


def _clocks(distinct: _Distinct, header: str, judged: int, none: pa.Array) -> Column | None:
    if not _any_like(distinct, _CLOCKISH):
        return None
    padded = pc.any(pc.starts_with(distinct.texts, "0")).as_py()
    clocks, done = times.read_clocks(
        distinct.texts, bare_digits=bool(padded) and names_a_clock(header)
    )
    read = pa.array(done)
    if not done.any() or not _enough(distinct, read, none, judged):
        return None
    seconds = pa.array(clocks / 1e6, mask=~done)
    return Column(
        distinct.spread(seconds),
        Kind.NUMBER,
        _missing(distinct, none),
        _unread(distinct, read, none),
        unit="s",
        grain=Grain.CLOCK,
    )


def _numbers(
    distinct: _Distinct,
    header: str,
    zone: ZoneInfo,
    judged: int,
    none: pa.Array,
    comma_first: bool,
) -> Column | None:
    if not _any_like(distinct, _NUMBERISH):
        return None
    reading = numbers.read(distinct.texts, distinct.counts, comma_first=comma_first)
    read = pc.is_valid(reading.values)
    if not _enough(distinct, read, none, judged):
        return None
    whole = pa.types.is_integer(reading.values.type)
    if numbers.looks_like_identifiers(distinct.texts, distinct.counts, padded=whole):
        return None
    values = distinct.spread(reading.values)
    missing, unread = _missing(distinct, none), _unread(distinct, read, none)
    dates = of_excel_serials(values, missing, unread, header, zone)
    if dates is not None:
        return dates
    notes = {"decimal_comma"} if reading.decimal_comma else set()
    if reading.percent:
        notes.add("percent")
    elif reading.unit:
        notes.add("unit_in_cells")
    return Column(values, Kind.NUMBER, missing, unread, unit=reading.unit, notes=frozenset(notes))


def _text(distinct: _Distinct, errors: pa.Array) -> Column:
    texts = pc.if_else(errors, pa.scalar(None, pa.string()), distinct.texts)
    nothing = pa.array(np.zeros(len(distinct.texts), np.bool_))
    return Column(
        distinct.spread(texts),
        Kind.TEXT,
        _missing(distinct, nothing),
        _unread(distinct, pc.invert(errors), nothing),
    )


def _missing(distinct: _Distinct, none: pa.Array) -> int:
    present = int(pc.sum(distinct.counts).as_py() or 0)
    return distinct.rows - present + distinct.cells(none)


def _unread(distinct: _Distinct, read: pa.Array, none: pa.Array) -> dict[str, int]:
    strays = pc.and_(pc.invert(read), pc.invert(none))
    texts = distinct.texts.filter(strays).to_pylist()
    counts = distinct.counts.filter(strays).to_pylist()
    ordered = sorted(zip(texts, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
    unread = {text[:100]: 0 for text, _ in ordered[:UNREAD_KEPT]}
    for text, count in ordered[:UNREAD_KEPT]:
        unread[text[:100]] += count
    if rest := sum(count for _, count in ordered[UNREAD_KEPT:]):
        unread[REST] = rest
    return unread


def _stamps(moments: times.Moments, missing: times.Mask) -> pa.Array:
    return pa.array(moments, mask=missing).cast(pa.timestamp("us")).cast(MOMENT)
