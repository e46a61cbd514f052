"""Questions to machines: each waits for its agent's next call, and then for its answer."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deungdae.records.errors import PublicError

MOST_WAITING = 4  #: tasks of one agent; a person looks at one machine at a time
AWAY_SECONDS = 90.0  #: an agent that was not heard for so long is not waited for

Pair = tuple[str, str]  #: organisation and edge


@dataclass(slots=True)
class _Task:
    id: str
    document: dict[str, Any]
    answered: "asyncio.Future[dict[str, Any]]"
    given: bool = False


class Tasks:
    """The tasks of all agents that were not answered yet."""

    def __init__(
        self, wake: Callable[[Pair], None], seconds_since: Callable[[Pair], float]
    ) -> None:
        """`wake` lets an agent's call be answered; `seconds_since` its last one."""
        self._wake = wake
        self._seconds_since = seconds_since
        self._tasks: dict[Pair, list[_Task]] = {}

    async def ask(
        self, organisation: str, edge: str, document: dict[str, Any], within: float
    ) -> dict[str, Any]:
        """Give an agent a task and return its answer.

        Raises PublicError when the agent is away, busy, or silent for `within` seconds.
        """
        pair = (organisation, edge)
        if self._seconds_since(pair) > AWAY_SECONDS:
            raise PublicError(
                "The agent {edge} is not connected now, so its machines cannot be asked.", edge=edge
            )
        tasks = self._tasks.setdefault(pair, [])
        if len(tasks) >= MOST_WAITING:
            raise PublicError(
                "The agent {edge} is busy with other questions. Please ask again in a moment.",
                edge=edge,
            )
        task = _Task(
            secrets.token_urlsafe(12), document, asyncio.get_running_loop().create_future()
        )
        tasks.append(task)
        self._wake(pair)
        try:
            return await asyncio.wait_for(task.answered, within)
        except TimeoutError as error:
            raise PublicError(
                "The agent {edge} did not answer within {seconds} seconds.",
                edge=edge,
                seconds=round(within),
            ) from error
        finally:
            tasks.remove(task)
            if not tasks:
                self._tasks.pop(pair, None)

    def waiting(self, organisation: str, edge: str) -> int:
        """Return how many tasks of an agent were not answered yet."""
        return len(self._tasks.get((organisation, edge), []))

    def next(self, pair: Pair) -> dict[str, Any] | None:
        """Return a task that was not given to the agent yet, and note that it now is."""
        for task in self._tasks.get(pair, []):
            if not task.given:
                task.given = True
                return {"id": task.id, **task.document}
        return None

    def answer(self, pair: Pair, task_id: str, document: dict[str, Any]) -> bool:
        """Hand an answer to whoever waits for it; False when nobody does any more."""
        for task in self._tasks.get(pair, []):
            if task.id == task_id and task.given and not task.answered.done():
                task.answered.set_result(document)
                return True
        return False
