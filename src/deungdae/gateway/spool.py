"""A store of messages in files: each is on the disk before its sender hears of it.

One `fdatasync` serves all messages that wait at that time (group commit). It needs no other
program, so it also serves where the bus cannot run; what lies in it is read with `read`.

A file is a row of records: length of the head and of the body, CRC-32 of both, the head in JSON,
the body. A record that a crash cut off ends the file; it was never acknowledged.
"""

import asyncio
import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from deungdae.gateway.sinks import Busy, Message, Quarantined, Unavailable

MOST_WAITING_BYTES = 256 << 20
MOST_HEAD_BYTES, MOST_BODY_BYTES = 1 << 16, 1 << 30
FILE_BYTES = 256 << 20
RETRY_AFTER_S = 5
_LENGTHS = struct.Struct("<III")
_SUFFIX = ".spool"


@dataclass(frozen=True, slots=True)
class _Waiting:
    record: list[bytes]
    size: int
    written: asyncio.Future[None]


class Spool:
    """Appends messages to files in a folder; a `Sink`. One process at a time may have it open."""

    def __init__(self, folder: Path) -> None:
        """Open a spool; what an earlier crash cut off at the end of the last file is cut away."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(folder.glob(f"*{_SUFFIX}"))
        self._number = int(files[-1].stem) if files else 0
        self._end = _sound_end(files[-1]) if files else 0
        self._file = self._open(truncate=self._end)
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._writing: asyncio.Task[None] | None = None
        self.commits = 0  #: how often the disk was asked to make sure

    def _open(self, truncate: int) -> int:
        path = self._folder / f"{self._number:010d}{_SUFFIX}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(file, truncate)
        os.lseek(file, truncate, os.SEEK_SET)
        os.fsync(file)
        # The name of a new file is durable only when its folder is.
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return file

    async def store(self, message: Message) -> None:
        """Store points; return when they are on the disk."""
        head = {"kind": "points", "organisation": message.organisation, "source": message.source}
        await self._append(head | {"batch": message.batch, "points": message.points}, message.body)

    async def quarantine(self, entry: Quarantined) -> None:
        """Store what a person must look at; return when it is on the disk."""
        head = {"kind": "quarantine", "organisation": entry.organisation, "source": entry.source}
        told = {"received_us": entry.received_us, "reason": entry.reason, "points": entry.points}
        await self._append(head | told, entry.body)

    async def _append(self, head: dict[str, Any], body: bytes) -> None:
        top = json.dumps(head, ensure_ascii=False).encode()
        checksum = zlib.crc32(body, zlib.crc32(top))
        record = [_LENGTHS.pack(len(top), len(body), checksum), top, body]
        size = sum(map(len, record))
        if self._waiting_bytes + size > MOST_WAITING_BYTES:
            raise Busy
        loop = asyncio.get_running_loop()
        waiting = _Waiting(record, size, loop.create_future())
        self._waiting.append(waiting)
        self._waiting_bytes += size
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        # A sender that goes away must not take those that wait with it.
        await asyncio.shield(waiting.written)

    async def _write(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                try:
                    await asyncio.to_thread(self._commit, [waiting.record for waiting in group])
                except OSError:
                    for waiting in group:
                        waiting.written.set_exception(Unavailable(RETRY_AFTER_S))
                        # Its sender may be gone: an exception nobody fetches is reported.
                        waiting.written.exception()
                else:
                    for waiting in group:
                        waiting.written.set_result(None)
                finally:
                    self._waiting_bytes -= sum(waiting.size for waiting in group)
        finally:
            self._writing = None

    def _commit(self, records: list[list[bytes]]) -> None:
        """Write records behind the last good one; after an error the file is as it was before."""
        data = b"".join(part for record in records for part in record)
        try:
            if self._end and self._end + len(data) > FILE_BYTES:
                os.close(self._file)
                self._number += 1
                self._end = 0
                self._file = self._open(truncate=0)
            place = 0
            while place < len(data):
                place += os.pwrite(self._file, memoryview(data)[place:], self._end + place)
            os.fdatasync(self._file)
        except OSError:
            # After a failed sync the kernel may have dropped the pages: what stands behind
            # `_end` is not known, and no one was told that it is stored.
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(data)
        self.commits += 1

    async def close(self) -> None:
        """Wait for what is being written, and close the file."""
        if self._writing is not None:
            await self._writing
        os.close(self._file)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class SpooledSequences:
    """Which batch of each edge came last, as the records in a spool's folder say: `Sequences`."""

    def __init__(self, folder: Path) -> None:
        """Look through all records that are there."""
        self._last: dict[tuple[str, str], int] = {}
        for head, _ in read(folder):
            edge, colon, sequence = str(head.get("batch", "")).rpartition(":")
            if colon and sequence.isdecimal():
                self._note(head["organisation"], edge, int(sequence))

    def _note(self, organisation: str, edge: str, sequence: int) -> None:
        self._last[organisation, edge] = max(sequence, self._last.get((organisation, edge), 0))

    async def last(self, organisation: str, edge: str) -> int | None:
        """Return the number of the last batch, or None before the first."""
        return self._last.get((organisation, edge))

    async def advance(self, organisation: str, edge: str, sequence: int) -> None:
        """Remember a batch, whose record is in the spool already."""
        self._note(organisation, edge, sequence)


def read(folder: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the heads and bodies of all whole records, oldest first."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        for head, body, _ in _records(path):
            yield head, body


def _sound_end(path: Path) -> int:
    end = 0
    for _, _, after in _records(path):
        end = after
    return end


def _records(path: Path) -> Iterator[tuple[dict[str, Any], bytes, int]]:
    with path.open("rb") as file:
        while len(lengths := file.read(_LENGTHS.size)) == _LENGTHS.size:
            top_size, body_size, checksum = _LENGTHS.unpack(lengths)
            if top_size > MOST_HEAD_BYTES or body_size > MOST_BODY_BYTES:
                return
            top, body = file.read(top_size), file.read(body_size)
            if len(body) < body_size or zlib.crc32(body, zlib.crc32(top)) != checksum:
                return
            yield json.loads(top), body, file.tell()
