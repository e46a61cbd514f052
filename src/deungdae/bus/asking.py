"""Questions from one program to another, with answers of any size.

A question goes to the subject `ask.TOPIC`; one of those who answer there takes it. The answer comes
as messages to the asker alone, each with one sign for its kind before its content:

    B  it begins: JSON about it, such as its content type
    P  a piece: its number (four bytes, the largest first) and its bytes
    A  nothing yet, but it is being worked on
    E  it ended: how many pieces there were
    X  a refusal: JSON with an English sentence and its values

The asker confirms the pieces it has taken; no more than `WINDOW` of them are on their way, so that
a slow reader is not flooded. See `answering` for the other side.
"""

import asyncio
import contextlib
import json
import struct
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import nats.errors
from nats.aio.subscription import Subscription

from deungdae.bus.connection import LOST, Connection
from deungdae.bus.failures import Unavailable
from deungdae.bus.streams import word
from deungdae.records.errors import PublicError
from deungdae.records.messages import Value

PIECE_BYTES = 256 << 10
WINDOW = 8  #: pieces that are on their way at most
MOST_QUESTION_BYTES = 1 << 20
AGAIN_SECONDS = 0.3  #: after nobody answered, the same is asked once more
LOOK_SECONDS = 0.5  #: between two looks at whether the line broke
SILENCE_SECONDS = 6.0  #: who answers says something each second
NUMBER = struct.Struct(">I")
BEGIN, PIECE, ALIVE, END, REFUSAL = b"B", b"P", b"A", b"E", b"X"
STOP = b"stop"  #: the asker does not want the rest


@dataclass(frozen=True)
class Question:
    """A question about one organisation, and never about another.

    `organisation` stands apart from the parameters, so that nothing a person types can become it.
    """

    topic: str
    ask: str  #: its name, such as "latest"
    organisation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)  #: plain JSON data
    within: float = 30.0  #: seconds until the answer begins

    def encode(self) -> bytes:
        """Return it as it travels; raises ValueError for what is none."""
        if not self.organisation:
            raise ValueError("a question is about one organisation")
        if {"ask", "organisation", "within"} & self.parameters.keys():
            raise ValueError("a parameter has a name that is taken")
        document = {
            **self.parameters,
            "ask": self.ask,
            "organisation": self.organisation,
            "within": self.within,
        }
        data = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        if len(data) > MOST_QUESTION_BYTES:
            raise ValueError("the question is too long")
        return data


class Refusal(PublicError):  # noqa: N818 - the word a reader would say
    """The question was understood and refused, or failed; the sentence says why."""


def subject(topic: str) -> str:
    """Return the subject on which questions of a topic are asked."""
    return f"ask.{word(topic)}"


class Answer:
    """One answer while it comes: iterate over its pieces once, or read it whole.

    Close it, or use it as a context, so that nobody works for it in vain. Whatever reads it raises
    `Refusal` when the answer breaks off with a reason, `Unavailable` when the bus or the one who
    answers went away.
    """

    def __init__(self, connection: Connection, subscription: Subscription) -> None:
        self._connection = connection
        self._breaks = connection.breaks
        self._subscription = subscription
        self._control: str | None = None
        self._pieces = 0
        self._over = False
        self.about: dict[str, Any] = {}  #: what was said at its beginning

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._rest()

    async def read(self, most: int = 64 << 20) -> bytes:
        """Return all of it; raises ValueError when it has more than `most` bytes."""
        pieces, size = [], 0
        async for piece in self:
            pieces.append(piece)
            size += len(piece)
            if size > most:
                await self.close()
                raise ValueError(f"the answer is longer than {most} bytes")
        return b"".join(pieces)

    async def json(self) -> Any:
        """Return it as the plain data it holds."""
        return json.loads(await self.read())

    async def close(self) -> None:
        """Say that the rest is not wanted, unless it is over."""
        if not self._over:
            self._over = True
            await self._say(STOP)
        with contextlib.suppress(*LOST):
            await self._subscription.unsubscribe()

    async def begin(self, within: float) -> None:
        """Wait until the answer begins; used by `ask`."""
        deadline = time.monotonic() + within
        while True:
            kind, content = await self._next(deadline)
            if kind == BEGIN:
                self.about = json.loads(content)
                return
            if kind != ALIVE:
                raise await self._broken("it does not begin at its beginning")

    async def _rest(self) -> AsyncIterator[bytes]:
        try:
            while not self._over:
                kind, content = await self._next(None)
                if kind == PIECE:
                    if NUMBER.unpack_from(content)[0] != self._pieces:
                        raise await self._broken("a piece of the answer was lost")
                    self._pieces += 1
                    yield content[NUMBER.size :]
                    await self._say(NUMBER.pack(self._pieces))
                elif kind == END:
                    if NUMBER.unpack(content)[0] != self._pieces:
                        raise await self._broken("the end of the answer was lost")
                    self._over = True
        finally:
            await self.close()

    async def _next(self, deadline: float | None) -> tuple[bytes, bytes]:
        silent = time.monotonic() + SILENCE_SECONDS
        until = silent if deadline is None else min(silent, deadline)
        while True:
            wait = min(until - time.monotonic(), LOOK_SECONDS)
            try:
                message = await self._subscription.next_msg(max(wait, 0.01))
            except nats.errors.TimeoutError as error:
                if time.monotonic() >= until:
                    raise await self._broken("nobody goes on answering") from error
            except LOST as error:
                raise await self._broken("nobody goes on answering") from error
            else:
                break
            if self._breaks != self._connection.breaks:
                raise await self._broken("the line to the bus broke")
        if self._breaks != self._connection.breaks:
            raise await self._broken("the line to the bus broke")
        if not message.data:
            # The bus itself says at once when nobody listens.
            self._over = True
            await self.close()
            raise _Nobody("nobody answers such questions now")
        self._control = message.reply or self._control
        kind, content = message.data[:1], message.data[1:]
        if kind == REFUSAL:
            self._over = True
            await self.close()
            raise _refusal(content)
        return kind, content

    async def _broken(self, why: str) -> Unavailable:
        await self.close()
        return Unavailable(why)

    async def _say(self, word: bytes) -> None:
        if self._control is not None:
            with contextlib.suppress(*LOST):
                await self._connection.client.publish(self._control, word)


async def ask(connection: Connection, question: Question) -> Answer:
    """Ask, and return the answer as soon as it begins.

    Raises `Refusal` when it is refused, `Unavailable` when nobody answers or the bus is away.
    """
    data = question.encode()
    try:
        return await _asked(connection, question, data)
    except _Nobody:
        # Whoever answers may just be starting anew.
        await asyncio.sleep(AGAIN_SECONDS)
        return await _asked(connection, question, data)


async def _asked(connection: Connection, question: Question, data: bytes) -> Answer:
    client = connection.client
    if not connection.connected:
        raise Unavailable("the line to the bus is broken")
    inbox = client.new_inbox()
    try:
        answer = Answer(connection, await client.subscribe(inbox))
        await client.publish(subject(question.topic), data, reply=inbox)
    except LOST as error:
        raise Unavailable("the question could not be asked") from error
    try:
        # Whoever answers keeps to the time; a little more lets its own words arrive.
        await answer.begin(question.within + 1.0)
    except asyncio.CancelledError:
        await answer.close()
        raise
    return answer


class _Nobody(Unavailable):
    """Nobody listens on the topic."""


def _refusal(content: bytes) -> Refusal:
    told = json.loads(content)
    values: dict[str, Value] = told["values"]
    return Refusal(told["template"], **values)
