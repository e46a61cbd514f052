"""Agreement beyond chance: kappa for two raters and for many.

Sources: Cohen (Educational and Psychological Measurement 20, 1960); Fleiss, Cohen and Everitt
(Psychological Bulletin 72, 1969) for its standard error; Fleiss (Psychological Bulletin 76, 1971)
and Fleiss, Nee and Landis (Psychological Bulletin 86, 1979) for many raters.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Kappa:
    """A kappa with its 95 % interval, and the test that it is only chance; None where unknown."""

    value: float | None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    p: float | None = None

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        interval = None if self.low is None else [self.low, self.high]
        return {"kappa": self.value, "ci95": interval, "z": self.z, "p": self.p}


def cohen(first: Ints, second: Ints, levels: int) -> Kappa:
    """Return Cohen's kappa of two raters; `first` and `second` are level numbers from 0.

    The value is None when both raters only ever say one and the same thing.
    """
    table = np.zeros((levels, levels))
    np.add.at(table, (first, second), 1)
    n = table.sum()
    p = table / n
    row, column = p.sum(axis=1), p.sum(axis=0)
    agreed, chance = float(np.trace(p)), float(row @ column)
    if chance >= 1:
        return Kappa(None)
    kappa = (agreed - chance) / (1 - chance)
    # Fleiss, Cohen and Everitt 1969, eq. 13 and 9.
    own = (np.diag(p) * ((1 - chance) - (row + column) * (1 - agreed)) ** 2).sum()
    cross = p * (column[:, None] + row[None, :]) ** 2
    other = (1 - agreed) ** 2 * (cross.sum() - np.trace(cross))
    middle = (agreed * chance - 2 * chance + agreed) ** 2
    error = math.sqrt(max(0.0, float(own + other - middle)) / n) / (1 - chance) ** 2
    at_chance = chance + chance**2 - float((row * column * (row + column)).sum())
    null = math.sqrt(max(0.0, at_chance) / n) / (1 - chance)
    return _around(float(kappa), error, null)


def fleiss(counts: NDArray[np.float64]) -> Kappa:
    """Return Fleiss' kappa; `counts` (subjects, levels) says how many raters chose each level.

    Every subject has the same number of ratings, two or more. The interval comes from leaving out
    one subject at a time (jackknife), so that it holds away from zero; the test uses the standard
    error under chance of Fleiss, Nee and Landis.
    """
    subjects, raters = counts.shape[0], float(counts[0].sum())
    value = _fleiss(counts.sum(axis=0), (counts**2).sum(), subjects, raters)
    if value is None:
        return Kappa(None)
    share = counts.sum(axis=0) / (subjects * raters)
    spread = float((share * (1 - share)).sum())
    inner = spread**2 - float((share * (1 - share) * (1 - 2 * share)).sum())
    null = math.sqrt(2 * max(0.0, inner)) / (spread * math.sqrt(subjects * raters * (raters - 1)))
    total, squares = counts.sum(axis=0), (counts**2).sum()
    left_out = [
        _fleiss(total - row, squares - float((row**2).sum()), subjects - 1, raters)
        for row in counts
    ]
    known = np.array([v for v in left_out if v is not None])
    if known.size < 3:
        return _around(value, None, null)
    error = math.sqrt((known.size - 1) / known.size * float(((known - known.mean()) ** 2).sum()))
    return _around(value, error, null, float(stats.t.isf(0.025, known.size - 1)))


def _fleiss(
    total: NDArray[np.float64], squares: float, subjects: int, raters: float
) -> float | None:
    share = total / (subjects * raters)
    chance = float((share**2).sum())
    if chance >= 1 - 1e-12:
        return None
    agreed = (squares - subjects * raters) / (subjects * raters * (raters - 1))
    return float((agreed - chance) / (1 - chance))


def _around(
    value: float, error: float | None, null: float, quantile: float = 1.959963984540054
) -> Kappa:
    low = None if error is None else max(-1.0, value - quantile * error)
    high = None if error is None else min(1.0, value + quantile * error)
    z = value / null if null else None
    return Kappa(value, low, high, z, None if z is None else float(stats.norm.sf(z)))
