"""What runs in the gateway's process beside the endpoints and the writer: one list.

A part that fails is logged and made anew after a while: whatever happens to it, points are still
taken in.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from deungdae import bus
from deungdae.gateway.answering.replaying import Replaying
from deungdae.gateway.door import Door
from deungdae.gateway.sinks import Sink
from deungdae.gateway.sparkplug.hosting import Hosting
from deungdae.gateway.tidying import Tidying
from deungdae.gateway.writing import Registry, Writer
from deungdae.records.environment import Settings

AGAIN_SECONDS = 5.0  #: before a part that failed is made anew

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Site:
    """What the parts of one gateway share."""

    settings: Settings
    connection: bus.Connection
    registry: Registry
    sink: Sink
    writer: Writer
    door: Door
    now_us: Callable[[], int]  #: microseconds since 1970 UTC
    server: bus.Server | None = None  #: the embedded bus, if it is ours


class Part(Protocol):
    """Something that runs until it is told to stop."""

    async def run(self) -> None:
        """Do it until `stop`; return only when nothing of it is under way any more."""

    def stop(self) -> None:
        """Let `run` return soon. What was taken in is stored before; the bus and sink still are."""


#: Each makes a part of a gateway, by the name under which its failures are logged.
PARTS: dict[str, Callable[[Site], Part]] = {
    "door": lambda site: site.door,
    "sparkplug": lambda site: Hosting(
        site.connection,
        site.sink,
        site.settings.mqtt,
        site.settings.bus,
        site.server,
        site.registry.maps.find,
        site.door.standing,
    ),
    "replay": lambda site: Replaying(
        site.connection, site.writer.quarantine, site.sink, site.registry.maps.find, site.now_us
    ),
    "maintenance": lambda site: Tidying(site.settings.home, site.now_us),
}


class Kept:
    """One part, made again whenever it fails."""

    def __init__(self, name: str, make: Callable[[], Part]) -> None:
        self._name = name
        self._make = make
        self._part: Part | None = None
        self._stopping = asyncio.Event()
        self.failures = 0

    async def run(self) -> None:
        """Keep the part running until `stop`."""
        while not self._stopping.is_set():
            try:
                self._part = self._make()
                await self._part.run()
            except Exception:  # noqa: BLE001 - written to the log; points are taken in meanwhile
                self.failures += 1
                _log.exception("a part of the gateway failed: %s", self._name)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), AGAIN_SECONDS)

    def stop(self) -> None:
        """Let the part end, and not begin again."""
        self._stopping.set()
        if self._part is not None:
            self._part.stop()


def kept(site: Site) -> list[Kept]:
    """Return all parts of a gateway."""
    return [Kept(name, partial(make, site)) for name, make in PARTS.items()]
