"""Run a command and watch it: seconds, and the largest memory of it and its children together."""

import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

EVERY = 0.05  #: seconds between two looks


@dataclass(frozen=True)
class Watched:
    """How a command went. `peak` sums the resident memory of all its processes, in bytes.

    Pages that processes share are counted in each of them, so the true peak is at most this.
    """

    status: int
    output: str
    errors: str
    seconds: float
    peak: int


def watch(command: list[str], environment: Mapping[str, str]) -> Watched:
    """Run a command to its end and return what it printed, its seconds and its peak memory."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        process = psutil.Popen(command, stdout=out, stderr=err, env=dict(environment))
        peak = 0
        while True:
            try:
                status = process.wait(timeout=EVERY)
                break
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                peak = max(peak, _resident(process))
        seconds = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        return Watched(status, out.read(), err.read(), seconds, peak)


def _resident(process: psutil.Process) -> int:
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue  # it ended between the two looks
    return total
