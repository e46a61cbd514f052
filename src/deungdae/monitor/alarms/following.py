"""One rule followed in time: readings go in, the comings and goings of its condition come out.

A reading that is older than what was taken already is counted as late, and judged when the history
is read again; one from a clock that runs ahead counts from now on, and one far ahead not at all.
Events go out in order of time, never before those that went out already.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from deungdae.analysis.alarms import Flip, Memory, Score, Stale, Watch
from deungdae.monitor.alarms.charting import Hits, Live, Usual
from deungdae.monitor.alarms.rules import Rule
from deungdae.records.readings import Quality, finite

AHEAD_US: Final = 300_000_000  #: a clock this far ahead is wrong
#: What an edge agent had to keep for longer than this says nothing of the present.
OLD_US: Final = 600_000_000
STANDS_US: Final = 600_000_000  #: how long an alarm outlasts its score: a machine may only pause
SCORELESS_US: Final = 18 * STANDS_US  #: a watch says far sooner that it has no score
MOST_TAKEN: Final = 4_096  #: readings whose times are remembered
MOST_CAME: Final = 50

Value = float | int | bool | str | None


class Follower:
    """Follows the condition of one rule. A chart follows nothing before it knows what is usual."""

    def __init__(self, rule: Rule, since_us: int, usual: Usual | None = None) -> None:
        self.rule = rule
        self._watch = Watch(rule.condition, since_us, on_us=rule.on_us, off_us=rule.off_us)
        self.usual = usual
        self._chart: Live | None = None
        if rule.charting is not None and usual is not None:
            self._chart = Live(rule.charting.every_us, usual, rule.charting.rules)
        self._given_us = since_us
        self.value: Value = None  #: of the last reading
        self.value_us: int | None = None
        self.late = 0  #: readings that came after a newer one
        self.ahead = 0  #: readings of a clock that is wrong
        self.late_us: int | None = None  #: earliest of those that are not judged yet
        #: Times of the readings that were taken since `began_us`, and when the condition held.
        self.began_us = since_us
        self.taken: deque[int] = deque(maxlen=MOST_TAKEN)
        self._lost_us: int | None = None  #: since when its watch says that it has no score
        self._came: deque[list[int | None]] = deque(maxlen=MOST_CAME)
        self.rules: frozenset[str] = frozenset()  #: which the newest point of the chart breaks

    @property
    def active(self) -> bool:
        """Whether the condition stands."""
        return self._watch.active

    @property
    def last_us(self) -> int:
        """The time of the last reading that was taken, or of the beginning."""
        return self._watch.last_us if self.value_us is None else self.value_us

    def memory(self) -> dict[str, Any]:
        """Return what it knows, as plain data."""
        return {
            "watch": self._watch.memory(),
            "chart": self._chart and self._chart.memory(),
            "usual": self.usual and list(self.usual),
            "given_us": self._given_us,
            "value": self.value,
            "value_us": self.value_us,
        }

    def recall(self, memory: dict[str, Any]) -> None:
        """Go on from what was known before the process ended."""
        self._watch.recall(memory["watch"])
        if self._chart is not None and memory["chart"] is not None:
            self._chart.recall(memory["chart"])
        self._given_us, self.value = memory["given_us"], memory["value"]
        self.value_us = memory["value_us"]
        self.began_us = self.last_us
        if self.active:
            self._came.append([self.began_us, None])

    def watched(self) -> Memory:
        """Return what it knows of the condition alone."""
        return self._watch.memory()

    def untaken(self, times_us: Sequence[int]) -> list[int]:
        """Return the times of readings older than the newest that were not taken when they came."""
        full = len(self.taken) == MOST_TAKEN
        first = max(self.began_us, self.taken[0]) if full else self.began_us
        known = set(self.taken)
        newest = self.value_us or 0
        return [at for at in times_us if first < at < newest and at not in known]

    def knew(self, start_us: int, end_us: int) -> bool:
        """Say whether the condition was known to hold at some time between two instants."""
        return any(
            (end is None or end >= start_us) and start is not None and start <= end_us
            for start, end in self._came
        )

    def adopt(self, flips: list[Flip], watched: Memory | None) -> list[Flip]:
        """Take what another one saw of the same condition; return it in order."""
        if watched is not None:
            self._watch.recall(watched)
        return self._ordered(flips)

    def forgive(self, now_us: int) -> None:
        """Count no silence before this moment: nobody knows whether there was one."""
        if self.waits_for_a_sign:
            memory = self._watch.memory()
            memory["last_us"] = max(memory["last_us"], now_us)
            self._watch.recall(memory)

    def hear(self, time_us: int, value: Value, quality: int, now_us: int) -> list[Flip]:
        """Take a reading that has just come; return what has changed, in order."""
        if time_us < now_us - OLD_US and not self.rule.source.startswith("~"):
            self.late += 1
            return []
        return self.push(time_us, value, quality, now_us)

    def push(self, time_us: int, value: Value, quality: int, now_us: int) -> list[Flip]:
        """Take a reading, also one of the past; return what has changed, in order."""
        if time_us > now_us + AHEAD_US:
            self.ahead += 1
            return []
        at = min(time_us, now_us)
        own = self.rule.source.startswith("~")
        if self.value_us is not None and at < self.value_us:
            if not own:
                self.late += 1
                if time_us >= now_us - OLD_US:
                    self.late_us = min(time_us, self.late_us or time_us)
                return []
            at = self.value_us  # what a part found out later holds from now on
        if not own:
            self.taken.append(time_us)
        # A state counts from when it began, though it was found out later.
        at = max(at, self._watch.last_us)
        bad = quality < Quality.UNCERTAIN and not own
        self.value_us = at
        value, _ = finite(value, Quality.GOOD)  # what is kept of it is plain data
        if not bad:
            self.value = value
        taken = None if bad else _plain(value)
        if isinstance(self.rule.condition, Score):
            taken = self._scored(at, taken)
        if self.rule.charting is None:
            return self._ordered(self._watch.push(at, taken))
        if self._chart is None or isinstance(taken, str | None):
            return []
        return self._charted(self._chart.push(at, float(taken)))

    def _scored(self, at_us: int, score: Value) -> Value:
        """Return what a score says; None, of a watch that knows none any more, holds nothing up."""
        if score is not None:
            self._lost_us = None
            return score
        self._lost_us = self._lost_us or at_us
        return None if self.active else 0.0

    def passed(self, now_us: int) -> list[Flip]:
        """Return what has changed by the time alone."""
        if isinstance(self.rule.condition, Score) and self.active:
            lost_us = self._lost_us
            paused = lost_us is not None and now_us - lost_us >= STANDS_US
            # Or as when its watch was ended while no monitor ran.
            if paused or now_us - self.last_us > SCORELESS_US:
                return self.push(now_us, 0.0, Quality.GOOD, now_us)
        if self._chart is not None:
            return self._charted(self._chart.passed(now_us)) + self._ordered(
                self._watch.passed(now_us)
            )
        return self._ordered(self._watch.passed(now_us))

    def _charted(self, found: list[Hits]) -> list[Flip]:
        flips: list[Flip] = []
        for one in found:
            self.rules = one.rules
            flips += self._watch.push(max(one.at_us, self._watch.last_us), one.rules)
        return self._ordered(flips)

    def _ordered(self, flips: list[Flip]) -> list[Flip]:
        found = []
        for flip in flips:
            self._given_us = max(self._given_us, flip.at_us)
            if flip.active:
                self._came.append([flip.at_us, None])
            elif self._came:
                self._came[-1][1] = flip.at_us
            found.append(Flip(self._given_us, flip.active))
        return found

    @property
    def waits_for_a_sign(self) -> bool:
        """Whether silence itself is what it looks for."""
        return isinstance(self.rule.condition, Stale)


def _plain(value: Value) -> Value:
    """Return a whole number as one, so that it is found among those of a rule."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
