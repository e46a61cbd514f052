"""The tables of telemetry as they lie on the disk, and how a table of points is checked.

A point is one value of one tag of one organisation at one time. `value` holds a number (a truth
value as 0 or 1), `text` a text or a whole number beyond 2^53; `kind` says which it was.
"""

from enum import IntEnum, IntFlag

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.records.errors import DeungdaeError

TIME = pa.timestamp("us", tz="UTC")


class Kind(IntEnum):
    """What a value was at its source."""

    FLOAT = 0
    INT = 1
    BOOL = 2
    TEXT = 3


class Flag(IntFlag):
    """What is remarkable about a point, as bits."""

    OTHER_VALUE = 1  #: another value stood at the same tag and time before
    CLOCK_REPAIRED = 2


#: What the bus carries and `Telemetry.append` takes; in the files, `date` stands in the path.
SCHEMA = pa.schema(
    [
        pa.field("organisation", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("tag", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("received", TIME, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("text", pa.string()),
        pa.field("kind", pa.int8(), nullable=False),
        pa.field("quality", pa.int16(), nullable=False),
        pa.field("flag", pa.int8(), nullable=False),
    ]
)
KEY = ["organisation", "tag", "time"]

_ROLLUP = [
    pa.field("count", pa.int64(), nullable=False),  # of points with a number, not of bad quality
    pa.field("sum", pa.float64()),
    pa.field("min", pa.float64()),
    pa.field("max", pa.float64()),
    pa.field("last", pa.float64()),
    pa.field("last_time", TIME),
]
#: One row for each tag and minute (or hour) of one sorted file of points, named by `file`.
ROLLUP = pa.schema(
    [
        pa.field("organisation", pa.string(), nullable=False),
        pa.field("tag", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),  # where the minute or hour begins
        pa.field("file", pa.string(), nullable=False),
        *_ROLLUP,
    ]
)
#: The last point of each tag: the point itself.
LATEST = SCHEMA


class UnsuitablePoints(DeungdaeError):  # noqa: N818
    """A table of points that breaks the schema: a mistake in the program, not in the data."""


def checked(points: pa.Table) -> pa.Table:
    """Return the columns of `SCHEMA` in its order, without dictionaries, in one chunk each.

    Raises `UnsuitablePoints` for a column that is missing, superfluous or of another type, and for
    a null where the schema has none.
    """
    if set(points.column_names) != set(SCHEMA.names) or len(points.column_names) != len(SCHEMA):
        raise UnsuitablePoints(f"points need the columns {SCHEMA.names}, not {points.column_names}")
    columns = []
    for field in SCHEMA:
        column = points.column(field.name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if column.type != field.type:
            raise UnsuitablePoints(f"column {field.name} is of type {column.type}")
        if column.null_count and not field.nullable:
            raise UnsuitablePoints(f"column {field.name} has {column.null_count} nulls")
        columns.append(column.combine_chunks())
    values = columns[SCHEMA.names.index("value")]
    if not pc.all(pc.is_finite(values), min_count=0).as_py():
        raise UnsuitablePoints("a value is not finite: what is no number has no value")
    return pa.Table.from_arrays(columns, schema=SCHEMA)
