"""The simulated plant on real sockets, heard by our own drivers and our own host."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bus_in_a_thread import BusInAThread
from hosting import hosting
from mqtt_broker import until
from up_for_tests import run

from deungdae import bus, tables
from deungdae.bus import mqtt
from deungdae.cli import demo_seats
from deungdae.demo_plant import inspection, plant
from deungdae.demo_plant.drops import EVERY_S, Drops
from deungdae.demo_plant.shop import MACHINES
from deungdae.demo_plant.sparkplug import Entrance
from deungdae.demo_plant.story import Story
from deungdae.edge.drivers import read
from deungdae.edge.fields import Fields, Problem
from deungdae.gateway.sparkplug.outcomes import Kind
from deungdae.records.environment import Settings

GROUP = "demo-plant"
NINE_HOURS_S = 9 * 3600


def now_s() -> float:
    return time.time_ns() / 1e9


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@dataclass(frozen=True)
class Running:
    """A plant at work, and the broker that it speaks to."""

    offer: plant.Offer
    mqtt_port: int
    entrance: tuple[str, str]  #: of the host

    def seat(self, key: str) -> list[dict[str, Any]]:
        """What an agent of `deungdae up` reads."""
        ports = self.offer.opcua_port, self.offer.modbus_port
        (found,) = [s for s in demo_seats.seats(self.offer.folder, *ports, "en") if s.key == key]
        return found.drivers


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("plant")
    told = {"DEUNGDAE_HOME": str(folder), "DEUNGDAE_MQTT_BIND": "127.0.0.1:0"}
    settings = Settings.from_environment(told)
    password, hashed = mqtt.new_password()
    with BusInAThread(settings.bus, settings.mqtt) as broker:
        broker.server.admit([bus.SparkplugGroup("가온", GROUP, "spb", password=hashed)])
        where = mqtt.listening(settings.bus.folder)
        assert where is not None
        entrance = Entrance("127.0.0.1", where.port, GROUP, GROUP, password)
        offer = plant.Offer(folder / "files", free_port(), free_port(), lambda: entrance)
        ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
        work = plant.run(offer, stop, now_s, ready.set)
        thread = threading.Thread(target=lambda: loop.run_until_complete(work))
        thread.start()
        assert ready.wait(30)
        yield Running(offer, where.port, (mqtt.HOST_USER, bus.secret(settings.bus.folder)))
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def browsed(driver: dict[str, Any]) -> dict[str, Any]:
    """Address → value, as a person who browses sees it."""
    problems: list[Problem] = []
    table = {key: value for key, value in driver.items() if key not in ("kind", "name")}
    recipe = read(driver["kind"], Fields(table, "d", problems))
    assert problems == []
    return {found.name: found.value for found in recipe.make().browse(200)}


def test_line_2_is_read_by_modbus_as_the_story_tells_it(running: Running) -> None:
    (driver,) = running.seat("pc-2")
    before, found, story = now_s(), browsed(driver), Story(running.offer.seed)
    assert len(found) == 28
    (machine,) = [one for one in MACHINES if one.name == "line2/imm1"]
    told = story.now(machine, before)
    for tag, tolerance in {"shots": 1, "barrel_zone3": 1.5, "injection_pressure": 5}.items():
        assert found[f"line2/imm1/{tag}"] == pytest.approx(told[tag], abs=tolerance)
    assert len(str(found["line2/imm1/lot"])) == 8
    assert 15 < found["line2/ambient_temperature"] < 30


def test_line_1_is_browsed_by_opc_ua_and_every_chosen_node_is_there(running: Running) -> None:
    line, drops = running.seat("pc-1")
    found = browsed(line)
    assert {node["tag"].rpartition("/")[2] for node in line["node"]} <= set(found)
    assert 190 < found["barrel_zone1"] < 210
    assert found["state"] in {"closing", "injecting", "holding", "cooling", "opening", "ejecting",
                              "stopped"}  # fmt: skip
    assert (Path(drops["folder"])).name == "drops"


def test_line_3_is_heard_nine_hours_ahead_and_is_born_again_when_asked(
    running: Running, tmp_path: Path
) -> None:
    async def work() -> None:
        groups: dict[str, Any] = {"groups": (GROUP,), "host_id": mqtt.host_id(GROUP)}
        async with hosting(
            running.mqtt_port, tmp_path / "spool", entrance=running.entrance, **groups
        ) as heard:
            # The node was there before the host: its data need a birth, which the host asks for.
            await until(lambda: births(heard, None) and births(heard, "imm2"))
            await until(lambda: heard.host.counts["readings"] > 28)
            rows = heard.store.rows()
            assert {row["tag"] for row in rows} == {
                f"{GROUP}/{tag.path}" for tag in demo_seats.group(GROUP, "en").tags
            }
            ahead = {(row["time"] - row["received"]).total_seconds() for row in rows}
            assert all(abs(seconds - NINE_HOURS_S) < 5 for seconds in ahead)
            assert set(heard.store.refused()) <= {"no_birth"}
            assert not heard.host.counts["gap"]

    asyncio.run(work())


def births(heard: Any, device: str | None) -> int:
    return sum(e.kind is Kind.ONLINE and e.device == device for e in heard.events)


def test_the_inspector_drops_files_and_keeps_the_day_in_one(tmp_path: Path) -> None:
    story, begin = Story(7), 1_764_000_000.0  # 2025-11-25 01:00 in Korea
    drops = Drops(story, tmp_path)
    first = drops.tick(begin + 5)
    assert first is not None and drops.tick(begin + 6) is None
    second = drops.tick(begin + EVERY_S + 1)
    assert second is not None and second.name == "inspection-20251125-0102.csv"
    rows = second.read_text("utf-8-sig").splitlines()
    assert rows[0] == ",".join(inspection.HEADER)
    assert len(rows) - 1 == len(inspection.parts(story, begin, begin + EVERY_S))
    again = Drops(story, tmp_path)  # after a restart
    assert again.tick(begin + EVERY_S + 20) is None
    assert Drops(story, tmp_path).tick(begin + 2 * EVERY_S + 1) is not None
    whole = tables.read(tmp_path / "inspection-20251125.csv").table
    assert whole.column_names == list(inspection.HEADER)
    assert len(set(whole["부품번호"].to_pylist())) == whole.num_rows
    drops.tick(begin + 86_400)
    assert [file.name for file in (tmp_path / "drops").iterdir()] == [
        "inspection-20251126-0100.csv"
    ]


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = ["--opcua-port", str(taken.getsockname()[1]), "--modbus-port", str(free_port())]
        ran = run(tmp_path, "demo-plant", "--folder", str(tmp_path / "files"), *ports)
    assert ran.returncode != 0
    (line,) = ran.stderr.strip().splitlines()
    assert "The simulated plant cannot listen" in line and "Choose other ports." in line
