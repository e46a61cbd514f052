"""More alarms than a person can take in: found, and told as one.

ANSI/ISA-18.2: more than ten alarms in ten minutes for one operator are a flood; it is over when
fewer than five come in ten minutes.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple, TypedDict

SPAN_US = 600_000_000
MOST = 10
OVER_BELOW = 5


class Flood(NamedTuple):
    """From the alarm that made it one, to the moment at which it was over; None while it lasts."""

    start_us: int
    end_us: int | None
    alarms: int


class GateMemory(TypedDict):
    """What a `Gate` knows, as plain data."""

    flood: tuple[int, int] | None  #: its beginning and its alarms
    held: list[str]
    recent: list[int]


class Gate:
    """The alarms of one operator, one after another. What is held is told once, when it is over.

    Alarms that are `urgent` pass in a flood too.
    """

    def __init__(self, most: int = MOST, over_below: int = OVER_BELOW) -> None:
        if not 1 <= over_below <= most + 1:
            raise ValueError("a flood ends below the count at which it begins")
        self.most, self.over_below = most, over_below
        self.flood: Flood | None = None
        self.held: tuple[str, ...] = ()
        self._recent: deque[int] = deque()

    def memory(self) -> GateMemory:
        """Return what it knows, so that it outlives the program."""
        flood = None if self.flood is None else (self.flood.start_us, self.flood.alarms)
        return {"flood": flood, "held": list(self.held), "recent": list(self._recent)}

    def recall(self, memory: GateMemory) -> None:
        """Go on from what another gate knew."""
        flood = memory["flood"]
        self.flood = None if flood is None else Flood(flood[0], None, flood[1])
        self.held, self._recent = tuple(memory["held"]), deque(memory["recent"])

    def push(self, at_us: int, alarm: str, *, urgent: bool = False) -> bool:
        """Take an alarm; return whether it is told by itself. Call `passed` first."""
        self._recent.append(at_us)
        while self._recent[0] <= at_us - SPAN_US:
            self._recent.popleft()
        if self.flood is None and len(self._recent) > self.most:
            self.flood = Flood(at_us, None, 0)
        if self.flood is None:
            return True
        self.flood = self.flood._replace(alarms=self.flood.alarms + 1)
        if not urgent:
            self.held = (*self.held, alarm)
        return urgent

    def passed(self, at_us: int) -> tuple[Flood, tuple[str, ...]] | None:
        """Return the flood that has ended by now and what it held, for one message; else None."""
        if self.flood is None:
            return None
        # Fewer than `over_below` within the span: when the one that many back has left it.
        when = self.flood.start_us
        if len(self._recent) >= self.over_below:
            when = max(when, self._recent[-self.over_below] + SPAN_US)
        if when > at_us:
            return None
        ended, held = self.flood._replace(end_us=when), self.held
        self.flood, self.held = None, ()
        return ended, held


def floods(times_us: Iterable[int], until_us: int) -> list[Flood]:
    """Return the floods among alarms at these times; the last may still last at `until_us`."""
    gate, found = Gate(), []
    for at_us in sorted(times_us):
        if ended := gate.passed(at_us):
            found.append(ended[0])
        gate.push(at_us, "")
    if ended := gate.passed(until_us):
        found.append(ended[0])
    elif gate.flood is not None:
        found.append(gate.flood)
    return found
