"""What would make an alarm come less often without hiding what matters: a delay, a deadband."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np

from deungdae.analysis.alarms import Limits
from deungdae.monitor.alarms.rules import SECOND_US, Rule
from deungdae.monitor.past import Readings
from deungdae.records.messages import Message, message

#: Fewer comings than this in the time that was looked at need no advice.
FEW: Final = 3
DELAYS: Final = (5, 10, 30, 60, 120, 300)
#: A proposal has to take away this share of the comings at least.
WORTH: Final = 0.4

Came = TypeVar("Came")


def proposals(
    rule: Rule,
    readings: Readings,
    came: list[Came],
    again: Callable[[Rule], list[Came]],
    chatters: Callable[[list[Came]], bool],
    always: Callable[[list[Came]], bool],
) -> list[dict[str, Any]]:
    """Return changes of a rule that take many comings away, each with how many are left.

    `again` says when another rule would have come in the same time; what then `always` stands is
    no better.
    """
    if len(came) < FEW:
        return []
    found = []
    deadband = _deadband(rule, readings)
    if deadband is not None and isinstance(rule.condition, Limits):
        other = replace(rule, condition=replace(rule.condition, deadband=deadband))
        left = again(other)
        if _worth(len(left), len(came)) and not always(left):
            what = message(
                "With a deadband of {deadband} it would have come {times} times.",
                deadband=f"{deadband:g} {rule.unit}".strip(), times=len(left),
            )  # fmt: skip
            found.append(_proposal({"deadband": deadband}, len(left), what))
    if rule.kind not in ("stale", "machine"):
        found += _delayed(rule, len(came), again, chatters)
    return found


def _delayed(
    rule: Rule,
    times: int,
    again: Callable[[Rule], list[Came]],
    chatters: Callable[[list[Came]], bool],
) -> Sequence[dict[str, Any]]:
    for seconds in DELAYS:
        if seconds * SECOND_US <= rule.on_us:
            continue
        left = again(replace(rule, on_us=seconds * SECOND_US))
        if _worth(len(left), times) and not chatters(left):
            what = message(
                "If it has to last {seconds} s before it comes, it would have come {times} times.",
                seconds=seconds, times=len(left),
            )  # fmt: skip
            return [_proposal({"on_seconds": seconds}, len(left), what)]
    return []


def _deadband(rule: Rule, readings: Readings) -> float | None:
    """Return what the value wavers by from reading to reading, rounded up, if that is more."""
    if not isinstance(rule.condition, Limits):
        return None
    known = readings.values[~np.isnan(readings.values)]
    if known.size < 20:
        return None
    steps = np.abs(np.diff(known))
    wavers = 3 * float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    limits = [one for one in (rule.condition.high, rule.condition.low) if one is not None]
    # With a wider one an alarm would never end where the value usually is.
    widest = min(abs(one - float(np.median(known))) for one in limits) / 2
    if not rule.condition.deadband < wavers <= widest:
        return None
    return float(f"{wavers:.1g}")


def _worth(left: int, times: int) -> bool:
    # What would never come again is no better alarm, but none.
    return 0 < left <= times * (1 - WORTH)


def _proposal(condition: dict[str, Any], times: int, what: Message) -> dict[str, Any]:
    return {
        "condition": condition,
        "times": times,
        "says": {"template": what.template, "values": dict(what.values)},
    }
