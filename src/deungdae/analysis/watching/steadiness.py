"""Whether the good period was one period: tags whose level shifted within it, and stayed there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.changepoint import shifts

Floats = NDArray[np.float64]

PIECES = 300  #: parts of equal length whose means are looked at
FEWEST_PIECES = 20
PER_THOUSAND = 0.05  #: false shifts
LARGE = 1.0  #: spreads of the tag; what is smaller is no other operation
LASTING = 0.1  #: of the period, on both sides
OVERLAP = 0.25  #: of one side that may lie where the other does; a product comes and goes


class Moved(NamedTuple):
    """A tag that went to another level at a row and stayed; `size` is in its spreads."""

    name: str
    row: int
    size: float


def moved(values: Floats, names: tuple[str, ...], most: int = 5) -> list[Moved]:
    """Return the tags of a period that did not stay on their level, the furthest first.

    A machine that goes to and fro between two products is steady in that: what is before a shift
    and what is after it must hardly overlap.
    """
    values = np.asarray(values, float)
    length = max(1, len(values) // PIECES)
    count = len(values) // length
    pieces = values[: count * length].reshape(count, length, -1)
    found: list[Moved] = []
    for column, name in enumerate(names):
        own = pieces[:, :, column]
        known = np.isfinite(own)
        enough = known.mean(axis=1) >= 0.5
        places = np.flatnonzero(enough)
        spread = float(np.nanstd(values[:, column])) if known.any() else 0.0
        if len(places) < FEWEST_PIECES or spread == 0:
            continue
        means = np.nanmean(own[enough], axis=1)
        lasting = max(2, int(LASTING * len(means)))
        best: Moved | None = None
        for shift in shifts(means, PER_THOUSAND):
            if not lasting <= shift.at <= len(means) - lasting:
                continue
            before, after = means[: shift.at], means[shift.at :]
            if max(_within(before, after), _within(after, before)) > OVERLAP:
                continue
            size = float(np.median(after) - np.median(before)) / spread
            if abs(size) >= LARGE and (best is None or abs(size) > abs(best.size)):
                best = Moved(name, int(places[shift.at]) * length, size)
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda one: -abs(one.size))[:most]


def _within(some: Floats, others: Floats) -> float:
    """Return the share of some values that lie where most of the others do."""
    low, high = np.quantile(others, (0.05, 0.95))
    return float(np.mean((some >= low) & (some <= high)))
