"""The wire format of Protocol Buffers, as far as Sparkplug B needs it: read strictly, written.

Formula source: "Encoding" of the Protocol Buffers documentation. Groups (wire types 3 and 4) are
refused: Sparkplug B has none.
"""

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_MOST_FIELD = (1 << 29) - 1
_U64 = (1 << 64) - 1
_FIXED = {FIXED64: 8, FIXED32: 4}

Raw = int | bytes  #: a varint as a number; everything else as its bytes


class BadPayload(Exception):  # noqa: N818 - the word a reader would say
    """A payload that cannot be understood; `reason` is a code that can be counted."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def fields(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, Raw]]:
    """Yield (field number, wire type, value) of every field of a message.

    Raises `BadPayload`: `truncated`, `varint` (longer than 64 bits), `field` (number 0 or too
    large) or `wire_type`.
    """
    place = start
    end = len(data) if end is None else end
    while place < end:
        key, place = varint(data, place, end)
        number, wire = key >> 3, key & 7
        if not 0 < number <= _MOST_FIELD:
            raise BadPayload("field")
        if wire == VARINT:
            value, place = varint(data, place, end)
            yield number, wire, value
            continue
        if wire == BYTES:
            size, place = varint(data, place, end)
        elif wire in _FIXED:
            size = _FIXED[wire]
        else:
            raise BadPayload("wire_type")
        if size > end - place:
            raise BadPayload("truncated")
        yield number, wire, data[place : place + size]
        place += size


def varint(data: bytes, place: int, end: int) -> tuple[int, int]:
    """Return the number that begins at `place`, and where it ends."""
    if place < end and (byte := data[place]) < 0x80:  # nearly all numbers are this short
        return byte, place + 1
    number = shift = 0
    while place < end:
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            if number > _U64:
                raise BadPayload("varint")
            return number, place
        shift += 7
        if shift > 63:
            raise BadPayload("varint")
    raise BadPayload("truncated")


def text(value: bytes) -> str:
    """Return UTF-8 as text, or raise `BadPayload` (`utf8`)."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise BadPayload("utf8") from error


def put_varint(number: int) -> bytes:
    """Write a number from 0 to 2^64 - 1."""
    if not 0 <= number <= _U64:
        raise ValueError(f"{number} does not fit into 64 bits")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def put_number(field: int, number: int) -> bytes:
    """Write a field of whole numbers or truth values."""
    return put_varint(field << 3 | VARINT) + put_varint(number)


def put_bytes(field: int, value: bytes) -> bytes:
    """Write a field of bytes, text or a message."""
    return put_varint(field << 3 | BYTES) + put_varint(len(value)) + value


def put_float(field: int, value: float) -> bytes:
    """Write a number of 32 bits."""
    return put_varint(field << 3 | FIXED32) + struct.pack("<f", value)


def put_double(field: int, value: float) -> bytes:
    """Write a number of 64 bits."""
    return put_varint(field << 3 | FIXED64) + struct.pack("<d", value)
