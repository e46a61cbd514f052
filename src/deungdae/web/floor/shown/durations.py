"""Seconds, counts, shares and money as a person reads them."""

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400


def lasting(seconds: float) -> str:
    """Return `14 min`, `1 h 20 min` or `2 days 3 h`; below a minute, seconds."""
    whole = max(int(seconds), 0)
    if whole < MINUTE:
        return _("%(s)d s") % {"s": whole}
    if whole < HOUR:
        return _("%(m)d min") % {"m": whole // MINUTE}
    if whole < DAY:
        hours, minutes = whole // HOUR, whole % HOUR // MINUTE
        if not minutes:
            return _("%(h)d h") % {"h": hours}
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes}
    return _("%(d)d d %(h)d h") % {"d": whole // DAY, "h": whole % DAY // HOUR}


def count(parts: float | None) -> str:
    """Return a number of parts, with separators of thousands; empty for None."""
    return "" if parts is None else f"{round(parts):,}"


def percent(share: float | None) -> str:
    """Return a share as `71%`; below ten with one decimal; empty for None."""
    if share is None:
        return ""
    value = 100 * share
    return f"{value:.1f}%" if 0.05 <= abs(value) < 9.95 else f"{value:.0f}%"


def money(won: float | None) -> str:
    """Return an amount in won, rounded to what it means: three digits."""
    if won is None:
        return ""
    rounded = float(f"{won:.3g}")
    return _("%(won)s won") % {"won": f"{rounded:,.0f}"}


def moment(microseconds: int) -> datetime:
    """Return a time of the monitor in the reader's time zone."""
    return datetime.fromtimestamp(microseconds / 1e6, timezone.get_current_timezone())


def clock(microseconds: int, *, seconds: bool = False) -> str:
    """Return `14:02`, in the reader's time zone."""
    return f"{moment(microseconds):%H:%M:%S}" if seconds else f"{moment(microseconds):%H:%M}"


def day_clock(microseconds: int, today_us: int) -> str:
    """Return `14:02`, with the day before it where it is not today's."""
    at = moment(microseconds)
    if at.date() == moment(today_us).date():
        return f"{at:%H:%M}"
    return _("%(month)d/%(day)d %(time)s") % {
        "month": at.month,
        "day": at.day,
        "time": f"{at:%H:%M}",
    }
