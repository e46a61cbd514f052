"""Ranks of values, and how far two samples lie apart.

Small enough to be here: importing `scipy.stats` for them takes longer than many an analysis.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ranks(values: NDArray[np.number]) -> Floats:
    """Return the ranks of values, from 1 on; equal values share the mean of theirs.

    Shape (values,), as the values. A NaN has no rank, and with one no other value has: all are NaN.
    """
    if np.isnan(values).any():
        return np.full(values.size, np.nan)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    new = np.append(np.full(min(values.size, 1), True), ordered[1:] != ordered[:-1])
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], values.size)
    shared = np.empty(values.size)
    shared[order] = np.repeat((begins + 1 + ends) / 2, ends - begins)
    return shared


def largest_distance(first: Floats, second: Floats) -> float:
    """Return the largest distance between two samples' distribution functions, from 0 to 1.

    The statistic of Kolmogorov and Smirnov. Both hold at least one value, and no NaN.
    """
    both = np.concatenate([first, second])
    share_of_first = np.searchsorted(np.sort(first), both, side="right") / first.size
    share_of_second = np.searchsorted(np.sort(second), both, side="right") / second.size
    return float(np.abs(share_of_first - share_of_second).max())
