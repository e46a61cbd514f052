"""How long a reading takes from the gateway's door to the telling, and to an open page.

    python benchmarks/alarm_delay.py [--points 10000] [--alarms 60]

A gateway, a history and a monitor run as they do in a factory, each in a process of its own, on one
computer. A background of `--points` points a second is sent as line protocol in batches of one
second. Each half second one reading crosses its limit; it is sent as a request of its own. Measured
is from the moment before that request to (a) the telling's time in the outbox, as the monitor
answers it, and (b) the message on the subject that open pages listen to.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Any

import numpy as np

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.records.environment import Settings

ORG, SOURCE, TOKEN = "bench", "line-bench", "a-token-of-the-benchmark"
SERIES = 2_000  #: tags of the background


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, DEUNGDAE_HOME=folder)
        settings = Settings.from_environment({"DEUNGDAE_HOME": folder})
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
            outbox, page = asyncio.run(_measured(settings, url, options))
        finally:
            for program in reversed(programs):
                program.send_signal(signal.SIGTERM)
            for program in programs:
                program.wait(30)
    for name, found in (("telling in the outbox", outbox), ("message at the page", page)):
        values = np.array(found) * 1000
        print(
            f"{name:>22}: n {values.size}, p50 {np.median(values):.0f} ms, "
            f"p99 {np.quantile(values, 0.99):.0f} ms, most {values.max():.0f} ms"
        )
    print(f"background: {options.points} points/s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--alarms", type=int, default=60)
    return parser.parse_args()


def _url(gateway: "subprocess.Popen[str]") -> str:
    assert gateway.stdout
    for line in gateway.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.")
    raise SystemExit("the gateway did not say where it is")


async def _measured(
    settings: Settings, url: str, options: argparse.Namespace
) -> tuple[list[float], list[float]]:
    async with await bus.Connection.open(bus.address(settings.bus), "benchmark") as line:
        tokens = await bus.Mirror.open(line, bus.TOKENS)
        await tokens.put(
            bus.Token(ORG, SOURCE, ["write"], buckets={"b": "bench"}, names=[ORG]), digest(TOKEN)
        )
        quotas = await bus.Mirror.open(line, bus.QUOTAS)
        await quotas.put(bus.Quota(ORG, 10_000_000), ORG)
        rules = await bus.Mirror.open(line, bus.ALARMS)
        for n in range(options.alarms):
            document = {
                "name": f"r{n}", "kind": "limits", "tag": f"bench/a{n}/v", "priority": "high",
                "condition": {"high": 10.0}, "policy": {"steps": [{"to": "x"}]},
            }  # fmt: skip
            await rules.put(bus.AlarmRule(ORG, f"r{n}", document), ORG, f"r{n}")
        heard: dict[str, float] = {}
        listening = asyncio.create_task(_listen(line, heard))
        stop = asyncio.Event()
        background = asyncio.create_task(_background(url, options.points, stop))
        await asyncio.sleep(5)
        sent: dict[str, float] = {}
        for n in range(options.alarms):
            sent[f"r{n}"] = time.time_ns() / 1e9
            body = f"a{n} v=20 {time.time_ns()}\n".encode()
            await asyncio.to_thread(_write, url, body)
            await asyncio.sleep(0.5)
        await asyncio.sleep(5)
        stop.set()
        await background
        listening.cancel()
        told = await _told(line)
        for mirror in (tokens, quotas, rules):
            await mirror.close()
    outbox = [told[rule] / 1e6 - at for rule, at in sent.items() if rule in told]
    page = [heard[rule] - at for rule, at in sent.items() if rule in heard]
    if len(outbox) < len(sent) or len(page) < len(sent):
        print(f"sent {len(sent)}, told {len(outbox)}, at the page {len(page)}")
    return outbox, page


async def _listen(line: bus.Connection, heard: dict[str, float]) -> None:
    async for message in line.listen(bus.floor_subject(ORG)):
        for one in json.loads(message).get("alarms", ()):
            if one.get("number"):
                heard.setdefault(one["rule"], time.time_ns() / 1e9)


async def _told(line: bus.Connection) -> dict[str, int]:
    question = bus.Question("monitor", "events", ORG, {"after": 0, "kinds": ["telling"]})
    async with await bus.ask(line, question) as answer:
        events: list[dict[str, Any]] = (await answer.json())["events"]
    return {one["document"]["rule"]: one["at"] for one in events}


async def _background(url: str, points: int, stop: asyncio.Event) -> None:
    """Send as many points each second, in ten requests."""
    part, number = max(points // 10, 1), 0
    while not stop.is_set() and points:
        until = time.monotonic() + 0.1
        now = time.time_ns()
        body = "\n".join(
            f"t{(number + n) % SERIES} v={n % 7} {now + n}" for n in range(part)
        ).encode()
        number += part
        await asyncio.to_thread(_write, url, body)
        await asyncio.sleep(max(0.0, until - time.monotonic()))


def _write(url: str, body: bytes) -> None:
    request = urllib.request.Request(
        f"{url}/api/v2/write?org={ORG}&bucket=b&precision=ns", body,
        {"Authorization": f"Token {TOKEN}"}, method="POST",
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


if __name__ == "__main__":
    main()
