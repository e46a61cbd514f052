"""What the parts of the monitor share."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from deungdae.bus import Connection
from deungdae.monitor.outbox import Outbox
from deungdae.monitor.past import Past
from deungdae.monitor.point import Point
from deungdae.monitor.structure import Structure
from deungdae.monitor.telling import Telling
from deungdae.records.environment import Settings

Result = TypeVar("Result")


@dataclass(frozen=True)
class Context:
    """The bus, the folder, the clock, and the ways out."""

    connection: Connection
    home: Path  #: HOME/monitor
    settings: Settings
    outbox: Outbox
    past: Past
    telling: Telling
    structure: Structure
    now_us: Callable[[], int]  #: microseconds since 1970 UTC
    loop: asyncio.AbstractEventLoop
    pass_on: Callable[[str, Sequence[Point]], None]
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="monitor")
    )

    def tell(self, organisation: str, news: dict[str, list[dict[str, Any]]]) -> None:
        """Say what changed to whoever looks at this moment; any thread may call it.

        `news` is {"floor": documents}, {"alarms": documents} or {"watches": documents}. Of several
        documents of one asset, alarm or watch within a moment the last is told.
        """
        self.telling.add(organisation, news)

    def spread(self, organisation: str, points: Sequence[Point]) -> None:
        """Let all parts hear points that no machine sent, such as a score; any thread may call."""
        self.loop.call_soon_threadsafe(self.pass_on, organisation, points)

    async def work(self, do: Callable[..., Result], *arguments: Any) -> Result:
        """Return what `do` returns, carried out in a thread: for arithmetic that takes a while."""
        return await self.loop.run_in_executor(self.pool, do, *arguments)

    def wait(self, doing: Coroutine[Any, Any, Result], within: float = 20.0) -> Result:
        """Return what a coroutine returns in the event loop; for handlers, which run in threads.

        Raises TimeoutError when it takes longer.
        """
        future = asyncio.run_coroutine_threadsafe(doing, self.loop)
        try:
            return future.result(within)
        except TimeoutError:
            future.cancel()
            raise
