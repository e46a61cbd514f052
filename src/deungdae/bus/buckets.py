"""Small settings that the web writes and the gateway reads: who may send, and as what.

    agents   ORGANISATION.EDGE     edge agents and how far each has come
    tokens   SHA-256 of a token    whom it stands for, what it may do; the token is nowhere
    tags     ORGANISATION.SOURCE   names as a source sends them → tag paths
    quotas   ORGANISATION          how much an organisation may send

A `Mirror` holds one bucket in memory and follows it, so that a look-up costs nothing and a
revocation counts within a moment.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Generic, Self, TypeVar, get_args, get_origin

import nats.errors
import nats.js.errors
from nats.js.api import KeyValueConfig, StorageType
from nats.js.kv import KV_DEL, KV_PURGE, KeyValue

from deungdae.bus.connection import LOST, Connection
from deungdae.bus.ending import end
from deungdae.bus.failures import Unavailable
from deungdae.bus.streams import word

RETRY_SECONDS = 0.2
_DIGEST = re.compile(r"[0-9a-f]{64}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agent:
    """An edge agent: how far it has come and whether it may go on."""

    organisation: str
    edge: str
    sequence: int = 0  #: last batch that was stored
    revoked: bool = False
    about: dict[str, Any] = field(default_factory=dict)  #: what the web keeps on it


@dataclass(frozen=True)
class Token:
    """What the bearer of a token may do; `rights` are words such as "write" and "edge"."""

    organisation: str
    source: str
    rights: list[str]
    buckets: dict[str, str] | None = None  #: name of an InfluxDB bucket → prefix of tag paths
    edge: str | None = None  #: the only edge it may speak for
    names: list[str] = field(default_factory=list)  #: of the organisation, as clients may say it
    revoked: bool = False


@dataclass(frozen=True)
class TagMap:
    """How the names of one source become tag paths; a name that is missing keeps its own."""

    organisation: str
    source: str
    paths: dict[str, str]
    units: dict[str, str] = field(default_factory=dict)
    expected_seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Quota:
    """How much an organisation may send."""

    organisation: str
    points_per_minute: int


Record = TypeVar("Record", Agent, Token, TagMap, Quota)


def digest(token: str) -> str:
    """Return the SHA-256 of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True)
class Bucket(Generic[Record]):
    """The name of a bucket, what it holds and under which key."""

    name: str
    kind: type[Record]
    key: Callable[..., str]


def _token_key(token_digest: str) -> str:
    if _DIGEST.fullmatch(token_digest) is None:
        raise ValueError("a token is kept under its SHA-256 only")
    return token_digest


AGENTS = Bucket("agents", Agent, lambda organisation, edge: f"{word(organisation)}.{word(edge)}")
TOKENS = Bucket("tokens", Token, _token_key)
TAGS = Bucket("tags", TagMap, lambda organisation, source: f"{word(organisation)}.{word(source)}")
QUOTAS = Bucket("quotas", Quota, lambda organisation: word(organisation))


class Mirror(Generic[Record]):
    """One bucket: reads from memory, writes through. Open it with `Mirror.open`."""

    def __init__(self, connection: Connection, bucket: Bucket[Record]) -> None:
        self._connection = connection
        self._bucket: Bucket[Record] = bucket
        self._known: dict[str, Record] = {}
        self._task: asyncio.Task[None] | None = None
        self._kept: tuple[int, KeyValue] | None = None  # as long as the line did not break
        self._loaded = asyncio.Event()
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

    async def put(self, record: Record, *key: str) -> None:
        """Keep a record durably; what stood there is replaced. Raises `Unavailable`."""
        name = self._bucket.key(*key)
        try:
            await (await self._store()).put(name, _text(record))
        except LOST as error:
            raise Unavailable(f"{self._bucket.name} was not confirmed") from error
        self._known[name] = record

    async def change(self, new: Callable[[Record | None], Record], *key: str) -> None:
        """Replace what is kept by what `new` makes of it, though others write the same key.

        Raises `Unavailable`.
        """
        name = self._bucket.key(*key)
        try:
            store = await self._store()
            while True:
                before, revision = await self._newest(store, name)
                record = new(before)
                try:
                    await store.update(name, _text(record), last=revision)
                except nats.js.errors.KeyWrongLastSequenceError:
                    continue
                self._known[name] = record
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
        return _record(self._bucket.kind, entry.value), int(entry.revision or 0)

    async def delete(self, *key: str) -> None:
        """Forget what is kept under a key. Raises `Unavailable`."""
        name = self._bucket.key(*key)
        try:
            await (await self._store()).delete(name)
        except LOST as error:
            raise Unavailable(f"{self._bucket.name} was not confirmed") from error
        self._known.pop(name, None)

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
        try:
            found: dict[str, Record] | None = {}
            while breaks == self._connection.breaks:
                try:
                    entry = await watcher.updates(timeout=1.0)  # type: ignore[no-untyped-call]
                except nats.errors.TimeoutError:
                    continue
                if entry is None:
                    # Whatever was removed while we did not look is gone now, too.
                    if found is not None:
                        self._known, found = found, None
                    self._loaded.set()
                    continue
                assert not isinstance(entry, bool)
                self._take(self._known if found is None else found, entry)
        finally:
            with contextlib.suppress(*LOST):
                await watcher.stop()  # type: ignore[no-untyped-call]

    def _take(self, known: dict[str, Record], entry: Any) -> None:
        if entry.operation in (KV_DEL, KV_PURGE):
            known.pop(entry.key, None)
            return
        try:
            known[entry.key] = _record(self._bucket.kind, entry.value)
        except (ValueError, TypeError) as error:
            # Closed by default: an entry that nobody understands gives no right to anybody.
            self.unreadable += 1
            known.pop(entry.key, None)
            _log.warning("an entry of %s is unreadable: %s", self._bucket.name, error)


def _text(record: Record) -> bytes:
    document = dataclasses.asdict(record)
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _record(kind: type[Record], value: bytes | None) -> Record:
    document = json.loads(value or b"")
    if not isinstance(document, dict):
        raise TypeError("it is no object")
    record = kind(**document)
    hints = {part.name: part.type for part in dataclasses.fields(kind)}
    for name, hint in hints.items():
        if not _fits(getattr(record, name), hint):
            raise TypeError(f"{name} is no {hint}")
    return record


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(hint, UnionType):
        return any(_fits(value, choice) for choice in get_args(hint))
    plain, inner = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if plain is float:
        return type(value) in (int, float)
    if isinstance(value, list):
        return plain is list and all(_fits(one, inner[0]) for one in value)
    if isinstance(value, dict):
        return plain is dict and all(_fits(one, inner[1]) for one in value.values())
    return type(value) is (type(None) if plain is None else plain)
