"""What the signals of one unit looked like up to each moment of its life.

For each row, from this and earlier rows alone: means of the last few rows, of more and of many; how
far they moved since; how far they are from this unit's own beginning; the mean of the whole life;
and the age.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def window_of(lengths: list[int]) -> int:
    """Return how many rows a window has: a twentieth of the usual life, from 2 to 50."""
    return int(np.clip(round(float(np.median(lengths)) / 20), 2, 50))


def traced(signals: Floats, age: Floats, window: int) -> Floats:
    """Return (rows, 6 · signals + 1) for one unit's `signals` (rows, signals) in order of age."""
    rows = signals.shape[0]
    sums = np.vstack([np.zeros(signals.shape[1]), np.cumsum(_filled(signals), axis=0)])
    place = np.arange(1, rows + 1)

    def mean(width: int) -> Floats:
        first = np.maximum(place - width, 0)
        out: Floats = (sums[place] - sums[first]) / (place - first)[:, None]
        return out

    few, usual, many = mean(max(window // 2, 1)), mean(window), mean(3 * window)
    before = usual[np.maximum(place - 1 - 2 * window, 0)]
    life = mean(rows)
    beginning = life[np.minimum(place, 2 * window) - 1]
    return np.hstack([few, usual, many, usual - before, usual - beginning, life, age[:, None]])


def _filled(signals: Floats) -> Floats:
    """Return the signals with gaps filled by the value before; a gap at the beginning by zero.

    Signals are centred, so that zero is the usual value.
    """
    known = ~np.isnan(signals)
    if known.all():
        return signals
    last = np.where(known, np.arange(signals.shape[0])[:, None], -1)
    last = np.maximum.accumulate(last, axis=0)
    found = np.take_along_axis(signals, np.maximum(last, 0), axis=0)
    return np.where(last < 0, 0.0, found)
