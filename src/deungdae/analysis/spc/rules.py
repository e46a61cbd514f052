"""Run rules: which points of a control chart are out of control, and by which pattern.

Western Electric, "Statistical Quality Control Handbook" (1956), rules 1 to 4; Nelson, "The Shewhart
control chart: tests for special causes" (Journal of Quality Technology 16, 1984), tests 1 to 8.

A point is marked where a pattern becomes complete, and at each later point at which it still holds.
A rule that counts points (two of three, four of five) marks only points that count themselves, so
that a point that has come back is never blamed for those before it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]


def beyond(z: Floats, sigmas: float) -> Mask:
    """Mark points more than `sigmas` standard deviations from the centre line."""
    return np.abs(z) > sigmas


def out_of(z: Floats, needed: int, window: int, sigmas: float) -> Mask:
    """Mark points beyond `sigmas` if, of the last `window`, `needed` are so on the same side."""
    marked = np.zeros(z.size, dtype=bool)
    for side in (z > sigmas, z < -sigmas):
        count = side.astype(np.int8)
        for back in range(1, min(window, z.size)):
            count[back:] += side[:-back]
        marked |= side & (count >= needed)
    return marked


def same_side(z: Floats, length: int) -> Mask:
    """Mark points that end `length` or more in a row on one side of the centre line.

    A point on the line itself is on neither side.
    """
    return (_run(z > 0) >= length) | (_run(z < 0) >= length)


def trend(z: Floats, length: int) -> Mask:
    """Mark points that end `length` or more in a row that rise, or fall, steadily."""
    if z.size < 2:
        return np.zeros(z.size, dtype=bool)
    step = np.diff(z, prepend=z[0])
    return (_run(step > 0) >= length - 1) | (_run(step < 0) >= length - 1)


def alternating(z: Floats, length: int) -> Mask:
    """Mark points that end `length` or more in a row which go up and down in turn."""
    if z.size < 3:
        return np.zeros(z.size, dtype=bool)
    step = np.sign(np.diff(z, prepend=z[0]))
    turned = np.zeros(z.size, dtype=bool)
    turned[2:] = step[2:] * step[1:-1] < 0
    return _run(turned) >= length - 2


def within(z: Floats, length: int, sigmas: float) -> Mask:
    """Mark points that end `length` or more in a row within `sigmas` of the centre line."""
    return _run(np.abs(z) < sigmas) >= length


def outside_both(z: Floats, length: int, sigmas: float) -> Mask:
    """Mark points that end `length` in a row of which none is within `sigmas`, on both sides."""
    out = np.abs(z) > sigmas
    both = np.ones(z.size, dtype=bool)
    for side in (z > sigmas, z < -sigmas):
        # how long ago the last point of this side was
        ago = np.arange(z.size, dtype=np.int32) - _last(side)
        both &= ago < length
    return both & (_run(out) >= length)


def _last(mask: Mask) -> Ints:
    """Return, for each point, the place of the last marked point so far, far back if none."""
    place = np.where(mask, np.arange(mask.size, dtype=np.int32), np.int32(-mask.size - 1_000))
    return np.maximum.accumulate(place) if mask.size else place


def _run(mask: Mask) -> Ints:
    """Return how many marked points in a row end at each point."""
    places = np.arange(mask.size, dtype=np.int32)
    broken = np.where(mask, np.int32(-1), places)
    return places - np.maximum.accumulate(broken) if mask.size else places


Rule = Callable[[Floats], Mask]

#: The rules by code: z, shape (points,), in time order -> mask of the same shape.
RULES: Final[Mapping[str, Rule]] = {
    "we1": lambda z: beyond(z, 3),
    "we2": lambda z: out_of(z, 2, 3, 2),
    "we3": lambda z: out_of(z, 4, 5, 1),
    "we4": lambda z: same_side(z, 8),
    "n1": lambda z: beyond(z, 3),
    "n2": lambda z: same_side(z, 9),
    "n3": lambda z: trend(z, 6),
    "n4": lambda z: alternating(z, 14),
    "n5": lambda z: out_of(z, 2, 3, 2),
    "n6": lambda z: out_of(z, 4, 5, 1),
    "n7": lambda z: within(z, 15, 1),
    "n8": lambda z: outside_both(z, 8, 1),
}
SETS: Final[Mapping[str, tuple[str, ...]]] = {
    "western-electric": ("we1", "we2", "we3", "we4"),
    "nelson": ("n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"),
}
#: Those that look at one point alone: all that ranges, CUSUM, EWMA and T² are held to.
LIMITS_ONLY: Final = ("n1",)


def marks(z: Floats, rules: Sequence[str], starts: Sequence[int] = (0,)) -> dict[str, Mask]:
    """Return by rule which points break it.

    `z` are the points in standard deviations from the centre line, shape (points,), without gaps;
    `starts` are the first points of the stages: no pattern reaches across them.
    """
    ends = [*starts[1:], z.size]
    return {
        rule: np.concatenate([RULES[rule](z[a:b]) for a, b in zip(starts, ends, strict=True)])
        if len(starts) > 1
        else RULES[rule](z)
        for rule in rules
    }
