"""Shift calendars: made, changed, given versions and exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.floor import telling
from deungdae.web.floor.models import Asset, CalendarException, CalendarVersion, ShiftCalendar
from deungdae.web.plant.errors import Refused

MOST_EXCEPTIONS = 2_000


@dataclass(kw_only=True)
class _OfCalendar(Action[ShiftCalendar]):
    """A change of one calendar, which the bus follows."""

    right = "floor.manage"

    def details(self, result: ShiftCalendar) -> dict[str, Any]:
        """Say which."""
        return {"calendar": result.name}

    def after_commit(self, result: ShiftCalendar) -> None:
        """Let the monitor know."""
        telling.tell_calendar(result)


@dataclass(kw_only=True)
class MakeCalendar(_OfCalendar):
    """Make a calendar with its first version. The first one of an organisation is its default."""

    verb = "floor.calendar_made"
    label = _lazy("made a shift calendar")

    name: str
    since: date
    pattern: Mapping[str, Any]
    time_zone: str = "Asia/Seoul"
    day_cut: int = 480
    country: str = "KR"

    def change(self) -> ShiftCalendar:
        """Return the calendar."""
        rows = ShiftCalendar.objects.within(self.scope).filter(
            organisation=self.organisation, retired_at=None
        )
        check_name(rows, self.name, None)
        made: ShiftCalendar = ShiftCalendar.objects.create(
            organisation=self.organisation,
            name=self.name.strip(),
            time_zone=self.time_zone,
            day_cut=self.day_cut,
            country=self.country,
            is_default=not rows.filter(is_default=True).exists(),
        )
        CalendarVersion.objects.create(
            organisation=self.organisation,
            calendar=made,
            since=self.since,
            pattern=dict(self.pattern),
        )
        return made

    def after_commit(self, result: ShiftCalendar) -> None:
        """Let the monitor know; the default counts for machines without a calendar of their own."""
        super().after_commit(result)
        if result.is_default:
            telling.tell_assets(self.organisation)


@dataclass(kw_only=True)
class ChangeCalendar(_OfCalendar):
    """Change name, time zone, day cut, country, or make it the default."""

    verb = "floor.calendar_changed"
    label = _lazy("changed a shift calendar")

    calendar: ShiftCalendar
    name: str
    time_zone: str
    day_cut: int
    country: str
    is_default: bool

    def change(self) -> ShiftCalendar:
        """Return it as it is now. There is always one default: another takes over, none is left."""
        rows = ShiftCalendar.objects.within(self.scope).filter(
            organisation=self.organisation, retired_at=None
        )
        check_name(rows, self.name, self.calendar)
        if self.is_default and not self.calendar.is_default:
            for other in rows.filter(is_default=True):
                other.alter(self.scope, is_default=False)
        self._other_default = self.is_default and not self.calendar.is_default
        self.calendar.alter(
            self.scope,
            name=self.name.strip(),
            time_zone=self.time_zone,
            day_cut=self.day_cut,
            country=self.country,
            is_default=self.is_default or self.calendar.is_default,
        )
        return self.calendar

    def after_commit(self, result: ShiftCalendar) -> None:
        """Let the monitor know."""
        super().after_commit(result)
        if self._other_default:
            telling.tell_assets(self.organisation)


@dataclass(kw_only=True)
class SetPattern(_OfCalendar):
    """Work by a pattern from a day on; what was worked before that day stays as it was."""

    verb = "floor.pattern_set"
    label = _lazy("set the shifts of a calendar")

    calendar: ShiftCalendar
    since: date
    pattern: Mapping[str, Any]

    def change(self) -> ShiftCalendar:
        """Make a version, or replace the one that begins on this day."""
        rows = self.calendar.versions.within(self.scope)
        if not rows.filter(since=self.since).update(pattern=dict(self.pattern)):
            CalendarVersion.objects.create(
                organisation=self.calendar.organisation,
                calendar=self.calendar,
                since=self.since,
                pattern=dict(self.pattern),
            )
        self.calendar.alter(self.scope)
        return self.calendar

    def details(self, result: ShiftCalendar) -> dict[str, Any]:
        """Say from when."""
        return {"calendar": result.name, "since": self.since.isoformat()}


@dataclass(kw_only=True)
class RemoveVersion(_OfCalendar):
    """Remove a version; the one before it holds on. The last one cannot be removed."""

    verb = "floor.pattern_removed"
    label = _lazy("removed a version of a shift calendar")

    calendar: ShiftCalendar
    since: date

    def change(self) -> ShiftCalendar:
        """Remove the row; the record says that it was there."""
        rows = self.calendar.versions.within(self.scope)
        if rows.count() < 2:
            raise Refused(_("A calendar needs a version; change this one."))
        rows.filter(since=self.since).delete()
        self.calendar.alter(self.scope)
        return self.calendar

    def details(self, result: ShiftCalendar) -> dict[str, Any]:
        """Say which."""
        return {"calendar": result.name, "since": self.since.isoformat()}


@dataclass(kw_only=True)
class AddException(_OfCalendar):
    """Let a day be off, or one shift of it (`extra` None); or have work beside the pattern."""

    verb = "floor.exception_added"
    label = _lazy("entered a day off or extra work")

    calendar: ShiftCalendar
    day: date
    shift: str = ""
    extra: Mapping[str, Any] | None = None
    reason: str = ""

    def change(self) -> ShiftCalendar:
        """Add the row; the same twice stands once."""
        rows = CalendarException.objects.within(self.scope).filter(calendar=self.calendar)
        if rows.count() >= MOST_EXCEPTIONS:
            raise Refused(_("The calendar has too many exceptions; change its pattern."))
        closed = self.extra is None
        same = rows.filter(day=self.day, closed=closed, shift=self.shift)
        if any(row.extra == (None if closed else dict(self.extra or {})) for row in same):
            raise Refused(_("This is entered already."))
        CalendarException.objects.create(
            organisation=self.calendar.organisation,
            calendar=self.calendar,
            day=self.day,
            closed=closed,
            shift=self.shift,
            extra=None if self.extra is None else dict(self.extra),
            reason=self.reason,
        )
        self.calendar.alter(self.scope)
        return self.calendar

    def details(self, result: ShiftCalendar) -> dict[str, Any]:
        """Say which day."""
        return {
            "calendar": result.name,
            "day": self.day.isoformat(),
            "off": self.extra is None,
            "reason": self.reason,
        }


@dataclass(kw_only=True)
class RemoveException(_OfCalendar):
    """Let a day be as the pattern says again."""

    verb = "floor.exception_removed"
    label = _lazy("removed a day off or extra work")

    exception: CalendarException

    def change(self) -> ShiftCalendar:
        """Remove the row; the record says that it was there."""
        calendar: ShiftCalendar = self.exception.calendar
        self._day = self.exception.day
        CalendarException.objects.within(self.scope).filter(pk=self.exception.pk).delete()
        calendar.alter(self.scope)
        return calendar

    def details(self, result: ShiftCalendar) -> dict[str, Any]:
        """Say which day."""
        return {"calendar": result.name, "day": self._day.isoformat()}


@dataclass(kw_only=True)
class RetireCalendar(_OfCalendar):
    """Take a calendar off the list that no line works by."""

    verb = "floor.calendar_retired"
    label = _lazy("retired a shift calendar")

    calendar: ShiftCalendar

    def change(self) -> ShiftCalendar:
        """Keep the row."""
        used = Asset.objects.within(self.scope).filter(calendar=self.calendar, retired_at=None)
        if used.exists():
            raise Refused(
                _("%(name)s works by it; give it another calendar first.") % {"name": used.first()}
            )
        if self.calendar.is_default:
            raise Refused(_("This is the usual calendar; make another one the usual one first."))
        self.calendar.alter(self.scope, retired_at=timezone.now())
        return self.calendar


def check_name(rows: Any, name: str, own: ShiftCalendar | None) -> None:
    """Refuse a name that another calendar has."""
    if not name.strip():
        raise Refused(_("Give it a name."))
    if rows.filter(name=name.strip()).exclude(pk=own.pk if own else 0).exists():
        raise Refused(_("There is a calendar of this name already."))
