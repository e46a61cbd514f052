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
    """Return the columns of `SCHEMA` in its order, in one chunk each.

    Words may stand in dictionaries, and then stay there; `plain` takes them out.

    Raises `UnsuitablePoints` for a column that is missing, superfluous or of another type, and for
    a null where the schema has none.
    """
    if set(points.column_names) != set(SCHEMA.names) or len(points.column_names) != len(SCHEMA):
        raise UnsuitablePoints(f"points need the columns {SCHEMA.names}, not {points.column_names}")
    columns, fields = [], []
    for field in SCHEMA:
        column = points.column(field.name)
        if not pa.types.is_dictionary(column.type):
            fields.append(field)
        elif _is_simple(column):
            fields.append(pa.field(field.name, column.type, nullable=field.nullable))
        else:
            column = column.cast(column.type.value_type)
            fields.append(field)
        kind = fields[-1].type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if kind != field.type or column.type != fields[-1].type:
            raise UnsuitablePoints(f"column {field.name} is of type {column.type}")
        if column.null_count and not field.nullable:
            raise UnsuitablePoints(f"column {field.name} has {column.null_count} nulls")
        columns.append(in_one(column))
    values = columns[SCHEMA.names.index("value")]
    if not pc.all(pc.is_finite(values), min_count=0).as_py():
        raise UnsuitablePoints("a value is not finite: what is no number has no value")
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def plain(points: pa.Table) -> pa.Table:
    """Return a table without dictionaries."""
    for place, field in enumerate(points.schema):
        if pa.types.is_dictionary(field.type):
            words = field.with_type(field.type.value_type)
            points = points.set_column(place, words, points.column(place).cast(words.type))
    return points


def _is_simple(column: pa.ChunkedArray) -> bool:
    """Say whether a column has one dictionary, of words alone, each once."""
    if column.num_chunks != 1:
        return False
    words = column.chunk(0).dictionary
    return not words.null_count and len(pc.unique(words)) == len(words)


def in_one(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, which is a copy only where it is in several."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
