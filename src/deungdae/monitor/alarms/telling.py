"""What goes into the outbox: who is told of an alarm, when, and in which words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor, isfinite, log10
from typing import Any, Final

from deungdae.analysis.alarms import Policy, tellings
from deungdae.analysis.alarms.life import RANK
from deungdae.analysis.shifts import Period
from deungdae.monitor.alarms.crowd import Ended
from deungdae.monitor.alarms.store import Told
from deungdae.monitor.alarms.words import Value, as_now
from deungdae.records.messages import Message, message

KIND: Final = "telling"  #: of the outbox
DAY_US: Final = 86_400_000_000
MOST_MEMBERS: Final = 50
#: Within how long the next step is looked for: no policy waits longer for a shift.
AHEAD_US: Final = 40 * DAY_US


@dataclass(frozen=True)
class Outgoing:
    """One message: its key in the outbox, of which occurrence it is, and its document."""

    key: str
    of: str
    step: int
    document: dict[str, Any]


def due(
    told: Told,
    policy: Policy,
    periods: Sequence[Period] | None,
    others: Callable[[Told], Sequence[Told]],
    now_us: int,
) -> list[Outgoing]:
    """Return the steps of an occurrence that are due and not in the outbox yet.

    Without a calendar (`periods` None) nobody knows of nights and days off: all is told at once.
    """
    one = told.occurrence
    if told.called_us is not None:  # nobody could know of it before
        one = replace(one, raised_us=max(one.raised_us, told.called_us))
    if periods is None:
        always = [_always(one.raised_us - DAY_US, now_us + DAY_US)]
        found = [t._replace(shift=None) for t in tellings(one, policy, always, now_us)]
    else:
        found = tellings(one, policy, periods, now_us)
    since = told.held_until_us or 0
    return [
        Outgoing(
            f"{told.key}:{each.step}",
            told.key,
            each.step,
            _alarm(told, others(told))
            | {
                "what": "escalation" if policy.steps[each.step].after_us else "alarm",
                "step": each.step,
                "to": each.to,
                "due": each.at_us,
                "at_us": each.at_us,
                "told_us": now_us,
                "shift": each.shift,
                "crew": each.crew,
            },
        )
        for each in found
        if each.step not in told.steps and each.at_us >= since
    ]


def is_over(told: Told, policy: Policy, now_us: int) -> bool:
    """Whether nothing more will be told of an occurrence."""
    one = told.occurrence
    closed = one.acknowledged_us is not None or one.ended_us is not None
    every = len(told.steps) >= len(policy.steps)
    return not told.tells or closed or every or now_us - one.raised_us > AHEAD_US


def of_flood(flood: Ended, held: Sequence[tuple[Told, Policy]]) -> list[Outgoing]:
    """Return what is told of a flood that is over: once to each who would have been told."""
    recipients = list(dict.fromkeys(policy.steps[0].to for _, policy in held))
    minutes = max(1, round((flood.end_us - flood.start_us) / 60e6))
    says = message(
        "{count} alarms came in {minutes} minutes. They are told together here.",
        count=flood.alarms, minutes=minutes,
    )  # fmt: skip
    best = min((told.occurrence.priority for told, _ in held), key=lambda p: RANK[p], default=None)
    return [
        Outgoing(
            f"{flood.key}:{place}",
            flood.key,
            place,
            {
                "what": "flood",
                "rule": None,
                "occurrence": flood.key,
                "number": None,
                "rule_name": "",
                "priority": best.value if best else "low",
                "step": place,
                "to": to,
                "due": flood.end_us,
                "at_us": flood.end_us,
                "raised_us": flood.start_us,
                "since": flood.start_us,
                "ended_us": flood.end_us,
                "says": said(says),
                "normal": None,
                "asset": None,
                "asset_name": "",
                "line_name": "",
                "place": "",
                "shift": None,
                "crew": None,
                "related": len(flood.held),
                "members": [_member(told) for told, _ in held][:MOST_MEMBERS],
                "page": "/alarms/",
            },
        )
        for place, to in enumerate(recipients)
    ]


def _alarm(told: Told, others: Sequence[Told]) -> dict[str, Any]:
    one, about = told.occurrence, told.about
    return {
        "alarm": one.alarm,
        "rule": one.alarm,
        "number": one.number,
        "occurrence": told.key,
        "incident": told.incident,
        "name": about["name"],
        "rule_name": about["name"],
        "kind": about["kind"],
        "priority": one.priority.value,
        "asset": about["asset"],
        "asset_name": about["asset_name"],
        "line_name": about["line_name"],
        "place": about["place"],
        "tag": about["tag"],
        "watch": about.get("watch"),  # not of what an earlier version raised
        "unit": about["unit"],
        "since": one.raised_us,
        "raised_us": one.raised_us,
        "ended_us": one.ended_us,
        "value": measured(told.value),
        "says": as_now(about["what"]),
        "normal": about["normal"],
        "meaning": about["meaning"],
        "action": about["remedy"],
        "related": len(others),
        "members": [_member(each) for each in others][:MOST_MEMBERS],
        "page": f"/alarms/{one.alarm}/{one.number}/",
    }


def said(what: Message) -> dict[str, Any]:
    """Return a sentence as it travels."""
    return {"template": what.template, "values": dict(what.values)}


def measured(value: Value) -> Value:
    """Return a number with the seven digits that a sensor can mean; whole ones stay as they are."""
    if not isinstance(value, float) or not isfinite(value) or value == 0:
        return value
    return round(value, max(6 - floor(log10(abs(value))), 0))


def _member(told: Told) -> list[str]:
    return [told.key, told.about["name"]]


def _always(start_us: int, end_us: int) -> Period:
    return Period(start_us, end_us, True, date(1970, 1, 1), "", None, False)
