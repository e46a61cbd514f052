"""The window of each part: before its time, of its machine cycle, or of its lot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]

#: Stands for a missing time, and for both ends of a window that is not known.
NO_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Windows:
    """One window for each part, from `start` to `end`, both included; shape (parts,).

    `several` counts the parts whose lot or cycle was met more than once, of which one was taken.
    """

    start: Times
    end: Times
    several: int = 0

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which parts have a window."""
        return np.asarray((self.start != NO_TIME) & (self.start <= self.end))


@dataclass(frozen=True)
class Changes:
    """When a tag took another value: `time` and the `value` it took then, in order of time.

    The first is the first value that was seen: it may have stood before. the last one
    stood until `until`.
    """

    time: Times
    value: NDArray[np.float64] | NDArray[np.str_]
    until: int


def before(made: Times, length: int) -> Windows:
    """Return the windows of `length` microseconds that end when the parts were made."""
    known = made != NO_TIME
    return Windows(np.where(known, made - length, NO_TIME), np.where(known, made, NO_TIME))


def of_spans(start: Times, end: Times, made: Times | None = None) -> Windows:
    """Return the windows that the table itself names, such as start and end of the part's lot.

    One that goes on after the part was made ends there.
    """
    known = (start != NO_TIME) & (end != NO_TIME)
    if made is not None:
        known &= made != NO_TIME
        end = np.minimum(end, made)
    known &= start < end
    return Windows(np.where(known, start, NO_TIME), np.where(known, end, NO_TIME))


def of_lots(changes: Changes, lots: NDArray[np.str_], made: Times | None = None) -> Windows:
    """Return the time in which the lot tag showed each part's lot; `changes.value` are texts.

    With `made`, the latest time that began before it, and no further than it; without, the longest.
    A lot that the tag never showed has no window.
    """
    ends = np.append(changes.time[1:], changes.until)
    names, codes = np.unique(np.append(changes.value, lots), return_inverse=True)
    shown, wanted = codes[: changes.time.size], codes[changes.time.size :]
    times = np.bincount(shown, minlength=names.size)
    several = int((times[wanted] > 1).sum())
    if made is not None:
        place = _latest(shown, changes.time, wanted, made)
    else:
        longest = np.full(names.size, -1)
        order = np.argsort(ends - changes.time, kind="stable")
        longest[shown[order]] = order
        place = longest[wanted]
    start = _at(changes.time, place)
    end = _at(ends, place)
    if made is not None:
        end = np.where(place >= 0, np.minimum(end, made), NO_TIME)
    return Windows(start, end, several)


def of_cycles(
    changes: Changes, made: Times | None, numbers: NDArray[np.float64] | None, longest_ago: int
) -> Windows:
    """Return the machine cycle of each part, by a counter that goes up by one at each cycle's end.

    With `numbers` (NaN where missing) it is the cycle that ended when the counter turned to the
    part's number, the latest before `made` if counters begin anew; without `made`, a number that
    came twice has no window. Without `numbers` it is the last cycle that ended before `made`, and
    no more than `longest_ago` before it. A cycle of which a part was not heard (the counter jumped)
    is none.
    """
    values = np.asarray(changes.value, dtype=np.float64)
    whole = np.flatnonzero(np.diff(values) == 1) + 1
    start, end, number = changes.time[whole - 1], changes.time[whole], values[whole]
    several = 0
    if numbers is None:
        assert made is not None, "without numbers a cycle is known by the time alone"
        place = np.searchsorted(end, made, "right") - 1
        late = (place >= 0) & (made - _at(end, place) > longest_ago)
        place = np.where(late, -1, place)
    else:
        names, codes = np.unique(np.append(number, numbers), return_inverse=True)
        shown, wanted = codes[: number.size], codes[number.size :]
        times = np.bincount(shown, minlength=names.size)
        several = int((times[wanted] > 1).sum())
        ever = np.full(numbers.size, np.iinfo(np.int64).max)
        place = _latest(shown, end, wanted, ever if made is None else made)
        if made is None:
            place = np.where(times[wanted] > 1, -1, place)
        place = np.where(np.isnan(numbers), -1, place)
    return Windows(_at(start, place), _at(end, place), several)


def _latest(
    shown: NDArray[np.intp], times: Times, wanted: NDArray[np.intp], made: Times
) -> NDArray[np.intp]:
    """Return the place of the latest of `times` (ascending) not after `made` whose code is wanted.

    -1 where there is none.
    """
    # One number orders by code first and by time second: the code, then the rank of the time.
    steps = times.size + 1
    keys = shown.astype(np.int64) * steps + np.arange(1, steps)
    order = np.argsort(keys, kind="stable")
    asked = wanted.astype(np.int64) * steps + np.searchsorted(times, made, "right")
    place = np.searchsorted(keys[order], asked, "right") - 1
    found = np.where(place >= 0, order[np.maximum(place, 0)] if order.size else -1, -1)
    same = (found >= 0) & (_codes_at(shown, found) == wanted)
    return np.asarray(np.where(same & (made != NO_TIME), found, -1))


def _codes_at(codes: NDArray[np.intp], place: NDArray[np.intp]) -> NDArray[np.intp]:
    return codes[place] if codes.size else np.full(place.size, -1)


def _at(times: Times, place: NDArray[np.intp]) -> Times:
    """Return the times at some places, `NO_TIME` at -1."""
    if not times.size:
        return np.full(place.size, NO_TIME)
    return np.where(place >= 0, times[np.maximum(place, 0)], NO_TIME)
