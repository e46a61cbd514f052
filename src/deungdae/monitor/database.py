"""Files of SQLite that several threads of one process share."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Database:
    """One file in WAL mode; each `with database.change() as cursor:` is one transaction.

    What was changed is on the disk when the block ends: a process that is killed loses nothing.
    """

    def __init__(self, file: Path, schema: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._own = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=10)
        self._own.execute("PRAGMA journal_mode=WAL")
        self._own.execute("PRAGMA synchronous=FULL")
        self._own.executescript(schema)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Cursor]:
        """Change something, all of it or nothing."""
        with self._lock:
            cursor = self._own.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    def rows(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        """Return what a query finds."""
        with self._lock:
            return self._own.execute(query, parameters).fetchall()

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._own.close()
