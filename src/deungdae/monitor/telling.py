"""Changes, told to whoever looks now: gathered for a moment, then said in one message."""

import asyncio
import json
import threading
from typing import Any

from deungdae.bus import Connection, floor_subject
from deungdae.bus.ending import end

EVERY_SECONDS = 0.2
MOST_AT_ONCE = 500  #: documents in one message
_NAMES = ("asset", "occurrence", "rule", "watch")


class Telling:
    """Gathers documents by organisation and topic, and tells them on the subject of the floor."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._waiting: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self._others = 0
        self._task: asyncio.Task[None] | None = None
        self.told = 0  #: documents

    def add(self, organisation: str, news: dict[str, list[dict[str, Any]]]) -> None:
        """Have documents told; any thread may call it."""
        with self._lock:
            mine = self._waiting.setdefault(organisation, {})
            for topic, documents in news.items():
                for document in documents:
                    mine[topic, self._name(document)] = document

    def _name(self, document: dict[str, Any]) -> str:
        named = [f"{name}={document[name]}" for name in _NAMES if document.get(name)]
        if named:
            return "&".join(named)
        self._others += 1  # nothing says what it is of: each is told
        return f"{self._others}"

    def begin(self) -> None:
        """Tell from now on."""
        self._task = asyncio.create_task(self._run(), name="telling")

    async def end(self) -> None:
        """Tell what waits, and no more."""
        if self._task is not None:
            await end(self._task)
        await self._flush()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self._flush()

    async def _flush(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for organisation, documents in waiting.items():
            every = list(documents.items())
            for start in range(0, len(every), MOST_AT_ONCE):
                message: dict[str, list[dict[str, Any]]] = {}
                for (topic, _), document in every[start : start + MOST_AT_ONCE]:
                    message.setdefault(topic, []).append(document)
                    self.told += 1
                text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
                await self._connection.tell(floor_subject(organisation), text.encode())
