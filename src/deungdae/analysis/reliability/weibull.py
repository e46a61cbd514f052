"""Lives with a Weibull distribution, some of them cut short: estimates and their intervals.

Maximum likelihood for right-censored lives; intervals by profile likelihood, which keep their
promise better than those of standard errors where failures are few (W. Q. Meeker and L. A. Escobar,
Statistical Methods for Reliability Data, 1998, chapter 8). F(t) = 1 - exp(-(t / scale)^shape).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Half the χ² quantile of one degree of freedom at 95 %.
DROP: Final = float(special.chdtri(1, 0.05)) / 2
#: Shapes that are looked at, as logarithms.
SHAPES: Final = (math.log(0.02), math.log(60.0))


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; an end that the lives leave open is None."""

    value: float
    low: float | None
    high: float | None

    def document(self) -> dict[str, object]:
        """Return it as plain JSON."""
        return {"value": self.value, "ci95": [self.low, self.high]}


@dataclass(frozen=True)
class Weibull:
    """What lives say. `b10` is the age by which a tenth has failed, `mean` the mean life."""

    shape: Estimate
    scale: Estimate
    b10: Estimate
    mean: Estimate
    log_likelihood: float
    p_exponential: float  #: of a likelihood ratio test against a shape of 1


def fitted(lives: Floats, failed: Mask) -> Weibull:
    """Fit positive `lives` (n,), of which `failed` (n,) ended and the others were cut short.

    Raises ValueError without two different lives that ended.
    """
    ended = lives[failed]
    if ended.size < 2 or ended.min() == ended.max():
        raise ValueError("two different lives that ended are needed")
    unit = float(ended.mean())
    t = lives / unit
    logs, count = np.log(t), int(failed.sum())
    sum_of_logs = float(logs[failed].sum())

    def likelihood(log_shape: float, scale: float) -> float:
        shape = math.exp(log_shape)
        z = np.exp(np.minimum(shape * (logs - math.log(scale)), 700))
        return float(
            count * (log_shape - shape * math.log(scale)) + (shape - 1) * sum_of_logs - z.sum()
        )

    def best_scale(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return float(np.exp(special.logsumexp(shape * logs) / shape - math.log(count) / shape))

    def profile(log_shape: float) -> float:
        return likelihood(log_shape, best_scale(log_shape))

    def slope(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return 1 / shape + sum_of_logs / count - float(special.softmax(shape * logs) @ logs)

    at = float(optimize.brentq(slope, *SHAPES, xtol=1e-12))
    shape, scale, most = math.exp(at), best_scale(at), profile(at)

    def of_quantity(factor: Callable[[float], float]) -> Estimate:
        """Return an estimate of scale · factor(shape), profiled over the shape."""

        def profiled(log_value: float) -> float:
            value = math.exp(log_value)
            inner = optimize.minimize_scalar(
                lambda x: -likelihood(x, value / factor(math.exp(x))),
                bounds=SHAPES, method="bounded", options={"xatol": 1e-7},
            )  # fmt: skip
            return -float(inner.fun)

        value = scale * factor(shape)
        low, high = _ends(profiled, math.log(value), most)
        return Estimate(
            value * unit,
            None if low is None else math.exp(low) * unit,
            None if high is None else math.exp(high) * unit,
        )

    low, high = _ends(profile, at, most)
    exponential = likelihood(0.0, best_scale(0.0))
    p = float(special.chdtrc(1, max(0.0, 2 * (most - exponential))))
    return Weibull(
        Estimate(shape, None if low is None else math.exp(low),
                 None if high is None else math.exp(high)),
        of_quantity(lambda _b: 1.0),
        of_quantity(lambda b: math.exp(math.log(-math.log(0.9)) / b)),
        of_quantity(lambda b: math.exp(min(700.0, float(special.gammaln(1 + 1 / b))))),
        most - count * math.log(unit),
        p,
    )  # fmt: skip


def _ends(
    profile: Callable[[float], float], at: float, most: float
) -> tuple[float | None, float | None]:
    """Return where the profile has fallen by `DROP` on either side of its top."""

    def gap(x: float) -> float:
        return profile(x) - most + DROP

    ends: list[float | None] = []
    for side in (-1.0, 1.0):
        inner, outer, width = at, at, 0.1
        while gap(outer) > 0 and width < 8:
            inner, outer = outer, at + side * width
            width *= 1.6
        if gap(outer) > 0:
            ends.append(None)
            continue
        ends.append(float(optimize.brentq(gap, *sorted((inner, outer)), xtol=1e-9)))
    return ends[0], ends[1]


def plotted(lives: Floats, failed: Mask) -> tuple[Floats, Floats]:
    """Return (lives, share failed) for a probability plot: Kaplan-Meier, halfway up each step."""
    order = np.lexsort((~failed, lives))
    at_risk = lives.size - np.arange(lives.size)
    factor = np.where(failed[order], 1 - 1 / at_risk, 1.0)
    after = 1 - np.cumprod(factor)
    before = np.concatenate([[0.0], after[:-1]])
    keep = failed[order]
    return lives[order][keep], ((before + after) / 2)[keep]
