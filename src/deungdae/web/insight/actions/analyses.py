"""An analysis is started, stopped, asked again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.insight import machines, queue
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Analysis, Job, Upload


@dataclass(kw_only=True)
class StartAnalysis(Action[Analysis]):
    """Ask for the causes of the defects in a file, as it is understood now.

    With `history` that of machines is joined to it first, as the run "join-history" takes it.
    """

    verb = "insight.analysis_started"
    label = _lazy("started an analysis")
    right = "insight.work"
    upload: Upload
    history: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.organisation = self.upload.organisation

    def change(self) -> Analysis:
        """Raises `Refused` for a file that is not understood yet."""
        upload = Upload.objects.within(self.scope).select_for_update().get(pk=self.upload.pk)
        if upload.state != Upload.State.READY or upload.problem:
            raise Refused(_("This file is not understood yet, so nothing can be started."))
        options = machines.options_with(upload, self.history)
        # A second click while the first one's work is under way leads to the same page.
        for open_one in Analysis.objects.within(self.scope).filter(
            upload=upload, finished_at=None, jobs__state__in=Job.OPEN
        ):
            if (open_one.options, open_one.table) == (options, upload.table):
                return open_one
        analysis = Analysis.objects.create(
            organisation=self.organisation,
            upload=upload,
            title=upload.name,
            asked_by=self.scope.person,
            options=options,
            table=upload.table,
            understanding=upload.understanding,
            sheet_told="sheet" in upload.answers,
            shape=machines.shape_with(upload.shape, self.history),
            demo=upload.demo,
        )
        queue.add(Job.Kind.ANALYSE, upload, asked_by=self.scope.person, analysis=analysis)
        return analysis

    def details(self, result: Analysis) -> dict[str, Any]:
        """Name the analysis, and the tags that are joined."""
        told = {"analysis": str(result.public_id), "title": result.title}
        return told if self.history is None else {**told, "history": dict(self.history)}


@dataclass(kw_only=True)
class _OnJob(Action[Job]):
    """Something done to one job."""

    job: Job

    def __post_init__(self) -> None:
        self.organisation = self.job.organisation

    def details(self, result: Job) -> dict[str, Any]:
        """Name the job."""
        return {"job": str(result.public_id), "kind": result.kind}


@dataclass(kw_only=True)
class StopJob(_OnJob):
    """Stop work that waits or runs; its worker ends it within a moment."""

    verb = "insight.job_stopped"
    label = _lazy("stopped a run")
    right = "insight.work"

    def change(self) -> Job:
        """Nothing happens to what has ended already."""
        jobs = Job.objects.within(self.scope).filter(pk=self.job.pk)
        jobs.filter(state=Job.State.QUEUED).update(
            state=Job.State.CANCELLED, ended_at=timezone.now()
        )
        jobs.filter(state__in=Job.HELD).update(cancel_asked=True)
        return jobs.get()


@dataclass(kw_only=True)
class AskAgain(_OnJob):
    """Queue work again that was lost, stopped or failed."""

    verb = "insight.job_asked_again"
    label = _lazy("started a run again")
    right = "insight.work"

    def change(self) -> Job:
        """Raises `Refused` while the same work waits or runs, or once it is done."""
        job = Job.objects.within(self.scope).select_for_update().get(pk=self.job.pk)
        if job.is_open or job.state == Job.State.DONE:
            raise Refused(_("This was started again already."))
        if job.kind == Job.Kind.FORGET:
            return queue.forget(job.organisation, job.given, asked_by=self.scope.person)
        upload = Upload.objects.within(self.scope).select_for_update().get(pk=job.upload_id)
        if upload.state == Upload.State.REMOVED and job.kind != Job.Kind.RENDER:
            raise Refused(_("This file was removed, so there is nothing to read or to search."))
        others = Job.objects.within(self.scope).filter(
            upload=upload, kind=job.kind, analysis=job.analysis, state__in=Job.OPEN
        )
        if others.exists():
            raise Refused(_("This was started again already."))
        if job.kind == Job.Kind.UNDERSTAND:
            upload.state = Upload.State.UNDERSTANDING
            upload.problem = None
            upload.save(update_fields=["state", "problem"])
        return queue.add(job.kind, upload, asked_by=self.scope.person, analysis=job.analysis)


@dataclass(kw_only=True)
class RenewReport(Action[Job]):
    """Write the files of a report again that are gone, or search again when the result is gone.

    `result_there` says whether the result itself still lies where it was put.
    """

    verb = "insight.report_renewed"
    label = _lazy("had a report written again")
    right = "insight.work"
    analysis: Analysis
    result_there: bool

    def __post_init__(self) -> None:
        self.organisation = self.analysis.organisation

    def change(self) -> Job:
        """Raises `Refused` while work on this report waits or runs, or before it is finished."""
        analyses = Analysis.objects.within(self.scope).select_for_update()
        analysis = analyses.get(pk=self.analysis.pk)
        jobs = Job.objects.within(self.scope).filter(analysis=analysis, state__in=Job.OPEN)
        if analysis.finished_at is None or jobs.exists():
            raise Refused(_("This was started again already."))
        if self.result_there:
            kind = Job.Kind.RENDER
        elif analysis.upload.state == Upload.State.REMOVED:
            raise Refused(_("This file was removed, so there is nothing to read or to search."))
        else:
            # The same question to the same table: the address of the report stays the same.
            kind = Job.Kind.ANALYSE
            analysis.finished_at = None
            analysis.save(update_fields=["finished_at"])
        return queue.add(kind, analysis.upload, asked_by=self.scope.person, analysis=analysis)

    def details(self, result: Job) -> dict[str, Any]:
        """Name the report."""
        return {"analysis": str(self.analysis.public_id), "title": self.analysis.title}
