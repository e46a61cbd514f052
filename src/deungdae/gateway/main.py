"""One process that takes points in, keeps the bus alive and writes into the lake.

It ends in the order of the data: first nothing new is taken in, then what was taken in is stored,
then what is on the bus is written, last the bus ends. Killed instead, it loses nothing either; the
next start has a little more to read again.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from socket import socket

import uvicorn

from deungdae import bus
from deungdae.bus.alone import Taken, alone
from deungdae.gateway.door import Door
from deungdae.gateway.http import Gateway
from deungdae.gateway.parts import Site, kept
from deungdae.gateway.writing import BusSink, Registry, Writer
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption


def run(settings: Settings, opened: socket, announce: Callable[[], None]) -> None:
    """Serve at a listening socket until SIGTERM or SIGINT; `announce` is called once it does.

    Raises PublicError when the bus or the disk stands in the way.
    """
    try:
        # Two writers of one lake would undo one another's steps.
        with alone(settings.home / "gateway.lock"):
            asyncio.run(_Program(settings).serve(opened, announce))
    except Taken as error:
        raise UnusableOption(
            "A gateway runs already on the data in {home}. Stop it first, or name another folder "
            "in {setting}.",
            home=str(settings.home),
            setting="DEUNGDAE_HOME",
        ) from error


class _Program:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = asyncio.Event()

    async def serve(self, opened: socket, announce: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop.set)
        settings = self._settings.bus
        server = _server(self._settings)
        if server is not None:
            await server.start()
        try:
            address = bus.address(settings)
            async with await bus.Connection.open(address, "gateway", within=60) as connection:
                await connection.prepare(settings.store_bytes, first=_now_us())
                await self._serve(connection, opened, announce, server)
        finally:
            if server is not None:
                await server.stop()

    async def _serve(
        self,
        connection: bus.Connection,
        opened: socket,
        announce: Callable[[], None],
        server: bus.Server | None,
    ) -> None:
        registry = await Registry.open(connection)
        sink = BusSink(connection)
        writer = Writer(connection, self._settings.home, clock_us=_now_us)
        door = Door(connection, registry, _now_us)
        site = Site(self._settings, connection, registry, sink, writer, door, _now_us, server)
        gateway = Gateway(
            registry,
            sink,
            registry,
            clock_ns=time.time_ns,
            monotonic=time.monotonic,
            quotas=registry.allowances,
            door=door,
            names=registry.maps.find,
        )
        web = uvicorn.Server(
            uvicorn.Config(
                gateway,
                ws="none",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        # Signals are ours: everything ends in the order of the data.
        taking = asyncio.create_task(web._serve([opened]), name="gateway")
        writing = asyncio.create_task(writer.run(), name="writer")
        parts = kept(site)
        beside = [asyncio.create_task(part.run()) for part in parts]
        stop = asyncio.create_task(self._stop.wait())
        announce()
        try:
            await asyncio.wait({taking, writing, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop.set()
            web.should_exit = True
            for part in parts:
                part.stop()
            await asyncio.wait({taking, *beside})
            await sink.close()
            writer.stop()
            await asyncio.wait({writing, stop})
            await registry.close()
        for task in (taking, writing, *beside):
            task.result()


def _server(settings: Settings) -> bus.Server | None:
    """Return the bus that is to run here, which takes MQTT unless another broker is named."""
    if settings.bus.url is not None:
        return None
    return bus.Server(settings.bus, mqtt_settings=settings.mqtt if settings.mqtt.embedded else None)


def _now_us() -> int:
    return time.time_ns() // 1000
