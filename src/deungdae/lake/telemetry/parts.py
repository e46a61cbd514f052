"""Parquet files of a table: how they are written, named and known by their bounds.

fresh-<step>-<id>     as it was appended
hour-<step>-<id>      sorted, of an open day or of late points
day-<step>-<id>       sorted, of a closed day
reduced-<step>-<id>-… sorted, and points past their term are gone; rollups of <id> still hold them

<step> is the newest version of the table whose points are in the file: what is newer than a latest
value that was kept for a version is told by the names alone.
"""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deungdae.lake.telemetry.journal import Bound, File
from deungdae.lake.telemetry.schema import TIME

ROW_GROUP = 65_536  # rows: a tag's hour is found in one or two, and 50 of them make a day
MOST_ROWS = 16_000_000  # of one sorted file
_WORDS = ["organisation", "source", "tag", "value", "text", "kind", "quality", "flag", "file"]
_TIMES = ["time", "received", "last_time"]


def named(level: str, step: int) -> str:
    """Return a new name for a file of `level` with points up to the version `step`."""
    return f"{level}-{step:012}-{uuid.uuid4().hex}"


def renamed(file: File, level: str) -> str:
    """Return a new name for what is left of `file`, with its step and its identity."""
    return f"{level}-{step(file):012}-{identity(file)}-{uuid.uuid4().hex[:8]}"


def level(file: File) -> str:
    """Return `fresh`, `hour`, `day` or `reduced`."""
    return file.name.split("-")[0]


def step(file: File) -> int:
    """Return the newest version whose points are in the file."""
    return int(file.name.split("-")[1])


def identity(file: File) -> str:
    """Return what rollups call the file; it stays the same when points are taken from it."""
    return file.name.split("-")[2]


def write(
    folder: Path, partition: str, name: str, tables: Iterable[pa.Table], schema: pa.Schema
) -> File:
    """Write `tables` one after another into one file, synced to the disk, and return it.

    `partition` is the folder below the table's folder, such as `date=2026-11-22`, or empty.
    """
    path = f"{partition}/{name}.parquet" if partition else f"{name}.parquet"
    target = folder / path
    target.parent.mkdir(exist_ok=True)
    names = schema.names
    rows, low, high = 0, None, None
    with target.open("wb") as file:
        with pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[name for name in names if name in _WORDS],
            column_encoding={name: "DELTA_BINARY_PACKED" for name in names if name in _TIMES},
            store_schema=False,
        ) as writer:
            for table in tables:
                if not table.num_rows:
                    continue
                writer.write_table(table, row_group_size=ROW_GROUP)
                rows += table.num_rows
                least, most = bounds(table)
                low = least if low is None else _each(min, low, least)
                high = most if high is None else _each(max, high, most)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    _sync(target.parent)
    return File(path, partition.partition("=")[2], size, rows, low, high)


def bounds(table: pa.Table) -> tuple[Bound, Bound]:
    """Return the smallest and largest organisation, tag and time of a table that has rows."""
    found = [
        pc.min_max(_words(table.column("organisation"))).as_py(),
        pc.min_max(_words(table.column("tag"))).as_py(),
        pc.min_max(table.column("time").cast(TIME).cast(pa.int64())).as_py(),
    ]
    return Bound(*(f["min"] for f in found)), Bound(*(f["max"] for f in found))


def _words(column: pa.ChunkedArray) -> pa.Array:
    found = pc.unique(column)
    return found.dictionary_decode() if pa.types.is_dictionary(found.type) else found


def _each(choose: Callable[..., Any], one: Bound, other: Bound) -> Bound:
    return Bound(
        choose(one.organisation, other.organisation),
        choose(one.tag, other.tag),
        choose(one.time_us, other.time_us),
    )


def chunks(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of `batches` as tables of one row group each, in the types of `schema`."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= ROW_GROUP:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, ROW_GROUP).cast(schema)
            waiting = table.slice(ROW_GROUP).to_batches()
            rows -= ROW_GROUP
    if rows:
        yield pa.Table.from_batches(waiting).cast(schema)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
