"""Tells the monitor what people said, and the bus what is drawn here; repeated once a minute.

Nothing here raises while there is no bus or no monitor: each function says whether it was
confirmed. A row remembers how far it was told, so that a page can say what does not count yet.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from django.utils import timezone

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.floor import copies
from deungdae.web.floor.models import Asset, ScrapSaid, ShiftCalendar, StopSaid
from deungdae.web.plant.models.told import Told

ACTOR: Final = SystemActor("floor")
WITHIN: Final = 4.0  #: seconds that the monitor has to confirm

log = logging.getLogger(__name__)


def tell_stop(said: StopSaid) -> bool:
    """Tell the monitor why a machine stood, or that it is no longer said."""
    return _quietly(said, lambda: send_stop(said))


def tell_scrap(said: ScrapSaid) -> bool:
    """Tell the monitor what was set aside by hand, or that it is no longer said."""
    return _quietly(said, lambda: send_scrap(said))


def send_stop(said: StopSaid) -> bool:
    """Do the same as `tell_stop`; raises `bus.Unavailable` while nobody is there."""
    if said.withdrawn_at is not None:
        return _asked(said, "unsay", {})
    return _asked(
        said,
        "say_stop",
        {
            "asset": str(said.asset.public_id),
            "start": said.began_us,
            "end": said.ended_us,
            "state": said.state,
            "reason": said.reason,
            "by": said.by.name if said.by else None,
        },
    )


def send_scrap(said: ScrapSaid) -> bool:
    """Do the same as `tell_scrap`; raises `bus.Unavailable` while nobody is there."""
    if said.withdrawn_at is not None:
        return _asked(said, "unsay", {})
    return _asked(
        said,
        "say_scrap",
        {
            "asset": str(said.asset.public_id),
            "at": said.at_us,
            "count": said.count,
            "kind": said.kind,
            "reason": said.reason,
        },
    )


def lost(organisation: str, kind: str, known: list[list[Any]]) -> list[str]:
    """Return which of (id, revision) the monitor no longer has; `kind` is "stops" or "scrap".

    Raises `bus.Unavailable` while nobody is there.
    """
    question = bus.Question("monitor", "said_unknown", organisation, {kind: known}, within=WITHIN)
    try:
        with line.ask(question) as answer:
            return [str(one) for one in answer.json().get(kind, ())]
    except bus.Refusal as error:
        log.info("the monitor does not say what it lost: %s", error)
        return []


def tell_assets(organisation: Organisation, only: Iterable[Asset] | None = None) -> bool:
    """Tell the bus what is drawn: all lines and machines in use, or some; retired ones go."""
    scope = scope_of(organisation)
    chosen = None if only is None else list(only)
    rows = Asset.objects.within(scope).filter(organisation=organisation)
    if chosen is not None:
        rows = rows.filter(pk__in=[asset.pk for asset in chosen])
    assets = {str(asset.public_id): asset for asset in rows}
    records = copies.asset_records(scope, organisation, today(), chosen)
    current = {record.asset for record in records}
    try:
        for record in records:
            if line.get(bus.ASSETS, record.organisation, record.asset) != record:
                line.put(bus.ASSETS, record, record.organisation, record.asset)
            confirmed(assets[record.asset])
        for key in assets.keys() - current:
            if line.get(bus.ASSETS, str(organisation.public_id), key) is not None:
                line.delete(bus.ASSETS, str(organisation.public_id), key)
            confirmed(assets[key])
    except bus.Unavailable as error:
        log.info("the structure of %s was not told: %s", organisation, error)
        return False
    return True


def tell_calendar(calendar: ShiftCalendar) -> bool:
    """Tell the bus when it is worked by a calendar; a retired one is forgotten there."""
    key = (str(calendar.organisation.public_id), str(calendar.public_id))
    try:
        known = line.get(bus.CALENDARS, *key)
        if calendar.retired_at is not None:
            if known is not None:
                line.delete(bus.CALENDARS, *key)
        else:
            record = copies.calendar_record(scope_of(calendar.organisation), calendar, today())
            if known != record:
                line.put(bus.CALENDARS, record, *key)
    except bus.Unavailable as error:
        log.info("the calendar %s was not told: %s", calendar, error)
        return False
    confirmed(calendar)
    return True


def forget_strangers(everything: Scope) -> None:
    """Remove from the bus what no row stands behind; raises `bus.Unavailable` without a bus."""
    assets = Asset.objects.within(everything).filter(retired_at=None)
    calendars = ShiftCalendar.objects.within(everything).filter(retired_at=None)
    drawn = {str(one) for one in assets.values_list("public_id", flat=True)}
    worked = {str(one) for one in calendars.values_list("public_id", flat=True)}
    for asset in line.all(bus.ASSETS):
        if asset.asset not in drawn:
            line.delete(bus.ASSETS, asset.organisation, asset.asset)
    for calendar in line.all(bus.CALENDARS):
        if calendar.calendar not in worked:
            line.delete(bus.CALENDARS, calendar.organisation, calendar.calendar)


def today() -> date:
    """Return the day by the program's own clock on the wall."""
    return timezone.localdate()


def scope_of(organisation: Organisation) -> Scope:
    """Return the scope in which this part of the program acts by itself."""
    return Scope.of_system(ACTOR, organisation)


def _quietly(row: Told, send: Callable[[], bool]) -> bool:
    try:
        return send()
    except bus.Unavailable as error:
        log.info("%s was not told: %s", row, error)
        return False


def _asked(row: Told, name: str, given: dict[str, Any]) -> bool:
    about = {"id": str(row.public_id), "revision": row.revision}
    organisation = str(row.organisation.public_id)
    question = bus.Question("monitor", name, organisation, about | given, within=WITHIN)
    try:
        with line.ask(question) as answer:
            answer.json()
    except bus.Refusal as error:
        # A row that cannot be counted must not hold up the others.
        log.warning("the monitor refused %s: %s", row, error)
        return False
    confirmed(row)
    return True


def confirmed(row: Told) -> None:
    """Note that the present revision of a row is known where it should be."""
    if row.told != row.revision:
        rows = type(row).objects.within(scope_of(row.organisation))
        rows.filter(pk=row.pk, told__lt=row.revision).update(told=row.revision)
        row.told = row.revision
