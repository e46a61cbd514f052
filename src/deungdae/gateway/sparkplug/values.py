"""The datatypes of Sparkplug B, and the values they say.

Source: Eclipse Sparkplug 3.0, "Payload Component Definitions" (datatypes 0 to 34). Signed numbers
travel as two's complement in unsigned fields, arrays as little-endian bytes.
"""

import struct
from enum import IntEnum

from deungdae.gateway.sparkplug import wire
from deungdae.gateway.sparkplug.wire import BadPayload

# Field numbers of `value` in a metric.
INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, RAW_BYTES, DATASET, TEMPLATE, EXTENSION = range(10, 20)

Scalar = int | float | bool | str | bytes
Value = Scalar | list[int] | list[float] | list[bool] | list[str] | None


class DataType(IntEnum):
    """What a metric's value is."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13  #: milliseconds since 1970-01-01 UTC
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


_SIGNED = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_UNSIGNED = {
    DataType.UINT8: 8,
    DataType.UINT16: 16,
    DataType.UINT32: 32,
    DataType.UINT64: 64,
    DataType.DATETIME: 64,
}
_TEXTS = {DataType.STRING, DataType.TEXT, DataType.UUID}
_ARRAYS = {
    DataType.INT8_ARRAY: "b",
    DataType.INT16_ARRAY: "h",
    DataType.INT32_ARRAY: "i",
    DataType.INT64_ARRAY: "q",
    DataType.UINT8_ARRAY: "B",
    DataType.UINT16_ARRAY: "H",
    DataType.UINT32_ARRAY: "I",
    DataType.UINT64_ARRAY: "Q",
    DataType.FLOAT_ARRAY: "f",
    DataType.DOUBLE_ARRAY: "d",
    DataType.DATETIME_ARRAY: "Q",
}
#: What is neither number, truth value, text nor a row of those: nothing a reading could hold.
_UNHELD = {
    DataType.DATASET: "dataset",
    DataType.TEMPLATE: "template",
    DataType.PROPERTY_SET: "property_set",
    DataType.PROPERTY_SET_LIST: "property_set",
}
_MOST_IN_ARRAY = 1 << 16


def value_of(field: int, raw: Scalar, datatype: int) -> Value:
    """Return the value that a metric's `value` field says under a datatype.

    Whole numbers are taken from either whole-number field: edges differ there. Raises `BadPayload`:
    `datatype` (0 or not of the standard), `value_type` (the field does not fit the datatype),
    `value_range`, `array`, or the name of what no reading can hold.
    """
    try:
        kind = DataType(datatype)
    except ValueError as error:
        raise BadPayload("datatype") from error
    if kind in _UNHELD:
        raise BadPayload(_UNHELD[kind])
    if kind in _SIGNED and field in (INT, LONG) and isinstance(raw, int):
        return _signed(raw, _SIGNED[kind])
    if kind in _UNSIGNED and field in (INT, LONG) and isinstance(raw, int):
        if raw >> _UNSIGNED[kind]:
            raise BadPayload("value_range")
        return raw
    if kind in (DataType.FLOAT, DataType.DOUBLE) and isinstance(raw, float):
        return raw
    if kind is DataType.BOOLEAN and field in (BOOLEAN, INT, LONG) and isinstance(raw, int):
        if raw > 1:
            raise BadPayload("value_range")
        return bool(raw)
    if kind in _TEXTS and isinstance(raw, str):
        return raw
    if isinstance(raw, bytes) and field == RAW_BYTES:
        if kind in (DataType.BYTES, DataType.FILE):
            return raw
        if kind in _ARRAYS:
            return _array(raw, _ARRAYS[kind])
        if kind is DataType.BOOLEAN_ARRAY:
            return _booleans(raw)
        if kind is DataType.STRING_ARRAY:
            return _strings(raw)
    raise BadPayload("datatype" if kind is DataType.UNKNOWN else "value_type")


def _signed(raw: int, bits: int) -> int:
    # Edges write -5 of 8 bits as two's complement of 8, of 32 or of 64 bits.
    half = 1 << (bits - 1)
    if raw < half:
        return raw
    for width in (bits, 32, 64):
        if (1 << width) - half <= raw < 1 << width:
            return raw - (1 << width)
    raise BadPayload("value_range")


def _array(raw: bytes, code: str) -> list[int] | list[float]:
    width = struct.calcsize("<" + code)
    count, rest = divmod(len(raw), width)
    if rest or count > _MOST_IN_ARRAY:
        raise BadPayload("array")
    return list(struct.unpack(f"<{count}{code}", raw))


def _booleans(raw: bytes) -> list[bool]:
    if len(raw) < 4:
        raise BadPayload("array")
    count = int.from_bytes(raw[:4], "little")
    if count > _MOST_IN_ARRAY or len(raw) - 4 != (count + 7) // 8:
        raise BadPayload("array")
    return [bool(raw[4 + place // 8] >> (7 - place % 8) & 1) for place in range(count)]


def _strings(raw: bytes) -> list[str]:
    if not raw:
        return []
    if raw[-1] or raw.count(0) > _MOST_IN_ARRAY:
        raise BadPayload("array")
    return wire.text(raw[:-1]).split("\0")


def put_value(datatype: DataType, value: Value) -> bytes:
    """Write a value as the `value` field of a metric. Raises `ValueError` if it does not fit."""
    if datatype in _SIGNED and isinstance(value, int):
        bits = _SIGNED[datatype]
        if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            raise ValueError(f"{value} does not fit into {bits} bits")
        return wire.put_number(
            *((LONG, value % (1 << 64)) if bits == 64 else (INT, value % (1 << 32)))
        )
    if datatype in _UNSIGNED and isinstance(value, int):
        bits = _UNSIGNED[datatype]
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit into {bits} bits")
        return wire.put_number(LONG if bits == 64 else INT, value)
    if datatype is DataType.FLOAT and isinstance(value, (int, float)):
        return wire.put_float(FLOAT, value)
    if datatype is DataType.DOUBLE and isinstance(value, (int, float)):
        return wire.put_double(DOUBLE, value)
    if datatype is DataType.BOOLEAN and isinstance(value, bool):
        return wire.put_number(BOOLEAN, value)
    if datatype in _TEXTS and isinstance(value, str):
        return wire.put_bytes(STRING, value.encode())
    if datatype in (DataType.BYTES, DataType.FILE) and isinstance(value, bytes):
        return wire.put_bytes(RAW_BYTES, value)
    if isinstance(value, list):
        return wire.put_bytes(RAW_BYTES, _put_array(datatype, value))
    raise ValueError(f"{type(value).__name__} is no value of {datatype.name}")


def _put_array(
    datatype: DataType, value: list[int] | list[float] | list[bool] | list[str]
) -> bytes:
    if datatype is DataType.BOOLEAN_ARRAY:
        packed = bytearray((len(value) + 7) // 8)
        for place, bit in enumerate(value):
            packed[place // 8] |= bool(bit) << (7 - place % 8)
        return len(value).to_bytes(4, "little") + packed
    if datatype is DataType.STRING_ARRAY:
        if any("\0" in str(part) for part in value):
            raise ValueError("a text of an array cannot hold the sign 0")
        return b"".join(str(part).encode() + b"\0" for part in value)
    if datatype not in _ARRAYS:
        raise ValueError(f"{datatype.name} is no array")
    try:
        return struct.pack(f"<{len(value)}{_ARRAYS[datatype]}", *value)
    except struct.error as error:
        raise ValueError(f"a number does not fit into {datatype.name}") from error
