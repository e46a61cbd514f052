"""What a typed table looks like inside Delta, and back.

Delta without column mapping forbids `,;{}()=`, spaces and line breaks in column names, and shop
floors use all of them. So the columns are called c0, c1, … in the files, and the name that people
know stands in the metadata of each field, where any reader of the table finds it.
"""

import pyarrow as pa

from deungdae.records.errors import DeungdaeError

NAME = b"deungdae.name"  #: key of the logical name in a field's metadata
TYPES = (pa.float64(), pa.int64(), pa.string(), pa.timestamp("us", tz="UTC"))


class UnsuitableTable(DeungdaeError):  # noqa: N818
    """A table that breaks the promise of `tables`: a mistake in the program, not in the file."""


#: bytes of text that one piece of a column can hold with offsets of 32 bits
_MOST_TEXT = 2**31 - 1


def stored(table: pa.Table) -> pa.Table:
    """Return the same columns under their names inside Delta, each in one piece.

    The writer of Delta takes pieces side by side and puts them down in any order; the rows of a
    table of one piece keep theirs. Columns of several pieces are copied for that.

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
    columns = [_in_one_piece(column) for column in table.columns]
    fields = [f.with_type(c.type) for f, c in zip(fields, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _in_one_piece(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.num_chunks <= 1:
        return column
    if column.type == pa.string() and column.nbytes > _MOST_TEXT:
        column = column.cast(pa.large_string())
    return pa.chunked_array([column.combine_chunks()], type=column.type)


def logical_names(schema: pa.Schema) -> dict[str, str]:
    """Return {logical name: name inside Delta}, in the table's order."""
    fields = sorted(schema, key=lambda field: int(field.name[1:]))
    return {field.metadata[NAME].decode(): field.name for field in fields}


def restored(table: pa.Table, names: dict[str, str]) -> pa.Table:
    """Return the columns of `names` (logical name → name inside Delta) under their own names."""
    columns = [table.column(inside) for inside in names.values()]
    columns = [c.cast(pa.string()) if c.type == pa.large_string() else c for c in columns]
    fields = [pa.field(n, c.type) for n, c in zip(names, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))
