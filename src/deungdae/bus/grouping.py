"""Group commit: what arrives while the disk is busy is flushed together, next.

There is no timer. A single caller waits for one flush; a hundred callers share one.
"""

import asyncio
from collections import deque

from deungdae.bus.bundles import Part, name_of, pack
from deungdae.bus.connection import CONFIRM_SECONDS, Connection
from deungdae.bus.failures import Full, Unavailable
from deungdae.bus.streams import Queue, subject

MOST_BUNDLE_BYTES = 2 << 20
MOST_PARTS = 1_000
MOST_WAITING_BYTES = 64 << 20
IN_FLIGHT = 2  #: while one is flushed the next is on its way


class Grouped:
    """Stores parts of many callers in one queue, several at a time in one message."""

    def __init__(self, connection: Connection, queue: Queue) -> None:
        self._connection = connection
        self._queue = queue
        self._waiting: deque[tuple[Part, asyncio.Future[None]]] = deque()
        self._waiting_bytes = 0
        self._senders: set[asyncio.Task[None]] = set()
        self.messages = 0  #: bundles stored
        self.parts = 0  #: parts stored in them

    async def store(self, part: Part) -> None:
        """Return once the part is durably stored; raises `Unavailable`, or `Full`."""
        if self._waiting_bytes + part.bytes > MOST_WAITING_BYTES:
            raise Full("too much waits to be stored")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((part, done))
        self._waiting_bytes += part.bytes
        if len(self._senders) < IN_FLIGHT:
            sender = asyncio.create_task(self._send(), name=f"bus {self._queue.name}")
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        await done

    async def close(self) -> None:
        """Wait until everything that was handed over is stored or refused."""
        while self._senders:
            await asyncio.wait(set(self._senders))

    async def _send(self) -> None:
        # Let all callers of this turn of the loop hand their parts over first.
        await asyncio.sleep(0)
        while self._waiting:
            taken = self._take()
            parts = [part for part, _ in taken]
            organisations = {part.organisation for part in parts}
            whose = organisations.pop() if len(organisations) == 1 else "several"
            failure: Unavailable | None = None
            try:
                await self._connection.publish(
                    subject(self._queue, whose),
                    pack(parts),
                    name_of(parts),
                    within=CONFIRM_SECONDS,
                )
                self.messages += 1
                self.parts += len(parts)
            except Unavailable as error:
                failure = error
            except BaseException:
                for _, done in taken:
                    done.cancel()
                raise
            for _, done in taken:
                if done.done():
                    continue  # its caller has gone away
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(type(failure)(*failure.args))

    def _take(self) -> list[tuple[Part, asyncio.Future[None]]]:
        taken: list[tuple[Part, asyncio.Future[None]]] = []
        size = 0
        while self._waiting and len(taken) < MOST_PARTS:
            part = self._waiting[0][0]
            if taken and size + part.bytes > MOST_BUNDLE_BYTES:
                break
            size += part.bytes
            self._waiting_bytes -= part.bytes
            taken.append(self._waiting.popleft())
        return taken
