"""Whether a value can be taken for what is so now.

A value is stale once it is older than three of its tag's intervals. Its age counts from the time
that its source gave it. Where that is more than two minutes away from its arrival, the source's
clock is wrong (or an outage is being made up for), and the age counts from the arrival.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deungdae.records.readings import Quality, Value

SECOND_US: Final = 1_000_000
#: Intervals that may pass before a value is stale.
INTERVALS: Final = 3
#: The way of a value from the machine to here takes some of its time, so no tag is stale sooner.
SHORTEST_SECONDS: Final = 5.0
#: For a tag of which nobody said how often it should come.
UNKNOWN_SECONDS: Final = 300.0
#: Between the time of a value and its arrival; what is more is not the way here.
OFF_US: Final = 120 * SECOND_US


class State(StrEnum):
    """What a value is; the names of CSS classes and of the browser's script, too."""

    FRESH = "fresh"
    UNCERTAIN = "uncertain"  #: the source says that it is not sure
    CLOCK = "clock"  #: it arrives, but carries another time
    BAD = "bad"  #: the source says that it is wrong, or there is no value in it
    STALE = "stale"
    NEVER = "never"  #: there was never a value


#: What somebody has to look at.
TROUBLE: Final = frozenset({State.BAD, State.STALE, State.CLOCK, State.NEVER})


@dataclass(frozen=True, slots=True)
class Seen:
    """The last value of a tag: times in microseconds since 1970 UTC."""

    time_us: int
    value: Value
    quality: int
    heard_us: int
    version: int = 0  #: of the board, when it was heard

    @property
    def off_us(self) -> int:
        """How far its time is from its arrival, 0 where that is no more than the way takes."""
        off = self.time_us - self.heard_us
        return off if abs(off) > OFF_US else 0

    @property
    def at_us(self) -> int:
        """The time from which its age counts."""
        return self.heard_us if self.off_us else self.time_us


def patience_us(expected_seconds: float | None) -> int:
    """Return how old a value may become before it is stale."""
    seconds = UNKNOWN_SECONDS if expected_seconds is None else expected_seconds * INTERVALS
    return int(max(seconds, SHORTEST_SECONDS) * SECOND_US)


def judge(seen: Seen | None, patience: int, now_us: int) -> State:
    """Return what a value is at a moment; `patience` as `patience_us` gives it."""
    if seen is None:
        return State.NEVER
    if now_us - seen.at_us > patience:
        return State.STALE
    return kind(seen)


def kind(seen: Seen) -> State:
    """Return what a value is for as long as it is not stale."""
    if seen.quality < Quality.UNCERTAIN or seen.value is None:
        return State.BAD
    if seen.off_us:
        return State.CLOCK
    return State.FRESH if seen.quality >= Quality.GOOD else State.UNCERTAIN
