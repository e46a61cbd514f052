"""A writer that is killed at any point loses nothing and stores nothing twice."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable
from points_of import DAY, made

from deungdae.lake.telemetry import History, Maintenance, Telemetry

NOW = time.time_ns() // 1_000  # as the kernel dates files

# Appends batches 0 to 9 of 100 points and goes on where the table says; each start but the last
# ends by kill -9 at the moment that it is told, or after a time.
_WRITER = """
import os, signal, sys, threading
from pathlib import Path
import pyarrow as pa
from points_of import NOON, SECOND, made
from deungdae.lake.telemetry import Telemetry

home, moment, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
turn = -1

def reached(now):
    if now == moment and turn == at:
        os.kill(os.getpid(), signal.SIGKILL)

telemetry = Telemetry(home, checkpoint=reached)
last = telemetry.version("ingest-0")
for turn in range(0 if last is None else last + 1, 10):
    one = made([float(turn)] * 99, start=NOON + turn * 100 * SECOND)
    of_before = made([float(turn - 1)], start=NOON + (turn - 1) * 100 * SECOND)
    telemetry.append(pa.concat_tables([one, of_before]), "ingest-0", turn)
"""


def start(home: Path, moment: str, at: int) -> int:
    here = str(Path(__file__).resolve().parents[2] / "plant")
    return subprocess.run(
        [sys.executable, "-c", _WRITER, str(home), moment, str(at)],
        env={"PYTHONPATH": here, "PATH": ""},
        timeout=60,
        check=False,
    ).returncode


def test_no_clock_that_jumps_takes_a_file_that_is_about_to_be_named(home: Path) -> None:
    # Between the file and its step, maintenance comes with a time 40 days ahead.
    def jump(moment: str) -> None:
        if moment == "written":
            thread.start()
            begun.wait(30)

    begun = threading.Event()
    maintenance = Maintenance(home, checkpoint=lambda task: begun.set())
    thread = threading.Thread(target=maintenance.run, args=(NOW + 40 * DAY,))
    Telemetry(home, checkpoint=jump).append(made([1.0, 2.0]), "ingest-0", 1)
    thread.join(60)
    assert begun.is_set() and not thread.is_alive()
    assert Telemetry(home).append(made([1.0]), "ingest-0", 2).duplicates == 1
    assert History(home).raw("등대전자", ["line1/press/pressure"], 0, 1 << 60, 9).num_rows == 2


@pytest.mark.parametrize("moment", ["written", "committed"])
def test_a_writer_killed_around_its_step_goes_on_exactly(home: Path, moment: str) -> None:
    kills = [start(home, moment, at) for at in (0, 4, 9)]
    assert kills == [-9, -9, -9]
    assert start(home, "never", 0) == 0
    delta = DeltaTable(home / "telemetry" / "points")
    points = pa.table(delta.to_pyarrow_table())
    # 99 of each batch and one of the batch before, which is known except for the first.
    assert points.num_rows == 10 * 99 + 1
    assert len(pc.unique(points.column("time"))) == points.num_rows
    assert delta.transaction_version("ingest-0") == 9
    # What was killed before its step left files that no step names.
    files = list((home / "telemetry" / "points").rglob("*.parquet"))
    orphans = len(files) - len(delta.file_uris())
    assert orphans >= (2 if moment == "written" else 0)
