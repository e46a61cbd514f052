"""All that is known of an organisation's sources at one moment, from the database, bus and lake.

The parts answer each for itself: with the gateway away, the history may still say what came, and
the other way round. What did not answer is said, and its figures are unknown, not 0.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings

from deungdae import bus
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.models import Agent, ClockShift, Source, SparkplugGroup, Tag
from deungdae.web.plant.operations import asking, judging, silences, watching
from deungdae.web.plant.operations.facts import Facts, Kind
from deungdae.web.plant.operations.spans import DAY_US, SECOND_US, microseconds

#: Tags of each source that the overview looks at for gaps: those that speak most often.
EXAMINED: Final = 8

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Overview:
    """The sources of an organisation, the worst first, and which parts did not answer."""

    standings: tuple[judging.Standing, ...]
    away: frozenset[str]  #: of "gateway" (the bus) and "history"

    def level(self, level: judging.Level) -> int:
        """Return how many sources stand so."""
        return sum(one.level is level for one in self.standings)


@dataclass(frozen=True)
class Registered:
    """A source that somebody registered: facts without what is asked over the bus."""

    facts: Facts
    row: Agent | Source | SparkplugGroup


def zone_of(scope: Scope, organisation: Organisation) -> ZoneInfo:
    """Return the time zone of an organisation's main site."""
    sites = Site.objects.within(scope).filter(organisation=organisation, main=True)
    name = sites.values_list("time_zone", flat=True).first()
    return ZoneInfo(name or settings.TIME_ZONE)


def offset_us(zone: ZoneInfo, now: datetime) -> int:
    """Return how far the clocks of a place are ahead of UTC."""
    offset = now.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) * SECOND_US if offset else 0


def overview(scope: Scope, organisation: Organisation, now: datetime) -> Overview:
    """Gather and judge everything."""
    now_us = microseconds(now)
    away: set[str] = set()
    found = {one.facts.source: one.facts for one in registered(scope, organisation)}
    statuses = _or_away(lambda: _statuses(organisation), "gateway", away)
    known = _or_away(lambda: asking.newest(organisation), "history", away)
    for one in known or []:
        if one.source not in found:
            found[one.source] = Facts(one.source, one.source, Kind.OTHER, place=one.source)
    hours = groups = None
    if known is not None:
        start = now_us - DAY_US
        hours = _or_away(lambda: asking.hours(organisation, start, now_us), "history", away)
        groups = _or_away(lambda: asking.groups(organisation), "history", away)
    told = {one.source: one for one in known or []}
    facts = [
        _with_points(
            _with_report(one, statuses), told.get(one.source), hours, groups, known is not None
        )
        for one in found.values()
    ]
    facts = _with_shifts(scope, organisation, facts)
    offset = offset_us(zone_of(scope, organisation), now)
    if known is not None:
        judged = _or_away(
            lambda: _with_gaps(scope, organisation, facts, now, offset), "history", away
        )
        facts = judged or facts
    standings = [judging.judge(one, now_us, offset) for one in facts]
    return Overview(tuple(judging.worst_first(standings)), frozenset(away))


def registered(scope: Scope, organisation: Organisation) -> list[Registered]:
    """Return the agents, programs and groups of an organisation."""
    found = []
    for agent in _rows(Agent, scope, organisation):
        found.append(
            Registered(
                _facts(agent, Kind.AGENT, joined=agent.joined_at, wanted=agent.number or None),
                agent,
            )
        )
    for source in _rows(Source, scope, organisation):
        found.append(Registered(_facts(source, Kind.PROGRAM), source))
    for group in _rows(SparkplugGroup, scope, organisation):
        found.append(Registered(_facts(group, Kind.GROUP), group))
    return found


def _rows(model: Any, scope: Scope, organisation: Organisation) -> Iterable[Any]:
    rows: Iterable[Any] = (
        model.objects.within(scope).filter(organisation=organisation).select_related("site")
    )
    return rows


