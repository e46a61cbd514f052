"""The door for edge agents on a real bus, behind a real server, with the web's side of it."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from bus_for_tests import running, settings_in

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.bus.joining import code_digest
from deungdae.gateway.door import Door
from deungdae.gateway.http import Gateway, Limits
from deungdae.gateway.http.requests import Load
from deungdae.gateway.sinks import EDGE, Message, Quarantined
from deungdae.gateway.writing import Registry

ORGANISATION, EDGE_ID, TOKEN, CODE = "o-1", "press-shop", "a-token-of-an-edge", "K7QM-2XW0-0R51"
NOW_US = 1_795_348_800_000_000


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    us: int = NOW_US

    def __call__(self) -> int:
        return self.us


@dataclass
class Kept:
    """What a sink was given; it never refuses."""

    messages: list[Message] = field(default_factory=list)
    held: list[Quarantined] = field(default_factory=list)

    async def store(self, message: Message) -> None:
        self.messages.append(message)

    async def quarantine(self, entry: Quarantined) -> None:
        self.held.append(entry)


@dataclass
class Place:
    """A gateway, the bus below it, and a client that has the agent's token."""

    connection: bus.Connection
    registry: Registry
    door: Door
    kept: Kept
    clock: Clock
    client: httpx.AsyncClient
    gateway: Gateway
    server: bus.Server

    def kill_bus(self) -> None:
        """Kill the bus hard; its server starts it again."""
        assert self.server.pid is not None
        os.kill(self.server.pid, signal.SIGKILL)

    async def let_in(self, **about: Any) -> None:
        """Put the agent's token on the bus, as the web does."""
        token = bus.Token(ORGANISATION, EDGE_ID, [EDGE], edge=EDGE_ID, **about)
        await self.registry.tokens.put(token, digest(TOKEN))

    @property
    def load(self) -> Load:
        """What is under way at the gateway."""
        return self.gateway.load

    async def make_code(self, **about: Any) -> None:
        """Put the code on the bus, as the web does."""
        expires = about.pop("expires_us", NOW_US + 3_600_000_000)
        join = bus.Join(ORGANISATION, EDGE_ID, EDGE_ID, expires, "등대전자", "본사", **about)
        await self.registry.joins.put(join, code_digest(CODE) or "")

    async def join(self, code: str = CODE, **about: Any) -> httpx.Response:
        document = {"code": code, "host": "공장-PC", "version": "1.0", **about}
        return await self.client.post("/edge/v1/join", json=document, headers={"Authorization": ""})

    async def work(self, number: int = 0, wait: int = 0) -> httpx.Response:
        return await self.client.get(f"/edge/v1/work?number={number}&wait={wait}")

    async def ask(self, within: float = 10, **parameters: Any) -> Any:
        """Ask the agent's machines over the bus, as the web does."""
        told = {"edge": EDGE_ID, "driver": {"name": "plc", "kind": "simulator"}, **parameters}
        question = bus.Question("edge", "browse", ORGANISATION, told, within)
        async with await bus.ask(self.connection, question) as answer:
            return await answer.json()


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what must come; the test's own time ends it."""
    while not condition():
        await asyncio.sleep(0.005)


@asynccontextmanager
async def a_door(folder: Path, **limits: Any) -> AsyncIterator[Place]:
    """Run a bus, a door and a server before it."""
    clock, kept = Clock(), Kept()
    async with running(settings_in(folder)) as (server, connection):
        registry = await Registry.open(connection)
        door = Door(connection, registry, clock)
        gateway = Gateway(
            registry,
            kept,
            registry,
            clock_ns=lambda: clock.us * 1000,
            monotonic=time.monotonic,
            limits=Limits(**limits),
            quotas=registry.allowances,
            door=door,
            names=registry.maps.find,
        )
        listener = socket.create_server(("127.0.0.1", 0))
        web = uvicorn.Server(uvicorn.Config(gateway, log_level="warning", lifespan="on"))
        serving = asyncio.create_task(web._serve([listener]))
        answering = asyncio.create_task(door.run())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
                yield Place(connection, registry, door, kept, clock, client, gateway, server)
        finally:
            door.stop()
            web.should_exit = True
            await asyncio.wait({serving, answering})
            listener.close()
            await registry.close()
        serving.result()
        answering.result()
