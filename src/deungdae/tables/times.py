"""Texts of dates and times to moments, a whole column at a time.

A moment is kept as microseconds since 1970-01-01T00:00, without a zone until `to_utc`.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Moments = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_DAY = 86_400_000_000
_YEARS = (1900, 2199)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"

_WEEKDAY = r"(?:\s*\(?(?:[월화수목금토일](?:요일)?|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\)?,?)?"
_CLOCK = (
    r"(?P<half>오전|오후|[AaPp]\.?[Mm]\.?)?\s*(?P<h>[0-9]{1,2})\s*(?::|시)\s*(?:(?P<mi>[0-9]{1,2})\s*(?:분|:)?)?"
    r"\s*(?:(?P<s>[0-9]{1,2})(?:[.,](?P<f>[0-9]{1,9}))?\s*초?)?\s*(?P<after>[AaPp]\.?[Mm]\.?)?"
)
_ZONE = r"\s*(?P<zone>[Zz]|UTC|GMT|KST|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?"
_TAIL = rf"(?:(?:\s*[Tt]\s*|\s+|\s*_\s*|,\s*){_CLOCK}{_ZONE})?\s*$"
_CLOCK_ALONE = rf"^{_CLOCK}$"

#: Date layouts by the order of their parts; those of one regex are told apart by the column.
_LAYOUTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"^(?P<a>[0-9]{4})\s*(?:[-./]|년)\s*(?P<b>[0-9]{1,2})\s*(?:[-./]|월)\s*(?P<c>[0-9]{1,2})"
        rf"\s*(?:\.|일)?{_WEEKDAY}{_TAIL}",
        ("ymd",),
    ),
    (
        r"^(?P<a>[0-9]{1,2})\s*[-./]\s*(?P<b>[0-9]{1,2})\s*[-./]\s*(?P<c>[0-9]{4})"
        rf"\.?{_WEEKDAY}{_TAIL}",
        ("dmy", "mdy"),
    ),
    (
        r"^'?(?P<a>[0-9]{1,2})\s*(?:[-/]|년)\s*(?P<b>[0-9]{1,2})\s*(?:[-/]|월)\s*(?P<c>[0-9]{1,2})"
        rf"\s*일?{_WEEKDAY}{_TAIL}",
        ("ymd", "dmy", "mdy"),
    ),
    (
        rf"^'?(?P<a>[0-9]{{1,2}})\.\s*(?P<b>[0-9]{{1,2}})\.\s*(?P<c>[0-9]{{1,2}})\.?{_WEEKDAY}"
        rf"(?:\s*[Tt]\s*|\s+){_CLOCK}{_ZONE}\s*$",
        ("ymd", "dmy", "mdy"),
    ),
    (
        rf"^(?P<a>[0-9]{{1,2}})[-\s./](?P<b>(?i:{_MONTHS}))[a-z]*\.?,?[-\s./](?P<c>[0-9]{{2,4}}){_TAIL}",
        ("dmy",),
    ),
    (
        rf"^(?P<b>(?i:{_MONTHS}))[a-z]*\.?\s+(?P<a>[0-9]{{1,2}}),?\s+(?P<c>[0-9]{{4}}){_TAIL}",
        ("dmy",),
    ),
    (
        r"^(?P<a>[0-9]{4})(?P<b>[0-9]{2})(?P<c>[0-9]{2})"
        r"(?:[\sTt_-]?(?P<h>[0-9]{2})(?P<mi>[0-9]{2})(?:(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?)?"
        rf"{_ZONE}$",
        ("ymd",),
    ),
    (
        rf"^(?P<a>[0-9]{{4}})(?P<b>[0-9]{{2}})(?P<c>[0-9]{{2}})(?:\s+|[Tt_]){_CLOCK}{_ZONE}$",
        ("ymd",),
    ),
    (
        r"^(?P<a>[0-9]{2})(?P<b>[0-9]{2})(?P<c>[0-9]{2})"
        r"[\s_-](?P<h>[0-9]{2}):?(?P<mi>[0-9]{2})(?::?(?P<s>[0-9]{2}))?$",
        ("ymd",),
    ),
)
#: Six digits, or "26.9.1" (which may be a version), are a date only where the header says so.
_EXPECTED = (
    (r"^(?P<a>[0-9]{2})(?P<b>[0-9]{2})(?P<c>[0-9]{2})$", ("ymd",)),
    (
        r"^'?(?P<a>[0-9]{1,2})\.\s*(?P<b>[0-9]{1,2})\.\s*(?P<c>[0-9]{1,2})\.?" rf"{_WEEKDAY}\s*$",
        ("ymd", "dmy", "mdy"),
    ),
)
_DIGITS = r"^[0-9]{6,14}$"


@dataclass(frozen=True)
class TimeReading:
    """Moments read from distinct texts, one for each.

    `moments` are microseconds since 1970 (naive unless `zoned`, then UTC); `read` tells which
    texts were understood; `digits` which of those were bare digits; `midnight` that no text has
    a time of day; `guessed` that the order of day and month could not be told for sure.
    """

    moments: Moments
    read: Mask
    zoned: Mask
    digits: Mask
    midnight: bool
    guessed: bool


def read(texts: pa.Array, *, dates_expected: bool) -> TimeReading:
    """Read distinct, trimmed texts as dates with or without a time of day.

    `dates_expected` says that the header speaks of a date: then "260901" is one as well.
    """
    count = len(texts)
    moments = np.zeros(count, np.int64)
    done = np.zeros(count, np.bool_)
    zoned = np.zeros(count, np.bool_)
    guessed = False
    clocks_seen = False
    layouts = (*_LAYOUTS, *_EXPECTED) if dates_expected else _LAYOUTS
    # A cheap look first: only what has digits at all can be a date.
    pending = np.flatnonzero(_mask(pc.match_substring_regex(texts, "[0-9]")))
    for pattern, orders in layouts:
        if not len(pending):
            break
        parts = pc.extract_regex(texts.take(pa.array(pending)), pattern)
        hit = ~_mask(pc.is_null(parts))
        if not hit.any():
            continue
        where = pending[hit]
        fields = _fields(parts.filter(pa.array(hit)))
        time, time_ok, shift, has_zone = _time_of_day(fields, len(where))
        if {"mdy", "dmy"} <= set(orders) and _has_english_halves(fields):
            # "9/1/2026 3:05 PM" is how America writes.
            orders = tuple(sorted(orders, key=("ymd", "mdy", "dmy").index))
        date, date_ok, unsure = _dates(fields, orders)
        good = date_ok & time_ok
        moments[where[good]] = (date * _DAY + time - shift)[good]
        zoned[where[good]] = has_zone[good]
        done[where[good]] = True
        guessed |= unsure
        clocks_seen |= bool(_present(fields.get("h"), len(where))[good].any())
        pending = pending[~np.isin(pending, where[good])]
    digits = done & _mask(pc.match_substring_regex(texts, _DIGITS))
    return TimeReading(moments, done, zoned, digits, not clocks_seen, guessed)


def read_iso(texts: pa.Array) -> pa.Array | None:
    """Read "2026-09-01 06:00:00" and the like fast; None if any text is something else."""
    try:
        texts.slice(0, 50).cast(pa.timestamp("us"))
        stamps = texts.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    span = pc.min_max(pc.year(stamps)).as_py()
    inside = span["min"] is not None and _YEARS[0] <= span["min"] and span["max"] <= _YEARS[1]
    return stamps if inside else None


def read_clocks(texts: pa.Array, *, bare_digits: bool) -> tuple[Moments, Mask]:
    """Read times of day ("오후 3:05", "15:05:00") as microseconds since midnight.

    `bare_digits` allows "060000" too.
    """
    count = len(texts)
    clocks = np.zeros(count, np.int64)
    done = np.zeros(count, np.bool_)
    patterns = [_CLOCK_ALONE]
    if bare_digits:
        patterns.append(r"^(?P<h>[0-9]{2})(?P<mi>[0-9]{2})(?P<s>[0-9]{2})$")
    for pattern in patterns:
        parts = pc.extract_regex(texts, pattern)
        hit = ~_mask(pc.is_null(parts)) & ~done
        if not hit.any():
            continue
        time, good, _, _ = _time_of_day(_fields(parts.filter(pa.array(hit))), int(hit.sum()))
        where = np.flatnonzero(hit)[good]
        clocks[where] = time[good]
        done[where] = True
    return clocks, done


def from_excel_serials(numbers: pa.Array) -> Moments:
    """Turn days since 1899-12-30 into moments, rounded to the millisecond."""
    days = np.asarray(pc.fill_null(numbers.cast(pa.float64()), 0.0))
    return np.asarray(np.round((days - 25_569.0) * 86_400_000), np.int64) * 1000


def to_utc(moments: Moments, zone: ZoneInfo) -> Moments:
    """Shift naive moments of a time zone to UTC.

    A clock time that occurs twice (the end of summer time) is taken as the first one.
    """
    if not len(moments):
        return moments
    # Zones change on quarters of an hour at most, so each quarter asks the zone once.
    quarter = 900_000_000
    quarters, where = np.unique(moments // quarter, return_inverse=True)
    epoch = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a naive moment is what is being placed
    offsets = np.array(
        [
            _offset(epoch + dt.timedelta(microseconds=int(q) * quarter), zone)
            for q in quarters.tolist()
        ],
        np.int64,
    )
    return moments - offsets[where]


def _offset(naive: dt.datetime, zone: ZoneInfo) -> int:
    offset = naive.replace(tzinfo=zone).utcoffset() or dt.timedelta(0)
    return offset // dt.timedelta(microseconds=1)


def _fields(parts: pa.Array) -> dict[str, pa.Array]:
    return {parts.type.field(i).name: parts.field(i) for i in range(parts.type.num_fields)}


def _time_of_day(fields: dict[str, pa.Array], count: int) -> tuple[Moments, Mask, Moments, Mask]:
    """Return time of day, whether it is one, the zone's offset, and whether there is a zone."""
    hour = _whole(fields.get("h"), count)
    minute = _whole(fields.get("mi"), count)
    second = _whole(fields.get("s"), count)
    micro = _micros(fields.get("f"), count)
    good = (hour <= 24) & (minute < 60) & (second < 60)
    good &= (hour < 24) | ((minute == 0) & (second == 0) & (micro == 0))
    for name in ("half", "after"):
        half = fields.get(name)
        if half is None:
            continue
        low = pc.replace_substring(pc.utf8_lower(half), ".", "")
        morning = _mask(pc.is_in(low, value_set=pa.array(["오전", "am"])))
        evening = _mask(pc.is_in(low, value_set=pa.array(["오후", "pm"])))
        # "오후 15:05" is written, too: only hours up to 12 are shifted.
        hour = np.where(morning & (hour == 12), 0, hour)
        hour = np.where(evening & (hour < 12), hour + 12, hour)
    shift, has_zone, zone_good = _zone_offsets(fields.get("zone"), count)
    total = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
    return total, good & zone_good, shift, has_zone


