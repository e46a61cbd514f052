"""The durable buffer: readings wait here, on disk, until the server has acknowledged them.

`take` returns after SQLite has synced its log (WAL, synchronous=FULL), so a reading that was taken
survives a power cut. Readings lie in chunks as they came; `next_batch` turns chunks into a numbered
batch once, stores its bytes, and gives the same bytes until `acknowledge`. A number is never used
for two contents: it is written down with the bytes, in one transaction, before anything is sent.

When more is waiting than one batch holds, batches are filled in turns with the newest and with the
oldest readings: after an outage the live values move at once, and the backlog shrinks as well.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from deungdae.edge.losses import Loss, Lost, Overflow
from deungdae.records.batches import LARGEST_SEQUENCE, MOST_BYTES, BadBatch, Batch
from deungdae.records.errors import PublicError
from deungdae.records.readings import BadReading, Reading, check_reading

OVERHEAD_BYTES = 120  #: of a chunk beside its body, in the file
CHUNK_READINGS = 1000
SMALL_BYTES = 1 << 10  #: of a chunk's body
SMALLEST_LIMIT = 2 << 20  #: bytes; below this a few long texts could fill the buffer

_TABLES = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT, readings INTEGER NOT NULL,
    first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS outgoing (
    sequence INTEGER PRIMARY KEY, readings INTEGER NOT NULL,
    first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bookmark (
    driver TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (driver, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS loss (
    source TEXT, reason TEXT, readings INTEGER NOT NULL, first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL, PRIMARY KEY (source, reason)) WITHOUT ROWID;
"""


class BufferUnusable(PublicError):  # noqa: N818 - the word a reader would say
    """The buffer's file cannot be used."""


class BufferClosed(Exception):  # noqa: N818
    """The agent is stopping; what was not yet taken was not taken."""


class Outgoing(NamedTuple):
    """A batch on its way: the same bytes each time it is asked for, until it is acknowledged."""

    sequence: int
    body: bytes
    readings: int


class Standing(NamedTuple):
    """What the buffer has seen since it was made: taken = acknowledged + waiting + lost in it."""

    taken: int  #: readings
    acknowledged: int  #: readings
    acknowledged_sequence: int  #: 0 before the first
    waiting: int  #: readings, those on their way included
    waiting_bytes: int
    oldest_us: int | None  #: source time of the oldest chunk that waits
    losses: tuple[Lost, ...]


class _Chunk(NamedTuple):
    readings: int
    first_us: int
    last_us: int
    body: bytes

    @property
    def bytes(self) -> int:
        return len(self.body) + OVERHEAD_BYTES


