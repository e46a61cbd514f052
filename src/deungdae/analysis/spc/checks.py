"""What must hold for a chart to mean what it says: independence, normality, spread of counts.

Ljung and Box, "On a measure of lack of fit in time series models" (Biometrika 65, 1978). Anderson
and Darling with the p-values of D'Agostino and Stephens, "Goodness-of-Fit Techniques" (1986), table
4.9, mean and variance unknown.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from deungdae.analysis.spc.panels import Floats, Ints, Mask

#: More points than this are thinned: what shows in so many shows in these.
MOST = 100_000
_MOST_SHAPE = 2_000


@dataclass(frozen=True)
class Autocorrelation:
    """Of points: at lag 1, chance of that much (Ljung-Box), the lag at which it is gone."""

    first: float
    p_value: float
    gone_after: int | None

    @property
    def disturbs(self) -> bool:
        """Tell whether limits for independent points would mislead."""
        return abs(self.first) >= 0.25 and self.p_value < 0.01


def autocorrelation(values: Floats) -> Autocorrelation | None:
    """Return how points hang together with their neighbours, in time order; None below 15 points.

    Of more than `MOST` points the first are looked at.
    """
    series = values[np.isfinite(values)][:MOST]
    n = series.size
    if n < 15 or np.ptp(series) == 0:
        return None
    apart = series - series.mean()
    size = 1 << (2 * n - 1).bit_length()
    power = np.abs(np.fft.rfft(apart, size)) ** 2
    lags = min(50, n // 4)
    found = np.fft.irfft(power, size)[: lags + 1]
    r = found[1:] / found[0]
    tested = min(10, lags)
    q = n * (n + 2) * float((r[:tested] ** 2 / (n - np.arange(1, tested + 1))).sum())
    small = np.flatnonzero(np.abs(r) < max(0.2, 2 / np.sqrt(n)))
    gone = int(small[0]) + 1 if small.size else None
    return Autocorrelation(float(r[0]), float(special.chdtrc(tested, q)), gone)


@dataclass(frozen=True)
class Shape:
    """Of single values: Anderson-Darling p-value against a normal shape, skewness, kurtosis - 3."""

    p_value: float
    skewness: float
    kurtosis: float

    @property
    def disturbs(self) -> bool:
        """Tell whether three-sigma limits of single values would mislead."""
        return self.p_value < 0.005 and (abs(self.skewness) > 0.7 or self.kurtosis > 1.5)


def shape(values: Floats) -> Shape | None:
    """Return how far single values are from a normal shape; None below 20 values.

    Of more than 2,000 values every k-th is looked at, so that trifles do not become significant.
    """
    x = values[np.isfinite(values)]
    if x.size > _MOST_SHAPE:
        x = x[:: -(-x.size // _MOST_SHAPE)]
    n = x.size
    if n < 20 or np.ptp(x) == 0:
        return None
    z = np.sort((x - x.mean()) / x.std(ddof=1))
    i = np.arange(1, n + 1)
    log_both = special.log_ndtr(z) + special.log_ndtr(-z[::-1])
    a2 = (-n - float(((2 * i - 1) * log_both).sum()) / n) * (1 + 0.75 / n + 2.25 / n**2)
    apart = (x - x.mean()) / x.std()
    return Shape(_anderson(a2), float((apart**3).mean()), float((apart**4).mean()) - 3)


def _anderson(a: float) -> float:
    if a >= 0.6:
        # Beyond 13 the fitted parabola would turn up again.
        return float(np.exp(1.2937 - 5.709 * min(a, 13.0) + 0.0186 * min(a, 13.0) ** 2))
    if a >= 0.34:
        return float(np.exp(0.9177 - 4.279 * a - 1.38 * a**2))
    if a >= 0.2:
        return float(1 - np.exp(-8.318 + 42.796 * a - 59.938 * a**2))
    return float(1 - np.exp(-13.436 + 101.14 * a - 223.73 * a**2))


def between(means: Floats, sizes: Ints, sigma: float, use: Mask) -> float:
    """Return how much more subgroup means wander than the spread within explains.

    The moving range of the means, in its expected size for σ/√n: 1 if all is within, NaN if
    unknown. Moving ranges, so that one lasting shift does not raise it.
    """
    both = use & np.roll(use, 1)
    both[:1] = False
    if not both.any() or not sigma > 0:
        return float("nan")
    expected = sigma * np.sqrt(1 / sizes + 1 / np.roll(sizes, 1)) * np.sqrt(2 / np.pi)
    return float(np.abs(np.diff(means, prepend=np.nan))[both].sum() / expected[both].sum())


def steps(values: Floats) -> int:
    """Return how many different values there are, at most 1,000 of them looked at closely."""
    return int(np.unique(values[:50_000]).size)
