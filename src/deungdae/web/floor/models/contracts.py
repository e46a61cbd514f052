"""What a site's electricity costs."""

from django.db import models

from deungdae.web.companies.models import Site
from deungdae.web.core.models import Owned


class PowerContract(Owned):
    """A site's electricity contract from a day on, until the next one's; history keeps its own.

    `tariff` is a name that the monitor knows, "" for none. `prices` are the nine of the bill in won
    per kWh (light, mid and peak load of summer, of spring and autumn, of winter), None for those of
    the tariff. `base` is won per kW and month, `contract_kw` the contracted power. An `example` was
    entered for the demo and is nobody's contract.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    since = models.DateField()
    tariff = models.CharField(max_length=100, blank=True)
    prices = models.JSONField(null=True)
    base = models.FloatField(null=True)
    contract_kw = models.FloatField(null=True)
    example = models.BooleanField(default=False)

    class Meta:
        ordering = ("since",)
        constraints = (
            models.UniqueConstraint(fields=("site", "since"), name="one_power_contract_of_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.site} {self.since}"
