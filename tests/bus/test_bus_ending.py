"""A task is ended for certain, even one that forgets a cancellation."""

import asyncio

from bus_for_tests import within

from deungdae.bus.ending import end


def test_a_task_that_forgets_to_be_cancelled_is_ended_all_the_same() -> None:
    async def work() -> None:
        forgot = 0

        async def forgetful() -> None:
            nonlocal forgot
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    forgot += 1
                    if forgot == 3:
                        raise

        task = asyncio.create_task(forgetful())
        await asyncio.sleep(0)
        await end(task)
        assert task.cancelled()
        assert forgot == 3

    within(10, work())
