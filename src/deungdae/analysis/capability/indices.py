"""Capability and performance indices, with intervals that hold what they promise.

Sources: ISO 22514-2 (quantile method); AIAG SPC, 2nd ed., chapter IV; Kushler and Hurley (Journal
of Quality Technology 24, 1992) for the normal; Boyles (Journal of Quality Technology 23, 1991) for
Cpm; generalised intervals (Weerahandi 1993) averaged over shapes for all others.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from deungdae.analysis.capability.choosing import LEAST, Candidate
from deungdae.analysis.stats.families import Shape
from deungdae.analysis.stats.fiducial import cloud
from deungdae.analysis.stats.intervals import clopper_pearson
from deungdae.analysis.stats.noncentral import distance_interval

Floats = NDArray[np.float64]
Limits = tuple[float | None, float | None]
Interval = list[float] | None

#: The shares below which three standard deviations of a normal leave it; ISO writes 0.135 %.
REACH: Final = 3.0
TAIL: Final = 0.025
#: So much is taken off the tails when the shape itself is in doubt (see benchmarks).
DOUBT: Final = 0.008


@dataclass(frozen=True)
class Index:
    """An index with its 95 % interval; None where the limits do not define it."""

    value: float | None
    interval: Interval = None

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"value": self.value, "ci95": self.interval}


#: Stands for an index that the limits do not define.
NONE: Final = Index(None)


def of_quantiles(low: Any, middle: Any, high: Any, limits: Limits) -> dict[str, Any]:
    """Return spread, lower, upper and nearer index from the 0.135, 50 and 99.865 % quantiles.

    (USL - LSL)/(high - low), (middle - LSL)/(middle - low), (USL - middle)/(high - middle), and the
    smaller of the two (ISO 22514-2); None where a limit is missing. Arrays give arrays.
    """
    lower, upper = limits
    found: dict[str, Any] = dict.fromkeys(("spread", "lower", "upper", "nearer"))
    if lower is not None:
        found["lower"] = np.divide(middle - lower, middle - low)
    if upper is not None:
        found["upper"] = np.divide(upper - middle, high - middle)
    if lower is not None and upper is not None:
        found["spread"] = np.divide(upper - lower, high - low)
        found["nearer"] = np.minimum(found["lower"], found["upper"])
    else:
        found["nearer"] = found["upper"] if lower is None else found["lower"]
    return found


def normal_indices(
    mean: float, sigma: float, n: int, freedom: float, limits: Limits
) -> dict[str, Index]:
    """Return the four indices of a normal with exact intervals.

    `sigma` is worth `freedom` degrees of freedom (overall: n - 1). That of the spread comes from
    χ², those of one side from the noncentral t; the nearer one has the interval of its side.
    """
    point = of_quantiles(mean - REACH * sigma, mean, mean + REACH * sigma, limits)
    found = dict.fromkeys(point, NONE)
    for side in ("lower", "upper"):
        if point[side] is not None:
            ends = distance_interval(point[side] * REACH, n, freedom)
            found[side] = Index(float(point[side]), [end / REACH for end in ends])
    if point["spread"] is not None:
        pull = [math.sqrt(float(stats.chi2.ppf(p, freedom)) / freedom) for p in (TAIL, 1 - TAIL)]
        found["spread"] = Index(float(point["spread"]), [point["spread"] * p for p in pull])
    sides = [found[s] for s in ("lower", "upper") if found[s].value is not None]
    found["nearer"] = min(sides, key=lambda i: i.value if i.value is not None else math.inf)
    return found


@dataclass(frozen=True)
class Beliefs:
    """Shapes that might have brought the values, each a cloud, with what it is believed."""

    clouds: tuple[Shape, ...]
    weights: tuple[float, ...]
    tail: float

    def interval(self, each: list[Floats]) -> Interval:
        """Return the interval of a function that was worked out for each cloud."""
        joined = np.concatenate(each)
        weight = np.repeat(
            [w / e.size for w, e in zip(self.weights, each, strict=True)], [e.size for e in each]
        )
        order = np.argsort(joined, kind="stable")
        share = np.cumsum(weight[order]) - weight[order] / 2
        ends = np.interp([self.tail, 1 - self.tail], share / weight.sum(), joined[order])
        return [float(end) for end in ends]


def beliefs(candidates: tuple[Candidate, ...], n: int, seed: int) -> Beliefs:
    """Return the clouds of the candidates that are believed at all.

    Where several compete, the tails are cut a little less: the belief itself is estimated.
    """
    used = [c for c in candidates if c.belief >= LEAST]
    doubt = min(1.0, 2 * (1 - max(c.belief for c in used)))
    return Beliefs(
        tuple(cloud(c.shape, n, seed) for c in used),
        tuple(c.belief for c in used),
        TAIL - DOUBT * doubt,
    )


def shaped_indices(
    shape: Shape, believed: Beliefs, limits: Limits, ratio: float, noise: float, seed: int
) -> dict[str, Index]:
    """Return the four indices of a fitted shape, intervals over all that is believed.

    `ratio` is the spread within subgroups over the overall one on the scale of normal scores (1 for
    the overall indices), `noise` the standard deviation of its logarithm.
    """
    point = of_quantiles(*_quantiles(shape, ratio), limits)
    rng = np.random.default_rng((seed, 7))
    sides = []
    for shapes in believed.clouds:
        size = np.shape(shapes.first)
        ratios = ratio * np.exp(noise * rng.standard_normal(size)) if noise else ratio
        sides.append(of_quantiles(*_quantiles(shapes, ratios), limits))
    found = dict.fromkeys(point, NONE)
    for name in ("spread", "lower", "upper"):
        if point[name] is not None:
            found[name] = Index(float(point[name]), believed.interval([s[name] for s in sides]))
    if point["nearer"] is not None:
        # The smaller of two noisy sides is too small on average: each shape speaks for the side
        # that is nearer under it, not for whichever happens to be nearer in each draw.
        near = [_nearer(s) for s in sides]
        found["nearer"] = Index(float(point["nearer"]), believed.interval(near))
    return found


def _nearer(side: dict[str, Any]) -> Floats:
    """Return the draws of the side whose middle is smaller."""
    given: list[Floats] = [side[s] for s in ("lower", "upper") if side[s] is not None]
    return min(given, key=lambda draws: float(np.median(draws)))


def _quantiles(shape: Shape, ratio: Any) -> tuple[Any, Any, Any]:
    reach = special.ndtr(-REACH * ratio)
    # Not 1 - reach: in the far tail of a bounded shape that would lose its last digits.
    return shape.quantile(reach), shape.quantile(0.5), shape.quantile(special.ndtr(REACH * ratio))


def percentile_indices(values: Floats, limits: Limits) -> dict[str, Index]:
    """Return the four indices from the values' own quantiles, intervals by order statistics.

    An interval needs values beyond the quantile on both sides: from about 2,800 values on; before
    that there is none.
    """
    reach = float(special.ndtr(-REACH))
    low, middle, high = (
        float(q) for q in np.quantile(values, [reach, 0.5, 1 - reach], method="median_unbiased")
    )
    point = of_quantiles(low, middle, high, limits)
    ordered = np.sort(values)
    lows, highs = _order_interval(ordered, reach), _order_interval(ordered, 1 - reach)
    found = dict.fromkeys(point, NONE)
    lower, upper = limits
    for name, value in point.items():
        if value is None:
            continue
        ends: Interval = None
        if name == "upper" and highs and upper is not None:
            ends = [float(np.divide(upper - middle, end - middle)) for end in reversed(highs)]
        if name == "lower" and lows and lower is not None:
            ends = [float(np.divide(middle - lower, middle - end)) for end in lows]
        found[name] = Index(float(value), ends)
    near = [found[s] for s in ("lower", "upper") if found[s].value is not None]
    found["nearer"] = min(near, key=lambda i: i.value if i.value is not None else math.inf)
    return found


def _order_interval(ordered: Floats, share: float) -> list[float] | None:
    """Return the distribution-free interval of a quantile, None where the ends do not exist."""
    n = ordered.size
    first = int(stats.binom.ppf(TAIL, n, share)) - 1
    last = int(stats.binom.ppf(1 - TAIL, n, share))
    if first < 0 or last >= n:
        return None
    return [float(ordered[first]), float(ordered[last])]


def target_index(values: Floats, limits: Limits, target: float) -> Index:
    """Return Cpm = (USL - LSL)/(6 √(s² + (mean - target)²)) with Boyles' interval."""
    lower, upper = limits
    if lower is None or upper is None:
        return NONE
    n = values.size
    sigma, away = float(values.std(ddof=1)), float(values.mean() - target)
    if sigma == 0:
        return NONE
    value = (upper - lower) / (6 * math.hypot(sigma, away))
    # Boyles divides by n; the ratio of distance and spread is all that matters for ν.
    ratio = (away / sigma) ** 2 * n / (n - 1)
    freedom = n * (1 + ratio) ** 2 / (1 + 2 * ratio)
    ends = [math.sqrt(float(stats.chi2.ppf(p, freedom)) / freedom) for p in (TAIL, 1 - TAIL)]
    return Index(value, [value * end for end in ends])


