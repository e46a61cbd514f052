"""Something else than the causes is asked of a file: a method with its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.insight import queue
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Analysis, Job, Specification, Upload


@dataclass(kw_only=True)
class AskMethod(Action[Analysis]):
    """Have a method carried out on a file that was read.

    `limits` are the specification limits that were told, by column: (lower, upper, target). They
    are remembered for the next file of this shape.
    """

    verb = "insight.method_asked"
    label = _lazy("asked for an analysis")
    right = "insight.work"
    upload: Upload
    method: str
    options: Mapping[str, Any]
    about: Analysis | None = None
    limits: Mapping[str, tuple[float | None, float | None, float | None]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.organisation = self.upload.organisation

    def change(self) -> Analysis:
        """Raises `Refused` for a file that was not read yet."""
        upload = Upload.objects.within(self.scope).select_for_update().get(pk=self.upload.pk)
        if not upload.table or upload.understanding is None:
            raise Refused(_("This file is not understood yet, so nothing can be started."))
        self._remember(upload)
        # A second click while the first one's work is under way leads to the same page.
        for open_one in Analysis.objects.within(self.scope).filter(
            upload=upload, method=self.method, about=self.about, jobs__state__in=Job.OPEN
        ):
            if (open_one.options, open_one.table) == (dict(self.options), upload.table):
                return open_one
        analysis = Analysis.objects.create(
            organisation=self.organisation,
            upload=upload,
            method=self.method,
            about=self.about,
            title=upload.name,
            asked_by=self.scope.person,
            options=dict(self.options),
            table=upload.table,
            understanding=upload.understanding,
            sheet_told="sheet" in upload.answers,
            shape=upload.shape,
            demo=upload.demo,
        )
        queue.add(Job.Kind.ANALYSE, upload, asked_by=self.scope.person, analysis=analysis)
        return analysis

    def _remember(self, upload: Upload) -> None:
        for column, (lower, upper, target) in self.limits.items():
            Specification.objects.within(self.scope).update_or_create(
                organisation=self.organisation,
                shape=upload.shape,
                column=column,
                defaults={
                    "lower": lower,
                    "upper": upper,
                    "target": target,
                    "changed_by": self.scope.person,
                },
            )

    def details(self, result: Analysis) -> dict[str, Any]:
        """Name the analysis, its method and its options."""
        return {
            "analysis": str(result.public_id),
            "title": result.title,
            "method": self.method,
            "options": dict(self.options),
        }
