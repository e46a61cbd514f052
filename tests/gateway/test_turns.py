"""Short work overtakes long work that waits, but not for ever; nobody loses a turn."""

import asyncio

from deungdae.gateway.http.turns import LONGEST_S, Turns


class Watch:
    """A watch that shows what it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def queue(turns: Turns, watch: Watch, *works: tuple[str, float, float]) -> list[str]:
    """Names of works in the order of their turns; each says when it comes and what it takes."""
    order: list[str] = []

    async def do(name: str, takes: float) -> None:
        async with turns.turn(takes):
            order.append(name)

    release = asyncio.Event()

    async def hold() -> None:
        async with turns.turn(1.0):
            await release.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    tasks = []
    for name, comes, takes in works:
        watch.seconds = comes
        tasks.append(asyncio.create_task(do(name, takes)))
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(holding, *tasks)
    return order


def test_what_is_short_goes_before_what_is_long() -> None:
    watch = Watch()
    found = asyncio.run(
        queue(
            Turns(1, watch),
            watch,
            ("backfill 1", 0.0, 0.02),
            ("backfill 2", 0.1, 0.02),
            ("live 1", 0.2, 0.001),
            ("live 2", 0.3, 0.001),
        )
    )
    assert found == ["live 1", "live 2", "backfill 1", "backfill 2"]


def test_what_is_long_is_not_overtaken_for_ever() -> None:
    watch = Watch()
    found = asyncio.run(
        queue(Turns(1, watch), watch, ("very long", 0.0, 60.0), ("short", LONGEST_S + 1, 0.0001))
    )
    assert found == ["very long", "short"]


def test_who_hangs_up_while_waiting_takes_no_turn_along() -> None:
    async def work() -> None:
        turns = Turns(1, Watch())
        release = asyncio.Event()
        later: list[asyncio.Task[None]] = []

        async def hold() -> None:
            async with turns.turn(1.0):
                await release.wait()

        async def first() -> None:
            await hold()
            later[1].cancel()  # its turn has come with the end of ours, but it did not run yet

        one = asyncio.create_task(first())
        await asyncio.sleep(0)
        later += [asyncio.create_task(hold()), asyncio.create_task(hold())]
        await asyncio.sleep(0)
        later[0].cancel()
        await asyncio.sleep(0)
        release.set()
        await one
        await asyncio.wait(later)
        assert [task.cancelled() for task in later] == [True, True]
        async with asyncio.timeout(5), turns.turn(1.0):
            assert one.done()

    asyncio.run(work())
