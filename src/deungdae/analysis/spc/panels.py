"""Charts of measured values: individuals with moving ranges, X̄-R and X̄-S, any subgroup sizes.

Limits are three standard deviations from the centre line. Montgomery, "Introduction to Statistical
Quality Control", chapter 6; ISO 7870-2. Subgroups of different sizes: Burr, "Control charts for
measurements with varying sample sizes" (Journal of Quality Technology 1, 1969), which weighs each
range or standard deviation by the inverse of its variance; for equal sizes this is R̄/d2 and S̄/c4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, special

from deungdae.analysis.stats.shewhart import c4, d2, d3

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: Median of the moving range of two values, in standard deviations.
MEDIAN_RANGE_OF_TWO = float(np.sqrt(2) * special.ndtri(0.75))
NORMAL_ALARM = float(2 * special.ndtr(-3.0))


@dataclass(frozen=True)
class Panel:
    """One picture of a control chart; all arrays have the shape (points,).

    `spread` is the standard deviation of each plotted value, so that z = (value - center)/spread.
    `alarm` is the chance that a point in control lies beyond the limits. `ruled`: all rules apply,
    or the limits alone. `sigma` is that of one value (one unit, for counts); NaN value: no point.
    """

    name: str  #: value, mr, range, sd, share, count, rate, ewma, upper, lower or t2
    value: Floats
    center: Floats
    lower: Floats
    upper: Floats
    spread: Floats
    sigma: float
    alarm: float
    ruled: bool


@dataclass(frozen=True)
class Subgroups:
    """Values of one column, subgroup after subgroup: `starts` index into `values`."""

    values: Floats
    starts: Ints
    sizes: Ints

    @property
    def mean(self) -> Floats:
        """Return the mean of each subgroup, shape (subgroups,)."""
        return np.asarray(np.add.reduceat(self.values, self.starts) / self.sizes)

    @property
    def range(self) -> Floats:
        """Return the range of each subgroup, NaN for a single value."""
        ranges = np.maximum.reduceat(self.values, self.starts) - np.minimum.reduceat(
            self.values, self.starts
        )
        return np.asarray(np.where(self.sizes > 1, ranges, np.nan))

    @property
    def deviation(self) -> Floats:
        """Return the sample standard deviation of each subgroup, NaN for a single value."""
        apart = self.values - np.repeat(self.mean, self.sizes)
        squares = np.add.reduceat(apart * apart, self.starts)
        freedom = np.where(self.sizes > 1, self.sizes - 1, 1)
        return np.asarray(np.where(self.sizes > 1, np.sqrt(squares / freedom), np.nan))


@dataclass(frozen=True)
class Known:
    """A centre line and standard deviation told by the person; None is estimated."""

    center: float | None = None
    sigma: float | None = None


UNTOLD: Final = Known()


def individuals(values: Floats, use: Mask, known: Known = UNTOLD) -> tuple[Panel, Panel]:
    """Return the chart of single values and that of their moving ranges (of two).

    `use` marks the points the limits come from; a range counts if both of its points do.
    σ = mean moving range / d2(2).
    """
    ranges = np.abs(np.diff(values, prepend=np.nan))
    both = use & np.roll(use, 1)
    both[:1] = False
    sigma = _told(known.sigma, lambda: float(ranges[both].mean()) / d2(2) if both.any() else np.nan)
    center = _told(known.center, lambda: float(values[use].mean()))
    mean, spread = sigma * d2(2), sigma * d3(2)
    return (
        _panel("value", values, center, sigma, sigma, NORMAL_ALARM, ruled=True),
        _panel("mr", ranges, mean, spread, sigma, range_alarm(2), ruled=False, least=0.0),
    )


def means_and_ranges(groups: Subgroups, use: Mask, known: Known = UNTOLD) -> tuple[Panel, Panel]:
    """Return X̄ and R charts: σ from the ranges over d2."""
    return _means(groups, use, known, "range", groups.range, d2, d3, range_alarm)


def means_and_deviations(
    groups: Subgroups,
    use: Mask,
    known: Known = UNTOLD,
) -> tuple[Panel, Panel]:
    """Return X̄ and S charts: σ from the standard deviations over c4."""
    spread = cache(lambda n: float(np.sqrt(1 - c4(n) ** 2)))
    return _means(groups, use, known, "sd", groups.deviation, c4, spread, deviation_alarm)


def _means(
    groups: Subgroups,
    use: Mask,
    known: Known,
    name: str,
    within: Floats,
    mean_of: Callable[[int], float],
    spread_of: Callable[[int], float],
    alarm_of: Callable[[int], float],
) -> tuple[Panel, Panel]:
    sizes = groups.sizes
    distinct, place = np.unique(sizes, return_inverse=True)
    factor = np.array([mean_of(int(n)) if n > 1 else np.nan for n in distinct])[place]
    wobble = np.array([spread_of(int(n)) if n > 1 else np.nan for n in distinct])[place]

    def estimate() -> float:
        counts = use & (sizes > 1)
        if not counts.any():
            return float("nan")
        weights = (factor[counts] / wobble[counts]) ** 2
        return float((within[counts] / factor[counts]) @ weights / weights.sum())

    sigma = _told(known.sigma, estimate)
    means = groups.mean
    center = _told(known.center, lambda: float(means[use] @ sizes[use] / sizes[use].sum()))
    typical = int(np.median(sizes[sizes > 1])) if (sizes > 1).any() else 2
    return (
        _panel("mean", means, center, sigma / np.sqrt(sizes), sigma, NORMAL_ALARM, ruled=True),
        _panel(
            name, within, sigma * factor, sigma * wobble, sigma, alarm_of(typical),
            ruled=False, least=0.0,
        ),
    )  # fmt: skip


def robust_individuals(values: Floats, use: Mask) -> tuple[float, float]:
    """Return centre and σ that a few odd points cannot move: median, median moving range."""
    both = use & np.roll(use, 1)
    both[:1] = False
    if not both.any():
        return float("nan"), float("nan")
    ranges = np.abs(np.diff(values, prepend=np.nan))[both]
    return float(np.median(values[use])), float(np.median(ranges)) / MEDIAN_RANGE_OF_TWO


def robust_means(groups: Subgroups, use: Mask) -> tuple[float, float]:
    """Return centre and σ from the medians of the means and of the standard deviations."""
    counts = use & (groups.sizes > 1)
    if not counts.any():
        return float("nan"), float("nan")
    freedom = groups.sizes[counts] - 1
    middle = np.sqrt(special.chdtri(freedom, 0.5) / freedom)
    sigma = float(np.median(groups.deviation[counts] / middle))
    return float(np.median(groups.mean[use])), sigma


@cache
def range_alarm(n: int) -> float:
    """Return the chance that the range of `n` normal values lies beyond d2 ± 3 d3."""
    high, low = d2(n) + 3 * d3(n), d2(n) - 3 * d3(n)

    def within(width: float) -> float:
        if width <= 0:
            return 0.0
        found, _ = integrate.quad(
            lambda x: (
                n
                * np.exp(-0.5 * x * x)
                / np.sqrt(2 * np.pi)
                * (special.ndtr(x + width) - special.ndtr(x)) ** (n - 1)
            ),
            -9,
            9,
        )
        return float(found)

    return 1 - within(high) + within(low)


@cache
def deviation_alarm(n: int) -> float:
    """Return the chance that the standard deviation of `n` normal values is beyond its limits."""
    width = 3 * np.sqrt(1 - c4(n) ** 2)
    high, low = c4(n) + width, max(0.0, c4(n) - width)
    freedom = n - 1
    return float(
        special.chdtrc(freedom, freedom * high**2) + special.chdtr(freedom, freedom * low**2)
    )


def _told(value: float | None, estimate: Callable[[], float]) -> float:
    return estimate() if value is None else value


def _panel(
    name: str,
    value: Floats,
    center: float | Floats,
    spread: float | Floats,
    sigma: float,
    alarm: float,
    *,
    ruled: bool,
    least: float | None = None,
) -> Panel:
    """Put a panel together with limits at three `spread`; `least` is where the scale begins."""
    middle = np.broadcast_to(np.asarray(center, dtype=np.float64), value.shape)
    wide = np.broadcast_to(np.asarray(spread, dtype=np.float64), value.shape)
    lower, upper = middle - 3 * wide, middle + 3 * wide
    if least is not None:
        lower = np.maximum(lower, least)
    return Panel(name, value, middle, lower, upper, wide, sigma, alarm, ruled)
