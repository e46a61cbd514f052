"""What it costs to look after a floor: 200 machines of 50 tags, each tag once a second.

Bus, `deungdae history` and `deungdae monitor` run as they do in an installation. Two hours of the
counters are in the history; then live values are said on the bus, a machine's fifty at a time. A
part is made every 24 seconds, and the time from its reading to the NOW document that counts it is
measured, as a page would hear it. `processor` is the share of one core that the monitor took.

    python benchmarks/monitor_floor.py [--machines N] [--tags N] [--seconds N]
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa

from deungdae import bus
from deungdae.lake.telemetry import SCHEMA, Telemetry
from deungdae.records.environment import Settings

OURS = "가온정밀"
S = 1_000_000
CYCLE = 24
BEFORE_SECONDS = 2 * 3600
WARM_SECONDS = 10


def main(words: list[str] | None = None) -> int:
    """Load, run, print a table."""
    asked = _arguments(words)
    with tempfile.TemporaryDirectory(prefix="deungdae-floor-") as name:
        asyncio.run(_measure(Path(name), asked.machines, asked.tags, asked.seconds))
    return 0


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--tags", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    return parser.parse_args(words)


async def _measure(home: Path, machines: int, tags: int, seconds: int) -> None:
    settings = Settings.from_environment({"DEUNGDAE_HOME": str(home)})
    now_us = time.time_ns() // 1000
    _remember(home, machines, now_us)
    server = bus.Server(settings.bus)
    await server.start()
    programs = []
    try:
        async with await bus.Connection.open(bus.address(settings.bus), "benchmark") as line:
            await line.prepare(settings.bus.store_bytes)
            assets = await bus.Mirror.open(line, bus.ASSETS)
            for number in range(machines):
                asset = bus.Asset(OURS, f"m{number}", _asset(number, tags))
                await assets.put(asset, OURS, asset.asset)
            programs = [await _started(name, home) for name in ("history", "monitor")]
            await _until_known(line, machines)
            await _live(line, psutil.Process(programs[1].pid), machines, tags, seconds)
            await assets.close()
    finally:
        for program in programs:
            program.terminate()
            program.wait(30)
        await server.stop()


def _asset(number: int, tags: int) -> dict[str, Any]:
    signals = [{"role": "counter", "tag": _tag(number, 0)}]
    if number % 2:
        states = {"auto": "running", "halt": "stopped"}
        signals.append({"role": "state", "tag": _tag(number, 1), "map": states})  # type: ignore[dict-item]
    signals.append({"role": "load", "tag": _tag(number, 2)})
    signals += [{"role": "watched", "tag": _tag(number, place)} for place in range(3, tags)]
    return {"name": f"{number}호기", "kind": "machine", "signals": signals, "ideal_seconds": CYCLE}


def _tag(number: int, place: int) -> str:
    return f"line{number // 10}/m{number}/t{place}"


def _remember(home: Path, machines: int, now_us: int) -> None:
    """Put two hours of the counters into the lake, one reading each five seconds."""
    times = np.arange(now_us - BEFORE_SECONDS * S, now_us, 5 * S)
    each = len(times)
    tags = np.repeat([_tag(number, 0) for number in range(machines)], each)
    values = np.tile((times - times[0]) // S // CYCLE, machines).astype(float)
    whole = np.tile(times, machines)
    columns = {
        "organisation": pa.array([OURS] * len(whole)),
        "source": pa.array(["plc"] * len(whole)),
        "tag": pa.array(tags.tolist()),
        "time": pa.array(whole),
        "received": pa.array(whole),
        "value": pa.array(values),
        "text": pa.nulls(len(whole), pa.string()),
        "kind": pa.array([0] * len(whole)),
        "quality": pa.array([192] * len(whole)),
        "flag": pa.array([0] * len(whole)),
    }
    table = pa.table({name: columns[name] for name in SCHEMA.names}).cast(SCHEMA)
    Telemetry(home).append(table, "benchmark", 1)


async def _started(name: str, home: Path) -> "subprocess.Popen[bytes]":
    program = subprocess.Popen(
        [sys.executable, "-m", "deungdae.cli", name],
        env={**os.environ, "DEUNGDAE_HOME": str(home)},
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    await asyncio.to_thread(program.stdout.readline)
    return program


async def _until_known(line: bus.Connection, machines: int) -> None:
    began = time.monotonic()
    while True:
        async with await bus.ask(line, bus.Question("monitor", "now", OURS)) as answer:
            if len((await answer.json())["assets"]) == machines:
                break
        await asyncio.sleep(0.2)
    print(f"{machines} machines were read from the history in {time.monotonic() - began:.1f} s")


async def _live(
    line: bus.Connection, process: psutil.Process, machines: int, tags: int, seconds: int
) -> None:
    subject = bus.live_subject(OURS)
    said: dict[str, Any] = {}
    delays: list[float] = []
    counts: dict[str, float] = {}

    async def listen() -> None:
        async for told in line.listen(bus.floor_subject(OURS)):
            heard = time.monotonic()
            for document in json.loads(told)["floor"]:
                made = document["counts"]["produced"]
                if document["asset"] in said and made > counts.get(document["asset"], made):
                    delays.append(heard - said.pop(document["asset"]))
                counts[document["asset"]] = made

    listening = asyncio.create_task(listen())
    chance = np.random.default_rng(7)
    began, points, used = time.monotonic(), 0, 0.0
    for second in range(WARM_SECONDS + seconds):
        if second == WARM_SECONDS:
            used, points = sum(process.cpu_times()[:2]), 0
            delays.clear()
            measured = time.monotonic()
        for number in range(machines):
            now_us = time.time_ns() // 1000
            part = (second + number) % CYCLE == 0
            count = 10_000 + (second + number) // CYCLE
            told: list[list[Any]] = [[_tag(number, 0), now_us, count, 192]]
            told.append([_tag(number, 1), now_us, "auto", 192])
            noise = chance.normal(20.0, 1.0, tags - 2).tolist()
            told += [
                [_tag(number, place + 2), now_us, value, 192] for place, value in enumerate(noise)
            ]
            if part:
                said[f"m{number}"] = time.monotonic()
            await line.tell(subject, json.dumps({"points": told}).encode())
            points += len(told)
            ahead = began + second + (number + 1) / machines - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
    lasted = time.monotonic() - measured
    share = (sum(process.cpu_times()[:2]) - used) / lasted
    await asyncio.sleep(2)
    listening.cancel()
    half, most = np.quantile(delays, (0.5, 0.99)) if delays else (np.nan, np.nan)
    memory = process.memory_info().rss / 2**20
    print("machines | points/s | processor | told parts | delay p50 | p99 | largest | memory")
    print(
        f"{machines:8} | {points / lasted:8,.0f} | {share:8.1%} | {len(delays):10} | "
        f"{half:7.2f} s | {most:.2f} s | {max(delays, default=np.nan):.2f} s | {memory:.0f} MiB"
    )


if __name__ == "__main__":
    sys.exit(main())