class Buffer:
    """Readings of one edge on disk. Safe to use from several threads of one process."""

    def __init__(
        self,
        path: Path,
        edge: str,
        *,
        most_bytes: int,
        when_full: Overflow,
        clock_us: Callable[[], int],
        after_batch: int = 0,
    ) -> None:
        """Open or make the buffer; raise `BufferUnusable` if another agent has it open.

        A new one numbers its batches from beyond `after_batch`.
        """
        self.most_bytes = max(most_bytes, SMALLEST_LIMIT)
        self.when_full = when_full
        self.edge = edge
        self._clock_us = clock_us
        lock = threading.RLock()
        self._room, self._arrival = threading.Condition(lock), threading.Condition(lock)
        self._closed = False
        self._unsaved: list[Lost] = []  # losses that the disk could not record at the time
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(
                path, timeout=0.5, isolation_level=None, check_same_thread=False
            )
            # One agent for one buffer: two would give one number to two batches.
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA cache_size=-1024")
            self._db.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
            self._prepare(after_batch)
        except sqlite3.Error as error:
            raise BufferUnusable(
                "The buffer {file} cannot be used: {why}. Is another agent running with it?",
                file=str(path),
                why=str(error),
            ) from error

    def _prepare(self, after_batch: int) -> None:
        owner = self._state("edge", "")
        if owner not in ("", self.edge):
            raise BufferUnusable(
                "The buffer belongs to the edge {owner}, not to {edge}; give each its own folder.",
                owner=str(owner),
                edge=self.edge,
            )
        if not owner:
            with self._transaction():
                self._keep_state("edge", self.edge)
                # A buffer whose disk was replaced must not number again from 1: the server would
                # take the new batches for those it has. Milliseconds run ahead of any past use.
                # Unless this computer's clock is years behind; then what the server told counts.
                first = max(1, after_batch + 1, self._clock_us() // 1000)
                self._keep_state("next_sequence", first)
        (size,) = self._db.execute(
            "SELECT coalesce(sum(length(body)+?),0) FROM chunk", [OVERHEAD_BYTES]
        ).fetchone()
        (going,) = self._db.execute("SELECT coalesce(sum(length(body)),0) FROM outgoing").fetchone()
        self._bytes = int(size) + int(going)
        (waiting,) = self._db.execute(
            "SELECT (SELECT coalesce(sum(readings),0) FROM chunk)"
            " + (SELECT coalesce(sum(readings),0) FROM outgoing)"
        ).fetchone()
        self._waiting = int(waiting)

    def close(self) -> None:
        """Let waiting drivers go and close the file; what was taken stays there."""
        with self._room:
            self._closed = True
            self._room.notify_all()
            self._arrival.notify_all()
            self._db.close()

    # Taking

    def take(
        self, source: str, readings: Iterable[Reading], bookmarks: Mapping[str, str] | None = None
    ) -> int:
        """Keep readings and, in the same transaction, how far their source has been read.

        Returns how many were kept, once they are on disk. Readings that cannot be kept, or find no
        room, are counted by reason. With `bookmarks` the source can be read again: such readings
        wait for room and for the disk rather than being refused. Raises `BufferClosed`.
        """
        now = self._clock_us()
        good, bad = _sorted_out(source, readings, now)
        chunks = list(self._chunks(good, now))
        patient = bookmarks is not None or self.when_full is Overflow.WAIT
        with self._room:
            while True:
                self._check_open()
                try:
                    if self._make_room(sum(chunk.bytes for chunk in chunks)):
                        self._store(source, chunks, bad, bookmarks or {})
                        return len(good)
                    if not patient:
                        lost = _lost(source, Loss.OVERFLOW_NEW, good)
                        self._count([*bad, *lost])
                        return 0
                except sqlite3.OperationalError:
                    # Full or broken disk: the file is as it was before.
                    if not patient:
                        self._unsaved += [*bad, *_lost(source, Loss.DISK, good)]
                        return 0
                self._room.wait(timeout=1)

    def lose(self, source: str, reason: str, readings: int, first_us: int, last_us: int) -> None:
        """Count what a driver knows to be lost before it could be taken."""
        with self._room:
            self._check_open()
            try:
                self._count([Lost(source, reason, readings, first_us, last_us)])
            except sqlite3.OperationalError:
                self._unsaved.append(Lost(source, reason, readings, first_us, last_us))

    def bookmark(self, driver: str, key: str) -> str | None:
        """Return how far a source has been read, as the last `take` with that key said."""
        with self._room:
            self._check_open()
            row = self._db.execute(
                "SELECT value FROM bookmark WHERE driver=? AND key=?", [driver, key]
            ).fetchone()
        return None if row is None else str(row[0])

    def _chunks(self, readings: Sequence[Reading], now: int) -> Iterator[_Chunk]:
        for start in range(0, len(readings), CHUNK_READINGS):
            yield from self._packed(tuple(readings[start : start + CHUNK_READINGS]), now)

    def _packed(self, part: tuple[Reading, ...], now: int) -> Iterator[_Chunk]:
        try:
            # The longest number a batch can have: what fits here fits under any number.
            body = Batch(self.edge, LARGEST_SEQUENCE, now, part).encode()
        except BadBatch as error:
            if error.reason != "too_large":
                raise
            body = b""
        if (not body or len(body) > MOST_BYTES * 3 // 4) and len(part) > 1:
            yield from self._packed(part[: len(part) // 2], now)
            yield from self._packed(part[len(part) // 2 :], now)
            return
        times = [reading.time_us for reading in part]
        yield _Chunk(len(part), min(times), max(times), body)

    def _make_room(self, wanted: int) -> bool:
        if self._bytes + wanted <= self.most_bytes:
            return True
        if self.when_full is not Overflow.DROP_OLDEST:
            return False
        with self._transaction():
            freed, gone = 0, 0
            while self._bytes - freed + wanted > self.most_bytes:
                row = self._db.execute(
                    "SELECT id, readings, first_us, last_us, length(body) FROM chunk"
                    " ORDER BY id LIMIT 1"
                ).fetchone()
                if row is None:
                    break  # all that is left is on its way, which is at most one batch
                self._db.execute("DELETE FROM chunk WHERE id=?", row[:1])
                self._record(Lost("buffer", Loss.OVERFLOW_OLDEST, *row[1:4]))
                freed += row[4] + OVERHEAD_BYTES
                gone += row[1]
        self._bytes -= freed
        self._waiting -= gone
        return True

    def _store(
        self,
        source: str,
        chunks: Sequence[_Chunk],
        bad: Sequence[Lost],
        bookmarks: Mapping[str, str],
    ) -> None:
        count = sum(chunk.readings for chunk in chunks)
        with self._transaction():
            self._db.executemany(
                "INSERT INTO chunk (readings, first_us, last_us, body) VALUES (?,?,?,?)", chunks
            )
            self._keep_state("taken", int(self._state("taken", 0)) + count)
            self._db.executemany(
                "INSERT OR REPLACE INTO bookmark VALUES (?,?,?)",
                [(source, key, value) for key, value in bookmarks.items()],
            )
            for lost in (*bad, *self._unsaved):
                self._record(lost)
        self._unsaved.clear()
        self._bytes += sum(chunk.bytes for chunk in chunks)
        self._waiting += count
        self._arrival.notify_all()

    # Sending

    def await_readings(self, seconds: float) -> bool:
        """Return whether readings wait, as soon as they do, or else when the time is over."""
        with self._arrival:
            return self._arrival.wait_for(lambda: self._closed or self._waiting > 0, seconds)

    def next_batch(self, most_readings: int) -> Outgoing | None:
        """Return the batch that is on its way, or else form the next one; `None` if none waits."""
        with self._room:
            self._check_open()
            row = self._db.execute("SELECT sequence, body, readings FROM outgoing").fetchone()
            if row is not None:
                return Outgoing(*row)
            return self._form(most_readings)

    def _form(self, most_readings: int) -> Outgoing | None:
        if not self._waiting:
            return None
        turn = str(self._state("turn", "newest"))
        chosen, all_of_it = self._choose(turn, most_readings)
        sequence, now = int(self._state("next_sequence", 1)), self._clock_us()
        while True:
            parts = [Batch.decode(row[4]).readings for row in sorted(chosen)]
            readings = tuple(reading for part in parts for reading in part)
            try:
                body = Batch(self.edge, sequence, now, readings).encode()
                break
            except BadBatch as error:
                if error.reason != "too_large" or len(chosen) == 1:
                    raise
                chosen, all_of_it = chosen[: len(chosen) // 2], False
        first, last = min(row[2] for row in chosen), max(row[3] for row in chosen)
        with self._transaction():
            self._db.execute(
                "INSERT INTO outgoing VALUES (?,?,?,?,?)",
                [sequence, len(readings), first, last, body],
            )
            self._db.executemany("DELETE FROM chunk WHERE id=?", [row[:1] for row in chosen])
            self._keep_state("next_sequence", sequence + 1)
            self._keep_state("turn", "newest" if all_of_it or turn == "oldest" else "oldest")
        self._bytes += len(body) - sum(len(row[4]) + OVERHEAD_BYTES for row in chosen)
        return Outgoing(sequence, body, len(readings))

    def _choose(self, turn: str, most: int) -> tuple[list[tuple[int, int, int, int, bytes]], bool]:
        query = "SELECT id, readings, first_us, last_us, body FROM chunk ORDER BY id"
        rows = self._db.execute(query + (" DESC" if turn == "newest" else ""))
        chosen: list[tuple[int, int, int, int, bytes]] = []
        readings = heavy = 0
        for row in rows:
            # Small chunks shrink when they are packed together, large ones hardly.
            more = max(0, len(row[4]) - SMALL_BYTES)
            if chosen and (readings + row[1] > most or heavy + more > MOST_BYTES):
                rows.close()
                return chosen, False
            chosen.append(row)
            readings += row[1]
            heavy += more
        return chosen, True

    def acknowledge(self, sequence: int) -> None:
        """Forget the batch of this number: the server has it. Another number changes nothing."""
        self._finish(sequence, lost=False)

    def set_aside(self, sequence: int) -> None:
        """Count the batch of this number as refused by the server; its bytes are the caller's."""
        self._finish(sequence, lost=True)

    def _finish(self, sequence: int, *, lost: bool) -> None:
        with self._room:
            self._check_open()
            row = self._db.execute(
                "SELECT readings, first_us, last_us, length(body) FROM outgoing WHERE sequence=?",
                [sequence],
            ).fetchone()
            if row is None:
                return
            with self._transaction():
                self._db.execute("DELETE FROM outgoing WHERE sequence=?", [sequence])
                if lost:
                    self._record(Lost("buffer", Loss.REFUSED, *row[:3]))
                else:
                    done = int(self._state("acknowledged", 0)) + row[0]
                    self._keep_state("acknowledged", done)
                    self._keep_state("acknowledged_sequence", sequence)
            self._bytes -= row[3]
            self._waiting -= row[0]
            self._room.notify_all()

    # Looking

    def standing(self) -> Standing:
        """Return the counters, as they are on disk."""
        with self._room:
            self._check_open()
            (oldest,) = self._db.execute(
                "SELECT min(first_us) FROM (SELECT first_us FROM chunk ORDER BY id LIMIT 1)"
            ).fetchone()
            losses = [Lost(*row) for row in self._db.execute("SELECT * FROM loss")]
            return Standing(
                int(self._state("taken", 0)),
                int(self._state("acknowledged", 0)),
                int(self._state("acknowledged_sequence", 0)),
                self._waiting,
                self._bytes,
                oldest,
                tuple(losses) + tuple(self._unsaved),
            )

    def keep_clock_error(self, error_us: int, round_trip_us: int) -> None:
        """Record how far this computer's clock is ahead of the server's, and how sure that is."""
        with self._room:
            self._check_open()
            with self._transaction():
                self._keep_state("clock_error_us", error_us)
                self._keep_state("clock_round_trip_us", round_trip_us)

    def clock_error(self) -> tuple[int, int] | None:
        """Return the recorded clock error and round trip in microseconds, if it was measured."""
        with self._room:
            self._check_open()
            error = self._state("clock_error_us", "")
            return None if error == "" else (int(error), int(self._state("clock_round_trip_us", 0)))

    # SQLite

    def _check_open(self) -> None:
        if self._closed:
            raise BufferClosed

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _state(self, name: str, otherwise: int | str) -> int | str:
        row = self._db.execute("SELECT value FROM state WHERE name=?", [name]).fetchone()
        return otherwise if row is None else row[0]

    def _keep_state(self, name: str, value: int | str) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?,?)", [name, value])

    def _count(self, losses: Iterable[Lost]) -> None:
        with self._transaction():
            for lost in (*losses, *self._unsaved):
                self._record(lost)
        self._unsaved.clear()

    def _record(self, lost: Lost) -> None:
        self._db.execute(
            "INSERT INTO loss VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
            " readings=readings+excluded.readings, first_us=min(first_us, excluded.first_us),"
            " last_us=max(last_us, excluded.last_us)",
            lost,
        )


def _sorted_out(
    source: str, readings: Iterable[Reading], now: int
) -> tuple[list[Reading], list[Lost]]:
    good, bad = [], []
    for reading in readings:
        stamped = reading if reading.received_us is not None else reading._replace(received_us=now)
        try:
            good.append(check_reading(stamped))
        except BadReading as error:
            bad.append(Lost(source, error.reason, 1, now, now))
    return good, bad


def _lost(source: str, reason: str, readings: Sequence[Reading]) -> list[Lost]:
    times = [reading.time_us for reading in readings]
    return [Lost(source, reason, len(times), min(times), max(times))] if times else []
