"""The gateway before many edge agents: those who wait, and those who come back all at once.

    python benchmarks/edge_door.py [AGENTS] [BATCHES]

**Waiting.** A thousand agents each hold a call for work: what that costs in memory and CPU, and how
soon one hears of a new configuration, or of its revocation.

**Coming back.** AGENTS (60) send BATCHES (6) batches of 5,000 old points each, without pause, as
after an outage. Another sends 100 points of this moment five times a second: how long it waits for
its acknowledgement, by turns in the order of arrival and as the gateway does it.

Everything runs on this machine and shares its cores.
"""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psutil

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.gateway import main as gateway
from deungdae.gateway.http import turns
from deungdae.records.batches import Batch
from deungdae.records.environment import Settings
from deungdae.records.readings import Reading, tag_path

ROUNDS = 2
WAITING, ASKED = 1000, 20
OLD_POINTS, LIVE_POINTS, LIVE_EVERY_S = 5000, 100, 0.2
QUIET_S = 2.0
DAY_US = 86_400_000_000
ORGANISATION = "bench"


def serve(patience: float) -> None:
    """Run a gateway; 0 is the order of arrival."""
    turns.PATIENCE = patience
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port = opened.getsockname()[1]
        gateway.run(settings(), opened, lambda: print(port, flush=True))


def settings() -> Settings:
    """The settings of this benchmark's surroundings."""
    return Settings.from_environment(os.environ)


@contextmanager
def serving(patience: float) -> Iterator[tuple[int, psutil.Process]]:
    """Run a gateway in a new folder; gives its port and process."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(DEUNGDAE_HOME=home, DEUNGDAE_MQTT_BIND="127.0.0.1:0")
        command = [sys.executable, __file__, "serve", str(patience)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)


@asynccontextmanager
async def bus_line() -> AsyncIterator[bus.Connection]:
    """A line to the gateway's bus."""
    address = bus.address(settings().bus)
    async with await bus.Connection.open(address, "benchmark", within=20) as connection:
        yield connection


async def let_in(connection: bus.Connection, edges: list[str]) -> bus.Mirror[bus.Token]:
    """Give each edge a token that is its name."""
    tokens = await bus.Mirror.open(connection, bus.TOKENS)
    for edge in edges:
        await tokens.put(bus.Token(ORGANISATION, edge, ["edge"], edge=edge), digest(edge))
    return tokens


def used_s(process: psutil.Process) -> float:
    """Seconds of CPU that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def call(port: int, edge: str) -> tuple[int, float]:
    """Wait for work; returns the status, and when it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET /edge/v1/work?wait=50 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {edge}\r\n\r\n"
    writer.write(head.encode())
    line = await reader.readline()
    writer.close()
    return int(line.split()[1]), time.perf_counter()


async def waiting() -> None:
    """Measure agents that wait."""
    edges = [f"agent{number}" for number in range(WAITING)]
    with serving(turns.PATIENCE) as (port, process):
        async with bus_line() as connection:
            tokens = await let_in(connection, edges)
            wanted = await bus.Mirror.open(connection, bus.WANTED)
            before = process.memory_info().rss
            calls = [asyncio.create_task(call(port, edge)) for edge in edges]
            await asyncio.sleep(10)
            more, used = process.memory_info().rss - before, used_s(process)
            await asyncio.sleep(5)
            idle = (used_s(process) - used) / 5
            heard, ended = [], []
            for edge, one in zip(edges[:ASKED], calls, strict=False):
                began = time.perf_counter()
                await wanted.put(bus.Wanted(ORGANISATION, edge, 1, []), ORGANISATION, edge)
                status, at = await one
                assert status == 200
                heard.append(at - began)
            for edge, one in zip(edges[ASKED : 2 * ASKED], calls[ASKED:], strict=False):
                gone = bus.Token(ORGANISATION, edge, ["edge"], edge=edge, revoked=True)
                began = time.perf_counter()
                await tokens.put(gone, digest(edge))
                status, at = await one
                assert status == 401
                ended.append(at - began)
            for one in calls[2 * ASKED :]:
                one.cancel()
    print(f"{WAITING} agents that wait: {more / 2**20:.0f} MiB, {idle:.1%} of a core")
    print(f"  a new configuration is heard of after {shown(heard)}, a revocation {shown(ended)}")


def shown(seconds: list[float]) -> str:
    """Median and largest of durations."""
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2] * 1e3:.0f} ms (at most {ordered[-1] * 1e3:.0f})"


def batch(edge: str, sequence: int, points: int, time_us: int) -> bytes:
    """Points of a hundred tags, a microsecond apart."""
    tags = [tag_path(f"{edge}/machine/tag{number}") for number in range(100)]
    readings = (
        Reading(tags[n % 100], time_us + n, float(n), received_us=time_us + n)
        for n in range(points)
    )
    return Batch(edge, sequence, time_us, tuple(readings)).encode()


def send(connection: http.client.HTTPConnection, edge: str, body: bytes) -> None:
    """Send a batch until it is taken."""
    status = 0
    while status != 200:
        headers = {"Authorization": f"Bearer {edge}"}
        connection.request("POST", "/edge/v1/batches", body, headers)
        answer = connection.getresponse()
        answer.read()
        status = answer.status


def coming_back(patience: float, kept: dict[str, list[bytes]]) -> tuple[list[float], float]:
    """Seconds that live batches waited while all kept ones were sent, and points a second."""
    with serving(patience) as (port, _):

        async def prepare() -> None:
            async with bus_line() as connection:
                await let_in(connection, [*kept, "live"])

        asyncio.run(prepare())
        done, busy, waits = threading.Event(), threading.Event(), list[float]()

        def live() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            sequence = 0
            while not done.wait(LIVE_EVERY_S):
                sequence += 1
                body = batch("live", sequence, LIVE_POINTS, time.time_ns() // 1000)
                began = time.perf_counter()
                send(connection, "live", body)
                if busy.is_set():
                    waits.append(time.perf_counter() - began)

        def back(edge: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            for body in kept[edge]:
                send(connection, edge, body)

        threads = [threading.Thread(target=back, args=(edge,)) for edge in kept]
        steady = threading.Thread(target=live)
        steady.start()
        time.sleep(QUIET_S)
        busy.set()
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        done.set()
        steady.join()
    return waits, sum(map(len, kept.values())) * OLD_POINTS / took


def main() -> None:
    """Measure both and print it."""
    agents, batches = [int(word) for word in sys.argv[1:]] or (60, 6)
    asyncio.run(waiting())
    yesterday = time.time_ns() // 1000 - DAY_US
    kept = {
        f"back{agent}": [
            batch(f"back{agent}", number + 1, OLD_POINTS, yesterday + number * OLD_POINTS)
            for number in range(batches)
        ]
        for agent in range(agents)
    }
    found: dict[float, list[float]] = {}
    for _ in range(ROUNDS):
        for patience in (0.0, turns.PATIENCE):
            waits, rate = coming_back(patience, kept)
            found.setdefault(patience, []).extend(waits)
            print(f"  patience {patience:.0f}: {shown(waits)}, {rate:,.0f} points/s of the others")
    for patience, waits in found.items():
        order = "as the gateway does it" if patience else "in the order of arrival"
        print(f"{agents} agents come back, a live batch waits {order}: {shown(waits)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(float(sys.argv[2]))
    else:
        main()
