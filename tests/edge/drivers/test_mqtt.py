"""MQTT against a real broker (mosquitto) on a free port."""

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from deungdae.edge.drivers import DriverFailed, read
from deungdae.edge.drivers.mqtt.messages import NotUnderstood, Topic
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Loss
from deungdae.records.readings import TagPath

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
NOON = 1_764_000_000_000_000
needs_broker = pytest.mark.skipif(
    MOSQUITTO is None and os.environ.get("CI") != "true", reason="mosquitto is not installed"
)


@pytest.mark.parametrize(
    ("wanted", "topic", "matches"),
    [
        ("press/+/melt", "press/3/melt", True),
        ("press/+/melt", "press/3/x/melt", False),
        ("press/#", "press", True),
        ("press/#", "press/3/melt", True),
        ("press", "press/3", False),
        ("press/3", "press", False),
        ("+", "프레스", True),
    ],
)
def test_filters_match_by_the_rules_of_mqtt(wanted: str, topic: str, matches: bool) -> None:
    assert Topic(wanted, TagPath("t"), "number").matches(topic) is matches


def said(topic: Topic, payload: str | bytes) -> list[tuple[str, int, object]]:
    data = payload.encode() if isinstance(payload, str) else payload
    return [(r.tag, r.time_us, r.value) for r in topic.readings("p/3", data, NOON)]


def test_a_number_a_text_and_an_object_are_read() -> None:
    assert said(Topic("#", TagPath("t"), "number"), " 231.5") == [("t/p/3", NOON, 231.5)]
    assert said(Topic("#", TagPath("t"), "text"), "가동") == [("t/p/3", NOON, "가동")]
    members = Topic("#", TagPath("t"), "json", ("melt", "door", "gone"), "at")
    told = {"melt": 231, "door": True, "other": [], "at": 1_764_000_001_000}
    expected = [("t/p/3/melt", NOON + 1_000_000, 231.0), ("t/p/3/door", NOON + 1_000_000, True)]
    assert said(members, json.dumps(told)) == expected
    told["at"] = "2025-11-24T16:00:01+00:00"
    assert said(members, json.dumps(told)) == expected


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ("number", b"on"),
        ("number", b"1_0"),
        ("number", b"\xff"),
        ("json", b"[1]"),
        ("json", b'{"at": "2025-11-24T16:00:01", "melt": 1}'),
        ("json", b'{"at": true, "melt": 1}'),
        ("json", b'{"at": 1, "melt": {}}'),
        ("json", b'{"at": 1, "melt": NaN}'),
        ("json", b"[" * 100_000),
        ("text", b"a" * 300_000),
    ],
)
def test_what_is_not_understood_says_so(payload: str, message: bytes) -> None:
    topic = Topic("#", TagPath("t"), payload, ("melt",), "at" if payload == "json" else None)
    with pytest.raises(NotUnderstood):
        said(topic, message)


