"""How long a page waits for the history: over the bus, beside a call in the same process.

`deungdae history` runs as it does for pages. The same questions are asked in turn over the bus (to
the last byte of JSON, read) and of the same code in this process; then over the bus once more
while another company exports all it has, twice at a time, and asks for a shape of everything.
Medians and the slowest of twenty in milliseconds, over different tags and hours.

    python benchmarks/history_questions.py [--points N] [--runs N] [--home FOLDER]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from deungdae import bus
from deungdae.gateway.answering import main as answering
from deungdae.records.environment import Settings
from planting import tables
from telemetry.plant import DAY, HOUR, SECOND, START, TAGS, Fleet, of_size
from telemetry.stores import Ours

Ask = Callable[[str, str, dict[str, Any]], Awaitable[Any]]


def main(words: list[str] | None = None) -> int:
    """Load, ask, print a table."""
    asked = _arguments(words)
    fleet = of_size(asked.points)
    with tempfile.TemporaryDirectory(prefix="deungdae-history-") as name:
        home = asked.home or Path(name)
        if not (home / "telemetry").exists():
            Ours(home).load(fleet)
        asyncio.run(_measure(home, fleet, asked.runs))
    return 0


def _questions(fleet: Fleet, turn: int) -> dict[str, tuple[str, dict[str, Any]]]:
    end = fleet.end - (turn % (fleet.days - 1)) * DAY
    tags = TAGS[turn % 2 : turn % 2 + 10]
    return {
        "latest": ("latest", {}),
        "1 h raw": ("raw", {"tags": tags[:1], "start": end - HOUR, "end": end}),
        "24 h at 1 min": (
            "aggregate",
            {"tags": tags, "start": end - DAY, "end": end, "every": 60 * SECOND},
        ),
        "30 d at 1 h": (
            "aggregate",
            {"tags": tags, "start": START, "end": fleet.end, "every": HOUR},
        ),
    }


async def _measure(home: Path, fleet: Fleet, runs: int) -> None:
    settings = Settings.from_environment({"DEUNGDAE_HOME": str(home)})
    server = bus.Server(settings.bus)
    await server.start()
    environment = {**os.environ, "DEUNGDAE_HOME": str(home)}
    program = subprocess.Popen(
        [sys.executable, "-m", "deungdae.cli", "history"],
        env=environment,
        stdout=subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        await asyncio.to_thread(program.stdout.readline)
        async with await bus.Connection.open(bus.address(settings.bus), "benchmark") as line:
            await _asked(home, fleet, runs, line, psutil.Process(program.pid))
    finally:
        program.terminate()
        await asyncio.to_thread(program.wait)
        await server.stop()


async def _asked(
    home: Path, fleet: Fleet, runs: int, line: bus.Connection, program: psutil.Process
) -> None:
    desk = answering.desk(home)

    async def over_bus(organisation: str, name: str, parameters: dict[str, Any]) -> Any:
        question = bus.Question("history", name, organisation, parameters)
        async with await bus.ask(line, question) as answer:
            return await answer.json()

    async def here(organisation: str, name: str, parameters: dict[str, Any]) -> Any:
        said = await desk.answer(bus.Asked(name, organisation, parameters, 30.0))
        return json.loads(b"".join([piece async for piece in said.pieces]))

    quiet = await _timed(fleet, runs, [here, over_bus])
    before = program.memory_info().rss
    sizes: list[int] = []
    noise = [asyncio.create_task(_export(line, fleet, sizes)) for _ in range(2)]
    noise.append(asyncio.create_task(_shape(line, fleet)))
    busy = await _timed(fleet, runs, [over_bus])
    most = program.memory_info().rss
    for task in noise:
        task.cancel()
        with suppress(asyncio.CancelledError, bus.Unavailable):
            await task
    desk.close()
    rows = [
        (
            name,
            *(f"{statistics.median(t):.1f}" for t in (*quiet[name], *busy[name])),
            f"{max(quiet[name][1]):.0f}",
            f"{max(busy[name][0]):.0f}",
        )
        for name in quiet
    ]
    print(f"{fleet.points:,} points, {fleet.companies} companies, {fleet.days} days\n")
    head = ("question", "here", "bus", "bus, exports run", "slowest", "slowest, exports run")
    print(tables.grid(head, rows))
    print(
        f"\nMemory of the program: {before >> 20} MiB, with exports {most >> 20} MiB. Exported "
        f"meanwhile: {sum(sizes) >> 20} MiB. Load of the machine: {os.getloadavg()[0]:.0f}."
    )


async def _timed(fleet: Fleet, runs: int, ways: list[Ask]) -> dict[str, list[list[float]]]:
    found: dict[str, list[list[float]]] = {}
    for turn in range(-2, runs):  # the first two warm it up
        company = fleet.names[turn % fleet.companies]
        for title, (name, parameters) in _questions(fleet, abs(turn)).items():
            times = found.setdefault(title, [[] for _ in ways])
            for place, way in enumerate(ways):
                began = time.perf_counter()
                await way(company, name, parameters)
                if turn >= 0:
                    times[place].append((time.perf_counter() - began) * 1e3)
    return found


async def _export(line: bus.Connection, fleet: Fleet, sizes: list[int]) -> None:
    """Export all of the last company, again and again."""
    parameters = {"tags": TAGS, "start": START, "end": fleet.end, "format": "csv"}
    while True:
        question = bus.Question("history", "export", fleet.names[-1], parameters, within=120)
        async with await bus.ask(line, question) as answer:
            async for piece in answer:
                sizes.append(len(piece))


async def _shape(line: bus.Connection, fleet: Fleet) -> None:
    """Ask for the shape of everything, again and again."""
    parameters = {"tags": TAGS, "start": START, "end": fleet.end, "count": 1000}
    while True:
        question = bus.Question(
            "history", "downsample", fleet.names[-1], {**parameters, "method": "lttb"}
        )
        with suppress(bus.Refusal):
            async with await bus.ask(line, question) as answer:
                await answer.json()


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--home", type=Path, help="keep the points in a folder, or take them")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
