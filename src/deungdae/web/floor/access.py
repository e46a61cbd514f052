"""The only roads from an id to a line, a machine, a calendar, a reason, or what was said."""

from uuid import UUID

from deungdae.web.companies.models import Site
from deungdae.web.core.access import get_owned
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import (
    Asset,
    CalendarException,
    Reason,
    ScrapSaid,
    ShiftCalendar,
    StopSaid,
)


def get_asset(scope: Scope, public_id: UUID | str) -> Asset:
    """Return a line or machine within the scope; Http404 without one."""
    return get_owned(Asset, scope, public_id)


def get_calendar(scope: Scope, public_id: UUID | str) -> ShiftCalendar:
    """Return a shift calendar within the scope; Http404 without one."""
    return get_owned(ShiftCalendar, scope, public_id)


def get_exception(scope: Scope, public_id: UUID | str) -> CalendarException:
    """Return a day off or extra work within the scope; Http404 without one."""
    return get_owned(CalendarException, scope, public_id)


def get_site(scope: Scope, public_id: UUID | str) -> Site:
    """Return a site within the scope; Http404 without one."""
    return get_owned(Site, scope, public_id)


def get_reason(scope: Scope, public_id: UUID | str) -> Reason:
    """Return a reason within the scope; Http404 without one."""
    return get_owned(Reason, scope, public_id)


def get_stop(scope: Scope, public_id: UUID | str) -> StopSaid:
    """Return what was said of a stop within the scope; Http404 without it."""
    return get_owned(StopSaid, scope, public_id)


def get_scrap(scope: Scope, public_id: UUID | str) -> ScrapSaid:
    """Return what was said of scrap within the scope; Http404 without it."""
    return get_owned(ScrapSaid, scope, public_id)
