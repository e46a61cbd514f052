"""Parts from a counter: increments, resets, cycle times, and the ideal cycle that they show."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST_CYCLES = 30  #: before a typical cycle is said
DEMONSTRATED = 0.05  #: share of the cycles that is at least as fast as the demonstrated one
WITHIN = 0.5  #: cycles up to this much longer than the typical one belong to it
COARSE = 0.05  #: of a cycle: readings further apart do not show how long one took
COMMON = 0.02  #: share of the cycles from which on a length is no accident


class Increments(NamedTuple):
    """When a counter moved, and by how many parts; `resets` counts its returns to a lower value.

    `times` are microseconds (int64), `parts` whole numbers above zero.
    """

    times: NDArray[np.int64]
    parts: NDArray[np.int64]
    resets: int


def increments(times_us: NDArray[np.int64], values: NDArray[np.float64]) -> Increments:
    """Return the movements of a counter that was read at `times_us` (ascending), as `values`.

    A value below the one before is a reset, or an overflow: what stands on the counter then was
    made since. A value that is not finite is passed over.
    """
    times_us, values = np.asarray(times_us, np.int64), np.asarray(values, float)
    if times_us.shape != values.shape or times_us.ndim != 1:
        raise ValueError("a counter has one value for each time")
    if np.any(np.diff(times_us) < 0):
        raise ValueError("times must ascend")
    kept = np.isfinite(values)
    times_us, values = times_us[kept], np.rint(values[kept])
    steps = np.diff(values)
    back = steps < 0
    parts = np.where(back, values[1:], steps)
    moved = parts > 0
    return Increments(times_us[1:][moved], parts[moved].astype(np.int64), int(back.sum()))


def cycle_seconds(found: Increments) -> NDArray[np.float64]:
    """Return the time from each movement to the next, per part, in seconds."""
    return np.diff(found.times) / 1e6 / found.parts[1:]


class Cycle(NamedTuple):
    """What the cycles show, in seconds.

    `typical`: the commonest cycle (the half-sample mode). `demonstrated`: what the fastest 5 % of
    the cycles near it took at most: proven to be possible, so a fair proposal for the ideal cycle.
    `used` cycles were near the typical one, of `all` of them. Where readings are far apart, a cycle
    of 24 s is seen as one of 20 or of 30: then both are the mean of those.
    """

    typical: float
    demonstrated: float
    used: int
    all: int


def learned(seconds: NDArray[np.float64]) -> Cycle | None:
    """Return the typical and the demonstrated cycle; None of fewer than `FEWEST_CYCLES`.

    Stops among the cycles do not move it: the mode is where most cycles lie (half-sample mode,
    Bickel and Frühwirth 2006), not between them and the stops as a mean would be.
    """
    seconds = np.asarray(seconds, float)
    seconds = np.sort(seconds[np.isfinite(seconds) & (seconds > 0)])
    if len(seconds) < FEWEST_CYCLES:
        return None
    typical = float(np.exp(half_sample_mode(np.log(seconds))))
    step = _apart(seconds, typical)
    if step is not None:
        near = seconds[np.abs(seconds - typical) <= 1.001 * step]
        typical = float(near.mean())
        return Cycle(typical, typical, len(near), len(seconds))
    near = seconds[np.abs(seconds - typical) <= WITHIN * typical]
    return Cycle(typical, float(np.quantile(near, DEMONSTRATED)), len(near), len(seconds))


def _apart(ordered: NDArray[np.float64], typical: float) -> float | None:
    """Return how far apart the few lengths are that cycles have; None where they differ finely."""
    lengths, times = np.unique(np.round(ordered, 3), return_counts=True)
    common = (times >= COMMON * len(ordered)) & (lengths < 2.1 * typical)
    if times[common].sum() < 0.5 * len(ordered) or common.sum() < 2:
        return None
    step = float(np.diff(lengths[common]).min())
    return step if step > COARSE * typical else None


def half_sample_mode(ordered: NDArray[np.float64]) -> float:
    """Return the mode of ascending values: the densest half of the densest half of … of them.

    Source: D. R. Bickel, R. Frühwirth, On a fast, robust estimator of the mode, Computational
    Statistics & Data Analysis 50 (2006), pages 3500-3530.
    """
    while len(ordered) > 3:
        half = (len(ordered) + 1) // 2
        widths = ordered[half - 1 :] - ordered[: len(ordered) - half + 1]
        at = int(np.argmin(widths))
        ordered = ordered[at : at + half]
    if len(ordered) == 3:
        left, right = ordered[1] - ordered[0], ordered[2] - ordered[1]
        if left < right:
            ordered = ordered[:2]
        elif right < left:
            ordered = ordered[1:]
        else:
            return float(ordered[1])
    return float(ordered.mean())
