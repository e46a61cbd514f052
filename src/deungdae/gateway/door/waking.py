"""Who waits for a change of an entry on the bus is woken by it, and by nothing else."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deungdae import bus


class Waking:
    """Calls that wait, by the keys of what they wait for."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.over = False  #: nobody shall wait any more

    def follow(self, mirror: bus.Mirror[Any]) -> None:
        """Wake by changes of a bucket; one that is of another bucket costs a look."""
        mirror.heed(self.wake)

    def wake(self, key: str | None) -> None:
        """Wake who waits for a key; None wakes all."""
        found = [self._waiting.get(key, set())] if key is not None else self._waiting.values()
        for events in list(found):
            for event in events:
                event.set()

    def end(self) -> None:
        """Wake all, for good."""
        self.over = True
        self.wake(None)

    @contextmanager
    def waiting(self, *keys: str) -> Iterator[asyncio.Event]:
        """Give an event that a change of any of the keys sets."""
        event = asyncio.Event()
        for key in keys:
            self._waiting.setdefault(key, set()).add(event)
        try:
            yield event
        finally:
            for key in keys:
                events = self._waiting[key]
                events.discard(event)
                if not events:
                    del self._waiting[key]
