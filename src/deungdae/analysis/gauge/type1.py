"""Type 1 study: one part of known value, measured many times by one person.

Sources: ISO 22514-7:2021, section 7; the Cg, Cgk of AIAG MSA, 4th ed., and of most plants (20 % of
the tolerance against six standard deviations).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from deungdae.analysis.stats.centring import centred
from deungdae.analysis.stats.noncentral import distance_interval

#: What Cg and Cgk must reach.
WANTED = 1.33
#: A gauge should resolve a twentieth of the tolerance.
RESOLUTION = 0.05
#: Fewer repeats than this say little about the spread.
FEW = 25


def type1(
    values: NDArray[np.float64], reference: float, tolerance: float | None,
    share: float = 0.2, spread: float = 6.0,
) -> dict[str, Any]:  # fmt: skip
    """Return bias with its t test, and Cg, Cgk with their 95 % intervals.

    `values` are the repeats, `reference` the part's known value, `tolerance` USL - LSL, all in one
    unit. Cg = share · tolerance / (spread · s); Cgk = (share/2 · tolerance - |bias|) /
    (spread/2 · s). The interval of Cg is exact (χ²), that of Cgk is of the nearer side (noncentral
    t). Raises ValueError for fewer than two repeats.
    """
    n = values.size
    if n < 2:
        raise ValueError("a Type 1 study needs at least two repeats")
    origin, distances = centred(values)
    mean = origin + float(distances.mean())
    sigma = float(distances.std(ddof=1))
    bias = (origin - reference) + float(distances.mean())
    error = sigma / math.sqrt(n)
    width = float(stats.t.isf(0.025, n - 1)) * error
    t = bias / error if error else None
    found: dict[str, Any] = {
        "rows": n,
        "mean": mean,
        "sigma": sigma,
        "reference": reference,
        "bias": bias,
        "bias_ci95": [bias - width, bias + width],
        "t": t,
        "p": None if t is None else float(2 * stats.t.sf(abs(t), n - 1)),
        "resolution": resolution(values),
        "cg": None, "cg_ci95": None, "cgk": None, "cgk_ci95": None,
    }  # fmt: skip
    if tolerance is None:
        return found
    found["resolution_share"] = (
        None if found["resolution"] is None else found["resolution"] / tolerance
    )
    found["tolerance_share"] = 6 * sigma / tolerance
    if sigma == 0:
        return found
    cg = share * tolerance / (spread * sigma)
    distance = (share / 2 * tolerance - abs(bias)) / sigma
    low, high = distance_interval(distance, n, n - 1)
    found |= {
        "cg": cg,
        "cg_ci95": [cg * math.sqrt(stats.chi2.ppf(p, n - 1) / (n - 1)) for p in (0.025, 0.975)],
        "cgk": distance * 2 / spread,
        "cgk_ci95": [low * 2 / spread, high * 2 / spread],
    }
    return found


def resolution(values: NDArray[np.float64]) -> float | None:
    """Return the smallest step between different values, None if all are the same."""
    _, distances = centred(values)
    steps = np.diff(np.unique(distances))
    return float(steps.min()) if steps.size else None