def _facts(row: Any, kind: Kind, joined: Any = True, wanted: int | None = None) -> Facts:
    return Facts(
        source=row.source,
        name=row.name,
        kind=kind,
        place=str(row.public_id),
        site=row.site.name,
        created_us=microseconds(joined if isinstance(joined, datetime) else row.created_at),
        revoked_us=microseconds(row.revoked_at) if row.revoked_at else None,
        joined=bool(joined),
        wanted=wanted,
    )


def _statuses(organisation: Organisation) -> Mapping[str, bus.Status]:
    mine = str(organisation.public_id)
    return {one.edge: one for one in line.all(bus.STATUS) if one.organisation == mine}


def _or_away(ask: Callable[[], Answer], part: str, away: set[str]) -> Answer | None:
    try:
        return ask()
    except asking.AWAY:
        away.add(part)
        return None


def _with_report(facts: Facts, statuses: Mapping[str, bus.Status] | None) -> Facts:
    status = (statuses or {}).get(facts.source)
    if facts.kind is not Kind.AGENT or status is None:
        return facts
    return replace(facts, report=watching.report(status))


def _with_points(
    facts: Facts,
    newest: asking.Newest | None,
    hours: Sequence[asking.Hour] | None,
    groups: Sequence[asking.Group] | None,
    answered: bool,
) -> Facts:
    mine = [one for one in groups or [] if one.source == facts.source]
    sums = [one.sum.missing for one in hours or [] if one.source == facts.source]
    facts = replace(
        facts,
        held_points=None if groups is None else sum(one.points for one in mine),
        held_entries=None if groups is None else sum(one.entries for one in mine),
        # A loss in one hour is not made good by one too many in another.
        missing=None if hours is None else max(sums, key=abs, default=0) and _lost(sums),
        tags=newest.tags if newest else 0 if answered else None,
    )
    if newest is None:
        return facts
    return replace(
        facts,
        newest_us=newest.newest_us,
        delay_us=newest.received_of_newest_us - newest.newest_us,
        last_received_us=newest.last_received_us,
    )


def _lost(missing: Sequence[int]) -> int:
    lost = sum(one for one in missing if one > 0)
    return lost or sum(missing)


def _with_shifts(scope: Scope, organisation: Organisation, facts: list[Facts]) -> list[Facts]:
    """Take out of each machine's lag what is mended on the way in already."""
    shifts = list(ClockShift.objects.within(scope).filter(organisation=organisation, ended_at=None))
    if not shifts:
        return facts
    return [
        replace(
            one,
            report=replace(
                one.report,
                drivers=tuple(
                    replace(driver, lag_us=driver.lag_us - mended)
                    if driver.lag_us is not None
                    and (mended := _mended(scope, organisation, one.source, driver.name, shifts))
                    else driver
                    for driver in one.report.drivers
                ),
            ),
        )
        if one.report and any(shift.source == one.source for shift in shifts)
        else one
        for one in facts
    ]


def _mended(
    scope: Scope,
    organisation: Organisation,
    source: str,
    machine: str,
    shifts: Iterable[ClockShift],
) -> int:
    mine = sorted(
        (shift for shift in shifts if shift.source == source), key=lambda one: -len(one.prefix)
    )
    tags = Tag.objects.within(scope).filter(
        organisation=organisation, origin=source, machine=machine
    )
    path = tags.values_list("path", flat=True).first() or ""
    for shift in mine:
        if not shift.prefix or path == shift.prefix or path.startswith(f"{shift.prefix}/"):
            return shift.shift_us
    return 0


def _with_gaps(
    scope: Scope, organisation: Organisation, facts: list[Facts], now: datetime, offset: int
) -> list[Facts]:
    now_us = microseconds(now)
    expected = silences.expected(scope, organisation)
    chosen = {
        one.source: expected.get(one.source, [])[:EXAMINED]
        for one in facts
        if one.revoked_us is None
    }
    asked = [(one, chosen[one.source]) for one in facts if chosen.get(one.source)]
    found = silences.of(organisation, asked, now_us - DAY_US, now_us, offset)
    return [replace(one, gaps=tuple(found[one.source])) if one.source in found else one
            for one in facts]  # fmt: skip
