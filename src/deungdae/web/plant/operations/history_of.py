"""One source over a span of time: its silences with their reasons, and what was so meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.models import Episode
from deungdae.web.plant.operations import asking, evidence, silences
from deungdae.web.plant.operations.evidence import Explained, Seen
from deungdae.web.plant.operations.facts import Facts
from deungdae.web.plant.operations.spans import DAY_US, microseconds, moment

#: Days that may be looked at, and of how many tags: a question must not read all that there is.
SPANS: Final[Mapping[int, int]] = {1: 40, 7: 12, 30: 4}
MOST_EPISODES: Final = 200


@dataclass(frozen=True)
class Past:
    """What was found. `tags` of `of` tags were looked at."""

    start_us: int
    end_us: int
    silences: tuple[Explained, ...]
    tags: int
    of: int
    shifted: bool = False  #: whether its clock is off, and times are told by a right one


def episodes(scope: Scope, organisation: Organisation, source: str, start_us: int) -> list[Episode]:
    """Return what was so since a time at a source, or everywhere, the latest first."""
    rows = Episode.objects.within(scope).filter(
        organisation=organisation, edge__in=(source, ""), began_at__gte=moment(start_us)
    )
    still = Episode.objects.within(scope).filter(
        organisation=organisation, edge__in=(source, ""), began_at__lt=moment(start_us)
    )
    lasting = still.exclude(ended_at__lt=moment(start_us))
    found = [*rows[:MOST_EPISODES], *lasting[:MOST_EPISODES]]
    return sorted(found, key=lambda one: one.began_at, reverse=True)


def seen_of(
    facts: Facts, rows: Iterable[Episode], hours: Iterable[asking.Hour], now_us: int
) -> list[Seen]:
    """Return everything that may explain a silence."""
    seen = [
        Seen(
            row.what,
            microseconds(row.began_at),
            microseconds(row.ended_at) if row.ended_at else None,
            row.subject,
            row.count,
            row.about,
        )
        for row in rows
    ]
    seen += evidence.of_hours((hour.hour_us, hour.sum.quarantined) for hour in hours)
    if facts.revoked_us is not None:
        seen.append(Seen("revoked", facts.revoked_us, None))
    if facts.created_us is not None:
        seen.append(Seen("not_yet", 0, facts.created_us))
    return seen


def past(
    scope: Scope,
    organisation: Organisation,
    facts: Facts,
    rows: Sequence[Episode],
    days: int,
    now_us: int,
    offset_us: int,
) -> Past:
    """Look for silences of a source and explain them; raises `bus.Unavailable`."""
    start_us = now_us - days * DAY_US
    known = silences.expected(scope, organisation, facts.source).get(facts.source, [])
    chosen = known[: SPANS[days]]
    found = silences.of(organisation, [(facts, chosen)], start_us, now_us, offset_us)
    gaps = found[facts.source]
    hours = asking.hours(organisation, start_us, now_us, facts.source) if gaps else []
    seen = seen_of(facts, rows, hours, now_us)
    explained = [evidence.explain(*one, seen) for one in evidence.together(gaps)]
    explained.sort(key=lambda one: -one.start_us)
    shifted = bool(silences.shifts(facts, chosen, offset_us))
    return Past(start_us, now_us, tuple(explained), len(chosen), len(known), shifted)
