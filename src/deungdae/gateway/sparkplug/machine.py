"""What a Sparkplug B host application must remember and do, without any input, output or clock.

Source: Eclipse Sparkplug 3.0, "Operational Behavior". Every message goes in with the moment it
came; readings, events, commands and refused metrics come out.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from deungdae.gateway.sparkplug import payloads, topics
from deungdae.gateway.sparkplug.nodes import Node, Read, bd_seq
from deungdae.gateway.sparkplug.order import Order, Step
from deungdae.gateway.sparkplug.outcomes import (
    Command,
    Event,
    Kind,
    Moment,
    Outcome,
    Refusal,
    Rules,
)
from deungdae.gateway.sparkplug.payloads import Payload
from deungdae.gateway.sparkplug.topics import Topic
from deungdae.gateway.sparkplug.values import DataType
from deungdae.gateway.sparkplug.wire import BadPayload
from deungdae.records.readings import Reading

REBIRTH = "Node Control/Rebirth"
_BETWEEN_US = 20_000  #: between two requests when many nodes are asked
_UNKNOWN = {"unknown_metric", "unknown_alias"}  # what a birth would mend


@dataclass(slots=True)
class _Message:
    topic: Topic
    payload: Payload
    size: int
    arrived: Moment
    ticket: Hashable


class _Session:
    """A node with the order of its messages and its requests for rebirth."""

    def __init__(self, node: Node, rules: Rules) -> None:
        self.node = node
        self.order: Order[_Message] = Order(rules.reorder_us)
        self.held_bytes = 0
        self.asked_us: int | None = None  #: when its birth was asked for last
        self.doubted_until_us: int | None = None  #: when silence means that it went away
        self.reborn_until_us: int | None = None  #: when devices must have been born again
        self.wanted: str | None = None  #: why it must be asked for again, once that is allowed


class Machine:
    """The state of one host application."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._sessions: dict[tuple[str, str], _Session] = {}
        self._waiting: dict[tuple[str, str], _Session] = {}  # those that `tick` must look at

    def node(self, group: str, edge: str) -> Node | None:
        """Return what is known of a node."""
        session = self._sessions.get((group, edge))
        return None if session is None else session.node

    def receive(self, topic: str, data: bytes, now: Moment, ticket: Hashable = None) -> Outcome:
        """Go through a message. Commands, also our own, and STATE lead to nothing.

        `ticket` comes back in the `settled` of the outcome in which the message was gone through:
        this one, or a later one if an earlier message is missing.
        """
        out = Outcome()
        if topic.startswith(topics.STATE + "/"):
            out.settled.append(ticket)
            return out
        try:
            parsed = topics.parse(topic)
        except BadPayload as error:
            return self._refuse_all(out, topic, error.reason, data, ticket)
        if parsed.type in ("NCMD", "DCMD"):
            out.settled.append(ticket)
            return out
        try:
            payload = payloads.decode(data)
        except BadPayload as error:
            return self._refuse_all(out, topic, error.reason, data, ticket)
        key = parsed.group, parsed.edge  # of its device too
        session = self._sessions.get(key)
        if session is None:
            if len(self._sessions) >= self._rules.most_nodes:
                return self._refuse_all(out, topic, "too_many_nodes", data, ticket)
            node = Node(parsed.group, parsed.edge, self._rules.most_metrics, self._rules.prefix)
            session = self._sessions[key] = _Session(node, self._rules)
        self._take(session, _Message(parsed, payload, len(data), now, ticket), out)
        self._watch(key, session)
        return out

    def tick(self, now: Moment) -> Outcome:
        """Do what time brings: give up missing messages, ask for births that are still due."""
        out = Outcome()
        for key, session in list(self._waiting.items()):
            self._go(session, session.order.release(now.steady_us), now, out)
            if session.wanted is not None:
                self._ask(session, session.wanted, now, out)
            self._end_doubt(session, now, out)
            self._end_orphans(session, now, out)
            self._watch(key, session)
        return out

    def doubt(self, now: Moment) -> None:
        """Note that messages may have been missed: deaths too, that nobody repeats.

        Every node that is online is asked for its birth, one after another; one that then stays
        silent is taken for offline.
        """
        online = [each for each in self._sessions.items() if each[1].node.itself.online]
        for place, (key, session) in enumerate(online):
            begin_us = now.steady_us + place * _BETWEEN_US
            session.wanted = "reconnected"
            session.asked_us = begin_us - self._rules.rebirth_every_us
            session.doubted_until_us = begin_us + self._rules.rebirth_every_us
            self._watch(key, session)

    def flush(self, now: Moment) -> Outcome:
        """Go through all that waits for a missing message, as before an end."""
        out = Outcome()
        for key, session in list(self._waiting.items()):
            self._go(session, session.order.flush(), now, out)
            self._watch(key, session)
        return out

    def next_us(self) -> int | None:
        """Return when `tick` has something to do, on the clock that never goes back."""
        return min((self._due_us(session) for session in self._waiting.values()), default=None)

    def _due_us(self, session: _Session) -> int:
        times = [session.order.until_us, session.doubted_until_us, session.reborn_until_us]
        if session.wanted is not None and session.asked_us is not None:
            times.append(session.asked_us + self._rules.rebirth_every_us)
        return min(time for time in times if time is not None)

    def _watch(self, key: tuple[str, str], session: _Session) -> None:
        times = session.order.until_us, session.doubted_until_us, session.reborn_until_us
        if session.wanted is None and all(time is None for time in times):
            self._waiting.pop(key, None)
        else:
            self._waiting[key] = session

    def _end_doubt(self, session: _Session, now: Moment, out: Outcome) -> None:
        until_us, node = session.doubted_until_us, session.node
        if until_us is None or now.steady_us < until_us:
            return
        session.doubted_until_us = session.wanted = None
        out.events.append(
            Event(Kind.OFFLINE, node.group, node.edge, None, now.utc_us, reason="silent")
        )
        out.readings += _all_offline(node, now.utc_us)

    def _end_orphans(self, session: _Session, now: Moment, out: Outcome) -> None:
        until_us, node = session.reborn_until_us, session.node
        if until_us is None or now.steady_us < until_us:
            return
        session.reborn_until_us = None
        for device in list(node.orphans):
            kind, reason = Kind.OFFLINE, "not_reborn"
            out.events.append(Event(kind, node.group, node.edge, device, now.utc_us, reason=reason))
            out.readings += node.offline(device, now.utc_us, now.utc_us)

    def _take(self, session: _Session, message: _Message, out: Outcome) -> None:
        kind, now, order = message.topic.type, message.arrived, session.order
        session.doubted_until_us = None
        if kind in ("NBIRTH", "NDEATH"):
            # What is missing belonged to the session that ends here.
            self._go(session, order.flush(), now, out)
            if kind == "NBIRTH":
                order.begin(message.payload.seq or 0)
            self._process(session, message, out)
            return
        number = message.payload.seq
        if number is None and self._rules.absent_is_zero and order.due == 0:
            number = 0
        if number is None:
            out.events.append(_event(Kind.UNNUMBERED, message))
            self._process(session, message, out)
            return
        session.held_bytes += message.size
        self._go(session, order.take(number, message, now.steady_us), now, out)
        if session.held_bytes > self._rules.most_held_bytes:
            self._go(session, order.flush(), now, out)

    def _go(
        self, session: _Session, steps: list[Step[_Message]], now: Moment, out: Outcome
    ) -> None:
        for step in steps:
            session.held_bytes -= step.item.size
            if step.missing:
                out.events.append(_event(Kind.GAP, step.item, step.missing))
                self._ask(session, "gap", now, out)
            if step.repeated:
                out.events.append(_event(Kind.REPEATED, step.item))
                if not _is_data_of(session.node, step.item):
                    self._refuse(step.item, "out_of_order", out)
                    self._ask(session, "out_of_order", now, out)
                    continue
            self._process(session, step.item, out)

    def _process(self, session: _Session, message: _Message, out: Outcome) -> None:
        node, payload, device = session.node, message.payload, message.topic.device
        arrived = message.arrived
        match message.topic.type:
            case "NBIRTH":
                session.wanted = None
                out.events.append(_event(Kind.ONLINE, message))
                self._keep(session, message, node.birth(payload, arrived.utc_us), out)
                if node.orphans:
                    session.reborn_until_us = arrived.steady_us + self._rules.reborn_us
            case "NDEATH":
                self._node_death(node, message, out)
            case "DDEATH":
                stated = payload.timestamp_ms
                time_us = arrived.utc_us if stated is None else stated * 1000
                if node.part(device).online:
                    out.events.append(_event(Kind.OFFLINE, message))
                out.readings += node.offline(device, time_us, arrived.utc_us)
            case "DBIRTH" if node.itself.online and device is not None:
                out.events.append(_event(Kind.ONLINE, message))
                reads = node.device_birth(device, payload, arrived.utc_us)
                self._keep(session, message, reads, out)
            case "NDATA" | "DDATA" if node.itself.online and node.part(device).online:
                self._keep(session, message, node.data(device, payload, arrived.utc_us), out)
            case _:
                self._refuse(message, "no_birth", out)
                self._ask(session, "no_birth", arrived, out)
                return
        out.settled.append(message.ticket)

    def _node_death(self, node: Node, message: _Message, out: Outcome) -> None:
        said = bd_seq(message.payload)
        if not node.itself.online or (node.bd_seq is not None and said != node.bd_seq):
            out.events.append(_event(Kind.OLD_DEATH, message))
            return
        out.events.append(_event(Kind.OFFLINE, message))
        now_us = message.arrived.utc_us  # the broker says it for the node, which has no say
        out.readings += _all_offline(node, now_us)

    def _keep(self, session: _Session, message: _Message, reads: list[Read], out: Outcome) -> None:
        refused: dict[str, list[payloads.Metric]] = {}
        for metric, reading, fault in reads:
            if fault is not None:
                refused.setdefault(fault, []).append(metric)
            elif reading is None:
                continue
            elif metric.transient:
                out.transient.append(reading)
            elif metric.historical:
                out.historical.append(reading)
            else:
                out.readings.append(reading)
        for reason, metrics in refused.items():
            part = Payload(message.payload.timestamp_ms, tuple(metrics))
            topic, body = str(message.topic), payloads.encode(part)
            out.refused.append(Refusal(topic, reason, len(metrics), body))
        if unknown := _UNKNOWN & refused.keys():
            self._ask(session, min(unknown), message.arrived, out)

    def _refuse(self, message: _Message, reason: str, out: Outcome) -> None:
        # At least one point: also an empty message shows that something is wrong.
        points = max(1, len(message.payload.metrics))
        body = payloads.encode(message.payload)
        out.refused.append(Refusal(str(message.topic), reason, points, body))
        out.settled.append(message.ticket)

    def _refuse_all(
        self, out: Outcome, topic: str, reason: str, data: bytes, ticket: Hashable
    ) -> Outcome:
        out.refused.append(Refusal(topic, reason, 1, data))
        out.settled.append(ticket)
        return out

    def _ask(self, session: _Session, reason: str, now: Moment, out: Outcome) -> None:
        """Ask for a birth, or remember to do so when the node was asked a short while ago."""
        asked, every = session.asked_us, self._rules.rebirth_every_us
        if asked is not None and now.steady_us - asked < every:
            session.wanted = session.wanted or reason
            return
        session.asked_us, session.wanted = now.steady_us, None
        node = session.node
        out.commands.append(rebirth(node.group, node.edge, now))
        event = Event(Kind.REBIRTH_ASKED, node.group, node.edge, None, now.utc_us, reason=reason)
        out.events.append(event)


def rebirth(group: str, edge: str, now: Moment) -> Command:
    """Return the request for a birth.

    The datatype is said although the standard would leave it out: one widespread edge otherwise
    reads no value, and stays silent.
    """
    time_ms = now.utc_us // 1000
    asked = payloads.metric(REBIRTH, DataType.BOOLEAN, True, timestamp_ms=time_ms)
    payload = payloads.encode(Payload(time_ms, (asked,)))
    return Command(str(Topic(group, "NCMD", edge)), payload)


def _all_offline(node: Node, now_us: int) -> list[Reading]:
    parts = (None, *node.devices, *node.orphans)
    return [stale for part in parts for stale in node.offline(part, now_us, now_us)]


def _is_data_of(node: Node, message: _Message) -> bool:
    """Return whether a message that comes late is data of the present session.

    A birth or a death that comes late would undo what came after it, and data from before the
    birth has aliases of another session.
    """
    said, born = message.payload.timestamp_ms, node.born_ms
    if message.topic.type not in ("NDATA", "DDATA"):
        return False
    return said is None or born is None or said >= born


def _event(kind: Kind, message: _Message, count: int = 0) -> Event:
    topic = message.topic
    return Event(kind, topic.group, topic.edge, topic.device, message.arrived.utc_us, count)
