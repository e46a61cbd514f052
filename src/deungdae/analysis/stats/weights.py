"""Scan columns for the region in which a value per unit is high: measured results, whole runs.

`scan` counts bad units; here each unit carries a weight. A weight of 0 or 1 is a bad unit again
and is judged by the binomial likelihood ratio of `scan`. A measured weight is judged by the
Gaussian one,

    n/2 * ln(total sum of squares / sum of squares within the region and within the rest),

which is the logarithm of the likelihood ratio of one mean against two with a common variance
(Kulldorff, Huang and Konty, A scan statistic for continuous data based on the normal probability
model, International Journal of Health Geographics 8:58, 2009). Only regions with a *higher* mean
count. As with counts, significance comes from shifted weights, never from a table.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtri

from deungdae.analysis.stats.binning import BINS, MISSING, Coded
from deungdae.analysis.stats.ranks import ranks
from deungdae.analysis.stats.scan import (
    LARGEST_SHARE,
    Numbers,
    all_regions,
    bin_counts,
    likelihood_ratio,
    region_sums,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
#: (sum inside, units inside, sum of all, units in all, sum of squares of all) -> log ratio
Worth = Callable[[Any, Any, Any, Any, Any], Floats]

#: The sums of one chunk of columns that are held at a time.
CHUNK = 400_000


def normal_scores(values: Floats) -> Floats:
    """Return the normal scores of values, ties sharing one: `ndtri((rank - 3/8) / (n + 1/4))`.

    Blom's plotting positions (Statistical Estimates and Transformed Beta-Variables, 1958). They
    keep the order of the values and nothing else, so that one wild reading weighs no more than any
    other highest value. Shape (units,), no NaN.
    """
    scores: Floats = ndtri((ranks(values) - 0.375) / (values.size + 0.25))
    return scores


def by_counts(inside: Numbers, rows: Numbers, total: Numbers, all_rows: Numbers, _: Any) -> Floats:
    """Return the binomial log-likelihood ratio of weights of 0 and 1."""
    return likelihood_ratio(inside, rows, total, all_rows)


def by_means(
    inside: Numbers, rows: Numbers, total: Numbers, all_rows: Numbers, squares: Numbers
) -> Floats:
    """Return the Gaussian log-likelihood ratio of a region with a higher mean, else 0.

    All arguments broadcast: sum and number of weights inside, sum, number and sum of squares of
    all.
    """
    rest = np.maximum(all_rows - rows, 0)
    excess = inside - total * rows / np.maximum(all_rows, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.where(
            (rows > 0) & (rest > 0), excess**2 * all_rows / np.maximum(rows * rest, 1e-12), 0.0
        )
    scatter = np.maximum(squares - total**2 / np.maximum(all_rows, 1), 1e-12)
    # Weights that the region tells to the last digit would make the ratio infinite.
    within = np.maximum(scatter - between, 1e-6 * scatter)
    value: Floats = 0.5 * all_rows * np.log(scatter / within)
    return np.where(excess > 0, value, 0.0)


class WeightScanner:
    """Scans numeric columns under many labellings; a labelling is one weight for each unit."""

    def __init__(self, coded: Coded, worth: Worth) -> None:
        self.coded = coded
        self._worth = worth
        units, columns = coded.codes.shape
        counts = bin_counts(coded)
        self._rows = counts[:, :MISSING].sum(axis=1).astype(float)
        self._rows_in = region_sums(counts).astype(float)
        share = self._rows_in / np.maximum(self._rows, 1)[:, None]
        forbidden = (share > LARGEST_SHARE) | (self._rows_in < 2)
        self._penalty = np.where(forbidden, np.inf, all_regions().penalty)
        flat = coded.codes.astype(np.intp) + np.arange(columns) * (BINS + 1)
        self._held = _one_hot(flat, columns * (BINS + 1), units)

    def values(self, labels: Floats) -> tuple[Floats, Ints]:
        """Return the best value and the best region of each column under each labelling.

        `labels` has shape (labellings, units); both results have shape (labellings, columns).
        """
        columns, count = self.coded.columns, labels.shape[0]
        best = np.zeros((count, columns))
        where = np.zeros((count, columns), dtype=np.intp)
        if columns == 0:
            return best, where
        shape = (columns, BINS + 1, count)
        sums = (self._held @ labels.T).reshape(shape).transpose(2, 0, 1)
        gaps = (self.coded.codes == MISSING).any(axis=0)
        squares = np.repeat(np.square(labels).sum(axis=1)[:, None], columns, axis=1)
        for column in np.nonzero(gaps)[0]:
            lost = self.coded.codes[:, column] == MISSING
            squares[:, column] -= np.square(labels[:, lost]).sum(axis=1)
        step = max(1, CHUNK // (len(all_regions()) * count))
        for start in range(0, columns, step):
            part = slice(start, start + step)
            own = np.ascontiguousarray(sums[:, part])
            value = self._worth(
                region_sums(own),
                self._rows_in[None, part],
                own[..., :MISSING].sum(axis=-1)[..., None],
                self._rows[None, part, None],
                squares[:, part, None],
            )
            value = value - self._penalty[None, part]
            where[:, part] = value.argmax(axis=-1)
            best[:, part] = np.take_along_axis(value, where[:, part, None], axis=-1)[..., 0]
        return np.maximum(best, 0.0), where


class WeightLevelScanner:
    """Scans categories for the levels whose mean weight is high; `codes` are -1 where missing."""

    def __init__(self, codes: list[Ints], worth: Worth) -> None:
        self._codes = codes
        self._worth = worth
        self._rows = [np.bincount(c[c >= 0], minlength=1) for c in codes]

    def values(self, labels: Floats) -> Floats:
        """Return the best value of each category, shape (labellings, categories)."""
        best = np.zeros((labels.shape[0], len(self._codes)))
        for c in range(len(self._codes)):
            best[:, c] = self._prefixes(c, labels)[0].max(axis=1)
        return best

    def levels(self, category: int, labels: Floats) -> list[int]:
        """Return the levels of the best region for one labelling."""
        value, order = self._prefixes(category, labels[None])
        chosen = int(value[0].argmax())
        return [int(level) for level in order[0, : chosen + 1]]

    def _prefixes(self, category: int, labels: Floats) -> tuple[Floats, Ints]:
        rows, codes = self._rows[category], self._codes[category]
        known = np.nonzero(codes >= 0)[0]
        part = labels[:, known]
        sums = (_one_hot(codes[known][:, None], rows.size, known.size) @ part.T).T
        order = np.argsort(-(sums / np.maximum(rows, 1e-9)), axis=1, kind="stable")
        inside = np.cumsum(np.take_along_axis(sums, order, axis=1), axis=1)
        rows_in = np.cumsum(rows[order], axis=1).astype(float)
        squares = np.square(part).sum(axis=1)[:, None]
        value = self._worth(inside, rows_in, inside[:, -1:], float(rows.sum()), squares)
        return np.where(rows_in <= LARGEST_SHARE * rows.sum(), value, 0.0), order


def best_of_sums(rows: Ints, sums: Floats, squares: Floats, worth: Worth) -> Floats:
    """Return the best value of each column from sums per bin, all of shape (columns, BINS + 1)."""
    known = slice(None, MISSING)
    value = worth(
        region_sums(sums),
        region_sums(rows).astype(float),
        sums[:, known].sum(axis=1)[:, None],
        rows[:, known].sum(axis=1)[:, None].astype(float),
        squares[:, known].sum(axis=1)[:, None],
    )
    best: Floats = (value - all_regions().penalty).max(axis=1)
    return best


def best_of_level_sums(rows: Ints, sums: Floats, squares: Floats, worth: Worth) -> float:
    """Return the best value of one category from sums per level, all of shape (levels,)."""
    order = np.argsort(-(sums / np.maximum(rows, 1e-9)), kind="stable")
    inside, rows_in = np.cumsum(sums[order]), np.cumsum(rows[order]).astype(float)
    value = worth(inside, rows_in, inside[-1], rows_in[-1], squares.sum())
    return float(np.where(rows_in <= LARGEST_SHARE * rows_in[-1], value, 0.0).max())


def sums_by_bin(coded: Coded, weights: Floats) -> Floats:
    """Return the sum of the weights in each bin, shape (columns, BINS + 1)."""
    sums = np.empty((coded.columns, BINS + 1))
    for c in range(coded.columns):
        sums[c] = np.bincount(coded.codes[:, c], weights=weights, minlength=BINS + 1)
    return sums


def _one_hot(places: Ints, size: int, units: int) -> csr_array:
    """Return the matrix (size, units) that sums units by place; `places` is (units, columns)."""
    columns = places.shape[1]
    unit = np.repeat(np.arange(units), columns)
    ones = np.ones(unit.size)
    return csr_array((ones, (places.ravel(), unit)), shape=(size, units))
