"""Gateway, history and monitor, each in a process of its own, in an empty installation."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.records.environment import Settings

ORG, SOURCE, TOKEN = "bench", "line-bench", "a-token-of-the-benchmark"


class Door(NamedTuple):
    """Where the programs listen."""

    settings: Settings
    url: str

    def write(self, lines: str) -> None:
        """Send line protocol with times in nanoseconds as one request, and wait for its answer."""
        request = urllib.request.Request(
            f"{self.url}/api/v2/write?org={ORG}&bucket=b&precision=ns", lines.encode(),
            {"Authorization": f"Token {TOKEN}"}, method="POST",
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()


@contextmanager
def running() -> Iterator[Door]:
    """Start the programs, and end them."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, DEUNGDAE_HOME=folder)
        programs: list[subprocess.Popen[str]] = []
        try:
            for name in ("gateway", "history", "monitor"):
                command = [sys.executable, "-m", "deungdae.cli", name]
                command += ["--port", "0"] if name == "gateway" else []
                programs.append(
                    subprocess.Popen(
                        command, env=environment, stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL, text=True,
                    )
                )  # fmt: skip
            url = _url(programs[0])
            for program in programs[1:]:
                assert program.stdout
                program.stdout.readline()
            yield Door(Settings.from_environment({"DEUNGDAE_HOME": folder}), url)
        finally:
            for program in reversed(programs):
                program.send_signal(signal.SIGTERM)
            for program in programs:
                program.wait(30)


async def admit(line: bus.Connection) -> None:
    """Let the benchmark's source write as much as it wants."""
    tokens = await bus.Mirror.open(line, bus.TOKENS)
    token = bus.Token(ORG, SOURCE, ["write"], buckets={"b": "bench"}, names=[ORG])
    await tokens.put(token, digest(TOKEN))
    quotas = await bus.Mirror.open(line, bus.QUOTAS)
    await quotas.put(bus.Quota(ORG, 10_000_000), ORG)
    await tokens.close()
    await quotas.close()


async def told(line: bus.Connection) -> list[tuple[str, float]]:
    """Return (rule, time in seconds) of each telling in the outbox, the oldest first."""
    question = bus.Question("monitor", "events", ORG, {"after": 0, "kinds": ["telling"]})
    async with await bus.ask(line, question) as answer:
        events = (await answer.json())["events"]
    return [(one["document"]["rule"], one["at"] / 1e6) for one in events]


def say(name: str, seconds: list[float]) -> None:
    """Print how long something took."""
    if not seconds:
        print(f"{name:>24}: none")
        return
    values = np.array(seconds) * 1000
    print(
        f"{name:>24}: n {values.size}, p50 {np.median(values):.0f} ms, "
        f"p99 {np.quantile(values, 0.99):.0f} ms, most {values.max():.0f} ms"
    )


def now() -> float:
    """Return the time in seconds since 1970."""
    return time.time_ns() / 1e9


def _url(gateway: "subprocess.Popen[str]") -> str:
    assert gateway.stdout
    for line in gateway.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.")
    raise SystemExit("the gateway did not say where it is")
