"""A host that is really running: broker, store on disk, and an edge on a connection of its own."""

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from deungdae.gateway.sinks import Message, Quarantined, Unavailable
from deungdae.gateway.sparkplug.connection import Broker, Session
from deungdae.gateway.sparkplug.host import Host, Settings
from deungdae.gateway.sparkplug.outcomes import Event, Moment
from deungdae.gateway.spool import Spool, read

STATE = "spBv1.0/STATE/등대"


def now() -> Moment:
    """The clocks of this computer."""
    return Moment(time.time_ns() // 1000, time.monotonic_ns() // 1000)


@dataclass
class Store:
    """A spool on disk that can be away, as a broken network would make it."""

    folder: Path
    away: bool = False
    tried: int = 0
    spool: Spool | None = None

    async def store(self, message: Message) -> None:
        await self._ready().store(message)

    async def quarantine(self, entry: Quarantined) -> None:
        await self._ready().quarantine(entry)

    def _ready(self) -> Spool:
        self.tried += 1
        if self.away:
            raise Unavailable(1)
        if self.spool is None:
            self.spool = Spool(self.folder)
        return self.spool

    def rows(self) -> list[dict[str, Any]]:
        """The points on disk, as a reader that comes later finds them."""
        found: list[dict[str, Any]] = []
        for head, body in read(self.folder):
            if "batch" in head:
                found += pa.ipc.open_stream(body).read_all().to_pylist()
        return found

    def values(self) -> list[tuple[str, object]]:
        """Tag and value of every point on disk."""
        return [
            (row["tag"], row["text"] if row["value"] is None else row["value"])
            for row in self.rows()
        ]

    def refused(self) -> Counter[str]:
        """How many entries were set aside, by reason."""
        return Counter(head["reason"] for head, _ in read(self.folder) if "reason" in head)


@dataclass
class Running:
    """A host at work."""

    host: Host
    store: Store
    task: "asyncio.Task[None]"
    events: list[Event] = field(default_factory=list)

    async def end(self) -> None:
        self.host.stop()
        await asyncio.wait_for(self.task, 30)


@contextlib.asynccontextmanager
async def hosting(
    port: int,
    folder: Path,
    session: Session = Session.CLEAN,
    entrance: tuple[str, str] | None = None,
    **changes: Any,
) -> AsyncIterator[Running]:
    """Run a host, online when this yields; `changes` are of its settings.

    `entrance` is the name and password by which it enters.
    """
    store = Store(folder)
    events: list[Event] = []
    settings = Settings(
        **{"host_id": "등대", "organisation": "등대전자", "source": "spb", **changes}
    )
    user, password = entrance or (None, None)
    broker = Broker(
        "127.0.0.1", port, keep_alive_s=5, session=session, user=user, password=password
    )
    host = Host(broker, settings, store, now, events.append)
    running = Running(host, store, asyncio.create_task(host.run()), events)
    try:
        async with asyncio.timeout(20):
            while not host.online and not running.task.done():
                await asyncio.sleep(0.01)
        yield running
    finally:
        store.away = False
        await running.end()
        if store.spool is not None:
            await store.spool.close()


@dataclass
class Peer:
    """Another client of the broker: an edge, an application that looks on, or an impostor."""

    client: Client
    heard: list[tuple[str, bytes, bool]] = field(default_factory=list)

    def say(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        self.client.publish(topic, payload, qos, retain).wait_for_publish(10)

    def on(self, part: str) -> list[bytes]:
        """Payloads heard on topics that hold `part`."""
        return [payload for topic, payload, _ in self.heard if part in topic]


@contextlib.contextmanager
def peer(port: int, *filters: str) -> Iterator[Peer]:
    """A client that is connected, and hears the filters."""
    found = Peer(Client(CallbackAPIVersion.VERSION2))
    found.client.on_message = lambda _, __, told: found.heard.append(
        (told.topic, bytes(told.payload), told.retain)
    )
    ready = threading.Event()
    found.client.on_subscribe = lambda *_: ready.set()

    def connected(*_: object) -> None:
        if filters:
            found.client.subscribe([(each, 1) for each in filters])
        else:
            ready.set()

    found.client.on_connect = connected
    found.client.connect("127.0.0.1", port)
    found.client.loop_start()
    assert ready.wait(10), "the broker did not answer"
    try:
        yield found
    finally:
        found.client.disconnect()
        found.client.loop_stop()
