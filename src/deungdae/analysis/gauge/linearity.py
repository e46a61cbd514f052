"""Linearity and bias: does the gauge read wrong, and differently over its range.

Source: AIAG MSA, 4th ed., chapter III section B (guidelines for determining linearity).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


def linearity(
    values: Floats, references: Floats, process_variation: float | None = None
) -> dict[str, Any]:
    """Return the line bias = intercept + slope · reference, its tests, and the bias of each part.

    `values` and `references` pair up, in one unit, with two references or more and more values than
    references. `process_variation` is six standard deviations of the process: then linearity =
    |slope| · variation and its share is |slope|. `zero_inside` tells whether the line of no bias
    lies inside the 95 % band over the whole range, AIAG's rule for an acceptable gauge.

    Raises ValueError when there is no line to fit.
    """
    bias = values - references
    n, distinct = values.size, np.unique(references)
    if distinct.size < 2 or n <= distinct.size:
        raise ValueError("linearity needs two reference values and repeats")
    centre = float(references.mean())
    x = references - centre
    sxx = float(x @ x)
    slope = float(x @ bias) / sxx
    middle = float(bias.mean())
    rest = bias - middle - slope * x
    freedom = n - 2
    sigma = math.sqrt(float(rest @ rest) / freedom)
    quantile = float(stats.t.isf(0.025, freedom))
    at = np.linspace(distinct[0], distinct[-1], 41)
    half = quantile * sigma * np.sqrt(1 / n + (at - centre) ** 2 / sxx)
    line = middle + slope * (at - centre)
    spread = float(((bias - middle) ** 2).sum())
    groups = [bias[references == r] for r in distinct]
    pure = sum(float(((g - g.mean()) ** 2).sum()) for g in groups)
    repeats = n - distinct.size
    repeatability = math.sqrt(pure / repeats)
    return {
        "rows": n,
        "slope": _tested(slope, sigma / math.sqrt(sxx), freedom),
        "intercept": _tested(
            middle - slope * centre, sigma * math.sqrt(1 / n + centre**2 / sxx), freedom
        ),
        "sigma": sigma,
        "repeatability": repeatability,
        "r_squared": 1 - float(rest @ rest) / spread if spread else None,
        "curved_p": _curved(float(rest @ rest), pure, distinct.size, repeats),
        "average_bias": _tested(middle, repeatability / math.sqrt(n), repeats),
        "linearity": None if process_variation is None else abs(slope) * process_variation,
        "linearity_share": None if process_variation is None else abs(slope),
        "bias_share": None if process_variation is None else abs(middle) / process_variation,
        "zero_inside": bool(np.all((line - half <= 0) & (line + half >= 0))),
        "parts": [
            {
                "reference": float(r),
                "rows": int(g.size),
                "mean": float(g.mean() + r),
                "bias": _tested(float(g.mean()), repeatability / math.sqrt(g.size), repeats),
            }
            for r, g in zip(distinct, groups, strict=True)
        ],
        "band": {
            "reference": at.tolist(),
            "line": line.tolist(),
            "low": (line - half).tolist(),
            "high": (line + half).tolist(),
        },
    }


def _tested(value: float, error: float, freedom: int) -> dict[str, Any]:
    width = float(stats.t.isf(0.025, freedom)) * error
    t = value / error if error else None
    return {
        "value": value,
        "error": error,
        "ci95": [value - width, value + width],
        "t": t,
        "p": None if t is None else float(2 * stats.t.sf(abs(t), freedom)),
    }


def _curved(rest: float, pure: float, levels: int, repeats: int) -> float | None:
    """Return the p value of the lack of fit: small when the bias does not lie on a line."""
    if levels < 3 or pure <= 0:
        return None
    f = max(0.0, rest - pure) / (levels - 2) / (pure / repeats)
    return float(stats.f.sf(f, levels - 2, repeats))
