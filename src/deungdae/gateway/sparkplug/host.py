"""A Sparkplug B host application: listens to a broker, stores readings, keeps its STATE."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import pyarrow as pa
from paho.mqtt.client import MQTTMessage

from deungdae.gateway.naming import Names, named
from deungdae.gateway.sinks import Quarantined, Refused, Sink
from deungdae.gateway.sparkplug import presence as states
from deungdae.gateway.sparkplug import topics
from deungdae.gateway.sparkplug.connection import Broker, Connection, NotConnected
from deungdae.gateway.sparkplug.machine import Machine
from deungdae.gateway.sparkplug.outcomes import Event, Moment, Outcome, Rules
from deungdae.gateway.sparkplug.presence import Answer, OnDeath, Presence
from deungdae.gateway.telemetry import Origin, messages, of_readings
from deungdae.records.readings import Reading

SLICE = 1000  #: messages that are stored together
_PAUSES_S = (0.1, 1, 2, 4, 8, 16, 30)  #: before a connection is tried again
_LASTING_S = 10  #: a connection that held so long was a good one
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a host behaves. `groups` limits what it listens to; none: all groups."""

    host_id: str
    organisation: str
    source: str
    groups: tuple[str, ...] = ()
    on_death: OnDeath = OnDeath.RECONNECT
    rules: Rules = field(default_factory=Rules)
    most_waiting: int = 10_000  #: messages in memory; beyond that the connection is held up
    patience_s: float = 15.0  #: for which the store may be away before we say that we are offline


class _NotStored(Exception):  # noqa: N818
    """The host was stopped while the store was away: nothing was acknowledged."""


class _Ticket(NamedTuple):
    """A message, and the connection on which alone it can be acknowledged."""

    connection: Connection
    message: MQTTMessage


