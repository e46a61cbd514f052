"""Alarms as plain data for pages. Times are microseconds since 1970 UTC."""

from collections.abc import Sequence
from statistics import median
from typing import Any, Final

from deungdae.analysis.alarms import (
    Incident,
    Priority,
    State,
    stands,
    waits,
)
from deungdae.analysis.alarms.life import RANK
from deungdae.monitor.alarms.house import House, Tracked
from deungdae.monitor.alarms.lacking import lack
from deungdae.monitor.alarms.store import Store, Told
from deungdae.monitor.alarms.telling import said
from deungdae.monitor.alarms.words import as_now

LATELY: Final = 20  #: occurrences from which is taken how long an alarm usually stands


def occurrence(told: Told) -> dict[str, Any]:
    """Return one occurrence, whether it stands or not."""
    one = told.occurrence
    return {
        **told.about,
        "what": as_now(told.about["what"]),
        "rule": one.alarm,
        "number": one.number,
        "occurrence": told.key,
        "incident": told.incident,
        "priority": one.priority.value,
        "since": one.raised_us,
        "comings": one.came,
        "gone": one.gone_us,
        "acknowledged": one.acknowledged_us,
        "acknowledged_by": told.acknowledged_by,
        "ended": one.ended_us,
        "why_ended": one.ended and one.ended.value,
        "verdict": one.verdict and one.verdict.value,
        "value": told.value,
        "told": told.tells,
        "held": told.held,
    }


def standing(told: Told, tracked: Tracked | None) -> dict[str, Any]:
    """Return an occurrence with the state in which its alarm is now."""
    found = occurrence(told)
    if tracked is None or told.occurrence.ended_us is not None:
        return found | {"state": "ended", "latching": False, "now": None}
    return found | {
        "state": tracked.life.state.value,
        "latching": tracked.rule.latching,
        "now": tracked.follower.value,
    }


def lacks(one: Tracked) -> dict[str, Any] | None:
    """Return why a rule cannot find anything at the moment, which is not that all is well."""
    if one.waiting is not None or one.follower.active:
        return None
    found = lack(one.follower)
    return None if found is None else said(found)


def held(one: Tracked, about: dict[str, Any]) -> dict[str, Any]:
    """Return an alarm that says nothing at the moment, and until when."""
    return {
        **about,
        "rule": one.rule.rule,
        "state": one.life.state.value,
        "until": one.life.shelved_until_us,
        "active": one.life.active,
        "priority": one.rule.priority.value,
    }


def usual_seconds(store: Store, organisation: str, told: Told) -> float | None:
    """Return how long the alarm usually stood before; None when it never ended yet."""
    one = told.occurrence
    before = store.before(organisation, one.alarm, one.number, LATELY)
    lengths = [
        (end - each.occurrence.raised_us) / 1e6
        for each in before
        if (end := each.occurrence.gone_us or each.occurrence.ended_us) is not None
    ]
    return median(lengths) if lengths else None


def board(house: House, now_us: int) -> dict[str, Any]:
    """Return what stands now, by incident: the most urgent and newest first."""
    by_incident: dict[str, list[Told]] = {}
    for told in house.open.values():
        tracked = house.tracked.get(told.occurrence.alarm)
        current = None if tracked is None else tracked.life.current
        if tracked is None or current is None or not stands(tracked.life):
            continue
        if current.number == told.occurrence.number:
            by_incident.setdefault(told.incident, []).append(told)
    incidents = [_incident(house, key, members) for key, members in by_incident.items()]
    incidents.sort(key=lambda one: (not one["waiting"], one["rank"], -one["since"]))
    every = [member for one in incidents for member in one["members"]]
    stand = [member for member in every if member["gone"] is None]
    flood = house.crowd.flood
    quiet = [
        held(one, house.about(one.rule)) for one in house.tracked.values() if one.life.holds
        and one.life.state is not State.SUPPRESSED
    ]  # fmt: skip
    return {
        "now": now_us,
        "standing": len(stand),
        "back": len(every) - len(stand),  # to normal; they stay until somebody has seen them
        "waiting": sum(bool(one["waits"]) for one in every),
        "rules": len(house.tracked),
        "incidents": incidents,
        "held": sorted(quiet, key=lambda one: (one["until"] or 0, str(one["name"]))),
        "flood": None
        if flood is None
        else dict(zip(("start", "alarms", "held"), flood, strict=True)),
    }


def _incident(house: House, key: str, members: Sequence[Told]) -> dict[str, Any]:
    whole = Incident(0, tuple(told.occurrence for told in members), Priority.LOW)
    by_key = {(t.occurrence.alarm, t.occurrence.number): t for t in members}
    found = []
    for one in house.crowd.incidents.ordered(whole):
        tracked = house.tracked[one.alarm]
        document = standing(by_key[one.alarm, one.number], tracked)
        found.append(document | {"waits": waits(tracked.life)})
    return {
        "id": key,
        "members": found,
        "since": min(one["since"] for one in found),
        "waiting": any(one["waits"] for one in found),
        "rank": min(RANK[Priority(one["priority"])] for one in found),
    }
