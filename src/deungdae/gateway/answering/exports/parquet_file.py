"""An export as Parquet: one row for each point, or for each tag and bucket."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from deungdae.gateway.answering.exports import headings, local, rows
from deungdae.gateway.answering.exports.asked import Export
from deungdae.gateway.answering.exports.drained import Drained
from deungdae.lake.telemetry import History

_TIME = pa.timestamp("us", tz="UTC")
_FIRST = [("local_time", pa.timestamp("us")), ("time", _TIME), ("tag", pa.string())]
_UNIT = ("unit", pa.string())
POINTS = pa.schema(
    [
        *_FIRST,
        ("value", pa.float64()),
        ("text", pa.string()),
        _UNIT,
        ("quality", pa.int16()),
        ("flag", pa.int8()),
        ("source", pa.string()),
        ("received", _TIME),
    ]
)
BUCKETS = pa.schema(
    [
        *_FIRST,
        ("count", pa.int64()),
        *((name, pa.float64()) for name in ("mean", "min", "max", "last")),
        _UNIT,
    ]
)


def pieces(history: History, export: Export) -> Iterator[bytes]:
    """Yield the file. `local_time` is what a clock at the site showed, `time` is UTC."""
    wanted = export.wanted
    tables = (
        history.walk(wanted.organisation, wanted.tags, wanted.start, wanted.end)
        if wanted.every is None
        else rows.buckets(history, wanted)
    )
    schema = POINTS if wanted.every is None else BUCKETS
    schema = schema.with_metadata({"time_zone": export.zone.key})
    sink = Drained()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(_columns(table, export, schema))
            if piece := sink.drain():
                yield piece
    yield sink.drain()


def _columns(table: pa.Table, export: Export, schema: pa.Schema) -> pa.Table:
    times = table.column("time").cast(pa.int64()).to_numpy()
    more = {
        "local_time": pa.array(local.local_us(times, export.zone), pa.timestamp("us")),
        "unit": headings.units(export, table.column("tag")),
    }
    columns = [more.get(name) for name in schema.names]
    found = [
        table.column(name) if column is None else column
        for name, column in zip(schema.names, columns, strict=True)
    ]
    return pa.table(found, names=schema.names).cast(schema)
