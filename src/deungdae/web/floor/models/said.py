"""What people say: why it stopped, what was scrap, what the next shift should know."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Owned
from deungdae.web.floor.models.assets import Asset
from deungdae.web.plant.models.told import Told


class Reason(Owned):
    """A reason that operators choose from. `state` is the class of time that a stop counts as."""

    class Kind(models.TextChoices):
        """Of what it is a reason."""

        STOP = "stop", _("stop")
        SCRAP = "scrap", _("scrap")

    class State(models.TextChoices):
        """What a stop with this reason was, as losses are told apart."""

        DOWN = "down", _("breakdown")
        SETUP = "setup", _("changeover and setting up")
        STARVED = "starved", _("waiting for material")
        BLOCKED = "blocked", _("blocked by what follows")
        STOPPED = "stopped", _("stopped otherwise")

    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    word_ko = models.CharField(max_length=60)
    word_en = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, blank=True)
    order = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("kind", "order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "code"), name="one_reason_of_a_code"),
        )

    def __str__(self) -> str:
        return self.word

    @property
    def word(self) -> str:
        """Its word in the reader's language."""
        return self.word_ko if (get_language() or "ko").startswith("ko") else self.word_en


class StopSaid(Told):
    """Why a machine stood still from one instant to another, as somebody said.

    Microseconds UTC; `ended_us` None while it still stands. `reason` is the code of a `Reason`.
    What was said is taken back by `withdrawn_at`; the row stays. The monitor has confirmed the
    revision `told`.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    began_us = models.BigIntegerField()
    ended_us = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=Reason.State.choices)
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-began_us", "-pk")
        indexes = (models.Index(fields=("asset", "began_us")),)

    def __str__(self) -> str:
        return f"{self.asset} {self.reason}"


class ScrapSaid(Told):
    """Parts that somebody set aside by hand: scrapped, or to be reworked."""

    class Kind(models.TextChoices):
        """What becomes of the parts."""

        SCRAPPED = "scrapped", _("scrapped")
        REWORKED = "reworked", _("reworked")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    at_us = models.BigIntegerField()
    count = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SCRAPPED)
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at_us", "-pk")
        indexes = (models.Index(fields=("asset", "at_us")),)

    def __str__(self) -> str:
        return f"{self.asset} {self.reason}: {self.count}"


class ShiftNote(Owned):
    """What one shift tells the next; `asset` None is for the whole site."""

    asset = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    shift = models.CharField(max_length=40)
    text = models.CharField(max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-said_at", "-pk")
        indexes = (models.Index(fields=("organisation", "day")),)

    def __str__(self) -> str:
        return f"{self.day} {self.shift}"
