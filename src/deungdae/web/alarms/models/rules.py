"""When an alarm comes, how urgent it is, and what is to be done then."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.floor.models import Asset
from deungdae.web.plant.models.told import Told


class AlarmRule(Told):
    """One alarm. `asset` is whose it is; a rule about a tag may have none.

    `condition` holds what its kind needs, as the monitor reads it: limits, lengths of time, states
    (see docs/reference/monitor.md). `policy_id` is the public id of the policy by which people are
    told; None is the organisation's default.
    """

    class Kind(models.TextChoices):
        """What it looks at."""

        LIMITS = "limits", _("a value beyond its limits")
        RATE = "rate", _("a value that changes too fast")
        STALE = "stale", _("a value that no longer comes")
        ONE_OF = "one_of", _("a certain value or text")
        MACHINE = "machine", _("a machine that stands")
        SPC = "spc", _("a value that leaves its usual pattern")
        SCORE = "score", _("an anomaly watch")

    class Priority(models.TextChoices):
        """How soon somebody must act."""

        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    asset = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="alarm_rules"
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    tag = models.CharField(max_length=500, blank=True)
    watch_id = models.UUIDField(null=True)  #: of the anomaly watch whose score it looks at
    condition = models.JSONField(default=dict)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices)
    latching = models.BooleanField(default=False)
    causes = models.JSONField(default=list)  #: public ids of the rules that this one brings about
    policy_id = models.UUIDField(null=True)
    meaning = models.TextField(_("what it means"), blank=True, max_length=1000)
    remedy = models.TextField(_("what to do"), blank=True, max_length=1000)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(retired_at=None),
                name="one_alarm_rule_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("alarms:rule", args=(self.public_id,))

    def seconds(self, name: str) -> float:
        """Return a length of time of the condition in seconds, 0 where it has none."""
        value: Any = self.condition.get(name)
        return float(value) if value else 0.0
