"""How many parts were meant to be made."""

from django.db import models

from deungdae.web.core.models import Owned
from deungdae.web.floor.models.assets import Asset


class Plan(Owned):
    """Good parts that a line or machine is to make on a production day in a shift.

    `shift` "" is the whole day.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="plans")
    day = models.DateField()
    shift = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ("-day", "asset__order", "shift")
        constraints = (
            models.UniqueConstraint(fields=("asset", "day", "shift"), name="one_plan_of_a_shift"),
        )
        indexes = (models.Index(fields=("organisation", "day")),)

    def __str__(self) -> str:
        return f"{self.asset} {self.day} {self.shift}: {self.count}"
