"""What is to be told outside of the pages: mails, and messages through other channels."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models.organisations import Owned


class Outgoing(Owned):
    """One message to one recipient, from the moment it is due until it is sent or given up.

    `key` says what it is about and to whom; the same is never there twice. `carrier` is the way it
    goes (`mail`, or one that an app adds), `target` what that carrier needs to find the recipient,
    `to` what a reader of the list sees. `document` is for carriers that programs listen to. `error`
    is the message of the last failure. `twice` says that a sender died while it sent: what was sent
    may have been sent before.
    """

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        LATE = "late", _("too late, not sent")

    class Kind(models.TextChoices):
        """What it is about."""

        ALARM = "alarm", _("alarm")
        REPORT = "report", _("shift report")
        WATCH = "watch", _("watch")
        TEST = "test", _("test")

    key = models.CharField(max_length=250)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    carrier = models.CharField(max_length=10, default="mail")
    target = models.CharField(max_length=254)
    to = models.CharField(max_length=254)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    subject = models.CharField(max_length=250)
    text = models.TextField()
    document = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    claim = models.UUIDField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    twice = models.BooleanField(default=False)
    error = models.JSONField(null=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "key"), name="one_message_of_a_key"),
        )
        indexes = (
            models.Index(fields=("state", "next_at")),
            models.Index(fields=("organisation", "made_at")),
        )

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
