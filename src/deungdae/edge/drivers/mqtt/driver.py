"""Keeps a persistent session at a broker; a message is acknowledged when it is on disk."""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event
from typing import Any

from deungdae.edge import clock
from deungdae.edge.drivers import DriverFailed, DriverMissing, Found, Sink
from deungdae.edge.drivers.mqtt.messages import NotUnderstood, Topic, first_match
from deungdae.edge.losses import Loss
from deungdae.records.messages import message
from deungdae.records.readings import Reading, shown

SLICE = 1000  #: messages kept on disk at once
MOST_WAITING = 10_000  #: messages in memory; of quality 1 the broker sends far fewer at once
PATIENCE_SECONDS = 5.0  #: for which the connection is held up while that is full
BROWSE_SECONDS = 3.0


@dataclass(frozen=True)
class Broker:
    """Where the broker is and who we are there."""

    host: str
    port: int
    tls: bool
    ca_file: Path | None
    client_id: str
    user: str | None
    password: str | None
    keep_alive_seconds: int


class Inbox:
    """What the connection's thread hands over: messages, and what became of the connection."""

    def __init__(self) -> None:
        self.trouble: list[str] = []
        self.dropped = 0  #: messages of quality 0 that found no room; others come again
        self._messages: Queue[Any] = Queue(MOST_WAITING)

    def put(self, told: Any) -> None:
        """Take a message, or hold the connection up for a while."""
        try:
            self._messages.put(told, timeout=PATIENCE_SECONDS)
        except Full:
            self.dropped += told.qos == 0

    def get(self, seconds: float) -> list[Any]:
        """Return what has come, after waiting for the first one."""
        found: list[Any] = []
        try:
            found.append(self._messages.get(timeout=seconds))
            while len(found) < SLICE:
                found.append(self._messages.get_nowait())
        except Empty:
            pass  # that was all
        return found


class Driver:
    """Reads topics of one broker, with quality of service 1."""

    def __init__(self, broker: Broker, topics: Sequence[Topic]) -> None:
        self._broker = broker
        self._topics = topics

    def browse(self, most: int) -> Iterator[Found]:
        """Yield what is retained or sent within three seconds, in a session of its own."""
        inbox = Inbox()
        client = self._connected(inbox, persistent=False)
        ended = clock.now_us() + round(BROWSE_SECONDS * 1e6)
        number = 0
        try:
            while (left := (ended - clock.now_us()) / 1e6) > 0 and number < most:
                for told in inbox.get(min(left, 0.2)):
                    client.ack(told.mid, told.qos)
                    for reading in self._readings(told)[0]:
                        number += 1
                        yield Found(told.topic, reading.tag, reading.value, "mqtt", reading.quality)
                if inbox.trouble:
                    raise self._failed(inbox.trouble[0])
        finally:
            client.disconnect()
            client.loop_stop()

    def run(self, sink: Sink, stop: Event) -> None:
        """Take messages until stopped; raise `DriverFailed` when the broker goes away."""
        inbox = Inbox()
        client = self._connected(inbox, persistent=True)
        sink.note(None)
        try:
            while not stop.is_set():
                trouble = list(inbox.trouble)
                self._keep(inbox.get(0.2), sink, client)
                dropped, inbox.dropped = inbox.dropped, 0
                now = clock.now_us()
                if dropped:
                    sink.lose(Loss.QUEUE, dropped, now, now)
                if trouble:
                    # The broker keeps what comes meanwhile, so this is a delay and not yet a loss.
                    sink.lose(Loss.GAP, 1, now, now)
                    raise self._failed(trouble[0])
        finally:
            client.disconnect()
            client.loop_stop()

    def _keep(self, messages: list[Any], sink: Sink, client: Any) -> None:
        if not messages:
            return
        readings: list[Reading] = []
        odd = 0
        for told in messages:
            found, problem = self._readings(told)
            readings += found
            if problem is not None:
                odd += 1
                sink.note(
                    message(
                        "The topic {topic} holds something that is not understood: {text}",
                        topic=shown(told.topic),
                        text=problem,
                    )
                )
        # An empty bookmark: what was not acknowledged comes again, so it may wait for room.
        sink.take(readings, {})
        if odd:
            now = clock.now_us()
            sink.lose(Loss.UNREADABLE, odd, now, now)
        for told in messages:
            client.ack(told.mid, told.qos)

    def _readings(self, told: Any) -> tuple[list[Reading], str | None]:
        topic = first_match(self._topics, told.topic)
        try:
            if topic is None:
                raise NotUnderstood("topic")
            return topic.readings(told.topic, told.payload, clock.now_us()), None
        except NotUnderstood as error:
            return [], str(error)

    def _connected(self, inbox: Inbox, *, persistent: bool) -> Any:
        try:
            from paho.mqtt import client as paho
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise DriverMissing(
                "The driver {kind} needs the extra {extra}; install it.",
                kind="mqtt",
                extra="edge-mqtt",
            ) from error
        client: Any = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id + ("" if persistent else "-browse"),
            clean_session=not persistent,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if self._broker.user is not None:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            told = self._broker.ca_file
            client.tls_set_context(ssl.create_default_context(cafile=told and str(told)))

        def greeted(_c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
            if reason.is_failure:
                inbox.trouble.append(str(reason))
                return
            client.subscribe([(topic.filter, 1) for topic in self._topics])

        def subscribed(_c: Any, _u: Any, _m: Any, reasons: Any, _p: Any) -> None:
            for topic, reason in zip(self._topics, reasons, strict=False):
                if reason.is_failure:
                    inbox.trouble.append(f"{topic.filter}: {reason}")

        client.on_connect = greeted
        client.on_subscribe = subscribed
        client.on_message = lambda _c, _u, told: inbox.put(told)
        client.on_disconnect = lambda _c, _u, _f, reason, _p: inbox.trouble.append(str(reason))
        try:
            client.connect(
                self._broker.host, self._broker.port, keepalive=self._broker.keep_alive_seconds
            )
        except (OSError, ValueError) as error:
            raise self._failed(str(error)) from error
        client.loop_start()
        return client

    def _failed(self, why: str) -> DriverFailed:
        return DriverFailed(
            "The broker {host}, port {port} broke off or refused us: {why}",
            host=self._broker.host,
            port=self._broker.port,
            why=shown(why),
        )
