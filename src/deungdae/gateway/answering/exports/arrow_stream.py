"""Points or buckets as an Arrow IPC stream, for programs."""

from collections.abc import Iterator

import pyarrow as pa

from deungdae.gateway.answering.exports import rows
from deungdae.gateway.answering.exports.asked import Wanted
from deungdae.gateway.answering.exports.drained import Drained
from deungdae.lake.telemetry import History

_TIME = pa.timestamp("us", tz="UTC")
POINTS = pa.schema(
    [
        ("tag", pa.string()),
        ("time", _TIME),
        ("value", pa.float64()),
        ("text", pa.string()),
        ("kind", pa.int8()),
        ("quality", pa.int16()),
        ("flag", pa.int8()),
        ("source", pa.string()),
        ("received", _TIME),
    ]
)
BUCKETS = pa.schema(
    [
        ("tag", pa.string()),
        ("time", _TIME),
        ("count", pa.int64()),
        *((name, pa.float64()) for name in ("mean", "min", "max", "last")),
    ]
)
_PACKED = pa.ipc.IpcWriteOptions(compression="zstd")


def pieces(history: History, wanted: Wanted) -> Iterator[bytes]:
    """Yield the stream: points in order of time, or buckets in order of spans and tags."""
    tables = (
        history.walk(wanted.organisation, wanted.tags, wanted.start, wanted.end)
        if wanted.every is None
        else rows.buckets(history, wanted)
    )
    schema = POINTS if wanted.every is None else BUCKETS
    sink = Drained()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), schema, options=_PACKED) as writer:
        yield sink.drain()
        for table in tables:
            writer.write_table(table.select(schema.names).cast(schema))
            yield sink.drain()
    yield sink.drain()
