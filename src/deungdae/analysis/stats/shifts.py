"""Labels moved along time: what chance alone would look like on this very data.

Shuffling labels destroys the clusters in which real defects come, and then almost any slowly
drifting column looks guilty. Shifting all labels by the same number of units, with the end wrapped
to the beginning, keeps both the clusters of the labels and the drift of the columns, and breaks
only the tie between the two.

A column that repeats itself (day and night shift, cavities in turn) comes back into step with the
labels whenever the shift is a whole number of its periods. For such columns blocks of random length
are put in random order instead, so that each block meets another phase.
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


def reordered(bad: Ints, units: int, times: int, rng: np.random.Generator) -> Ints:
    """Return `times` labellings in which blocks of units stand in random order, (times, bad).

    A block is between a fortieth and a tenth of the units long; where the first block begins is
    random too.
    """
    labels = np.empty((times, bad.size), dtype=np.intp)
    longest = max(2, units // 10)
    shortest = max(1, units // 40)
    for i in range(times):
        lengths = rng.integers(shortest, longest + 1, size=units // shortest + 1)
        ends = np.cumsum(lengths)
        ends = np.append(ends[ends < units], units)
        starts = np.concatenate(([0], ends[:-1]))
        order = rng.permutation(starts.size)
        size = (ends - starts)[order]
        # Where each block begins once the blocks stand in their new order.
        begins = np.empty(starts.size, dtype=np.intp)
        begins[order] = np.cumsum(size) - size
        moved = (bad + rng.integers(units)) % units
        block = np.searchsorted(ends, moved, side="right")
        labels[i] = begins[block] + moved - starts[block]
    return labels


def repeats(levels: NDArray[np.float64]) -> bool:
    """Tell whether a series of numbers comes back to itself after having gone away.

    Its autocorrelation falls below 0.2 at some lag and rises above 0.5 again at a longer one, up to
    a third of the series. NaN counts as the mean.
    """
    known = ~np.isnan(levels)
    if known.sum() < 30:
        return False
    series = np.where(known, levels - levels[known].mean(), 0.0)
    power = float((series**2).sum())
    if power <= 0:
        return False
    size = 1 << (2 * series.size - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(series, size)) ** 2
    longest = series.size // 3
    lags = np.arange(1, longest)
    # Each lag has as many products as units less the lag.
    correlation = (
        np.fft.irfft(spectrum, size)[1:longest] / power * series.size / (series.size - lags)
    )
    away = np.nonzero(correlation < 0.2)[0]
    return bool(away.size and (correlation[away[0] :] > 0.5).any())
