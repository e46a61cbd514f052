"""Machines whose clock is wrong: what is added to their times from now on."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from deungdae.web.core.models import Owned


class ClockShift(Owned):
    """Microseconds that are added to the times of a source, or of its tags below a prefix.

    In force until `ended_at`. `source` is the name in the history: an agent's, a source's or a
    group's.
    """

    source = models.CharField(max_length=64)
    prefix = models.CharField(max_length=500, blank=True)
    shift_us = models.BigIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "source", "prefix"),
                condition=Q(ended_at=None),
                name="one_shift_of_a_prefix",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.prefix}: {self.shift_us} µs"
