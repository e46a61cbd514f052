"""A batch: what an edge agent sends at once, named by its edge and a number that never repeats.

On the wire it is gzip around one JSON object, column by column:

    {"version": 1, "edge": "press-shop", "sequence": 7, "sent_us": 1764000000000000,
     "tags": ["line1/imm3/melt"],    each path once
     "tag": [0, 0],                  index into `tags`, one for each reading, as below
     "time_us": [1764000000000000, 1000000],   the first, then the steps from one to the next
     "received_us": [1200, null],    how much later than its time_us each reading reached the edge
     "quality": [192, 192],
     "kind": [0, 0],                 0 float, 1 whole number, 2 truth value, 3 text
     "value": [231.5, null]}         no value is null, of kind 0

`decode` believes nothing: it is bounded in bytes and counts and refuses what is not exactly this.
"""

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, Self

from deungdae.records.errors import PublicError
from deungdae.records.readings import (
    LARGEST_INT,
    SMALLEST_INT,
    BadReading,
    Quality,
    Reading,
    TagPath,
    Value,
    check_reading,
    shown,
    tag_path,
)

VERSION = 1
MOST_READINGS = 10_000
MOST_BYTES = 1 << 20  #: of an encoded batch
MOST_PLAIN_BYTES = 4 << 20  #: of the JSON inside it
LARGEST_SEQUENCE = (1 << 63) - 1
FLOAT, INT, BOOL, TEXT = range(4)

_EDGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_COLUMNS = ("tag", "time_us", "received_us", "quality", "kind", "value")
_KEYS = {"version", "edge", "sequence", "sent_us", "tags", *_COLUMNS}
_GZIP = 31  # zlib's word for a gzip header and trailer around the data
_QUALITIES = {int(quality): quality for quality in Quality}


class BadBatch(PublicError):  # noqa: N818 - the word a reader would say
    """Bytes that are no batch, or a batch that cannot be written; `reason` is a code."""

    @property
    def reason(self) -> str:
        """A code such as `not_gzip`."""
        return str(self.message.values["reason"])


def is_edge_id(text: str) -> bool:
    """Say whether a text may name an edge: 1 to 64 letters, digits, "-", "_" and "."."""
    return _EDGE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings of one edge, in the order in which it took them."""

    edge: str
    sequence: int  #: 1, 2, 3 … for each edge
    sent_us: int  #: when the batch was formed, by the edge's clock
    readings: tuple[Reading, ...]

    @property
    def id(self) -> str:
        """What names this batch everywhere: "edge:sequence"."""
        return f"{self.edge}:{self.sequence}"

    def encode(self) -> bytes:
        """Return the bytes to send; raise `BadBatch` if a server would refuse them."""
        plain = json.dumps(
            _document(self), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()
        packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        packed = packer.compress(plain) + packer.flush()
        if len(plain) > MOST_PLAIN_BYTES or len(packed) > MOST_BYTES:
            raise _too_large()
        return packed

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the batch that the bytes hold; raise `BadBatch` if they hold none."""
        return cls(*_read(_parse(_unpack(data))))


def _document(batch: Batch) -> dict[str, Any]:
    _check_head(batch.edge, batch.sequence, batch.sent_us)
    if not 1 <= len(batch.readings) <= MOST_READINGS:
        raise _wrong("readings")
    places: dict[TagPath, int] = {}
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    before = 0
    for reading in batch.readings:
        try:
            if reading.tag not in places:
                if tag_path(reading.tag) != reading.tag:
                    raise _wrong("tags")
                places[reading.tag] = len(places)
            check_reading(reading)
        except BadReading as error:
            raise _unkeepable(error) from error
        columns["tag"].append(places[reading.tag])
        columns["time_us"].append(reading.time_us - before)
        before = reading.time_us
        received = reading.received_us
        columns["received_us"].append(None if received is None else received - before)
        columns["quality"].append(int(reading.quality))
        columns["kind"].append(kind_of(reading.value))
        columns["value"].append(reading.value)
    head = {"version": VERSION, "edge": batch.edge, "sequence": batch.sequence}
    return {**head, "sent_us": batch.sent_us, "tags": list(places), **columns}


