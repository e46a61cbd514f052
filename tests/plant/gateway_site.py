"""A gateway on a free port, with a spool below it that really writes to the disk."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
import uvicorn

from deungdae.gateway.http import Allowance, Gateway, Limits
from deungdae.gateway.http.access import digest_of
from deungdae.gateway.sinks import EDGE, WRITE, Grant, Message, Quarantined, Unavailable
from deungdae.gateway.spool import Spool, SpooledSequences, read

NOW_NS = 1_764_000_000_123_456_789
TOKEN = "a-token-that-writes"


@dataclass
class IssuedTokens:
    """Tokens in memory; `away` makes them unavailable, as a broken network would."""

    grants: dict[str, Grant] = field(default_factory=dict)
    away: bool = False

    async def find(self, digest: str) -> Grant | None:
        if self.away:
            raise Unavailable(7)
        return self.grants.get(digest)


@dataclass
class FixedQuotas:
    points_per_minute: int | None = None

    async def find(self, organisation: str) -> Allowance:
        return Allowance(self.points_per_minute)


@dataclass
class Refusable:
    """A spool that can be told to refuse."""

    spool: Spool
    refuses: Exception | None = None

    async def store(self, message: Message) -> None:
        if self.refuses:
            raise self.refuses
        await self.spool.store(message)

    async def quarantine(self, entry: Quarantined) -> None:
        if self.refuses:
            raise self.refuses
        await self.spool.quarantine(entry)


@dataclass
class Site:
    """A running gateway, what it was given, and what it stored."""

    url: str
    folder: Path
    tokens: IssuedTokens
    sink: Refusable
    quotas: FixedQuotas

    def write(self, text: str | bytes, query: str = "org=등대&bucket=line1", **more: Any) -> Any:
        headers = {"Authorization": f"Token {TOKEN}"} | more.pop("headers", {})
        content = text.encode() if isinstance(text, str) else text
        return httpx.post(
            f"{self.url}/api/v2/write?{query}", content=content, headers=headers, **more
        )

    def rows(self) -> list[dict[str, Any]]:
        """Every point that is on the disk, oldest first."""
        rows: list[dict[str, Any]] = []
        for head, body in read(self.folder):
            if head["kind"] == "points":
                rows += pa.ipc.open_stream(body).read_all().to_pylist()
        return rows

    def quarantined(self) -> list[tuple[dict[str, Any], bytes]]:
        return [(head, body) for head, body in read(self.folder) if head["kind"] != "points"]


Start = Callable[..., Site]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start gateways; they end with the test."""
    with contextlib.ExitStack() as stack:

        def begin(limits: Limits | None = None) -> Site:
            folder = tmp_path / "spool"
            sink = Refusable(Spool(folder))
            both = frozenset((WRITE, EDGE))
            tokens = IssuedTokens({digest_of(TOKEN): Grant("lighthouse", "token-1", both)})
            quotas = FixedQuotas()
            gateway = Gateway(
                tokens,
                sink,
                SpooledSequences(folder),
                clock_ns=lambda: NOW_NS,
                monotonic=time.monotonic,
                limits=limits,
                quotas=quotas,
            )
            listener = socket.create_server(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(gateway, log_level="warning", lifespan="on"))
            # The port listens already: a client that comes early only waits.
            thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
            thread.start()

            def stop() -> None:
                server.should_exit = True
                thread.join()
                listener.close()
                asyncio.run(sink.spool.close())

            stack.callback(stop)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            return Site(url, folder, tokens, sink, quotas)

        yield begin


@pytest.fixture
def site(start: Start) -> Site:
    return start()
