"""The numbers behind the pictures of a capability report."""

import math
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from deungdae.analysis.capability.options import Spec
from deungdae.analysis.stats.centring import centred
from deungdae.analysis.stats.families import Shape

Floats = NDArray[np.float64]

MOST_BINS: Final = 40
CURVE: Final = 121
POINTS: Final = 300


def pictures(values: Floats, shape: Shape | None, spec: Spec) -> dict[str, Any]:
    """Return histogram with curve, and probability plot; `values` hold no NaN and differ."""
    return {
        "histogram": _histogram(values, shape, spec),
        "probability": _probability(values, shape),
    }


def _histogram(values: Floats, shape: Shape | None, spec: Spec) -> dict[str, Any]:
    edges = bin_edges(values)
    counts, _ = np.histogram(values, edges)
    marks = [v for v in (spec.lower, spec.upper) if v is not None]
    low, high = min(edges[0], *marks), max(edges[-1], *marks)
    found: dict[str, Any] = {
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "outside": [
            bool(
                (spec.lower is not None and b <= spec.lower)
                or (spec.upper is not None and a >= spec.upper)
            )
            for a, b in pairwise(edges)
        ],
        "curve": None,
    }
    if shape is not None:
        reach = (high - low) * 0.04
        at = np.linspace(low - reach, high + reach, CURVE)
        # Parts per bin, so that the curve lies on the bars.
        height = np.exp(shape.log_density(at)) * values.size * (edges[1] - edges[0])
        height = np.where(np.isfinite(height), height, 0.0)
        found["curve"] = {"x": at.tolist(), "parts": np.minimum(height, 1e9).tolist()}
    return found


def bin_edges(values: Floats) -> Floats:
    """Return edges of equal bins (Freedman and Diaconis 1981), whole steps of rounded values.

    A bin that held two steps beside one that held three would draw a comb that is not there.
    """
    low, high = float(values.min()), float(values.max())
    quarter = float(np.subtract(*np.quantile(values, [0.75, 0.25])))
    spread = high - low
    width = 2 * quarter / values.size ** (1 / 3) or spread / 10
    width = max(width, spread / MOST_BINS)
    _, distances = centred(values)
    steps = np.diff(np.unique(distances))
    step = float(steps.min())
    if spread / step <= 5 * MOST_BINS:
        width = max(1, math.ceil(width / step - 1e-9)) * step
        low -= step / 2
    bins = max(1, math.ceil((high - low) / width + 1e-9))
    return np.asarray(low + width * np.arange(bins + 1), dtype=np.float64)


def _probability(values: Floats, shape: Shape | None) -> dict[str, Any]:
    """Return the ordered values, and where the fitted shape would expect them.

    Plotting positions are (i - 0.375)/(n + 0.25) (Blom 1958); of many points the ends are all kept.
    """
    ordered = np.sort(values)
    n = ordered.size
    share = (np.arange(1, n + 1) - 0.375) / (n + 0.25)
    if n > POINTS:
        ends = POINTS // 6
        kept = np.unique(
            np.concatenate([
                np.arange(ends), np.arange(n - ends, n),
                np.linspace(0, n - 1, POINTS - 2 * ends).astype(int),
            ])
        )  # fmt: skip
        ordered, share = ordered[kept], share[kept]
    score = special.ndtri(share)
    expected = None if shape is None else np.asarray(shape.quantile(share)).tolist()
    return {"values": ordered.tolist(), "scores": score.tolist(), "expected": expected}
