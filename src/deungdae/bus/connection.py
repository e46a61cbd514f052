"""One process's line to the bus: durable publishing, reading in order, live messages.

The line mends itself: after a restart of the bus everything here goes on, and a call that could
not be confirmed raises `Unavailable` only when its time is up. To try the same again is always
safe, because each durable message has a name by which the bus knows it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Self

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js.client import JetStreamContext

from deungdae.bus.address import Address, Entrance
from deungdae.bus.ending import end
from deungdae.bus.failures import Full, Unavailable
from deungdae.bus.streams import QUEUES, Queue

CONFIRM_SECONDS = 10.0  #: how long a caller waits for a promise
ATTEMPT_SECONDS = 1.5  #: after which the same is sent again
ENTER_SECONDS = 2.0
RETRY_SECONDS = 0.1
_FULL = {10047, 10077}  # JetStream: no resources left, a stream's limit of bytes
#: What NATS raises when it cannot answer now; asyncio.TimeoutError is among nats.errors.
REFUSED = "uthorization"  #: in what the server says, and its client
LOST = (nats.errors.Error, nats.js.errors.Error, ConnectionError, TimeoutError)

_log = logging.getLogger(__name__)


class Connection:
    """A line to the bus. Open one per process and share it."""

    def __init__(self, address: Address, name: str) -> None:
        self._address = address
        self._name = name
        self._client: Client | None = None
        self._entrance: Entrance | None = None
        self._watch: asyncio.Task[None] | None = None
        self._last_words = ""
        self.breaks = 0  #: how often the line broke; whoever subscribes starts anew when it changes

    @classmethod
    async def open(
        cls, address: Address, name: str, *, within: float = CONFIRM_SECONDS, patient: bool = True
    ) -> Self:
        """Connect; `name` is for the server's log. Raises `Unavailable` after `within` seconds.

        Who is not `patient` does not wait for a bus that nobody keeps running: a person waits.
        """
        if not patient and not address.kept():
            raise Unavailable("the bus is not running")
        line = cls(address, name)
        deadline = time.monotonic() + within
        while True:
            try:
                await line._enter()
                break
            except (*LOST, OSError, Unavailable) as error:
                if time.monotonic() > deadline:
                    raise Unavailable(f"the bus does not answer: {_words(error)}") from error
                await asyncio.sleep(RETRY_SECONDS)
        line._watch = asyncio.create_task(line._follow(), name="bus address")
        return line

    async def close(self) -> None:
        """Hang up. What was not confirmed by now stays unconfirmed."""
        if self._watch is not None:
            await end(self._watch)
        if self._client is not None:
            with contextlib.suppress(*LOST):  # the bus may have gone before us
                await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether the line stands at this moment."""
        return self._client is not None and self._client.is_connected

    @property
    def client(self) -> Client:
        """The client of NATS, for the other modules of the bus."""
        assert self._client is not None, "the line was never opened"
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        """The durable side of NATS, for the other modules of the bus."""
        return self.client.jetstream(timeout=ATTEMPT_SECONDS)

    async def prepare(self, store_bytes: int, *, first: int = 1) -> None:
        """Make the queues, or bring their limits up to date; raises `Unavailable`.

        A new queue begins with the sequence `first`. Give one above all that a lost bus can have
        reached, such as the microseconds since 1970: whoever noted how far it had come must not
        take new messages for old ones.
        """
        for queue in QUEUES:
            wanted = queue.config(store_bytes, first)
            try:
                try:
                    known = (await self.jetstream.stream_info(queue.name)).config
                except nats.js.errors.NotFoundError:
                    await self.jetstream.add_stream(wanted)
                else:
                    await self.jetstream.update_stream(replace(wanted, first_seq=known.first_seq))
            except LOST as error:
                raise Unavailable(f"no queue {queue.name}: {_words(error)}") from error

    async def publish(
        self, subject: str, body: bytes, name: str, *, within: float = CONFIRM_SECONDS
    ) -> int:
        """Store a message and return its sequence, once it is flushed to the disk.

        The same `name` within ten minutes is stored once. Raises `Unavailable` when there was no
        confirmation `within` so many seconds, `Full` when there is no room.
        """
        headers = {"Nats-Msg-Id": name}
        deadline = time.monotonic() + within
        while True:
            left = deadline - time.monotonic()
            try:
                told = await self.jetstream.publish(
                    subject, body, timeout=max(0.05, min(ATTEMPT_SECONDS, left)), headers=headers
                )
                return told.seq
            except nats.js.errors.APIError as error:
                if error.err_code in _FULL:
                    raise Full(_words(error)) from error
                failure: Exception = error
            except nats.errors.MaxPayloadError:
                raise
            except LOST as error:
                failure = error
            if time.monotonic() + RETRY_SECONDS >= deadline:
                raise Unavailable(f"no confirmation: {_words(failure)}") from failure
            await asyncio.sleep(RETRY_SECONDS)

    async def tell(self, subject: str, body: bytes) -> None:
        """Say something to whoever listens now; nobody keeps it."""
        # A live value that finds no line is stale by the time there is one.
        with contextlib.suppress(*LOST):
            await self.client.publish(subject, body)

    async def listen(self, subject: str) -> AsyncIterator[bytes]:
        """Give what is told on a subject (`*` and `>` stand for words), from now on."""
        async with contextlib.aclosing(self.hear(subject)) as heard:
            async for _, told in heard:
                yield told

    async def hear(self, subject: str) -> AsyncGenerator[tuple[str, bytes], None]:
        """Do the same, with the subject on which each was told."""
        while True:
            breaks = self.breaks
            try:
                subscription = await self.client.subscribe(subject)
            except LOST:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                while breaks == self.breaks:
                    try:
                        message = await subscription.next_msg(1.0)
                    except nats.errors.TimeoutError:
                        continue
                    except LOST:
                        break
                    yield message.subject, message.data
            finally:
                with contextlib.suppress(*LOST):
                    await subscription.unsubscribe()

    async def last(self, queue: Queue) -> int:
        """Return the sequence of the last message of a queue, 0 before the first of all."""
        try:
            return int((await self.jetstream.stream_info(queue.name)).state.last_seq)
        except LOST as error:
            raise Unavailable(f"{queue.name} does not answer: {_words(error)}") from error

    async def held(self, queue: Queue) -> range:
        """Return the sequences that a queue holds; empty when nothing waits or is remembered."""
        try:
            state = (await self.jetstream.stream_info(queue.name)).state
        except LOST as error:
            raise Unavailable(f"{queue.name} does not answer: {_words(error)}") from error
        return range(int(state.first_seq), int(state.last_seq) + 1)

    async def release(self, queue: Queue, up_to: int) -> None:
        """Let the bus forget everything up to a sequence: it is kept elsewhere now."""
        try:
            await self.jetstream.purge_stream(queue.name, seq=up_to + 1)
        except LOST as error:
            raise Unavailable(f"{queue.name} was not released: {_words(error)}") from error

    async def _enter(self) -> None:
        entrance = self._address.entrance()
        client, self._last_words = Client(), ""
        try:
            # NATS itself would try for ever, even with a wrong password.
            async with asyncio.timeout(ENTER_SECONDS):
                await client.connect(
                    entrance.url,
                    user=entrance.user,
                    password=entrance.password,
                    name=self._name,
                    connect_timeout=2,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.1,  # type: ignore[arg-type]  # it is only slept
                    ping_interval=5,
                    error_cb=self._on_error,
                    disconnected_cb=self._on_break,
                )
        except TimeoutError as error:
            await client.close()
            raise Unavailable(self._last_words or "it is silent") from error
        before, self._client, self._entrance = self._client, client, entrance
        if before is not None:
            self.breaks += 1
            await before.close()

    async def _follow(self) -> None:
        """Move to the bus's new place when it comes back at another one."""
        while True:
            await asyncio.sleep(0.5)
            if self.connected:
                continue
            try:
                if self._address.entrance() != self._entrance:
                    await self._enter()
            except (*LOST, OSError, Unavailable) as error:
                _log.info("the bus is not there yet: %s", _words(error))

    async def _on_error(self, error: Exception) -> None:
        # The server cuts the line once it has refused: what is heard of the cut hides no refusal.
        if REFUSED not in self._last_words:
            self._last_words = _words(error)
        _log.info("the line to the bus: %s", _words(error))

    async def _on_break(self) -> None:
        self.breaks += 1


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
