"""Exact intervals for a distance from the mean measured in standard deviations."""

import math

from scipy import optimize, special

_TAIL = 0.025
#: From so many degrees of freedom the root of 2ν normal approximation of χ is as good.
_LARGE = 4000.0
_FAR = 1e4


def distance_interval(distance: float, n: float, freedom: float) -> tuple[float, float]:
    """Return the 95 % interval of δ = (limit - μ)/σ from its estimate `distance`.

    √n · estimate follows the noncentral t with `freedom` degrees of freedom and noncentrality
    √n · δ, when the mean is of `n` values and the standard deviation worth `freedom` degrees of
    freedom (Owen 1968; Kushler and Hurley, Journal of Quality Technology 24, 1992).
    """
    if not math.isfinite(distance):
        return distance, distance
    # Var ≈ 1/n + δ²/(2ν): the bracket in which the exact ends are looked for.
    spread = math.sqrt(1 / n + distance**2 / (2 * freedom))
    if abs(distance) > _FAR:
        # So far out the mean counts as known, and only the spread is not.
        ends = [
            distance * math.sqrt(2 * special.gammaincinv(freedom / 2, share) / freedom)
            for share in (_TAIL, 1 - _TAIL)
        ]
        return min(ends), max(ends)
    if freedom > _LARGE:
        half = 1.959963984540054 * spread
        return distance - half, distance + half
    statistic = math.sqrt(n) * distance

    def end(tail: float) -> float:
        def apart(delta: float) -> float:
            return _below(statistic, freedom, math.sqrt(n) * delta) - tail

        reach = 4.0
        while True:
            low, high = distance - reach * spread, distance + 2 * reach * spread
            if apart(low) > 0 > apart(high):
                return float(optimize.brentq(apart, low, high, xtol=1e-10 * max(1, abs(distance))))
            reach *= 2
            if reach > 1e4:
                raise ArithmeticError(f"no interval for a distance of {distance} from {n} values")

    return end(1 - _TAIL), end(_TAIL)


def _below(statistic: float, freedom: float, shift: float) -> float:
    """Return P(T <= statistic) of the noncentral t; SciPy loses its far tails."""
    value = float(special.nctdtr(freedom, shift, statistic))
    if 1e-12 < value < 1 - 1e-12:
        return value
    # Johnson and Kotz: (t c4 - shift) / √(1 + t² (1 - c4²)) is nearly normal.
    return float(
        special.ndtr(
            (statistic * (1 - 1 / (4 * freedom)) - shift)
            / math.sqrt(1 + statistic**2 / (2 * freedom))
        )
    )
