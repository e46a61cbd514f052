"""Answering questions of a topic: the other side of `asking`.

Several processes may answer the same topic; each question goes to one of them.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from nats.aio.msg import Msg

from deungdae.bus import asking
from deungdae.bus.connection import LOST, RETRY_SECONDS, Connection
from deungdae.bus.ending import end
from deungdae.bus.failures import Unavailable
from deungdae.records.errors import PublicError
from deungdae.records.messages import Message, message

MOST_UNDER_WAY = 64  #: questions, those that wait for their turn included
ALIVE_SECONDS = 1.0
PATIENCE_SECONDS = 60.0  #: with a reader that takes nothing
LONGEST_WITHIN = 3600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A question as it arrived: its name, whom it is about, and its parameters."""

    ask: str
    organisation: str
    parameters: Mapping[str, Any]
    within: float  #: seconds that the asker waits for the beginning


@dataclass(frozen=True)
class Said:
    """An answer: a few words about it, and its bytes in pieces of any size."""

    pieces: AsyncIterator[bytes]
    about: Mapping[str, Any] = field(default_factory=dict)


def said_json(document: Any) -> Said:
    """Return plain data as an answer."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Said(_once(text.encode()), {"type": "application/json"})


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


Answerer = Callable[[Asked], Awaitable[Said]]


class Answering:
    """Hands each question of a topic to `answer`, and its answer back. Open it with `open`.

    What `answer` or the pieces raise as a `PublicError` is what the asker reads; any other error
    is logged, and the asker reads that there was a mistake.
    """

    def __init__(self, connection: Connection, topic: str, answer: Answerer) -> None:
        self._connection = connection
        self._topic = topic
        self._answer = answer
        self._under_way: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self.answered = 0

    @classmethod
    async def open(
        cls, connection: Connection, topic: str, answer: Answerer, *, within: float = 10.0
    ) -> Self:
        """Begin to answer; raises `Unavailable` when the bus does not let us."""
        answering = cls(connection, topic, answer)
        answering._task = asyncio.create_task(answering._listen(), name=f"answers on {topic}")
        try:
            await asyncio.wait_for(answering._listening.wait(), within)
        except TimeoutError as error:
            await answering.close()
            raise Unavailable(f"nobody can ask for {topic}") from error
        return answering

    async def close(self) -> None:
        """Answer nothing more; what is under way breaks off."""
        if self._task is not None:
            await end(self._task)
        for task in list(self._under_way):
            await end(task)

    async def _listen(self) -> None:
        while True:
            breaks = self._connection.breaks
            try:
                client = self._connection.client
                subscription = await client.subscribe(
                    asking.subject(self._topic), queue="answers", cb=self._take
                )
                await client.flush(5)
            except LOST:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._listening.set()
            try:
                while breaks == self._connection.breaks:
                    await asyncio.sleep(RETRY_SECONDS)
            finally:
                with contextlib.suppress(*LOST):
                    await subscription.unsubscribe()

    async def _take(self, asked: Msg) -> None:
        task = asyncio.create_task(self._reply(asked))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _reply(self, told: Msg) -> None:
        async with _Reader(self._connection, told.reply) as reader:
            try:
                if len(self._under_way) > MOST_UNDER_WAY:
                    raise PublicError(
                        "Too many questions are being answered. Please ask again in a moment."
                    )
                asked = _asked(told.data)
                said = await reader.unless_stopped(self._answer(asked))
                if said is not None:
                    await reader.unless_stopped(reader.give(said))
            except PublicError as error:
                await reader.refuse(error.message)
            except (*LOST, Unavailable) as error:
                _log.info("an answer on %s broke off: %s", self._topic, error)
            except Exception:  # noqa: BLE001 - written to the log, and the asker is told
                _log.exception("a question on %s could not be answered", self._topic)
                await reader.refuse(
                    message(
                        "The question could not be answered because of a mistake in the program. "
                        "What it was stands in the log."
                    )
                )
            else:
                self.answered += 1


class _Reader:
    """The asker of one question, as the one who answers sees it."""

    def __init__(self, connection: Connection, inbox: str) -> None:
        self._connection = connection
        self._inbox = inbox
        self._control = connection.client.new_inbox()
        self._taken = 0
        self._moved = asyncio.Event()
        self._stopped = asyncio.Event()
        self._alive: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._heard = await self._connection.client.subscribe(self._control, cb=self._hear)
        self._alive = asyncio.create_task(self._say_alive())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._alive is not None:
            await end(self._alive)
        with contextlib.suppress(*LOST):
            await self._heard.unsubscribe()

    async def unless_stopped(self, work: Awaitable[Any]) -> Any:
        """Return the result of `work`, or None as soon as the asker wants it no more."""
        task = asyncio.ensure_future(work)
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            await end(stopped)
            await _end_quietly(task)

    async def give(self, said: Said) -> None:
        """Send an answer, no faster than it is taken."""
        await self._say(asking.BEGIN + json.dumps(dict(said.about), ensure_ascii=False).encode())
        count = 0
        async for piece in said.pieces:
            for start in range(0, len(piece), asking.PIECE_BYTES):
                await self._room(count)
                number = asking.NUMBER.pack(count)
                await self._say(asking.PIECE + number + piece[start : start + asking.PIECE_BYTES])
                count += 1
        await self._say(asking.END + asking.NUMBER.pack(count))

    async def refuse(self, why: Message) -> None:
        """Say why there is no answer, or no more of it."""
        told = {"template": why.template, "values": dict(why.values)}
        with contextlib.suppress(*LOST):
            await self._say(asking.REFUSAL + json.dumps(told, ensure_ascii=False).encode())

    async def _room(self, sent: int) -> None:
        last = time.monotonic()
        while sent - self._taken >= asking.WINDOW:
            before = self._taken
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), ALIVE_SECONDS)
            if self._taken != before:
                last = time.monotonic()
            elif time.monotonic() - last > PATIENCE_SECONDS:
                raise Unavailable("the asker takes nothing more")

    async def _hear(self, told: Msg) -> None:
        if told.data == asking.STOP:
            self._stopped.set()
        elif len(told.data) == asking.NUMBER.size:
            self._taken = max(self._taken, asking.NUMBER.unpack(told.data)[0])
            self._moved.set()

    async def _say_alive(self) -> None:
        while True:
            with contextlib.suppress(*LOST):
                await self._say(asking.ALIVE)
            await asyncio.sleep(ALIVE_SECONDS)

    async def _say(self, data: bytes) -> None:
        await self._connection.client.publish(self._inbox, data, reply=self._control)


async def _end_quietly(task: "asyncio.Future[Any]") -> None:
    if task.done():
        return
    assert isinstance(task, asyncio.Task)
    await end(task)
    if not task.cancelled() and task.exception() is not None:
        _log.info("a question nobody waits for any more ended: %r", task.exception())


def _asked(data: bytes) -> Asked:
    try:
        document = json.loads(data)
        ask, organisation = document.pop("ask"), document.pop("organisation")
        within = document.pop("within")
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError) as error:
        raise _no_question() from error
    whole = isinstance(ask, str) and isinstance(organisation, str) and organisation
    if not whole or type(within) not in (int, float) or not 0 < within <= LONGEST_WITHIN:
        raise _no_question()
    return Asked(ask, organisation, document, float(within))


def _no_question() -> PublicError:
    return PublicError("This is no question that can be answered.")
