"""What the history knows and was never heard: readings that came late are judged after all.

Live values may be thinned out, lost with the line, or come after newer ones. Each minute the last
minutes are read again from the history. What is newer than anything that was heard is taken as
ever; where older readings were missed, the rule is followed over all of them once more, and what
came and went meanwhile is raised now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deungdae.analysis.alarms import Flip, Memory
from deungdae.monitor.alarms.following import AHEAD_US, OLD_US, Follower, Value
from deungdae.monitor.past import Readings
from deungdae.records.readings import Quality

__all__ = ["AGAIN_US", "AHEAD_US", "TAIL_US", "Missed", "missed", "points", "since_us"]

AGAIN_US: Final = 60_000_000
TAIL_US: Final = 180_000_000  #: how much is read again
LEAD_US: Final = 60_000_000  #: of what was before a late reading


@dataclass(frozen=True)
class Missed:
    """A condition that nobody saw when it came; `flips` has no second while it still holds."""

    flips: list[Flip]
    value: Value  #: with which it came
    memory: Memory | None  #: what a follower knows that saw all of it, while it holds


def since_us(follower: Follower, now_us: int) -> int:
    """Return since when readings of a rule are to be read again."""
    first = now_us - TAIL_US - min(follower.rule.on_us, OLD_US)
    if follower.late_us is not None:
        first = min(first, max(follower.late_us, now_us - OLD_US) - LEAD_US)
    return first


def missed(follower: Follower, readings: Readings, now_us: int) -> list[Missed]:
    """Return what came and went unseen; the readings behind it count as taken from now on."""
    newest = follower.value_us
    if newest is None or follower.rule.charting is not None or follower.waits_for_a_sign:
        return []
    late = follower.untaken(readings.times.tolist())
    if not late:
        return []
    follower.taken.extend(late)
    shadow = Follower(follower.rule, int(readings.times[0]))
    flips: list[tuple[Flip, Value]] = []
    for at, value in points(readings):
        if at <= newest:
            flips += [(flip, value) for flip in shadow.push(at, value, Quality.GOOD, now_us)]
    found = []
    spells = [(*one, flips[place + 1 : place + 2]) for place, one in enumerate(flips)]
    for come, value, rest in spells:
        if not come.active:
            continue
        go = rest[0][0] if rest else None
        end = go.at_us if go is not None else newest
        seen = any(come.at_us - follower.rule.on_us <= at <= end for at in late)
        if not seen or follower.active or follower.knew(come.at_us, end):
            continue
        both = [come] if go is None else [come, go]
        found.append(Missed(both, value, shadow.watched() if go is None else None))
    return found


def points(readings: Readings) -> Sequence[tuple[int, Value]]:
    """Return (time, value) of readings, in order of time."""
    told = zip(readings.times.tolist(), readings.values.tolist(), readings.texts, strict=True)
    return [(at, text if text is not None else value) for at, value, text in told]
