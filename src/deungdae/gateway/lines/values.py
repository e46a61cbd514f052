"""The values of fields: floats, whole numbers with and without a sign, truth values, texts."""

import math
import re

from deungdae.gateway.lines.diagnosis import Fault
from deungdae.records.batches import BOOL, FLOAT, INT, TEXT
from deungdae.records.readings import MOST_TEXT_BYTES

Typed = tuple[int, float | int | bool | str]

BOOLEANS = {
    **dict.fromkeys((b"t", b"T", b"true", b"True", b"TRUE"), True),
    **dict.fromkeys((b"f", b"F", b"false", b"False", b"FALSE"), False),
}
_FLOAT = re.compile(rb"-?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_INT = re.compile(rb"(-?)0*+([0-9]++|(?<=0))i")
_UNSIGNED = re.compile(rb"0*+([0-9]++|(?<=0))u")
_ESCAPED = re.compile(rb'\\(["\\])')


def value_of(raw: bytes) -> Typed:
    """Return the kind and the value that the bytes after a `=` write.

    Raises `Fault` for what is none, and for numbers that 64 bits cannot hold.
    """
    if _FLOAT.fullmatch(raw):
        number = float(raw)
        if not math.isfinite(number):
            raise Fault("invalid float", 0)
        return FLOAT, number
    if raw.startswith(b'"'):
        return TEXT, _string(raw[1:-1])
    known = BOOLEANS.get(raw)
    if known is not None:
        return BOOL, known
    if whole := _INT.fullmatch(raw):
        return INT, _whole(whole[1], whole[2], raw, -(1 << 63), (1 << 63) - 1)
    if whole := _UNSIGNED.fullmatch(raw):
        return INT, _whole(b"", whole[1], raw, 0, (1 << 64) - 1)
    raise Fault("invalid number" if raw[:1] in b"-.0123456789nN" else "invalid boolean", 0)


def _whole(sign: bytes, digits: bytes, raw: bytes, smallest: int, largest: int) -> int:
    number = None if len(digits) > 20 else int(sign + (digits or b"0"))
    if number is None or not smallest <= number <= largest:
        shown = raw[:-1].decode()[:80]
        kind, function = ("unsigned", "ParseUint") if smallest == 0 else ("integer", "ParseInt")
        raise Fault(
            f'unable to parse {kind} {shown}: strconv.{function}: parsing "{shown}": '
            "value out of range",
            0,
        )
    return number


def _string(raw: bytes) -> str:
    if len(raw) > MOST_TEXT_BYTES:
        raise Fault(f"string value of more than {MOST_TEXT_BYTES} bytes", 0)
    try:
        return (_ESCAPED.sub(rb"\1", raw) if b"\\" in raw else raw).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault("invalid UTF-8", 0) from error
