"""Stops that wait for a reason: what the monitor found, without what was said since."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.models import Asset, StopSaid
from deungdae.web.floor.shown.documents import Stop

DAYS_US: Final = 7 * 86_400_000_000  #: older stops are asked for by nobody any more
SHORTEST_US: Final = 1_000_000  #: a rest of a stop that is shorter is none
MOST: Final = 60  #: on one page


def find(
    scope: Scope, organisation: Organisation, machines: Sequence[Asset], now_us: int
) -> asking.Heard[Sequence[Stop]]:
    """Return the stops of machines that wait, the newest first."""
    since = now_us - DAYS_US
    heard = asking.stops(organisation, machines, since, now_us, waiting=True)
    rows = StopSaid.objects.within(scope).filter(
        asset__in=machines, withdrawn_at=None, began_us__gte=since - DAYS_US
    )
    said = [
        (asking.key(one.asset), one.began_us, one.ended_us) for one in rows.select_related("asset")
    ]
    left = [rest for stop in heard.found for rest in without(stop, said)]
    left.sort(key=lambda one: -one.start_us)
    return asking.Heard(left, heard.problem, heard.away)


def without(stop: Stop, said: Iterable[tuple[str, int, int | None]]) -> list[Stop]:
    """Return what is left of a stop once the stretches of which somebody said why are taken out.

    A stretch without an end lasts as long as the stop does.
    """
    rests = [stop]
    for asset, began, ended in said:
        if asset == stop.asset:
            rests = [rest for one in rests for rest in _cut(one, began, ended)]
    return rests


def _cut(stop: Stop, began: int, ended: int | None) -> list[Stop]:
    end = stop.end_us
    if (end is not None and began >= end) or (ended is not None and ended <= stop.start_us):
        return [stop]
    if ended is None and began < stop.start_us - SHORTEST_US:
        return [stop]  # said of an earlier stop that was still lasting then
    found = []
    if began - stop.start_us >= SHORTEST_US:
        found.append(replace(stop, end_us=began))
    if ended is not None and (end is None or end - ended >= SHORTEST_US):
        found.append(replace(stop, start_us=ended))
    return found