def kind_of(value: Value) -> int:
    """Return the code of a value's type; no value counts as a float without one."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    return TEXT if isinstance(value, str) else FLOAT


def _unpack(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise _too_large()
    unpacker = zlib.decompressobj(_GZIP)
    try:
        # One byte more than allowed tells a bomb from a batch that just fits.
        plain = unpacker.decompress(data, MOST_PLAIN_BYTES + 1)
    except zlib.error as error:
        raise BadBatch("The batch is not compressed with gzip.", reason="not_gzip") from error
    if len(plain) > MOST_PLAIN_BYTES:
        raise _too_large()
    if not unpacker.eof:
        raise BadBatch("The batch ends before its end.", reason="truncated")
    if unpacker.unused_data:
        raise BadBatch("Something follows after the end of the batch.", reason="trailing")
    return plain


def _parse(plain: bytes) -> dict[str, Any]:
    objects = 0

    def only_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # A batch holds one object and no other: a million empty ones end at the second.
        nonlocal objects
        objects += 1
        found = dict(pairs)
        if objects > 1 or len(found) != len(pairs) or found.keys() != _KEYS:
            raise _wrong("keys")
        return found

    def no_constant(name: str) -> float:
        raise _wrong(name)

    try:
        text = plain.decode("utf-8")
        document = json.loads(text, object_pairs_hook=only_object, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise BadBatch("The batch does not hold JSON.", reason="not_json") from error
    if not isinstance(document, dict):
        raise _wrong("keys")
    if type(document["version"]) is not int or document["version"] != VERSION:
        raise BadBatch(
            "The batch is of version {version}; this server reads version {known}.",
            reason="version",
            version=shown(str(document["version"])),
            known=VERSION,
        )
    return document


def _read(document: dict[str, Any]) -> tuple[str, int, int, tuple[Reading, ...]]:
    edge, sequence, sent_us = (document[name] for name in ("edge", "sequence", "sent_us"))
    _check_head(edge, sequence, sent_us)
    columns = [document[name] for name in _COLUMNS]
    if not all(isinstance(column, list) for column in (*columns, document["tags"])):
        raise _wrong("columns")
    count = len(columns[0])
    if not 1 <= count <= MOST_READINGS or any(len(column) != count for column in columns):
        raise _wrong("columns")
    try:
        tags = _tags(document["tags"], count)
        return edge, sequence, sent_us, tuple(_readings(tags, *columns))
    except BadReading as error:
        raise _unkeepable(error) from error


def _tags(told: list[Any], most: int) -> list[TagPath]:
    if len(told) > most or not all(isinstance(text, str) for text in told):
        raise _wrong("tags")
    tags = [tag_path(text) for text in told]
    if tags != told or len(set(tags)) != len(tags):
        raise _wrong("tags")
    return tags


def _readings(tags: list[TagPath], *columns: list[Any]) -> list[Reading]:
    found, time_us, used = [], 0, set()
    for place, step, late, quality, kind, value in zip(*columns, strict=True):
        if type(place) is not int or not 0 <= place < len(tags):
            raise _wrong("tag")
        if type(step) is not int:
            raise _wrong("time_us")
        if late is not None and type(late) is not int:
            raise _wrong("received_us")
        if type(quality) is not int or quality not in _QUALITIES:
            raise _wrong("quality")
        used.add(place)
        time_us += step
        received_us = None if late is None else time_us + late
        value = _value(kind, value)
        reading = Reading(tags[place], time_us, value, _QUALITIES[quality], received_us)
        found.append(check_reading(reading))
    if len(used) != len(tags):
        raise _wrong("tags")
    return found


def _value(kind: Any, value: Any) -> Value:
    if type(kind) is not int or not FLOAT <= kind <= TEXT:
        raise _wrong("kind")
    if value is None:
        if kind != FLOAT:
            raise _wrong("value")
        return None
    if kind == FLOAT and type(value) is int:
        # Many languages write 1.0 as 1. More than 64 bits would be a number of a thousand digits.
        if not SMALLEST_INT <= value <= LARGEST_INT:
            raise _wrong("value")
        return float(value)
    if type(value) is not (float, int, bool, str)[kind]:
        raise _wrong("value")
    kept: Value = value
    return kept


def _check_head(edge: Any, sequence: Any, sent_us: Any) -> None:
    if not isinstance(edge, str) or not is_edge_id(edge):
        raise _wrong("edge")
    if type(sequence) is not int or not 1 <= sequence <= LARGEST_SEQUENCE:
        raise _wrong("sequence")
    if type(sent_us) is not int or not 0 <= sent_us <= LARGEST_SEQUENCE:
        raise _wrong("sent_us")


def _wrong(part: str) -> BadBatch:
    return BadBatch("The batch has a wrong part: {part}.", reason="wrong", part=part)


def _too_large() -> BadBatch:
    return BadBatch(
        "The batch is larger than {packed} bytes, or {plain} bytes unpacked.",
        reason="too_large",
        packed=MOST_BYTES,
        plain=MOST_PLAIN_BYTES,
    )


def _unkeepable(error: BadReading) -> BadBatch:
    return BadBatch(
        "The batch holds a reading that cannot be kept: {why}",
        reason=error.reason,
        why=str(error.message),
    )
