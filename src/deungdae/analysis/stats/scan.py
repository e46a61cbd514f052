"""Scan columns for the region of values in which defects gather.

For a region of one column the four counts (bad or good, inside or outside) are compared with what
they would be if the region did not matter, by the log-likelihood ratio

    G/2 = sum over the four cells of  observed * ln(observed / expected),

the binomial scan statistic of Kulldorff (A spatial scan statistic, Communications in Statistics 26,
1997). Only regions with *more* defects inside than outside count. A scan takes the largest value
over all regions of a column; that maximum has no textbook distribution, so its significance comes
from shifted labels (`shifts`), never from a table.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from deungdae.analysis.stats.binning import BINS, MISSING, Coded

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
#: What broadcasts against an array of counts.
Numbers = NDArray[np.floating[Any]] | np.floating[Any] | float

#: Regions hold at most this share of the rows: a cause is where things are unusual.
LARGEST_SHARE = 0.7
#: Edges (indexes into the bins) that windows may use: a coarser grid, since they come in pairs.
WINDOW_EDGES = (1, 3, 5, 8, 11, 14, 17, 20, 23, 25, 27)
#: Windows have two ends to choose, so they must explain a little more than a single limit.
WINDOW_PENALTY = 3.0
LOW, HIGH, INSIDE, OUTSIDE = range(4)


@dataclass(frozen=True)
class Regions:
    """All regions that a scan tries, as bins: inside is first <= code < last, or the reverse of it.

    Every array has shape (regions,). `shape` is LOW, HIGH, INSIDE or OUTSIDE.
    """

    first: Ints
    last: Ints
    shape: Ints
    penalty: Floats

    def __len__(self) -> int:
        return self.first.size


@cache
def all_regions() -> Regions:
    """Return the regions that are tried on each column."""
    rows: list[tuple[int, int, int, float]] = []
    for edge in range(1, BINS):
        rows.append((0, edge, LOW, 0.0))
        rows.append((edge, BINS, HIGH, 0.0))
    for i, first in enumerate(WINDOW_EDGES):
        for last in WINDOW_EDGES[i + 1 :]:
            rows.append((first, last, INSIDE, WINDOW_PENALTY))
            rows.append((first, last, OUTSIDE, WINDOW_PENALTY))
    first, last, shape, penalty = np.array(rows).T
    return Regions(first.astype(np.intp), last.astype(np.intp), shape.astype(np.intp), penalty)


def likelihood_ratio(bad_in: Numbers, rows_in: Numbers, bad: Numbers, rows: Numbers) -> Floats:
    """Return the log-likelihood ratio (G/2, natural log) of regions with excess defects, else 0.

    All arguments broadcast: defects inside, rows inside, defects in all, rows in all.
    """
    expected = bad * rows_in / np.maximum(rows, 1)
    bad_out, expected_out = bad - bad_in, bad - expected
    good_in, expected_good_in = rows_in - bad_in, rows_in - expected
    good_out = rows - rows_in - bad_out
    expected_good_out = rows - rows_in - expected_out
    value: Floats = _part(bad_in, expected)
    value += _part(bad_out, expected_out)
    value += _part(good_in, expected_good_in)
    value += _part(good_out, expected_good_out)
    value[bad_in <= expected] = 0.0
    return value


def _part(observed: Numbers, expected: Numbers) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, 1.0)
    part: Floats = xlogy(observed, ratio)
    return part


def bin_counts(coded: Coded) -> Ints:
    """Return how many rows each bin holds, shape (columns, BINS + 1); the last is missing."""
    counts = np.empty((coded.columns, BINS + 1), dtype=np.intp)
    for c in range(coded.columns):
        counts[c] = np.bincount(coded.codes[:, c], minlength=BINS + 1)
    return counts


def label_counts(coded: Coded, labels: Ints) -> Ints:
    """Return the counts of bins among labelled rows, shape (labellings, columns, BINS + 1).

    `labels` has shape (labellings, bad rows): the row numbers that each labelling calls bad.
    """
    width = BINS + 1
    columns = coded.columns
    base = (np.arange(columns) * width).astype(np.int32)
    counts = np.empty((labels.shape[0], columns, width), dtype=np.intp)
    for i, rows in enumerate(labels):
        flat = (coded.codes[rows] + base).ravel()
        counts[i] = np.bincount(flat, minlength=columns * width).reshape(columns, width)
    return counts


def region_sums(counts: NDArray[Any]) -> NDArray[Any]:
    """Sum bin counts over each region; (..., BINS + 1) becomes (..., regions).

    Counts are summed as int32, floating-point sums as float64.
    """
    regions = all_regions()
    exact = np.issubdtype(counts.dtype, np.integer)
    running = np.zeros((*counts.shape[:-1], BINS + 1), dtype=np.int32 if exact else np.float64)
    np.cumsum(counts[..., :BINS], axis=-1, out=running[..., 1:])
    sums = running[..., regions.last] - running[..., regions.first]
    outside = regions.shape == OUTSIDE
    sums[..., outside] = running[..., BINS, None] - sums[..., outside]
    return sums


def limits(coded: Coded, column: int, chosen: int) -> tuple[float | None, float | None, int]:
    """Return a region as limits, low < x <= high, None for an open side; and its shape."""
    regions, edges = all_regions(), coded.edges[column]
    first, last = int(regions.first[chosen]), int(regions.last[chosen])
    low = float(edges[first - 1]) if first > 0 else None
    high = float(edges[last - 1]) if last < BINS else None
    return low, high, int(regions.shape[chosen])


def best_of_counts(rows: Ints, bad: Ints) -> Floats:
    """Return the best value of each column from counts per bin, both (columns, BINS + 1)."""
    value = likelihood_ratio(
        region_sums(bad).astype(float),
        region_sums(rows).astype(float),
        bad[:, :MISSING].sum(axis=1)[:, None].astype(float),
        rows[:, :MISSING].sum(axis=1)[:, None].astype(float),
    )
    best: Floats = (value - all_regions().penalty).max(axis=1)
    return best


class Scanner:
    """Scans one set of rows under many labellings that all have the same number of bad rows."""

    def __init__(self, coded: Coded) -> None:
        self.coded = coded
        counts = bin_counts(coded)
        self._rows = counts[:, :MISSING].sum(axis=1).astype(np.int32)  # (columns,) with a value
        self._rows_in = region_sums(counts)  # (columns, regions)
        share = self._rows_in / np.maximum(self._rows, 1)[:, None]
        self._share = share
        # What keeps a region from being chosen, and what it must explain first.
        forbidden = (share > LARGEST_SHARE) | (self._rows_in < 2)
        self._penalty = np.where(forbidden, np.inf, all_regions().penalty)
        # k ln k for every count that can occur: a scan is then nothing but looking up.
        numbers = np.arange(coded.codes.shape[0] + 1, dtype=float)
        self._terms = xlogy(numbers, numbers)

    def values(self, labels: Ints) -> tuple[Floats, Ints]:
        """Return the best value and the best region of each column under each labelling.

        `labels` has shape (labellings, bad rows); both results have shape (labellings, columns).
        """
        best = np.empty((labels.shape[0], self.coded.columns))
        where = np.empty((labels.shape[0], self.coded.columns), dtype=np.intp)
        # Chunks keep the temporaries in the processor's cache and memory flat.
        columns = max(1, 200_000 // (len(all_regions()) * max(1, labels.shape[0])))
        counts = label_counts(self.coded, labels)
        for start in range(0, self.coded.columns, columns):
            part = slice(start, start + columns)
            best[:, part], where[:, part] = self._best(counts[:, part], part)
        return best, where

    def _best(self, counts: Ints, part: slice) -> tuple[Floats, Ints]:
        terms = self._terms
        bad_in = region_sums(counts)  # (labellings, columns, regions)
        bad = counts[..., :MISSING].sum(axis=-1, dtype=np.int32)[..., None]
        rows, rows_in = self._rows[None, part, None], self._rows_in[None, part]
        # The likelihood ratio with its products multiplied out: sums of k ln k over cells and
        # margins.
        value = terms[bad_in]
        value += terms[bad - bad_in]
        value += terms[rows_in - bad_in]
        value += terms[rows - rows_in - bad + bad_in]
        value -= terms[rows_in] + terms[rows - rows_in] + self._penalty[None, part]
        value -= terms[bad] + terms[rows - bad] - terms[rows]
        value[bad_in <= bad * self._share[None, part]] = 0.0
        where = value.argmax(axis=-1)
        best = np.take_along_axis(value, where[..., None], axis=-1)[..., 0]
        return np.maximum(best, 0.0), where
