"""A watch, and what people said of the anomalies it found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Owned
from deungdae.web.floor.models import Asset
from deungdae.web.plant.models.told import Told


class Watch(Told):
    """Tags of a machine, compared with a good period (microseconds UTC, end excluded).

    `lesson` is counted up whenever the period is to be learned anew. `method` "" lets the back-test
    choose. `per_week` is how many false alarms a week somebody is willing to see.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="watches")
    name = models.CharField(_("name"), max_length=100)
    tags = models.JSONField(default=list)
    start_us = models.BigIntegerField()
    end_us = models.BigIntegerField()
    exclude = models.JSONField(default=list)  #: [[start, end]] within the period
    per_week = models.FloatField(default=1.0)
    method = models.CharField(max_length=20, blank=True)
    lesson = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("asset__order", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(retired_at=None),
                name="one_watch_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("watches:watch", args=(self.public_id,))


class AnomalyVerdict(Owned):
    """What somebody said of one anomaly, which began at `began_us` and lasted to `ended_us`.

    The bounds may move a little when a watch is learned anew: a verdict is of what it overlaps.
    """

    class Verdict(models.TextChoices):
        """Whether something was wrong."""

        REAL = "real", _("real")
        FALSE = "false", _("false alarm")

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="verdicts")
    began_us = models.BigIntegerField()
    ended_us = models.BigIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-began_us", "pk")
        constraints = (
            models.UniqueConstraint(fields=("watch", "began_us"), name="one_verdict_each"),
        )

    def __str__(self) -> str:
        return f"{self.watch} {self.began_us} {self.verdict}"
