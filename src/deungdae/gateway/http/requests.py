"""One request: its headers and parameters, and its body, never longer than it may be."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from deungdae.gateway.http.answers import Failure
from deungdae.gateway.http.limits import Limits

Receive = Callable[[], Awaitable[dict[str, Any]]]
TOO_LARGE = "unable to read data: points batch is too large"
_GZIP = 31  # zlib's word for a gzip header and trailer around the data
_GZIP_NAMES = ("gzip", "x-gzip")
_DRAIN_S = 10.0


class Gone(Exception):  # noqa: N818
    """The client went away before its request was complete."""


class Load:
    """How many requests and bytes are under way, in this process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self.waiting = 0
        self.bytes = 0

    def too_much(self) -> Failure:
        """Return the refusal of a request that came when too much was under way."""
        return Failure(
            503, "too many requests are under way; try again later", self.limits.retry_after_s
        )


class Request:
    """A request as ASGI tells it."""

    def __init__(self, scope: dict[str, Any], receive: Receive, load: Load) -> None:
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self._scope = scope
        self._receive = receive
        self._load = load
        self._counted = 0
        self._complete = False

    @property
    def address(self) -> str:
        """From where it came, as far as the proxy before us can be believed."""
        client = self._scope.get("client")
        return str(client[0]) if client else ""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Count as one that only waits, not as one that is worked on; raise `Failure` 503."""
        load = self._load
        if load.waiting >= load.limits.waiting_calls:
            raise load.too_much()
        load.waiting += 1
        load.requests -= 1
        try:
            yield
        finally:
            load.waiting -= 1
            load.requests += 1

    async def gone(self) -> None:
        """Wait until the client hangs up, then raise `Gone`. Its body must be complete."""
        while (await self._receive())["type"] != "http.disconnect":
            continue
        raise Gone

    def header(self, name: bytes) -> str | None:
        """Return a header by its lower-case name; of several, the first."""
        for key, value in self._scope["headers"]:
            if key == name:
                found: bytes = value
                return found.decode("latin-1")
        return None

    def parameters(self) -> dict[str, str]:
        """Return the parameters of the query; of several with one name, the first."""
        query: bytes = self._scope["query_string"]
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=50)
        except ValueError as error:
            raise Failure(400, "the query of the address cannot be read") from error
        found: dict[str, str] = {}
        for key, value in pairs:
            found.setdefault(key, value)
        return found

    async def body(self, most_bytes: int, *, unpack: bool, within_s: float | None = None) -> bytes:
        """Return the body, unpacked if `unpack` and the client packed it.

        Raises `Failure` 413 as soon as it is longer than `most_bytes`, unpacked or not; 503 when
        too much is under way, or when it does not arrive in time.
        """
        told = self.header(b"content-length")
        if told is not None and told.isdecimal() and int(told[:20]) > most_bytes:
            raise Failure(413, TOO_LARGE)
        encoding = (self.header(b"content-encoding") or "identity").strip().lower()
        packed = unpack and encoding in _GZIP_NAMES
        if unpack and not packed and encoding != "identity":
            raise Failure(400, f"content encoding {encoding[:40]!r} is not known; gzip is")
        unpacker = Unpacker(most_bytes) if packed else None
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(within_s or self._load.limits.body_s):
                async for piece in self._pieces():
                    kept = unpacker.add(piece) if unpacker else [piece]
                    grown = sum(map(len, kept))
                    size += grown
                    if size > most_bytes:
                        raise Failure(413, TOO_LARGE)
                    self._count(grown)
                    pieces += kept
        except TimeoutError:
            raise Failure(503, "the request did not arrive in time", 1) from None
        if unpacker:
            unpacker.finish()
        return b"".join(pieces)

    def _count(self, grown: int) -> None:
        self._load.bytes += grown
        self._counted += grown
        if self._load.bytes > self._load.limits.waiting_bytes:
            raise self._load.too_much()

    def forget(self) -> None:
        """Give back what the body counted, when it is no longer held."""
        self._load.bytes -= self._counted
        self._counted = 0

    async def drain(self) -> None:
        """Let a refused client finish its sentence: one that still sends does not hear the answer.

        Nothing is kept; what is longer than twice the limit, or slow, is cut off all the same.
        """
        left = 2 * self._load.limits.body_bytes
        try:
            async with asyncio.timeout(_DRAIN_S):
                async for piece in self._pieces():
                    left -= len(piece)
                    if left < 0:
                        return
        except TimeoutError:
            return

    async def _pieces(self) -> AsyncIterator[bytes]:
        while not self._complete:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise Gone
            self._complete = not event.get("more_body", False)
            yield event.get("body", b"")


class Unpacker:
    """Unpacks gzip, also of several members, but never more than it may."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._member = zlib.decompressobj(_GZIP)
        self._begun = False

    def add(self, packed: bytes) -> list[bytes]:
        """Return what a piece holds; raise `Failure` 413 when it is more than allowed."""
        pieces: list[bytes] = []
        while packed:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
                self._begun = False
            try:
                plain = self._member.decompress(packed, self._left + 1)
            except zlib.error as error:
                raise Failure(400, "gzipped HTTP body contains an invalid header") from error
            self._begun = True
            self._left -= len(plain)
            if self._left < 0:
                raise Failure(413, TOO_LARGE)
            pieces.append(plain)
            packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return pieces

    def finish(self) -> None:
        """Raise `Failure` 400 if the last member has no end."""
        if self._begun and not self._member.eof:
            raise Failure(400, "gzipped HTTP body ends before its end")
