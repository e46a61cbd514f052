"""Edges that others wrote, against our host: npm `sparkplug-client` and PyPI `pysparkplug`.

They meet at mosquitto and at the embedded broker, where a group has a password. Each is installed
once, into the cache of the tests; where that cannot be done, its test skips.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from bus_in_a_thread import BusInAThread
from foreign_packages import from_npm, installed
from hosting import Running, hosting
from mqtt_broker import mosquitto, until
from sparkplug_edge import SECOND

from deungdae import bus
from deungdae.bus import mqtt
from deungdae.bus.entries import SparkplugGroup
from deungdae.gateway.sparkplug.outcomes import Kind, Rules
from deungdae.records.environment import Settings

FOREIGN = Path(__file__).parent / "foreign"
QUICK = Rules(reorder_us=SECOND // 5)


PASSWORD, HASH = mqtt.new_password()


@dataclass(frozen=True)
class Meeting:
    """A broker: its port, who the edges are there, and how the host enters."""

    port: int
    edge: tuple[str, ...] = ()
    host: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module", params=["mosquitto", "embedded"])
def meeting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Meeting]:
    folder = tmp_path_factory.mktemp("broker")
    if request.param == "mosquitto":
        with mosquitto(folder) as port:
            yield Meeting(port)
        return
    told = {"DEUNGDAE_HOME": str(folder), "DEUNGDAE_MQTT_BIND": "127.0.0.1:0"}
    settings = Settings.from_environment(told)
    with BusInAThread(settings.bus, settings.mqtt) as running:
        running.server.admit([SparkplugGroup("가온", "공장", "spb", password=HASH)])
        where = mqtt.listening(settings.bus.folder)
        assert where is not None
        secret = bus.secret(settings.bus.folder)
        host = {"entrance": (mqtt.HOST_USER, secret), "host_id": mqtt.host_id("공장")}
        yield Meeting(where.port, ("공장", PASSWORD), {**host, "groups": ("공장",)})


@contextlib.contextmanager
def edge(*command: str | Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run an edge that takes orders; it is killed at the end, as by a pulled plug."""
    running = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def order(running: "subprocess.Popen[bytes]", text: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{text}\n".encode())
    running.stdin.flush()


def count(running: Running, kind: Kind, device: str | None = None) -> int:
    return sum(each.kind is kind and each.device == device for each in running.events)


def test_sparkplug_client_of_npm_is_read_reborn_unpacked_and_mourned(
    meeting: Meeting, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    node, folder = from_npm(pytestconfig, "sparkplug-client", "3.2.4")

    async def go() -> None:
        async with hosting(
            meeting.port, tmp_path / "spool", rules=QUICK, **meeting.host
        ) as running:
            with edge(node, FOREIGN / "edge.js", folder, str(meeting.port), *meeting.edge) as other:
                await until(lambda: count(running, Kind.ONLINE, "금형"))
                order(other, "data 22.5")
                order(other, "device 정지")
                order(other, "packed 23.5")
                await until(lambda: running.host.counts["readings"] == 6)
                order(other, "gap")
                order(other, "data 24.5")
                # It answers only a request that says its datatype.
                await until(lambda: count(running, Kind.ONLINE, "금형") == 2)
                assert count(running, Kind.GAP) == count(running, Kind.REBIRTH_ASKED) == 1
                order(other, "data 25.5")
                await until(lambda: running.host.counts["readings"] == 11)
            await until(lambda: running.host.counts["readings"] == 14)
            assert count(running, Kind.OFFLINE) == 1
            assert not count(running, Kind.OLD_DEATH)
            values = running.store.values()
            assert values[:6] == [
                ("공장/자바/온도", 21.5),
                ("공장/자바/개수", -3.0),
                ("공장/자바/금형/이름", "가동"),
                ("공장/자바/온도", 22.5),
                ("공장/자바/금형/이름", "정지"),
                ("공장/자바/온도", 23.5),
            ]
            assert [value for tag, value in values[6:] if tag == "공장/자바/온도"] == [
                24.5,
                21.5,
                25.5,
                None,
            ]
            assert not running.store.refused()

    asyncio.run(go())


def test_pysparkplug_of_pypi_is_read_and_mourned(
    meeting: Meeting, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    python = Path("environment", "bin", "python")
    folder = installed(
        pytestconfig,
        "pysparkplug",
        [
            [sys.executable, "-m", "venv", "environment"],
            [str(python), "-m", "pip", "install", "-q", "pysparkplug==0.6.1"],
        ],
    )

    async def go() -> None:
        async with hosting(
            meeting.port, tmp_path / "spool", rules=QUICK, **meeting.host
        ) as running:
            script = FOREIGN / "edge_in_python.py"
            with edge(folder / python, script, str(meeting.port), *meeting.edge) as other:
                await until(lambda: count(running, Kind.ONLINE, "금형"))
                order(other, "data 22.5")
                order(other, "device 정지")
                await until(lambda: running.host.counts["readings"] == 4)
            await until(lambda: running.host.counts["readings"] == 6)
            assert count(running, Kind.OFFLINE) == 1
            assert running.store.values() == [
                ("공장/파이썬/온도", 21.5),
                ("공장/파이썬/금형/이름", "가동"),
                ("공장/파이썬/온도", 22.5),
                ("공장/파이썬/금형/이름", "정지"),
                ("공장/파이썬/온도", None),
                ("공장/파이썬/금형/이름", None),
            ]
            assert not running.store.refused() and not count(running, Kind.GAP)

    asyncio.run(go())
