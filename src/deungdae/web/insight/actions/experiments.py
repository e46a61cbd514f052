"""The filled sheet of an experiment comes in, and is judged."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.insight import folders, queue
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.methods import EXPERIMENT, PLAN
from deungdae.web.insight.models import Analysis, Job, Upload


@dataclass(kw_only=True)
class JudgeExperiment(Action[Analysis]):
    """Have the filled sheet of a plan judged; its bytes are there, and nothing has read them."""

    verb = "insight.experiment_handed_in"
    label = _lazy("handed in the sheet of an experiment")
    right = "insight.work"
    upload: Upload
    plan: Analysis

    def __post_init__(self) -> None:
        self.organisation = self.plan.organisation

    def change(self) -> Analysis:
        """Raises `Refused` for what is no finished plan, or while bytes are missing."""
        upload = Upload.objects.within(self.scope).select_for_update().get(pk=self.upload.pk)
        if self.plan.method != PLAN or self.plan.finished_at is None:
            raise Refused(_("This is no plan of an experiment."))
        if upload.state != Upload.State.RECEIVING or folders.received(upload) != upload.size:
            raise Refused(_("This sheet did not come in whole. Choose it again."))
        # It is not a table of parts: the method itself reads it, by the plan.
        upload.state = Upload.State.READY
        upload.save(update_fields=["state"])
        analysis = Analysis.objects.create(
            organisation=self.organisation,
            upload=upload,
            method=EXPERIMENT,
            about=self.plan,
            title=upload.name,
            asked_by=self.scope.person,
            demo=self.plan.demo,
        )
        queue.add(Job.Kind.ANALYSE, upload, asked_by=self.scope.person, analysis=analysis)
        return analysis

    def details(self, result: Analysis) -> dict[str, Any]:
        """Name the analysis and the plan."""
        return {
            "analysis": str(result.public_id),
            "title": result.title,
            "plan": str(self.plan.public_id),
        }
