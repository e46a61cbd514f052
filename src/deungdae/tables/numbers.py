"""Texts of numbers to numbers, a whole column at a time."""

import math
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.tables.units import unit_after_number

_PLAIN = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_THOUSANDS = r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$"
_COMMA = r"^[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_COMMA_THOUSANDS = r"^[+-]?[0-9]{1,3}(?:[. ][0-9]{3})+(?:,[0-9]*)?$"
_WHOLE = r"^[+-]?[0-9]{1,18}$"
_PADDED = r"^0[0-9]+$"
_LONG = r"^[0-9]{16,}$"
_TRAILER = r"^[+-]?[0-9.,]+\s*(?P<trailer>[^0-9.,\s+\-eE][^0-9]{0,7})$"

#: Up to here float64 tells any two whole numbers apart, and a decimal more.
_PRECISE = 1e15
#: Made once: turning a Python number into one of Arrow's costs more than using it.
_ONE = pa.scalar(1, pa.int32())

#: More padded numbers ("00123") than this share mean that the column holds identifiers.
PADDED_SHARE = 0.01


@dataclass(frozen=True)
class NumberReading:
    """Numbers read from texts: null where a text is none.

    `values` is int64 if every number read is whole, else float64. `decimal_comma` and `percent`
    say what had to be understood; `unit` is what stood behind the numbers in the cells.
    """

    values: pa.Array
    decimal_comma: bool = False
    percent: bool = False
    unit: str | None = None


def whole(texts: pa.Array) -> pa.Array | None:
    """Read clean whole numbers fast as int64; None if some text is something else."""
    return _cast(texts, pa.int64())


def real(texts: pa.Array) -> pa.Array | None:
    """Read clean numbers fast as float64; None if some text is something else."""
    return _cast(texts, pa.float64())


def is_strange(texts: pa.Array, values: pa.Array) -> bool:
    """Tell whether numbers read fast need a closer look at their texts.

    That is so for padded digits ("007", perhaps an identifier), for infinities, and for numbers
    beyond the precision of float64.
    """
    span = pc.min_max(values).as_py()
    if span["min"] is None:
        return False
    if span["min"] <= -_PRECISE or span["max"] >= _PRECISE:
        return True
    if pa.types.is_floating(values.type):
        # The parser reads "nan" as a number, which minimum and maximum pass over.
        return not math.isfinite(pc.sum(values).as_py())
    padded = pc.and_(pc.starts_with(texts, "0"), pc.greater(pc.binary_length(texts), _ONE))
    return bool(pc.any(padded).as_py())


def _cast(texts: pa.Array, kind: pa.DataType) -> pa.Array | None:
    try:
        # A failed cast costs an error object for each bad cell: try a few first.
        texts.slice(0, 50).cast(kind)
        return texts.cast(kind)
    except pa.ArrowInvalid:
        return None


def looks_like_identifiers(texts: pa.Array, counts: pa.Array, *, padded: bool) -> bool:
    """Tell whether distinct `texts`, seen `counts` times each, are digits that are no quantity.

    `padded` asks to count zeros in front as well; among decimals ("007", "7.5") they mean nothing.
    """
    total = pc.sum(counts).as_py() or 0
    found = _seen(pc.match_substring_regex(texts, _LONG), counts)
    if padded:
        found = max(found, _seen(pc.match_substring_regex(texts, _PADDED), counts))
    return total > 0 and found >= PADDED_SHARE * total


def read(texts: pa.Array, counts: pa.Array, *, comma_first: bool) -> NumberReading:
    """Read distinct, trimmed texts as numbers.

    `counts` says how often each text stands in the column; `comma_first` that the file separates
    its fields by semicolons, so that "1,234" is rather 1.234 than 1234.
    """
    texts = pc.replace_substring_regex(texts, "^[\u2212\u2010\uff0d]", "-")
    texts, percent, unit = _without_trailers(texts, counts)
    comma = _speaks_decimal_comma(texts, comma_first)
    if comma:
        dotted = pc.match_substring_regex(texts, _COMMA_THOUSANDS)
        texts = pc.if_else(dotted, pc.replace_substring_regex(texts, r"[. ]", ""), texts)
        commas = pc.match_substring_regex(texts, _COMMA)
        texts = pc.if_else(commas, pc.replace_substring(texts, ",", "."), texts)
    else:
        grouped = pc.match_substring_regex(texts, _THOUSANDS)
        texts = pc.if_else(grouped, pc.replace_substring(texts, ",", ""), texts)
    numeric = pc.match_substring_regex(texts, _PLAIN)
    texts = pc.if_else(numeric, texts, pa.scalar(None, pa.string()))
    if pc.all(pc.match_substring_regex(texts.drop_null(), _WHOLE)).as_py():
        values = pc.replace_substring_regex(texts, r"^\+", "").cast(pa.int64())
    else:
        values = texts.cast(pa.float64())
        values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    return NumberReading(values, decimal_comma=comma, percent=percent, unit=unit)


def _speaks_decimal_comma(texts: pa.Array, comma_first: bool) -> bool:
    """Decide for the whole column what a comma between digits means."""
    commas = pc.match_substring_regex(texts, _COMMA)
    grouped = pc.match_substring_regex(texts, _THOUSANDS)
    both = pc.match_substring_regex(texts, r"^[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*$")
    if pc.any(pc.and_(grouped, pc.match_substring(texts, "."))).as_py():
        return False
    if pc.any(both).as_py():
        return True
    if not pc.any(commas).as_py():
        return False
    # "3,14" cannot be thousands; "1,234" alone says nothing.
    only_comma = pc.sum(pc.and_not(commas, grouped)).as_py() or 0
    return comma_first or only_comma > (pc.sum(grouped).as_py() or 0)


def _without_trailers(texts: pa.Array, counts: pa.Array) -> tuple[pa.Array, bool, str | None]:
    """Cut "%" or one unit from behind the numbers, if the column has one."""
    parts = pc.extract_regex(texts, _TRAILER)
    if parts.null_count == len(parts):
        return texts, False, None
    trailers = pc.struct_field(parts, "trailer")
    seen: dict[str, int] = {}
    for trailer, count in zip(trailers.to_pylist(), counts.to_pylist(), strict=True):
        if trailer is not None:
            seen[trailer] = seen.get(trailer, 0) + count
    best = max(seen, key=lambda trailer: seen[trailer])
    unit = unit_after_number(best)
    bare = _seen(pc.match_substring_regex(texts, r"^[+-]?[0-9.,]+$"), counts)
    # A unit behind most numbers is a unit; behind a few it is some other word.
    if unit is None or seen[best] < bare:
        return texts, False, None
    stripped = pc.replace_substring_regex(texts, r"\s*[^0-9.,\s]+\s*$", "")
    texts = pc.if_else(pc.fill_null(pc.equal(trailers, best), False), stripped, texts)
    return texts, unit == "%", unit


def _seen(mask: pa.Array, counts: pa.Array) -> int:
    return pc.sum(counts.filter(mask)).as_py() or 0
