"""How good predicted remaining lives are: the figures that publications give.

The score is that of the PHM 2008 challenge (Saxena, Goebel, Simon and Eklund, "Damage propagation
modeling for aircraft engine run-to-failure simulation", 2008): late is worse than early.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rmse(predicted: Floats, true: Floats) -> float:
    """Return the root of the mean squared error, in the unit of the lives."""
    return float(np.sqrt(np.mean((predicted - true) ** 2)))


def score(predicted: Floats, true: Floats) -> float:
    """Return Σ exp(-d/13) - 1 for what is told too early, exp(d/10) - 1 for too late (cycles)."""
    error = predicted - true
    return float(np.where(error < 0, np.expm1(-error / 13), np.expm1(error / 10)).sum())


def coverage(low: Floats, high: Floats, true: Floats) -> float:
    """Return the share of true values within their intervals; an open side is infinite."""
    return float(np.mean((low <= true) & (true <= high)))
