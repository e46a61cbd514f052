"""What lies on the bus as one file, and back: the queues with their sequences, and the buckets.

The file is an SQLite database: `queues` (name, first, last), `messages` (queue, sequence, subject,
name, body) and `entries` (bucket, key, value). Sequences are kept, because the lake notes how far
it has come by them.
"""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, KeyValueConfig, StorageType

from deungdae.bus.connection import LOST, Connection
from deungdae.bus.failures import Unavailable
from deungdae.bus.streams import QUEUES, Queue

AT_ONCE = 100  #: messages asked for in one request
PATIENCE_SECONDS = 10.0
_BUCKET = "KV_"  # before the name of a bucket, among the streams of NATS

_TABLES = """
CREATE TABLE queues (name TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE messages (
    queue TEXT NOT NULL, sequence INTEGER NOT NULL, subject TEXT NOT NULL, headers TEXT NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (queue, sequence)
);
CREATE TABLE entries (
    bucket TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (bucket, key)
);
"""


class Dumped(NamedTuple):
    """How much a file holds."""

    messages: int
    entries: int


class NotEmpty(Unavailable):
    """The bus holds something already, which loading would mix with what is to be loaded."""


async def dump(connection: Connection, file: Path) -> Dumped:
    """Write what the bus holds at this moment into a new file; raises `Unavailable`.

    Buckets come first: an agent's sequence in them is never above what the queues hold.
    """
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(_TABLES)
        entries = messages = 0
        try:
            async for row in _entries(connection):
                database.execute("INSERT INTO entries VALUES (?, ?, ?)", row)
                entries += 1
            for queue in QUEUES:
                if not await _there(connection, queue):
                    continue
                state = (await connection.jetstream.stream_info(queue.name)).state
                last = state.last_seq
                # An emptied queue begins behind its last message.
                first = min(state.first_seq, last + 1) if last else state.first_seq
                database.execute("INSERT INTO queues VALUES (?, ?, ?)", (queue.name, first, last))
                async for message in _messages(connection, queue, first, last):
                    database.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", message)
                    messages += 1
        except LOST as error:
            raise Unavailable("the bus broke off while it was copied") from error
    return Dumped(messages, entries)


def held(file: Path) -> dict[str, tuple[int, int]]:
    """Return {queue: (first, last)} of a file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT name, first, last FROM queues").fetchall()
    return {name: (first, last) for name, first, last in rows}


async def load(connection: Connection, file: Path, store_bytes: int) -> Dumped:
    """Put what a file holds onto an empty bus, each message at its sequence.

    Raises `NotEmpty` when there is something on the bus, and `Unavailable`.
    """
    entries = messages = 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        try:
            for queue in QUEUES:
                if await _there(connection, queue):
                    raise NotEmpty(f"the queue {queue.name} is there already")
            for bucket, key, value in database.execute("SELECT bucket, key, value FROM entries"):
                await _put(connection, bucket, key, value)
                entries += 1
            for name, (first, last) in held(file).items():
                queue = next(queue for queue in QUEUES if queue.name == name)
                count = await _load_queue(connection, queue, database, first, last, store_bytes)
                messages += count
        except LOST as error:
            raise Unavailable("the bus broke off while it was filled") from error
    return Dumped(messages, entries)


async def _entries(connection: Connection) -> AsyncIterator[tuple[str, str, bytes]]:
    jetstream = connection.jetstream
    for stream in await jetstream.streams_info():
        name = stream.config.name or ""
        if not name.startswith(_BUCKET):
            continue
        bucket = name.removeprefix(_BUCKET)
        store = await jetstream.key_value(bucket)
        try:
            keys = await store.keys()
        except nats.js.errors.NoKeysError:
            continue
        for key in keys:
            # It may be deleted between the list and the look.
            with suppress(nats.js.errors.KeyNotFoundError):
                yield bucket, key, (await store.get(key)).value or b""


async def _messages(
    connection: Connection, queue: Queue, first: int, last: int
) -> AsyncIterator[tuple[str, int, str, str, bytes]]:
    if last < first:
        return
    subscription = await connection.jetstream.pull_subscribe(
        f"{queue.subject}.>",
        stream=queue.name,
        config=ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=first,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=60.0,
            mem_storage=True,
        ),
    )
    try:
        at = first - 1
        while at < last:
            for message in await subscription.fetch(AT_ONCE, timeout=PATIENCE_SECONDS):
                at = message.metadata.sequence.stream
                if at <= last:
                    yield queue.name, at, message.subject, _headers(message), message.data
    finally:
        with suppress(*LOST):
            await subscription.unsubscribe()


def _headers(message: Msg) -> str:
    return json.dumps(dict(message.headers or {}), ensure_ascii=False)


async def _there(connection: Connection, queue: Queue) -> bool:
    try:
        await connection.jetstream.stream_info(queue.name)
    except nats.js.errors.NotFoundError:
        return False
    return True


async def _put(connection: Connection, bucket: str, key: str, value: bytes) -> None:
    jetstream = connection.jetstream
    try:
        store = await jetstream.key_value(bucket)
    except nats.js.errors.NotFoundError:
        config = KeyValueConfig(bucket, history=1, storage=StorageType.FILE)
        store = await jetstream.create_key_value(config)
    await store.put(key, value)


async def _load_queue(
    connection: Connection,
    queue: Queue,
    database: sqlite3.Connection,
    first: int,
    last: int,
    store_bytes: int,
) -> int:
    jetstream = connection.jetstream
    await jetstream.add_stream(queue.config(store_bytes, first if last >= first else last + 1))
    rows = database.execute(
        "SELECT sequence, subject, headers, body FROM messages WHERE queue = ? ORDER BY sequence",
        (queue.name,),
    )
    count = 0
    for sequence, subject, headers, body in rows:
        told = await jetstream.publish(
            subject, body, timeout=PATIENCE_SECONDS, headers=json.loads(headers)
        )
        if told.seq != sequence:
            raise Unavailable(f"{queue.name}: the message {sequence} came to lie at {told.seq}")
        count += 1
    return count
