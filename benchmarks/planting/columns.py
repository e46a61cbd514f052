"""A table's process columns as numbers: for planting, for scoring, and for the peers."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Columns:
    """The columns of a table by kind; missing numbers are NaN, missing words are empty."""

    numbers: dict[str, Floats]
    words: dict[str, NDArray[np.str_]]
    rows: int

    @classmethod
    def of(cls, table: pa.Table, without: tuple[str, ...] = ()) -> "Columns":
        """Split the columns of `table` that are not named in `without`; times are left out."""
        numbers: dict[str, Floats] = {}
        words: dict[str, NDArray[np.str_]] = {}
        for name in table.column_names:
            column = table[name]
            if name in without or pa.types.is_temporal(column.type):
                continue
            if pa.types.is_string(column.type):
                words[name] = np.array([v or "" for v in column.to_pylist()], dtype=np.str_)
            else:
                floats = column.cast(pa.float64()).to_numpy()
                numbers[name] = np.array(floats, dtype=np.float64)
        return cls(numbers, words, table.num_rows)


class Sameness:
    """Which columns say the same: |Spearman| above a limit. A column of words is only itself.

    A missing value takes the middle rank: a column that is mostly missing resembles nothing.
    """

    def __init__(self, columns: Columns) -> None:
        self._index = {name: i for i, name in enumerate(columns.numbers)}
        ranks = np.zeros((len(self._index), columns.rows))
        for name, i in self._index.items():
            ranks[i] = centred_ranks(columns.numbers[name])
        self._ranks = ranks
        self._rho = ranks @ ranks.T

    def rho(self, one: str, other: str) -> float:
        """Return |Spearman| of two columns; 1 for a column and itself."""
        if one == other:
            return 1.0
        if one not in self._index or other not in self._index:
            return 0.0
        return float(abs(self._rho[self._index[one], self._index[other]]))

    def of_values(self, values: Floats) -> dict[str, float]:
        """Return |Spearman| of new values, one per row, with every column of numbers."""
        rho = np.abs(self._ranks @ centred_ranks(values))
        return {name: float(rho[i]) for name, i in self._index.items()}

    def distinct(self, ranking: list[str], limit: float) -> list[str]:
        """Return `ranking` without the columns that say the same as one before them."""
        kept: list[str] = []
        for name in ranking:
            if all(self.rho(name, other) <= limit for other in kept):
                kept.append(name)
        return kept


def centred_ranks(values: Floats) -> Floats:
    """Return mid-ranks with mean 0 and length 1 (so products are Spearman's); all 0 if constant."""
    known = np.isfinite(values)
    ranks = np.zeros(len(values))
    if known.sum() > 1:
        ranks[known] = rankdata(values[known])
        ranks[known] -= ranks[known].mean()
    length = float(np.linalg.norm(ranks))
    return ranks / length if length > 0 else ranks
