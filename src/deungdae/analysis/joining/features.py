"""Features of tags over the windows of parts, gathered from one span of history after another."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.joining.standing import SECOND, Floats, Standing
from deungdae.analysis.joining.windows import Times, Windows

#: mean, smallest and largest value, slope in units a minute, standard deviation, last value
FEATURES: Final = ("mean", "min", "max", "slope", "spread", "last")
#: A window in which values stood for less than this share of it says nothing but its last value.
COVERED: Final = 0.5

# What is summed up of one tag over one window, half by half.
_HALVES, _LOW, _HIGH, _LAST = slice(0, 6), 6, 7, 8
_SUMS: Final = 9


@dataclass(frozen=True)
class Features:
    """What was gathered: feature → array of shape (tags, parts), NaN where nothing is known.

    `heard` says for each part whether any tag had a value in its window or at its end.
    """

    values: dict[str, Floats]
    heard: NDArray[np.bool_]


class Gathering:
    """Takes spans of history in order of time and sums up what lies in the windows.

    Of each tag only the points of one span are needed at a time. `hold` is in microseconds, one
    for each tag.
    """

    def __init__(self, windows: Windows, hold: Times, features: Iterable[str] = FEATURES) -> None:
        self._known = windows.known
        self._start, self._end = windows.start, windows.end
        self._middle = windows.start + (windows.end - windows.start) // 2
        self._hold = hold
        self._left: dict[int, tuple[int, float]] = {}  # the last point of each tag so far
        self._zero: dict[int, float] = {}  # the first value of each tag, taken off its areas
        parts = windows.start.size
        self._found = {name: np.full((hold.size, parts), np.nan) for name in features}
        self._heard = np.zeros(parts, dtype=bool)
        self._open = np.zeros(0, dtype=np.intp)  # parts whose window goes on
        self._sums = np.zeros((_SUMS, hold.size, 0))

    def take(self, start: int, end: int, series: Iterable[tuple[int, Times, Floats]]) -> None:
        """Take the points of [start, end): tag's place, times and values in order of time.

        Spans must come in order; tags without points may be left out.
        """
        active = np.flatnonzero(self._known & (self._start < end) & (self._end >= start))
        sums = np.zeros((_SUMS, self._hold.size, active.size))
        sums[_LOW:] = np.nan
        _, old, new = np.intersect1d(self._open, active, assume_unique=True, return_indices=True)
        sums[:, :, new] = self._sums[:, :, old]
        given = dict.fromkeys(self._left)
        for tag, times, values in series:
            if times.size:
                given.pop(tag, None)
                self._add(sums[:, tag], active, tag, times, values, (start, end))
        for tag in given:  # what stood before may stand still, without a new point
            self._add(sums[:, tag], active, tag, _NO_TIMES, _NO_VALUES, (start, end))
        ended = self._end[active] < end
        self._finish(active[ended], sums[:, :, ended])
        self._open, self._sums = active[~ended], sums[:, :, ~ended]

    def result(self) -> Features:
        """Return what was found once all spans were taken."""
        self._finish(self._open, self._sums)
        self._open, self._sums = self._open[:0], self._sums[:, :, :0]
        return Features(self._found, self._heard)

    def _add(
        self,
        sums: Floats,
        active: NDArray[np.intp],
        tag: int,
        times: Times,
        values: Floats,
        span: tuple[int, int],
    ) -> None:
        zero = self._zero.setdefault(tag, float(values[0])) if values.size else self._zero[tag]
        left = self._left.get(tag)
        if left is not None:
            times = np.append(np.int64(left[0]), times)
            values = np.append(left[1], values)
        self._left[tag] = int(times[-1]), float(values[-1])
        if not active.size:
            return
        signal = Standing(times, values, int(self._hold[tag]), zero)
        start = np.maximum(self._start[active], span[0])
        end = np.minimum(self._end[active], span[1])
        middle = np.clip(self._middle[active], start, end)
        under = signal.areas(np.concatenate([start, middle, end])).reshape(3, 3, active.size)
        sums[_HALVES] += np.diff(under, axis=1).reshape(6, active.size)
        low, high = signal.extremes(start, end)
        sums[_LOW] = np.fmin(sums[_LOW], low)
        sums[_HIGH] = np.fmax(sums[_HIGH], high)
        here = self._end[active] < span[1]
        sums[_LAST, here] = signal.last(end[here])

    def _finish(self, parts: NDArray[np.intp], sums: Floats) -> None:
        if not parts.size:
            return
        zero = np.zeros((self._hold.size, 1))
        for tag, value in self._zero.items():
            zero[tag] = value
        halves = sums[_HALVES].reshape(3, 2, *sums.shape[1:])
        seconds, area, square = halves.sum(axis=1)
        length = (self._end[parts] - self._start[parts]) / SECOND
        whole = seconds >= COVERED * length
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = area / seconds
            variance = np.maximum(square / seconds - mean**2, 0.0)
            first, second = halves[1] / halves[0]
            both = (halves[0] >= COVERED * length / 2).all(axis=0)
            slope = np.where(both, (second - first) / (length / 2) * 60, np.nan)
        found = {
            "mean": np.where(whole, mean + zero, np.nan),
            "min": np.where(whole, sums[_LOW], np.nan),
            "max": np.where(whole, sums[_HIGH], np.nan),
            "slope": slope,
            "spread": np.where(whole, np.sqrt(variance), np.nan),
            "last": sums[_LAST],
        }
        for name, values in self._found.items():
            values[:, parts] = found[name]
        self._heard[parts] = (whole | ~np.isnan(sums[_LAST])).any(axis=0)


_NO_TIMES = np.zeros(0, dtype=np.int64)
_NO_VALUES = np.zeros(0)
