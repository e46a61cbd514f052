"""The worker: takes jobs from the queue and carries each out in runs of their own.

One process has a lane for each kind of job, so that a person's file is read at once while another's
analysis goes on, and a finished report is drawn while the next search runs. It may be killed at any
moment: the run's process ends with it, the lock on its mark is freed, and another worker finds the
job orphaned.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from django.db import close_old_connections, connections
from django.db.utils import OperationalError
from django.utils import timezone

from deungdae.records.errors import PublicError, RunCancelled, RunFailed
from deungdae.runs import wire
from deungdae.web.core.scope import Scope
from deungdae.web.insight import queue, work
from deungdae.web.insight.actions import (
    FailJob,
    FinishAnalysis,
    FinishForgetting,
    FinishRendering,
    FinishUnderstanding,
    RescueJob,
)
from deungdae.web.insight.models import Job
from deungdae.web.insight.news import News

log = logging.getLogger(__name__)

LANES: tuple[tuple[Any, ...], ...] = (
    (Job.Kind.UNDERSTAND, Job.Kind.FORGET),
    (Job.Kind.ANALYSE,),
    (Job.Kind.RENDER,),
)
IDLE_SECONDS = 0.3  #: between two looks into an empty queue
BEAT_SECONDS = 1.0  #: between two signs of life
RESCUE_SECONDS = 2.0  #: between two looks for jobs whose workers died
PATIENCE = 5  #: times that a busy database is asked again


class Worker:
    """Serves the queue until `stop` is set; `serve` returns whether all went well."""

    def __init__(self, lanes: Iterable[Iterable[str]] = LANES) -> None:
        self.stop = threading.Event()
        self._lanes = [tuple(kinds) for kinds in lanes]
        self._mark = queue.WorkerMark()
        self._broken = False

    @property
    def name(self) -> str:
        """The name under which jobs are claimed."""
        return self._mark.name

    def serve(self) -> bool:
        """Work until told to stop. Jobs under way are given back to the queue then."""
        threads = [threading.Thread(target=self._guard, args=(self._lane, k)) for k in self._lanes]
        threads.append(threading.Thread(target=self._guard, args=(self._rescue, ())))
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:
            self.stop.set()
            self._mark.release()
        return not self._broken

    def _guard(self, serve: Callable[[Any], None], kinds: tuple[str, ...]) -> None:
        well = False
        try:
            serve(kinds)
            well = True
        finally:
            if not well:
                # The thread tells its error on the way out. What it held is orphaned when the
                # process ends, and somebody else's a moment later.
                self._broken = True
                self.stop.set()
            connections.close_all()

    def _lane(self, kinds: tuple[str, ...]) -> None:
        news = News.of_settings()
        while not self.stop.is_set():
            if not news.worth_a_look():
                self.stop.wait(IDLE_SECONDS)
                continue
            job = _patiently(lambda: queue.claim(self.name, kinds, timezone.now()))
            if job is None:
                close_old_connections()
                self.stop.wait(IDLE_SECONDS)
            else:
                _Task(job, self.stop).carry_out()

    def _rescue(self, _: tuple[str, ...]) -> None:
        _patiently(queue.sweep_marks)
        while not self.stop.is_set():
            for job in _patiently(lambda: queue.orphans(timezone.now())):
                scope = Scope.of_system(queue.WORKER, job.organisation)
                _patiently(RescueJob(scope=scope, job=job).perform)
            self.stop.wait(RESCUE_SECONDS)


class _Task:
    """One job in the hands of this worker."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._job = job
        self._stop = stop
        self._scope = Scope.of_system(queue.WORKER, job.organisation)
        self._step, self._share = "", 0.0
        self._cancel = threading.Event()
        self._ended = threading.Event()
        self._news = threading.Event()  # a new step began, or the work ended: tell it at once
        self._lost = False

    def carry_out(self) -> None:
        """Do the work and report how it ended."""
        heart = threading.Thread(target=self._beat)
        heart.start()
        try:
            report = self._work()
        finally:
            self._ended.set()
            self._news.set()
            heart.join()
        if report is not None and not self._lost:
            _patiently(report)

    def _work(self) -> Callable[[], Any] | None:
        """Return what reports the end of the work."""
        bench = work.Bench(self._tell, self._cancel)
        told: dict[str, Any] = {"scope": self._scope, "job": self._job}
        try:
            if self._job.kind == Job.Kind.UNDERSTAND:
                understood = work.understand(self._job, self._scope, bench)
                return FinishUnderstanding(**told, understood=understood).perform
            if self._job.kind == Job.Kind.RENDER:
                work.render(self._job, self._scope, bench)
                return FinishRendering(**told).perform
            if self._job.kind == Job.Kind.FORGET:
                work.forget(self._job, self._scope, bench)
                return FinishForgetting(**told).perform
            found = work.analyse(self._job, self._scope, bench)
            return FinishAnalysis(**told, found=found).perform
        except RunCancelled as error:
            if self._stop.is_set():
                return lambda: queue.give_back(self._job)
            return FailJob(**told, state=Job.State.CANCELLED, error=wire.to_document(error)).perform
        except PublicError as error:
            return FailJob(**told, state=Job.State.FAILED, error=wire.to_document(error)).perform
        except Exception:  # noqa: BLE001 - written to the log, and the person is told
            log.error("The job %s failed by a mistake:\n%s", self._job, traceback.format_exc())
            failed = RunFailed(
                "Something went wrong that should not have. Nothing was lost; "
                "what happened is written in the server's log."
            )
            return FailJob(**told, state=Job.State.FAILED, error=wire.to_document(failed)).perform

    def _tell(self, step: str, share: float) -> None:
        if step != self._step:
            self._news.set()
        self._step, self._share = step, share

    def _beat(self) -> None:
        try:
            while True:
                standing = _patiently(
                    lambda: queue.beat(self._job, timezone.now(), self._step, self._share)
                )
                if not standing.held:
                    self._lost = True
                if standing.cancel or self._stop.is_set():
                    self._cancel.set()
                self._news.wait(BEAT_SECONDS)
                self._news.clear()
                if self._ended.is_set():
                    return
        except OperationalError:
            # Nobody can be told that the run lives: end it, so that it is not done twice.
            log.exception("The database does not answer; the job %s is stopped.", self._job)
            self._cancel.set()
        finally:
            connections.close_all()


def _patiently(ask: Callable[[], Any]) -> Any:
    """Ask the database, and again when it is too busy or away for a moment."""
    pause = threading.Event()
    for attempt in range(PATIENCE):
        try:
            return ask()
        except OperationalError:
            if attempt == PATIENCE - 1:
                raise
            connections.close_all()
            pause.wait(2.0**attempt)
    raise AssertionError("unreachable")
