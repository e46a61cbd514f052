"""A bus in a folder with a Korean name, on a free port, and a line to it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deungdae.bus import Connection, Server, address
from deungdae.records.environment import BusSettings, MqttSettings, Settings


def settings_in(folder: Path, **told: str) -> BusSettings:
    """The settings of a bus below a folder."""
    return Settings.from_environment({"DEUNGDAE_HOME": str(folder / "공장 자료"), **told}).bus


@asynccontextmanager
async def running(
    settings: BusSettings, mqtt_settings: MqttSettings | None = None
) -> AsyncIterator[tuple[Server, Connection]]:
    """A bus that runs and is ended, with its queues, and a line to it."""
    server = Server(settings, mqtt_settings=mqtt_settings)
    await server.start()
    try:
        async with await Connection.open(address(settings), "test") as connection:
            await connection.prepare(settings.store_bytes)
            yield server, connection
    finally:
        await server.stop()


def within(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    """Carry the test out, and let it fail rather than hang."""
    asyncio.run(asyncio.wait_for(work, seconds))
