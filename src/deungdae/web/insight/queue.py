"""The queue: who may take which job, who holds it, and what happens when the holder dies.

A job is claimed by a conditional update: of all workers that try, the database lets one change the
row from queued to claimed. Each claim has an id of its own; whatever a worker writes later counts
only while the row still carries that id. So a worker that was thought dead and wakes up again
cannot finish what somebody else was given.
"""

import os
import socket
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F

from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.insight.models import Analysis, Job, Upload

WORKER = SystemActor("worker")
#: The queue serves all organisations; what it hands out is worked on within one.
EVERYWHERE = Scope.everything(WORKER)
#: A worker of another machine that has not been heard of for so long is dead.
LEASE = timedelta(seconds=30)
#: A job whose worker died is tried so often before a person must decide.
MOST_ATTEMPTS = 2


@dataclass(frozen=True)
class Standing:
    """What a worker learns when it says that it is alive."""

    held: bool  #: the job is still its own
    cancel: bool  #: a person asked to stop it


def add(
    kind: Any, upload: Upload, *, asked_by: Any = None, analysis: Analysis | None = None
) -> Job:
    """Put a job into the queue; called by actions, inside their transaction."""
    return Job.objects.create(
        organisation=upload.organisation,
        kind=kind,
        upload=upload,
        analysis=analysis,
        revision=upload.revision,
        asked_by=asked_by,
    )


def forget(organisation: Any, given: dict[str, Any], *, asked_by: Any = None) -> Job:
    """Put the removal of files into the queue; called by actions, inside their transaction.

    `given` holds names of tables, hashes of originals, ids of runs and of analyses.
    """
    return Job.objects.create(
        organisation=organisation, kind=Job.Kind.FORGET, given=given, asked_by=asked_by
    )


def longest_wait_seconds(now: datetime) -> float | None:
    """Return how long the oldest waiting job has waited; None when there is none."""
    waiting = Job.objects.within(EVERYWHERE).filter(state=Job.State.QUEUED)
    since = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    return None if since is None else (now - since).total_seconds()


def claim(worker: str, kinds: Iterable[str], now: datetime) -> Job | None:
    """Take the oldest waiting job of these kinds; None when there is none."""
    jobs = Job.objects.within(EVERYWHERE)
    waiting = jobs.filter(state=Job.State.QUEUED, kind__in=list(kinds)).order_by("created_at", "pk")
    while (found := waiting.values_list("pk", flat=True).first()) is not None:
        mine = uuid.uuid4()
        # Somebody else may have taken it since: then no row fits, and we look for the next.
        taken = jobs.filter(pk=found, state=Job.State.QUEUED).update(
            state=Job.State.CLAIMED,
            claim=mine,
            worker=worker,
            heartbeat_at=now,
            started_at=now,
            attempts=F("attempts") + 1,
            step="",
            share=0.0,
        )
        if taken:
            return jobs.select_related("organisation", "upload", "analysis").get(
                pk=found, claim=mine
            )
    return None


def _held(job: Job) -> Any:
    return Job.objects.within(EVERYWHERE).filter(pk=job.pk, claim=job.claim, state__in=Job.HELD)


def beat(job: Job, now: datetime, step: str, share: float) -> Standing:
    """Say that the worker lives and how far the run is; learn whether it may go on."""
    held = _held(job).update(
        state=Job.State.RUNNING, heartbeat_at=now, step=step, share=min(max(share, 0.0), 1.0)
    )
    if not held:
        return Standing(held=False, cancel=True)
    return Standing(True, bool(_held(job).values_list("cancel_asked", flat=True).first()))


def end(job: Job, state: Any, now: datetime, error: dict[str, Any] | None = None) -> bool:
    """End a job that is still held by this claim; False when it is not, and nothing happened."""
    return bool(_held(job).update(state=state, ended_at=now, error=error, claim=None, share=1.0))


def give_back(job: Job) -> bool:
    """Return a job to the queue as if it had not been claimed: its worker was asked to end."""
    return bool(
        _held(job).update(
            state=Job.State.QUEUED, claim=None, worker="", attempts=F("attempts") - 1,
            step="", share=0.0,
        )
    )  # fmt: skip


def orphans(now: datetime) -> list[Job]:
    """Return the jobs whose workers are dead."""
    held = Job.objects.within(EVERYWHERE).filter(state__in=Job.HELD)
    return [job for job in held.select_related("organisation", "upload") if not _alive(job, now)]


def rescue(job: Job, now: datetime) -> Any:
    """Queue an orphan again, or mark it lost when that was done before; None if it was neither."""
    state: Any = Job.State.QUEUED if job.attempts < MOST_ATTEMPTS else Job.State.LOST
    if job.cancel_asked:
        state = Job.State.CANCELLED
    ended = None if state == Job.State.QUEUED else now
    changed = _held(job).update(state=state, claim=None, ended_at=ended, step="", share=0.0)
    return state if changed else None


def _alive(job: Job, now: datetime) -> bool:
    host, _, _ = job.worker.rpartition("/")
    if host == socket.gethostname():
        known = is_running(job.worker)
        if known is not None:
            return known
    return job.heartbeat_at is not None and now - job.heartbeat_at < LEASE


class WorkerMark:
    """A worker's name, and a lock that the kernel frees when its process ends, however it ends."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}/{os.getpid()}-{uuid.uuid4().hex[:8]}"
        path = _mark(self.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        coming = path.with_suffix(".new")
        self._file = os.open(coming, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        flock(self._file, LOCK_EX)
        coming.rename(path)  # it appears with its lock taken, so that nobody sweeps it away

    def release(self) -> None:
        """Say that the worker is gone."""
        _mark(self.name).unlink(missing_ok=True)
        os.close(self._file)


def is_running(worker: str) -> bool | None:
    """Say whether a worker of this machine lives; None when nothing is known of it."""
    try:
        file = os.open(_mark(worker), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        flock(file, LOCK_SH | LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def sweep_marks() -> None:
    """Take away the marks of workers that are gone and hold no job."""
    holders = set(
        Job.objects.within(EVERYWHERE).filter(state__in=Job.HELD).values_list("worker", flat=True)
    )
    for path in (_folder()).glob("*.lock"):
        worker = f"{socket.gethostname()}/{path.stem}"
        if worker not in holders and is_running(worker) is False:
            with suppress(FileNotFoundError):
                path.unlink()


def _folder() -> Path:
    return Path(settings.STATE) / "workers"


def _mark(worker: str) -> Path:
    return _folder() / f"{worker.rpartition('/')[2]}.lock"
