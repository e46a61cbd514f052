"""What runs beside the endpoints: it may fail, and the gateway goes on."""

import asyncio

import pytest

from deungdae.gateway import parts
from deungdae.gateway.parts import Kept


class Unsteady:
    """A part that fails at its first attempts."""

    def __init__(self, failures: list[str], running: asyncio.Event) -> None:
        self._failures, self._running = failures, running
        self._stop = asyncio.Event()

    async def run(self) -> None:
        if self._failures:
            raise RuntimeError(self._failures.pop())
        self._running.set()
        await self._stop.wait()

    def stop(self) -> None:
        self._stop.set()


def test_a_part_that_fails_is_logged_and_made_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(parts, "AGAIN_SECONDS", 0.001)

    async def work() -> None:
        running = asyncio.Event()
        failures = ["the second", "the first"]
        kept = Kept("unsteady", lambda: Unsteady(failures, running))
        task = asyncio.create_task(kept.run())
        await running.wait()
        assert kept.failures == 2
        kept.stop()
        await task

    asyncio.run(asyncio.wait_for(work(), 10))
    assert [record.message for record in caplog.records] == [
        "a part of the gateway failed: unsteady"
    ] * 2
    assert "the second" in caplog.text
