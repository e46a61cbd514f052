"""The Anderson-Darling test of a fitted shape.

Sources: Anderson and Darling (JASA 49, 1954); Stephens, chapter 4 of D'Agostino and Stephens,
"Goodness-of-Fit Techniques" (1986), for the normal with both parameters estimated.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def statistic(below: Floats, above: Floats) -> Floats:
    """Return A² along the last axis from the shares below and above the ordered values."""
    n = below.shape[-1]
    tiny = np.finfo(np.float64).tiny
    weight = (2 * np.arange(1, n + 1) - 1) / n
    logs = np.log(np.maximum(below, tiny)) + np.log(np.maximum(above, tiny))[..., ::-1]
    found: Floats = -n - (weight * logs).sum(axis=-1)
    return found


def normal_p(squared: float, n: int) -> float:
    """Return the p value of A² for a normal with both parameters estimated from `n` values."""
    a = squared * (1 + 0.75 / n + 2.25 / n**2)
    if a < 0.2:
        p = 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
    elif a < 0.34:
        p = 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    elif a < 0.6:
        p = math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    else:
        # Beyond 10 the parabola would turn upwards again; nothing is left there.
        p = math.exp(1.2937 - 5.709 * min(a, 10.0) + 0.0186 * min(a, 10.0) ** 2)
    return min(1.0, max(0.0, p))
