"""What people judged real does not belong to a good period: it is left out of what is learned."""

from collections.abc import Iterable
from typing import Final

from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset
from deungdae.web.watches import asking
from deungdae.web.watches.models import AnomalyVerdict

#: Before and after: an anomaly begins a little before it is seen, and its trace lasts.
MARGIN_US: Final = 60_000_000

Stretch = tuple[int, int]


def judged_real(scope: Scope, asset: Asset, start_us: int, end_us: int) -> list[Stretch]:
    """Return when a machine was truly unlike itself within a period, in order, apart.

    Somebody may have judged an anomaly while it lasted: as long as the monitor knows of it, it
    counts to its end.
    """
    verdicts = AnomalyVerdict.objects.within(scope).filter(
        watch__asset=asset,
        verdict=AnomalyVerdict.Verdict.REAL,
        began_us__lt=end_us + MARGIN_US,
        ended_us__gt=start_us - MARGIN_US,
    )
    found: list[Stretch] = []
    by_watch: dict[int, list[AnomalyVerdict]] = {}
    for verdict in verdicts.select_related("watch"):
        by_watch.setdefault(verdict.watch_id, []).append(verdict)
        found.append((verdict.began_us, verdict.ended_us))
    for mine in by_watch.values():
        heard = asking.one(mine[0].watch, start_us, end_us)
        for one in (heard.found or {}).get("anomalies", ()):
            began, ended = int(one["began"]), int(one["ended"])
            if any(began <= each.ended_us and ended >= each.began_us for each in mine):
                found.append((began, ended))
    wide = ((max(a - MARGIN_US, start_us), min(b + MARGIN_US, end_us)) for a, b in found)
    return apart(one for one in wide if one[0] < one[1])


def apart(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that touch made one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
