"""Columns of values for the fast reading: floats alone, or floats among `1i`, `1u` and `true`."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.gateway.lines.points import LARGEST_EXACT, Floats, Kinds
from deungdae.gateway.lines.values import BOOLEANS
from deungdae.records.batches import BOOL, FLOAT, INT

_I, _U, _ZERO, _NINE, _DOT = b"iu09."
_TRUTHS = pa.array([word.decode() for word in BOOLEANS])
_TRUTH = np.array(list(BOOLEANS.values()), np.float64)

Mask = np.ndarray[Any, np.dtype[np.bool_]]


class Values(NamedTuple):
    """The columns `kind`, `value` and `text` of points."""

    kind: Kinds
    value: Floats
    text: pa.Array | None


def floats(column: pa.DoubleArray) -> Values | None:
    """Return a column of floats, or None if one is not a number: Arrow reads `nan` and `inf`."""
    value = column.to_numpy()
    if not np.isfinite(value).all():
        return None
    return Values(np.full(len(value), FLOAT, np.int8), value, None)


def typed(column: pa.StringArray) -> Values | None:
    """Return what fields without quotes write, each in its own type, or None if one is odd.

    Raises `pyarrow.ArrowInvalid` for what Arrow cannot read as the number it looks like.
    """
    ends = np.frombuffer(column.buffers()[1], np.int32)[: len(column) + 1]
    if column.offset or (np.diff(ends) < 1).any():
        return None
    last = np.frombuffer(column.buffers()[2], np.uint8)[ends[1:] - 1]
    signed, unsigned = last == _I, last == _U
    real = ((last >= _ZERO) & (last <= _NINE)) | (last == _DOT)
    other = ~(signed | unsigned | real)
    value = np.empty(len(column), np.float64)
    kind = np.full(len(column), FLOAT, np.int8)
    large: dict[int, int] = {}
    if real.any():
        value[real] = pc.cast(column.filter(pa.array(real)), pa.float64()).to_numpy()
    for mask, kind_of_64 in ((signed, pa.int64()), (unsigned, pa.uint64())):
        if mask.any():
            whole = _whole(column.filter(pa.array(mask)), kind_of_64)
            if whole is None:
                return None
            value[mask] = whole
            kind[mask] = INT
            beyond = (whole > LARGEST_EXACT) | (whole < -LARGEST_EXACT if mask is signed else False)
            if beyond.any():
                places = np.flatnonzero(mask)[beyond]
                large |= zip(places.tolist(), whole[beyond].tolist(), strict=True)
    if other.any():
        truth = pc.index_in(column.filter(pa.array(other)), value_set=_TRUTHS)
        if truth.null_count:
            return None
        value[other] = _TRUTH[truth.to_numpy()]
        kind[other] = BOOL
    if not np.isfinite(value).all():
        return None
    return Values(kind, value, _texts(value, large))


def _whole(words: pa.StringArray, kind: pa.DataType) -> np.ndarray[Any, Any] | None:
    digits = pc.binary_slice(pc.cast(words, pa.binary()), 0, -1)
    # Arrow reads 0x10 as 16.
    if pc.any(pc.match_substring_regex(digits, "[xX]")).as_py():
        return None
    found: np.ndarray[Any, Any] = pc.cast(pc.cast(digits, pa.string()), kind).to_numpy()
    return found


def _texts(value: Floats, large: dict[int, int]) -> pa.Array | None:
    """Return the column of texts, with whole numbers that no float holds, and clear their values.

    They are few, so a list of them is affordable.
    """
    if not large:
        return None
    texts: list[str | None] = [None] * len(value)
    for place, number in large.items():
        texts[place] = str(number)
        value[place] = np.nan
    return pa.array(texts, pa.string())
