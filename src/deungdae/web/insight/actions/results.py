"""What a worker reports: done, failed, or found dead. Nothing counts without the job's claim."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.insight import queue
from deungdae.web.insight.actions.analyses import StartAnalysis
from deungdae.web.insight.methods import CAUSES
from deungdae.web.insight.models import Analysis, Job, Upload


@dataclass(kw_only=True)
class _Report(Action[bool]):
    """A worker's report on a job; the result says whether it counted."""

    right = "insight.work"
    job: Job

    def __post_init__(self) -> None:
        self.organisation = self.job.organisation

    def details(self, result: bool) -> dict[str, Any]:
        """Name the job and whether the report counted."""
        return {"job": str(self.job.public_id), "kind": self.job.kind, "counted": result}

    def upload(self) -> Upload:
        """Return the job's upload as it is now."""
        found: Upload = (
            Upload.objects.within(self.scope).select_for_update().get(pk=self.job.upload_id)
        )
        return found


@dataclass(kw_only=True)
class FinishUnderstanding(_Report):
    """A file was read. `understood` are the fields of the upload that are known now."""

    verb = "insight.upload_understood"
    label = _lazy("read a file")
    understood: dict[str, Any]

    def change(self) -> bool:
        """What was understood under an earlier answer is not kept."""
        if not queue.end(self.job, Job.State.DONE, timezone.now()):
            return False
        upload = self.upload()
        if upload.revision != self.job.revision:
            return False
        for name, value in self.understood.items():
            setattr(upload, name, value)
        upload.state = Upload.State.READY
        upload.save()
        unasked = not upload.analyses.within(self.scope).exists()
        if upload.demo and not upload.uploaded_by_id and upload.problem is None and unasked:
            # Nobody is there to press the button; a visitor shall find a report.
            StartAnalysis(scope=self.scope, upload=upload).perform()
        return True


@dataclass(kw_only=True)
class FinishAnalysis(_Report):
    """The causes were found: the report can be read; its pictures and files are written next."""

    verb = "insight.analysis_finished"
    label = _lazy("finished an analysis")
    found: dict[str, Any]

    def change(self) -> bool:
        """The last finished analysis of the same shape becomes the one to compare with."""
        now = timezone.now()
        if not queue.end(self.job, Job.State.DONE, now):
            return False
        analyses = Analysis.objects.within(self.scope)
        analysis = analyses.select_for_update().get(pk=self.job.analysis_id)
        earlier = analyses.filter(
            organisation=self.organisation,
            shape=analysis.shape,
            finished_at__isnull=False,
            created_at__lte=analysis.created_at,
        )
        if analysis.method == CAUSES:  # they alone are compared with the last time's
            analysis.previous = (
                earlier.filter(method=CAUSES)
                .exclude(pk=analysis.pk)
                .exclude(upload__sha256=self.upload().sha256)
                .order_by("-finished_at")
                .first()
            )
        for name, value in self.found.items():
            setattr(analysis, name, value)
        analysis.finished_at = now
        analysis.save()
        queue.add(Job.Kind.RENDER, self.upload(), asked_by=self.job.asked_by, analysis=analysis)
        return True

    def details(self, result: bool) -> dict[str, Any]:
        """Name the analysis and what it said."""
        return {
            **super().details(result),
            "analysis": str(self.job.analysis.public_id),
            "run": self.found.get("run"),
            "verdict": self.found.get("verdict"),
        }


@dataclass(kw_only=True)
class FinishRendering(_Report):
    """The pictures and files of a report lie where they are looked for."""

    verb = "insight.report_written"
    label = _lazy("wrote the files of a report")

    def change(self) -> bool:
        """The files themselves say that they are there."""
        return queue.end(self.job, Job.State.DONE, timezone.now())


@dataclass(kw_only=True)
class FinishForgetting(_Report):
    """What was removed has left the disk."""

    verb = "insight.files_forgotten"
    label = _lazy("took removed files off the disk")

    def change(self) -> bool:
        """Nothing else changes: the rows went when somebody removed the file."""
        return queue.end(self.job, Job.State.DONE, timezone.now())


@dataclass(kw_only=True)
class FailJob(_Report):
    """The work ended in an error that the person is told, or was stopped as asked."""

    verb = "insight.job_failed"
    label = _lazy("ended a run without a result")
    state: Any
    error: dict[str, Any]

    def change(self) -> bool:
        """A file that cannot be read says so on its page."""
        if not queue.end(self.job, self.state, timezone.now(), self.error):
            return False
        if self.job.kind == Job.Kind.UNDERSTAND:
            upload = self.upload()
            if upload.revision == self.job.revision:
                upload.state = Upload.State.UNUSABLE
                upload.problem = self.error
                upload.save(update_fields=["state", "problem"])
        return True

    def details(self, result: bool) -> dict[str, Any]:
        """Name the job and the error."""
        return {**super().details(result), "state": self.state, "error": self.error}


@dataclass(kw_only=True)
class RescueJob(_Report):
    """The worker of a job is dead: queue it once more, or mark it lost."""

    verb = "insight.job_rescued"
    label = _lazy("found a run without its worker")

    def change(self) -> bool:
        """A job that somebody else rescued meanwhile is left alone."""
        self._state = queue.rescue(self.job, timezone.now())
        if self._state == Job.State.LOST and self.job.kind == Job.Kind.UNDERSTAND:
            upload = self.upload()
            if upload.revision == self.job.revision:
                upload.state = Upload.State.UNUSABLE
                upload.save(update_fields=["state"])
        return self._state is not None

    def details(self, result: bool) -> dict[str, Any]:
        """Name the job and what became of it."""
        return {**super().details(result), "state": str(self._state)}
