"""Columns of numbers as small bin codes, finer in the tails, so that scans are counting."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

#: Shares of the rows below each inner edge. Causes of rare defects sit in the tails, so the tails
#: are cut finely; 27 edges make 28 bins.
EDGE_SHARES = (
    0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40,
    0.50,
    0.60, 0.70, 0.75, 0.80, 0.85, 0.90, 0.925, 0.95, 0.965, 0.98, 0.99, 0.995, 0.9975,
)  # fmt: skip
BINS = len(EDGE_SHARES) + 1
#: The code of a cell without a value; it lies outside every region.
MISSING = BINS
#: Rows looked at to place the edges. More would move an edge by less than a bin's own error.
EDGE_ROWS = 50_000


@dataclass(frozen=True)
class Coded:
    """Columns as bin codes.

    `codes` has shape (rows, columns); code k of column c means
    edges[c, k-1] < value <= edges[c, k]. `edges` has shape (columns, BINS - 1); where a column has
    few distinct values, neighbouring edges are equal and the bins between them are empty. Missing
    values have the code `MISSING`.
    """

    codes: Codes
    edges: Floats

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.codes.shape[1])

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Coded":
        """Return the same coding for some of the rows."""
        return Coded(self.codes[rows], self.edges)

    def only(self, columns: NDArray[np.bool_]) -> "Coded":
        """Return the same coding for some of the columns."""
        return Coded(self.codes[:, columns], self.edges[columns])


def edges_of(values: Floats) -> Floats:
    """Return the BINS - 1 edges for one column: values that occur in it, ascending.

    `values` has shape (rows,); NaN is ignored. A column without values gets edges of +inf.
    """
    present = values[~np.isnan(values)]
    if present.size == 0:
        return np.full(BINS - 1, np.inf)
    if present.size > EDGE_ROWS:
        step = present.size / EDGE_ROWS
        present = present[(np.arange(EDGE_ROWS) * step).astype(np.intp)]
    return np.quantile(present, EDGE_SHARES, method="inverted_cdf")


def code_column(values: Floats, edges: Floats) -> Codes:
    """Return the bin code of each value of one column, shape (rows,)."""
    codes = np.searchsorted(edges, values, side="left").astype(np.uint8)
    codes[np.isnan(values)] = MISSING
    return codes


def code(columns: list[Floats], rows: int) -> Coded:
    """Code several columns of `rows` values each."""
    codes = np.empty((rows, len(columns)), dtype=np.uint8)
    edges = np.empty((len(columns), BINS - 1))
    for c, values in enumerate(columns):
        edges[c] = edges_of(values)
        codes[:, c] = code_column(values, edges[c])
    return Coded(codes, edges)
