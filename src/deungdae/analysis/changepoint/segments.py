"""Level shifts of a series that is known whole: where the level changed, and by how much.

The penalized cost of all segmentations is minimized exactly over a fine grid of levels, with
Tukey's biweight as the cost of a point, so that a wild reading costs the same however wild it is
and is no shift. The recursion of R-FPOP (Fearnhead and Rigaill 2019), with a grid for its pieces:

    best(t, level) = min(best(t - 1, level), min over levels of best(t - 1) + penalty) + cost

The penalty is set by how many false shifts a person is willing to see in 1,000 points.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CUT = 3.0  #: standard deviations beyond which a reading costs no more
LEVELS = 0.25  #: standard deviations between two levels of the grid
MOST_LEVELS = 400
FEWEST = 20
LEAST = 5  #: points of a segment; shorter is a spike
MOST_CARRIED = 0.9
#: (false shifts per 1,000 points, penalty), simulated on 1.8 million normal readings.
PENALTIES = ((3.76, 6.0), (0.864, 8.0), (0.187, 10.0), (0.0433, 12.0))


class Shift(NamedTuple):
    """A level shift. `at` is the place of the first reading on the new level.

    `earliest` and `latest` enclose `at`, and `low` and `high` the `size`, with a chance of 95 %.
    """

    at: int
    earliest: int
    latest: int
    before: float
    after: float
    size: float
    low: float
    high: float


class Noise(NamedTuple):
    """How far readings are from their level, and how much of that the next one keeps."""

    spread: float
    carried: float

    @property
    def inflation(self) -> float:
        """By how much the variance of a mean exceeds that of independent readings."""
        return (1 + self.carried) / (1 - self.carried)


def noise(values: Floats) -> Noise:
    """Estimate the noise around unknown levels, from differences, which few shifts change little.

    For a first-order autoregression the variances of differences over one and two steps have the
    ratio 1 + the share that is carried on.
    """
    one, two = (_width(values[lag:] - values[:-lag]) for lag in (1, 2))
    if one == 0:
        return Noise(0.0, 0.0)
    carried = float(np.clip((two / one) ** 2 - 1, 0, MOST_CARRIED))
    return Noise(one / float(np.sqrt(2 * (1 - carried))), carried)


def penalty(per_thousand: float) -> float:
    """Return the penalty for a rate of false shifts; its logarithm falls in a straight line."""
    if not per_thousand > 0:
        raise ValueError("a rate of false shifts is above zero")
    rates, penalties = np.log([r for r, _ in PENALTIES]), [p for _, p in PENALTIES]
    slope, start = np.polyfit(rates, penalties, 1)
    return float(start + slope * np.log(per_thousand))


def shifts(values: Floats, per_thousand: float = 0.1) -> list[Shift]:
    """Return the level shifts of a series of equal steps, in order; NaN are passed over.

    Raises ValueError for fewer than 20 known values.
    """
    values = np.asarray(values, float)
    places = np.flatnonzero(np.isfinite(values))
    y = values[places]
    if len(y) < FEWEST:
        raise ValueError(f"at least {FEWEST} values are needed")
    wobble = noise(y)
    if wobble.spread == 0:
        return []
    cuts = _cuts(y / wobble.spread, penalty(per_thousand) * wobble.inflation)
    # What differences say of noise that drifts is rough; what is left beside the levels says more.
    wobble = left(y, cuts, wobble)
    cuts = _cuts(y / wobble.spread, penalty(per_thousand) * wobble.inflation)
    found = []
    for start, at, end in zip([0, *cuts], cuts, [*cuts[1:], len(y)], strict=False):
        found.append(_described(y, start, at, end, wobble, places))
    return found


def _cuts(z: Floats, beta: float) -> list[int]:
    low, high = float(z.min()), float(z.max())
    count = int(np.clip((high - low) / LEVELS + 2, 2, MOST_LEVELS))
    # By quantiles where the range is too wide, so that wild readings do not thin the grid.
    grid = np.linspace(low, high, count)
    if (high - low) / LEVELS > MOST_LEVELS:
        grid = np.quantile(z, np.linspace(0, 1, count))
    cost = np.zeros(count)
    since = np.zeros(count, int)
    last = np.zeros(len(z) + 1, int)
    for at, one in enumerate(z):
        if at:
            place = int(cost.argmin())
            last[at] = since[place]
            fresh = cost[place] + beta
            new = cost > fresh
            cost = np.where(new, fresh, cost)
            since[new] = at
        cost = cost + np.minimum(np.abs(one - grid), CUT) ** 2
    last[len(z)] = since[int(cost.argmin())]
    cuts, at = [], len(z)
    while at:
        at = int(last[at])
        cuts.append(at)
    return _joined(z, sorted(cuts)[1:], beta)


def left(y: Floats, cuts: list[int], wobble: Noise) -> Noise:
    """Return the noise with what is carried on beside the levels between cuts, if that is more."""
    edges = [0, *cuts, len(y)]
    off = np.concatenate([y[a:b] - centre(y[a:b], wobble.spread) for a, b in pairwise(edges)])
    off = np.clip(off, -CUT * wobble.spread, CUT * wobble.spread)
    power = float(off @ off)
    carried = float(off[:-1] @ off[1:]) / power if power else 0.0
    return Noise(wobble.spread, float(np.clip(carried, wobble.carried, MOST_CARRIED)))


def _joined(z: Floats, cuts: list[int], beta: float) -> list[int]:
    """Leave out spikes, and a cut whose two sides are no different from one another."""
    edges = [0, *cuts, len(z)]
    gains = [_gain(z, edges, place, beta) for place in range(1, len(edges) - 1)]
    while gains and min(gains) < 0:
        worst = gains.index(min(gains))
        del gains[worst], edges[worst + 1]
        # Only its neighbours have changed.
        for place in (worst, worst + 1):
            if 1 <= place < len(edges) - 1:
                gains[place - 1] = _gain(z, edges, place, beta)
    return edges[1:-1]


def _gain(z: Floats, edges: list[int], place: int, beta: float) -> float:
    start, at, end = edges[place - 1 : place + 2]
    if min(at - start, end - at) < LEAST:
        return -1.0
    return _cost(z[start:end]) - _cost(z[start:at]) - _cost(z[at:end]) - beta


def centre(values: Floats, spread: float) -> float:
    """Return the level of readings by Tukey's biweight cost, from their median on."""
    level = float(np.median(values))
    for _ in range(5):
        near = values[np.abs(values - level) <= CUT * spread]
        if not len(near):
            return level
        level = float(near.mean())
    return level


