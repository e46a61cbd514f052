"""Labels moved along time: what chance alone would look like on this very data.

Shuffling labels destroys the clusters in which real defects come, and then almost any slowly
drifting column looks guilty. Shifting all labels by the same number of units, with the end wrapped
to the beginning, keeps both the clusters of the labels and the drift of the columns, and breaks
only the tie between the two.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]


def shifted(bad: Ints, units: int, times: int, rng: np.random.Generator) -> Ints:
    """Return `times` circular shifts of the bad positions, shape (times, bad).

    `bad` are positions in 0..units-1, in time order. No shift is by zero. Where there are fewer
    other offsets than `times`, each is used once (then the test is exact).
    """
    offsets = np.arange(1, units)
    if offsets.size > times:
        offsets = rng.choice(offsets, size=times, replace=False)
    moved: Ints = (bad[None, :] + offsets[:, None]) % units
    return moved
