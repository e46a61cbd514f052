"""However a run ends, the person gets a sentence, the log the rest, and the state the truth."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from deungdae.records.errors import (
    RunCancelled,
    RunFailed,
    RunOutOfMemory,
    UnusableFile,
    UnusableOption,
)
from deungdae.runs import RunResult, Status, state

RunOdd = Callable[..., RunResult]
Until = Callable[[Callable[[], Any]], Any]


def only_run(home: Path) -> Path:
    (folder,) = (home / "runs").iterdir()
    return folder


def log_of(home: Path) -> str:
    return (only_run(home) / "log.txt").read_text()


def test_a_public_error_arrives_as_it_was_raised(run_odd: RunOdd, home: Path) -> None:
    with pytest.raises(UnusableFile) as told:
        run_odd("raise_public")
    assert type(told.value) is UnusableFile
    assert told.value.message.template == "The file {file} has {lines} lines."
    assert told.value.message.values == {"file": "9월.xlsx", "lines": 0}
    kept = state(home, only_run(home).name)
    assert kept.status is Status.FAILED
    assert type(kept.error) is UnusableFile and str(kept.error) == str(told.value)
    assert not (only_run(home) / "result.json").exists()


def test_an_error_class_known_to_the_job_alone_arrives_as_its_relation(run_odd: RunOdd) -> None:
    with pytest.raises(UnusableOption, match="The column 온도 is odd") as told:
        run_odd("raise_unknown_class")
    assert type(told.value) is UnusableOption


@pytest.mark.parametrize(
    ("job", "secret"), [("raise_secret", "secret internals"), ("leave", "secret goodbye")]
)
def test_any_other_error_is_told_without_its_text(
    run_odd: RunOdd, home: Path, job: str, secret: str
) -> None:
    with pytest.raises(RunFailed, match="a mistake in the program") as told:
        run_odd(job)
    assert secret not in str(told.value)
    assert secret in log_of(home)
    assert Path(str(told.value.message.values["log"])).parent.name == only_run(home).name


@pytest.mark.parametrize("what", ["nan", "infinity", "numpy"])
def test_a_result_that_is_not_plain_data_is_refused(run_odd: RunOdd, home: Path, what: str) -> None:
    with pytest.raises(RunFailed, match="not a finite number or not plain data"):
        run_odd("return_odd", {"what": what})
    assert not (only_run(home) / "result.json").exists()


def test_a_full_disk_is_told_as_one(run_odd: RunOdd, home: Path) -> None:
    with pytest.raises(RunFailed, match="could not be written: File too large"):
        run_odd("return_more_than_fits")
    assert state(home, only_run(home).name).status is Status.FAILED


def test_a_crash_takes_only_the_run_with_it(run_odd: RunOdd, home: Path) -> None:
    with pytest.raises(RunFailed, match=r"broke off \(SIGSEGV\)"):
        run_odd("segfault")
    assert "Segmentation fault" in log_of(home) and "in segfault" in log_of(home)
    assert state(home, only_run(home).name).status is Status.FAILED


@pytest.mark.parametrize("status", [0, 3])
def test_a_process_that_leaves_nothing_behind_has_failed(run_odd: RunOdd, status: int) -> None:
    with pytest.raises(RunFailed, match=rf"broke off \(exit status {status}\)"):
        run_odd("leave_without_a_word", {"status": status})


def test_a_run_that_eats_memory_is_stopped(run_odd: RunOdd, home: Path) -> None:
    with pytest.raises(RunOutOfMemory, match="more than the 300 MiB of memory") as told:
        run_odd("eat_memory", memory_bytes=300 << 20)
    assert "Raise DEUNGDAE_RUN_MEMORY" in str(told.value)
    assert state(home, only_run(home).name).status is Status.OUT_OF_MEMORY


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces RLIMIT_DATA")
def test_the_system_refuses_memory_far_above_the_limit(run_odd: RunOdd) -> None:
    assert run_odd("ask_for_too_much", {"gigabytes": 3}, memory_bytes=1 << 30).result
    with pytest.raises(RunOutOfMemory, match="more than the 1 GiB of memory"):
        run_odd("ask_for_too_much", {"gigabytes": 8}, memory_bytes=1 << 30)


def test_the_backstop_leaves_room_for_every_thread(
    run_odd: RunOdd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "32")
    monkeypatch.setenv("OMP_NUM_THREADS", "32")
    done = run_odd("use_all_threads", memory_bytes=512 << 20)
    assert done.result == {"trace": 1000.0, "first": 199_999.0}


def test_a_kill_by_the_system_is_told_as_a_lack_of_memory(run_odd: RunOdd, home: Path) -> None:
    with pytest.raises(RunOutOfMemory, match="The system stopped the run"):
        run_odd("killed_by_the_system")
    assert state(home, only_run(home).name).status is Status.OUT_OF_MEMORY


@pytest.mark.parametrize("job", ["wait", "wait_stubbornly"])
def test_a_run_can_be_cancelled(run_odd: RunOdd, home: Path, job: str) -> None:
    cancel = threading.Event()
    with pytest.raises(RunCancelled, match="stopped as asked"):
        run_odd(job, cancel=cancel, on_progress=lambda _step, _share: cancel.set())
    assert state(home, only_run(home).name).status is Status.CANCELLED


def test_a_run_that_takes_too_long_is_stopped(run_odd: RunOdd, home: Path) -> None:
    with pytest.raises(RunFailed, match=r"longer than 0\.5 seconds"):
        run_odd("wait", timeout=0.5)
    assert state(home, only_run(home).name).status is Status.FAILED


def test_a_broken_callback_ends_the_run_too(run_odd: RunOdd, home: Path) -> None:
    pids: list[int] = []

    def broken(_step: str, _share: float) -> None:
        pids.append(json.loads((only_run(home) / "state.json").read_text())["pid"])
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        run_odd("wait", on_progress=broken)
    assert not psutil.pid_exists(pids[0])
    assert state(home, only_run(home).name).status is Status.FAILED


WAITER = """
import signal, sys
from pathlib import Path
from deungdae.runs import Job, run
signal.signal(signal.SIGINT, signal.default_int_handler)  # a caller may have told us to ignore it
try:
    run(Path(sys.argv[1]), "j", 1, {}, jobs=[Job("j", 1, "odd_jobs:" + sys.argv[2])])
