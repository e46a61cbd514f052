"""Lines and machines, and which of their signals says what."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.companies.models import Site
from deungdae.web.core.models import Owned
from deungdae.web.floor.models.calendars import ShiftCalendar
from deungdae.web.plant.models.told import Told


class Asset(Told):
    """A line, or a machine. A machine may stand alone (`line` is None).

    `path` is the beginning of its tags' names, such as line1/imm1. `calendar` None takes the
    organisation's default. `ideal_seconds` is the shortest time for one part. `stop_after_seconds`
    None lets the monitor take it from the usual cycle. `output` is the machine whose count is the
    line's. `products` maps the name of a product to its own ideal seconds. `ideals` are those that
    counted before, in order: {"until": microseconds UTC, "seconds", "confirmed", "products"}.
    """

    class Kind(models.TextChoices):
        """Its level in the structure of ISA-95."""

        LINE = "line", _("line")
        MACHINE = "machine", _("machine")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="machines"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100)
    template = models.CharField(max_length=20, default="generic")
    path = models.CharField(max_length=500, blank=True)
    order = models.PositiveIntegerField(default=0)
    calendar = models.ForeignKey(
        ShiftCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="assets"
    )
    ideal_seconds = models.FloatField(null=True)
    ideal_confirmed = models.BooleanField(default=False)
    parts_per_count = models.FloatField(default=1.0)
    stop_after_seconds = models.FloatField(null=True)
    micro_stop_seconds = models.FloatField(default=300.0)
    hour_cost = models.FloatField(null=True)
    output = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    products = models.JSONField(default=dict)
    ideals = models.JSONField(default=list)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("order", "name", "pk")
        indexes = (models.Index(fields=("organisation", "kind", "retired_at")),)
        constraints = (
            models.UniqueConstraint(
                fields=("site", "kind", "name"),
                condition=models.Q(retired_at=None),
                name="one_asset_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_line(self) -> bool:
        """Whether it is a line of machines."""
        return self.kind == self.Kind.LINE

    def get_absolute_url(self) -> str:
        """Return where it is set up."""
        return reverse("floor:asset_setup", args=(self.public_id,))


class Signal(Owned):
    """What one tag says of a machine.

    `params` holds what the role needs: `map` (observed value → state), `running_is_low`,
    `window_seconds`, `expected_seconds`, `scale`.
    """

    class Role(models.TextChoices):
        """What a signal says."""

        COUNTER = "counter", _("part counter")
        GOOD = "good_counter", _("good parts counter")
        SCRAP = "scrap_counter", _("scrap counter")
        REWORK = "rework_counter", _("rework counter")
        STATE = "state", _("machine state")
        RUN = "run", _("running signal")
        LOAD = "load", _("load (current, clamp, vibration)")
        CYCLE = "cycle_time", _("cycle time")
        PRODUCT = "product", _("product")
        LOT = "lot", _("lot")
        FAULT = "fault", _("fault")
        ENERGY = "energy", _("energy counter (kWh)")
        POWER = "power", _("power (kW)")
        WATCHED = "watched", _("watched value")

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="signals")
    role = models.CharField(max_length=20, choices=Role.choices)
    tag = models.CharField(max_length=500)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("asset", "role", "tag"), name="one_signal_of_a_role"),
        )

    def __str__(self) -> str:
        return f"{self.role}: {self.tag}"
