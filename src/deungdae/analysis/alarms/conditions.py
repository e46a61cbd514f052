"""When the condition of an alarm holds: limits with a deadband, rates, silence, states, scores.

A reading holds until the next one. A reading that says nothing (None, NaN) changes nothing, except
that the source is not silent. Delays count from reading to reading, so that asking for the time in
between changes nothing of what is found, only when it becomes known.
"""

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

Value = float | int | bool | str | Collection[str] | None
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Above `high` or below `low`; over only when it is inside them by the deadband."""

    high: float | None = None
    low: float | None = None
    deadband: float = 0.0

    def holds(self, value: float, before: bool) -> bool:
        """Whether it holds at a value, when it held `before` or did not."""
        inside = self.deadband if before else 0.0
        above = self.high is not None and value > self.high - inside
        return above or (self.low is not None and value < self.low + inside)


@dataclass(frozen=True)
class Score:
    """An anomaly's score above its limit, such as that of `anomaly.Monitor`.

    It is over when the score has fallen below the share `clear` of the limit.
    """

    limit: float
    clear: float = 0.8

    def holds(self, value: float, before: bool) -> bool:
        """Whether it holds at a score."""
        level = self.limit - (1 - self.clear) * abs(self.limit) if before else self.limit
        return value > level


@dataclass(frozen=True)
class Rate:
    """A change of more than `per_second` (either way), taken over a window.

    Nothing is said before the readings span half of the window. A silent source's value stands
    still: the condition is over a window after its last reading.
    """

    per_second: float
    over_us: int


@dataclass(frozen=True)
class Stale:
    """No reading for so long."""

    after_us: int


@dataclass(frozen=True)
class OneOf:
    """A discrete state that is among those named."""

    states: frozenset[str | int | bool]


@dataclass(frozen=True)
class RuleHit:
    """A reading is the set of run rules that a chart's newest point breaks; these count."""

    rules: frozenset[str]


Condition = Limits | Score | Rate | Stale | OneOf | RuleHit


class Flip(NamedTuple):
    """From `at_us` on the condition stands, or is over."""

    at_us: int
    active: bool


class Memory(TypedDict):
    """What a `Watch` knows, as plain data, so that it outlives the program that follows it."""

    active: bool
    raw: bool
    raw_us: int
    last_us: int
    readings: list[tuple[int, float]]


class Watch:
    """One condition followed in time, with a delay before it comes and one before it goes."""

    def __init__(
        self, condition: Condition, since_us: int, *, on_us: int = 0, off_us: int = 0
    ) -> None:
        self.condition = condition
        self.active = False
        self._delays = {True: on_us, False: off_us}
        self._raw, self._raw_us = False, since_us
        self._last_us = since_us
        self._readings: deque[tuple[int, float]] = deque()

    @property
    def last_us(self) -> int:
        """When the last reading was taken, or since when it is followed."""
        return self._last_us

    def memory(self) -> Memory:
        """Return what it knows."""
        return {
            "active": self.active,
            "raw": self._raw,
            "raw_us": self._raw_us,
            "last_us": self._last_us,
            "readings": list(self._readings),
        }

    def recall(self, memory: Memory) -> None:
        """Go on from what another one of the same condition knew."""
        self.active, self._raw = memory["active"], memory["raw"]
        self._raw_us, self._last_us = memory["raw_us"], memory["last_us"]
        self._readings = deque((at_us, value) for at_us, value in memory["readings"])

    def push(self, at_us: int, value: Value) -> list[Flip]:
        """Take a reading; return what has changed up to it, in order.

        Raises ValueError for a reading before the last one.
        """
        if at_us < self._last_us:
            raise ValueError("readings follow one another in time")
        found = self.passed(at_us)
        self._last_us = at_us
        holds = self._judge(at_us, value)
        if holds is not None:
            self._turn(at_us, holds)
        return found + self._ripe(at_us)

    def passed(self, at_us: int) -> list[Flip]:
        """Return what has changed by the time alone; `at_us` is now."""
        found = []
        edge = self._edge()
        # Strictly: a reading at that very moment is in time.
        if edge is not None and edge[0] < at_us:
            found = self._ripe(edge[0])
            self._turn(*edge)
        return found + self._ripe(at_us)

    def _edge(self) -> tuple[int, bool] | None:
        """When the condition itself turns without a reading."""
        match self.condition:
            case Stale(after_us) if not self._raw:
                return self._last_us + after_us, True
            case Rate(_, over_us) if self._raw:
                return self._readings[-1][0] + over_us, False
            case _:
                return None

    def _turn(self, at_us: int, holds: bool) -> None:
        if holds is not self._raw:
            self._raw, self._raw_us = holds, at_us

    def _ripe(self, at_us: int) -> list[Flip]:
        when = self._raw_us + self._delays[self._raw]
        if self._raw is self.active or when > at_us:
            return []
        self.active = self._raw
        return [Flip(when, self.active)]

    def _judge(self, at_us: int, value: Value) -> bool | None:
        condition = self.condition
        if isinstance(condition, Stale):
            return False
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(condition, OneOf):
            return isinstance(value, str | int | bool) and value in condition.states
        if isinstance(condition, RuleHit):
            rules = {value} if isinstance(value, str) else value
            return isinstance(rules, Collection) and not condition.rules.isdisjoint(rules)
        if not isinstance(value, float | int):
            return None
        if isinstance(condition, Rate):
            return self._fast(condition, at_us, float(value))
        return condition.holds(float(value), self._raw)

    def _fast(self, condition: Rate, at_us: int, value: float) -> bool:
        readings = self._readings
        readings.append((at_us, value))
        # The one before the window begins is kept: it held then.
        while len(readings) > 1 and readings[1][0] <= at_us - condition.over_us:
            readings.popleft()
        span = min(at_us - readings[0][0], condition.over_us)
        if span < condition.over_us / 2 or span == 0:
            return False
        return abs(value - readings[0][1]) > condition.per_second * span / SECOND_US
