"""A gateway under a steady load for a long time: do memory and lag stay flat, files few?

    python benchmarks/soak.py [MINUTES] [POINTS_A_SECOND] [PACE]

`deungdae gateway` in a home of its own takes line protocol of 20,000 tags by four connections, as
many points each second as asked, and writes, merges and rolls up as it always does. The points' own
clock runs PACE times faster than ours and ends now, so that half an hour at 12 sees six hours come,
close, and be merged.

Printed every half minute: resident memory of the gateway and of the bus; messages on the bus that
are not in the lake yet, and how old the oldest of them is; data files on the disk, and those that
the newest version of the points names (the others stay an hour for questions under way); steps
in the logs; bytes. At the end: the slope of memory over the second half of the run, the worst lag,
and whether the books reconcile.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import psutil

from deungdae import bus
from deungdae.bus.standing import standing
from deungdae.lake import inventory
from deungdae.lake.intake import Ledger
from deungdae.records.environment import Settings

DEUNGDAE = Path(sys.executable).with_name("deungdae")
CONNECTIONS = 4
MACHINES, FIELDS = 2_000, 10
EVERY_S = 30.0


@dataclass
class Load:
    """What is sent, by threads that keep to the beat; `late` counts seconds that took too long."""

    port: int
    token: str
    points_a_second: int
    pace: float
    end_s: float
    sent: int = 0
    refused: int = 0
    late: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, part: int, began: float, clock_began: float) -> None:
        """Send one share of each second until the end."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Token {self.token}"}
        lines = self.points_a_second // FIELDS // CONNECTIONS
        chance = np.random.default_rng(part)
        second = 0
        while (now := time.monotonic()) < self.end_s:
            due = began + second
            if now < due:
                time.sleep(due - now)
            elif now > due + 1:
                with self.lock:
                    self.late += 1
            at_ms = int((clock_began + second * self.pace) * 1000)
            values = chance.normal(220, 3, (lines, FIELDS)).round(2)
            body = "\n".join(
                f"imm,machine=m{(part * lines + i) % MACHINES} "
                + ",".join(f"f{k}={value}" for k, value in enumerate(row))
                + f" {at_ms + (part * lines + i) // MACHINES}"
                for i, row in enumerate(values.tolist())
            )
            connection.request("POST", "/api/v2/write?bucket=b&precision=ms", body, headers)
            answer = connection.getresponse()
            answer.read()
            with self.lock:
                if answer.status == 204:
                    self.sent += lines * FIELDS
                else:
                    self.refused += lines * FIELDS
            second += 1
        connection.close()


@dataclass(frozen=True)
class Look:
    """How things stood once. Memory in MiB, time in seconds."""

    at_s: float
    gateway: float
    bus: float
    waiting: int
    lag_s: float
    files: int
    named: int
    steps: int
    bytes: int


class Watch:
    """Looks at the gateway from outside."""

    def __init__(self, home: Path, process: psutil.Process, began: float) -> None:
        self._home, self._process, self._began = home, process, began
        self._seen: list[tuple[float, int]] = []  # when the bus had come how far
        self._settings = Settings.from_environment({"DEUNGDAE_HOME": str(home)})

    def look(self) -> Look:
        """Return how things stand."""
        now = time.monotonic()
        last = asyncio.run(self._last())
        committed = inventory.committed(self._home, "ingest-0") or 0
        self._seen.append((now, last))
        behind = [when for when, sequence in self._seen if sequence > committed]
        telemetry = self._home / "telemetry"
        data = [file for file in telemetry.rglob("*.parquet") if "_delta_log" not in file.parts]
        children = self._process.children(recursive=True)
        return Look(
            now - self._began,
            self._process.memory_info().rss / 2**20,
            sum(child.memory_info().rss for child in children) / 2**20,
            max(0, last - committed),
            now - behind[0] if behind else 0.0,
            len(data),
            len(inventory.files(telemetry / "points")),
            sum(1 for _ in telemetry.glob("*/_delta_log/*.json")),
            sum(file.stat().st_size for file in data),
        )

    async def _last(self) -> int:
        address = bus.address(self._settings.bus)
        async with await bus.Connection.open(address, "soak") as connection:
            return {queue.name: queue.last for queue in await standing(connection)}["INGEST"]


def main() -> None:
    """Start the gateway, load it, and print how it fared."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    rate = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    pace = float(sys.argv[3]) if len(sys.argv) > 3 else 12.0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = os.environ | {"DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": "en"}
        with subprocess.Popen(
            [DEUNGDAE, "gateway", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stdout is not None
                port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
                token = subprocess.run(
                    [DEUNGDAE, "token", "soak", "soak"],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout.split()[1]
                looks, load = soak(home, server, Load(port, token, rate, pace, 0.0), minutes)
            finally:
                server.terminate()
                server.wait()
        conclude(home, looks, load)


def soak(
    home: Path, server: subprocess.Popen[str], load: Load, minutes: float
) -> tuple[list[Look], Load]:
    """Load a gateway for some minutes, and look at it meanwhile."""
    began = time.monotonic()
    load.end_s = began + minutes * 60
    clock = time.time() - minutes * 60 * load.pace  # noqa: TID251 - points need a present
    threads = [
        threading.Thread(target=load.run, args=(part, began, clock)) for part in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    watch, looks = Watch(home, psutil.Process(server.pid), began), []
    print(f"{load.points_a_second:,} points/s, their clock {load.pace:g} times ours")
    print(
        f"{'minute':>7}{'gateway MiB':>13}{'bus MiB':>9}{'waiting':>9}{'lag s':>7}{'files':>7}"
        f"{'named':>7}{'steps':>7}{'MB':>8}{'sent M':>8}"
    )
    while time.monotonic() < load.end_s:
        time.sleep(max(0.0, min(EVERY_S, load.end_s - time.monotonic())))
        one = watch.look()
        looks.append(one)
        print(
            f"{one.at_s / 60:7.1f}{one.gateway:13.0f}{one.bus:9.0f}{one.waiting:9}{one.lag_s:7.1f}"
            f"{one.files:7}{one.named:7}{one.steps:7}{one.bytes / 1e6:8.1f}{load.sent / 1e6:8.1f}",
            flush=True,
        )
    for thread in threads:
        thread.join()
    return looks, load


def conclude(home: Path, looks: list[Look], load: Load) -> None:
    """Print what the run says as a whole."""
    half = [one for one in looks if one.at_s > looks[-1].at_s / 2]
    for name in ("gateway", "bus"):
        values = [getattr(one, name) for one in half]
        slope = np.polyfit([one.at_s / 60 for one in half], values, 1)[0] if len(half) > 2 else 0.0
        print(
            f"{name}: {min(values):.0f}-{max(values):.0f} MiB in the second half, "
            f"{slope:+.2f} MiB a minute"
        )
    print(f"worst lag: {max(one.lag_s for one in looks):.0f} s; seconds begun late: {load.late}")
    print(
        f"most data files on the disk: {max(one.files for one in looks)}, named by the points: "
        f"{max(one.named for one in looks)}, steps in logs: {max(one.steps for one in looks)}"
    )
    total = Ledger(home).tally().total()
    print(
        f"acknowledged {load.sent:,}, refused {load.refused:,}; the books: received "
        f"{total.received:,}, stored {total.stored:,}, duplicate {total.duplicate:,}, "
        f"missing {total.missing}"
    )
    print(f"bytes a point on the disk: {looks[-1].bytes / max(1, load.sent):.1f}")


if __name__ == "__main__":
    main()
