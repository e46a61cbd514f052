"""Seconds, counts, shares and money as a person reads them."""

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400


def lasting(seconds: float) -> str:
    """Return `14 min`, `1 h 20 min` or `2 days 3 h`, to the nearest; below a minute, seconds.

    To the nearest, because the lengths of a table are added up by whoever reads it.
    """
    for below, unit in ((MINUTE, 1), (DAY, MINUTE)):
        whole = int(max(seconds, 0) / unit + 0.5) * unit
        if whole < below:
            return _length(whole)
    return _length(int(seconds / HOUR + 0.5) * HOUR)


def so_far(seconds: float) -> str:
    """Return a length that goes on in the same words: a minute counts when it is full."""
    return _length(max(int(seconds), 0))


def _length(whole: int) -> str:
    if whole < MINUTE:
        return _("%(s)d s") % {"s": whole}
    if whole < HOUR:
        return _("%(m)d min") % {"m": whole // MINUTE}
    if whole < DAY:
        hours, minutes = whole // HOUR, whole % HOUR // MINUTE
        if not minutes:
            return _("%(h)d h") % {"h": hours}
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes}
    days, hours = whole // DAY, whole % DAY // HOUR
    if not hours:
        return _("%(d)d d") % {"d": days}
    return _("%(d)d d %(h)d h") % {"d": days, "h": hours}


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


def within(microseconds: int, start_us: int, end_us: int) -> str:
    """Return `14:02` of a time of a day or less, with the day before it in a longer one."""
    if (end_us - start_us) / 1e6 > DAY:
        return day_clock(microseconds, 0)
    return clock(microseconds)


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
