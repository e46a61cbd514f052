"""A tag over one span as a standing signal: areas under it, and its extremes between two points."""

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.joining.windows import Times

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

SECOND = 1_000_000  #: microseconds


class Standing:
    """The points of one tag in order of time; each value holds until the next, at most `hold`.

    `time` in microseconds, `value` without NaN, both of shape (points,) and not empty. Areas are
    those of `value` less `zero`, so that large squares do not drown a small spread.
    """

    def __init__(self, time: Times, value: Floats, hold: int, zero: float) -> None:
        self._time, self._value, self._hold = time, value, hold
        self._over = over = value - zero
        lasted = np.minimum(np.diff(time), hold) / SECOND
        self._covered = np.append(0.0, np.cumsum(lasted))
        self._area = np.append(0.0, np.cumsum(lasted * over[:-1]))
        self._square = np.append(0.0, np.cumsum(lasted * over[:-1] ** 2))

    def areas(self, until: Times) -> Floats:
        """Return what lies under the signal before each moment: shape (3, moments).

        The seconds in which a value stood, and value and squared value summed over these seconds.
        """
        place = np.searchsorted(self._time, until, "right") - 1
        some = place >= 0
        place = np.maximum(place, 0)
        more = np.minimum(until - self._time[place], self._hold) / SECOND
        value = self._over[place]
        under = np.stack(
            [
                self._covered[place] + more,
                self._area[place] + more * value,
                self._square[place] + more * value * value,
            ]
        )
        return np.asarray(np.where(some, under, 0.0))

    def last(self, at: Times) -> Floats:
        """Return the value that stands at each moment, NaN where none does."""
        place, stands = self._standing(at)
        return np.where(stands, self._value[place], np.nan)

    def extremes(self, start: Times, end: Times) -> tuple[Floats, Floats]:
        """Return the smallest and the largest value that stood from `start` to `end`, or NaN."""
        before, stands = self._standing(start)
        first = np.where(stands, before, np.searchsorted(self._time, start, "left"))
        count = np.searchsorted(self._time, end, "right") - first
        lows, highs = self._between(first, count)
        none = count <= 0
        return np.where(none, np.nan, lows), np.where(none, np.nan, highs)

    def _standing(self, at: Times) -> tuple[Places, NDArray[np.bool_]]:
        place = np.searchsorted(self._time, at, "right") - 1
        stands = place >= 0
        place = np.maximum(place, 0)
        return place, stands & (at - self._time[place] <= self._hold)

    def _between(self, first: Places, count: Places) -> tuple[Floats, Floats]:
        """Return the extremes of `count` points from `first` on, by doubling spans.

        The extremes of 2^k points from each place on answer any longer span by two of them.
        """
        lows = np.full(first.size, np.nan)
        highs = np.full(first.size, np.nan)
        least = most = self._value
        size = 1
        longest = int(count.max(initial=0))
        while size <= longest:
            chosen = (count >= size) & (count < 2 * size)
            one = first[chosen]
            other = one + count[chosen] - size
            lows[chosen] = np.minimum(least[one], least[other])
            highs[chosen] = np.maximum(most[one], most[other])
            least = np.minimum(least[:-size], least[size:])
            most = np.maximum(most[:-size], most[size:])
            size *= 2
        return lows, highs
