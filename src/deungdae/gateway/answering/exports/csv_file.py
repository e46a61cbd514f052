"""An export as CSV: UTF-8 with the mark by which Excel knows it; no cell is a formula."""

import csv
import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import WriteOptions, write_csv

from deungdae.gateway.answering.exports import headings, local, rows
from deungdae.gateway.answering.exports.asked import Export
from deungdae.lake.telemetry import History

_PLAIN = WriteOptions(include_header=False, quoting_style="needed")


def pieces(history: History, export: Export) -> Iterator[bytes]:
    """Yield the file."""
    if export.wanted.every is None:
        yield _head(headings.of_points(export))
        wanted = export.wanted
        for points in history.walk(wanted.organisation, wanted.tags, wanted.start, wanted.end):
            yield _written(_point_columns(points, export))
    else:
        yield _head(headings.of_buckets(export))
        for found in rows.buckets(history, export.wanted):
            times, columns = rows.side_by_side(found, export.wanted.tags, rows.NUMBERS)
            both = [local.shown(local.local_us(times, export.zone)), local.shown(times)]
            yield _written([*both, *(column for tag in columns for column in tag)])


def _head(names: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(headings.harmless_words(names))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _point_columns(points: pa.Table, export: Export) -> list[pa.Array]:
    times, received = (
        points.column(name).cast(pa.int64()).to_numpy() for name in ("time", "received")
    )
    numbers = points.column("value").combine_chunks().cast(pa.string())
    texts = headings.harmless(points.column("text").combine_chunks())
    return [
        local.shown(local.local_us(times, export.zone)),
        local.shown(times),
        headings.harmless(points.column("tag").combine_chunks()),
        pc.coalesce(numbers, texts),
        headings.harmless(headings.units(export, points.column("tag"))),
        headings.qualities(export, points.column("quality")),
        headings.harmless(points.column("source").combine_chunks()),
        local.shown(received),
    ]


def _written(columns: list[pa.Array]) -> bytes:
    sink = pa.BufferOutputStream()
    write_csv(pa.table(columns, [f"{n}" for n in range(len(columns))]), sink, _PLAIN)
    return bytes(sink.getvalue().to_pybytes())
