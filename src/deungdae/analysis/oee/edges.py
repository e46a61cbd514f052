"""Where a stop begins and ends, to the reading: windows alone say it to a window.

A window that holds the end of a run and the beginning of a stop looks like neither, and mostly goes
to the run: a stop comes out short by up to a window at both of its ends. What single readings look
like in each state is known, so the edge is moved to where the readings around it are most likely.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.oee.spans import Span, State, joined

REACH = 2  #: windows to either side in which an edge is looked for
FARTHEST = (
    5.0  #: standard deviations: a reading further off counts as this far, and decides no edge
)
FEWEST_READINGS = 8  #: of a state, before it is known what its readings look like


class Look(NamedTuple):
    """What single readings look like in the lower state, and in the higher one."""

    means: tuple[float, float]
    spreads: tuple[float, float]


def look_of(
    place: NDArray[np.int64],
    values: NDArray[np.float64],
    filled: NDArray[np.int64],
    high: NDArray[np.bool_],
) -> Look | None:
    """Learn from windows what readings of both states look like; None of too few.

    `place` is the window of each reading; `high` says of each window that is `filled` whether it is
    in the higher state. Windows beside a change hold readings of both states, and teach neither.
    """
    inside = np.ones(len(filled), bool)
    changes = np.flatnonzero(high[1:] != high[:-1])
    inside[changes] = inside[changes + 1] = False
    window = np.searchsorted(filled, place)
    found = []
    for state in (False, True):
        mine = values[(inside & (high == state))[window]]
        if len(mine) < FEWEST_READINGS:
            mine = values[(high == state)[window]]
        if len(mine) < FEWEST_READINGS:
            return None
        found.append((float(mine.mean()), float(mine.std())))
    (low, low_spread), (top, top_spread) = found
    least = max(1e-3 * abs(top - low), 1e-3 * max(low_spread, top_spread), 1e-12)
    return Look((low, top), (max(low_spread, least), max(top_spread, least)))


def sharpened(
    spans: Sequence[Span],
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    look: Look,
    width_us: int,
    *,
    running_is_low: bool,
) -> list[Span]:
    """Return spans whose edges between running and standing lie where the readings change.

    No edge goes beyond the middle of a span beside it: a short stop stays a stop, unless none of
    its readings looks like one.
    """
    likely = [
        -0.5 * np.minimum(((values - mean) / spread) ** 2, FARTHEST**2) - np.log(spread)
        for mean, spread in zip(*look, strict=True)
    ]
    runs = likely[1] - likely[0] if not running_is_low else likely[0] - likely[1]
    found = list(spans)
    for at, (one, two) in enumerate(itertools.pairwise(spans)):
        if State.UNKNOWN in (one.state, two.state):
            continue
        edge = one.end_us
        first = max(edge - REACH * width_us, (one.start_us + one.end_us) // 2)
        last = min(edge + REACH * width_us, (two.start_us + two.end_us) // 2)
        a, b = np.searchsorted(times_us, [first, last])
        if a == b:
            continue
        told = runs[a:b] if one.state is State.RUNNING else -runs[a:b]
        before = int(np.argmax(np.concatenate(([0.0], told.cumsum()))))
        edge = int(times_us[a + before]) if a + before < b else last
        found[at] = found[at]._replace(end_us=edge)
        found[at + 1] = two._replace(start_us=edge)
    return joined(span for span in found if span.end_us > span.start_us)
