"""The spread within subgroups, four ways, with the degrees of freedom each is worth.

Sources: AIAG SPC, 2nd ed., chapter II and IV; Montgomery, "Introduction to Statistical Quality
Control", chapter 6; Patnaik (Biometrika 37, 1950) for the degrees of freedom; Cryer and Ryan, "The
estimation of sigma for an X chart" (Journal of Quality Technology 22, 1990) for moving ranges.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.stats.shewhart import c4, d2, d3, freedom_of_spread

Floats = NDArray[np.float64]
How = Literal["pooled", "rbar", "sbar", "mr"]


@dataclass(frozen=True)
class Spread:
    """A standard deviation in the unit of the values, and the degrees of freedom it is worth."""

    sigma: float
    freedom: float
    how: How


def within(groups: list[Floats], how: How = "pooled") -> Spread | None:
    """Return the standard deviation within subgroups; those of a single value say nothing.

    pooled: √(Σ SS / Σ (n-1)), with the unbiasing constant left out as ISO 22514-2 does;
    rbar: Σ w R/d2 / Σ w with w = (d2/d3)²; sbar: the same of S/c4 with w = c4²/(1-c4²). For equal
    subgroups these are R̄/d2 and S̄/c4. None if no subgroup has two values.
    """
    usable = [g for g in groups if g.size > 1]
    if not usable:
        return None
    if how == "pooled":
        freedom = sum(g.size - 1 for g in usable)
        squares = sum(float(((g - g.mean()) ** 2).sum()) for g in usable)
        return Spread((squares / freedom) ** 0.5, float(freedom), "pooled")
    if how == "rbar":
        each = [(float(np.ptp(g)) / d2(g.size), (d2(g.size) / d3(g.size)) ** 2) for g in usable]
    elif how == "sbar":
        each = [
            (float(g.std(ddof=1)) / c4(g.size), c4(g.size) ** 2 / (1 - c4(g.size) ** 2))
            for g in usable
        ]
    else:
        raise ValueError(f"{how} is not taken within subgroups")
    total = sum(weight for _, weight in each)
    sigma = sum(value * weight for value, weight in each) / total
    return Spread(sigma, freedom_of_spread(1 / total), how)


def moving_range(values: Floats) -> Spread | None:
    """Return the mean moving range of neighbours over d2(2), for single values in time order.

    Its variance is σ² (0.8264 n - 1.082) / (n - 1)² (Cryer and Ryan 1990). None below two values.
    """
    if values.size < 2:
        return None
    sigma = float(np.abs(np.diff(values)).mean()) / d2(2)
    variation = (0.8264 * values.size - 1.082) / (values.size - 1) ** 2
    return Spread(sigma, freedom_of_spread(variation), "mr")
