"""What is known of all watches at this moment."""

import asyncio
from typing import Any

from deungdae.monitor.context import Context
from deungdae.monitor.watches.following import Followed
from deungdae.monitor.watches.store import Key, Store
from deungdae.monitor.watches.wanted import Wanted


class Book:
    """What was asked for, which watches score, which have drifted, and which is being learned."""

    context: Context
    store: Store

    def __init__(self) -> None:
        self.wanted: dict[Key, Wanted] = {}
        self.followed: dict[Key, Followed] = {}
        self.drifts: dict[Key, dict[str, Any]] = {}
        self.learning: Key | None = None
        self.again: set[Key] = set()  #: to be learned anew though nothing else was asked for
        self.changed = asyncio.Event()

    def open(self, context: Context) -> None:
        """Open what is kept."""
        self.context = context
        self.store = Store(context.home)

    def learn_again(self, key: Key) -> None:
        """Have a watch learned anew, though its revision is the same; any thread may call it."""
        self.again.add(key)
        self.context.loop.call_soon_threadsafe(self.changed.set)
