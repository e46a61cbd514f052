"""When lines are meant to work: calendars, by version, with exceptions."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Owned
from deungdae.web.plant.models.told import Told


class ShiftCalendar(Told):
    """A calendar of shifts that lines share. `country` "" knows no public holidays.

    `day_cut` is the minute of the day at which a production day begins, for what no shift covers.
    """

    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(max_length=50, default="Asia/Seoul")
    day_cut = models.PositiveIntegerField(default=8 * 60)
    country = models.CharField(max_length=2, default="KR", blank=True)
    is_default = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-is_default", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation",), condition=Q(is_default=True), name="one_default_calendar"
            ),
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(retired_at=None),
                name="one_calendar_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where it stands."""
        return reverse("floor:calendar", args=(self.public_id,))


class CalendarVersion(Owned):
    """A pattern, and the production day from which it holds until the next version's."""

    calendar = models.ForeignKey(ShiftCalendar, on_delete=models.CASCADE, related_name="versions")
    since = models.DateField()
    pattern = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("since",)
        constraints = (
            models.UniqueConstraint(fields=("calendar", "since"), name="one_version_of_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.calendar} {self.since}"


class CalendarException(Owned):
    """A day off (휴무), or one shift of it; or work beside the pattern (잔업, 특근).

    `closed` with `shift` "" is the whole day. Otherwise `extra` holds the shift that is worked.
    """

    calendar = models.ForeignKey(ShiftCalendar, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField()
    closed = models.BooleanField(default=True)
    shift = models.CharField(max_length=40, blank=True)
    extra = models.JSONField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("day", "pk")
        indexes = (models.Index(fields=("calendar", "day")),)

    def __str__(self) -> str:
        return f"{self.calendar} {self.day}"
