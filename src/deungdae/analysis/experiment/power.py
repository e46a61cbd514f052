"""How many parts an experiment needs: the calculators of the trade.

They take parts as independent of one another; `sizing` allows for parts of one run that share
their fate. All tests are two-sided; `n` is the number of parts (values) in each group.

Sources: J. L. Fleiss, Statistical Methods for Rates and Proportions (1981), chapter 3; J. Cohen,
Statistical Power Analysis for the Behavioral Sciences (1988), chapters 2, 6 and 8; R. A. Fisher's
exact test and the pooled z test by enumeration of both binomials (E. A. Haseman, Biometrics 34
(1978) 106-109, for the former).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from deungdae.records.errors import UnusableOption

#: Beyond this many parts in a group the two binomials are no longer enumerated.
MOST_ENUMERATED = 20_000
_MOST = 10_000_000


def two_rates_normal(p1: float, p2: float, n: float, alpha: float = 0.05) -> float:
    """Return the power of the pooled z test by the normal approximation (Fleiss 1981, 3.2).

    z = (√n·|p1 - p2| - z_α·√(2·p̄·(1-p̄))) / √(p1·(1-p1) + p2·(1-p2)), p̄ = (p1 + p2) / 2.
    """
    _check_rates(p1, p2)
    mean = (p1 + p2) / 2
    critical = stats.norm.isf(alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    spread = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return float(stats.norm.cdf((math.sqrt(n) * abs(p1 - p2) - critical) / spread))


def parts_for_rates(
    p1: float, p2: float, power: float = 0.8, alpha: float = 0.05, corrected: bool = False
) -> float:
    """Return the parts in each group for two rates; `corrected` for continuity (Fleiss 3.14).

    n = (z_α·√(2·p̄·(1-p̄)) + z_β·√(p1·(1-p1) + p2·(1-p2)))² / (p1 - p2)²; corrected
    n' = n/4·(1 + √(1 + 4/(n·|p1 - p2|)))².
    """
    _check_rates(p1, p2)
    mean = (p1 + p2) / 2
    root = stats.norm.isf(alpha / 2) * math.sqrt(2 * mean * (1 - mean)) + stats.norm.ppf(
        power
    ) * math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    n = (root / (p1 - p2)) ** 2
    if corrected:
        n = n / 4 * (1 + math.sqrt(1 + 4 / (n * abs(p1 - p2)))) ** 2
    return float(n)


def cohens_h(p1: float, p2: float) -> float:
    """Return Cohen's h, the difference of 2·arcsin(√p) (Cohen 1988, 6.2.1)."""
    return abs(2 * math.asin(math.sqrt(p1)) - 2 * math.asin(math.sqrt(p2)))