class BrokerProcess:
    """mosquitto on a free port that it keeps, with its sessions on disk."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {folder}/\nmax_queued_messages 10000\n"
        )
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", self.config], stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        assert any("running" in line for line in self.process.stderr)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate()
            self.process = None

    def publish(self, *messages: tuple[str, str]) -> None:
        client = Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for topic, payload in messages:
            client.publish(topic, payload, qos=1).wait_for_publish(20)
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerProcess]:
    made = BrokerProcess(tmp_path)
    made.start()
    yield made
    made.stop()


def made(port: int, **options: object) -> Any:
    problems: list[Problem] = []
    table = {
        "host": "127.0.0.1",
        "port": port,
        "tls": False,
        "client_id": "press-shop",
        "topic": [{"filter": "press/#", "tag": "t"}],
        **options,
    }
    recipe = read("mqtt", Fields(table, "m", problems))
    assert problems == []
    return recipe.make()


def running(driver: Any, memory: Any, stop: Event) -> tuple[threading.Thread, list[Exception]]:
    ended: list[Exception] = []

    def run() -> None:
        try:
            driver.run(memory, stop)
        except (DriverFailed, Broken) as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, ended


class Broken(Exception):  # noqa: N818
    """A buffer that fails in the middle of taking."""


@needs_broker
def test_what_comes_while_the_agent_is_away_is_kept_by_the_broker(
    broker: BrokerProcess, memory: Any
) -> None:
    stop = Event()
    thread, _ = running(made(broker.port), memory, stop)
    published(broker, memory, lambda: bool(memory.readings))
    stop.set()
    thread.join(20)
    broker.publish(("press/3", "2"), ("press/3", "odd"), ("press/3", "3"))
    again = Event()
    thread, _ = running(made(broker.port), memory, again)
    # What was kept but not yet acknowledged at the stop may come a second time before these.
    memory.wait_until(lambda: memory.values("t/press/3")[-2:] == [2.0, 3.0])
    memory.wait_until(lambda: memory.losses == [(Loss.UNREADABLE, 1)])
    again.set()
    thread.join(20)
    assert "odd" in str(memory.problem)


@needs_broker
def test_a_message_that_was_not_kept_comes_again(broker: BrokerProcess, memory: Any) -> None:
    stop = Event()
    thread, _ = running(made(broker.port), memory, stop)
    published(broker, memory, lambda: bool(memory.readings))
    stop.set()
    thread.join(20)
    broker.publish(("press/3", "7"))
    kept = memory.take

    def take(*_: object) -> int:
        raise Broken

    memory.take = take
    thread, ended = running(made(broker.port), memory, Event())
    thread.join(20)
    assert len(ended) == 1
    memory.take = kept
    once_more = Event()
    thread, _ = running(made(broker.port), memory, once_more)
    memory.wait_until(lambda: memory.values("t/press/3")[-1] == 7.0)
    once_more.set()
    thread.join(20)


@needs_broker
def test_topics_are_found_before_any_was_named(broker: BrokerProcess) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish("press/3", "231.5", qos=1, retain=True).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()
    problems: list[Problem] = []
    table = {"host": "127.0.0.1", "port": broker.port, "tls": False}
    fields = Fields(table, "m", problems)
    fields.browsing = True
    recipe = read("mqtt", fields)
    assert problems == []
    (found,) = recipe.make().browse(1)
    assert (found.address, found.value) == ("press/3", "231.5")


def published(broker: BrokerProcess, memory: Any, true: Callable[[], bool]) -> None:
    """Publish until the driver has subscribed for the first time."""
    for _ in range(200):
        broker.publish(("press/3", "1"))
        if true():
            return
    pytest.fail("the driver never subscribed")


@needs_broker
def test_a_broker_that_goes_away_is_a_gap_and_a_sentence(
    broker: BrokerProcess, memory: Any
) -> None:
    thread, ended = running(made(broker.port), memory, Event())
    published(broker, memory, lambda: bool(memory.readings))
    broker.stop()
    thread.join(30)
    assert len(ended) == 1
    assert memory.losses == [(Loss.GAP, 1)]
    with pytest.raises(DriverFailed, match="broke off or refused"):
        made(broker.port).run(memory, Event())


def test_problems_are_named_before_anything_connects(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x")
    problems: list[Problem] = []
    table = {
        "host": "192.168.0.30",
        "tls": False,
        "password_file": "password",
        "topic": [
            {"filter": "a/#/b", "tag": "t", "payload": "json"},
            {"filter": "a+", "tag": "t", "fields": ["x"], "qos": 0},
        ],
    }
    fields = Fields(table, "m", problems)
    fields.base = tmp_path
    read("mqtt", fields)
    told = " ".join(f"{p.where} {p.what}" for p in problems)
    expected = ["plain words", "client_id is missing", "topic 1 In a filter", "topic 2 In a filter"]
    expected += ["topic 1 A payload", "topic 2 A payload", "qos is not known"]
    for words in expected:
        assert words in told, words
