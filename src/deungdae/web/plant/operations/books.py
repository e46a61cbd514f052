"""The books of what came in: received = stored + quarantined + duplicate, for each source and hour.

The two sides are counted apart (see the bus's ledger), so a difference is a fault and never a
matter of rounding or of what is still under way: both sides of an hour are written in one step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.plant.operations.spans import moment


@dataclass(frozen=True)
class Sum:
    """Numbers of points."""

    received: int = 0
    stored: int = 0
    quarantined: int = 0
    duplicate: int = 0

    @property
    def missing(self) -> int:
        """Points that came in and were not accounted for; negative: the other way round."""
        return self.received - self.stored - self.quarantined - self.duplicate

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(
            self.received + other.received,
            self.stored + other.stored,
            self.quarantined + other.quarantined,
            self.duplicate + other.duplicate,
        )


@dataclass(frozen=True)
class Line:
    """One source in one hour, or in one day of the site; `start_us` is its beginning."""

    source: str
    name: str
    start_us: int
    sum: Sum


def total(lines: Iterable[Line]) -> Sum:
    """Return the sum of lines."""
    added = Sum()
    for line in lines:
        added = added + line.sum
    return added


def by_day(lines: Iterable[Line], zone: tzinfo) -> list[tuple[date, Sum]]:
    """Return the totals of days as the clocks of a place have them, the latest first."""
    days: dict[date, Sum] = {}
    for line in lines:
        day = moment(line.start_us).astimezone(zone).date()
        days[day] = days.get(day, Sum()) + line.sum
    return sorted(days.items(), reverse=True)


def by_source(lines: Iterable[Line]) -> Mapping[str, Sum]:
    """Return the totals of sources."""
    sources: dict[str, Sum] = {}
    for line in lines:
        sources[line.source] = sources.get(line.source, Sum()) + line.sum
    return sources


def explained(amount: Sum) -> str:
    """Say what a difference means, and what it does not; "" without one."""
    missing = amount.missing
    if missing > 0:
        return ngettext(
            "{n:,} point came in and was neither stored nor held back nor known already: it is "
            "lost. Note the hour, and have the journal of the gateway looked through.",
            "{n:,} points came in and were neither stored nor held back nor known already: they "
            "are lost. Note the hour, and have the journal of the gateway looked through.",
            missing,
        ).format(n=missing)
    if missing < 0:
        return ngettext(
            "{n:,} point more was accounted for than came in: something was counted twice. "
            "Nothing is lost; have the journal of the gateway looked through.",
            "{n:,} points more were accounted for than came in: something was counted twice. "
            "Nothing is lost; have the journal of the gateway looked through.",
            -missing,
        ).format(n=-missing)
    return ""


def answer(amount: Sum) -> str:
    """Say in one sentence whether the books of a span of time agree."""
    if not amount.received and not amount.missing:
        return _("Nothing came in during this time.")
    if amount.missing:
        return explained(amount)
    return ngettext(
        "All agrees: of {n:,} point that came in, each was stored, held back or known already.",
        "All agrees: of {n:,} points that came in, each was stored, held back or known already.",
        amount.received,
    ).format(n=amount.received)