def _zone_offsets(zone: pa.Array | None, count: int) -> tuple[Moments, Mask, Mask]:
    shift = np.zeros(count, np.int64)
    good = np.ones(count, np.bool_)
    has_zone = _present(zone, count)
    if zone is None or not has_zone.any():
        return shift, has_zone, good
    names = zone.dictionary_encode()
    offsets = [_zone_offset(name) for name in names.dictionary.to_pylist()]
    index = np.asarray(pc.fill_null(names.indices, 0), np.int64)
    minutes = np.array([0 if o is None else o for o in offsets], np.int64)[index]
    known = np.array([o is not None for o in offsets], np.bool_)[index]
    shift = np.where(has_zone, minutes * 60_000_000, 0)
    return shift, has_zone, known | ~has_zone


def _zone_offset(name: str) -> int | None:
    if name.upper() in ("", "Z", "UTC", "GMT"):
        return 0
    if name.upper() == "KST":
        return 540
    digits = name[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if name[0] == "-" else 1)


def _dates(fields: dict[str, pa.Array], orders: tuple[str, ...]) -> tuple[Moments, Mask, bool]:
    """Return days since 1970 in the order of parts that suits the whole column best.

    The best order reads the most dates; among equals, the one whose dates lie closest together
    (a month of production is no thirty years); then the first of `orders`.
    """
    count = len(fields["a"])
    second = fields["b"]
    numbers = [
        _whole(fields["a"], count),
        _month_numbers(second) if _has_letters(second) else _whole(second, count),
        _whole(fields["c"], count),
    ]
    lengths = {name: np.asarray(pc.binary_length(fields[name]), np.int64) for name in "ac"}
    best: tuple[tuple[int, int], Moments, Mask] | None = None
    rivals = 0
    for order in orders:
        part = dict(zip(order, numbers, strict=True))
        days, good = _days(part["y"], part["m"], part["d"])
        # A year has two digits at least.
        good &= lengths["abc"[order.index("y")]] >= 2
        span = int(days[good].max() - days[good].min()) if good.any() else 0
        key = (-int(good.sum()), span)
        if best is None or key < best[0]:
            rivals = 0
            best = (key, days, good)
        elif key == best[0] and not np.array_equal(days, best[1]):
            rivals += 1
    assert best is not None
    return best[1], best[2], rivals > 0


