"""The matrix that the peers learn from: numbers as they are, one 0/1 column per level of a word."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planting.columns import Columns, Floats


@dataclass(frozen=True)
class Matrix:
    """Rows by features. `sources[j]` is the name of the table's column that feature j came from."""

    values: Floats  #: with NaN where a number is missing
    sources: tuple[str, ...]

    @classmethod
    def of(cls, columns: Columns) -> "Matrix":
        """Encode all columns that vary; a column without two different values says nothing."""
        features: list[Floats] = []
        sources: list[str] = []
        for name, values in columns.numbers.items():
            if len(np.unique(values[np.isfinite(values)])) > 1:
                features.append(values)
                sources.append(name)
        for name, words in columns.words.items():
            levels = np.unique(words)
            # Columns with hundreds of levels are names of parts, not settings.
            if 1 < len(levels) <= 50:
                features += [(words == level).astype(np.float64) for level in levels]
                sources += [name] * len(levels)
        return cls(np.column_stack(features), tuple(sources))

    def filled(self) -> Floats:
        """Return the values with each missing number replaced by its feature's median."""
        medians = np.nanmedian(self.values, axis=0)
        return np.where(np.isnan(self.values), medians, self.values)

    def by_column(self, importance: Floats) -> dict[str, float]:
        """Return the importance of each column of the table: the largest among its features."""
        best: dict[str, float] = {}
        for name, value in zip(self.sources, importance, strict=True):
            best[name] = max(best.get(name, 0.0), float(value))
        return best


def ranked(importance: dict[str, float]) -> list[str]:
    """Return the names with an importance above zero, most important first."""
    names = [name for name, value in importance.items() if value > 0]
    return sorted(names, key=lambda name: (-importance[name], name))


Labels = NDArray[np.int64]
