"""DuckDB as this package uses it: an engine for each share of a process, a cursor per query.

Most programs have one share. One that answers for many gives each lane its own, with bounds of its
own, so that one huge question takes neither memory nor threads from the others.
"""

import contextvars
import functools
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

Parameters = Mapping[str, int | float | str | Sequence[str]]

MEMORY = "25%"  #: of the machine, for each process, what it remembers of files included
ALL = "all"  #: the share of who does not say another

_making = threading.Lock()


@dataclass(frozen=True)
class Bounds:
    """What all queries of a share together may take."""

    memory_bytes: int
    threads: int


_bounds: dict[str, Bounds] = {}


def bound(share: str, bounds: Bounds) -> None:
    """Bound a share of this process, before its first query."""
    _bounds[share] = bounds


class Allowance:
    """What one question may take: the engine of a share, and time until `stop`.

    It counts for what runs in `with allowance:`, and in no other thread.
    """

    def __init__(self, share: str = ALL) -> None:
        self.share = share
        self._lock = threading.Lock()
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._tokens: list[contextvars.Token[Allowance | None]] = []
        self.stopped = False

    def __enter__(self) -> "Allowance":
        self._tokens.append(_allowance.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _allowance.reset(self._tokens.pop())

    def stop(self) -> None:
        """Let the query that runs, and each later one, raise `duckdb.InterruptException`."""
        with self._lock:
            self.stopped = True
            for cursor in self._running:
                cursor.interrupt()

    def began(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Note a cursor whose query is about to run."""
        with self._lock:
            if self.stopped:
                raise duckdb.InterruptException("its time was up before it began")
            self._running.add(cursor)

    def ended(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Forget a cursor."""
        with self._lock:
            self._running.discard(cursor)


_allowance: contextvars.ContextVar[Allowance | None] = contextvars.ContextVar(
    "allowance", default=None
)


@functools.cache
def _made(share: str) -> duckdb.DuckDBPyConnection:
    # Nothing is fetched from the network behind our back.
    closed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
    }
    if share in _bounds:
        closed["memory_limit"] = f"{_bounds[share].memory_bytes >> 20}MiB"
        closed["threads"] = _bounds[share].threads
    connection = duckdb.connect(config=closed)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET GLOBAL preserve_insertion_order = false")
    # Sorting a day needs more than its part of the memory: the rest goes to a folder of its own.
    spill = Path(tempfile.gettempdir()) / f"deungdae-duckdb-{os.getpid()}-{share}"
    connection.execute("SET GLOBAL temp_directory = ?", [str(spill)])
    # A file never changes once a log names it: what was read of it stays true.
    connection.execute("SET GLOBAL parquet_metadata_cache = true")
    connection.execute("SET GLOBAL validate_external_file_cache = 'NO_VALIDATION'")
    return connection


@contextmanager
def _cursor(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    allowance = _allowance.get()
    with _making:
        cursor = _made(ALL if allowance is None else allowance.share).cursor()
    try:
        if allowance is not None:
            allowance.began(cursor)
        for name, table in tables.items():
            cursor.register(name, table)
        yield cursor
    finally:
        if allowance is not None:
            allowance.ended(cursor)
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
