"""What a sample leaves open about its shape: many shapes that might have brought it.

For a location and scale family (estimate - truth) / scale and the ratio of scales are pivots: their
distribution does not depend on the truth. Simulated once for a sample size and applied to the
estimates, they give exact generalised intervals for any function of the parameters (Weerahandi,
JASA 88, 1993; Lawless, section 5.2). For the gamma, the ratio of shape estimates is nearly a pivot,
and the sample mean given the shape is one (Krishnamoorthy and Wang, Journal of Quality Technology
48, 2016).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from deungdae.analysis.stats.anderson import statistic
from deungdae.analysis.stats.families import Shape, fit

Floats = NDArray[np.float64]

DRAWS = 3000
#: Larger samples are not simulated: their pivots are those of this size, drawn together by √n.
MOST = 400


def cloud(shape: Shape, n: int, seed: int) -> Shape:
    """Return `DRAWS` shapes that stand for what `n` values leave open about the fitted one."""
    if shape.family in ("normal", "lognormal"):
        move, grow = _normal_pivots(n, seed)
    elif shape.family == "gamma":
        ratio, spread = _gamma_pivots(_step(shape.first), min(n, MOST), seed)
        shapes = float(shape.first) * np.exp(-ratio * math.sqrt(min(1.0, MOST / n)))
        mean = float(shape.first) * float(shape.second)
        # The mean of n values has the relative variance 1/(n·shape), nearly normal in its log.
        width = 1 / np.sqrt(n * shapes)
        return Shape("gamma", shapes, mean * np.exp(-width * spread) / shapes, shape.boundary)
    else:
        move, log_grow, _ = _extreme_pivots(min(n, MOST), seed)
        pull = math.sqrt(min(1.0, MOST / n))
        move, grow = move * pull, np.exp(log_grow * pull)
        if shape.family == "largest_extreme":
            move = -move
    scale = float(shape.second) / grow
    return Shape(shape.family, float(shape.first) - move * scale, scale, shape.boundary)


def anderson_under(shape: Shape, n: int, seed: int) -> Floats | None:
    """Return Anderson-Darling statistics of fitted samples of this very shape, None for normal.

    Their upper share beyond the observed one is its p value, parameters estimated and all.
    """
    if shape.family in ("normal", "lognormal"):
        return None
    if shape.family == "gamma":
        return _gamma_anderson(_step(shape.first), min(n, MOST), seed)
    return _extreme_pivots(min(n, MOST), seed)[2]


def _step(shape: float) -> float:
    """Return a rounded gamma shape, so that neighbours share their simulation."""
    return math.exp(round(math.log(float(shape)) * 4) / 4)


@lru_cache(maxsize=64)
def _normal_pivots(n: int, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng((seed, n))
    return (
        rng.standard_normal(DRAWS) / math.sqrt(n),
        np.sqrt(stats.chi2.ppf(rng.random(DRAWS), n - 1) / (n - 1)),
    )


@lru_cache(maxsize=64)
def _extreme_pivots(n: int, seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng((seed, n, 1))
    values = np.log(rng.standard_exponential((DRAWS, n)))
    found = fit("smallest_extreme", values)
    low, high = found.first[:, None], found.second[:, None]
    again = Shape("smallest_extreme", low, high)
    ordered = np.sort(values, axis=1)
    return found.first, np.log(found.second), statistic(again.below(ordered), again.above(ordered))


@lru_cache(maxsize=64)
def _gamma_pivots(shape: float, n: int, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng((seed, n, 2))
    found = fit("gamma", rng.gamma(shape, size=(DRAWS, n)))
    return np.log(found.first / shape), rng.standard_normal(DRAWS)


@lru_cache(maxsize=64)
def _gamma_anderson(shape: float, n: int, seed: int) -> Floats:
    rng = np.random.default_rng((seed, n, 3))
    values = np.sort(rng.gamma(shape, size=(DRAWS // 3, n)), axis=1)
    found = fit("gamma", values)
    again = Shape("gamma", found.first[:, None], found.second[:, None])
    return statistic(again.below(values), again.above(values))
