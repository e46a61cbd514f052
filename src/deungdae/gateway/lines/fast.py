"""The fast reading of line protocol: columns at once, by Arrow's CSV reader.

A line without escapes and quotes is `key fields time`, parted by single spaces; its fields are
`name=value`, parted by commas. So the text is read as CSV twice: by spaces, then by `=`, or by
`layout` where all lines have the same fields. Whatever the exact reading would see otherwise is
looked for, and what Arrow refuses is not judged here: `fast` then returns None, and the exact
reading decides.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.gateway.lines.diagnosis import Fault
from deungdae.gateway.lines.layout import laid_out
from deungdae.gateway.lines.points import EARLIEST_NS, LATEST_NS, Ints, Points, SmallInts
from deungdae.gateway.lines.reference import key_of
from deungdae.gateway.lines.series import Key, Series
from deungdae.gateway.lines.tabular import by, read
from deungdae.gateway.lines.typed import Values, floats, typed

_NEWLINE, _SPACE, _X = 10, 32, ord("x")
_CASE = 0x20  # what an upper-case letter lacks
_FIELDS_TO_LINES = bytes.maketrans(b",", b"\n")
_WORDS = pa.dictionary(pa.int32(), pa.string())
_BY_SPACE = by(" ")
_BY_EQUALS = by("=")
_MOST_KEYS = 1 << 12  #: that are remembered
_MOST_PAIRS = 1 << 22  #: of keys and names, for which a table of all combinations is affordable

Signs = np.ndarray[Any, np.dtype[np.uint8]]


def fast(data: bytes, unit_ns: int, default_ns: int) -> Points | None:
    """Return the points of whole lines, or None where only the exact reading can tell.

    `data` holds no backslash, quotation mark or number sign: the caller has looked.
    """
    signs = np.frombuffer(data, np.uint8)
    blanks = int(np.count_nonzero(signs <= _SPACE))
    breaks = int(np.count_nonzero(signs == _NEWLINE))
    if b"\x7f" in data:
        return None
    # Arrow reads +1 as 1; one sign alone is found much sooner than two.
    if b"+" in data and (b"=+" in data or b" +" in data):
        return None
    # The first line says whether lines have times; Arrow refuses those that differ from it.
    timed = data.count(b" ", 0, data.find(b"\n") + 1 or len(data)) == 2
    try:
        rows = _rows(data, timed)
        # No control characters, no line of spaces alone: each blank is a separator.
        if blanks != breaks + rows.num_rows * (1 + timed):
            return None
        text = _joined(rows["fields"].chunk(0), rows.num_rows)
        laid = laid_out(text, rows.num_rows)
        if laid is None:
            names, values, counts = _pairs(text, rows["fields"].chunk(0), rows.num_rows)
        keys = [_key(word) for word in _words(rows["key"])]
    except (pa.ArrowInvalid, Fault):
        return None
    if timed:
        times = _times(rows["time"].chunk(0).to_numpy(), data, signs, unit_ns)
        if times is None:
            return None
    else:
        times = np.full(rows.num_rows, default_ns - default_ns % unit_ns, np.int64)
    keys, owners = _distinct(keys, _indices(rows["key"]))
    if laid is not None:
        series = [Series(key, field) for key in keys for field in laid.names]
        width = len(laid.names)
        which = np.add.outer(owners * np.int32(width), np.arange(width, dtype=np.int32)).ravel()
        return Points(series, which, np.repeat(times, width), *laid.values)
    if values is None or min(map(len, _words(names)), default=0) == 0:
        return None
    if counts is not None:
        owners, times = np.repeat(owners, counts), np.repeat(times, counts)
    fields = [word.decode() for word in _words(names)]
    series, which = _series(keys, owners, fields, _indices(names))
    return Points(series, which, times, *values)


#: As `key_of`; a sender says the same keys again and again.
_key = lru_cache(_MOST_KEYS)(key_of)


def _rows(data: bytes, timed: bool) -> pa.Table:
    types = {"key": _WORDS, "fields": pa.string()} | ({"time": pa.int64()} if timed else {})
    return read(data, _BY_SPACE, types)


def _joined(fields: pa.StringArray, lines: int) -> bytes:
    whole = pa.ListArray.from_arrays(pa.array([0, lines], pa.int32()), fields)
    text: bytes = pc.binary_join(whole, "\n")[0].as_buffer().to_pybytes()
    return text


def _pairs(
    text: bytes, fields: pa.StringArray, lines: int
) -> tuple[pa.ChunkedArray, Values | None, SmallInts | None]:
    """Return names and values of all fields, and how many each line has if not all have one."""
    text = text.translate(_FIELDS_TO_LINES)
    try:
        pairs = read(text, _BY_EQUALS, {"name": _WORDS, "value": pa.float64()})
        values = floats(pairs["value"].chunk(0))
    except pa.ArrowInvalid:
        pairs = read(text, _BY_EQUALS, {"name": _WORDS, "value": pa.string()})
        values = typed(pairs["value"].chunk(0))
    # Arrow passes over empty lines: an empty field would shift all that follow.
    if pairs.num_rows != text.count(b"\n") + 1:
        raise pa.ArrowInvalid("an empty field")
    if pairs.num_rows == lines:
        return pairs["name"], values, None
    return pairs["name"], values, pc.count_substring(fields, ",").to_numpy() + 1


def _times(told: Ints, data: bytes, signs: Signs, unit_ns: int) -> Ints | None:
    lowest, highest = int(told.min()), int(told.max())
    if not EARLIEST_NS <= lowest * unit_ns <= highest * unit_ns <= LATEST_NS:
        return None
    if b"x" in data or b"X" in data:
        # Arrow reads 0x10 as 16. The second space of a line stands before its time.
        begins = np.flatnonzero(signs == _SPACE)[1::2] + 1
        second = signs[np.minimum(begins + 1, len(signs) - 1)] | _CASE
        third = signs[np.minimum(begins + 2, len(signs) - 1)] | _CASE
        if bool(np.any((second == _X) | (third == _X))):
            return None
    return told if unit_ns == 1 else told * unit_ns


def _words(column: pa.ChunkedArray) -> list[bytes]:
    return [word.as_buffer().to_pybytes() for word in column.chunk(0).dictionary]


def _indices(column: pa.ChunkedArray) -> SmallInts:
    found: SmallInts = column.chunk(0).indices.to_numpy()
    return found


def _distinct(keys: list[Key], owners: SmallInts) -> tuple[list[Key], SmallInts]:
    """Return each key once: two ways of writing one, such as tags in another order, are one."""
    places: dict[Key, int] = {}
    same = np.array([places.setdefault(key, len(places)) for key in keys], np.int32)
    return list(places), owners if len(places) == len(keys) else same[owners]


def _series(
    keys: list[Key], owners: SmallInts, fields: list[str], names: SmallInts
) -> tuple[list[Series], SmallInts]:
    """Return the series that occur, and for each point its place among them."""
    pairs = owners.astype(np.int64) * len(fields) + names
    size = len(keys) * len(fields)
    if size <= _MOST_PAIRS:
        occurs = np.zeros(size, bool)
        occurs[pairs] = True
        found = np.flatnonzero(occurs)
        places = np.zeros(size, np.int32)
        places[found] = np.arange(len(found), dtype=np.int32)
        which = places[pairs]
    else:
        found, inverse = np.unique(pairs, return_inverse=True)
        which = inverse.astype(np.int32)
    return [Series(keys[p // len(fields)], fields[p % len(fields)]) for p in found], which
