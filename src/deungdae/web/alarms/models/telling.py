"""Who is told, and by which way."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.alarms.models.rules import AlarmRule
from deungdae.web.core.models import Owned, Person


class Channel(Owned):
    """A way out that belongs to the organisation: a mailbox, a program, a chat service.

    `sealed` is its address, which may hold secrets; `shown` is what a page may show of it.
    `sealed_secret` signs what a program is sent. `tried` is how the last try went.
    """

    class Kind(models.TextChoices):
        """The ways."""

        MAIL = "mail", _("e-mail address")
        WEBHOOK = "webhook", _("program (webhook)")
        APPRISE = "apprise", _("chat or push service")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sealed = models.TextField(editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    shown = models.CharField(max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=Person.LANGUAGES, default="ko")
    made_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    tried_well = models.BooleanField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(retired_at=None),
                name="one_channel_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("alarms:channel", args=(self.public_id,))


class TellingPolicy(Owned):
    """Who is told of an alarm, in which order.

    Outside of shifts only alarms from `quiet_below` upwards are told; "" tells all at any hour.
    """

    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(default=False)
    quiet_below = models.CharField(
        max_length=10, choices=AlarmRule.Priority.choices, default="high", blank=True
    )
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-is_default", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation",), condition=Q(is_default=True), name="one_default_policy"
            ),
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(retired_at=None),
                name="one_policy_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("alarms:policy", args=(self.public_id,))


class TellingStep(Owned):
    """Whom to tell once nobody has acknowledged for `after_minutes`; 0 is at once.

    With `worked` only time within shifts counts. `roles` are those of members; `people` and
    `channels` (public ids) are told besides.
    """

    policy = models.ForeignKey(TellingPolicy, on_delete=models.CASCADE, related_name="steps")
    after_minutes = models.PositiveIntegerField(default=0)
    worked = models.BooleanField(default=False)
    roles = models.JSONField(default=list)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    channels = models.JSONField(default=list)

    class Meta:
        ordering = ("after_minutes", "pk")

    def __str__(self) -> str:
        return f"{self.policy} +{self.after_minutes} min"


class AlarmMail(Owned):
    """How many alarms one member wants by e-mail; without a row: all that policies send."""

    class Wants(models.TextChoices):
        """The choices."""

        ALL = "all", _("all that the policies send me")
        HIGH = "high", _("only those of high priority")
        NONE = "none", _("no alarm")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    wants = models.CharField(max_length=10, choices=Wants.choices, default=Wants.ALL)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "person"), name="one_wish_each"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.wants}"
