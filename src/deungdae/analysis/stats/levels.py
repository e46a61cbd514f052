"""Scan columns of levels (categories) for the levels in which defects gather."""

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.stats.scan import LARGEST_SHARE, likelihood_ratio

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class LevelScanner:
    """Scans categories under many labellings; `codes` are (units,) arrays, -1 where missing.

    The candidates of a category are its worst level, its two worst, and so on: among all sets of
    levels one of these has the largest likelihood ratio.
    """

    def __init__(self, codes: list[Ints]) -> None:
        self._codes = codes
        self._rows = [np.bincount(c[c >= 0], minlength=1) for c in codes]

    def values(self, labels: Ints) -> Floats:
        """Return the best value of each category, shape (labellings, categories)."""
        best = np.zeros((labels.shape[0], len(self._codes)))
        for c in range(len(self._codes)):
            value, _ = self._prefixes(c, labels)
            best[:, c] = value.max(axis=1)
        return best

    def levels(self, category: int, bad: Ints) -> list[int]:
        """Return the levels of the best region for one labelling."""
        value, order = self._prefixes(category, bad[None])
        chosen = int(value[0].argmax())
        return [int(level) for level in order[0, : chosen + 1]]

    def _prefixes(self, category: int, labels: Ints) -> tuple[Floats, Ints]:
        rows = self._rows[category]
        codes = self._codes[category][labels]
        counts = np.stack([(codes == level).sum(axis=1) for level in range(rows.size)], axis=1)
        rate = counts / np.maximum(rows, 1e-9)
        order = np.argsort(-rate, axis=1, kind="stable")
        bad_in = np.cumsum(np.take_along_axis(counts, order, axis=1), axis=1).astype(float)
        rows_in = np.cumsum(rows[order], axis=1).astype(float)
        total = bad_in[:, -1:]
        value = likelihood_ratio(bad_in, rows_in, total, np.float64(rows.sum()))
        allowed = rows_in <= LARGEST_SHARE * rows.sum()
        return np.where(allowed, value, 0.0), order


def best_of_levels(rows: Ints, bad: Ints) -> float:
    """Return the best value of one category from counts per level, both of shape (levels,)."""
    order = np.argsort(-(bad / np.maximum(rows, 1e-9)), kind="stable")
    bad_in, rows_in = np.cumsum(bad[order]).astype(float), np.cumsum(rows[order]).astype(float)
    value = likelihood_ratio(bad_in, rows_in, bad_in[-1], rows_in[-1])
    return float(np.where(rows_in <= LARGEST_SHARE * rows_in[-1], value, 0.0).max())
