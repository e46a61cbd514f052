"""Fault drill: kill everything that carries points, at every moment, and count what is left.

    python benchmarks/faults.py [KILLS] [SEED]

A publisher sends batches out of order and more than once and writes down what was acknowledged; a
writer takes them into the lake; a compactor sorts there. All are killed with SIGKILL: the
publisher, the bus and the compactor at random moments, the writer also between file write and
commit, and between commit and ledger (failpoints). Between the kills the line to the bus is cut.
Last, the disk runs full (a small tmpfs; skipped by name where none can be mounted).
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deungdae.bus import INGEST, Connection, Embedded, Server, address
from deungdae.bus.address import Running
from deungdae.lake.intake import Ledger
from deungdae.records.environment import Settings
from faulting.actors import Actor
from faulting.verdict import Verdict, judge
from faulting.wire_cut import Line

#: Who is killed, in turn; the writer most, because it has most to keep in step.
TURNS = ("publisher", "written", "bus", "committed", "writer", "written", "compactor", "bus")
SIGNALS = {"written": signal.SIGUSR1, "committed": signal.SIGUSR2}
FULL_BYTES = 64 << 20


class Site:
    """One home folder with everything that runs on it."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home = home
        self._chance = random.Random(seed)
        self._settings = Settings.from_environment(
            {"DEUNGDAE_HOME": str(home), "DEUNGDAE_BUS_STORE": "512MiB"}
        ).bus
        self.bus = Server(self._settings)
        self.bus_kills = 0
        self.actors: list[Actor] = []
        self.line = Line(lambda: self._running().port)

    def _running(self) -> Running:
        running = Embedded(self._settings.folder).running()
        assert running is not None
        return running

    async def start(self) -> None:
        """Start the bus, then everybody else."""
        await self.bus.start()
        secret = (self._settings.folder / "secret").read_text()
        (self.home / "secret").write_text(f"deungdae:{secret}")
        async with await Connection.open(address(self._settings), "drill") as connection:
            first = time.time_ns() // 1000
            await connection.prepare(self._settings.store_bytes, first=first)
        url = await self.line.start()
        home, seed = str(self.home), str(self._chance.randrange(1 << 30))
        log = self.home / "drill.log"
        self.publisher = Actor("publisher", "faulting.publisher", home, url, seed, log=log)
        self.writer = Actor("writer", "faulting.writer", home, url, log=log)
        self.compactor = Actor("compactor", "faulting.writer", home, "compact", log=log)
        self.actors += [self.writer, self.publisher, self.compactor]
        for actor in self.actors:
            await actor.start()

    async def strike(self, turn: str) -> None:
        """Kill one of them at a random moment, or at a failpoint, and see that it comes back."""
        await asyncio.sleep(self._chance.random() * 0.6)
        if turn == "bus":
            starts, pid = self.bus.starts, self.bus.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            self.bus_kills += 1
            while self.bus.starts == starts or self.bus.pid is None:
                await asyncio.sleep(0.02)
        elif turn in SIGNALS:
            await self.writer.kill(SIGNALS[turn])
        else:
            await {"writer": self.writer, "compactor": self.compactor}.get(
                turn, self.publisher
            ).kill()
        if self._chance.random() < 0.3:
            self.line.cut()

    async def settle(self) -> Verdict:
        """Let the writer finish, end all of them in order, and judge."""
        await self.publisher.end(signal.SIGKILL)
        await self.compactor.end(signal.SIGKILL)
        async with await Connection.open(address(self._settings), "drill") as connection:
            last, ledger = await connection.last(INGEST), Ledger(self.home)
            deadline = time.monotonic() + 120
            while (ledger.version("ingest-0") or 0) < last and time.monotonic() < deadline:
                await asyncio.sleep(0.2)
            held = await connection.jetstream.stream_info("QUARANTINE")
            while (ledger.version("quarantine-0") or 0) < held.state.last_seq:
                if (
                    held.state.last_seq < (held.config.first_seq or 1)
                    or time.monotonic() > deadline
                ):
                    break
                await asyncio.sleep(0.2)
        await self.writer.end(signal.SIGTERM)
        await self.line.stop()
        await self.bus.stop()
        return judge(self.home)

    async def abandon(self) -> None:
        """Leave no process behind, however the drill ended."""
        for actor in self.actors:
            await actor.end(signal.SIGKILL)
        await self.bus.stop()


async def drill(home: Path, kills: int, seed: int, say: bool = False) -> tuple[Verdict, Site]:
    """Kill `kills` times and judge."""
    site = Site(home, seed)
    try:
        await site.start()
        for number in range(kills):
            turn = TURNS[number % len(TURNS)]
            await site.strike(turn)
            if say and number % 10 == 9:
                print(f"  {number + 1} kills", flush=True)
        await asyncio.sleep(1.0)
        return await site.settle(), site
    finally:
        await site.abandon()


async def full_disk(home: Path, seed: int) -> tuple[Verdict, bool]:
    """Let the disk under everything run full for some seconds; say whether that was felt."""
    site = Site(home, seed)
    try:
        return await _full_disk(site)
    finally:
        await site.abandon()


async def _full_disk(site: Site) -> tuple[Verdict, bool]:
    home = site.home
    await site.start()
    await asyncio.sleep(3)
    ballast = home / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * (1 << 16))
                file.flush()
        except OSError:
            pass
    before = (home / "acknowledged").read_text().count("\n")
    await asyncio.sleep(4)
    stopped = (home / "acknowledged").read_text().count("\n") - before
    ballast.unlink()
    deadline = time.monotonic() + 60
    noted = before + stopped
    while (home / "acknowledged").read_text().count("\n") < noted + 50:
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing is acknowledged after the disk had room again: {home}")
        await asyncio.sleep(0.1)
    return await site.settle(), stopped < 50


def mounted(folder: Path) -> bool:
    """Mount a small disk in memory, where one may."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={FULL_BYTES}", "none", str(folder)]
    if shutil.which("mount") is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main(kills: int, seed: int) -> int:
    """Run the drill and print its table; 0 when all is good."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        verdict, site = asyncio.run(drill(Path(folder), kills, seed, say=True))
        print(f"\n{kills} kills with SIGKILL in {time.monotonic() - began:.0f} s, seed {seed}")
        struck = dict.fromkeys(TURNS, 0)
        for number in range(kills):
            struck[TURNS[number % len(TURNS)]] += 1
        names = {"written": "writer, file written", "committed": "writer, before the ledger"}
        for turn, count in struck.items():
            print(f"  {names.get(turn, turn):<26} {count:>4}")
        print(f"  {'(line cut)':<26} {site.line.cuts:>4}\n")
        print("\n".join(verdict.lines()))
        good = verdict.good
    print("\nfull disk")
    with tempfile.TemporaryDirectory() as folder:
        if not mounted(Path(folder)):
            print("  skipped: no tmpfs can be mounted here (it needs the right to mount)")
            return 0 if good else 1
        try:
            verdict, felt = asyncio.run(full_disk(Path(folder), seed))
        finally:
            subprocess.run(["umount", folder], check=False)
        print("\n".join(verdict.lines()))
        print(
            "  while it was full nothing was acknowledged that is not here"
            if felt
            else "  the disk was never felt to be full"
        )
    return 0 if good and verdict.good and felt else 1


if __name__ == "__main__":
    told = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*told, *(104, 1)[len(told) :]))
