"""What a typed table looks like inside Delta, and back.

Delta without column mapping forbids `,;{}()=`, spaces and line breaks in column names, and shop
floors use all of them. So the columns are called c0, c1, … in the files, and the name that people
know stands in the metadata of each field, where any reader of the table finds it.

Beside them stands the place of each row: Delta is a set of rows, and its writer hands pieces of a
table to several threads, so that they come to lie in any order (measured: 2 pieces in 8 of 30
writes, 300 pieces in each of 15). The order of rows is often the order of production.
"""

import numpy as np
import pyarrow as pa

from deungdae.records.errors import DeungdaeError

NAME = b"deungdae.name"  #: key of the logical name in a field's metadata
PLACE = "row"  #: the column that says where a row stood, counted from 0
TYPES = (pa.float64(), pa.int64(), pa.string(), pa.timestamp("us", tz="UTC"))


class UnsuitableTable(DeungdaeError):  # noqa: N818
    """A table that breaks the promise of `tables`: a mistake in the program, not in the file."""


def stored(table: pa.Table) -> pa.Table:
    """Return the same columns under their names inside Delta, and the place of each row.

    Nothing is copied.

    Raises UnsuitableTable when a column is not of one of `TYPES`, when two share a name, or when
    there is no column.
    """
    names = table.column_names
    if not names or len(set(names)) != len(names):
        raise UnsuitableTable(f"a table needs columns of unique names, not {names}")
    for field in table.schema:
        if field.type not in TYPES:
            raise UnsuitableTable(f"column {field.name!r} is of type {field.type}")
    fields = [
        pa.field(f"c{place}", field.type, metadata={NAME: field.name.encode()})
        for place, field in enumerate(table.schema)
    ]
    places = pa.array(np.arange(table.num_rows))
    return pa.Table.from_arrays(
        [*table.columns, places], schema=pa.schema([*fields, pa.field(PLACE, pa.int64())])
    )


def in_order(table: pa.Table) -> pa.Table:
    """Return the rows at their places, without the column that says which; nothing is copied.

    Raises ArrowInvalid when a place is missing or taken twice.
    """
    places = table.column(PLACE).to_numpy()
    table = table.drop_columns(PLACE)
    # Pieces stay whole on their way: only their order is mended, and no value is moved.
    starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    if len(starts) > 1:
        ends = np.append(starts[1:], len(places))
        order = np.argsort(places[starts], kind="stable")
        table = pa.concat_tables([table.slice(starts[i], ends[i] - starts[i]) for i in order])
        places = np.concatenate([places[starts[i] : ends[i]] for i in order])
    if not np.array_equal(places, np.arange(len(places))):
        raise pa.ArrowInvalid("rows of the table are missing, or there are too many")
    return table


def logical_names(schema: pa.Schema) -> dict[str, str]:
    """Return {logical name: name inside Delta}, in the table's order."""
    named = (field for field in schema if field.name != PLACE)
    fields = sorted(named, key=lambda field: int(field.name[1:]))
    return {field.metadata[NAME].decode(): field.name for field in fields}


def restored(table: pa.Table, names: dict[str, str]) -> pa.Table:
    """Return the columns of `names` (logical name → name inside Delta) under their own names."""
    fields = [pa.field(name, table.schema.field(inside).type) for name, inside in names.items()]
    columns = [table.column(inside) for inside in names.values()]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))