except KeyboardInterrupt:
    print("interrupted")
"""


def started_elsewhere(home: Path, job: str, until: Until) -> tuple["subprocess.Popen[str]", int]:
    """Start a run from another process; return that process and the run's process id."""
    waiter = subprocess.Popen(
        [sys.executable, "-c", WAITER, str(home), job], stdout=subprocess.PIPE, text=True
    )
    until(lambda: [p for p in home.glob("runs/2*/progress.jsonl") if p.stat().st_size])
    return waiter, int(json.loads((only_run(home) / "state.json").read_text())["pid"])


def is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("job", ["wait", "wait_stubbornly", "wait_with_a_child"])
def test_a_run_dies_with_the_process_that_waits_for_it(home: Path, until: Until, job: str) -> None:
    waiter, pid = started_elsewhere(home, job, until)
    assert state(home, only_run(home).name).status is Status.RUNNING
    waiter.kill()
    waiter.communicate()
    until(lambda: is_gone(pid))
    assert state(home, only_run(home).name).status is Status.LOST
    child = only_run(home) / "child.txt"
    if child.exists():
        until(lambda: is_gone(int(child.read_text())))


def test_a_run_killed_before_it_began_is_lost(home: Path, until: Until) -> None:
    waiter, _ = started_elsewhere(home, "wait", until)
    waiter.kill()
    waiter.communicate()
    (only_run(home) / "state.json").write_text('{"status": "queued"}')
    assert state(home, only_run(home).name).status is Status.LOST


def test_an_interrupt_ends_the_run_in_order(home: Path, until: Until) -> None:
    waiter, pid = started_elsewhere(home, "wait", until)
    waiter.send_signal(signal.SIGINT)
    told, _ = waiter.communicate()
    assert told == "interrupted\n"
    assert is_gone(pid)
    assert state(home, only_run(home).name).status is Status.CANCELLED


def test_cancelling_ends_what_the_job_had_started(
    run_odd: RunOdd, home: Path, until: Until
) -> None:
    cancel = threading.Event()
    with pytest.raises(RunCancelled):
        run_odd("wait_with_a_child", cancel=cancel, on_progress=lambda _step, _share: cancel.set())
    child = int((only_run(home) / "child.txt").read_text())
    until(lambda: is_gone(child))
