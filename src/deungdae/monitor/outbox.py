"""Events that the web is to take note of, in the order of their numbers, until it has.

A number never comes twice, not even after the file was lost: the first of a new file is the
microsecond of its birth. The same event (organisation, kind, key) counts once.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from deungdae.monitor.database import Database

KEPT_US = 40 * 86_400_000_000
MOST_AT_ONCE = 1_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    n INTEGER PRIMARY KEY, organisation TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    at INTEGER NOT NULL, document TEXT NOT NULL, UNIQUE (organisation, kind, key)
);
CREATE TABLE IF NOT EXISTS birth (epoch TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS event_of ON event (organisation, n);
"""


class Outbox:
    """The events of all organisations; any thread may call it."""

    def __init__(self, folder: Path, now_us: Callable[[], int]) -> None:
        self._database = Database(folder / "outbox.sqlite", _SCHEMA)
        self._now_us = now_us
        with self._database.change() as cursor:
            if cursor.execute("SELECT count(*) FROM birth").fetchone() == (0,):
                cursor.execute("INSERT INTO birth VALUES (?)", (secrets.token_hex(8),))
        ((epoch,),) = self._database.rows("SELECT epoch FROM birth")
        self.epoch = str(epoch)  #: of this file; another one says that events may come again

    def add(self, organisation: str, kind: str, key: str, document: dict[str, Any]) -> bool:
        """Keep an event; return whether it is new. It is on the disk when this returns."""
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        now = self._now_us()
        with self._database.change() as cursor:
            (last,) = cursor.execute("SELECT coalesce(max(n), 0) FROM event").fetchone()
            cursor.execute(
                "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)",
                (max(last + 1, now), organisation, kind, key, now, text),
            )
            return cursor.rowcount == 1

    def after(
        self, organisation: str, n: int, kinds: Sequence[str] | None, limit: int
    ) -> dict[str, Any]:
        """Return {"epoch", "last", "events"}: those whose number is above `n`, in order."""
        chosen = "" if kinds is None else f"AND kind IN ({','.join('?' * len(kinds))})"
        rows = self._database.rows(
            "SELECT n, kind, key, at, document FROM event WHERE organisation = ? AND n > ? "  # noqa: S608
            f"{chosen} ORDER BY n LIMIT ?",
            *(organisation, n, *(kinds or ()), min(limit, MOST_AT_ONCE)),
        )
        names = ("n", "kind", "key", "at")
        events = [
            {**dict(zip(names, row, strict=False)), "document": json.loads(str(row[4]))}
            for row in rows
        ]
        return {"epoch": self.epoch, "last": events[-1]["n"] if events else n, "events": events}

    def tidy(self) -> None:
        """Forget what is older than forty days."""
        with self._database.change() as cursor:
            cursor.execute("DELETE FROM event WHERE at < ?", (self._now_us() - KEPT_US,))

    def close(self) -> None:
        """Let the file go."""
        self._database.close()
