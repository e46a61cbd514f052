"""The web's line to the bus: quick when there is one, and quick to say when there is none."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bus_for_tests import settings_in
from bus_in_a_thread import BusInAThread

from deungdae import bus
from deungdae.web.core import line


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusInAThread]:
    with BusInAThread(settings_in(tmp_path_factory.mktemp("line"))) as found:
        yield found


@pytest.fixture
def here(running: BusInAThread, settings: Any) -> Iterator[BusInAThread]:
    settings.BUS = running.settings
    line.hang_up()
    yield running
    line.hang_up()


def test_without_a_bus_everything_says_so_within_three_seconds(
    tmp_path: Path, settings: Any
) -> None:
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    try:
        began = time.monotonic()
        with pytest.raises(bus.Unavailable):
            line.all(bus.AGENTS)
        assert time.monotonic() - began < 3
        began = time.monotonic()
        with pytest.raises(bus.Unavailable):
            line.ask(bus.Question("history", "latest", "등대전자"))
        assert not line.stands()
        assert time.monotonic() - began < 0.5
    finally:
        line.hang_up()


def test_records_are_kept_found_changed_and_forgotten(here: BusInAThread) -> None:
    line.put(bus.AGENTS, bus.Agent("등대전자", "edge-1", 4), "등대전자", "edge-1")
    line.change(
        bus.AGENTS,
        lambda found: bus.Agent("등대전자", "edge-1", found.sequence if found else 0, revoked=True),
        *("등대전자", "edge-1"),
    )
    assert line.get(bus.AGENTS, "등대전자", "edge-1") == bus.Agent("등대전자", "edge-1", 4, True)
    assert line.items(bus.AGENTS).keys() == {bus.AGENTS.key("등대전자", "edge-1")}
    line.delete(bus.AGENTS, "등대전자", "edge-1")
    assert line.all(bus.AGENTS) == []


def test_answers_are_read_whole_or_piece_by_piece(here: BusInAThread) -> None:
    here.answer("echo", lambda asked: [asked.organisation.encode()] * 3)
    question = bus.Question("echo", "any", "등대전자")
    with line.ask(question) as answer:
        assert answer.read() == "등대전자".encode() * 3
    assert list(line.ask(question)) == ["등대전자".encode()] * 3

    async def later() -> list[bytes]:
        async with await line.aask(question) as answer:
            return [piece async for piece in answer]

    assert asyncio.run(later()) == ["등대전자".encode()] * 3


def test_live_values_reach_every_listener_of_the_organisation_alone(here: BusInAThread) -> None:
    async def work() -> list[bytes]:
        heard: list[bytes] = []

        async def listener() -> None:
            async for message in line.listen("등대전자", beat=0.05):
                if message:
                    heard.append(message)
                    return

        tasks = [asyncio.create_task(listener()) for _ in range(3)]
        while not all(task.done() for task in tasks):
            here.tell(bus.live_subject("누리사출"), b"not yours")
            here.tell(bus.live_subject("등대전자"), b"yours")
            await asyncio.wait(tasks, timeout=0.02)
        return heard

    assert asyncio.run(asyncio.wait_for(work(), 10)) == [b"yours"] * 3


def test_the_line_stands_again_after_the_bus_was_killed(here: BusInAThread) -> None:
    line.put(bus.QUOTAS, bus.Quota("등대전자", 600), "등대전자")
    here.kill()
    until = time.monotonic() + 20
    while True:
        try:
            line.put(bus.QUOTAS, bus.Quota("등대전자", 700), "등대전자")
            break
        except bus.Unavailable:
            assert time.monotonic() < until
    assert line.get(bus.QUOTAS, "등대전자") == bus.Quota("등대전자", 700)
