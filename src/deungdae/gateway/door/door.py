"""The door as one thing: what its endpoints share, and what runs behind them."""

import asyncio
from collections.abc import Callable
from typing import Any

from deungdae import bus
from deungdae.bus.answering import Answering, Asked, Said, said_json
from deungdae.gateway.door.joining import Joining
from deungdae.gateway.door.standing import Standing
from deungdae.gateway.door.tasks import Tasks
from deungdae.gateway.door.waking import Waking
from deungdae.gateway.door.words import failure, harmless
from deungdae.gateway.writing.registry import Registry
from deungdae.records.errors import PublicError

TOPIC = "edge"  #: of the questions that agents answer
MOST_FOUND = 5000  #: tags that one look at a machine may bring


class Door:
    """Joining, wanted configurations, tasks and standing of all edge agents."""

    def __init__(
        self, connection: bus.Connection, registry: Registry, now_us: Callable[[], int]
    ) -> None:
        """`now_us` gives microseconds since 1970 UTC."""
        self._connection = connection
        self._wanted = registry.wanted
        self.joining = Joining(registry.joins, registry.tokens, registry.agents, now_us)
        self.standing = Standing(registry.status, now_us)
        self.waking = Waking()
        for mirror in (registry.wanted, registry.tokens, registry.agents):
            self.waking.follow(mirror)
        self.tasks = Tasks(
            lambda pair: self.waking.wake(bus.WANTED.key(*pair)), self.standing.seconds_since
        )
        self._stopping = asyncio.Event()

    def wanted(self, organisation: str, edge: str) -> bus.Wanted | None:
        """Return what an agent is to do, as far as is known at this moment."""
        return self._wanted.find(organisation, edge)

    async def run(self) -> None:
        """Answer questions to machines, and keep how agents are, until `stop`."""
        answering = await Answering.open(self._connection, TOPIC, self.answer)
        try:
            await self.standing.run()
        finally:
            await answering.close()

    def stop(self) -> None:
        """Let every call that waits be answered, and `run` return."""
        self.waking.end()
        self.standing.stop()

    async def answer(self, asked: Asked) -> Said:
        """Let an agent look at a machine: `edge`, `driver` and `most` are the parameters."""
        edge, driver = asked.parameters.get("edge"), asked.parameters.get("driver")
        most = asked.parameters.get("most", 500)
        if asked.ask != "browse" or not isinstance(edge, str) or not isinstance(driver, dict):
            raise PublicError("This is no question that an agent can answer.")
        if type(most) is not int or not 1 <= most <= MOST_FOUND:
            raise PublicError("At most {most} tags can be shown at once.", most=MOST_FOUND)
        task: dict[str, Any] = {"kind": "browse", "driver": driver, "most": most}
        found = await self.tasks.ask(asked.organisation, edge, task, asked.within)
        if "error" in found:
            raise failure(found["error"])
        return said_json(harmless(found))