def _days(year: Moments, month: Moments, day: Moments) -> tuple[Moments, Mask]:
    year = np.where(year < 100, np.where(year < 70, year + 2000, year + 1900), year)
    good = (year >= _YEARS[0]) & (year <= _YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1)
    month = np.clip(month, 1, 12)
    months = np.asarray((np.clip(year, *_YEARS) - 1970) * 12 + month - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    good &= day <= length
    return first + day - 1, good


def _has_english_halves(fields: dict[str, pa.Array]) -> bool:
    return any(name in fields and _has_letters(fields[name]) for name in ("half", "after"))


def _has_letters(texts: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, "[A-Za-z]")).as_py())


def _month_numbers(texts: pa.Array) -> Moments:
    names = pa.array(_MONTHS.split("|"))
    index = pc.index_in(pc.utf8_lower(texts), value_set=names)
    return np.asarray(pc.fill_null(index, -1), np.int64) + 1


def _whole(texts: pa.Array | None, count: int) -> Moments:
    if texts is None:
        return np.zeros(count, np.int64)
    filled = pc.if_else(pc.equal(pc.binary_length(pc.fill_null(texts, "")), 0), "0", texts)
    return np.asarray(filled.cast(pa.int64()), np.int64)


def _micros(texts: pa.Array | None, count: int) -> Moments:
    if texts is None:
        return np.zeros(count, np.int64)
    digits = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(texts, ""), 6, "0"), 0, 6)
    return np.asarray(digits.cast(pa.int64()), np.int64)


def _present(texts: pa.Array | None, count: int) -> Mask:
    if texts is None:
        return np.zeros(count, np.bool_)
    return _mask(pc.greater(pc.binary_length(pc.fill_null(texts, "")), 0))


def _mask(booleans: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(booleans, False), np.bool_)
