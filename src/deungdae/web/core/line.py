"""The web's line to the bus: one for each process, in a thread with an event loop of its own.

    from deungdae.web.core import line

    line.put(bus.AGENTS, agent, organisation, edge)      line.all(bus.STATUS)
    with line.ask(bus.Question("history", "latest", organisation)) as answer:
        answer.json()                                    # or: for piece in answer
    async with await line.aask(question) as answer:      # in an async view
        async for piece in answer: …
    async for message in line.listen(organisation): …    # for server-sent events; also of "floor"

Everything raises `bus.Unavailable` within about three seconds while there is no bus; an answer that
is refused raises `bus.Refusal`, whose sentence may be shown. Without a gateway the rest of the web
works on.
"""

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Self, TypeVar

from django.conf import settings

from deungdae import bus
from deungdae.bus.entries import Bucket, Record

CONNECT_SECONDS = 2.0  #: for the first try, and for a line that broke
ATTEMPT_SECONDS = 1.0
REST_SECONDS = 1.0  #: between two tries to reach a bus that is not there
CALL_SECONDS = 3.0
HEARD_AT_MOST = 256  #: messages that wait for a slow listener; the oldest are dropped

_TOPICS = {"live": bus.live_subject, "floor": bus.floor_subject}

Result = TypeVar("Result")


def stands() -> bool:
    """Say whether the bus can be reached at this moment; waits for the first try."""
    try:
        _line().call(_nothing)
    except bus.Unavailable:
        return False
    return True


def put(bucket: Bucket[Record], record: Record, *key: str) -> None:
    """Keep a record durably under a key of a bucket."""
    _line().call(lambda own: own.put(bucket, record, key))


def change(bucket: Bucket[Record], new: Callable[[Record | None], Record], *key: str) -> None:
    """Replace what is kept by what `new` makes of it, though others write the same key."""
    _line().call(lambda own: own.change(bucket, new, key))


def delete(bucket: Bucket[Any], *key: str) -> None:
    """Forget what is kept under a key."""
    _line().call(lambda own: own.delete(bucket, key))


def get(bucket: Bucket[Record], *key: str) -> Record | None:
    """Return what is kept under a key; costs nothing but the first time."""
    mirror: bus.Mirror[Record] = _line().call(lambda own: own.mirror(bucket))
    return mirror.find(*key)


def all(bucket: Bucket[Record]) -> list[Record]:  # noqa: A001 - `line.all` reads well
    """Return everything in a bucket, in the order of its keys."""
    mirror: bus.Mirror[Record] = _line().call(lambda own: own.mirror(bucket))
    return mirror.all()


def items(bucket: Bucket[Record]) -> dict[str, Record]:
    """Return everything in a bucket under its keys, as `bucket.key(…)` makes them."""
    mirror: bus.Mirror[Record] = _line().call(lambda own: own.mirror(bucket))
    return mirror.items()


def ask(question: bus.Question) -> "Answer":
    """Ask, and return the answer once it begins. Close it, or use it as a context."""
    line = _line()
    return Answer(line, line.call(lambda own: own.ask(question), question.within + CALL_SECONDS))


async def aask(question: bus.Question) -> "Answer":
    """Do the same as `ask` in a view that is async; any event loop may call it."""
    line = await _aline()
    return Answer(line, await line.acall(lambda own: own.ask(question)))


async def listen(
    organisation: str, *, topic: str = "live", beat: float = 15.0
) -> AsyncGenerator[bytes, None]:
    """Give each message of an organisation on a topic; empty bytes after silence of `beat` s.

    The topic "live" has the last values of tags, "floor" what the monitor says of machines, alarms
    and watches. A listener that is slow loses the oldest messages, for newer ones follow.
    """
    subject = _TOPICS[topic](organisation)
    heard: asyncio.Queue[bytes] = asyncio.Queue(HEARD_AT_MOST)
    loop = asyncio.get_running_loop()

    def hear(message: bytes) -> None:
        if heard.full():
            heard.get_nowait()
        heard.put_nowait(message)

    line = await _aline()
    subscribed = await line.acall(lambda own: own.listen(subject, loop, hear))
    try:
        while True:
            try:
                yield await asyncio.wait_for(heard.get(), beat)
            except TimeoutError:
                yield b""
    finally:
        line.forget(subscribed)


def hang_up() -> None:
    """End the line of this process; the next call makes a new one."""
    global _one
    with _making:
        line, _one = _one, None
    if line is not None:
        line.close()


