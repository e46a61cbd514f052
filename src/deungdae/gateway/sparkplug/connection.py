"""One MQTT connection of a host, from CONNECT to DISCONNECT; paho's thread behind asyncio.

Order of work (Sparkplug 3.0): CONNECT with the will, subscribe, then the birth as the first
message that is published. Messages of quality of service 1 are acknowledged by `acknowledge` only.
"""

import asyncio
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from deungdae.gateway.sparkplug.outcomes import Command
from deungdae.gateway.sparkplug.presence import QOS, Presence

ANSWER_SECONDS = 10.0  #: for which an answer of the broker is waited for
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_REFUSED = 128  #: answers to SUBSCRIBE from here on are refusals


class NotConnected(Exception):  # noqa: N818 - the word a reader would say
    """There is no connection, or it was refused; trying again may help."""


class Session(StrEnum):
    """What the broker keeps for us while we are away.

    The standard wants CLEAN: what was missed is found by its numbers and asked for. With KEPT the
    broker also keeps what edges send with quality of service 1 meanwhile (and of 0, where it is
    configured so), until we have stored it.
    """

    CLEAN = "clean"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who we are there.

    Raises `ValueError` if a password would travel in plain words.
    """

    host: str
    port: int = 1883
    client_id: str | None = None  #: None: after the host, which only one program may be
    tls: bool = False
    ca_file: Path | None = None  #: None: the certificates that the system trusts
    pinned: Path | None = None  #: the one certificate that is believed, whatever name it bears
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    keep_alive_s: int = 30
    session: Session = Session.CLEAN

    def __post_init__(self) -> None:
        """Refuse what would give the password away."""
        if self.password is not None and not self.tls and self.host not in _LOOPBACK:
            raise ValueError("without TLS the password would travel in plain words")


class Connection:
    """A connection that is made once; after it broke or was closed, make another."""

    def __init__(self, broker: Broker, presence: Presence, most_waiting: int) -> None:
        self._broker, self._presence = broker, presence
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(most_waiting)
        self._closed = threading.Event()
        self._messages: deque[MQTTMessage] = deque()
        self._answers: dict[object, asyncio.Future[Any]] = {}
        self.woken = asyncio.Event()  #: set when there is a message, or the connection is gone
        self.gone = False
        self.resumed = False  #: whether the broker had kept our session
        self._client = self._make()

    def _make(self) -> Client:
        broker, presence = self._broker, self._presence
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id or f"deungdae-{presence.host_id}",
            clean_session=broker.session is Session.CLEAN,
            protocol=MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,  # a new connection has a new will
        )
        client.will_set(presence.topic, presence.will(), QOS, retain=True)
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls and broker.pinned is not None:
            client.tls_set_context(_only(broker.pinned))
        elif broker.tls:
            client.tls_set(None if broker.ca_file is None else str(broker.ca_file))
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    async def open(self, filters: list[str]) -> None:
        """Connect, subscribe, and say that we are there. Raises `NotConnected`."""
        broker, presence = self._broker, self._presence
        try:
            await asyncio.to_thread(
                self._client.connect, broker.host, broker.port, broker.keep_alive_s
            )
        except (OSError, ValueError) as error:
            raise NotConnected(f"no connection to {broker.host}:{broker.port}: {error}") from error
        self._client.loop_start()
        refusal = await self._answer("connect")
        if refusal is not None:
            raise NotConnected(f"the broker refused the connection: {refusal}")
        wanted = [(name, QOS) for name in [presence.topic, *filters]]
        _, number = self._client.subscribe(wanted)
        if number is None or any(code >= _REFUSED for code in await self._answer(number)):
            raise NotConnected("the broker refused the subscription")
        await self.say_online()

    async def say_online(self) -> None:
        """Publish the birth and wait until the broker has it. Raises `NotConnected`."""
        presence = self._presence
        await self._say(presence.birth())

    async def _say(self, payload: bytes) -> None:
        told = self._client.publish(self._presence.topic, payload, QOS, retain=True)
        await self._answer(told.mid)

    async def close(self, death: bytes) -> None:
        """Say that we go, then disconnect; does nothing more if the connection broke before."""
        try:
            if not self.gone:
                await self._say(death)
        except NotConnected:
            self.gone = True  # the will says it for us
        await self._end()

    async def drop(self) -> None:
        """Disconnect without a word, as after a connection that was not completed."""
        await self._end()

    async def _end(self) -> None:
        self.gone = True
        self._closed.set()  # lets paho's thread go if it waits for room
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def take(self, most: int) -> list[MQTTMessage]:
        """Return messages that have come, without waiting."""
        found: list[MQTTMessage] = []
        while self._messages and len(found) < most:
            found.append(self._messages.popleft())
            self._room.release()
        if not self._messages and not self.gone:
            self.woken.clear()
        return found

    def acknowledge(self, message: MQTTMessage) -> None:
        """Tell the broker that it may forget a message."""
        if message.qos and not self.gone:
            self._client.ack(message.mid, message.qos)

    def send(self, command: Command) -> None:
        """Publish a command: quality of service 0, not retained."""
        self._client.publish(command.topic, command.payload, 0, retain=False)

    async def _answer(self, key: object) -> Any:
        """Wait for the answer to a packet. Raises `NotConnected`."""
        future = self._future(key)
        try:
            return await asyncio.wait_for(future, ANSWER_SECONDS)
        except TimeoutError as error:
            raise NotConnected("the broker did not answer") from error
        finally:
            del self._answers[key]

    def _future(self, key: object) -> "asyncio.Future[Any]":
        if key not in self._answers:
            self._answers[key] = self._loop.create_future()
            if self.gone:
                self._answers[key].set_exception(NotConnected("the connection broke"))
        return self._answers[key]

    # What follows runs in paho's thread, except for what it hands over.

    def _hand(self, what: Any, *values: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *values)

    def _answered(self, key: object, value: Any) -> None:
        future = self._future(key)
        if not future.done():
            future.set_result(value)

    def _broke(self) -> None:
        self.gone = True
        self._closed.set()
        self.woken.set()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(NotConnected("the connection broke"))

    def _arrived(self, message: MQTTMessage) -> None:
        self._messages.append(message)
        self.woken.set()

    def _on_connect(
        self, _: Client, __: Any, flags: ConnectFlags, code: ReasonCode, ___: Properties | None
    ) -> None:
        self.resumed = flags.session_present
        self._hand(self._answered, "connect", str(code) if code.is_failure else None)

    def _on_disconnect(
        self, _: Client, __: Any, ___: DisconnectFlags, ____: ReasonCode, _____: Properties | None
    ) -> None:
        self._hand(self._broke)

    def _on_subscribe(
        self, _: Client, __: Any, mid: int, codes: list[ReasonCode], ___: Properties | None
    ) -> None:
        self._hand(self._answered, mid, [code.value for code in codes])

    def _on_publish(self, _: Client, __: Any, mid: int, ___: ReasonCode, ____: Properties) -> None:
        self._hand(self._published, mid)

    def _published(self, mid: int) -> None:
        if mid in self._answers:  # of commands nobody waits for it
            self._answered(mid, None)

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        # Without room the connection is held up, and the broker waits: nothing is dropped here.
        while not self._room.acquire(timeout=0.5):
            if self._closed.is_set():
                return
        self._hand(self._arrived, message)


def _only(certificate: Path) -> ssl.SSLContext:
    """Return what believes one certificate alone, such as our own broker's on this computer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # it bears the name by which others call the broker
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context
