"""Run rules on a live value: means of so many seconds against limits from a good time.

The limits are those of a chart of individuals, with the larger of two spreads: the one from
neighbour to neighbour, and the one of the whole good time. Values that are measured often follow
one another closely; the first alone would then call slow, harmless waves out of control.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.spc.panels import Known, individuals
from deungdae.analysis.spc.rules import marks
from deungdae.analysis.spc.signals import REACH
from deungdae.records.errors import UnusableOption

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEWEST: Final = 20  #: means in the good time, or nothing can be said of it


class Usual(NamedTuple):
    """The centre line and the standard deviation that means are held against."""

    center: float
    sigma: float
    points: int


@dataclass(frozen=True)
class Hits:
    """The rules that the mean of the part that ended at `at_us` completes."""

    at_us: int
    rules: frozenset[str]
    mean: float


def means(times: Ints, values: Floats, every_us: int) -> tuple[Ints, Floats]:
    """Return (begin, mean) of each part of time in which there is a value; times in order."""
    kept = ~np.isnan(values)
    times, values = times[kept], values[kept]
    if not times.size:
        return np.empty(0, np.int64), np.empty(0)
    parts = times // every_us
    starts = np.flatnonzero(np.concatenate(([True], parts[1:] != parts[:-1])))
    sums = np.add.reduceat(values, starts)
    counts = np.diff(np.concatenate((starts, [values.size])))
    return parts[starts] * every_us, sums / counts


def learned(found: Floats) -> Usual:
    """Return what is usual of means in a good time; raises UnusableOption for too few."""
    if found.size < FEWEST:
        raise UnusableOption(
            "The good time holds {count} values only; a chart needs {fewest}. Choose a longer "
            "time, or shorter parts.",
            count=int(found.size),
            fewest=FEWEST,
        )
    panel = individuals(found, np.ones(found.size, dtype=bool), Known())[0]
    sigma = max(panel.sigma, float(found.std(ddof=1)))
    if sigma <= 0:
        raise UnusableOption("The value never changed in the good time: nothing is usual for it.")
    return Usual(float(panel.center[0]), sigma, int(found.size))


def hits(
    begins: Ints, found: Floats, every_us: int, usual: Usual, rules: Sequence[str]
) -> list[Hits]:
    """Return what each mean breaks; no pattern reaches across a part without a value."""
    if not begins.size:
        return []
    gaps = np.flatnonzero(np.diff(begins) > every_us) + 1
    marked = marks((found - usual.center) / usual.sigma, list(rules), [0, *gaps.tolist()])
    return [
        Hits(int(at) + every_us, frozenset(r for r in rules if marked[r][place]), float(mean))
        for place, (at, mean) in enumerate(zip(begins, found, strict=True))
    ]


class Live:
    """The same, reading by reading. A part ends with the first reading behind it, or by time."""

    def __init__(self, every_us: int, usual: Usual, rules: Sequence[str]) -> None:
        self._every, self._usual, self._rules = every_us, usual, tuple(rules)
        self._part: int | None = None
        self._sum, self._count = 0.0, 0
        most = max(REACH[rule] for rule in self._rules)
        self._before: deque[tuple[int, float]] = deque(maxlen=most)

    def memory(self) -> dict[str, Any]:
        """Return what it knows, as plain data."""
        return {
            "part": self._part, "sum": self._sum, "count": self._count,
            "before": list(self._before),
        }  # fmt: skip

    def recall(self, memory: dict[str, Any]) -> None:
        """Go on from what another one knew."""
        self._part, self._sum, self._count = memory["part"], memory["sum"], memory["count"]
        self._before.extend((int(at), float(mean)) for at, mean in memory["before"])

    def push(self, at_us: int, value: float) -> list[Hits]:
        """Take a reading; return what the part breaks that it has ended."""
        found = self.passed(at_us)
        self._part = at_us // self._every
        self._sum, self._count = self._sum + value, self._count + 1
        return found

    def passed(self, now_us: int) -> list[Hits]:
        """Return what a part breaks that has ended by now."""
        if self._part is None or now_us // self._every <= self._part:
            return []
        begin = self._part * self._every
        if self._before and begin - self._before[-1][0] > self._every:
            self._before.clear()
        self._before.append((begin, self._sum / self._count))
        self._part, self._sum, self._count = None, 0.0, 0
        begins = np.array([at for at, _ in self._before], np.int64)
        found = np.array([mean for _, mean in self._before])
        return hits(begins, found, self._every, self._usual, self._rules)[-1:]
