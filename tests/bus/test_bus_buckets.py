"""Tokens, agents, tag maps and quotas: typed, followed by every reader, closed by default."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from bus_for_tests import running, settings_in, within

from deungdae.bus import (
    AGENTS,
    JOINS,
    QUOTAS,
    SPARKPLUG,
    STATUS,
    TAGS,
    TOKENS,
    WANTED,
    Agent,
    Join,
    Mirror,
    Quota,
    Shift,
    SparkplugGroup,
    Status,
    TagMap,
    Token,
    Wanted,
)
from deungdae.bus.entries import digest, same
from deungdae.bus.entry_json import from_json
from deungdae.bus.joining import code_digest, new_code

KEY = digest("dg_secret")
TOKEN = Token("등대전자", "telegraf", ["write"], {"plant": "line1"})


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_a_revoked_token_is_revoked_for_every_reader(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            web = await Mirror.open(connection, TOKENS)
            gateway = await Mirror.open(connection, TOKENS)
            assert gateway.find(KEY) is None
            await web.put(TOKEN, KEY)
            await until(lambda: gateway.find(KEY) == TOKEN)
            revoked = Token("등대전자", "telegraf", ["write"], revoked=True)
            await web.put(revoked, KEY)
            await until(lambda: gateway.find(KEY) == revoked)
            await web.delete(KEY)
            await until(lambda: gateway.find(KEY) is None)
            await web.close()
            await gateway.close()

    within(30, work())


def test_a_reader_follows_through_a_kill_and_a_new_one_finds_all(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (server, connection):
            web = await Mirror.open(connection, TOKENS)
            gateway = await Mirror.open(connection, TOKENS)
            await web.put(TOKEN, KEY)
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: server.starts == 2 and connection.connected)
            revoked = Token("등대전자", "telegraf", ["write"], revoked=True)
            await web.put(revoked, KEY)
            await until(lambda: gateway.find(KEY) == revoked)
            assert (await Mirror.open(connection, TOKENS)).all() == [revoked]

    within(60, work())


def test_each_bucket_gives_back_what_it_was_given(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            agents = await Mirror.open(connection, AGENTS)
            agent = Agent("등대 전자", "press-shop", 7, about={"host": "공장 PC"})
            await agents.put(agent, "등대 전자", "press-shop")
            tags = await Mirror.open(connection, TAGS)
            names = TagMap(
                "등대전자",
                "plc",
                {"DB1.T": "라인1/사출3/온도"},
                {"라인1/사출3/온도": "℃"},
                shifts=[Shift("라인1", -9 * 3600 * 1_000_000, 5), Shift("", 1, 2, 3)],
            )
            await tags.put(names, "등대전자", "plc")
            quotas = await Mirror.open(connection, QUOTAS)
            await quotas.put(Quota("등대전자", 60_000), "등대전자")
            assert (await Mirror.open(connection, AGENTS)).all() == [agent]
            assert (await Mirror.open(connection, TAGS)).find("등대전자", "plc") == names
            found = (await Mirror.open(connection, QUOTAS)).find("등대전자")
            assert found == Quota("등대전자", 60_000)
            joins = await Mirror.open(connection, JOINS)
            join = Join("등대전자", "press-shop", "프레스", 7, "등대전자 주식회사", "본사")
            await joins.put(join, KEY)
            assert (await Mirror.open(connection, JOINS)).find(KEY) == join
            wanted = Wanted("등대전자", "press.1", 3, [{"name": "plc", "kind": "modbus"}])
            await (await Mirror.open(connection, WANTED)).put(wanted, "등대전자", "press.1")
            assert (await Mirror.open(connection, WANTED)).all() == [wanted]
            status = Status("등대전자", "press-shop", 9, document={"waiting": 0, "drivers": []})
            await (await Mirror.open(connection, STATUS)).put(status, "등대전자", "press-shop")
            assert (await Mirror.open(connection, STATUS)).all() == [status]
            group = SparkplugGroup("등대전자", "안산 공장", "spb")
            await (await Mirror.open(connection, SPARKPLUG)).put(group, "안산 공장")
            assert (await Mirror.open(connection, SPARKPLUG)).find("안산 공장") == group

    within(30, work())


def test_what_was_written_never_seems_undone(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            web = await Mirror.open(connection, QUOTAS)
            other = await Mirror.open(connection, QUOTAS)
            seen: list[Quota | None] = []
            web.heed(lambda _: seen.append(web.find("o")))
            for number in range(1, 60):
                await web.put(Quota("o", number), "o")
                # The echo of an older write must not hide the newest for a moment.
                assert web.find("o") == Quota("o", number)
                if number % 10 == 0:
                    await web.delete("o")
                    assert web.find("o") is None
            last = Quota("o", 59)
            await until(lambda: other.find("o") == last)
            await until(lambda: bool(seen) and seen[-1] == last)
            numbers = [quota.points_per_minute for quota in seen if quota is not None]
            assert numbers == sorted(numbers)
            await other.put(Quota("o", 60), "o")
            await until(lambda: web.find("o") == Quota("o", 60))
            await other.delete("o")
            await until(lambda: web.find("o") is None)

    within(30, work())


def test_whoever_heeds_a_bucket_hears_of_each_change(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            web = await Mirror.open(connection, WANTED)
            gateway = await Mirror.open(connection, WANTED)
            heard: list[str | None] = []
            deaf = gateway.heed(heard.append)
            await web.put(Wanted("o", "press.1", 1, []), "o", "press.1")
            await until(lambda: heard == ["o.press=2e1"])
            await web.delete("o", "press.1")
            await until(lambda: heard == ["o.press=2e1"] * 2)
            assert gateway.find("o", "press.1") is None
            deaf()
            await web.put(Wanted("o", "press.1", 2, []), "o", "press.1")
            await until(lambda: gateway.find("o", "press.1") is not None)
            assert len(heard) == 2

    within(30, work())


@pytest.mark.parametrize(
    "value",
    [
        b"no json",
        b"[]",
        b"{}",
        b'{"organisation": "a", "source": "s", "rights": "write"}',
        b'{"organisation": "a", "source": "s", "rights": ["write", 1]}',
        b'{"organisation": "a", "source": "s", "rights": [], "revoked": 0}',
        b'{"organisation": "a", "source": "s", "rights": [], "buckets": {"a": 1}}',
        b'{"organisation": "a", "source": "s", "rights": [], "more": true}',
    ],
)
def test_an_entry_that_is_not_understood_gives_no_right(tmp_path: Path, value: bytes) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            mirror = await Mirror.open(connection, TOKENS)
            await mirror.put(TOKEN, KEY)
            store = await connection.jetstream.key_value("tokens")
            await store.put(KEY, value)
            await until(lambda: mirror.unreadable == 1)
            assert mirror.find(KEY) is None

    within(30, work())


def test_a_token_itself_can_never_be_a_key() -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        TOKENS.key("dg_secret")


def test_a_shift_that_is_not_understood_shifts_nothing() -> None:
    head = b'{"organisation": "o", "source": "s", "paths": {}, "shifts": '
    shift = b'{"prefix": "", "shift_us": 1, "from_us": 2}'
    assert from_json(TagMap, head + b"[" + shift + b"]}").shifts == [Shift("", 1, 2)]
    for wrong in (shift, b"[1]", b'[{"prefix": ""}]', b"[" + shift.replace(b"2", b"2.0") + b"]"):
        with pytest.raises(TypeError):
            from_json(TagMap, head + wrong + b"}")


@pytest.mark.parametrize(
    "typed", ["K7QM-2XW0-0R51", "k7qm2xw00r51", " K7QM 2xwo–or5l ", "Ｋ７ＱＭ２ＸＷ０ＯＲ５Ｉ"]
)
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert code_digest(typed) == digest("K7QM2XW00R51")


@pytest.mark.parametrize(
    "typed", ["", "K7QM-2XW0-0R5", "K7QM-2XW0-0R5U", "K7QM-2XW0-0R512", "1" * 99]
)
def test_what_is_no_code_has_no_key(typed: str) -> None:
    assert code_digest(typed) is None


def test_a_new_code_is_shown_in_groups_and_never_comes_twice() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all([len(group) for group in code.split("-")] == [4, 4, 4] for code in codes)
    assert all(code_digest(code) for code in codes)


def test_digests_are_compared() -> None:
    assert same(KEY, digest("dg_secret"))
    assert not same(KEY, digest("dg_other"))