class Answer:
    """One answer while it comes: iterate over its pieces once (also with `async for`), or read."""

    def __init__(self, line: "_Line", answer: bus.Answer) -> None:
        self._line = line
        self._answer = answer
        self._pieces = aiter(answer)

    @property
    def about(self) -> dict[str, Any]:
        """What was said at its beginning, such as the content type."""
        return self._answer.about

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def json(self) -> Any:
        """Return it as the plain data it holds."""
        return self._line.wait(self._answer.json(), None)

    def read(self, most: int = 64 << 20) -> bytes:
        """Return all of it; raises ValueError when it has more than `most` bytes."""
        return self._line.wait(self._answer.read(most), None)

    async def ajson(self) -> Any:
        """Do the same as `json` in any event loop."""
        return await asyncio.wrap_future(self._line.start(self._answer.json()))

    async def aread(self, most: int = 64 << 20) -> bytes:
        """Do the same as `read` in any event loop."""
        return await asyncio.wrap_future(self._line.start(self._answer.read(most)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._line.start(self._answer.close())

    def __iter__(self) -> Iterator[bytes]:
        with self:
            while (piece := self._line.wait(anext(self._pieces, None), None)) is not None:
                yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while True:
                coming = self._line.start(anext(self._pieces, None))
                if (piece := await asyncio.wrap_future(coming)) is None:
                    return
                yield piece
        finally:
            # Not waited for: the reader may be gone, and its task be ending.
            self._line.start(self._answer.close())

    def close(self) -> None:
        """Say that the rest is not wanted."""
        with contextlib.suppress(bus.Unavailable):
            self._line.wait(self._answer.close(), CALL_SECONDS)


class _Own:
    """What lives in the loop of the line."""

    def __init__(self, connection: bus.Connection) -> None:
        self.connection = connection
        self._mirrors: dict[str, asyncio.Future[bus.Mirror[Any]]] = {}

    async def mirror(self, bucket: Bucket[Record]) -> bus.Mirror[Record]:
        """Return the bucket in memory, read it at the first time."""
        found = self._mirrors.get(bucket.name)
        if found is None:
            opening = bus.Mirror.open(self.connection, bucket, within=CALL_SECONDS - 0.5)
            found = self._mirrors[bucket.name] = asyncio.ensure_future(opening)
        try:
            return await asyncio.shield(found)
        except bus.Unavailable:
            self._mirrors.pop(bucket.name, None)
            raise

    async def put(self, bucket: Bucket[Record], record: Record, key: tuple[str, ...]) -> None:
        await (await self.mirror(bucket)).put(record, *key)

    async def change(
        self,
        bucket: Bucket[Record],
        new: Callable[[Record | None], Record],
        key: tuple[str, ...],
    ) -> None:
        await (await self.mirror(bucket)).change(new, *key)

    async def delete(self, bucket: Bucket[Any], key: tuple[str, ...]) -> None:
        await (await self.mirror(bucket)).delete(*key)

    async def ask(self, question: bus.Question) -> bus.Answer:
        return await bus.ask(self.connection, question)

    async def listen(
        self, subject: str, loop: asyncio.AbstractEventLoop, hear: Callable[[bytes], None]
    ) -> "asyncio.Task[None]":
        async def pass_on() -> None:
            async for message in self.connection.listen(subject):
                with contextlib.suppress(RuntimeError):  # the listener's loop has ended
                    loop.call_soon_threadsafe(hear, message)

        return asyncio.create_task(pass_on(), name="live values")


class _Line:
    """A thread with an event loop and a connection that mends itself."""

    def __init__(self, address: bus.Address) -> None:
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._own: _Own | None = None
        self._tried = threading.Event()
        self._why = "the bus has not been reached yet"
        self._keeping: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="line to the bus", daemon=True)
        self._thread.start()

    def call(
        self, work: Callable[[_Own], Coroutine[Any, Any, Result]], within: float = CALL_SECONDS
    ) -> Result:
        """Return what `work` returns in the loop; raises `Unavailable` when there is no bus."""
        return self.wait(work(self._ready()), within)

    async def acall(self, work: Callable[[_Own], Coroutine[Any, Any, Result]]) -> Result:
        """Do the same in any event loop; `work` ends by itself in time."""
        own = self._own
        if own is None or not own.connection.connected:
            own = await asyncio.to_thread(self._ready)
        return await asyncio.wrap_future(self.start(work(own)))

    def _ready(self) -> _Own:
        self._tried.wait(CONNECT_SECONDS)
        own = self._own
        if own is None:
            raise bus.Unavailable(self._why)
        # After a restart of the bus the line stands again within a moment.
        until = time.monotonic() + CONNECT_SECONDS
        while not own.connection.connected:
            if time.monotonic() > until:
                raise bus.Unavailable("the line to the bus is broken")
            time.sleep(0.02)
        return own

    def start(self, work: Coroutine[Any, Any, Result]) -> "concurrent.futures.Future[Result]":
        """Begin something in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, work: Coroutine[Any, Any, Result], within: float | None) -> Result:
        """Return what `work` returns; raises `Unavailable` when it takes longer."""
        future = self.start(work)
        try:
            return future.result(within)
        except concurrent.futures.TimeoutError as error:
            future.cancel()
            raise bus.Unavailable("the bus does not answer in time") from error
        except concurrent.futures.CancelledError as error:
            raise bus.Unavailable("the line to the bus was ended") from error

    def forget(self, task: "asyncio.Task[None]") -> None:
        """End a task of the loop."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(task.cancel)

    def close(self) -> None:
        """Hang up and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._keeping = self._loop.create_task(self._stand())
        try:
            self._loop.run_forever()
            left = asyncio.all_tasks(self._loop)
            for _ in range(10):  # once is not enough: see bus.ending
                for task in left:
                    task.cancel()
                if left:
                    _, left = self._loop.run_until_complete(asyncio.wait(left, timeout=0.1))
            if self._own is not None:
                self._loop.run_until_complete(self._own.connection.close())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    async def _stand(self) -> None:
        while self._own is None:
            try:
                connection = await bus.Connection.open(
                    self._address, "web", within=ATTEMPT_SECONDS, patient=False
                )
            except bus.Unavailable as error:
                self._why = str(error)
                self._tried.set()
                await asyncio.sleep(REST_SECONDS)
            else:
                self._own = _Own(connection)
                self._tried.set()


async def _aline() -> "_Line":
    found = _one
    return await asyncio.to_thread(_line) if found is None else found


async def _nothing(own: _Own) -> None:
    return None


_one: _Line | None = None
_making = threading.Lock()


def _line() -> _Line:
    global _one
    with _making:
        if _one is None:
            _one = _Line(bus.address(settings.BUS))
        return _one
