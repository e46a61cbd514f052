"""The good period: what is usable of it, and how far each tag spreads in it.

Values are one row for each equal step of time, one column for each tag; a missing value is NaN.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST_ROWS = 100
MOST_MISSING = 0.5  #: of a tag in the good period
LONGEST_HOLD = 10  #: steps for which a missing value is taken to be as it was


class TooLittle(ValueError):  # noqa: N818
    """The good period cannot be learned from; the sentence says why."""


class LeftOut(NamedTuple):
    """A tag that is not watched: `reason` is "constant" or "missing"."""

    name: str
    reason: str


@dataclass(frozen=True)
class Reference:
    """How tags are in the good period. `centre` and `spread` belong to `names`, in their order."""

    names: tuple[str, ...]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    left_out: tuple[LeftOut, ...]
    columns: NDArray[np.intp]  #: of the values as they are given

    @classmethod
    def of(cls, values: NDArray[np.float64], names: tuple[str, ...]) -> "Reference":
        """Learn from the rows of a good period; raises `TooLittle`."""
        values = np.asarray(values, float)
        if values.ndim != 2 or values.shape[1] != len(names):
            raise ValueError("one column for each tag")
        # Rows without anything, as while the machine stood still, say nothing of a tag.
        values = values[np.isfinite(values).any(axis=1)]
        if len(values) < FEWEST_ROWS:
            raise TooLittle(f"{len(values)} rows are too few; at least {FEWEST_ROWS} are needed")
        left_out, kept = [], []
        for place, name in enumerate(names):
            column = values[:, place]
            known = column[np.isfinite(column)]
            if len(known) < (1 - MOST_MISSING) * len(column):
                left_out.append(LeftOut(name, "missing"))
            elif np.ptp(known) <= 1e-12 * max(1.0, float(np.abs(known).max())):
                left_out.append(LeftOut(name, "constant"))
            else:
                kept.append(place)
        if not kept:
            raise TooLittle("no tag changes in the good period")
        columns = np.array(kept)
        used = values[:, columns]
        return cls(
            tuple(names[place] for place in kept),
            np.nanmean(used, axis=0),
            np.nanstd(used, axis=0),
            tuple(left_out),
            columns,
        )

    def scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return deviations from the good period's centre, in its spreads.

        A missing value is as it was, for up to `LONGEST_HOLD` steps; a longer gap stays missing.
        """
        z = (np.asarray(values, float)[:, self.columns] - self.centre) / self.spread
        return held(z, LONGEST_HOLD)


def held(z: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Return the same with gaps of up to `most` rows filled by the last value before them."""
    missing = ~np.isfinite(z)
    if not missing.any():
        return z
    rows = np.arange(len(z))[:, None]
    last = np.maximum.accumulate(np.where(missing, -1, rows), axis=0)
    near = missing & (last >= 0) & (rows - last <= most)
    filled = z.copy()
    filled[near] = np.take_along_axis(z, np.maximum(last, 0), axis=0)[near]
    return filled