def parts_per_million(
    shape: Shape | None, believed: Beliefs | None, values: Floats, limits: Limits
) -> dict[str, Any]:
    """Return what lies below, above and outside of the limits, per million parts.

    "observed" has the exact interval of a share, "expected" what the shape says beyond, with the
    interval over all that is believed; None without a shape.
    """
    lower, upper = limits
    outside = {
        "below": 0 if lower is None else int((values < lower).sum()),
        "above": 0 if upper is None else int((values > upper).sum()),
    }
    outside["total"] = outside["below"] + outside["above"]
    observed = {
        side: {
            "parts": hits,
            "ppm": 1e6 * hits / values.size,
            "ci95": [1e6 * end for end in clopper_pearson(hits, values.size)],
        }
        for side, hits in outside.items()
    }
    if shape is None or believed is None:
        return {"observed": observed, "expected": None}
    point = _beyond(shape, limits)
    clouds = [_beyond(c, limits) for c in believed.clouds]
    expected = {
        side: {
            "ppm": 1e6 * float(point[side]),
            "ci95": [1e6 * e for e in believed.interval([c[side] for c in clouds]) or ()],
        }
        for side in point
    }
    return {"observed": observed, "expected": expected}


def _beyond(shape: Shape, limits: Limits) -> dict[str, Any]:
    lower, upper = limits
    none = np.zeros(np.shape(shape.first))
    below = none if lower is None else shape.below(lower)
    above = none if upper is None else shape.above(upper)
    return {"below": below, "above": above, "total": below + above}
