"""The table as arrays: numbers as float64, texts as level codes, times as local microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deungdae.records.errors import UnusableFile

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Stands for a missing time.
NO_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Numbers:
    """A column of numbers, NaN where missing."""

    name: str
    values: Floats

    def as_texts(self) -> "Texts":
        """Return the numbers as levels, whole numbers without a decimal point."""
        distinct, codes = np.unique(self.values, return_inverse=True)
        names = ["" if np.isnan(v) else f"{v:.15g}" for v in distinct]
        codes = codes.astype(np.intp)
        codes[np.isnan(self.values)] = -1
        return Texts(self.name, tuple(n for n in names if n), codes)


@dataclass(frozen=True)
class Texts:
    """A column of texts: `codes` index into `levels`, -1 where missing."""

    name: str
    levels: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True)
class Times:
    """A column of times: microseconds since 1970 on the site's clock, `NO_TIME` where missing."""

    name: str
    local: NDArray[np.int64]


Column = Numbers | Texts | Times


@dataclass(frozen=True)
class Frame:
    """All columns of a table, by name, in the file's order."""

    rows: int
    columns: dict[str, Column]

    def texts(self, name: str) -> Texts:
        """Return a column as levels, whatever it is made of."""
        column = self.columns[name]
        if isinstance(column, Numbers):
            return column.as_texts()
        if isinstance(column, Times):
            return Numbers(name, column.local.astype(float)).as_texts()
        return column


def to_frame(table: Any, time_zone: str) -> Frame:
    """Turn an Arrow table, anything that offers the Arrow stream protocol, or a mapping of columns
    into a `Frame`.

    Raises UnusableFile if it is empty or holds a type of column that no table of a shop floor has.
    """
    if isinstance(table, Mapping):
        table = pa.table(dict(table))
    elif not isinstance(table, pa.Table):
        table = pa.table(table)
    if table.num_rows == 0 or table.num_columns == 0:
        raise UnusableFile("The table is empty: there is nothing to analyse.")
    columns = {name: _column(name, table.column(name), time_zone) for name in table.column_names}
    return Frame(table.num_rows, columns)


def _column(name: str, data: pa.ChunkedArray, time_zone: str) -> Column:
    kind = data.type
    if pa.types.is_dictionary(kind):
        data = data.cast(kind.value_type)
        kind = data.type
    if pa.types.is_boolean(kind):
        data = data.cast(pa.int8())
        kind = data.type
    if pa.types.is_null(kind):
        return Numbers(name, np.full(len(data), np.nan))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Numbers(name, _floats(data))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Times(name, _local(data, time_zone))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _texts(name, data)
    raise UnusableFile(
        "Column {column} holds values of type {type}, which cannot be analysed.",
        column=name,
        type=str(kind),
    )


def _floats(data: pa.ChunkedArray) -> Floats:
    if data.type != pa.float64():
        data = data.cast(pa.float64(), safe=False)
    values = data.to_numpy() if data.null_count == 0 else pc.fill_null(data, np.nan).to_numpy()
    if np.isinf(values).any():
        values = np.where(np.isinf(values), np.nan, values)
    return np.asarray(values, dtype=np.float64)


def _texts(name: str, data: pa.ChunkedArray) -> Texts:
    encoded = data.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = pa.concat_arrays(encoded.unify_dictionaries().chunks)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.intp)
    levels = [str(v) for v in encoded.dictionary.to_pylist()]
    order = sorted(range(len(levels)), key=levels.__getitem__)
    rank = np.empty(len(levels) + 1, dtype=np.intp)
    rank[order] = np.arange(len(levels))
    rank[-1] = -1  # code -1 is missing and stays so
    return Texts(name, tuple(levels[i] for i in order), rank[codes])


def _local(data: pa.ChunkedArray, time_zone: str) -> NDArray[np.int64]:
    if pa.types.is_date(data.type):
        data = data.cast(pa.timestamp("us"))
    if data.type.tz is not None:
        data = pc.local_timestamp(data.cast(pa.timestamp("us", tz=time_zone)))
    data = data.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    values = pc.fill_null(data, NO_TIME).to_numpy()
    return np.asarray(values, dtype=np.int64)
