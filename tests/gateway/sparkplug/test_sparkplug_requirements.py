"""The host profile of Eclipse Sparkplug 3.0, requirement by requirement, on a real broker.

One session is recorded on the wire (connect, subscribe, birth, a contradiction, commands, a broken
connection, a clean end); each test is named after the requirement that it looks up in there. Not
here: clean-session-50 (we speak MQTT 3.1.1), commands to devices (we send none), several brokers.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hosting import STATE, hosting, peer
from mqtt_broker import (
    CONNECT,
    DISCONNECT,
    PUBLISH,
    SUBSCRIBE,
    Packet,
    mosquitto,
    read_connect,
    read_subscribe,
    tapped,
    until,
)
from sparkplug_edge import SECOND, Edge

from deungdae.gateway.sparkplug.outcomes import Event, Kind, Rules
from deungdae.gateway.sparkplug.payloads import Payload, decode
from deungdae.gateway.sparkplug.presence import state

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REORDER_US = 3 * SECOND  #: longer than what holds without a word


@dataclass
class Recording:
    """What the host sent on its first and last connection, and what others saw."""

    begin_ms: int
    end_ms: int
    first: list[Packet]
    last: list[Packet]
    broken: list[bytes]  # STATE after the connection was cut, as others heard it
    command_topic: str
    command: Payload
    command_packet: Packet
    rows: list[dict[str, Any]]
    events: list[Event]
    in_time: list[Kind]  # events of a message that came late, but in time

    @property
    def states(self) -> list[tuple[Packet, dict[str, Any]]]:
        return [
            (packet, json.loads(packet.published()[1]))
            for packet in self.first
            if packet.kind == PUBLISH and packet.published()[0] == STATE
        ]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("broker")
    with mosquitto(folder) as port:
        return asyncio.run(_record(port, folder / "spool"))


async def _record(port: int, spool: Path) -> Recording:
    rules = Rules(reorder_us=REORDER_US)
    async with tapped(port) as tap:
        with peer(port, "spBv1.0/#") as other:
            edge = Edge()
            async with hosting(tap.port, spool, rules=rules) as running:
                begin_ms = json.loads(other.on(STATE)[0])["timestamp"]
                # Somebody says that we are offline: an old will.
                other.say(STATE, state(online=False, time_ms=begin_ms - 1), 1, True)
                await until(lambda: len(tap.published("STATE")) == 2)
                other.say(*edge.nbirth())
                other.say(*edge.dbirth())
                late, early = edge.ndata(1.0), edge.ndata(2.0)
                other.say(*early)
                await until(lambda: running.host.counts["messages"] == 3)
                other.say(*late)
                await until(lambda: running.host.counts["readings"] == 4)
                in_time = [event.kind for event in running.events]
                edge.ndata(3.0)  # is lost
                other.say(*edge.ndata(4.0))
                await until(lambda: other.on("/NCMD/"))
                other.say(*edge.ndeath(), 1)
                await until(lambda: running.host.counts["offline"])
                heard = len(other.on(STATE))
                tap.cut()
                await until(lambda: len(other.on(STATE)) >= heard + 2)
                broken = other.on(STATE)[heard:]
                await until(lambda: len(tap.sent) == 2 and running.host.online)
            end_ms = json.loads(other.on(STATE)[-1])["timestamp"] if other.on(STATE) else 0
            await until(lambda: tap.sent[1][-1].kind == DISCONNECT)
            packet, payload = tap.published("/NCMD/")[0]
            return Recording(
                begin_ms,
                end_ms,
                tap.sent[0],
                tap.sent[1],
                broken,
                packet.published()[0],
                decode(payload),
                packet,
                running.store.rows(),
                running.events,
                in_time,
            )


def _will(r: Recording) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(read_connect(r.first[0]).will)
    return said


def _order(r: Recording) -> list[int]:
    return [packet.kind for packet in r.first if packet.kind in (CONNECT, SUBSCRIBE, PUBLISH)]


def _birth(r: Recording) -> tuple[Packet, dict[str, Any]]:
    return r.states[0]


def _last_death(r: Recording) -> tuple[Packet, dict[str, Any]]:
    packet = [each for each in r.last if each.kind == PUBLISH][-1]
    return packet, json.loads(packet.published()[1])


def _stale(r: Recording) -> dict[str, int]:
    return {
        row["tag"]: (row["time"] - EPOCH) // timedelta(microseconds=1)
        for row in r.rows
        if row["value"] is None and row["text"] is None and row["quality"] == 64
    }


def _offline_us(r: Recording) -> int:
    return next(each.time_us for each in r.events if each.kind is Kind.OFFLINE)


def _waited_us(r: Recording) -> int:
    gap = next(each.time_us for each in r.events if each.kind is Kind.GAP)
    return next(each.time_us for each in r.events if each.kind is Kind.REBIRTH_ASKED) - gap


Check = Callable[[Recording], bool]
WILL_TOPIC: Check = lambda r: read_connect(r.first[0]).will_topic == STATE  # noqa: E731
WILL_PAYLOAD: Check = lambda r: (  # noqa: E731
    set(_will(r)) == {"online", "timestamp"}
    and _will(r)["online"] is False
    and _will(r)["timestamp"] == r.begin_ms
)
WILL_QOS: Check = lambda r: read_connect(r.first[0]).will_qos == 1  # noqa: E731
WILL_RETAIN: Check = lambda r: read_connect(r.first[0]).will_retain  # noqa: E731
SUBSCRIBED: Check = lambda r: (  # noqa: E731
    read_subscribe(next(each for each in r.first if each.kind == SUBSCRIBE))
    == [(STATE, 1), ("spBv1.0/#", 1)]
)
ORDER: Check = lambda r: _order(r)[:3] == [CONNECT, SUBSCRIBE, PUBLISH]  # noqa: E731
FIRST: Check = lambda r: ORDER(r) and _birth(r)[1]["online"] is True  # noqa: E731
BIRTH_TOPIC: Check = lambda r: (  # noqa: E731
    next(each for each in r.first if each.kind == PUBLISH).published()[0] == STATE
)
BIRTH_PAYLOAD: Check = lambda r: (  # noqa: E731
    _birth(r)[1] == {"online": True, "timestamp": _will(r)["timestamp"]}
)
BIRTH_QOS: Check = lambda r: _birth(r)[0].qos == 1  # noqa: E731
BIRTH_RETAIN: Check = lambda r: _birth(r)[0].retain  # noqa: E731
DEATH: Check = lambda r: (  # noqa: E731
    _last_death(r)[1]["online"] is False and _last_death(r)[0].published()[0] == STATE
)
COMMAND: Check = lambda r: (  # noqa: E731
    [(each.name, each.value()) for each in r.command.metrics] == [("Node Control/Rebirth", True)]
)

REQUIREMENTS: dict[str, Check] = {
    # Session establishment
    "conformance-primary-host": FIRST,
    "components-ph-state": FIRST,
    "intro-sparkplug-host-state": FIRST,
    "principles-birth-certificates-order": FIRST,
    "message-flow-phid-sparkplug-clean-session-311": lambda r: read_connect(r.first[0]).clean,
    "message-flow-phid-sparkplug-subscription": SUBSCRIBED,
    "payloads-state-subscribe": SUBSCRIBED,
    "host-topic-phid-birth-sub-required": ORDER,
    "message-flow-phid-sparkplug-state-publish": FIRST,
    "operational-behavior-host-application-connect-will": WILL_PAYLOAD,
    "operational-behavior-host-application-connect-will-topic": WILL_TOPIC,
    "operational-behavior-host-application-connect-will-payload": WILL_PAYLOAD,
    "operational-behavior-host-application-connect-will-qos": WILL_QOS,
    "operational-behavior-host-application-connect-will-retained": WILL_RETAIN,
    "payloads-state-will-message": WILL_TOPIC,
    "payloads-state-will-message-payload": WILL_PAYLOAD,
    "payloads-state-will-message-qos": WILL_QOS,
    "payloads-state-will-message-retain": WILL_RETAIN,
    "host-topic-phid-death-required": WILL_TOPIC,
    "host-topic-phid-death-topic": WILL_TOPIC,
    "host-topic-phid-death-payload": WILL_PAYLOAD,
    "host-topic-phid-death-payload-timestamp-connect": WILL_PAYLOAD,
    "host-topic-phid-death-qos": WILL_QOS,
    "host-topic-phid-death-retain": WILL_RETAIN,
    "operational-behavior-host-application-connect-birth": FIRST,
    "operational-behavior-host-application-connect-birth-topic": BIRTH_TOPIC,
    "operational-behavior-host-application-connect-birth-payload": BIRTH_PAYLOAD,
    "operational-behavior-host-application-connect-birth-qos": BIRTH_QOS,
    "operational-behavior-host-application-connect-birth-retained": BIRTH_RETAIN,
    "host-topic-phid-birth-required": FIRST,
    "host-topic-phid-birth-message": FIRST,
    "host-topic-phid-birth-topic": BIRTH_TOPIC,
    "host-topic-phid-birth-payload": BIRTH_PAYLOAD,
    "host-topic-phid-birth-payload-timestamp": BIRTH_PAYLOAD,
    "host-topic-phid-birth-qos": BIRTH_QOS,
    "host-topic-phid-birth-retain": BIRTH_RETAIN,
    "payloads-state-birth": BIRTH_TOPIC,
    "payloads-state-birth-payload": BIRTH_PAYLOAD,
    "message-flow-phid-sparkplug-state-publish-payload": BIRTH_PAYLOAD,
    "message-flow-phid-sparkplug-state-publish-payload-timestamp": BIRTH_PAYLOAD,
    "message-flow-hid-sparkplug-state-message-delivered": lambda r: (
        r.states[1][1] == r.states[0][1] and r.states[1][0].retain and r.states[1][0].qos == 1
    ),
    # Session termination
    "operational-behavior-host-application-disconnect-intentional": lambda r: (
        DEATH(r) and r.last[-1].kind == DISCONNECT
    ),
    "operational-behavior-host-application-death-topic": DEATH,
    "operational-behavior-host-application-death-payload": lambda r: (
        set(_last_death(r)[1]) == {"online", "timestamp"}
    ),
    "operational-behavior-host-application-death-qos": lambda r: _last_death(r)[0].qos == 1,
    "operational-behavior-host-application-death-retained": lambda r: _last_death(r)[0].retain,
    "host-topic-phid-death-payload-timestamp-disconnect-clean": lambda r: (
        _last_death(r)[1]["timestamp"] > json.loads(read_connect(r.last[0]).will)["timestamp"]
    ),
    "host-topic-phid-death-payload-timestamp-disconnect-with-no-disconnect-packet": lambda r: (
        json.loads(r.broken[0]) == {"online": False, "timestamp": r.begin_ms}
        and json.loads(r.broken[1])["timestamp"] > r.begin_ms
    ),
    # Commands
    "topics-ncmd-topic": lambda r: r.command_topic == "spBv1.0/공장/NCMD/사출1",
    "topics-ncmd-mqtt": lambda r: r.command_packet.qos == 0 and not r.command_packet.retain,
    "topics-ncmd-payload": COMMAND,
    "topics-ncmd-timestamp": lambda r: r.begin_ms <= (r.command.timestamp_ms or 0) <= r.end_ms,
    "payloads-ncmd-timestamp": lambda r: r.begin_ms <= (r.command.timestamp_ms or 0) <= r.end_ms,
    "payloads-ncmd-seq": lambda r: r.command.seq is None,
    "payloads-ncmd-qos": lambda r: r.command_packet.qos == 0,
    "payloads-ncmd-retain": lambda r: not r.command_packet.retain,
    "operational-behavior-data-commands-ncmd-verb": lambda r: "/NCMD/" in r.command_topic,
    "operational-behavior-data-commands-ncmd-metric-name": COMMAND,
    "operational-behavior-data-commands-ncmd-metric-value": COMMAND,
    "operational-behavior-data-commands-ncmd-rebirth-verb": lambda r: "/NCMD/" in r.command_topic,
    "operational-behavior-data-commands-ncmd-rebirth-name": COMMAND,
    "operational-behavior-data-commands-ncmd-rebirth-value": COMMAND,
    # The end of an edge's session
    "operational-behavior-edge-node-termination-host-action-ndeath-node-offline": lambda r: (
        [(each.edge, each.device) for each in r.events if each.kind is Kind.OFFLINE]
        == [("사출1", None)]
    ),
    "operational-behavior-edge-node-termination-host-action-ndeath-node-tags-stale": lambda r: (
        _stale(r)["공장/사출1/온도"] == _offline_us(r)
    ),
    "operational-behavior-edge-node-termination-host-action-ndeath-devices-offline": lambda r: (
        set(_stale(r)) == {"공장/사출1/온도", "공장/사출1/금형/압력"}
    ),
    "operational-behavior-edge-node-termination-host-action-ndeath-devices-tags-stale": lambda r: (
        _stale(r)["공장/사출1/금형/압력"] == _offline_us(r)
    ),
    # The order of messages
    "operational-behavior-host-reordering-param": lambda r: (
        _waited_us(r) >= REORDER_US > Rules().reorder_us
    ),
    "operational-behavior-host-reordering-start": lambda r: (
        [each.count for each in r.events if each.kind is Kind.GAP] == [1]
    ),
    "operational-behavior-host-reordering-rebirth": lambda r: (
        [each.reason for each in r.events if each.kind is Kind.REBIRTH_ASKED][:1] == ["gap"]
    ),
    "operational-behavior-host-reordering-success": lambda r: (
        set(r.in_time) == {Kind.ONLINE} and [row["value"] for row in r.rows[2:4]] == [1.0, 2.0]
    ),
}


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_host_keeps(requirement: str, recorded: Recording) -> None:
    assert REQUIREMENTS[requirement](recorded)
