"""What watches found, in one file: scores by the minute, anomalies, and what was learned."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from sqlite3 import Cursor
from typing import Any, NamedTuple

from deungdae.monitor.database import Database

Key = tuple[str, str]  #: organisation and watch

MINUTE_US = 60_000_000
KEPT_US = 400 * 86_400_000_000  #: scores; anomalies stay
_SCHEMA = """
CREATE TABLE IF NOT EXISTS learned (
    organisation TEXT, watch TEXT, revision INTEGER NOT NULL, state TEXT NOT NULL,
    at INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (organisation, watch)
);
CREATE TABLE IF NOT EXISTS score (
    organisation TEXT, watch TEXT, minute INTEGER, score REAL, place REAL, looked INTEGER NOT NULL,
    PRIMARY KEY (organisation, watch, minute)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS anomaly (
    organisation TEXT, watch TEXT, began INTEGER, ended INTEGER, peak REAL NOT NULL,
    peak_at INTEGER NOT NULL, blames TEXT NOT NULL, revision INTEGER NOT NULL,
    open INTEGER NOT NULL, PRIMARY KEY (organisation, watch, began)
) WITHOUT ROWID;
"""


class Learned(NamedTuple):
    """How far the learning of a watch is: "learning", "learned" or "failed"."""

    revision: int
    state: str
    at: int
    document: dict[str, Any]


class Minute(NamedTuple):
    """The greatest score of a minute, in its limit; None: nothing could be said."""

    minute: int
    score: float | None
    place: float | None


class Anomaly(NamedTuple):
    """A stretch above the limit. `blames` is [[tag, share, deviation]], the greatest first."""

    began: int
    ended: int
    peak: float
    peak_at: int
    blames: list[list[Any]]
    open: bool


class Store:
    """The file; any thread may call it."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / "watches.sqlite", _SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def learned(self, organisation: str, watch: str) -> Learned | None:
        """Return how far a watch is learned; None when nothing was begun."""
        rows: Any = self._database.rows(
            "SELECT revision, state, at, document FROM learned "
            "WHERE organisation = ? AND watch = ?",
            *(organisation, watch),
        )
        return None if not rows else Learned._make((*rows[0][:3], json.loads(rows[0][3])))

    def note_learned(self, organisation: str, watch: str, learned: Learned) -> None:
        """Keep how far it is."""
        document = json.dumps(learned.document, ensure_ascii=False, allow_nan=False)
        with self._database.change() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO learned VALUES (?, ?, ?, ?, ?, ?)",
                (organisation, watch, *learned[:3], document),
            )

    def begin_anew(self, organisation: str, watch: str) -> None:
        """Forget scores and anomalies, which the watch that was learned anew judges otherwise."""
        with self._database.change() as cursor:
            for table in ("score", "anomaly"):
                cursor.execute(
                    f"DELETE FROM {table} WHERE organisation = ? AND watch = ?",  # noqa: S608
                    (organisation, watch),
                )

    def put(
        self,
        minutes: Mapping[Key, Iterable[Minute]],
        anomalies: Iterable[tuple[Key, int, Anomaly, int]],
    ) -> None:
        """Keep minutes as they pass, and anomalies (watch, revision, anomaly, how far apart).

        All of it is kept, or nothing: there is one wait for the disk, however many watches.
        """
        with self._database.change() as cursor:
            for key, passed in minutes.items():
                _put_minutes(cursor, key, passed, looked=False)
            for key, revision, one, apart_us in anomalies:
                _put_anomaly(cursor, key, revision, one, apart_us)

    def put_minutes(
        self, organisation: str, watch: str, minutes: Iterable[Minute], looked: bool
    ) -> None:
        """Keep minutes; `looked`: history was asked, and there is no more to find."""
        with self._database.change() as cursor:
            _put_minutes(cursor, (organisation, watch), minutes, looked=looked)

    def minutes(
        self, organisation: str, watch: str, start_us: int, end_us: int, every: int = 1
    ) -> list[Minute]:
        """Return the minutes of a time, `every` so many of them together (the greatest score)."""
        step = every * MINUTE_US
        rows: Any = self._database.rows(
            "SELECT minute / ? * ?, max(score), max(place) FROM score WHERE organisation = ? "
            "AND watch = ? AND minute >= ? AND minute < ? GROUP BY 1 ORDER BY 1",
            *(step, step, organisation, watch, start_us, end_us),
        )
        return [Minute(*row) for row in rows]

    def holes(self, organisation: str, watch: str, start_us: int, end_us: int) -> list[int]:
        """Return the minutes without a score for which history was not asked yet."""
        known: Any = self._database.rows(
            "SELECT minute FROM score WHERE organisation = ? AND watch = ? AND minute >= ? "
            "AND minute < ? AND (score IS NOT NULL OR looked = 1)",
            *(organisation, watch, start_us, end_us),
        )
        have = {row[0] for row in known}
        first = -(-start_us // MINUTE_US) * MINUTE_US
        return [minute for minute in range(first, end_us, MINUTE_US) if minute not in have]

    def last_minute(self, organisation: str, watch: str) -> int | None:
        """Return the newest minute that is kept."""
        rows: Any = self._database.rows(
            "SELECT max(minute) FROM score WHERE organisation = ? AND watch = ?",
            *(organisation, watch),
        )
        newest: int | None = rows[0][0]
        return newest

    def put_anomaly(
        self, organisation: str, watch: str, revision: int, one: Anomaly, apart_us: int
    ) -> None:
        """Keep an anomaly; those that it touches, or nearly, become one with it."""
        with self._database.change() as cursor:
            _put_anomaly(cursor, (organisation, watch), revision, one, apart_us)

    def close_anomalies(self, organisation: str, watch: str) -> None:
        """Note that none goes on any more."""
        with self._database.change() as cursor:
            cursor.execute(
                "UPDATE anomaly SET open = 0 WHERE organisation = ? AND watch = ? AND open = 1",
                (organisation, watch),
            )

    def anomalies(
        self, organisation: str, watch: str, start_us: int, end_us: int
    ) -> Sequence[Anomaly]:
        """Return the anomalies that touch a time, in order."""
        rows: Any = self._database.rows(
            "SELECT began, ended, peak, peak_at, blames, open FROM anomaly WHERE organisation = ? "
            "AND watch = ? AND began < ? AND ended >= ? ORDER BY began",
            *(organisation, watch, end_us, start_us),
        )
        return [Anomaly._make((*row[:4], json.loads(row[4]), bool(row[5]))) for row in rows]

    def tidy(self, now_us: int) -> None:
        """Forget scores that are older than a year."""
        with self._database.change() as cursor:
            cursor.execute("DELETE FROM score WHERE minute < ?", (now_us - KEPT_US,))


def _put_minutes(cursor: Cursor, key: Key, minutes: Iterable[Minute], *, looked: bool) -> None:
    cursor.executemany(
        "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?)",
        [(*key, *one, int(looked)) for one in minutes],
    )


def _put_anomaly(cursor: Cursor, key: Key, revision: int, one: Anomaly, apart_us: int) -> None:
    touching: Any = cursor.execute(
        "SELECT began, ended, peak, peak_at, blames FROM anomaly "
        "WHERE organisation = ? AND watch = ? AND began <= ? AND ended >= ?",
        (*key, one.ended + apart_us, one.began - apart_us),
    ).fetchall()
    for began, ended, peak, peak_at, blames in touching:
        greater = peak > one.peak
        one = one._replace(
            began=min(one.began, began),
            ended=max(one.ended, ended),
            peak=max(one.peak, peak),
            peak_at=peak_at if greater else one.peak_at,
            blames=json.loads(blames) if greater or not one.blames else one.blames,
        )
    cursor.executemany(
        "DELETE FROM anomaly WHERE organisation = ? AND watch = ? AND began = ?",
        [(*key, row[0]) for row in touching],
    )
    cursor.execute(
        "INSERT INTO anomaly VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(*key, one.began, one.ended, one.peak, one.peak_at),
            json.dumps(one.blames, ensure_ascii=False, allow_nan=False),
            revision,
            int(one.open),
        ),
    )
