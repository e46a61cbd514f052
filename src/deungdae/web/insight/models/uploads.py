"""Files that were handed in, and what people said about files of their shape."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from deungdae.web.companies.models import Site
from deungdae.web.core.models import Owned


class Mapping(Owned):
    """What people of one organisation said about files of one shape; applied to the next one.

    `shape` is the hash of sheet, column names and kinds (see `shape.py`); `answers` holds only
    what a person chose: sheet, target, bad, time, by, reason, ignore.
    """

    shape = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "shape"), name="one_mapping_of_each_shape"
            ),
        )

    def __str__(self) -> str:
        return f"{self.shape[:12]}: {', '.join(sorted(self.answers))}"


class Upload(Owned):
    """A file that came or is coming in, and how it was understood.

    `answers` is what a person said about this very file; `revision` grows with each answer, so
    that what was understood under an earlier one is not shown for it.
    """

    class State(models.TextChoices):
        """Where a file stands."""

        RECEIVING = "receiving", _("on its way")
        UNDERSTANDING = "understanding", _("being read")
        READY = "ready", _("read")
        UNUSABLE = "unusable", _("cannot be used")
        REMOVED = "removed", _("removed, its reports stay")

    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVING)
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    demo = models.BooleanField(default=False)
    answers = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    remembered = models.BooleanField(default=False)  #: whether a mapping of before was applied
    # What the run understood; empty until then.
    sha256 = models.CharField(max_length=64, blank=True)
    original = models.CharField(max_length=500, blank=True)  #: below the organisation's folder
    table = models.JSONField(null=True)
    shape = models.CharField(max_length=64, blank=True)
    first_shape = models.CharField(max_length=64, blank=True)  #: of the sheet that was guessed
    first_sheet = models.CharField(max_length=200, blank=True)
    rows = models.BigIntegerField(null=True)
    understanding = models.JSONField(null=True)
    preview_run = models.CharField(max_length=40, blank=True)
    problem = models.JSONField(null=True)  #: a public error as a document, see `runs.wire`

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=("organisation", "shape")),)

    def __str__(self) -> str:
        return self.name

    @property
    def options(self) -> dict[str, Any]:
        """What was said about the columns, as the jobs take it."""
        return {name: value for name, value in self.answers.items() if name != "sheet"}
