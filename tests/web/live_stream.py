"""The live page's stream as a server asks for it: Django's whole way, over ASGI, without a port."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from django.test import Client


def cookie(client: Client) -> str:
    """The header by which a browser is known that has signed in."""
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Stream:
    """One open page: what it was sent, event by event."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.left = asyncio.Event()
        self.ended = asyncio.Event()
        self._events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._rest = ""
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            return
        self._rest += message.get("body", b"").decode()
        *whole, self._rest = self._rest.split("\n\n")
        for one in whole:
            told = dict(line.split(": ", 1) for line in one.split("\n"))
            if "event" in told:
                self._events.put_nowait((told["event"], json.loads(told["data"])))

    async def next(self, *names: str) -> Any:
        """The data of the next event of one of these names; others are passed over."""
        async with asyncio.timeout(20):
            while True:
                name, data = await self._events.get()
                if name in names:
                    return data

    def waiting(self) -> list[tuple[str, Any]]:
        """The events that came and that nobody looked at."""
        return [self._events.get_nowait() for _ in range(self._events.qsize())]


@asynccontextmanager
async def opened(
    client: Client, query: str, path: str = "/plant/live/events/"
) -> AsyncIterator[Stream]:
    """Open a page's stream; it is left with the context."""
    from deungdae.web.project.asgi import application

    stream = Stream()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie(client).encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def served() -> None:
        try:
            await application(scope, stream.receive, stream.send)  # type: ignore[arg-type]
        finally:
            stream.ended.set()

    task = asyncio.create_task(served())
    try:
        yield stream
    finally:
        stream.left.set()
        await asyncio.wait({task}, timeout=10)
        assert task.done(), "the stream was left and goes on"
