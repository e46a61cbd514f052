"""When a production day begins: the day cut of the calendar by which a line or machine works."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from deungdae.web.core.scope import Scope
from deungdae.web.floor.copies import calendar_of
from deungdae.web.floor.models import Asset, ShiftCalendar


@dataclass(frozen=True)
class Cut:
    """The minute of the day at which production days begin, in the calendar's time zone.

    Without a calendar it is midnight where the reader is.
    """

    minutes: int = 0
    zone: tzinfo | None = None

    def begins(self, day: date) -> int:
        """Return when a production day begins, in microseconds."""
        clock = time(self.minutes // 60, self.minutes % 60)
        return int(datetime.combine(day, clock, self._zone()).timestamp()) * 1_000_000

    def day_of(self, time_us: int) -> date:
        """Return the production day of an instant that no shift covers."""
        wall = datetime.fromtimestamp(time_us / 1e6, self._zone()).replace(tzinfo=None)
        return (wall - timedelta(minutes=self.minutes)).date()

    def _zone(self) -> tzinfo:
        return self.zone or timezone.get_current_timezone()


def cut_of(scope: Scope, asset: Asset) -> Cut:
    """Return the cut that counts for a line or machine."""
    rows = ShiftCalendar.objects.within(scope).filter(organisation=asset.organisation)
    calendar = calendar_of(asset, rows.filter(is_default=True, retired_at=None).first())
    return Cut() if calendar is None else Cut(calendar.day_cut, ZoneInfo(calendar.time_zone))
