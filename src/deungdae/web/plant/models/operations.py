"""What was seen of agents while time passed: the evidence by which a gap is explained later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Owned


class Watched(Owned):
    """What the watch last knew of one edge agent, so that it notices what has changed since."""

    edge = models.CharField(max_length=64)
    at = models.DateTimeField()
    document = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "edge"), name="one_watch_of_an_edge"),
        )

    def __str__(self) -> str:
        return self.edge


class Episode(Owned):
    """Something that was so for a while at one source, such as a machine that did not answer.

    Nobody writes it but the watch, once a minute; it is no change that somebody made, so it stands
    here and not in the record. `subject` is the machine or the reason that it concerns, `about`
    plain JSON data to be put into words, `count` how much or how often.
    """

    class What(models.TextChoices):
        """What was so."""

        SILENT = "silent", _("silent")
        UNREACHABLE = "unreachable", _("machine not reached")
        LOST = "lost", _("readings lost")
        CLOCK = "clock", _("clock of its computer jumped")
        MACHINE_CLOCK = "machine_clock", _("clock of a machine jumped")
        CONFIGURED = "configured", _("new configuration")
        REFUSED = "refused", _("configuration refused")
        UNWATCHED = "unwatched", _("nobody watched")

    edge = models.CharField(max_length=64, blank=True)  #: "" concerns all of the organisation
    what = models.CharField(max_length=20, choices=What.choices)
    subject = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    count = models.BigIntegerField(default=1)
    about = models.JSONField(default=dict)

    class Meta:
        ordering = ("-began_at", "-pk")
        indexes = (models.Index(fields=("organisation", "edge", "began_at")),)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "edge", "what", "subject"),
                condition=Q(ended_at=None),
                name="one_open_episode_of_a_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.edge} {self.what} {self.subject}".strip()
