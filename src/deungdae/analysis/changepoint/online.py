"""A level shift while it happens: a two-sided CUSUM with a stated mean time between false alarms.

Page 1954; the decision limit is solved from the run length in control (`spc.run_length`). Readings
are freed of what they carry on from the one before, and cut, so that one wild reading is no shift.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from deungdae.analysis.changepoint.segments import FEWEST, Noise, centre, left, noise
from deungdae.analysis.spc.run_length import of_cusum

SLACK = 0.5  #: half of the shift, in standard deviations, that is found soonest
CUT = 3.0
SETTLING = 20  #: readings after a shift from which the new level is learned at first
SETTLED = 200  #: independent readings up to which it goes on being learned


class Found(NamedTuple):
    """A shift that became known at reading `known`; it began at about reading `at`.

    `size` is the median of the readings since then, less the level before.
    """

    at: int
    known: int
    size: float


@lru_cache(maxsize=32)
def decision(run_length: float) -> float:
    """Return the decision limit, in standard deviations, for readings between false alarms.

    Raises ValueError for fewer than 20.
    """
    if run_length < FEWEST:
        raise ValueError(f"at least {FEWEST} readings between false alarms")
    return float(optimize.brentq(lambda h: of_cusum(SLACK, h) - run_length, 0.1, 30.0))


class Cusum:
    """Follows one series, reading by reading, from a good period on.

    After a shift the new level is learned from its next readings; the watch goes on after twenty.
    Raises ValueError for a good period of fewer than 20 values, or one that stands still.
    """

    def __init__(self, good: NDArray[np.float64], run_length: float) -> None:
        known = np.asarray(good, float)
        known = known[np.isfinite(known)]
        if len(known) < FEWEST:
            raise ValueError(f"at least {FEWEST} values are needed")
        self.noise: Noise = left(known, [], noise(known))
        if self.noise.spread == 0:
            raise ValueError("the good period stands still")
        self.level = centre(known, self.noise.spread)
        self.decision = decision(run_length)
        self._count = -1
        self._learning: list[float] | None = None
        self._learned = len(known)
        self._last: float | None = None
        self._sums = [0.0, 0.0]
        self._begun: list[list[int]] = [[], []]
        self._since: list[list[float]] = [[], []]

    def push(self, value: float) -> Found | None:
        """Take a reading; return a shift that has just become known. NaN is passed over."""
        self._count += 1
        if not np.isfinite(value):
            return None
        if self._learning is not None:
            self._learning.append(value)
            if len(self._learning) >= SETTLING:
                self.level = centre(np.array(self._learning), self.noise.spread)
                self._learning, self._learned = None, SETTLING
                self._restart()
            return None
        beside = (value - self.level) / self.noise.spread
        carried = self.noise.carried
        step = float(beside if self._last is None else beside - carried * self._last)
        if self._last is not None:
            step /= float(np.sqrt(1 - carried**2))
        self._last = beside
        step = float(np.clip(step, -CUT, CUT))
        if self._learned < SETTLED * self.noise.inflation:
            self._learned += 1
            near = float(np.clip(beside, -CUT, CUT)) * self.noise.spread
            self.level += near / self._learned
        for side, sign in enumerate((1.0, -1.0)):
            if self._sums[side] == 0:
                self._begun[side], self._since[side] = [], []
            self._begun[side].append(self._count)
            self._since[side].append(value)
            self._sums[side] = max(0.0, self._sums[side] + sign * step - SLACK)
        for side in (0, 1):
            if self._sums[side] > self.decision:
                self._learning = []
                return self._found(side)
        return None

    def _found(self, side: int) -> Found:
        """Place the beginning where what came since is least like the level before."""
        since = np.array(self._since[side]) - self.level
        near = np.clip(since, -CUT * self.noise.spread, CUT * self.noise.spread)
        sums = np.cumsum(near[::-1])[::-1]
        begun = int(np.argmax(np.abs(sums) / np.sqrt(np.arange(len(since), 0, -1))))
        at = self._begun[side][begun]
        return Found(at, self._count, float(np.median(since[begun:])))

    def _restart(self) -> None:
        self._last, self._sums = None, [0.0, 0.0]
