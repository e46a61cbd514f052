"""Gathering a table piece by piece: clean numbers are typed at once, the rest is kept as text.

What a column is gets decided when all of it is there, so that the answer does not depend on where
the pieces were cut.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deungdae.tables import numbers, odd_rows
from deungdae.tables.odd_rows import RowRules


class Mode(IntEnum):
    """How a column has been read so far; it only ever moves up."""

    WHOLE = 0  #: int64
    REAL = 1  #: float64
    TEXT = 2  #: string, to be understood later


@dataclass(frozen=True)
class SetAsideRow:
    """One row that is not used."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Part:
    """Some rows of a table: an array for each column with the mode it was read in."""

    arrays: list[pa.Array]
    modes: list[Mode]
    kept: npt.NDArray[np.int64]
    odd: dict[str, npt.NDArray[np.int64]]


@dataclass
class GatheredColumn:
    """The arrays of one column so far."""

    mode: Mode
    arrays: list[pa.Array] = field(default_factory=list)
    modes: set[Mode] = field(default_factory=set)

    def add(self, array: pa.Array, mode: Mode) -> None:
        self.arrays.append(array)
        self.modes.add(mode)
        self.mode = max(self.mode, mode)

    @property
    def must_be_read_again(self) -> bool:
        """Tell whether part of a column of texts was read as numbers, so its texts are gone."""
        return self.mode is Mode.TEXT and self.modes != {Mode.TEXT}

    def finished(self) -> pa.ChunkedArray:
        """Return the column: int64, float64 or string."""
        kind = {Mode.WHOLE: pa.int64(), Mode.REAL: pa.float64(), Mode.TEXT: pa.string()}[self.mode]
        arrays = [a if a.type == kind else a.cast(kind, safe=False) for a in self.arrays]
        self.arrays = []
        if not arrays:
            return pa.chunked_array([], type=kind)
        # Arrays of text stay as they are: joined they could pass the 2 GB of one string array.
        if self.mode is Mode.TEXT:
            return pa.chunked_array(arrays, type=kind)
        return pa.chunked_array([pa.concat_arrays(arrays)], type=kind)


def first_modes(columns: Sequence[Iterable[str | None]], rules: RowRules) -> list[Mode]:
    """Guess how each column can be read from the texts of its first cells."""
    texts = [odd_rows.tidy(pa.array(list(cells), pa.string())) for cells in columns]
    found = odd_rows.find(texts, range(len(texts)), rules)
    if found:
        keep = pa.array(~np.logical_or.reduce(list(found.values())))
        texts = [column.filter(keep) for column in texts]
    return [_mode_of(column, Mode.WHOLE)[1] for column in texts]


def type_rows(columns: Sequence[pa.Array], modes: Sequence[Mode], rules: RowRules) -> Part:
    """Take the odd rows out of some columns of strings and type the clean numbers."""
    arrays: list[pa.Array] = []
    reached: list[Mode] = []
    for texts, mode in zip(columns, modes, strict=True):
        array, now = _mode_of(texts, mode)
        arrays.append(odd_rows.tidy(array) if now is Mode.TEXT else array)
        reached.append(now)
    suspects = [j for j, mode in enumerate(reached) if mode is Mode.TEXT]
    found = odd_rows.find(arrays, suspects, rules)
    count = len(columns[0])
    if not found:
        return Part(arrays, reached, np.arange(count), {})
    keep = ~np.logical_or.reduce(list(found.values()))
    mask = pa.array(keep)
    arrays = [array.filter(mask) for array in arrays]
    for j, mode in enumerate(modes):
        if reached[j] is not mode:
            # What made this column text, or no longer whole, may have gone with the odd rows.
            arrays[j], reached[j] = _mode_of(odd_rows.tidy(columns[j].filter(mask)), mode)
    odd = {reason: np.flatnonzero(rows) for reason, rows in found.items()}
    return Part(arrays, reached, np.flatnonzero(keep), odd)


def _mode_of(texts: pa.Array, mode: Mode) -> tuple[pa.Array, Mode]:
    """Read texts in a mode, or in the next one up that fits."""
    if mode is Mode.TEXT:
        return texts, Mode.TEXT
    values = numbers.whole(texts) if mode is Mode.WHOLE else None
    if values is None:
        values, mode = numbers.real(texts), Mode.REAL
    if values is None or numbers.is_strange(texts, values):
        return texts, Mode.TEXT
    return values, mode
