"""Text as columns, by Arrow's CSV reader, which takes every byte but its delimiter as it stands."""

from typing import Any

import pyarrow as pa
from pyarrow import csv

_MARK = b"\xef\xbb\xbf"


def by(delimiter: str) -> csv.ParseOptions:
    """Return how a text is parted by a sign, without quotes and escapes."""
    return csv.ParseOptions(delimiter=delimiter, quote_char=False, escape_char=False)


def read(data: Any, parted: csv.ParseOptions, types: dict[str, pa.DataType]) -> pa.Table:
    """Return the columns of a text (bytes or a buffer), each in one piece.

    Raises `pyarrow.ArrowInvalid` if a line has more or fewer columns or a value is not of its type,
    and for a mark of byte order, which Arrow would skip; in ours it is part of a name.
    """
    if bytes(memoryview(data)[: len(_MARK)]) == _MARK:
        raise pa.ArrowInvalid("a mark of byte order")
    options = csv.ReadOptions(
        column_names=list(types), block_size=max(len(data), 1) + 1, use_threads=False
    )
    convert = csv.ConvertOptions(column_types=types, null_values=[])
    table = csv.read_csv(
        pa.BufferReader(data), read_options=options, parse_options=parted, convert_options=convert
    )
    if table.num_rows == 0 or any(column.num_chunks != 1 for column in table.columns):
        raise pa.ArrowInvalid("not one block")
    return table
