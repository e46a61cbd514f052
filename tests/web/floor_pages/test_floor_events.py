"""What an open page of the floor is sent: over a real bus, Django's whole way."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from floor_monitor import now_document
from live_stream import opened

from deungdae.web.core.models import Membership
from deungdae.web.floor.live import streams

pytestmark = pytest.mark.django_db(transaction=True)
Enter = Callable[[Any], Client]
PATH = "/floor/events/"


def carry_out(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 40))


def query(floor: Any, *assets: Any) -> str:
    told = [("of", str(floor.organisation.public_id))]
    return urlencode([*told, *(("asset", floor.key(one)) for one in assets)])


def test_a_page_is_told_all_at_first_and_then_what_is_otherwise(floor: Any, enter: Enter) -> None:
    client = enter(floor.house.people["viewer"])
    one, two = floor.key(floor.one), floor.key(floor.two)
    floor.monitor.now = {key: now_document(key) for key in (one, two)}

    async def looked() -> None:
        async with opened(client, query(floor), PATH) as page:
            first = await page.next("snapshot")
            assert first["assets"][one]["standing"] == "Running for 14 min"
            assert first["answer"] == "All 2 machines are running."
            assert first["away"] is False
            floor.monitor.now[two] = now_document(two, state="down")
            found: dict[str, Any] = {}
            while "answer" not in found:  # until the page hears the bus
                await asyncio.to_thread(floor.monitor.tell, str(floor.organisation.public_id), two)
                found = await page.next("change", "beat")
            # The line names the machine that stands longest; the other machine says nothing new.
            assert set(found["assets"]) == {two, floor.key(floor.line)}
            assert found["assets"][two]["standing"] == "Broken down for 14 min"
            assert found["assets"][two]["level"] == "now"
            assert "made" not in found["assets"][two]
            assert found["answer"].startswith("1 of 2 machines running, 1 stopped.")

    carry_out(looked())


def test_a_page_is_told_of_its_assets_alone_in_its_language(floor: Any, enter: Enter) -> None:
    person = floor.house.people["viewer"]
    person.language = "ko"
    person.save()
    one = floor.key(floor.one)
    floor.monitor.now = {one: now_document(one, state="stopped")}
    client = enter(person)

    async def looked() -> None:
        async with opened(client, query(floor, floor.one), PATH) as page:
            first = await page.next("snapshot")
            assert set(first["assets"]) == {one}
            assert first["assets"][one]["standing"] == "14분째 멈춤"

    carry_out(looked())


def test_a_page_says_that_nobody_watches(
    floor: Any, enter: Enter, settings: Any, tmp_path: Any
) -> None:
    from bus_for_tests import settings_in

    from deungdae.web.core import line

    client = enter(floor.house.people["viewer"])
    settings.BUS = settings_in(tmp_path)
    line.hang_up()

    async def looked() -> None:
        async with opened(client, query(floor), PATH) as page:
            first = await page.next("snapshot")
            while not first.get("away"):
                first = await page.next("change")

    carry_out(looked())


def test_whoever_may_no_longer_look_is_told_the_end(
    floor: Any, enter: Enter, neighbour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ASK_SECONDS", 0.2)
    client = enter(floor.house.people["viewer"])
    foreign = enter(neighbour.people["owner"])

    async def looked() -> None:
        async with AsyncExitStack() as stack:
            page = await stack.enter_async_context(opened(client, query(floor), PATH))
            await page.next("snapshot")
            other = await stack.enter_async_context(opened(foreign, query(floor), PATH))
            assert "Load the page again" in (await other.next("end"))["words"]
            await asyncio.to_thread(
                Membership._base_manager.filter(person=floor.house.people["viewer"]).delete
            )
            assert "may no longer see this" in (await page.next("end"))["words"]

    carry_out(looked())


def test_a_new_machine_makes_pages_load_again(
    floor: Any, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deungdae.web.floor.live import hub

    monkeypatch.setattr(hub, "REFRESH_SECONDS", 0.2)
    client = enter(floor.house.people["viewer"])

    async def looked() -> None:
        async with opened(client, query(floor), PATH) as page:
            await page.next("snapshot")
            await asyncio.to_thread(_retire, floor.two)
            await page.next("reload")

    def _retire(asset: Any) -> None:
        from django.utils import timezone

        asset.retired_at = timezone.now()
        asset.save()

    carry_out(looked())
