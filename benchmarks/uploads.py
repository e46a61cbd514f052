"""A CSV of 1 GB goes to disk: MB/s, and the memory of the server before, at most, and after.

    python benchmarks/uploads.py [--mb 1000]

Ours in pieces, as the page's script sends them, and whole, as a form without scripts does. Beside
it two peers: `cp`, and the same bytes by the same client to an ASGI application that does nothing
but write (the same server). No worker runs: what is measured is the way to the disk.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import psutil

from planting.tables import grid
from serving.person import Person
from serving.programs import environment, serving

EVERY = 0.02  #: seconds between two looks at the memory
FLAT = 64  #: MB that the server may grow by, whatever the size of the file
EMAIL = "owner@demo.invalid"


@dataclass(frozen=True)
class Sent:
    """One way, and how it went. Memory is resident, in MB; None where no server was watched."""

    way: str
    seconds: float
    before: float | None = None
    peak: float | None = None
    after: float | None = None


def main(words: list[str] | None = None) -> int:
    """Send, measure, print; 1 when the server's memory grew with the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--mb", type=int, default=1000, help="size of the file, at most 1000")
    size = parser.parse_args(words).mb * 1_000_000
    with tempfile.TemporaryDirectory(prefix="deungdae-uploads-") as name:
        folder = Path(name)
        file = write(folder / "inspection.csv", size)
        copied, sunk = folder / "copy.csv", folder / "sunk.csv"
        print(f"{size / 1e6:.0f} MB; load of the machine before: {os.getloadavg()[0]:.1f}")
        sent = [timed("cp", lambda: subprocess.run(["cp", file, copied], check=True))]
        copied.unlink()
        with serving(folder, "serving.sink", str(sunk)) as sink:
            sent.append(timed("bare ASGI sink", lambda: put(file, sink.url), sink.pid))
        sunk.unlink()
        for way in ("in pieces", "whole, as a form"):
            home = folder / way.split(",")[0]
            password = company(home)
            with serving(home, "deungdae.cli.part", "web", "--port", "0") as ours:
                person = Person(ours.url, EMAIL, password, "harbour-lantern-9")
                send = person.send_in_pieces if way == "in pieces" else person.send_whole
                sent.append(timed(f"deungdae, {way}", partial(send, file), ours.pid))
            arrived = list((home / "organisations").rglob("inspection.csv"))
            if [p.stat().st_size for p in arrived] != [size]:
                raise SystemExit(f"{way}: the file did not arrive as it was sent: {arrived}")
            arrived[0].unlink()
    print(grid(("way", "seconds", "MB/s", "MB before", "peak", "after", ""), [
        row(one, size) for one in sent
    ]))  # fmt: skip
    print(f"\nThe bar: the server's peak is at most {FLAT} MB above what it was before.")
    return int(any(grew(one) for one in sent))


def write(path: Path, size: int) -> Path:
    """Write a CSV of so many bytes, with rows as an inspection has them."""
    row = b"2026-08-31 08:01:23,A-%07d,58.1,16.2,1187.2,53.4,52.1,OK\n"
    head = b"time,serial,speed,filling,pressure,mould 1,mould 2,result\n"
    block = b"".join(row % number for number in range(100_000))
    with path.open("wb") as file:
        file.write(head)
        while file.tell() + len(block) < size:
            file.write(block)
        file.write(block[: size - file.tell()])
    return path


def company(home: Path) -> str:
    """Register a company; return its owner's one-time password."""
    made = subprocess.run(
        [sys.executable, "-m", "deungdae.cli", "company", "등대전자", EMAIL],
        env={**environment(home), "DEUNGDAE_LANG": "en"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"password: (\S+)", made.stdout)
    assert found is not None, made.stdout
    return found[1]


def put(file: Path, url: str) -> None:
    """Send a file in one request whose body is the file."""
    with file.open("rb") as body:
        httpx.put(url, content=body, timeout=600).raise_for_status()


def timed(way: str, send: Callable[[], object], pid: int | None = None) -> Sent:
    """Run one way and watch the memory of a server meanwhile."""
    if pid is None:
        start = time.perf_counter()
        send()
        return Sent(way, time.perf_counter() - start)
    server = psutil.Process(pid)
    before = peak = _resident(server)
    done = threading.Event()

    def look() -> None:
        nonlocal peak
        while not done.wait(EVERY):
            peak = max(peak, _resident(server))

    watching = threading.Thread(target=look)
    watching.start()
    start = time.perf_counter()
    try:
        send()
    finally:
        seconds = time.perf_counter() - start
        done.set()
        watching.join()
    return Sent(way, seconds, before, peak, _resident(server))


def grew(sent: Sent) -> bool:
    """Say whether memory grew more than the bar allows."""
    return sent.peak is not None and sent.before is not None and sent.peak - sent.before > FLAT


def row(sent: Sent, size: int) -> tuple[str, ...]:
    """Return a way's line of the table."""
    memory = [f"{m:.0f}" if m is not None else "-" for m in (sent.before, sent.peak, sent.after)]
    speed = f"{size / 1e6 / sent.seconds:.0f}"
    return (sent.way, f"{sent.seconds:.1f}", speed, *memory, "grew" if grew(sent) else "")


def _resident(process: psutil.Process) -> float:
    resident: int = process.memory_info().rss
    return resident / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