def parts_for_h(h: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the parts in each group to find a difference of h (Cohen 1988, 6.4)."""
    return float(2 * ((stats.norm.isf(alpha / 2) + stats.norm.ppf(power)) / h) ** 2)


def two_rates_exact(
    p1: float, p2: float, n: int, alpha: float = 0.05, test: str = "fisher"
) -> float:
    """Return the exact power of a test of two rates with `n` parts in each group.

    Both binomials are enumerated. `test` is "fisher" (two-sided as the sum of all tables that are
    no likelier) or "score" (pooled z without correction).
    """
    if n > MOST_ENUMERATED:
        raise UnusableOption(
            "Exact power is computed for up to {most} parts in a group, not {n}.",
            most=MOST_ENUMERATED,
            n=n,
        )
    first, weight1 = _likely(n, p1)
    second, weight2 = _likely(n, p2)
    rejected = _rejected(test)(first, second, n, alpha)
    return float(weight1 @ rejected @ weight2)


def two_means(difference: float, sd: float, n: float, alpha: float = 0.05) -> float:
    """Return the power of the two-sample t test by the noncentral t distribution (Cohen 2).

    ν = 2n - 2, noncentrality = |difference| / sd · √(n/2); both tails count.
    """
    freedom = 2 * n - 2
    shift = abs(difference) / sd * math.sqrt(n / 2)
    return t_power(shift, freedom, alpha)


def t_power(shift: float, freedom: float, alpha: float = 0.05) -> float:
    """Return the chance that |t| passes its critical value, with noncentrality `shift`."""
    critical = stats.t.isf(alpha / 2, freedom)
    upper = float(stats.nct.sf(critical, freedom, shift))
    lower = float(stats.nct.cdf(-critical, freedom, shift))
    # Far out in its tail the library's distribution function gives no number; the chance is 0.
    return upper + (0.0 if math.isnan(lower) else max(lower, 0.0))


def values_for_means(
    difference: float, sd: float, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Return the values in each group that give the two-sample t test this power."""
    return _solve(lambda n: two_means(difference, sd, n, alpha), 2.0, power)


def one_way(effect: float, groups: int, n: float, alpha: float = 0.05) -> float:
    """Return the power of one-way analysis of variance by the noncentral F (Cohen 1988, 8).

    `effect` is Cohen's f: the standard deviation of the group means over that within groups.
    Noncentrality = f²·groups·n.
    """
    first, second = groups - 1, groups * (n - 1)
    critical = stats.f.isf(alpha, first, second)
    return float(stats.ncf.sf(critical, first, second, effect * effect * groups * n))


def values_for_one_way(
    effect: float, groups: int, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Return the values in each group that give one-way analysis of variance this power."""
    return _solve(lambda n: one_way(effect, groups, n, alpha), 2.0, power)


def design_effect(parts: float, intra_run: float) -> float:
    """Return by how much sharing their fate within runs multiplies the parts needed.

    1 + (parts - 1)·ρ, with ρ the correlation between parts of one run (Kish 1965).
    """
    return 1 + (parts - 1) * intra_run


def _solve(power_of: Callable[[float], float], lowest: float, wanted: float) -> float:
    low, high = lowest, lowest
    while power_of(high) < wanted:
        low, high = high, high * 2
        if high > _MOST:
            return math.inf
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if power_of(middle) < wanted else (low, middle)
    return high


def _likely(n: int, p: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the counts that can happen at all (all but 1e-13 of the chance) and their chances."""
    low, high = int(stats.binom.ppf(5e-14, n, p)), int(stats.binom.isf(5e-14, n, p))
    counts = np.arange(max(low, 0), min(high, n) + 1)
    return counts, stats.binom.pmf(counts, n, p)


Rejects = Callable[[NDArray[np.int64], NDArray[np.int64], int, float], NDArray[np.float64]]


def _rejected(test: str) -> Rejects:
    known: dict[str, Rejects] = {"fisher": _fisher, "score": _score}
    if test not in known:
        raise UnusableOption(
            "There is no test “{test}”; there is: {known}.", test=test, known=", ".join(known)
        )
    return known[test]


def _score(
    first: NDArray[np.int64], second: NDArray[np.int64], n: int, alpha: float
) -> NDArray[np.float64]:
    a, b = first[:, None] / n, second[None, :] / n
    pooled = (a + b) / 2
    spread = np.sqrt(2 * pooled * (1 - pooled) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, np.abs(a - b) / spread, 0.0)
    rejected: NDArray[np.float64] = (z >= stats.norm.isf(alpha / 2)).astype(float)
    return rejected


def _fisher(
    first: NDArray[np.int64], second: NDArray[np.int64], n: int, alpha: float
) -> NDArray[np.float64]:
    rejected = np.zeros((first.size, second.size))
    for total in range(int(first[0] + second[0]), int(first[-1] + second[-1]) + 1):
        a = np.arange(max(0, total - n), min(n, total) + 1)
        chance = np.exp(_log_choose(n, a) + _log_choose(n, total - a) - _log_choose(2 * n, total))
        # A hair's breadth more, so that rounding does not part equal tables.
        order = np.argsort(chance)
        running = np.cumsum(chance[order])
        last = np.searchsorted(chance[order], chance * (1 + 1e-7), side="right") - 1
        p_values = running[last]
        here = (a >= first[0]) & (a <= first[-1])
        here &= (total - a >= second[0]) & (total - a <= second[-1])
        rejected[a[here] - first[0], total - a[here] - second[0]] = p_values[here] <= alpha
    return rejected


def _log_choose(n: int, k: NDArray[np.int64] | int) -> NDArray[np.float64]:
    result: NDArray[np.float64] = (
        special.gammaln(n + 1)
        - special.gammaln(np.asarray(k) + 1)
        - special.gammaln(n - np.asarray(k) + 1)
    )
    return result


def _check_rates(p1: float, p2: float) -> None:
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1) or p1 == p2:
        raise UnusableOption(
            "Two different rates between 0 and 1 are needed, not {first} and {second}.",
            first=p1,
            second=p2,
        )
