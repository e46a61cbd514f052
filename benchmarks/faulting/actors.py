"""Processes that are killed and started again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

READY_SECONDS = 120.0
BENCHMARKS = Path(__file__).resolve().parents[1]


class Actor:
    """One process of the drill."""

    def __init__(self, name: str, *arguments: str, log: Path) -> None:
        self.name = name
        self._arguments = arguments
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.kills = 0

    async def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", *self._arguments),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(BENCHMARKS)},
            )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), READY_SECONDS)
        if line != b"ready\n":
            raise RuntimeError(f"{self.name} did not start; see {self._log}")

    async def kill(self, by: signal.Signals = signal.SIGKILL) -> None:
        """Kill it, or let it kill itself at a failpoint, and start it again."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(by)
        status = await asyncio.wait_for(self._process.wait(), READY_SECONDS)
        if status != -signal.SIGKILL:
            said = self._log.read_text(errors="replace")[-4000:]
            raise RuntimeError(f"{self.name} ended by itself with {status}:\n{said}")
        self.kills += 1
        await self.start()

    async def end(self, by: signal.Signals) -> int:
        """End it for good and return its status; 0 when it was never started."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(by)
        return await asyncio.wait_for(self._process.wait(), READY_SECONDS)