def _cost(z: Floats) -> float:
    return float((np.minimum(np.abs(z - centre(z, 1.0)), CUT) ** 2).sum())


def _described(
    y: Floats, start: int, at: int, end: int, wobble: Noise, places: NDArray[np.intp]
) -> Shift:
    before, after = centre(y[start:at], wobble.spread), centre(y[at:end], wobble.spread)
    # How likely each other place is, with the two levels as they are.
    off = np.minimum(np.abs(y[start:end, None] - [before, after]) / wobble.spread, CUT) ** 2
    along = np.cumsum(off[:, 0] - off[:, 1])[:-1] / wobble.inflation
    weight = np.exp(-(along - along.min()) / 2)
    order = np.argsort(-weight, kind="stable")
    enough = int(np.searchsorted(np.cumsum(weight[order]), 0.95 * weight.sum())) + 1
    likely = order[:enough] + start + 1
    error = 1.96 * wobble.spread * np.sqrt(wobble.inflation * (1 / (at - start) + 1 / (end - at)))
    size = after - before
    return Shift(
        int(places[at]),
        int(places[min(at, int(likely.min()))]),
        int(places[max(at, int(likely.max()))]),
        before,
        after,
        size,
        size - float(error),
        size + float(error),
    )


def _width(differences: Floats) -> float:
    """Return a standard deviation that a few wild values do not move."""
    sizes = np.abs(differences)
    # Where most readings repeat the one before, the few that do not must tell.
    return float(1.4826 * np.median(sizes) or 1.2533 * sizes.mean())
