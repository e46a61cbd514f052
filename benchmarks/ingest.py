"""Text in by HTTP, durable, acknowledged: points a second and CPU, beside two other stores.

    python benchmarks/ingest.py [POINTS] [FIELDS]

The same bodies of line protocol go by the same client, over the same number of connections, to

- Deungdae's gateway with a spool below it, each answer after `fdatasync`;
- the whole `deungdae gateway`: the bus with its sync of each write, and in the same process the
  writer to the lake, as far as it comes meanwhile;
- InfluxDB 1.6 (`influxd`, `/write`), its write-ahead log synced before each answer, its default;
- VictoriaMetrics (`/write`), which answers before anything is on the disk, by its design.

Each starts with an empty folder on the same disk. CPU is what the server and its children used, in
seconds per million points, as the kernel counts it: until the last answer, and until the server is
at rest again, when what it had put off is written as well. Client and servers share the machine.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path

import psutil

from line_protocol import made

CONNECTIONS = 4
POINTS_IN_BODY = 50_000
ROUNDS = 3
TOKEN = "benchmark"
PATIENCE_S = 60.0
AT_REST_S = 3.0  # longer than the writer waits between two commits
DEUNGDAE = Path(sys.executable).with_name("deungdae")
WHOLE = "Deungdae, with bus and lake"


@dataclass(frozen=True)
class Peer:
    """A server to be measured."""

    name: str
    command: list[str]
    environment: dict[str, str]
    port: int
    address: str
    headers: dict[str, str]


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def peers(folder: Path) -> list[Peer]:
    """Return those servers that are installed."""
    port, rpc, found = free_port(), free_port(), []
    own = [sys.executable, str(Path(__file__).with_name("ingest_server.py"))]
    found.append(
        Peer(
            "Deungdae gateway and spool",
            [*own, str(port), str(folder / "spool"), TOKEN],
            {},
            port,
            "/api/v2/write?bucket=b",
            {"Authorization": f"Token {TOKEN}"},
        )
    )
    port = free_port()
    found.append(
        Peer(
            WHOLE,
            [str(DEUNGDAE), "gateway", "--port", str(port)],
            {"DEUNGDAE_HOME": str(folder / "home"), "DEUNGDAE_LANG": "en"},
            port,
            "/api/v2/write?bucket=b",
            {},
        )
    )
    port = free_port()
    settings = {
        "INFLUXDB_META_DIR": str(folder / "influx/meta"),
        "INFLUXDB_DATA_DIR": str(folder / "influx/data"),
        "INFLUXDB_DATA_WAL_DIR": str(folder / "influx/wal"),
        "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}",
        "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{rpc}",
        "INFLUXDB_HTTP_LOG_ENABLED": "false",
        "INFLUXDB_REPORTING_DISABLED": "true",
    }
    if Path("/usr/bin/influxd").exists():
        found.append(
            Peer("InfluxDB 1.6", ["/usr/bin/influxd", "run"], settings, port, "/write?db=b", {})
        )
    port = free_port()
    if Path("/usr/bin/victoria-metrics").exists():
        flags = [f"-storageDataPath={folder / 'vm'}", f"-httpListenAddr=127.0.0.1:{port}"]
        command = ["/usr/bin/victoria-metrics", *flags, "-retentionPeriod=100y"]
        found.append(Peer("VictoriaMetrics", command, {}, port, "/write", {}))
    return found


@contextmanager
def running(peer: Peer) -> Iterator[tuple[psutil.Process, Peer]]:
    """Start a server and wait until its port answers; end it afterwards."""
    server = subprocess.Popen(
        peer.command,
        env=os.environ | peer.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{peer.name} did not start")
            try:
                status, _ = request(peer, "GET", "/ping", b"")
            except OSError:
                time.sleep(0.1)
                continue
            if status < 300:
                break
        if "Influx" in peer.name:
            request(peer, "POST", "/query?q=CREATE%20DATABASE%20b", b"")
        if peer.name == WHOLE:
            peer = replace(peer, headers={"Authorization": f"Token {new_token(peer)}"})
        yield psutil.Process(server.pid), peer
    finally:
        server.terminate()
        server.wait()


def new_token(peer: Peer) -> str:
    """Return a token of a running `deungdae gateway`."""
    told = subprocess.run(
        [str(DEUNGDAE), "token", "bench", "token"],
        env=os.environ | peer.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()[0].removeprefix("Token: ")


def request(peer: Peer, method: str, address: str, body: bytes) -> tuple[int, bytes]:
    """Send one request by a connection of its own."""
    connection = HTTPConnection("127.0.0.1", peer.port, timeout=PATIENCE_S)
    connection.request(method, address, body, peer.headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def send(peer: Peer, bodies: list[bytes]) -> float:
    """Send bodies by several connections at once; return the seconds until the last answer."""
    waiting = iter(bodies)
    lock = threading.Lock()
    failed: list[str] = []

    def work() -> None:
        connection = HTTPConnection("127.0.0.1", peer.port, timeout=PATIENCE_S)
        while True:
            with lock:
                body = next(waiting, None)
            if body is None:
                connection.close()
                return
            connection.request("POST", peer.address, body, peer.headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 204:
                failed.append(f"{peer.name}: {answer.status} {text[:200]!r}")
                return

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(failed[0])
    return time.perf_counter() - begun


def cpu_s(process: psutil.Process) -> float:
    """Return the seconds of CPU that a server and its children have used."""
    used = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(times.user + times.system for times in used))


def cpu_at_rest_s(process: psutil.Process) -> float:
    """Wait until a server has nothing more to do; return the seconds of CPU it has used."""
    deadline = time.monotonic() + PATIENCE_S
    before, now = -1.0, cpu_s(process)
    while now - before > AT_REST_S / 50 and time.monotonic() < deadline:
        time.sleep(AT_REST_S)
        before, now = now, cpu_s(process)
    return now


def main(points: int, fields: int) -> None:
    """Print a table: medians of rounds, in which the servers take turns."""
    lines = made(points, fields).splitlines(keepends=True)
    step = POINTS_IN_BODY // fields
    bodies = [b"".join(lines[start : start + step]) for start in range(0, len(lines), step)]
    rates: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            for peer in peers(Path(folder)):
                with running(peer) as (process, known):
                    send(known, bodies[:2])
                    before = cpu_at_rest_s(process)
                    took_s = send(known, bodies)
                    used = cpu_s(process), cpu_at_rest_s(process)
                millions = points / 1e6
                cost = [(one - before) / millions for one in used]
                rates.setdefault(peer.name, []).append((points / took_s, cost[0], cost[1]))
    print(f"{points:,} points, {fields} a line, {len(bodies)} bodies, {CONNECTIONS} connections")
    print("| server | points/s | points/s, each round | CPU s per million | at rest again |")
    print("| --- | --- | --- | --- | --- |")
    for name, found in rates.items():
        middle, answered, rested = (
            sorted(each)[len(found) // 2] for each in zip(*found, strict=True)
        )
        every = ", ".join(f"{rate / 1e3:,.0f}k" for rate, _, _ in found)
        print(f"| {name} | {middle / 1e3:,.0f}k | {every} | {answered:.2f} | {rested:.2f} |")


if __name__ == "__main__":
    told = [int(word) for word in sys.argv[1:]]
    main(told[0] if told else 2_000_000, told[1] if len(told) > 1 else 10)
