"""Scores that remember: exponentially weighted means, which a long gap begins anew."""

import numpy as np
from numpy.typing import NDArray

FORGOTTEN = 60  #: rows without a value, such as a stop of the machine, after which nothing is left


def smooth(x: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Return exponentially weighted means of each column, from zero.

    Rows with NaN leave the mean as it is, and NaN in their place; after `FORGOTTEN` of them in a
    row the mean begins at zero again.
    """
    found = np.full_like(x, np.nan)
    level = np.zeros(x.shape[1])
    whole = np.isfinite(x.sum(axis=1))
    silent = 0
    for at in range(len(x)):
        if not whole[at]:
            silent += 1
            continue
        if silent >= FORGOTTEN:
            level = np.zeros(x.shape[1])
        silent = 0
        level = level + weight * (x[at] - level)
        found[at] = level
    return found


class Smoother:
    """The same, one row at a time."""

    def __init__(self, columns: int, weight: float) -> None:
        self._weight = weight
        self._level = np.zeros(columns)
        self._silent = 0

    def push(self, x: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Take a row, or None for one with nothing in it; return the means."""
        if x is None:
            self._silent += 1
            return np.full_like(self._level, np.nan)
        if self._silent >= FORGOTTEN:
            self._level = np.zeros_like(self._level)
        self._silent = 0
        self._level = self._level + self._weight * (x - self._level)
        return self._level
