"""Points as the rows of the telemetry table, and as messages for the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from deungdae.gateway.lines import Points
from deungdae.gateway.lines.points import LARGEST_EXACT
from deungdae.gateway.lines.series import Series, field_path, key_path, wanted_path
from deungdae.gateway.sinks import Message
from deungdae.records.batches import kind_of
from deungdae.records.readings import (
    EARLIEST_US,
    LATEST_US,
    BadReading,
    Quality,
    Reading,
    TagPath,
)

TIME = pa.timestamp("us", tz="UTC")
WORD = pa.dictionary(pa.int32(), pa.string())
#: The telemetry table as it travels. Names repeat: as dictionaries they cost a twelfth.
WIRE = pa.schema(
    [
        pa.field("organisation", WORD, nullable=False),
        pa.field("source", WORD, nullable=False),
        pa.field("tag", WORD, nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("received", TIME, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("text", pa.string()),
        pa.field("kind", pa.int8(), nullable=False),
        pa.field("quality", pa.int16(), nullable=False),
        pa.field("flag", pa.int8(), nullable=False),
    ]
)
MOST_POINTS = 50_000  #: in one message
_PACKED = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
_NS_PER_US = 1000

#: A tag path for one that is impossible, or None.
Instead = Callable[[str], TagPath | None]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Origin:
    """To whom points belong, who sent them, and when they came."""

    organisation: str
    source: str
    received_us: int


@dataclass(frozen=True, slots=True)
class Sorted:
    """Points of one request: rows to be kept, and masks of the others with the reason."""

    rows: pa.RecordBatch
    dropped: list[tuple[str, Mask]]


def of_points(
    points: Points, prefix: str, origin: Origin, instead: Instead | None = None
) -> Sorted:
    """Return the rows of points whose tags begin with `prefix`.

    Times are rounded down to microseconds. Points outside the years 1900 to 2199, and points
    whose tag path is impossible, are left out and said why. `instead` gives a path
    to those that cannot have their own (`wanted_path`); others are left to `naming`.
    """
    time_us = points.time_ns // _NS_PER_US
    dropped = []
    outside = (time_us < EARLIEST_US) | (time_us >= LATEST_US)
    if outside.any():
        dropped.append(("time_out_of_range", outside))
    tags, faults = _tags(points, prefix, instead)
    for reason, places in faults.items():
        dropped.append((reason, np.isin(points.which, places) & ~outside))
    kept: Mask | None = None
    if dropped:
        kept = ~np.logical_or.reduce([mask for _, mask in dropped])
    value = pa.array(points.value, from_pandas=True)  # NaN stands for no number
    columns = [pa.array(points.which), pa.array(time_us, TIME), value, points.texts()]
    columns.append(pa.array(points.kind))
    if kept is not None:
        columns = [column.filter(pa.array(kept)) for column in columns]
    which, time, value, text, kind = columns
    # Two series may have one path, by Unicode's forms: the path is what counts.
    places_of: dict[str, int] = {}
    same = np.array([places_of.setdefault(tag, len(places_of)) for tag in tags], np.int32)
    if len(places_of) < len(tags):
        which = pa.array(same[which.to_numpy()])
    tag = pa.DictionaryArray.from_arrays(which, pa.array(list(places_of), pa.string()))
    quality = _same(Quality.GOOD, pa.int16(), len(time))
    return Sorted(_rows(origin, tag, time, None, value, text, kind, quality), dropped)


def _tags(
    points: Points, prefix: str, instead: Instead | None
) -> tuple[list[str], dict[str, list[int]]]:
    """Return the tag of each series, and by reason the places of those that have none."""
    tags: list[str] = []
    faults: dict[str, list[int]] = {}
    above: dict[int, TagPath | BadReading] = {}
    for place, (key, field) in enumerate(points.series):
        # One key may have very many fields: what they share is worked out once.
        shared = above.get(id(key))
        try:
            if shared is None:
                shared = above[id(key)] = key_path(prefix, key)
            if isinstance(shared, BadReading):
                raise shared
            tags.append(field_path(shared, field))
        except BadReading as error:
            if shared is None:
                above[id(key)] = error
            if instead and (path := instead(wanted_path(prefix, Series(key, field)))):
                tags.append(path)
                continue
            tags.append("")
            faults.setdefault(error.reason, []).append(place)
    return tags, faults


def of_readings(readings: Sequence[Reading], origin: Origin) -> pa.RecordBatch:
    """Return the rows of an edge's readings; the edge has named the tags.

    `received` is when the edge took a reading; without that, when it came here.
    """
    places: dict[TagPath, int] = {}
    which: list[int] = []
    values: list[float | None] = []
    texts: list[str | None] = []
    for reading in readings:
        which.append(places.setdefault(reading.tag, len(places)))
        value = reading.value
        if isinstance(value, str) or (isinstance(value, int) and abs(value) > LARGEST_EXACT):
            texts.append(str(value))
            values.append(None)
        else:
            texts.append(None)
            values.append(None if value is None else float(value))
    received = [
        origin.received_us if reading.received_us is None else reading.received_us
        for reading in readings
    ]
    return _rows(
        origin,
        pa.DictionaryArray.from_arrays(pa.array(which, pa.int32()), pa.array(list(places))),
        pa.array([reading.time_us for reading in readings], pa.int64()).cast(TIME),
        pa.array(received, pa.int64()).cast(TIME),
        pa.array(values, pa.float64()),
        pa.array(texts, pa.string()),
        pa.array([kind_of(reading.value) for reading in readings], pa.int8()),
        pa.array([int(reading.quality) for reading in readings], pa.int16()),
    )


def messages(rows: pa.RecordBatch, origin: Origin, batch: str | None = None) -> list[Message]:
    """Return the rows as messages of at most `MOST_POINTS` points.

    Without a name, a batch is named after its points, so that the same points sent again have the
    same name.
    """
    if batch is None:
        batch = _name(rows, origin)
    found = []
    for start in range(0, rows.num_rows, MOST_POINTS):
        part = rows.slice(start, MOST_POINTS)
        name = batch if rows.num_rows <= MOST_POINTS else f"{batch}/{start // MOST_POINTS}"
        body = _stream(part)
        found.append(Message(origin.organisation, origin.source, name, part.num_rows, body))
    return found


def _rows(
    origin: Origin,
    tag: pa.Array,
    time: pa.Array,
    received: pa.Array | None,
    value: pa.Array,
    text: pa.Array,
    kind: pa.Array,
    quality: pa.Array,
) -> pa.RecordBatch:
    count = len(tag)
    if received is None:
        received = _same(origin.received_us, pa.int64(), count).cast(TIME)
    columns = [_word(origin.organisation, count), _word(origin.source, count), tag, time, received]
    columns += [value, text, kind, quality, _same(0, pa.int8(), count)]
    return pa.record_batch(columns, schema=WIRE)


def _same(number: int, kind: pa.DataType, count: int) -> pa.Array:
    return pa.array(np.full(count, number, kind.to_pandas_dtype()), kind)


def _word(word: str, count: int) -> pa.Array:
    places = pa.array(np.zeros(count, np.int32))
    return pa.DictionaryArray.from_arrays(places, pa.array([word], pa.string()))


def _name(rows: pa.RecordBatch, origin: Origin) -> str:
    # Processors have instructions for SHA-256: no hash of this strength takes less time.
    digest = sha256(f"{origin.organisation}\0{origin.source}\0".encode())
    digest.update("\0".join(rows["tag"].dictionary.to_pylist()).encode())
    digest.update(rows["tag"].indices.to_numpy())
    digest.update(rows["time"].cast(pa.int64()).to_numpy())
    digest.update(rows["kind"].to_numpy())
    digest.update(rows["value"].to_numpy(zero_copy_only=False))
    if rows["text"].null_count < rows.num_rows:
        digest.update(repr(rows["text"].to_pylist()).encode())
    return digest.hexdigest()[:32]


def _stream(rows: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, WIRE, options=_PACKED) as writer:
        writer.write_batch(rows)
    return bytes(sink.getvalue().to_pybytes())
