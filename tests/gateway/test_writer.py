"""From the bus into the lake: each point once, every one accounted for, whatever breaks."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from bus_for_tests import running, settings_in, within
from points_for_tests import START_US, body, message, rows

from deungdae.bus import INGEST, Connection, Grouped, Part, live_subject
from deungdae.bus.buckets import Mirror
from deungdae.bus.entries import AGENTS, TOKENS, Agent, Token, digest
from deungdae.gateway.sinks import Busy, Grant, Message, Quarantined
from deungdae.gateway.writing import BusSink, Pace, Registry, Writer
from deungdae.gateway.writing.replay import Replayed, replay
from deungdae.lake.intake import Held, Ledger, Quarantine, Sum
from deungdae.lake.telemetry import Telemetry
from deungdae.records.errors import PublicError, UnusableOption

FAST = Pace(commit_every=0.05, account_every=0.05, forget_after=0.0, retry_after=0.05)


@asynccontextmanager
async def writing(
    connection: Connection, home: Path, pace: Pace = FAST, telemetry: Telemetry | None = None
) -> AsyncIterator[Writer]:
    writer = Writer(connection, home, clock_us=lambda: START_US, pace=pace, telemetry=telemetry)
    task, test = asyncio.create_task(writer.run()), asyncio.current_task()
    assert test is not None
    # A writer that failed must not let the test wait for it.
    task.add_done_callback(lambda done: done.exception() and test.cancel())
    try:
        yield writer
    finally:
        writer.stop()
        await task


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def of_all(home: Path) -> Sum:
    return Ledger(home).tally().total()


def stored_values(home: Path) -> list[float]:
    """The values of all points that lie in the lake, in order."""
    from deltalake import DeltaTable

    table = DeltaTable(home / "telemetry" / "points").to_pyarrow_table(columns=["value"])
    return sorted(table.column("value").to_pylist())


def test_points_reach_the_lake_once_and_the_books_balance(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            sink = BusSink(connection)
            async with writing(connection, tmp_path) as writer:
                await sink.store(message(0, 10))
                await sink.store(message(0, 10))  # known to the bus
                await asyncio.gather(*(sink.store(message(i * 10, 10)) for i in range(1, 30)))
                await sink.store(message(0, 10, "another name"))  # known to the lake alone
                await until(lambda: writer.points.points >= 310)
            assert stored_values(tmp_path) == [float(i) for i in range(300)]
            assert of_all(tmp_path) == Sum(received=310, stored=300, duplicate=10)
            hours = [key for key, _ in Ledger(tmp_path).tally("등대전자")]
            assert hours == [("등대전자", "telegraf", START_US)]
            # What is in the lake and in the ledger, the bus has forgotten.
            info = await connection.jetstream.stream_info("INGEST")
            assert info.state.messages == 0

    within(60, work())


def test_a_writer_that_starts_again_goes_on_where_the_table_is(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            sink = BusSink(connection)
            for turn in range(3):
                await sink.store(message(turn * 10, 10))
                async with writing(connection, tmp_path) as writer:
                    await until(lambda: writer.points.commits == 1)
            assert stored_values(tmp_path) == [float(i) for i in range(30)]
            assert of_all(tmp_path) == Sum(received=30, stored=30)

    within(60, work())


def test_what_lies_on_the_bus_when_the_stop_comes_is_stored_before_the_end(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            sink = BusSink(connection)
            for place in range(250):  # more messages than are fetched at a time
                await sink.store(message(place, 1))
            held = Quarantined("등대전자", "telegraf", START_US, "bad_number", 2, b"a a=x\na a=y")
            await sink.quarantine(held)
            writer = Writer(connection, tmp_path, clock_us=lambda: START_US, pace=FAST)
            writer.stop()  # before anything was read
            await writer.run()
            assert stored_values(tmp_path) == [float(i) for i in range(250)]
            assert of_all(tmp_path) == Sum(received=252, stored=250, quarantined=2)

    within(60, work())


def test_a_stop_has_no_more_time_than_it_was_given_and_the_next_start_takes_the_rest(
    tmp_path: Path,
) -> None:
    hasty = Pace(commit_every=0.05, account_every=0.05, forget_after=0.0, empty_within=0.0)

    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            await BusSink(connection).store(message(0, 10))
            writer = Writer(connection, tmp_path, clock_us=lambda: START_US, pace=hasty)
            writer.stop()
            await writer.run()
            assert of_all(tmp_path) == Sum()
            async with writing(connection, tmp_path) as writer:
                await until(lambda: writer.points.points == 10)
            assert of_all(tmp_path) == Sum(received=10, stored=10)

    within(60, work())


def test_points_that_were_stored_and_not_accounted_for_are_only_accounted_for(
    tmp_path: Path,
) -> None:
    never = Pace(commit_every=0.05, account_every=1e9, forget_after=0.0)

    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            sink = BusSink(connection)
            await sink.store(message(0, 10))
            await sink.store(message(5, 10))  # five of them are duplicates
            writer = Writer(connection, tmp_path, clock_us=lambda: START_US, pace=never)
            task = asyncio.create_task(writer.run())
            await until(lambda: writer.points.points == 20)
            writer.points._committed = None  # as a kill would leave it: nothing is written down
            writer.stop()
            await task
            assert of_all(tmp_path) == Sum()
            async with writing(connection, tmp_path):
                await until(lambda: of_all(tmp_path).received == 20)
            assert stored_values(tmp_path) == [float(i) for i in range(15)]
            assert of_all(tmp_path) == Sum(received=20, stored=15, duplicate=5)

    within(60, work())


def test_what_cannot_be_read_is_held_back_and_stops_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            grouped = Grouped(connection, INGEST)
            whole = body(rows(0, 10))
            wrong = body(rows(0, 10).drop(["tag"]))
            await connection.publish("ingest.0.x", b"\x00 no bundle", "odd")
            await grouped.store(Part("등대전자", "plc", "broken", 10, whole[: len(whole) // 2]))
            await grouped.store(Part("등대전자", "plc", "wrong", 10, wrong))
            await BusSink(connection).store(message(0, 10))
            async with writing(connection, tmp_path) as writer:
                await until(lambda: writer.points.points == 10)
                await until(lambda: writer.held_back.points == 21)
            assert stored_values(tmp_path) == [float(i) for i in range(10)]
            assert of_all(tmp_path) == Sum(received=31, stored=10, quarantined=21)
            held = Quarantine(tmp_path).waiting("등대전자")
            assert {one.body for one in held} == {whole[: len(whole) // 2], wrong}
            assert {one.reason for one in held} == {"unreadable_message"}
            assert Quarantine(tmp_path).waiting("")[0].body == b"\x00 no bundle"

    within(60, work())


def test_a_head_that_says_more_than_there_is_shows_as_missing(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            part = Part("등대전자", "telegraf", "b", 12, body(rows(0, 10)))
            await Grouped(connection, INGEST).store(part)
            async with writing(connection, tmp_path) as writer:
                await until(lambda: writer.points.points == 12)
            assert of_all(tmp_path).missing == 2

    within(60, work())


def test_what_was_held_back_is_replayed_once_and_the_books_still_balance(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            sink = BusSink(connection)
            for number in range(3):
                await sink.quarantine(
                    Quarantined("등대전자", "plc", START_US, "no_mapping", 1, b"T=%d" % number)
                )

            async def understand(held: Held) -> list[Message] | None:
                number = int(held.body.removeprefix(b"T="))
                return None if number == 2 else [message(number, 1, f"replay {held.id}")]

            async with writing(connection, tmp_path) as writer:
                await until(lambda: writer.held_back.points == 3)
                result = await replay(
                    writer.quarantine, sink, understand, "등대전자", now_us=START_US + 1
                )
                assert result == Replayed(2, 1, 2)
                await until(lambda: writer.points.points == 2)
            assert stored_values(tmp_path) == [0.0, 1.0]
            assert [one.body for one in Quarantine(tmp_path).waiting("등대전자")] == [b"T=2"]
            gone = Quarantine(tmp_path).replayed().total()
            total = of_all(tmp_path)
            assert (total, gone) == (Sum(5, 2, 3, 0), Sum(2, 0, 2, 0))
            assert total.missing == 0

    within(60, work())


def test_live_values_are_told_as_they_pass(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            heard: list[bytes] = []

            async def hear() -> None:
                async for data in connection.listen(live_subject("등대전자")):
                    heard.append(data)

            listener = asyncio.create_task(hear())
            slow = Pace(commit_every=1e9, account_every=1e9)
            async with writing(connection, tmp_path, slow):
                sink, turn = BusSink(connection), 0
                while not heard:  # until both have begun to listen
                    await sink.store(message(turn, 2))
                    await asyncio.sleep(0.05)
                    turn += 2
            listener.cancel()
            ((tag, time_us, value, quality),) = json.loads(heard[-1])["points"]
            assert (tag, quality) == ("라인1/사출3/온도", 192)
            assert time_us == START_US + value * 1_000_000
            assert value % 2 == 1  # the newer of the two

    within(60, work())


def test_a_disk_that_says_no_for_a_while_costs_no_point(tmp_path: Path) -> None:
    class Unwilling(Telemetry):
        refusals = 3

        def append(self, *given: object) -> object:  # type: ignore[override]
            if self.refusals:
                self.refusals -= 1
                raise PublicError("The table {table} is full.", table="points")
            return super().append(*given)  # type: ignore[arg-type]

    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            await BusSink(connection).store(message(0, 10))
            unwilling = Unwilling(tmp_path)
            async with writing(connection, tmp_path, telemetry=unwilling) as writer:
                await until(lambda: writer.points.failure == "The table points is full.")
                await until(lambda: writer.points.points == 10)
                assert writer.points.failure is None
            assert of_all(tmp_path) == Sum(received=10, stored=10)

    within(60, work())


def test_the_writer_goes_on_after_a_kill_of_the_bus(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (server, connection):
            sink = BusSink(connection)
            async with writing(connection, tmp_path) as writer:
                for turn in range(3):
                    await sink.store(message(turn * 10, 10))
                    assert server.pid is not None
                    os.kill(server.pid, signal.SIGKILL)
                await until(lambda: writer.points.points == 30)
            assert stored_values(tmp_path) == [float(i) for i in range(30)]

    within(90, work())


def test_a_second_writer_of_one_home_is_refused(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            async with writing(connection, tmp_path):
                with pytest.raises(UnusableOption, match="already writes"):
                    Writer(connection, tmp_path, clock_us=lambda: START_US)
            async with writing(connection, tmp_path):
                pass  # the first has gone

    within(60, work())


def test_a_full_bus_makes_the_endpoint_say_busy(tmp_path: Path) -> None:
    async def work() -> None:
        settings = settings_in(tmp_path, DEUNGDAE_BUS_STORE="64MiB")
        async with running(settings) as (_, connection):
            sink = BusSink(connection)
            for number in range(7):
                await sink.store(Message("a", "s", f"{number}", 1, os.urandom(7 << 20)))
            with pytest.raises(Busy):
                await sink.store(Message("a", "s", "8", 1, os.urandom(7 << 20)))

    within(60, work())


def test_long_texts_travel_in_several_messages(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            table = rows(0, 200)
            texts = [os.urandom(32_000).hex() for _ in range(200)]
            table = table.set_column(6, table.schema.field("text"), [texts])
            kinds = pa.array([3] * 200, pa.int8())
            table = table.set_column(7, table.schema.field("kind"), kinds)
            large = Message("등대전자", "telegraf", "texts", 200, body(table))
            assert len(large.body) > 8 << 20
            await BusSink(connection).store(large)
            async with writing(connection, tmp_path) as writer:
                await until(lambda: writer.points.points == 200)
            assert of_all(tmp_path) == Sum(received=200, stored=200)

    within(60, work())


def test_the_registry_says_who_may_write_and_how_far_an_edge_came(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(settings_in(tmp_path)) as (_, connection):
            tokens = await Mirror.open(connection, TOKENS)
            agents = await Mirror.open(connection, AGENTS)
            key = digest("dg_secret")
            await tokens.put(Token("등대전자", "press-shop", ["edge"], edge="press-shop"), key)
            registry = await Registry.open(connection)
            grant = Grant("등대전자", "press-shop", frozenset({"edge"}), None, "press-shop")
            assert await registry.find(key) == grant
            assert await registry.find(digest("dg_other")) is None
            assert await registry.last("등대전자", "press-shop") is None
            await registry.advance("등대전자", "press-shop", 7)
            await registry.advance("등대전자", "press-shop", 5)
            assert await registry.last("등대전자", "press-shop") == 7
            # The web revokes the agent, and its place is not forgotten by that.
            await agents.change(
                lambda agent: Agent("등대전자", "press-shop", agent.sequence if agent else 0, True),
                *("등대전자", "press-shop"),
            )
            found = None
            while found is None or not found.revoked:
                found = await registry.find(key)
                await asyncio.sleep(0.01)
            again = await Registry.open(connection)
            assert await again.last("등대전자", "press-shop") == 7

    within(60, work())