class Host:
    """A host application. `run` it once; `counts` and `online` may be looked at meanwhile."""

    def __init__(
        self,
        broker: Broker,
        settings: Settings,
        sink: Sink,
        now: Callable[[], Moment],
        on_event: Callable[[Event], None] = lambda _: None,
        names: Names = lambda *_: None,
    ) -> None:
        """`names` says what the tags of an organisation's source are called, and when they were."""
        self._broker, self._settings, self._sink = broker, settings, sink
        self._now, self._on_event, self._names = now, on_event, names
        self._stop = asyncio.Event()
        self.machine = Machine(settings.rules)
        self.online = False
        #: messages, readings, refused, transient, commands, and each kind of event
        self.counts: Counter[str] = Counter()

    def stop(self) -> None:
        """Let `run` end cleanly. To be called in the loop of `run`."""
        self._stop.set()

    async def run(self) -> None:
        """Be a host until stopped; connects again by itself, ever more slowly."""
        tries, was_there = 0, False
        while not self._stop.is_set():
            began = self._now()
            presence = Presence(
                self._settings.host_id, began.utc_us // 1000, self._settings.on_death
            )
            connection = Connection(self._broker, presence, self._settings.most_waiting)
            try:
                await connection.open(self._filters())
            except NotConnected as error:
                _LOG.warning("Sparkplug: %s", error)
                await connection.drop()
            else:
                if was_there and not connection.resumed:
                    # Nobody told us who went away meanwhile.
                    self.machine.doubt(self._now())
                was_there = self.online = True
                await self._be_there(connection, presence)
            if self._now().steady_us - began.steady_us > _LASTING_S * 1_000_000:
                tries = 0
            await self._pause(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            tries += 1

    def _filters(self) -> list[str]:
        groups = self._settings.groups
        return [f"{topics.NAMESPACE}/{part}/#" for part in groups] or [f"{topics.NAMESPACE}/#"]

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _be_there(self, connection: Connection, presence: Presence) -> None:
        stopping = asyncio.ensure_future(self._stop.wait())
        stopping.add_done_callback(lambda _: connection.woken.set())
        again = False
        try:
            while not (connection.gone or self._stop.is_set() or again):
                await self._woken(connection)
                out = Outcome()
                for message in connection.take(SLICE):
                    if message.topic == presence.topic:
                        again |= await self._own_state(connection, presence, message)
                    else:
                        out.add(self._receive(connection, message))
                out.add(self.machine.tick(self._now()))
                await self._settle(connection, out)
            out = Outcome()  # what came before the end is kept, whatever ended it
            for message in connection.take(self._settings.most_waiting):
                if message.topic != presence.topic:
                    out.add(self._receive(connection, message))
            if self._stop.is_set():
                out.add(self.machine.flush(self._now()))
            await self._settle(connection, out)
        except _NotStored:
            _LOG.warning("Sparkplug: stopped while the store was away; what came last is not kept")
        except NotConnected as error:
            _LOG.warning("Sparkplug: %s", error)
        finally:
            stopping.cancel()
            self.online = False
            # A new connection has a death of its own to announce; this one only makes way.
            if again and not self._stop.is_set():
                await connection.drop()
            else:
                await connection.close(self._death())

    def _receive(self, connection: Connection, message: MQTTMessage) -> Outcome:
        self.counts["messages"] += 1
        ticket = _Ticket(connection, message)
        return self.machine.receive(message.topic, bytes(message.payload), self._now(), ticket)

    def _death(self) -> bytes:
        return states.state(online=False, time_ms=self._now().utc_us // 1000)

    async def _woken(self, connection: Connection) -> None:
        due_us = self.machine.next_us()
        wait_s = None if due_us is None else (due_us - self._now().steady_us) / 1e6
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(
                connection.woken.wait(), None if wait_s is None else max(0, wait_s)
            )

    async def _own_state(
        self, connection: Connection, presence: Presence, message: MQTTMessage
    ) -> bool:
        """Answer a message on our own STATE topic; return whether to connect anew."""
        answer = presence.heard(bytes(message.payload), message.retain)
        connection.acknowledge(message)
        if answer is Answer.REPUBLISH:
            await connection.say_online()
        return answer is Answer.RECONNECT

    async def _settle(self, connection: Connection, out: Outcome) -> None:
        """Ask what is to be asked, store what is to be stored, and only then acknowledge."""
        for command in out.commands:
            connection.send(command)
        for event in out.events:
            self.counts[event.kind] += 1
            _LOG.info("Sparkplug: %s", event)
            self._on_event(event)
        settings = self._settings
        origin = Origin(settings.organisation, settings.source, self._now().utc_us)
        if readings := out.readings + out.historical:
            for rows in self._named(readings, origin):
                for message in messages(rows, origin):
                    await self._until_stored(connection, partial(self._sink.store, message))
        for refusal in out.refused:
            entry = Quarantined(
                settings.organisation,
                settings.source,
                origin.received_us,
                refusal.reason,
                refusal.points,
                refusal.body(),
            )
            await self._until_stored(connection, partial(self._sink.quarantine, entry))
        for ticket in out.settled:
            if isinstance(ticket, _Ticket):
                ticket.connection.acknowledge(ticket.message)
        self.counts["commands"] += len(out.commands)
        self.counts["readings"] += len(readings)
        self.counts["refused"] += sum(refusal.points for refusal in out.refused)
        self.counts["transient"] += len(out.transient)

    def _named(self, readings: Sequence[Reading], origin: Origin) -> Iterator[pa.RecordBatch]:
        """Yield rows with the names that the web chose, and the machines' clocks put right.

        What has our own time, as the death of a node, is right already.
        """
        names = self._names(origin.organisation, origin.source)
        ours = None if names is None else replace(names, shifts=[])
        told = [reading for reading in readings if reading.time_us != reading.received_us]
        timed = [reading for reading in readings if reading.time_us == reading.received_us]
        for part, known in ((told, names), (timed, ours)):
            if part:
                yield named(of_readings(part, origin), known)

    async def _until_stored(
        self, connection: Connection, store: Callable[[], Awaitable[None]]
    ) -> None:
        """Store; while that cannot be done, try again, and say before long that we are offline.

        Edges that look at our STATE then keep their data until we are back.
        """
        began_us = self._now().steady_us
        while True:
            try:
                await store()
                return
            except Refused as refused:
                if self._stop.is_set():
                    raise _NotStored from refused
                away_us = self._now().steady_us - began_us
                if away_us > self._settings.patience_s * 1e6 and not connection.gone:
                    self.online = False
                    _LOG.warning("Sparkplug: offline, the store is away")
                    await connection.close(self._death())
                await self._pause(refused.retry_after_s)
