"""Shift reports as they were made, who gets them, and how far events were followed."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from deungdae.web.core.models import Owned
from deungdae.web.floor.models.assets import Asset


class ShiftReport(Owned):
    """The figures of one line or machine in one shift, frozen: a revision for each change since.

    `document` is what the monitor answered (see `floor.reporting.gathering`); `changes` what is
    different from the revision before: [[name, before, now]]. Revision 0 waits for its figures.
    `current` is the last revision, `looked_at` when it was held against the monitor last. `good`
    and `oee` stand beside for lists.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="shift_reports")
    day = models.DateField()
    shift = models.CharField(max_length=40)
    revision = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    document = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    current = models.BooleanField(default=True)
    looked_at = models.DateTimeField(null=True)
    good = models.FloatField(null=True)
    oee = models.FloatField(null=True)

    class Meta:
        ordering = ("-ended_at", "asset__order", "-revision")
        constraints = (
            models.UniqueConstraint(
                fields=("asset", "day", "shift", "revision"), name="one_report_of_a_revision"
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "ended_at")),
            models.Index(fields=("asset", "ended_at")),
        )

    def __str__(self) -> str:
        return f"{self.asset} {self.day} {self.shift}"

    def get_absolute_url(self) -> str:
        """Return where it is read."""
        return reverse("floor:shift", args=(self.asset.public_id, self.day, self.shift))


class ReportSubscription(Owned):
    """A member who gets the reports of one line or machine by mail at the end of each shift."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="subscriptions")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("person__name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("person", "asset"), name="one_subscription_each"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.asset}"


class Followed(Owned):
    """How far the monitor's events of one organisation were taken note of.

    `epoch` is that of the monitor's list; another one begins anew, and what was sent stays sent.
    """

    epoch = models.CharField(max_length=40, blank=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation",), name="one_place_in_the_events"),
        )

    def __str__(self) -> str:
        return f"{self.organisation}: {self.number}"
