"""Subscribes to variables of one server, and keeps every change that the server sends."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from deungdae.edge import clock
from deungdae.edge.drivers import DriverFailed, DriverMissing, Found, Sink
from deungdae.edge.drivers.opcua.looking import look
from deungdae.edge.drivers.opcua.nodes import (
    OVERFLOW,
    NoScalar,
    Wanted,
    moment_us,
    plain,
)
from deungdae.edge.losses import Loss
from deungdae.records.messages import Message, message
from deungdae.records.readings import Quality, Reading, TagPath, finite, shown

ITEMS_AT_ONCE = 500  #: monitored items in one call; servers limit it
MOST_WAITING = 50_000  #: changes in memory; beyond that the connection is broken, which is a gap
SLICE = 2000  #: changes kept on disk at once
GATHER_SECONDS = 0.1
ALIVE_SECONDS = 5.0  #: between two messages of a server that has nothing to say
RETRY_SECONDS = 1.0
LONGEST_REPAIR_SECONDS = 60.0  #: then the agent starts the driver again, ever more slowly


@dataclass(frozen=True)
class Security:
    """How messages are signed and encrypted."""

    policy: str
    mode: str
    certificate: Path
    key: Path
    server: Path | None
    application_uri: str


@dataclass(frozen=True)
class Server:
    """Where the server is and how it is asked."""

    url: str
    security: Security | None
    user: str | None
    password: str | None
    publishing_ms: int
    sampling_ms: int
    timeout_seconds: float

    @property
    def queue(self) -> int:
        """Values that the server must keep for each variable between two messages.

        Twice what it samples, so that a late message loses nothing.
        """
        return max(2, 2 * -(-self.publishing_ms // self.sampling_ms))


class Driver:
    """Reads one server."""

    def __init__(self, server: Server, wanted: Sequence[Wanted]) -> None:
        self._server = server
        self._wanted = wanted

    def browse(self, most: int) -> Iterator[Found]:
        """Yield up to `most` variables of the server's tree with their present values."""
        with asyncio.Runner() as runner:
            # One after the other, so that whoever has no more time keeps what came so far.
            found = self._browse()
            try:
                for _ in range(most):
                    yield runner.run(anext(found))
            except StopAsyncIteration:
                pass  # that was all
            finally:
                runner.run(found.aclose())

    def run(self, sink: Sink, stop: Event) -> None:
        """Subscribe until stopped; raise `DriverFailed` when the connection cannot be repaired."""
        asyncio.run(self._run(sink, stop))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        try:
            from asyncua import Client, ua
        except ImportError as error:
            raise DriverMissing(
                "The driver {kind} needs the extra {extra}; install it.",
                kind="opcua",
                extra="edge-opcua",
            ) from error
        # The library's own way of reconnecting can lose items whose creation was on its way.
        client = Client(
            self._server.url,
            timeout=self._server.timeout_seconds,
            watchdog_intervall=self._server.timeout_seconds,
        )
        try:
            await self._secure(client)
            await client.connect(auto_reconnect=False)
        except (OSError, TimeoutError, ValueError, ua.UaError) as error:
            raise DriverFailed(
                "The server {url} cannot be reached: {why}",
                url=self._server.url,
                why=shown(str(error) or type(error).__name__),
            ) from error
        except AssertionError as error:
            # Of the library, when a server refuses to open a secure channel.
            raise DriverFailed(
                "The server {url} does not accept this agent's certificate. Has it been told to "
                "trust it?",
                url=self._server.url,
            ) from error
        try:
            yield client
        except (OSError, TimeoutError, ua.UaError) as error:
            raise DriverFailed(
                "The server {url} broke off: {why}",
                url=self._server.url,
                why=shown(str(error) or type(error).__name__),
            ) from error
        finally:
            try:
                await client.disconnect()
            except (OSError, TimeoutError, ua.UaError):
                client.disconnect_socket()  # the server has gone already

    async def _secure(self, client: Any) -> None:
        security = self._server.security
        if security is not None:
            from asyncua import ua
            from asyncua.crypto import security_policies

            client.application_uri = security.application_uri
            await client.set_security(
                getattr(security_policies, f"SecurityPolicy{security.policy}"),
                str(security.certificate),
                str(security.key),
                server_certificate=None if security.server is None else str(security.server),
                mode=ua.MessageSecurityMode[security.mode],
            )
        if self._server.user is not None:
            client.set_user(self._server.user)
            client.set_password(self._server.password or "")

    # Subscribing

    async def _run(self, sink: Sink, stop: Event) -> None:
        # One keeper over all connections: it knows what a server repeats after a new one.
        keeper = Keeper(sink, self._wanted)
        lost_since: int | None = None
        while not stop.is_set():
            try:
                await self._session(keeper, stop, lost_since)
            except DriverFailed as error:
                now = clock.now_us()
                if keeper.connected:
                    lost_since = now
                    await keeper.interrupted(error.message)
                if lost_since is None or now - lost_since > LONGEST_REPAIR_SECONDS * 1e6:
                    if lost_since is not None:
                        await keeper.resumed(lost_since)
                    raise
                await asyncio.sleep(RETRY_SECONDS)
        if lost_since is not None and not keeper.connected:
            await keeper.resumed(lost_since)

    async def _session(self, keeper: "Keeper", stop: Event, lost_since: int | None) -> None:
        from asyncua import ua
        from asyncua.common.subscription import OverflowPolicy

        async with self._connected() as client:
            namespaces = await client.get_namespace_array()
            beats = max(1, round(ALIVE_SECONDS * 1000 / self._server.publishing_ms))
            subscription = await client.create_subscription(
                ua.CreateSubscriptionParameters(
                    RequestedPublishingInterval=self._server.publishing_ms,
                    RequestedLifetimeCount=beats * 10,
                    RequestedMaxKeepAliveCount=beats,
                    MaxNotificationsPerPublish=10_000,
                ),
                # A change for an item that the library does not know yet would be dropped:
                # the server is silent until all items are made.
                publishing=False,
                queue_maxsize=MOST_WAITING,
                overflow=OverflowPolicy.DISCONNECT,
            )
            keeper.problem = await self._subscribe(client, subscription, namespaces, keeper)
            await subscription.set_publishing_mode(True)
            keeper.connected = True
            if lost_since is not None:
                await keeper.resumed(lost_since)
            keeper.note()
            reading = asyncio.create_task(keeper.read(subscription))
            try:
                while not stop.is_set():
                    await asyncio.sleep(GATHER_SECONDS)
                    await keeper.keep()
                    if reading.done():
                        reading.result()  # what the buffer raised
                        raise self._broken("subscription")
                    if client.state.name != "CONNECTED":
                        raise self._broken("connection")
                    heard = subscription.last_publish_at
                    if heard is not None and time.monotonic() - heard > 4 * ALIVE_SECONDS:
                        raise self._broken("silence")
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                await keeper.keep()

    def _broken(self, why: str) -> DriverFailed:
        return DriverFailed("The server {url} broke off: {why}", url=self._server.url, why=why)

    async def _subscribe(
        self, client: Any, subscription: Any, namespaces: list[str], keeper: "Keeper"
    ) -> Message | None:
        refused: list[tuple[Wanted, str]] = []
        known: list[tuple[Wanted, Any]] = []
        for wanted in self._wanted:
            if wanted.node.uri not in namespaces:
                refused.append((wanted, "BadNamespace"))
                continue
            number = namespaces.index(wanted.node.uri)
            node = client.get_node(f"ns={number};{wanted.node.id}")
            known.append((wanted, node))
            keeper.tags[node.nodeid] = wanted.tag
        for start in range(0, len(known), ITEMS_AT_ONCE):
            part = known[start : start + ITEMS_AT_ONCE]
            answers = await subscription.subscribe_data_change(
                [node for _, node in part],
                queuesize=self._server.queue,
                sampling_interval=self._server.sampling_ms,
            )
            for (wanted, _), answer in zip(part, answers, strict=True):
                if not isinstance(answer, int):
                    refused.append((wanted, getattr(answer, "name", str(answer))))
        if not refused:
            return None
        now = clock.now_us()
        keeper.waiting += [Reading(w.tag, now, None, Quality.BAD, now) for w, _ in refused]
        return message(
            "The server refuses {count} of {total} nodes, the first being {node}: {why}",
            count=len(refused),
            total=len(self._wanted),
            node=shown(str(refused[0][0].node)),
            why=refused[0][1],
        )

    # Browsing

    async def _browse(self) -> AsyncGenerator[Found, None]:
        async with self._connected() as client:
            async for found in look(client, await client.get_namespace_array()):
                yield found


