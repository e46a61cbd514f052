"""Who is told of an alarm, and when: quiet hours and escalation by the line's calendar.

Each step of a policy is told at most once for an occurrence: its place in the policy is the key by
which what was sent is remembered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deungdae.analysis.alarms.life import RANK, Occurrence, Priority
from deungdae.analysis.shifts import Period


@dataclass(frozen=True)
class Step:
    """Tell `to` when nobody has acknowledged for `after_us`; zero for at once.

    With `worked` the delay counts only time within shifts (breaks count: somebody is there).
    """

    to: str
    after_us: int = 0
    worked: bool = False


@dataclass(frozen=True)
class Policy:
    """Steps in order. Outside of shifts only priorities from `quiet_below` upwards are told.

    The others wait for the next shift, and are not told if they ended before it.
    """

    steps: tuple[Step, ...]
    quiet_below: Priority | None = Priority.HIGH

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("somebody must be told")


class Telling(NamedTuple):
    """`step` is its place in the policy; `crew` and `shift` are those at work, None for nobody."""

    step: int
    at_us: int
    to: str
    shift: str | None
    crew: str | None


def tellings(
    occurrence: Occurrence, policy: Policy, periods: Iterable[Period], now_us: int
) -> list[Telling]:
    """Return all tellings of an occurrence up to now, those that were sent before as well.

    `periods` are those of the calendar from the raising on, far enough for what is asked; beyond
    them nobody works. A step that falls due after the alarm was acknowledged or ended is not told.
    """
    ordered = sorted(periods)
    closes = [t for t in (occurrence.acknowledged_us, occurrence.ended_us) if t is not None]
    quiet = policy.quiet_below is not None and (
        RANK[occurrence.priority] > RANK[policy.quiet_below]
    )
    found = []
    for place, step in enumerate(policy.steps):
        due: int | None = occurrence.raised_us + step.after_us
        if step.worked:
            due = _worked(ordered, occurrence.raised_us, step.after_us)
        if quiet and due is not None:
            due = _worked(ordered, due, 0)
        if due is None or due > now_us or any(due >= close for close in closes):
            continue
        here = next((p for p in ordered if p.start_us <= due < p.end_us), None)
        shift, crew = (None, None) if here is None else (here.shift, here.crew)
        found.append(Telling(place, due, step.to, shift, crew))
    return found


def _worked(periods: Sequence[Period], start_us: int, needed_us: int) -> int | None:
    """Return when so much time within shifts has passed since a moment; None if it never has."""
    at, left = start_us, needed_us
    for period in periods:
        begin = max(period.start_us, at)
        if begin >= period.end_us:
            continue
        if left < period.end_us - begin:
            return begin + left
        left -= period.end_us - begin
        at = period.end_us
    return None
