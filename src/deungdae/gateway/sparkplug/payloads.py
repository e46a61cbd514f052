"""Sparkplug B payloads: bytes into metrics, metrics into bytes.

Field numbers are those of the standard's payload definition. Reading is bounded, and raises
`BadPayload` and nothing else, whatever the bytes.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from deungdae.gateway.sparkplug import values, wire
from deungdae.gateway.sparkplug.values import DataType, Scalar, Value
from deungdae.gateway.sparkplug.wire import BYTES, FIXED32, FIXED64, VARINT, BadPayload, Raw

MOST_BYTES = 8 << 20  #: of one payload, also after unpacking
MOST_METRICS = 20_000
MOST_PROPERTIES = 200
COMPRESSED = "SPBV1.0_COMPRESSED"  #: the `uuid` of a payload whose body is a packed payload

# Payload
_P_TIMESTAMP, _P_METRICS, _P_SEQ, _P_UUID, _P_BODY = range(1, 6)
# Metric
_NAME, _ALIAS, _TIMESTAMP, _DATATYPE, _HISTORICAL, _TRANSIENT, _NULL, _META, _PROPERTIES = range(
    1, 10
)
# PropertySet, PropertyValue
_KEYS, _VALUES = 1, 2
_V_TYPE, _V_NULL, _V_INT, _V_LONG = 1, 2, 3, 4

_WIRE_TYPES = {
    values.INT: VARINT,
    values.LONG: VARINT,
    values.FLOAT: FIXED32,
    values.DOUBLE: FIXED64,
    values.BOOLEAN: VARINT,
    values.STRING: BYTES,
    values.RAW_BYTES: BYTES,
    values.DATASET: BYTES,
    values.TEMPLATE: BYTES,
    values.EXTENSION: BYTES,
    _NAME: BYTES,
    _ALIAS: VARINT,
    _TIMESTAMP: VARINT,
    _DATATYPE: VARINT,
    _HISTORICAL: VARINT,
    _TRANSIENT: VARINT,
    _NULL: VARINT,
    _META: BYTES,
    _PROPERTIES: BYTES,
}
_UNREAD = {values.DATASET: "dataset", values.TEMPLATE: "template", values.EXTENSION: "extension"}


@dataclass(slots=True, frozen=True)
class Metric:
    """One metric of a payload.

    `field` and `raw` are the value as it came; what it means depends on the datatype, which only
    the birth says: `value` gives it. `body` are the bytes it was read from.
    """

    name: str | None = None
    alias: int | None = None
    timestamp_ms: int | None = None
    datatype: int | None = None
    historical: bool = False
    transient: bool = False
    null: bool = False
    quality: int | None = None  #: the property `Quality`: 192 good, 0 bad, 500 stale
    field: int | None = None
    raw: Scalar = 0
    body: bytes = b""

    def value(self, datatype: int | None = None) -> Value:
        """Return the value, by the datatype given or else its own; None if it is null.

        Raises `BadPayload`, also if there is no datatype (`datatype`) or no value (`no_value`).
        """
        if self.null:
            return None
        known = self.datatype if datatype is None else datatype
        if known is None:
            raise BadPayload("datatype")
        if self.field is None:
            raise BadPayload("no_value")
        if self.field in _UNREAD:
            raise BadPayload(_UNREAD[self.field])
        return values.value_of(self.field, self.raw, known)


@dataclass(slots=True, frozen=True)
class Payload:
    """A payload; `seq` is None where none is said."""

    timestamp_ms: int | None = None
    metrics: tuple[Metric, ...] = ()
    seq: int | None = None
    uuid: str | None = None
    body: bytes | None = None


def decode(data: bytes) -> Payload:
    """Return the payload that the bytes say, unpacked if it is packed.

    Raises `BadPayload`: `too_large`, `too_many_metrics`, `too_many_properties`, `seq_range`,
    `packing`, and the reasons of `wire`.
    """
    payload = _payload(data)
    if payload.uuid != COMPRESSED:
        return payload
    inner = _payload(_unpacked(payload.body or b""))
    if inner.uuid == COMPRESSED:
        raise BadPayload("packing")
    # The packed one carries the message; the number of the outer one is what is sent in clear.
    return replace(
        inner,
        seq=inner.seq if payload.seq is None else payload.seq,
        timestamp_ms=payload.timestamp_ms if inner.timestamp_ms is None else inner.timestamp_ms,
    )


def _unpacked(body: bytes) -> bytes:
    try:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)  # GZIP or DEFLATE, by its first bytes
        data = unpacking.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise BadPayload("packing") from error
    if len(data) > MOST_BYTES:
        raise BadPayload("too_large")
    if not unpacking.eof or unpacking.unused_data:
        raise BadPayload("packing")
    return data


def _payload(data: bytes) -> Payload:
    if len(data) > MOST_BYTES:
        raise BadPayload("too_large")
    timestamp = seq = uuid = body = None
    metrics: list[Metric] = []
    for number, kind, value in wire.fields(data):
        if number == _P_METRICS:
            if len(metrics) == MOST_METRICS:
                raise BadPayload("too_many_metrics")
            metrics.append(_metric(_bytes(kind, value)))
        elif number == _P_TIMESTAMP:
            timestamp = _number(kind, value)
        elif number == _P_SEQ:
            seq = _number(kind, value)
            if seq > 255:
                raise BadPayload("seq_range")
        elif number == _P_UUID:
            uuid = wire.text(_bytes(kind, value))
        elif number == _P_BODY:
            body = _bytes(kind, value)
    return Payload(timestamp, tuple(metrics), seq, uuid, body)


def _number(kind: int, value: Raw) -> int:
    if kind != VARINT or not isinstance(value, int):
        raise BadPayload("wire_type")
    return value


def _bytes(kind: int, value: Raw) -> bytes:
    if kind != BYTES or not isinstance(value, bytes):
        raise BadPayload("wire_type")
    return value


def _metric(data: bytes) -> Metric:
    seen: dict[int, Raw] = {}
    field = None
    for number, kind, value in wire.fields(data):
        if _WIRE_TYPES.get(number, kind) != kind:
            raise BadPayload("wire_type")
        seen[number] = value
        if values.INT <= number <= values.EXTENSION:
            field = number
    properties = seen.get(_PROPERTIES)
    return Metric(
        name=_text(seen.get(_NAME)),
        alias=_whole(seen.get(_ALIAS)),
        timestamp_ms=_whole(seen.get(_TIMESTAMP)),
        datatype=_whole(seen.get(_DATATYPE)),
        historical=bool(seen.get(_HISTORICAL)),
        transient=bool(seen.get(_TRANSIENT)),
        null=bool(seen.get(_NULL)),
        quality=_quality(properties) if isinstance(properties, bytes) else None,
        field=field,
        raw=0 if field is None else _scalar(field, seen[field]),
        body=data,
    )


def _text(value: Raw | None) -> str | None:
    return wire.text(value) if isinstance(value, bytes) else None


def _whole(value: Raw | None) -> int | None:
    return value if isinstance(value, int) else None


def _scalar(field: int, value: Raw) -> Scalar:
    if isinstance(value, int):
        return value
    if field == values.STRING:
        return wire.text(value)
    if field in (values.FLOAT, values.DOUBLE):
        number: float = struct.unpack("<f" if field == values.FLOAT else "<d", value)[0]
        return number
    return value


def _quality(data: bytes) -> int | None:
    """Return the property `Quality` of a PropertySet: keys and values are two parallel lists."""
    keys: list[str] = []
    found: list[bytes] = []
    for number, kind, value in wire.fields(data):
        if number == _KEYS:
            keys.append(wire.text(_bytes(kind, value)))
        elif number == _VALUES:
            found.append(_bytes(kind, value))
        if len(keys) > MOST_PROPERTIES or len(found) > MOST_PROPERTIES:
            raise BadPayload("too_many_properties")
    if len(keys) != len(found):
        raise BadPayload("properties")
    quality = None
    for key, body in zip(keys, found, strict=True):
        said = {number: value for number, _, value in wire.fields(body)}  # also: is it well-formed
        if key == "Quality":
            quality = _whole(said.get(_V_INT, said.get(_V_LONG)))
    return quality


def metric(
    name: str | None,
    datatype: DataType | None,
    value: Value,
    *,
    alias: int | None = None,
    timestamp_ms: int | None = None,
    historical: bool = False,
    transient: bool = False,
    quality: int | None = None,
    says_datatype: bool = True,
) -> Metric:
    """Return a metric to be sent; `value` None makes it null.

    With `says_datatype` False the datatype is left out, as in data by alias. Raises `ValueError`
    if the value does not fit the datatype.
    """
    parts = []
    if name is not None:
        parts.append(wire.put_bytes(_NAME, name.encode()))
    if alias is not None:
        parts.append(wire.put_number(_ALIAS, alias))
    if timestamp_ms is not None:
        parts.append(wire.put_number(_TIMESTAMP, timestamp_ms))
    if datatype is not None and says_datatype:
        parts.append(wire.put_number(_DATATYPE, datatype))
    flags = {_HISTORICAL: historical, _TRANSIENT: transient, _NULL: value is None}
    parts += [wire.put_number(field, 1) for field, flag in flags.items() if flag]
    if quality is not None:
        said = wire.put_number(_V_TYPE, DataType.INT32) + wire.put_number(_V_INT, quality)
        properties = wire.put_bytes(_KEYS, b"Quality") + wire.put_bytes(_VALUES, said)
        parts.append(wire.put_bytes(_PROPERTIES, properties))
    if value is not None:
        if datatype is None:
            raise ValueError("a value needs a datatype")
        parts.append(values.put_value(datatype, value))
    return _metric(b"".join(parts))


def encode(payload: Payload) -> bytes:
    """Return a payload as bytes; each metric is written as its `body`."""
    parts = []
    if payload.timestamp_ms is not None:
        parts.append(wire.put_number(_P_TIMESTAMP, payload.timestamp_ms))
    parts += bodies(payload.metrics)
    if payload.seq is not None:
        parts.append(wire.put_number(_P_SEQ, payload.seq))
    if payload.uuid is not None:
        parts.append(wire.put_bytes(_P_UUID, payload.uuid.encode()))
    if payload.body is not None:
        parts.append(wire.put_bytes(_P_BODY, payload.body))
    return b"".join(parts)


def bodies(metrics: Iterable[Metric]) -> list[bytes]:
    """Return each metric as a field of a payload."""
    return [wire.put_bytes(_P_METRICS, each.body) for each in metrics]
