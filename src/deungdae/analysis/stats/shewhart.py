"""The constants of control charts, worked out instead of looked up.

All are for a normal distribution with standard deviation 1 and samples of `n` values: the range of
a sample has mean `d2` and standard deviation `d3`, its standard deviation has mean `c4`.

Sources: Tippett, "On the extreme individuals and the range of samples taken from a normal
population" (Biometrika 17, 1925); Patnaik, "The use of mean range as an estimator of variance"
(Biometrika 37, 1950); Duncan, "Quality Control and Industrial Statistics", appendix D (d2*).
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

#: Beyond eleven standard deviations nothing is left that float64 could see.
_EDGE, _NODES = 11.0, 300


@cache
def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes, their normal distribution function, and weights (Gauss and Legendre)."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes * _EDGE, special.ndtr(nodes * _EDGE), weights * _EDGE


@cache
def d2(n: int) -> float:
    """Return the mean range of `n` values: ∫ 1 - Φ(x)^n - (1 - Φ(x))^n dx (Tippett 1925).

    Raises ValueError for fewer than two values.
    """
    _at_least_two(n)
    _, below, weights = _grid()
    return float(weights @ (1 - below**n - (1 - below) ** n))


@cache
def d3(n: int) -> float:
    """Return the standard deviation of the range of `n` values (Tippett 1925).

    Its second moment is 2 ∬ 1 - Φ(y)^n - (1 - Φ(x))^n + (Φ(y) - Φ(x))^n dx dy over x < y. Raises
    ValueError for fewer than two values.
    """
    _at_least_two(n)
    nodes, below, weights = _grid()
    # Below the diagonal a second rule of its own, so that the edge x = y is never cut by a cell.
    fine, fine_weights = np.polynomial.legendre.leggauss(160)
    low = -_EDGE
    half = (nodes - low) / 2
    x = special.ndtr(low + half[:, None] * (fine[None, :] + 1))
    y = below[:, None]
    inner = ((1 - y**n - (1 - x) ** n + (y - x) ** n) * fine_weights).sum(axis=1) * half
    return math.sqrt(max(0.0, 2 * float(weights @ inner) - d2(n) ** 2))


def c4(n: int) -> float:
    """Return the mean standard deviation of `n` values: √(2/(n-1)) Γ(n/2) / Γ((n-1)/2).

    Raises ValueError for fewer than two values.
    """
    _at_least_two(n)
    return chi_mean(n - 1)


def chi_mean(freedom: float) -> float:
    """Return the mean of a standard deviation with `freedom` degrees of freedom, c4 at n - 1."""
    return math.exp(
        0.5 * math.log(2 / freedom) + math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    )


def d2_star(n: int, samples: int) -> float:
    """Return √(d2² + d3²/samples): the divisor that makes the square of a mean range unbiased.

    It is the d2* of AIAG MSA, appendix C (Duncan); K1, K2, K3 are its inverses.
    """
    return math.sqrt(d2(n) ** 2 + d3(n) ** 2 / samples)


def freedom_of_mean_range(n: int, samples: int) -> float:
    """Return the degrees of freedom of the mean of `samples` ranges of `n` values (Patnaik 1950).

    It is the ν of a χ/√ν with the same coefficient of variation.
    """
    return freedom_of_spread((d3(n) / d2(n)) ** 2 / samples)


def freedom_of_spread(squared_variation: float) -> float:
    """Return the ν whose χ/√ν has the squared coefficient of variation `squared_variation`."""

    def apart(log_freedom: float) -> float:
        freedom = math.exp(log_freedom)
        mean = chi_mean(freedom)
        # (1 - c4²)/c4² loses all digits for large ν; there it is 1/(2ν).
        share = 1 / (2 * freedom) if freedom > 1e6 else (1 - mean * mean) / (mean * mean)
        return share - squared_variation

    return math.exp(optimize.brentq(apart, math.log(0.05), math.log(1e12), xtol=1e-12))


def _at_least_two(n: int) -> None:
    if n < 2:
        raise ValueError(f"a sample of {n} has no spread")
