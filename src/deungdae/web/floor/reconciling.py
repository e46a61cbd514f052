"""The pass of each minute: the bus and the monitor are told whatever they do not know.

A bus that was replaced learns the structure anew; what people said is sent until the monitor has
confirmed it, and a monitor whose memory was lost is told all of it again.
"""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import telling
from deungdae.web.floor.models import Asset, ScrapSaid, ShiftCalendar, StopSaid

MOST_AT_ONCE: Final = 300  #: rows that are told in one pass
ASKED_AGAIN: Final = timedelta(days=40)  #: as long as the monitor keeps what was said
ASKED_EVERY: Final = timedelta(minutes=30)  #: whether the monitor forgot something

_ASKED: Final[dict[str, datetime]] = {}  #: when it was asked last, by this process


def reconcile(now: datetime) -> None:
    """Tell the bus what it lacks; raises `bus.Unavailable` when there is no bus."""
    everything = Scope.everything(telling.ACTOR)
    for key in Asset.objects.within(everything).values_list("organisation", flat=True).distinct():
        telling.tell_assets(Organisation.objects.get(pk=key))
    calendars = ShiftCalendar.objects.within(everything).filter(retired_at=None)
    for calendar in calendars.select_related("organisation"):
        telling.tell_calendar(calendar)
    telling.forget_strangers(everything)
    if now - _ASKED.get("last", now - ASKED_EVERY) >= ASKED_EVERY:
        _ask_for_lost(everything, now)
        _ASKED["last"] = now
    _send_again(everything)


def _send_again(everything: Scope) -> None:
    about = ("organisation", "asset", "by")
    untold = {"told__lt": F("revision")}
    stops = StopSaid.objects.within(everything).filter(**untold).select_related(*about)
    scrap = ScrapSaid.objects.within(everything).filter(**untold).select_related(*about)
    for said in stops.order_by("pk")[:MOST_AT_ONCE]:
        telling.send_stop(said)
    for thrown in scrap.order_by("pk")[:MOST_AT_ONCE]:
        telling.send_scrap(thrown)


def _ask_for_lost(everything: Scope, now: datetime) -> None:
    """Ask the monitor what it does not know of what it once confirmed; that is sent again."""
    since = now - ASKED_AGAIN
    for model, name in ((StopSaid, "stops"), (ScrapSaid, "scrap")):
        rows = model.objects.within(everything).filter(told=F("revision"), said_at__gte=since)
        known = rows.order_by("organisation_id", "pk").values_list(
            "organisation__public_id", "public_id", "revision"
        )
        for organisation, of_it in itertools.groupby(known, key=lambda row: row[0]):
            for some in _chunks([[str(one), revision] for _, one, revision in of_it]):
                lost = telling.lost(str(organisation), name, some)
                model.objects.within(everything).filter(public_id__in=lost).update(told=0)


def _chunks(rows: list[list[Any]]) -> Iterator[list[list[Any]]]:
    for start in range(0, len(rows), MOST_AT_ONCE):
        yield rows[start : start + MOST_AT_ONCE]
