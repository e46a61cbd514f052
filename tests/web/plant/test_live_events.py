"""What an open live page is sent: over a real bus, Django's whole way, without a browser."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from history_site import HistorySite
from live_stream import Stream, opened

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.closing import closing
from deungdae.web.core.models import Membership
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant.live import streams

pytestmark = pytest.mark.django_db(transaction=True)
Enter = Callable[[Any], Client]
ALL = Scope.everything(SystemActor("tests"))
TEMPERATURE, FORCE = "L1/A/온도", "L1/A/force"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("live")) as site:
        yield site


class Plant:
    """A company with two tags, its neighbour, and a bus on which either may speak."""

    def __init__(self, site: HistorySite, house: Any, neighbour: Any) -> None:
        self.site, self.house, self.neighbour = site, house, neighbour
        self.organisation = str(house.organisation.public_id)
        for tag, value in ((TEMPERATURE, 20.0), (FORCE, 5.0)):
            site.store(self.organisation, "edge", tag, [(now_us() - 1_000_000, value)])

    @property
    def query(self) -> str:
        return urlencode({"of": self.organisation, "show": "100:L1/A"})

    def tell(self, tag: str, value: Any, organisation: str = "", after_us: int = 0) -> None:
        text = json.dumps({"points": [[tag, now_us() + after_us, value, 192]]})
        subject = bus.live_subject(organisation or self.organisation)
        self.site.bus.tell(subject, text.encode())


def now_us() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def plant(running: HistorySite, settings: Any, house: Any, neighbour: Any) -> Iterator[Plant]:
    settings.BUS = running.settings.bus
    line.hang_up()
    yield Plant(running, house, neighbour)
    line.hang_up()


def carry_out(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 40))


def values(told: Any) -> dict[int, Any]:
    return {row[0]: row[1] for row in told.get("rows", ())}


async def listening(plant: Plant, page: Stream) -> None:
    """Wait until the page hears the bus: what is told before is lost, as live values are."""
    async with asyncio.timeout(20):
        while True:
            plant.tell(FORCE, -1.0)
            await asyncio.sleep(0.05)
            if any(name == "change" and values(told) for name, told in page.waiting()):
                return


def test_a_page_gets_a_snapshot_and_then_what_changed(plant: Plant, enter: Enter) -> None:
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with opened(client, plant.query) as page:
            first = await page.next("snapshot")
            assert page.headers["content-type"].startswith("text/event-stream")
            assert page.headers["x-accel-buffering"] == "no"
            assert "no-store" in page.headers["cache-control"]
            assert first["tags"] == [FORCE, TEMPERATURE]
            assert values(first) == {0: 5.0, 1: 20.0}
            assert [(one["key"], one["total"]) for one in first["lines"]] == [("L1", 2)]
            await listening(plant, page)
            plant.tell(TEMPERATURE, 21.5)
            assert values(await page.next("change")) == {1: 21.5}

    carry_out(test())


def test_a_page_is_sent_nothing_of_another_company(plant: Plant, enter: Enter) -> None:
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with opened(client, plant.query) as page:
            await page.next("snapshot")
            await listening(plant, page)
            plant.tell(TEMPERATURE, 99.0, str(plant.neighbour.organisation.public_id))
            plant.tell("L9/secret", 1.0, str(plant.neighbour.organisation.public_id))
            plant.tell(FORCE, 6.0)
            assert values(await page.next("change")) == {0: 6.0}
            assert "secret" not in json.dumps(page.waiting())

    carry_out(test())


def test_a_page_of_a_company_that_is_not_shown_any_more_gets_nothing(
    plant: Plant, enter: Enter
) -> None:
    client = enter(plant.house.people["viewer"])
    other = urlencode({"of": str(plant.neighbour.organisation.public_id), "show": "100:L1/A"})

    async def test() -> None:
        async with opened(client, other) as page:
            assert "Load the page again" in (await page.next("end"))["words"]
            await asyncio.wait_for(page.ended.wait(), 10)
            assert page.waiting() == []

    carry_out(test())


def test_many_values_are_put_together_into_two_events_a_second(plant: Plant, enter: Enter) -> None:
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with opened(client, plant.query) as page:
            await page.next("snapshot")
            await listening(plant, page)
            began = time.monotonic()
            for number in range(200):
                plant.tell(FORCE, float(number), after_us=number)
                await asyncio.sleep(0.005)
            events, seen = 0, 0.0
            while seen != 199.0:
                told = values(await page.next("change"))
                seen = told.get(0, seen)
                events += 1
            assert events <= 2 * (time.monotonic() - began) + 2

    carry_out(test())


def test_a_tag_that_was_never_seen_brings_a_new_snapshot(plant: Plant, enter: Enter) -> None:
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with opened(client, plant.query) as page:
            await page.next("snapshot")
            await listening(plant, page)
            plant.tell("L1/A/new", 1)
            assert (await page.next("snapshot"))["tags"] == [FORCE, "L1/A/new", TEMPERATURE]

    carry_out(test())


def test_an_old_value_that_comes_late_does_not_stand_for_the_newest(
    plant: Plant, enter: Enter
) -> None:
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with opened(client, plant.query) as page:
            await page.next("snapshot")
            await listening(plant, page)
            plant.tell(FORCE, 7.0)
            assert values(await page.next("change")) == {0: 7.0}
            plant.tell(FORCE, 1.0, after_us=-3_600_000_000)
            plant.tell(TEMPERATURE, 22.0)
            assert values(await page.next("change")) == {1: 22.0}

    carry_out(test())


@pytest.mark.parametrize("how", ["signs out", "loses the membership", "is locked out"])
def test_a_page_ends_with_the_session_and_with_the_right(
    plant: Plant, enter: Enter, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(streams, "ASK_SECONDS", 0.1)
    person = plant.house.people["viewer"]
    client = enter(person)

    def lose() -> None:
        if how == "signs out":
            client.logout()
        elif how == "is locked out":
            person.is_active = False
            person.save()
        else:
            Membership.objects.within(ALL).filter(person=person).delete()

    async def test() -> None:
        async with opened(client, plant.query) as page:
            await page.next("snapshot")
            await asyncio.to_thread(lose)
            assert "No more values come here" in (await page.next("end"))["words"]
            await asyncio.wait_for(page.ended.wait(), 10)

    carry_out(test())


def test_somebody_may_have_so_many_pages_open_and_others_are_not_held_up(
    plant: Plant, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams.PAGES, "most", 2)
    viewer, owner = (enter(plant.house.people[role]) for role in ("viewer", "owner"))

    async def test() -> None:
        async with opened(viewer, plant.query) as one, opened(viewer, plant.query) as two:
            await one.next("snapshot")
            await two.next("snapshot")
            async with opened(viewer, plant.query) as three:
                assert "many times already" in (await three.next("end"))["words"]
            async with opened(owner, plant.query) as other:
                await other.next("snapshot")
        async with opened(viewer, plant.query) as again:
            await again.next("snapshot")

    carry_out(test())
    assert streams.PAGES.total == 0


def test_open_pages_hold_neither_threads_nor_lines_to_the_database(
    plant: Plant, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams.PAGES, "most", 100)
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(opened(client, plant.query))
            await first.next("snapshot")
            before = threading.active_count()
            for _ in range(25):
                page = await stack.enter_async_context(opened(client, plant.query))
                await page.next("snapshot")
            # Threads that were given back may take a moment to end.
            async with asyncio.timeout(5):
                while threading.active_count() > before + 8:
                    await asyncio.sleep(0.01)
            assert streams.PAGES.total == 26

    carry_out(test())


def test_open_pages_end_at_once_when_the_server_does(plant: Plant, enter: Enter) -> None:
    client = enter(plant.house.people["viewer"])

    async def test() -> None:
        async with opened(client, plant.query) as page:
            await page.next("snapshot")
            began = time.monotonic()
            closing.set()
            await asyncio.wait_for(page.ended.wait(), 10)
            assert time.monotonic() - began < 2

    try:
        carry_out(test())
    finally:
        closing.clear()
