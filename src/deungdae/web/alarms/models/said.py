"""What people said of one occurrence: what was done, and whether the alarm was right.

An occurrence is named by its rule and its number; what became of it the monitor knows. The verdict
is kept here as well, because it is a label that must outlive what the monitor keeps.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from deungdae.web.alarms.models.rules import AlarmRule
from deungdae.web.core.models import Owned


class _Said(Owned):
    rule = models.ForeignKey(AlarmRule, on_delete=models.CASCADE, related_name="+")
    occurrence = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        abstract = True


class AlarmNote(_Said):
    """What somebody did, or found. `took_seconds` is how long the alarm had stood by then."""

    text = models.TextField(_("what was done"), max_length=1000)
    took_seconds = models.FloatField(null=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("rule", "occurrence")),)

    def __str__(self) -> str:
        return self.text[:60]


class AlarmVerdict(_Said):
    """Whether the alarm was right; the last word counts. `told` says that the monitor has it."""

    class Verdict(models.TextChoices):
        """The two answers."""

        TRUE = "true", _("real")
        FALSE = "false", _("false alarm")

    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    raised_at = models.DateTimeField(null=True)
    told = models.BooleanField(default=False)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "occurrence"), name="one_verdict_of_an_occurrence"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_verdict_display())
