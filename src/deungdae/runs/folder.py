"""The folder of one run, and the truth about its state.

HOME/runs/20260901T060000Z-0123abcd/
    request.json     job, version, parameters, table version, when it was asked for
    state.json       queued, running, done, failed, cancelled or out_of_memory
    progress.jsonl   one line per step told
    log.txt          whatever the process wrote, tracebacks too
    outcome.json     what the job returned or the error it raised
    result.json      the outcome with all that is needed to repeat it
    lock             held by the process that looks after the run
"""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from deungdae.records.errors import PublicError, RunFailed, UnusableOption
from deungdae.runs import wire

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class Status(StrEnum):
    """Where a run stands. `LOST`: who looked after it was killed, so it will never end."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    OUT_OF_MEMORY = "out_of_memory"
    LOST = "lost"


@dataclass(frozen=True)
class RunState:
    """Where a run stands, with the error it ended in, if any."""

    run_id: str
    status: Status
    error: PublicError | None = None


class RunFolder:
    """The files of one run. Each is replaced as a whole, so that a reader never sees half of one;
    only progress.jsonl grows, a line at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.request = path / "request.json"
        self.state = path / "state.json"
        self.progress = path / "progress.jsonl"
        self.log = path / "log.txt"
        self.outcome = path / "outcome.json"
        self.result = path / "result.json"

    @property
    def run_id(self) -> str:
        """The run's name, sortable by the time it was asked for."""
        return self.path.name

    @staticmethod
    def is_id(text: str) -> bool:
        """Say whether a text may be the id of a run, and so the name of its folder."""
        return _RUN_ID.fullmatch(text) is not None

    @classmethod
    def create(cls, home: Path, created: datetime, request: Mapping[str, Any]) -> tuple[Self, int]:
        """Make the folder of a new run; return it and the descriptor that holds its lock.

        The lock lasts until the descriptor is closed, at the latest when this process ends,
        however it ends. The folder appears with its lock taken, so that nobody takes it for lost.

        Raises UnusableOption when the home folder cannot be written to.
        """
        try:
            return cls._created(home.absolute() / "runs", created, request)
        except OSError as error:
            raise UnusableOption(
                "The folder {folder} cannot be written to: {reason}. "
                "Choose another with DEUNGDAE_HOME.",
                folder=str(home),
                reason=error.strerror or str(error),
            ) from error

    @classmethod
    def _created(
        cls, runs: Path, created: datetime, request: Mapping[str, Any]
    ) -> tuple[Self, int]:
        run_id = f"{created:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        coming = cls(runs / f".{run_id}")
        coming.path.mkdir(parents=True)
        lock = os.open(coming.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_json(coming.request, {"run_id": run_id, **request})
        write_json(coming.state, {"status": Status.QUEUED})
        coming.progress.touch()
        coming.log.touch()
        return cls(coming.path.rename(runs / run_id)), lock

    def is_looked_after(self) -> bool:
        """Return whether the process that started the run still lives and waits for it."""
        with (self.path / "lock").open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def state(home: Path, run_id: str) -> RunState:
    """Return the truth about a run, also after the process that started it was killed.

    Raises UnusableOption when there is no such run.
    """
    folder = RunFolder(home.absolute() / "runs" / run_id)
    if not _RUN_ID.fullmatch(run_id) or not folder.state.is_file():
        raise UnusableOption("There is no run {run}.", run=run_id)
    # The lock first: a run that ends between the two looks is then seen as ended, not as lost.
    looked_after = folder.is_looked_after()
    written = read_json(folder.state)
    status = Status(written["status"])
    if status in (Status.QUEUED, Status.RUNNING) and not looked_after:
        status = Status.LOST
    error = written.get("error")
    return RunState(run_id, status, None if error is None else wire.from_document(error))


def under_way(home: Path, tables: Container[str]) -> bool:
    """Say whether a run still goes on that stores or reads one of the tables of these names."""
    for path in (home.absolute() / "runs").glob("*"):
        folder = RunFolder(path)
        # The lock first: of hundreds of folders hardly one is held.
        if RunFolder.is_id(path.name) and folder.is_looked_after():
            params = read_json(folder.request)["params"]
            if params.get("name") in tables or (params.get("table") or {}).get("name") in tables:
                return True
    return False


def result(home: Path, run_id: str) -> dict[str, Any]:
    """Return what the job of a run that is done returned.

    Raises UnusableOption when there is no such run, or when it has no result.
    """
    folder = RunFolder(home.absolute() / "runs" / run_id)
    if not _RUN_ID.fullmatch(run_id) or not folder.result.is_file():
        raise UnusableOption("There is no run {run}.", run=run_id)
    found: dict[str, Any] = read_json(folder.result)["result"]
    return found


def read_json(path: Path) -> Any:
    """Return what `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write plain data to a file of a run in one step.

    Raises ValueError for NaN and infinity, TypeError for what is not plain data, and RunFailed
    when the disk does not take it.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise RunFailed(
            "The files of the run in {folder} could not be written: {reason}. "
            "What was stored before is as it was.",
            folder=str(path.parent),
            reason=error.strerror or str(error),
        ) from error
