"""Values centred without losing the digits that were written down.

A table says 1000000000000.4; float64 keeps that number only to 0.0001, and differences of such
numbers carry the error into every sum of squares. But the shortest decimal that reads back as the
same float64 is what was written, as long as it had at most fifteen digits. So the values are turned
into whole numbers of their last decimal, subtracted exactly, and only then turned into fractions.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Up to here float64 holds every whole number.
_WHOLE = 2.0**53


def centred(values: Floats) -> tuple[float, Floats]:
    """Return an origin among the values and each value's distance from it, in the same unit.

    The origin is the value nearest to their mean. `values` holds numbers and no NaN; where they are
    decimals of at most fifteen digits the distances are exact up to one rounding each.
    """
    if values.size == 0:
        return 0.0, values
    origin = int(np.argmin(np.abs(values - values.mean())))
    decimals = _decimals(values)
    if decimals is None:
        return float(values[origin]), values - values[origin]
    scale = 10.0**decimals
    whole = np.rint(values * scale)
    return float(values[origin]), (whole - whole[origin]) / scale


def _decimals(values: Floats) -> int | None:
    """Return how many decimals all values have, None if they are no short decimals."""
    largest = float(np.abs(values).max())
    # A few values tell most other columns apart before all of them are looked at.
    for sample in (values[:50], values):
        for decimals in range(16):
            scale = 10.0**decimals
            if largest * scale >= _WHOLE:
                return None
            if np.array_equal(np.rint(sample * scale) / scale, sample):
                break
        else:
            return None
    return decimals
