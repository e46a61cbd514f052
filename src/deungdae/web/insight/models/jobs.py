"""The queue of runs: a row each, claimed by conditional update (see `queue.py`)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Owned
from deungdae.web.insight.models.analyses import Analysis
from deungdae.web.insight.models.uploads import Upload


class Job(Owned):
    """Work for a worker. `claim` is new with every claim: who holds an old one holds nothing.

    One that forgets has no upload, which may be gone already; `given` says what to remove.
    `step` and `share` are the progress of the run, `error` the public error it ended in, as a
    document (see `runs.wire`).
    """

    class Kind(models.TextChoices):
        """What there is to do."""

        UNDERSTAND = "understand", _("read the file")
        ANALYSE = "analyse", _("find the causes")
        RENDER = "render", _("write the report")
        FORGET = "forget", _("remove a file")

    class State(models.TextChoices):
        """Where the work stands. `lost`: its worker died twice, a person must start it again."""

        QUEUED = "queued", _("waiting")
        CLAIMED = "claimed", _("starting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("stopped")
        LOST = "lost", _("interrupted")

    HELD = (State.CLAIMED, State.RUNNING)
    OPEN = (State.QUEUED, *HELD)

    kind = models.CharField(max_length=20, choices=Kind.choices)
    upload = models.ForeignKey(Upload, null=True, on_delete=models.CASCADE, related_name="jobs")
    given = models.JSONField(default=dict)
    analysis = models.ForeignKey(Analysis, null=True, on_delete=models.CASCADE, related_name="jobs")
    revision = models.PositiveIntegerField(default=0)  #: of the upload, when it was asked for
    state = models.CharField(max_length=20, choices=State.choices, default=State.QUEUED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    step = models.CharField(max_length=40, blank=True)
    share = models.FloatField(default=0.0)
    error = models.JSONField(null=True)

    class Meta:
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(fields=("state", "kind", "created_at")),
            # Lists ask for the latest search of each analysis; without this, SQLite goes through
            # all jobs of the organisation for every line of the list.
            models.Index(fields=("analysis", "kind", "-created_at", "-id")),
        )
        constraints = (
            # Twice the same analysis at once is impossible, not only unlikely.
            models.UniqueConstraint(
                fields=("analysis",),
                condition=Q(state__in=("queued", "claimed", "running")),
                name="one_open_job_of_an_analysis",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.upload_id} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in self.OPEN
