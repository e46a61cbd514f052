"""`POST /edge/v1/status` and the header with the agent's clock: how each agent is, on the bus."""

from pathlib import Path

import pytest
from bus_for_tests import within
from door_for_tests import EDGE_ID, NOW_US, ORGANISATION, TOKEN, Place, a_door, until

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.gateway.door import standing
from deungdae.records.batches import Batch
from deungdae.records.readings import Reading, tag_path

BATCHES, STATUS = "/edge/v1/batches", "/edge/v1/status"
MELT = tag_path("line1/imm3/melt")
READINGS = tuple(Reading(MELT, NOW_US + n, 231.5, received_us=NOW_US) for n in range(5))


def on_the_bus(mirror: bus.Mirror[bus.Status]) -> bus.Status | None:
    return mirror.find(ORGANISATION, EDGE_ID)


def seen_us(mirror: bus.Mirror[bus.Status]) -> int | None:
    status = on_the_bus(mirror)
    return None if status is None else status.seen_us


async def send(place: Place, sequence: int, clock_us: int | None = None) -> int:
    body = Batch(EDGE_ID, sequence, NOW_US, READINGS).encode()
    headers = {} if clock_us is None else {"Deungdae-Clock-Us": str(clock_us)}
    return (await place.client.post(BATCHES, content=body, headers=headers)).status_code


def test_what_an_agent_says_and_does_is_found_on_the_bus(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            web = await bus.Mirror.open(place.connection, bus.STATUS)
            told = {"applied": 3, "link": "sending", "drivers": [{"name": "plc", "problem": None}]}
            assert (await place.client.post(STATUS, json=told)).status_code == 204
            await until(lambda: on_the_bus(web) is not None)
            assert on_the_bus(web) == bus.Status(ORGANISATION, EDGE_ID, NOW_US, document=told)
            place.clock.us += 7
            assert await send(place, 1) == 200
            place.clock.us += 1
            assert (await place.work()).status_code == 204
            place.door.stop()
            await until(lambda: seen_us(web) == NOW_US + 8)
            assert on_the_bus(web) == bus.Status(
                ORGANISATION, EDGE_ID, NOW_US + 8, batch_us=NOW_US + 7, document=told
            )
            await web.close()

    within(30, work())


def test_the_clock_of_an_agent_is_measured_by_the_call_with_the_least_delay(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            hours = 9 * 3_600_000_000
            for sequence, delay_us in enumerate((80_000, 20_000, 300_000), 1):
                assert await send(place, sequence, NOW_US + hours - delay_us) == 200
            for wrong in (b"now", b"-5", b"1" * 18, b"\xb3", b"1.5"):
                headers = {b"Deungdae-Clock-Us": wrong}
                assert (await place.client.get("/edge/v1/work?wait=0", headers=headers)).is_success
            place.door.stop()
            await until(lambda: on_the_bus(place.registry.status))
            found = on_the_bus(place.registry.status)
            assert found is not None
            assert found.clock_error_us == hours - 20_000

    within(30, work())


def test_why_a_batch_was_refused_is_said_until_one_is_taken(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            await place.registry.quotas.put(bus.Quota(ORGANISATION, 1), ORGANISATION)
            assert [await send(place, number) for number in (1, 2)] == [200, 429]
            known = place.door.standing.of(ORGANISATION, EDGE_ID)
            assert (known.refusal or "").startswith("this organisation may send 1 points a minute")
            assert (known.refusal_said or {})["values"] == {"most": 1}
            await place.registry.quotas.delete(ORGANISATION)
            assert await send(place, 2) == 200
            assert place.door.standing.of(ORGANISATION, EDGE_ID).refusal is None

    within(30, work())


def test_what_a_source_of_lines_did_wrong_is_said_as_well(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            token = bus.Token(ORGANISATION, "telegraf", ["write"])
            await place.registry.tokens.put(token, digest(TOKEN))
            url = "/api/v2/write?bucket=plant"
            answer = await place.client.post(url, content="imm melt=")
            assert answer.status_code == 400
            known = place.door.standing.of(ORGANISATION, "telegraf")
            assert (known.seen_us, known.batch_us) == (NOW_US, None)
            assert (known.refusal or "").startswith("unable to parse 'imm melt='")
            said = known.refusal_said or {}
            assert said["template"] == "What it sends cannot be read: {why}"
            assert said["values"]["why"].startswith("unable to parse 'imm melt='")
            assert (await place.client.post(url, content="imm melt=1")).status_code == 204
            known = place.door.standing.of(ORGANISATION, "telegraf")
            assert (known.batch_us, known.refusal, known.refusal_said) == (NOW_US, None, None)

    within(30, work())


def test_an_agent_is_written_down_every_few_seconds_and_not_with_each_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "EVERY_SECONDS", 60.0)

    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            web = await bus.Mirror.open(place.connection, bus.STATUS)
            heard: list[str | None] = []
            web.heed(heard.append)
            for number in range(50):
                assert (await place.client.post(STATUS, json={"n": number})).status_code == 204
            await until(lambda: heard)
            place.door.stop()
            last = bus.Status(ORGANISATION, EDGE_ID, NOW_US, document={"n": 49})
            await until(lambda: on_the_bus(web) == last)
            assert len(heard) <= 2
            await web.close()

    within(30, work())


def test_a_status_is_kept_later_when_the_bus_was_away(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            place.kill_bus()
            for number in range(3):
                assert (await place.client.post(STATUS, json={"n": number})).status_code == 204
            await until(lambda: on_the_bus(place.registry.status))

    within(60, work())
