"""The lake's housekeeping, once a minute: compact, roll up, and let end what is due."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from deungdae.lake.telemetry.maintenance import Maintenance
from deungdae.records.errors import PublicError

EVERY_SECONDS = 60.0

_log = logging.getLogger(__name__)


class Tidying:
    """Runs the maintenance of a home's telemetry."""

    def __init__(self, home: Path, now_us: Callable[[], int]) -> None:
        self._maintenance = Maintenance(home)
        self._now_us = now_us
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Tidy once a minute until `stop`."""
        while not self._stopping.is_set():
            try:
                await asyncio.to_thread(self._maintenance.run, self._now_us())
            except PublicError as error:
                _log.warning("the lake was not tidied: %s (%r)", error, error.__cause__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), EVERY_SECONDS)

    def stop(self) -> None:
        """Let `run` finish what it is at."""
        self._stopping.set()
