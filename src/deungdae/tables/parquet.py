"""Parquet files to a gathered table."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deungdae.records.errors import UnusableFile
from deungdae.records.shoptable import ColumnSetAside
from deungdae.tables import limits, odd_rows, times
from deungdae.tables.column_kinds import MOMENT
from deungdae.tables.finishing import Gathered
from deungdae.tables.gathering import SetAsideRow
from deungdae.tables.naming import name_columns

_ROWS_AT_ONCE = 131_072
_HEAD_ROWS = 500
#: Parquet's own headers are small; larger ones are damage or malice.
_HEADER_BYTES, _HEADER_ITEMS = 100_000_000, 1_000_000
#: Moments before 1900 and from 2200 on are taken for missing, in microseconds since 1970.
_EARLIEST, _LATEST = -2_208_988_800_000_000, 7_258_118_400_000_000


def gather(path: Path, zone: ZoneInfo) -> Gathered:
    """Read a Parquet file; raise UnusableFile if it is damaged, over a limit or without rows."""
    try:
        with pq.ParquetFile(
            path,
            thrift_string_size_limit=_HEADER_BYTES,
            thrift_container_size_limit=_HEADER_ITEMS,
            page_checksum_verification=False,
        ) as file:
            _check(path, file.metadata)
            return _gather(file, zone)
    except (pa.ArrowException, OSError, ValueError, MemoryError, UnicodeDecodeError) as error:
        raise UnusableFile(
            "“{file}” is a damaged Parquet file: it could not be read to its end. Write it anew, "
            "or give the table as CSV.",
            file=path.name,
        ) from error


def _check(path: Path, metadata: pq.FileMetaData) -> None:
    limits.check_columns(path.name, metadata.num_columns)
    limits.check_cells(path.name, metadata.num_rows * metadata.num_columns, limits.PARQUET_CELLS)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    limits.check_unpacked(
        path.name, sum(max(0, g.total_byte_size) for g in groups), limits.PARQUET_UNPACKED_BYTES
    )
    if not metadata.num_rows:
        raise UnusableFile(
            "“{file}” holds no table: a row of column names and at least one row of data below it "
            "are needed.",
            file=path.name,
        )


def _gather(file: pq.ParquetFile, zone: ZoneInfo) -> Gathered:
    schema = file.schema_arrow
    usable = [j for j, field in enumerate(schema) if _is_flat(field.type)]
    named, repeated = name_columns([[field.name] for field in schema], [None] * len(schema))
    set_aside = [
        ColumnSetAside(named[j].name, "nested") for j in range(len(schema)) if j not in set(usable)
    ]
    parts: list[list[pa.Array]] = [[] for _ in usable]
    rules = None
    odd: list[SetAsideRow] = []
    rows_read = 0
    for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=True):
        arrays = [_normal(batch.column(j), zone) for j in usable]
        if rules is None:
            rules = _learn(arrays, [schema.field(j).name for j in usable])
        for j, array in enumerate(_without_odd(arrays, rules, rows_read, odd)):
            parts[j].append(array)
        rows_read += batch.num_rows
    columns = [_joined(arrays) for arrays in parts]
    notes = {"duplicate_names"} if repeated else set()
    facts: dict[str, object] = {"format": "parquet"}
    names = [named[j] for j in usable]
    for position, j in enumerate(usable):
        if pa.types.is_duration(schema.field(j).type):
            names[position] = dataclasses.replace(names[position], unit=names[position].unit or "s")
    return Gathered(names, columns, odd, rows_read, notes, facts, set_aside=set_aside)


def _learn(arrays: Sequence[pa.Array], names: Sequence[str]) -> odd_rows.RowRules:
    texts = [_head_texts(array) for array in arrays]
    typed = [not pa.types.is_string(array.type) for array in arrays]
    rows = [list(row) for row in zip(*texts, strict=True)]
    return odd_rows.learn(rows, [list(names)], typed)


def _head_texts(array: pa.Array) -> list[str]:
    return [cell or "" for cell in array.slice(0, _HEAD_ROWS).cast(pa.string()).to_pylist()]


def _without_odd(
    arrays: Sequence[pa.Array], rules: odd_rows.RowRules, before: int, odd: list[SetAsideRow]
) -> Iterator[pa.Array]:
    """Yield the arrays without their odd rows, which are added to `odd`."""
    if not arrays or not len(arrays[0]):
        yield from arrays
        return
    suspects = [j for j, array in enumerate(arrays) if pa.types.is_string(array.type)]
    found = odd_rows.find(arrays, suspects, rules)
    if not found:
        yield from arrays
        return
    for reason, mask in found.items():
        for row in np.flatnonzero(mask).tolist():
            cells = ["" if (cell := array[row].as_py()) is None else str(cell) for array in arrays]
            text = "\t".join(cells) if any(cells) else ""
            odd.append(SetAsideRow(before + row + 1, reason, text))
    keep = pa.array(~np.logical_or.reduce(list(found.values())))
    for array in arrays:
        yield array.filter(keep)


def _is_flat(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not pa.types.is_nested(kind)


def _normal(array: pa.Array, zone: ZoneInfo) -> pa.Array:
    """Turn an array into one of int64, float64, string or timestamp("us", "UTC")."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        if kind == pa.uint64():
            return array.cast(pa.float64(), safe=False)
        return array.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = array.cast(pa.float64(), safe=False)
        total = pc.sum(values).as_py()
        if total is None or math.isfinite(total):
            return values
        return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    if pa.types.is_duration(kind):
        micros = (
            array.cast(pa.duration("us"), safe=False)
            .cast(pa.int64())
            .cast(pa.float64(), safe=False)
        )
        return pc.divide(micros, 1e6)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _moments(array, zone)
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    ):
        return _decoded(array)
    # Times of day are understood from their words, as everywhere else.
    return odd_rows.tidy(array.cast(pa.string()))


def _decoded(array: pa.Array) -> pa.Array:
    texts = [
        None if cell is None else cell.decode("utf-8", "replace") for cell in array.to_pylist()
    ]
    return odd_rows.tidy(pa.array(texts, pa.string()))


def _moments(array: pa.Array, zone: ZoneInfo) -> pa.Array:
    zoned = pa.types.is_timestamp(array.type) and array.type.tz is not None
    if pa.types.is_date(array.type):
        array = array.cast(pa.date32()).cast(pa.timestamp("us"))
    stamps = array.cast(pa.timestamp("us", tz=array.type.tz), safe=False).cast(pa.int64())
    inside = pc.and_(pc.greater_equal(stamps, _EARLIEST), pc.less(stamps, _LATEST))
    missing = ~np.asarray(pc.fill_null(inside, False), np.bool_)
    naive = np.where(missing, 0, np.asarray(pc.fill_null(stamps, 0), np.int64))
    moments = naive if zoned else times.to_utc(naive, zone)
    return pa.array(moments, mask=missing).cast(pa.timestamp("us")).cast(MOMENT)


def _joined(arrays: Sequence[pa.Array]) -> pa.ChunkedArray:
    kinds = {array.type for array in arrays}
    assert len(kinds) == 1
    kind = kinds.pop()
    if pa.types.is_string(kind):
        return pa.chunked_array(arrays, type=kind)
    return pa.chunked_array([pa.concat_arrays(arrays)], type=kind)
