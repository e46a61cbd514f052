"""A bus for tests that are not async: it runs in a loop of its own, as do those who answer."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, Self, TypeVar

from bus_for_tests import running

from deungdae.bus import Answering, Asked, Connection, Said, Server
from deungdae.records.environment import BusSettings, MqttSettings

Result = TypeVar("Result")


class BusInAThread:
    """A bus that runs as long as the context; `run` carries something out in its loop."""

    def __init__(self, settings: BusSettings, mqtt_settings: MqttSettings | None = None) -> None:
        self.settings = settings
        self.loop = asyncio.new_event_loop()
        self.server: Server
        self.connection: Connection
        self._thread = threading.Thread(target=self.loop.run_forever, name="bus of the tests")
        self._running = running(settings, mqtt_settings)
        self._answering: list[Answering] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self.server, self.connection = self.run(self._running.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        for answering in self._answering:
            self.run(answering.close())
        self.run(self._running.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def answer(self, topic: str, pieces: Callable[[Asked], Iterable[bytes]]) -> None:
        """Answer questions of a topic until the bus ends."""

        async def said(asked: Asked) -> Said:
            async def given() -> AsyncIterator[bytes]:
                for piece in pieces(asked):
                    yield piece

            return Said(given())

        self._answering.append(self.run(Answering.open(self.connection, topic, said)))

    def tell(self, subject: str, text: bytes) -> None:
        """Say something to whoever listens."""
        self.run(self.connection.tell(subject, text))

    def kill(self) -> None:
        """End the server hard; it is started again by itself."""
        assert self.server.pid is not None
        os.kill(self.server.pid, signal.SIGKILL)
