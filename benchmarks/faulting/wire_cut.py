"""A line to the bus that can be cut: a proxy on loopback."""

import asyncio
from collections.abc import Callable


class Line:
    """Passes bytes between clients and a port that may change."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = 0
        self.cuts = 0

    async def start(self) -> str:
        """Return the URL of the line."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        return f"nats://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Break every connection in the middle of whatever it carries."""
        self.cuts += 1
        for writer in list(self._open):
            writer.transport.abort()

    async def stop(self) -> None:
        """Take no more connections."""
        assert self._server is not None
        self._server.close()
        while self._passing:
            self.cut()
            await asyncio.sleep(0.02)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._passing += 1
        try:
            await self._carry(reader, writer)
        finally:
            self._passing -= 1

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port())
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        await asyncio.gather(self._one_way(reader, far_writer), self._one_way(far_reader, writer))
        self._open -= {writer, far_writer}

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except (ConnectionError, OSError):
            pass
        finally:
            writer.transport.abort()
