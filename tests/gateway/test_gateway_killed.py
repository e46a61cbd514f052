"""The gateway is killed in the middle of writes: whatever it acknowledged is there."""

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

from deungdae.gateway.spool import Spool, read

KILLS = 2
SENDERS = 4
MOST_REQUESTS = 2000  # more than any run gets to
BEFORE_KILL = 40
POINTS = 9  # in each request


def started(root: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server of the ingest benchmark, and wait until it has answered."""
    command = [sys.executable, str(root / "benchmarks/ingest_server.py"), str(port), str(folder)]
    server = subprocess.Popen([*command, "secret"])
    transport = httpx.HTTPTransport(retries=12)
    with httpx.Client(transport=transport) as client:
        while True:
            try:
                client.get(f"http://127.0.0.1:{port}/ping")
            except httpx.ConnectError:
                assert server.poll() is None, "the server has ended by itself"
                continue
            return server


@pytest.fixture
def root() -> Path:
    return next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists())


def write(url: str, numbers: range, kill: Callable[[], None] | None) -> list[int]:
    """Send numbers until the server is gone; return those it acknowledged."""
    done: list[int] = []
    with httpx.Client(headers={"Authorization": "Token secret"}) as client:
        for number in numbers:
            lines = "".join(f"m f={number}i {number * POINTS + n}\n" for n in range(POINTS))
            try:
                answer = client.post(url, content=lines)
            except httpx.TransportError:
                break
            if answer.status_code == 204:
                done.append(number)
            if kill is not None and len(done) == BEFORE_KILL:
                kill()
    return done


def test_what_was_acknowledged_survives_kill_9(root: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api/v2/write?bucket=b"
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        server = started(root, tmp_path, port)
        end = partial(os.kill, server.pid, signal.SIGKILL)
        first, last = kill * MOST_REQUESTS, (kill + 1) * MOST_REQUESTS
        with ThreadPoolExecutor(SENDERS) as pool:
            sent = [
                pool.submit(write, url, range(first + n, last, SENDERS), None if n else end)
                for n in range(SENDERS)
            ]
        acknowledged.update(number for future in sent for number in future.result())
        assert server.wait() == -signal.SIGKILL
    # What a kill cut off in the middle is cut away at the next start.
    Spool(tmp_path)
    found: Counter[int] = Counter()
    for _, body in read(tmp_path):
        found.update(map(int, pa.ipc.open_stream(body).read_all()["value"].to_pylist()))
    assert len(acknowledged) >= KILLS * BEFORE_KILL
    assert {number for number in acknowledged if found[number] != POINTS} == set()
    assert set(found.values()) == {POINTS}, "a request is stored whole or not at all"