class Keeper:
    """Turns changes into readings and keeps them; every change once, whatever a server repeats."""

    def __init__(self, sink: Sink, wanted: Sequence[Wanted]) -> None:
        self.tags: dict[Any, TagPath] = {}
        self.waiting: list[Reading] = []
        self.problem: Message | None = None
        self.connected = False
        self._stale: set[TagPath] = set()  #: not heard of since an interruption
        self._sink = sink
        self._all = [one.tag for one in wanted]
        self._last: dict[TagPath, tuple[int, str, Quality]] = {}
        self._overflows = 0
        self._unreadable = 0
        self._lock = asyncio.Lock()

    async def read(self, subscription: Any) -> None:
        """Take changes from the subscription until it ends."""
        async for event in subscription:
            if hasattr(event, "data"):
                self._take(event.node.nodeid, event.data.monitored_item.Value)
            if len(self.waiting) >= SLICE:
                await self.keep()  # meanwhile the queue fills, and beyond its end is a gap

    def _take(self, node: Any, data: Any) -> None:
        tag = self.tags[node]
        now = clock.now_us()
        status = 0 if data.StatusCode is None else int(data.StatusCode.value)
        if status & OVERFLOW == OVERFLOW:
            self._overflows += 1
        told = moment_us(data.SourceTimestamp, data.ServerTimestamp)
        try:
            raw = plain(None if data.Value is None else data.Value.Value)
        except NoScalar:
            self._unreadable += 1
            return
        value, quality = finite(raw, Quality.from_opcua(status))
        mark = (0 if told is None else told, repr(value), quality)
        if told is not None and self._last.get(tag) == mark:
            # A server repeats the present value to whoever subscribes again. That is no new
            # reading, but after an interruption it says that the old value holds from now on.
            if tag not in self._stale:
                return
            told = now
        self._stale.discard(tag)
        self._last[tag] = mark
        self.waiting.append(Reading(tag, now if told is None else told, value, quality, now))

    async def keep(self) -> None:
        """Put what waits on disk. The library's thread goes on meanwhile."""
        async with self._lock:
            readings, self.waiting = self.waiting, []
            overflows, self._overflows = self._overflows, 0
            unreadable, self._unreadable = self._unreadable, 0
            if readings:
                await asyncio.to_thread(self._sink.take, readings)
            now = clock.now_us()
            for reason, count in ((Loss.QUEUE, overflows), (Loss.UNREADABLE, unreadable)):
                if count:
                    await asyncio.to_thread(self._sink.lose, reason, count, now, now)

    async def interrupted(self, problem: Message) -> None:
        """Say of every tag that nothing is known from now on."""
        self.connected = False
        self._stale = set(self._all)
        self._sink.note(problem)
        now = clock.now_us()
        self.waiting += [Reading(tag, now, None, Quality.BAD, now) for tag in self._all]
        await self.keep()

    async def resumed(self, since: int) -> None:
        """Count the gap."""
        await asyncio.to_thread(self._sink.lose, Loss.GAP, 1, since, clock.now_us())

    def note(self) -> None:
        """Say how the subscription stands, for the status."""
        self._sink.note(self.problem)
