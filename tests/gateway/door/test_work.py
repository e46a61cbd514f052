"""`GET /edge/v1/work`: an agent waits for what it is to do, and hears of it at once."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from bus_for_tests import within
from door_for_tests import EDGE_ID, ORGANISATION, TOKEN, Place, a_door, until

from deungdae import bus
from deungdae.bus.entries import digest

DRIVER = {"name": "plc", "kind": "modbus", "host": "10.0.0.7", "value": [{"address": "40001"}]}
LONG = 30  #: seconds that a call would wait, were it not answered


async def want(place: Place, number: int, **more: object) -> None:
    wanted = bus.Wanted(ORGANISATION, EDGE_ID, number, [DRIVER], dict(more))
    await place.registry.wanted.put(wanted, ORGANISATION, EDGE_ID)


def not_revoked(place: Place) -> bool:
    token = place.registry.tokens.find(digest(TOKEN))
    return token is not None and not token.revoked


async def waiting(place: Place, number: int = 0) -> "asyncio.Task[httpx.Response]":
    """A call that waits by now."""
    before = place.load.waiting
    call = asyncio.create_task(place.work(number, LONG))
    await until(lambda: place.load.waiting > before)
    return call


def test_a_configuration_of_another_number_is_told_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            assert (await place.work()).status_code == 204
            await want(place, 3, every_seconds=2)
            told = {"number": 3, "drivers": [DRIVER], "send": {"every_seconds": 2}}
            assert (await place.work()).json() == told
            assert (await place.work(3)).status_code == 204
            call = await waiting(place, 3)
            began = time.monotonic()
            await want(place, 4)
            answer = await call
            assert answer.json() == {"number": 4, "drivers": [DRIVER]}
            assert time.monotonic() - began < 5

    within(60, work())


def test_a_call_that_waits_ends_with_401_as_soon_as_its_agent_is_revoked(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            call = await waiting(place)
            await place.let_in(revoked=True)
            assert (await call).status_code == 401
            await place.let_in()
            await until(lambda: not_revoked(place))
            call = await waiting(place)
            web = await bus.Mirror.open(place.connection, bus.AGENTS)
            await web.change(
                lambda agent: replace(agent or bus.Agent(ORGANISATION, EDGE_ID), revoked=True),
                *(ORGANISATION, EDGE_ID),
            )
            assert (await call).status_code == 401
            assert (await place.work()).status_code == 401
            await web.close()

    within(60, work())


def test_a_look_at_a_machine_goes_to_the_agent_and_its_answer_to_who_asked(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            call = await waiting(place)
            asked = asyncio.create_task(place.ask(most=20))
            task = (await call).json()["task"]
            assert (task["kind"], task["most"]) == ("browse", 20)
            assert task["driver"] == {"name": "plc", "kind": "simulator"}
            found = {"found": [{"address": "40001", "value": 231.5}], "more": False}
            url = f"/edge/v1/answers/{task['id']}"
            assert (await place.client.post(url, json=found)).status_code == 204
            assert await asked == found
            # Once answered, nobody waits any more; nor does anybody for a number out of the air.
            assert (await place.client.post(url, json=found)).status_code == 404
            assert (await place.client.post("/edge/v1/answers/x", json={})).status_code == 404

    within(60, work())


def test_what_an_agent_says_of_a_failure_is_told_and_its_words_are_only_words(
    tmp_path: Path,
) -> None:
    async def told(place: Place, error: object) -> str:
        call = await waiting(place)
        asked = asyncio.create_task(place.ask())
        task = (await call).json()["task"]
        url = f"/edge/v1/answers/{task['id']}"
        assert (await place.client.post(url, json={"error": error})).status_code == 204
        with pytest.raises(bus.Refusal) as refusal:
            await asked
        return str(refusal.value)

    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            sentence = {"template": "{host} does not answer.", "values": {"host": "10.0.0.7"}}
            assert await told(place, sentence) == "10.0.0.7 does not answer."
            assert await told(place, "no machine {here}") == "no machine {here}"
            sly = {"template": "{host.__class__}", "values": {"host": "h"}}
            assert await told(place, sly) == "{host.__class__}"

    within(60, work())


def test_an_agent_that_is_away_is_not_waited_for(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            with pytest.raises(bus.Refusal, match="press-shop is not connected now"):
                await place.ask()
            await place.work()
            with pytest.raises(bus.Refusal, match="did not answer within 0 seconds"):
                await place.ask(within=0.2)
            waiting_ones = [asyncio.create_task(place.ask(within=20)) for _ in range(4)]
            await until(lambda: place.door.tasks.waiting(ORGANISATION, EDGE_ID) == 4)
            with pytest.raises(bus.Refusal, match="busy with other questions"):
                await place.ask()
            # Each task is given once, to the newest call alone.
            ids = {(await place.work()).json()["task"]["id"] for _ in range(4)}
            assert len(ids) == 4
            assert (await place.work()).status_code == 204
            for one in waiting_ones:
                one.cancel()
            await until(lambda: place.door.tasks.waiting(ORGANISATION, EDGE_ID) == 0)
            place.clock.us += 91_000_000
            with pytest.raises(bus.Refusal, match="not connected"):
                await place.ask()

    within(60, work())


def test_a_task_goes_to_the_newest_call_and_never_to_one_that_was_hung_up(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            gone = await waiting(place)
            gone.cancel()
            await until(lambda: place.load.waiting == 0)
            older, newer = await waiting(place), await waiting(place)
            asked = asyncio.create_task(place.ask())
            done, _ = await asyncio.wait({older, newer}, return_when=asyncio.FIRST_COMPLETED)
            assert done == {newer}
            for one in (older, asked):
                one.cancel()

    within(60, work())


def test_many_calls_that_wait_do_not_keep_others_out(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path, requests=3, waiting_calls=8) as place:
            await place.let_in()
            calls = [await waiting(place) for _ in range(8)]
            assert (await place.client.get("/health")).status_code == 200
            full = await place.work(wait=1)
            assert (full.status_code, full.headers["retry-after"]) == (503, "2")
            place.door.stop()
            assert {(await call).status_code for call in calls} == {204}

    within(60, work())


def test_what_is_no_call_for_work_is_refused(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            assert (await place.work()).status_code == 401
            token = bus.Token(ORGANISATION, "telegraf", ["write", "edge"])
            await place.registry.tokens.put(token, digest(TOKEN))
            answer = await place.work()
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            await place.let_in()
            for query in ("number=-1", "number=x", "wait=1.5", "number=" + "9" * 19, "number=٣"):
                answer = await place.client.get(f"/edge/v1/work?{query}")
                assert answer.status_code == 400, query
            request = place.client.build_request("GET", "/edge/v1/work?wait=0", content=b"x")
            assert (await place.client.send(request)).status_code == 413
            assert (await place.client.post("/edge/v1/work")).status_code == 405

    within(60, work())
