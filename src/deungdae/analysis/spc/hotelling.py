"""Hotelling's T²: several columns in one chart, single rows or subgroups.

Montgomery, chapter 11; Tracy, Young and Mason, "Multivariate control charts for individual
observations" (Journal of Quality Technology 24, 1992) for the exact limits. The share of a column
in a T² is what T² loses without it (Mason, Young and Tracy 1995).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from deungdae.analysis.spc.panels import Floats, Ints, Mask, Panel

#: The chance of a false alarm that three-sigma limits have on a chart of one column.
ALARM = float(2 * special.ndtr(-3.0))


@dataclass(frozen=True)
class Squared:
    """A T² chart and what stands behind it; `parts` has the shape (points, columns)."""

    panel: Panel
    parts: Floats
    mean: Floats
    covariance: Floats


def of_rows(values: Floats, use: Mask) -> Squared:
    """Return T² of single rows, shape (rows, columns), mean and covariance from those of `use`.

    Rows of the baseline (m rows, p columns) have the limit (m-1)²/m B(p/2, (m-p-1)/2), later ones
    p(m+1)(m-1)/(m(m-p)) F(p, m-p). Raises ValueError if `use` has too few rows or the covariance
    is singular.
    """
    base = values[use]
    m, p = base.shape
    if m < p + 2:
        raise ValueError("too few rows for a covariance matrix")
    mean, covariance = base.mean(axis=0), np.cov(base, rowvar=False).reshape(p, p)
    t2, parts = _squared(values - mean, covariance)
    first = (m - 1) ** 2 / m * special.betainccinv(p / 2, (m - p - 1) / 2, ALARM)
    later = p * (m + 1) * (m - 1) / (m * (m - p)) * special.fdtri(p, m - p, 1 - ALARM)
    return Squared(_panel(t2, np.where(use, first, later), p), parts, mean, covariance)


def of_subgroups(values: Floats, starts: Ints, sizes: Ints, use: Mask) -> Squared:
    """Return T² of subgroup means, shape (rows, columns) in equal subgroups, covariance within.

    For m subgroups of n: p(m-1)(n-1)/(mn-m-p+1) F(p, mn-m-p+1) in the baseline, and (m+1) in place
    of (m-1) later. Subgroups of other sizes have limits of their own n. Raises ValueError if `use`
    has too few subgroups.
    """
    p = values.shape[1]
    means = np.add.reduceat(values, starts, axis=0) / sizes[:, None]
    apart = values - np.repeat(means, sizes, axis=0)
    rows = np.repeat(use, sizes)
    freedom = int((sizes[use] - 1).sum())
    m = int(use.sum())
    if freedom < p + 1 or m < 2:
        raise ValueError("too few rows for a covariance matrix")
    covariance = apart[rows].T @ apart[rows] / freedom
    mean = (means[use] * sizes[use][:, None]).sum(axis=0) / sizes[use].sum()
    t2, parts = _squared((means - mean) * np.sqrt(sizes)[:, None], covariance)
    reach = p * freedom / (m * (freedom - p + 1)) * special.fdtri(p, freedom - p + 1, 1 - ALARM)
    limit = np.where(use, reach * (m - 1), reach * (m + 1))
    return Squared(_panel(t2, limit, p), parts, mean, covariance)


def _squared(apart: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    if np.linalg.cond(covariance) > 1e12:
        raise ValueError("the columns are not independent of one another")
    inverse = np.linalg.inv(covariance)
    solved = apart @ inverse
    t2: NDArray[np.float64] = (solved * apart).sum(axis=1)
    # T² falls by (S⁻¹d)_j² / (S⁻¹)_jj when column j is left out.
    return t2, np.asarray(solved**2 / np.diag(inverse))


def _panel(t2: Floats, limit: Floats, columns: int) -> Panel:
    zero = np.zeros(t2.size)
    return Panel("t2", t2, zero + columns, zero, limit, limit / 3, float("nan"), ALARM, False)
