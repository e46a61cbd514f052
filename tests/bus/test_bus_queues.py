"""What is published durably is read in order, once, from any place, through every break."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from bus_for_tests import running, settings_in, within

from deungdae.bus import INGEST, Full, Grouped, Part, Reader, Server, Stored, live_subject
from deungdae.bus.bundles import BadBundle, pack, unpack
from deungdae.bus.streams import subject, word


def part(number: int, body: bytes = b"points") -> Part:
    return Part("등대전자", "telegraf", f"b{number}", 3, body)


async def read_all(reader: Reader) -> list[Stored]:
    found: list[Stored] = []
    while messages := await reader.next(100, 0.5):
        found += messages
    return found


def test_many_callers_share_few_flushes_and_each_is_stored_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            grouped = Grouped(connection, INGEST)
            await asyncio.gather(*(grouped.store(part(i)) for i in range(300)))
            assert grouped.parts == 300
            assert grouped.messages < 30
            stored = await read_all(Reader(connection, INGEST, 0))
            batches = [p.batch for message in stored for p in message.parts or ()]
            assert sorted(batches) == sorted(f"b{i}" for i in range(300))
            assert [message.sequence for message in stored] == list(range(1, len(stored) + 1))

    within(30, work())


def test_a_batch_that_is_sent_again_is_stored_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            grouped = Grouped(connection, INGEST)
            for _ in range(3):
                await grouped.store(part(1))
            assert len(await read_all(Reader(connection, INGEST, 0))) == 1

    within(30, work())


def test_reading_goes_on_behind_any_place_and_through_a_kill(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (server, connection):
            name = subject(INGEST, "등대전자")
            for i in range(1, 21):
                await connection.publish(name, pack([part(i)]), f"m{i}")
            reader = Reader(connection, INGEST, 5)
            first = await reader.next(4, 2.0)
            assert [message.sequence for message in first] == [6, 7, 8, 9]
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await connection.publish(name, pack([part(21)]), "m21")
            found: list[Stored] = []
            while len(found) < 12:
                found += await reader.next(100, 1.0)
            assert [message.sequence for message in found] == list(range(10, 22))
            assert reader.missing == 0

    within(60, work())


def test_what_was_released_is_gone_and_a_reader_of_it_says_what_is_missing(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            for i in range(1, 11):
                await connection.publish("ingest.0.a", pack([part(i)]), f"m{i}")
            await connection.release(INGEST, 7)
            rest = Reader(connection, INGEST, 7)
            assert [m.sequence for m in await read_all(rest)] == [8, 9, 10]
            assert rest.missing == 0
            late = Reader(connection, INGEST, 0)
            assert [m.sequence for m in await read_all(late)] == [8, 9, 10]
            assert late.missing == 7

    within(30, work())


def test_a_full_bus_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, DEUNGDAE_BUS_STORE="64MiB")

    async def work() -> None:
        async with running(settings) as (_, connection):
            for i in range(12):  # 80 % of 64 MiB hold twelve times four
                await connection.publish("ingest.0.a", os.urandom(4 << 20), f"m{i}")
            with pytest.raises(Full):
                await connection.publish("ingest.0.a", os.urandom(4 << 20), "one too many")
            info = await connection.jetstream.stream_info("INGEST")
            assert info.state.messages == 12
            await connection.release(INGEST, 12)
            assert await connection.publish("ingest.0.a", b"room again", "later") == 13

    within(60, work())


def test_bytes_that_are_no_bundle_are_handed_over_as_they_are(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            await connection.publish("ingest.0.a", b"\x00 what is this", "odd")
            (message,) = await Reader(connection, INGEST, 0).next(10, 2.0)
            assert message.parts is None
            assert message.raw == b"\x00 what is this"

    within(30, work())


def test_live_values_reach_who_listens_even_after_a_kill(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (server, connection):
            heard: asyncio.Queue[bytes] = asyncio.Queue()

            async def hear() -> None:
                async for data in connection.listen(live_subject("등대전자")):
                    heard.put_nowait(data)

            async def tell_until_heard(data: bytes) -> bytes:
                while heard.empty():
                    await connection.tell(live_subject("등대전자"), data)
                    await asyncio.wait({asyncio.create_task(asyncio.sleep(0.05))})
                return heard.get_nowait()

            listener = asyncio.create_task(hear())
            assert await tell_until_heard(b"21.5") == b"21.5"
            await kill(server)
            while heard.qsize():
                heard.get_nowait()
            assert await tell_until_heard(b"22.0") == b"22.0"
            listener.cancel()

    within(60, work())


async def kill(server: Server) -> None:
    starts = server.starts
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    while server.starts == starts:
        await asyncio.sleep(0.01)


def test_a_bundle_comes_back_as_it_was() -> None:
    parts = [part(1), Part("", "가", "나", 0, b"\x00" * 1000, "reason"), part(2, b"")]
    assert unpack(pack(parts)) == parts


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"DDB1\n",
        b"other",
        pack([part(1)])[:-1],
        pack([part(1)]) + b"\x00\x00",
        pack([part(1)]).replace(b'"points":3', b'"points":-'),
        pack([part(1)]).replace(b'"points":3', b'"points":"'),
        pack([part(1)]).replace(b'"source"', b'"sourcE"'),
    ],
)
def test_other_bytes_are_no_bundle(data: bytes) -> None:
    with pytest.raises(BadBundle):
        unpack(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plant-1_a", "plant-1_a"),
        ("a.b", "a=2eb"),
        ("가", "=ea=b0=80"),
        ("", "="),
        ("*>", "=2a=3e"),
    ],
)
def test_any_text_becomes_one_word_of_a_subject(text: str, expected: str) -> None:
    assert word(text) == expected
