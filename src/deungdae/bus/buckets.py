"""Small settings that the web writes and others read: who may send, what is to be looked at.

    agents      ORGANISATION.EDGE     edge agents and how far each has come
    tokens      SHA-256 of a token    whom it stands for, what it may do; the token is nowhere
    tags        ORGANISATION.SOURCE   names as a source sends them → tag paths, clock shifts
    quotas      ORGANISATION          how much an organisation may send
    joins       SHA-256 of a code     which edge a computer becomes that joins with it
    wanted      ORGANISATION.EDGE     what an edge agent is to do
    status      ORGANISATION.SOURCE   when an agent or source was heard, what it said of itself
    sparkplug   GROUP                 whose points a Sparkplug group sends
    assets      ORGANISATION.ASSET    lines and machines, their signals and ideal cycles
    calendars   ORGANISATION.CALENDAR when a line is meant to work
    alarms      ORGANISATION.RULE     what raises an alarm
    watches     ORGANISATION.WATCH    tags that are watched together

A `Mirror` holds one bucket in memory and follows it, so that a look-up costs nothing and a
revocation counts within a moment.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Self

import nats.errors
import nats.js.errors
from nats.js.api import KeyValueConfig, StorageType
from nats.js.kv import KV_DEL, KV_OP, KV_PURGE, KeyValue

from deungdae.bus.connection import LOST, Connection
from deungdae.bus.ending import end
from deungdae.bus.entries import Bucket, Record
from deungdae.bus.entry_json import from_json, to_json
from deungdae.bus.failures import Unavailable

RETRY_SECONDS = 0.2
#: Called with the key of an entry that changed, or with None when any may have.
Heed = Callable[[str | None], None]

_log = logging.getLogger(__name__)


@dataclass
class Loading(Generic[Record]):
    """What has been read so far of a bucket that is read as a whole, with its revisions."""

    found: dict[str, Record]
    revisions: dict[str, int]


class Mirror(Generic[Record]):
    """One bucket: reads from memory, writes through. Open it with `Mirror.open`."""

    def __init__(self, connection: Connection, bucket: Bucket[Record]) -> None:
        self._connection = connection
        self._bucket: Bucket[Record] = bucket
        self._known: dict[str, Record] = {}
        self._revisions: dict[str, int] = {}  # of the entries, and of those that are gone
        self._task: asyncio.Task[None] | None = None
        self._kept: tuple[int, KeyValue] | None = None  # as long as the line did not break
        self._loaded = asyncio.Event()
        self._heeding: list[Heed] = []
        self.unreadable = 0  #: entries that were not understood, and count as absent

    @classmethod
    async def open(
        cls, connection: Connection, bucket: Bucket[Record], *, within: float = 10.0
    ) -> Self:
        """Make the bucket if need be and read all of it; raises `Unavailable`."""
        mirror = cls(connection, bucket)
        mirror._task = asyncio.create_task(mirror._follow(), name=f"bus bucket {bucket.name}")
        try:
            await asyncio.wait_for(mirror._loaded.wait(), within)
        except TimeoutError as error:
            await mirror.close()
            raise Unavailable(f"the bucket {bucket.name} cannot be read") from error
        return mirror

    async def close(self) -> None:
        """Stop following."""
        if self._task is not None:
            await end(self._task)

    def find(self, *key: str) -> Record | None:
        """Return what is kept under a key, as far as is known at this moment."""
        return self._known.get(self._bucket.key(*key))

    def all(self) -> list[Record]:
        """Return everything, in the order of the keys."""
        return [self._known[key] for key in sorted(self._known)]

    def items(self) -> dict[str, Record]:
        """Return everything under its keys, as `Bucket.key` makes them."""
        return dict(self._known)

    def heed(self, call: Heed) -> Callable[[], None]:
        """Have a function called after each change, whoever made it; return what ends that.

        It is called in the event loop and must neither wait nor raise.
        """
        self._heeding.append(call)
        return lambda: self._heeding.remove(call)

    async def put(self, record: Record, *key: str) -> None:
        """Keep a record durably; what stood there is replaced. Raises `Unavailable`."""
        name = self._bucket.key(*key)
        try:
            revision = await (await self._store()).put(name, to_json(record))
        except LOST as error:
            raise Unavailable(f"{self._bucket.name} was not confirmed") from error
        self._wrote(name, record, revision)

    async def change(self, new: Callable[[Record | None], Record], *key: str) -> None:
        """Replace what is kept by what `new` makes of it, though others write the same key.

        What `new` raises leaves the entry as it was. Raises `Unavailable`.
        """
        name = self._bucket.key(*key)
        try:
            store = await self._store()
            while True:
                before, revision = await self._newest(store, name)
                record = new(before)
                try:
                    revision = await store.update(name, to_json(record), last=revision)
                except nats.js.errors.KeyWrongLastSequenceError:
                    continue
                self._wrote(name, record, revision)
                return
        except LOST as error:
            self._kept = None
            raise Unavailable(f"{self._bucket.name} was not confirmed") from error

    async def _newest(self, store: KeyValue, name: str) -> tuple[Record | None, int]:
        try:
            entry = await store.get(name)
        except nats.js.errors.KeyDeletedError as error:
            return None, int(error.entry.revision or 0) if error.entry else 0
        except nats.js.errors.KeyNotFoundError:
            return None, 0
        return from_json(self._bucket.kind, entry.value), int(entry.revision or 0)

    async def delete(self, *key: str) -> None:
        """Forget what is kept under a key. Raises `Unavailable`."""
        name = self._bucket.key(*key)
        try:
            await self._store()
            # What `KeyValue.delete` does, which does not say the revision.
            subject, headers = f"$KV.{self._bucket.name}.{name}", {KV_OP: KV_DEL}
            told = await self._connection.jetstream.publish(subject, headers=headers)
        except LOST as error:
            raise Unavailable(f"{self._bucket.name} was not confirmed") from error
        self._wrote(name, None, told.seq)

    def _wrote(self, name: str, record: Record | None, revision: int) -> None:
        """Note what we wrote, unless something newer is known already."""
        if revision > self._revisions.get(name, 0):
            self._revisions[name] = revision
            self._set(self._known, name, record)

    @staticmethod
    def _set(known: dict[str, Record], name: str, record: Record | None) -> None:
        if record is None:
            known.pop(name, None)
        else:
            known[name] = record

    async def _store(self) -> KeyValue:
        if self._kept is not None and self._kept[0] == self._connection.breaks:
            return self._kept[1]
        breaks, jetstream = self._connection.breaks, self._connection.jetstream
        try:
            store = await jetstream.key_value(self._bucket.name)
        except nats.js.errors.NotFoundError:
            store = await jetstream.create_key_value(
                KeyValueConfig(self._bucket.name, history=1, storage=StorageType.FILE)
            )
        self._kept = breaks, store
        return store

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_until_a_break()
            except LOST as error:
                _log.info("the bucket %s: %s", self._bucket.name, error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow_until_a_break(self) -> None:
        breaks = self._connection.breaks
        watcher = await (await self._store()).watch(">")
        # The revisions of a bus that was lost mean nothing to the one that took its place.
        self._revisions = {}
        loading: Loading[Record] | None = Loading({}, {})
        try:
            while breaks == self._connection.breaks:
                try:
                    entry = await watcher.updates(timeout=1.0)  # type: ignore[no-untyped-call]
                except nats.errors.TimeoutError:
                    continue
                if entry is None:
                    # Whatever was removed while we did not look is gone now, too.
                    if loading is not None:
                        self._replace(loading)
                    loading = None
                    self._loaded.set()
                    self._say(None)
                    continue
                assert not isinstance(entry, bool)
                if loading is not None:
                    loading.revisions[entry.key] = int(entry.revision or 0)
                    self._set(loading.found, entry.key, self._read(entry))
                elif int(entry.revision or 0) >= self._revisions.get(entry.key, 0):
                    # An older one is the echo of what we ourselves have replaced since.
                    self._revisions[entry.key] = int(entry.revision or 0)
                    self._set(self._known, entry.key, self._read(entry))
                    self._say(entry.key)
        finally:
            with contextlib.suppress(*LOST):
                await watcher.stop()  # type: ignore[no-untyped-call]

    def _replace(self, loading: Loading[Record]) -> None:
        """Know what was loaded, and what we wrote meanwhile."""
        for name, revision in self._revisions.items():
            if revision > loading.revisions.get(name, 0):
                loading.revisions[name] = revision
                self._set(loading.found, name, self._known.get(name))
        self._known, self._revisions = loading.found, loading.revisions

    def _say(self, key: str | None) -> None:
        for call in list(self._heeding):
            call(key)

    def _read(self, entry: Any) -> Record | None:
        if entry.operation in (KV_DEL, KV_PURGE):
            return None
        try:
            return from_json(self._bucket.kind, entry.value)
        except (ValueError, TypeError) as error:
            # Closed by default: an entry that nobody understands gives no right to anybody.
            self.unreadable += 1
            _log.warning("an entry of %s is unreadable: %s", self._bucket.name, error)
            return None
