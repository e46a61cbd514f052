"""DuckDB as this package uses it: one connection per process, a cursor per query, Arrow out."""

import functools
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

Parameters = Mapping[str, int | float | str | Sequence[str]]

MEMORY = "25%"  #: of the machine, for each process, what it remembers of files included

_making = threading.Lock()


@functools.cache
def _made() -> duckdb.DuckDBPyConnection:
    # Nothing is fetched from the network behind our back.
    closed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
    }
    connection = duckdb.connect(config=closed)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET GLOBAL preserve_insertion_order = false")
    # Sorting a day needs more than its part of the memory: the rest goes to a folder of its own.
    spill = Path(tempfile.gettempdir()) / f"deungdae-duckdb-{os.getpid()}"
    connection.execute("SET GLOBAL temp_directory = ?", [str(spill)])
    # A file never changes once a log names it: what was read of it stays true.
    connection.execute("SET GLOBAL parquet_metadata_cache = true")
    connection.execute("SET GLOBAL validate_external_file_cache = 'NO_VALIDATION'")
    return connection


@contextmanager
def _cursor(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    with _making:
        cursor = _made().cursor()
    try:
        for name, table in tables.items():
            cursor.register(name, table)
        yield cursor
    finally:
        cursor.close()


def run(query: str, parameters: Parameters, **tables: pa.Table) -> pa.Table:
    """Return the result of a query; `tables` can be named in it."""
    with _cursor(tables) as cursor:
        result: pa.Table = cursor.sql(query, params=dict(parameters)).to_arrow_table()
        return result


@contextmanager
def stream(query: str, parameters: Parameters, rows: int) -> Iterator[pa.RecordBatchReader]:
    """Give the result of a query in batches of about `rows`, so that it need not fit in memory."""
    with _cursor({}) as cursor:
        yield cursor.sql(query, params=dict(parameters)).to_arrow_reader(rows)
