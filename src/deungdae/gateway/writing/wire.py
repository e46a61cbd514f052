"""What lies on the bus, read again: columns of points, or the reason why they are none."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.bus import Part, Stored
from deungdae.gateway.telemetry import WIRE
from deungdae.lake.intake import Sum, Tally
from deungdae.lake.intake.table import HOUR_US
from deungdae.lake.telemetry import SCHEMA

UNREADABLE = "unreadable_message"
_NONE = WIRE.empty_table()
_MOST_GROUPS = 1 << 20  #: of organisation, source and hour, for which a table of all is affordable


@dataclass(frozen=True)
class Read:
    """The points of some messages, and the parts that cannot be read."""

    points: pa.Table  #: of the schema `WIRE`
    unreadable: list[Part]
    received: Tally  #: by what the parts say they hold, and the hours of their points


def read(messages: list[Stored]) -> Read:
    """Return what messages of the queue INGEST hold."""
    tables, unreadable, received = [], [], Tally()
    for message in messages:
        if message.parts is None:
            name = f"{message.sequence}"
            unreadable.append(Part("", "", name, 1, message.raw, f"{message.stored_us} "))
            continue
        for place, part in enumerate(message.parts):
            table = points_of(part.body)
            if table is None:
                unreadable.append(
                    Part(
                        part.organisation,
                        part.source,
                        f"{message.sequence}.{place}",
                        part.points,
                        part.body,
                        f"{message.stored_us} ",
                    )
                )
                continue
            tables.append(table)
            if lacking := part.points - table.num_rows:
                # The head was written by the endpoint that counted: what is lacking shows.
                time_us = message.stored_us
                if table.num_rows:
                    time_us = table.column("received")[0].cast(pa.int64()).as_py()
                received.count(part.organisation, part.source, time_us, Sum(received=lacking))
    # Thousands of small pieces cost more to walk through than to put together once.
    points = pa.concat_tables(tables).unify_dictionaries().combine_chunks() if tables else _NONE
    received.add(_by_hour(points))
    return Read(points, [_held(part) for part in unreadable], received)


def _held(part: Part) -> Part:
    return Part(
        part.organisation,
        part.source,
        f"ingest {part.batch}",
        part.points,
        part.body,
        f"{part.more}{UNREADABLE}",
    )


def _by_hour(points: pa.Table) -> Tally:
    """Return how many points came from each source in each hour of receipt."""
    tally = Tally()
    if not points.num_rows:
        return tally
    owners, sources = (points.column(name).chunk(0) for name in ("organisation", "source"))
    hours = points.column("received").cast(pa.int64()).to_numpy() // HOUR_US
    first, last = int(hours.min()), int(hours.max())
    groups = owners.indices.to_numpy().astype(np.int64) * len(sources.dictionary)
    groups += sources.indices.to_numpy()
    size = len(owners.dictionary) * len(sources.dictionary)
    if last > first:
        groups += (hours - first) * size
    if size * (last - first + 1) <= _MOST_GROUPS:
        counts = np.bincount(groups)
        found = np.flatnonzero(counts)
        counts = counts[found]
    else:
        found, counts = np.unique(groups, return_counts=True)
    names, said = owners.dictionary.to_pylist(), sources.dictionary.to_pylist()
    for group, count in zip(found.tolist(), counts.tolist(), strict=True):
        owner, source = divmod(group % size, len(said))
        hour_us = (first + group // size) * HOUR_US
        tally.count(names[owner], said[source], hour_us, Sum(received=count))
    return tally


def points_of(body: bytes) -> pa.Table | None:
    """Return the points that the body of a part holds, in the schema `WIRE`; None if it is none."""
    try:
        table = pa.ipc.open_stream(body).read_all()
    except (pa.ArrowException, OSError):
        return None
    if set(table.column_names) != set(SCHEMA.names) or len(table.columns) != len(SCHEMA):
        return None
    columns = []
    for field, travelling in zip(SCHEMA, WIRE, strict=True):
        column = table.column(field.name)
        if pa.types.is_dictionary(travelling.type) and column.type == field.type:
            column = column.dictionary_encode()
        if column.type != travelling.type or (not field.nullable and _has_nulls(column)):
            return None
        columns.append(column)
    if not pc.all(pc.is_finite(columns[SCHEMA.names.index("value")]), min_count=0).as_py():
        return None
    return pa.Table.from_arrays(columns, schema=WIRE)


def _has_nulls(column: pa.ChunkedArray) -> bool:
    if column.null_count:
        return True
    return pa.types.is_dictionary(column.type) and any(
        chunk.dictionary.null_count for chunk in column.chunks
    )
