"""Tokens, agents, tag maps and quotas: typed, followed by every reader, closed by default."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from bus_for_tests import running, settings_in, within

from deungdae.bus import AGENTS, QUOTAS, TAGS, TOKENS, Agent, Mirror, Quota, TagMap, Token
from deungdae.bus.buckets import digest, same

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
            names = TagMap("등대전자", "plc", {"DB1.T": "라인1/사출3/온도"}, {"DB1.T": "℃"})
            await tags.put(names, "등대전자", "plc")
            quotas = await Mirror.open(connection, QUOTAS)
            await quotas.put(Quota("등대전자", 60_000), "등대전자")
            assert (await Mirror.open(connection, AGENTS)).all() == [agent]
            assert (await Mirror.open(connection, TAGS)).find("등대전자", "plc") == names
            found = (await Mirror.open(connection, QUOTAS)).find("등대전자")
            assert found == Quota("등대전자", 60_000)

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


def test_digests_are_compared() -> None:
    assert same(KEY, digest("dg_secret"))
    assert not same(KEY, digest("dg_other"))
