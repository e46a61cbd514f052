"""Lengths of time and sizes in words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(time_us: int) -> datetime:
    """Return the time that so many microseconds after 1970-01-01 UTC are."""
    return _EPOCH + timedelta(microseconds=time_us)


def microseconds(at: datetime) -> int:
    """Return an aware time in microseconds since 1970-01-01 UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def spoken(span_us: int) -> str:
    """Return a length of time in its one or two largest units; its sign is left to the sentence."""
    span_us = abs(span_us)
    if span_us < SECOND_US:
        return _("less than a second")
    if span_us < MINUTE_US:
        return _seconds(span_us // SECOND_US)
    if span_us < HOUR_US:
        return _two(_minutes, span_us // MINUTE_US, _seconds, span_us % MINUTE_US // SECOND_US)
    if span_us < DAY_US:
        return _two(_hours, span_us // HOUR_US, _minutes, span_us % HOUR_US // MINUTE_US)
    return _two(_days, span_us // DAY_US, _hours, span_us % DAY_US // HOUR_US)


def rounded(span_us: int) -> int:
    """Return a span to the quarter hour if it is within a minute of one, as of a clock."""
    quarter = 15 * MINUTE_US
    near = round(span_us / quarter) * quarter
    return near if near and abs(span_us - near) <= MINUTE_US else span_us


def _two(large: Callable[[int], str], n: int, small: Callable[[int], str], rest: int) -> str:
    # Beside ten of the larger unit the smaller one says nothing to anybody.
    return f"{large(n)} {small(rest)}" if rest and n < 10 else large(n)


def _seconds(n: int) -> str:
    return ngettext("{n} second", "{n} seconds", n).format(n=n)


def _minutes(n: int) -> str:
    return ngettext("{n} minute", "{n} minutes", n).format(n=n)


def _hours(n: int) -> str:
    return ngettext("{n} hour", "{n} hours", n).format(n=n)


def _days(n: int) -> str:
    return ngettext("{n} day", "{n} days", n).format(n=n)
