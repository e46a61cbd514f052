"""`POST /edge/v1/join`: a code becomes a token once, and guessing is not worth while."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bus_for_tests import within
from door_for_tests import CODE, EDGE_ID, NOW_US, ORGANISATION, Place, a_door, until

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.bus.joining import code_digest, new_code
from deungdae.gateway.http import join_endpoint

KEY = code_digest(CODE) or ""
ATTEMPT = "an-attempt-of-many-signs"


def test_a_code_becomes_a_token_with_which_the_agent_may_send(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.make_code()
            await place.registry.advance(ORGANISATION, EDGE_ID, 41)
            answer = await place.join("k7qm 2xwo 0r5i")
            assert answer.status_code == 200
            told = answer.json()
            token = told.pop("token")
            assert told == {
                "edge": EDGE_ID,
                "organisation": "등대전자",
                "site": "본사",
                "after": 41,
            }
            kept = bus.Token(ORGANISATION, EDGE_ID, ["edge"], edge=EDGE_ID)
            assert place.registry.tokens.find(digest(token)) == kept
            place.client.headers["Authorization"] = f"Bearer {token}"
            assert (await place.work()).status_code == 204
            # The web finds in the join what it needs to keep the token among its own.
            join = place.registry.joins.find(KEY)
            assert join is not None
            assert (join.used_us, join.token) == (NOW_US, digest(token))
            assert (join.host, join.version, join.attempt) == ("공장-PC", "1.0", None)

    within(30, work())


def test_of_many_who_use_a_code_at_once_one_gets_a_token(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.make_code()
            answers = await asyncio.gather(*(place.join() for _ in range(8)))
            assert sorted(answer.status_code for answer in answers) == [200] + [410] * 7
            assert len(place.registry.tokens.all()) == 1

    within(30, work())


def test_a_code_that_was_used_has_expired_or_is_of_a_revoked_agent_is_410(tmp_path: Path) -> None:
    async def refused(place: Place) -> None:
        answer = await place.join()
        assert (answer.status_code, answer.json()["code"]) == (410, "gone")
        assert answer.json()["message"].startswith("this code was used or has expired")

    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.make_code(used_us=NOW_US - 1)
            await refused(place)
            await place.make_code(expires_us=NOW_US)
            await refused(place)
            await place.make_code()
            revoked = bus.Agent(ORGANISATION, EDGE_ID, 7, revoked=True)
            await place.registry.agents.put(revoked, ORGANISATION, EDGE_ID)
            await refused(place)
            assert place.registry.tokens.all() == []

    within(30, work())


def test_a_lost_answer_is_given_again_to_the_same_attempt_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.make_code()
            first = (await place.join(attempt=ATTEMPT)).json()["token"]
            assert (await place.join(attempt=ATTEMPT + "!")).status_code == 410
            assert (await place.join()).status_code == 410
            place.clock.us += 600_000_000
            second = (await place.join(attempt=ATTEMPT)).json()["token"]
            found = [place.registry.tokens.find(digest(token)) for token in (first, second)]
            assert [token.revoked for token in found if token] == [True, False]
            place.clock.us += 1
            assert (await place.join(attempt=ATTEMPT)).status_code == 410

    within(30, work())


def test_after_ten_wrong_codes_an_address_waits_even_with_the_right_one(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.make_code()
            wrong = [await place.join(new_code()) for _ in range(9)]
            wrong.append(await place.join("no code at all"))
            assert {answer.status_code for answer in wrong} == {404}
            answer = await place.join()
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
            # Another address is not held up by it: a proxy before us says who asks.
            place.client.headers["X-Forwarded-For"] = "203.0.113.9"
            assert (await place.join()).status_code == 200

    within(30, work())


NO_REQUESTS = [
    b"",
    b"[]",
    b"null",
    b"{",
    b'{"code": 7, "host": "h", "version": "1"}',
    b'{"code": "K7QM", "version": "1"}',
    b'{"code": "K7QM", "host": "h\\u0000", "version": "1"}',
    b'{"code": "K7QM", "host": "h", "version": "1", "attempt": "short"}',
    b'{"code": "K7QM", "host": "\\ud800", "version": "1"}',
    b'{"code": "K7QM", "host": "h", "version": "1", "x": 1e999}',
    b'{"code": "K7QM", "host": "h", "version": "1", "x": NaN}',
    b'{"a":' * 600,
    b'{"a":' * 17 + b"1" + b"}" * 17,
]


def test_a_request_that_is_none_is_400_and_costs_no_try(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            for body in NO_REQUESTS:
                answer = await place.client.post("/edge/v1/join", content=body)
                assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), body
            answer = await place.client.post("/edge/v1/join", content=b" " * 5000)
            assert answer.status_code == 413
            assert (await place.join()).status_code == 404

    within(30, work())


def test_who_joins_slowly_keeps_nobody_else_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(join_endpoint, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(join_endpoint, "BODY_S", 0.5)

    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            url = "/edge/v1/join"
            slow = [asyncio.create_task(place.client.post(url, content=never())) for _ in range(2)]
            await until(lambda: place.load.requests == 2)
            assert (await place.join()).status_code == 503
            assert (await place.work()).status_code == 204
            # Those who are slow are not waited for; the next comes to its turn.
            await until(lambda: place.load.requests == 0)
            assert (await place.join()).status_code == 404
            for one in slow:
                one.cancel()

    within(30, work())
