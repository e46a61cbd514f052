"""Whether a machine has moved away from its good period: then it is learned again, by a person.

Two ways to move: the scores rise slowly though none is an alarm (wear, a sensor that ages), or most
of a day is run as the machine was not run in the good period (another product, another setting).
Nothing is ever learned again by itself: a machine that gets worse would teach that this is usual.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.changepoint import Cusum

Floats = NDArray[np.float64]

FEWEST = 20  #: parts of the good period
RUN_LENGTH = 2_000.0  #: parts between two false words of a drift
LARGE = 1.0  #: spread of the parts; a smaller rise is not worth a person's week
RECENT = 24  #: parts that count as "of late"
MOSTLY = 0.5
SPREAD_AT_LEAST = 1e-6


class Drifted(NamedTuple):
    """`kind` is "slowly" or "elsewhere"; `since` the part at which it began.

    `size` is how far the scores have risen, in spreads of the good period's parts, or the share of
    the last parts that were beyond the limit of the place.
    """

    kind: str
    since: int
    size: float


def drifted(
    good: Floats, since: Floats, places: Floats | None = None, limit: float = np.inf
) -> Drifted | None:
    """Say whether the parts `since` (such as hourly medians of the score) have left the `good`.

    `places` are the same parts' place, with its `limit`. NaN (the machine stood) is passed over.
    """
    elsewhere = _elsewhere(places, limit)
    if elsewhere is not None:
        return elsewhere
    known = np.asarray(good, float)
    known = known[np.isfinite(known)]
    if len(known) < FEWEST or np.std(known) < SPREAD_AT_LEAST:
        return None
    watch = Cusum(known, RUN_LENGTH)
    spread = float(np.std(known))
    begun: int | None = None
    for value in np.asarray(since, float).tolist():
        found = watch.push(value)
        if found is not None:
            begun = found.at if begun is None else begun
    recent = _recent(since)
    if begun is None or len(recent) < RECENT // 2:
        return None
    # What came back is no drift.
    size = float(np.median(recent) - np.median(known)) / spread
    return Drifted("slowly", begun, size) if size >= LARGE else None


def _elsewhere(places: Floats | None, limit: float) -> Drifted | None:
    if places is None:
        return None
    recent = _recent(places)
    if len(recent) < RECENT // 2:
        return None
    share = float(np.mean(recent > limit))
    if share < MOSTLY:
        return None
    known = np.asarray(places, float)
    inside = np.flatnonzero(np.isfinite(known) & (known <= limit))
    return Drifted("elsewhere", int(inside[-1]) + 1 if len(inside) else 0, share)


def _recent(parts: Floats) -> Floats:
    known = np.asarray(parts, float)
    return np.asarray(known[np.isfinite(known)][-RECENT:])
