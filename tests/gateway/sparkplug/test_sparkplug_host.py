"""The host on a real broker: what it stores, acknowledges and says of itself."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hosting import STATE, Peer, Running, hosting, peer
from mqtt_broker import CONNECT, PUBACK, PUBLISH, Tap, mosquitto, read_connect, tapped, until
from sparkplug_edge import SECOND, Edge

from deungdae.gateway.sparkplug.connection import Broker, Session
from deungdae.gateway.sparkplug.outcomes import Rules
from deungdae.gateway.sparkplug.payloads import decode
from deungdae.gateway.sparkplug.presence import Answer, OnDeath, Presence, state

QUICK = Rules(reorder_us=SECOND // 5)
TEMPERATURE, PRESSURE = "공장/사출1/온도", "공장/사출1/금형/압력"
Scenario = Callable[[Running, Tap, Peer], Awaitable[None]]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with mosquitto(tmp_path_factory.mktemp("broker")) as port:
        yield port


@pytest.fixture
def play(port: int, tmp_path: Path) -> Callable[..., None]:
    """Play a scenario with a host behind a tap, and a peer that hears everything."""

    def played(scenario: Scenario, **changes: Any) -> None:
        async def go() -> None:
            async with tapped(port) as tap:
                with peer(port, "spBv1.0/#") as other:
                    async with hosting(tap.port, tmp_path / "spool", **changes) as running:
                        await scenario(running, tap, other)

        asyncio.run(go())

    return played


def test_births_and_data_are_on_disk_under_their_tags(play: Callable[..., None]) -> None:
    async def scenario(running: Running, _: Tap, other: Peer) -> None:
        edge = Edge()
        for message in (edge.nbirth(), edge.dbirth(), edge.ndata(22.5), edge.ddata(-7)):
            other.say(*message)
        await until(lambda: running.host.counts["readings"] == 4)
        assert running.store.values() == [
            (TEMPERATURE, 21.5),
            (PRESSURE, -5.0),
            (TEMPERATURE, 22.5),
            (PRESSURE, -7.0),
        ]
        row = running.store.rows()[0]
        assert (row["organisation"], row["source"], row["quality"]) == ("등대전자", "spb", 192)

    play(scenario)


def test_a_gap_is_asked_about_over_the_broker_and_our_own_command_is_ignored(
    play: Callable[..., None],
) -> None:
    async def scenario(running: Running, _: Tap, other: Peer) -> None:
        edge = Edge()
        other.say(*edge.nbirth())
        edge.ndata(0.0)  # is never sent
        other.say(*edge.ndata(2.0))
        await until(lambda: other.on("/NCMD/사출1"))
        (metric,) = decode(other.on("/NCMD/사출1")[0]).metrics
        assert (metric.name, metric.datatype, metric.value()) == ("Node Control/Rebirth", 11, True)
        await until(lambda: running.host.counts["readings"] == 2)
        assert running.host.counts["gap"] == 1 and not running.store.refused()

    play(scenario, rules=QUICK)


def test_a_message_is_acknowledged_only_when_it_is_stored(play: Callable[..., None]) -> None:
    async def scenario(running: Running, tap: Tap, other: Peer) -> None:
        edge = Edge()
        other.say(*edge.nbirth(), 1)
        await until(lambda: running.host.counts["readings"] == 1)
        running.store.away = True
        tried = running.store.tried
        other.say(*edge.ndata(22.5), 1)
        await until(lambda: running.store.tried > tried)
        publishes = [each for each in tap.received if each.kind == PUBLISH]
        (told,) = [each for each in publishes if "/NDATA/" in each.published()[0]]
        assert told.number() not in [each.number() for each in tap.packets(PUBACK)]
        running.store.away = False
        await until(lambda: told.number() in [each.number() for each in tap.packets(PUBACK)])
        assert running.store.values()[-1] == (TEMPERATURE, 22.5)

    play(scenario)


def test_a_kept_session_loses_nothing_of_quality_1_when_the_connection_breaks(
    play: Callable[..., None],
) -> None:
    async def scenario(running: Running, tap: Tap, other: Peer) -> None:
        edge = Edge()
        other.say(*edge.nbirth(), 1)
        await until(lambda: running.host.counts["readings"] == 1)
        tap.cut()
        for number in range(50):
            other.say(*edge.ndata(float(number)), 1)
        await until(lambda: running.host.counts["readings"] >= 51)
        assert {value for _, value in running.store.values()} == {21.5, *map(float, range(50))}
        assert running.host.counts["gap"] == 0

    play(scenario, session=Session.KEPT)


def test_after_a_break_the_nodes_of_a_clean_session_are_asked_for_their_births(
    play: Callable[..., None],
) -> None:
    async def scenario(running: Running, tap: Tap, other: Peer) -> None:
        other.say(*Edge().nbirth())
        await until(lambda: running.host.counts["online"] == 1)
        tap.cut()
        await until(lambda: len(tap.sent) > 1 and other.on("/NCMD/"))
        assert [event.reason for event in running.events if event.reason] == ["reconnected"]

    play(scenario)


def test_a_host_whose_store_is_away_says_that_it_is_offline_and_comes_back(
    play: Callable[..., None],
) -> None:
    async def scenario(running: Running, _: Tap, other: Peer) -> None:
        running.store.away = True
        other.say(*Edge().nbirth())
        await until(lambda: json.loads(other.on(STATE)[-1])["online"] is False)
        running.store.away = False
        await until(lambda: json.loads(other.on(STATE)[-1])["online"] is True)
        assert running.store.values() == [(TEMPERATURE, 21.5)]

    play(scenario, patience_s=0)


def test_what_cannot_be_read_is_set_aside_on_disk(play: Callable[..., None]) -> None:
    async def scenario(running: Running, _: Tap, other: Peer) -> None:
        other.say("spBv1.0/g/NDATA/e", b"\xff\xff")
        other.say("spBv1.0/g/NDATA/e/d", b"")
        await until(lambda: running.host.counts["refused"] == 2)
        assert running.store.refused() == {"truncated": 1, "topic": 1}

    play(scenario)


def test_only_the_groups_asked_for_are_heard(play: Callable[..., None]) -> None:
    async def scenario(running: Running, _: Tap, other: Peer) -> None:
        other.say(*Edge(group="other").nbirth())
        other.say(*Edge(group="mine").nbirth())
        await until(lambda: running.host.counts["messages"])
        assert [event.group for event in running.events] == ["mine"]

    play(scenario, groups=("mine",))


def test_what_waits_for_a_missing_message_is_kept_when_the_host_is_stopped(
    play: Callable[..., None], tmp_path: Path
) -> None:
    async def scenario(running: Running, _: Tap, other: Peer) -> None:
        edge = Edge()
        other.say(*edge.nbirth())
        edge.ndata(0.0)
        other.say(*edge.ndata(2.0))
        await until(lambda: running.host.counts["messages"] == 2)
        await running.end()
        assert running.store.values()[-1] == (TEMPERATURE, 2.0)

    play(scenario, rules=Rules(reorder_us=3600 * SECOND))


def test_a_late_will_of_our_own_is_answered_by_the_same_birth(play: Callable[..., None]) -> None:
    async def scenario(running: Running, tap: Tap, other: Peer) -> None:
        (_, birth), *_ = tap.published("STATE")
        other.say(STATE, state(online=False, time_ms=1), 1, True)
        await until(lambda: len(tap.published("STATE")) == 2)
        assert [payload for _, payload in tap.published("STATE")] == [birth, birth]
        assert len(tap.packets(CONNECT)) == 1

    play(scenario)


def test_an_offline_newer_than_ours_makes_us_connect_anew(play: Callable[..., None]) -> None:
    async def scenario(running: Running, tap: Tap, other: Peer) -> None:
        (_, birth), *_ = tap.published("STATE")
        since = json.loads(birth)["timestamp"]
        other.say(STATE, state(online=False, time_ms=since), 1, True)
        await until(lambda: len(tap.packets(CONNECT)) == 2 and len(tap.published("STATE")) == 2)
        first, second = [json.loads(payload) for _, payload in tap.published("STATE")]
        assert second["online"] is True and second["timestamp"] > first["timestamp"]
        will = read_connect(tap.packets(CONNECT)[1]).will
        assert json.loads(will)["timestamp"] == second["timestamp"]

    play(scenario)


@pytest.mark.parametrize(
    ("payload", "retained", "on_death", "answer"),
    [
        (b'{"online":false,"timestamp":50}', True, OnDeath.RECONNECT, Answer.NOTHING),
        (b'{"online":true,"timestamp":50}', False, OnDeath.RECONNECT, Answer.NOTHING),
        (b'{"online":false,"timestamp":49}', False, OnDeath.RECONNECT, Answer.REPUBLISH),
        (b'{"online":false,"timestamp":50}', False, OnDeath.RECONNECT, Answer.RECONNECT),
        (b'{"online":false,"timestamp":99}', False, OnDeath.REPUBLISH, Answer.REPUBLISH),
        (b"OFFLINE", False, OnDeath.RECONNECT, Answer.REPUBLISH),
        (b"[" * 100_000, False, OnDeath.RECONNECT, Answer.REPUBLISH),
    ],
)
def test_what_is_said_of_us_is_answered(
    payload: bytes, retained: bool, on_death: OnDeath, answer: Answer
) -> None:
    assert Presence("등대", 50, on_death).heard(payload, retained) is answer


def test_a_host_cannot_be_named_after_a_filter() -> None:
    with pytest.raises(ValueError, match="cannot name a host"):
        Presence("a/#", 1, OnDeath.RECONNECT)


def test_a_password_does_not_travel_in_plain_words() -> None:
    with pytest.raises(ValueError, match="plain words"):
        Broker("broker.example", user="u", password="p")
    assert "secret" not in repr(Broker("broker.example", tls=True, password="secret"))
