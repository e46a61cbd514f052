"""What an organisation's open pages share in one process: followed once, however many look."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Generic, Protocol, TypeVar

from deungdae.web.core.scope import Scope

LINGER_SECONDS: Final = 30.0  #: a page that is loaded again finds what is followed as it was


class Moving:
    """Something that changes again and again; made and moved in one event loop."""

    def __init__(self) -> None:
        self.version = 0  #: counts the changes
        self._moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def move(self) -> None:
        """Say that it changed."""
        self.version += 1
        moved, self._moved = self._moved, asyncio.get_running_loop().create_future()
        moved.set_result(None)

    async def moved(self, version: int, within: float) -> None:
        """Wait until there is something newer than a version, or for so many seconds."""
        if self.version <= version:
            await asyncio.wait({self._moved}, timeout=within)


class Followed(Protocol):
    """What keeps itself up to date for one organisation."""

    async def follow(self, scope: Scope) -> None:
        """Listen until cancelled."""


Kind = TypeVar("Kind", bound=Followed)


class Followers(Generic[Kind]):
    """One of a kind for each organisation of this process, for as long as somebody looks at it."""

    def __init__(self, make: Callable[[str], Kind]) -> None:
        self._make = make
        self._followed: dict[str, Kind] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lookers: dict[str, int] = {}

    def find(self, organisation: str) -> Kind | None:
        """Return what somebody looks at now; it may still be empty."""
        return self._followed.get(organisation)

    @asynccontextmanager
    async def looking(self, organisation: str, scope: Scope) -> AsyncIterator[Kind]:
        """Look at an organisation's, which begins to follow if it did not."""
        followed, task = self._followed.get(organisation), self._tasks.get(organisation)
        here = asyncio.get_running_loop()
        if followed is None or task is None or task.done() or task.get_loop() is not here:
            followed = self._followed[organisation] = self._make(organisation)
            self._lookers[organisation] = 0
            name = f"{type(followed).__name__} of {organisation}"
            task = self._tasks[organisation] = here.create_task(followed.follow(scope), name=name)
        self._lookers[organisation] += 1
        try:
            yield followed
        finally:
            self._lookers[organisation] -= 1
            here.call_later(LINGER_SECONDS, self._drop, organisation, task)

    def _drop(self, organisation: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(organisation) is task and not self._lookers[organisation]:
            task.cancel()
            self._followed.pop(organisation)
            self._tasks.pop(organisation)
