"""Rows whose values are still coming in, and when no more of one is to be waited for."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALIKE_ROWS = 5  #: rows in which each tag spoke as often, from which the next is expected to be so


class Arriving:
    """Values by row and tag; the last one of a tag in a row counts."""

    def __init__(self, columns: int) -> None:
        self._nothing = np.full(columns, np.nan)
        self._rows: dict[int, tuple[Floats, list[int]]] = {}
        self._came_us: dict[int, int] = {}  #: when the newest value of a row came
        self._usual = [0] * columns  #: values of each tag in the row before
        self._alike = 0  #: rows that had as many, one after another

    def put(self, row: int, column: int, value: float, now_us: int) -> None:
        """Take a value of a row."""
        values, counts = self._row(row)
        values[column] = value
        counts[column] += 1
        self._came_us[row] = now_us

    def put_off(self, row: int, column: int, value: float) -> None:
        """Take a value of the row before, which is closed: it stands until this row has its own."""
        values, counts = self._row(row)
        if not counts[column]:
            values[column] = value

    def whole_since(self, row: int) -> int | None:
        """Return when a row got all that its tags usually say; None while that is not known.

        It is known where each tag spoke as often in some rows before, such as once.
        """
        found = self._rows.get(row)
        if found is None or self._alike < ALIKE_ROWS or found[1] != self._usual:
            return None
        return self._came_us.get(row)

    def take(self, row: int) -> Floats:
        """Return the values of the oldest row, NaN where a tag said nothing, and forget it."""
        values, counts = self._row(row)
        del self._rows[row]
        self._came_us.pop(row, None)
        self._alike = self._alike + 1 if counts == self._usual else 0
        self._usual = counts
        return values

    def clear(self) -> None:
        """Forget all rows."""
        self._rows.clear()
        self._came_us.clear()

    def _row(self, row: int) -> tuple[Floats, list[int]]:
        found = self._rows.get(row)
        if found is None:
            found = self._rows[row] = self._nothing.copy(), [0] * len(self._nothing)
        return found
