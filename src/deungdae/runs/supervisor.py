"""Start a run in a process of its own, watch over it, and bring its result or its error."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import psutil

from deungdae.records.errors import PublicError, RunCancelled, RunFailed, RunOutOfMemory
from deungdae.runs import clock, memory, wire
from deungdae.runs.folder import RunFolder, Status, read_json, write_json
from deungdae.runs.job import JOBS, Job, find_job

OnProgress = Callable[[str, float], None]

LOOK_SECONDS = 0.05  #: between two looks at a run's memory, progress and cancellation
GRACE_SECONDS = 2.0  #: from asking a run to end to killing it
LIBRARIES = ("deungdae", "numpy", "scipy", "pyarrow", "deltalake")


@dataclass(frozen=True)
class RunResult:
    """What a job returned, and the folder that holds everything about the run."""

    run_id: str
    folder: Path
    result: dict[str, Any]


def run(
    home: Path,
    job: str,
    version: int,
    params: Mapping[str, Any],
    *,
    memory_bytes: int | None = None,
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
    timeout: float | None = None,
    jobs: Iterable[Job] = JOBS,
) -> RunResult:
    """Carry out one version of a job with parameters of plain JSON data, and wait for its result.

    The process may occupy `memory_bytes` (6 GiB unless told otherwise) and take `timeout` seconds.
    `on_progress` is told a step's code and the share of it that is done, in this thread. Setting
    `cancel` ends the run.

    Raises UnusableOption for a job or version that does not exist; whatever public error the job
    raises; RunOutOfMemory, RunCancelled, and RunFailed for a crash or when the time is up.
    """
    entry = find_job(jobs, job, version).entry
    limit = memory.DEFAULT_BYTES if memory_bytes is None else memory_bytes
    started = clock.now()
    about = {
        "job": job,
        "version": version,
        "params": dict(params),
        "table": params.get("table"),
        "seed": params.get("seed"),
        "memory_bytes": limit,
    }
    folder, lock = RunFolder.create(
        home, started, {**about, "entry": entry, "home": str(home.absolute()),
                        "created": started.isoformat()},
    )  # fmt: skip
    try:
        watch = _Watch(folder, limit, timeout, on_progress, cancel)
        watch.wait()
        result = _taken(folder, limit)
        write_json(
            folder.result,
            {
                "run_id": folder.run_id,
                **about,
                "libraries": {"python": sys.version.split()[0]}
                | {name: version_of(name) for name in LIBRARIES},
                "started": started.isoformat(),
                "ended": clock.now().isoformat(),
                "peak_bytes": watch.peak,
                "result": result,
            },
        )
        write_json(folder.state, {"status": Status.DONE})
        return RunResult(folder.run_id, folder.path, result)
    except PublicError as error:
        _note_end(folder, error)
        raise
    except KeyboardInterrupt:
        _note_end(folder, RunCancelled("The run was stopped as asked. Nothing was lost."))
        raise
    except BaseException:
        _note_end(folder, RunFailed("Whoever waited for the run failed. Nothing was lost."))
        raise
    finally:
        os.close(lock)


class _Watch:
    """The process of a run while it lives."""

    def __init__(
        self,
        folder: RunFolder,
        limit: int,
        timeout: float | None,
        on_progress: OnProgress | None,
        cancel: threading.Event | None,
    ) -> None:
        self._folder = folder
        self._limit = limit
        self._timeout = timeout
        self._on_progress = on_progress
        self._cancel = cancel
        self._told = 0  # bytes of progress.jsonl that were passed on
        self.peak = 0  #: most bytes of memory seen

    def wait(self) -> None:
        """Start the process and wait for its end; raise RunFailed unless it left an outcome."""
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        process = _start(self._folder)
        try:
            write_json(
                self._folder.state,
                {
                    "status": Status.RUNNING,
                    "pid": process.pid,
                    "process_started": _birth(process.pid),
                },
            )
            while True:
                try:
                    status = process.wait(LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    self._look(process, deadline)
                else:
                    self._pass_on_progress()
                    self._judge(status)
                    return
        finally:
            _end(process)

    def _look(self, process: "subprocess.Popen[bytes]", deadline: float | None) -> None:
        occupied = memory.resident_bytes(process.pid)
        self.peak = max(self.peak, occupied)
        if occupied > self._limit:
            _kill(process, signal.SIGKILL)  # at once: the next gigabyte is a moment away
            raise out_of_memory(self._limit)
        if self._cancel is not None and self._cancel.is_set():
            raise RunCancelled("The run was stopped as asked. Nothing was lost.")
        if deadline is not None and time.monotonic() > deadline:
            raise RunFailed(
                "The run took longer than {seconds} seconds and was stopped. Nothing was lost.",
                seconds=self._timeout or 0,
            )
        self._pass_on_progress()

    def _pass_on_progress(self) -> None:
        with self._folder.progress.open("rb") as file:
            file.seek(self._told)
            whole, end, _ = file.read().rpartition(b"\n")
        self._told += len(whole) + len(end)
        for line in whole.splitlines():
            told = json.loads(line)
            if self._on_progress is not None:
                self._on_progress(told["step"], told["share"])

    def _judge(self, status: int) -> None:
        if status < 0 and self.peak > 0.9 * self._limit:
            raise out_of_memory(self._limit)  # an allocator that gave up aborts the process
        if status == -signal.SIGKILL:
            raise RunOutOfMemory(
                "The system stopped the run, most likely because the machine ran out of memory. "
                "Nothing was lost. Close other programs, or leave out columns that cannot matter.",
            )
        if status != 0 or not self._folder.outcome.is_file():
            raise RunFailed(
                "The run broke off ({how}). Nothing was lost. "
                "Please report it, with the file {log}.",
                how=signal.Signals(-status).name if status < 0 else f"exit status {status}",
                log=str(self._folder.log),
            )


def out_of_memory(limit: int) -> RunOutOfMemory:
    """Return the error that says the run needed more than `limit` bytes."""
    return RunOutOfMemory(
        "The run needed more than the {allowed} of memory that it may use and was stopped. "
        "Nothing was lost. Raise DEUNGDAE_RUN_MEMORY, or leave out columns that cannot matter.",
        allowed=memory.in_words(limit),
    )


def _start(folder: RunFolder) -> "subprocess.Popen[bytes]":
    with folder.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own worker, in this same environment
            # -P: a numpy.py in the person's folder must not be taken for the library.
            [sys.executable, "-P", "-m", "deungdae.runs.worker", str(folder.path)],
            stdin=subprocess.PIPE,  # held open while we live; see the worker
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end the run in order
        )


def _birth(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        _kill(process, signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(process, signal.SIGKILL)
            process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _kill(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, how)


def _taken(folder: RunFolder, limit: int) -> dict[str, Any]:
    outcome = read_json(folder.outcome)
    if "error" in outcome:
        raise wire.from_document(outcome["error"])
    if "out_of_memory" in outcome:
        raise out_of_memory(limit)
    result: dict[str, Any] = outcome["result"]
    return result


def _note_end(folder: RunFolder, error: PublicError) -> None:
    # On a full disk the state stays as it was, and the released lock says that the run is lost.
    with suppress(RunFailed):
        write_json(folder.state, {"status": _status(error), "error": wire.to_document(error)})


def _status(error: PublicError) -> Status:
    if isinstance(error, RunOutOfMemory):
        return Status.OUT_OF_MEMORY
    return Status.CANCELLED if isinstance(error, RunCancelled) else Status.FAILED
