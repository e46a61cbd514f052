"""Fewer points for drawing: the lowest and highest of each stretch, and every marked point."""

import numpy as np

from deungdae.analysis.spc.panels import Floats, Ints, Mask


def envelope(value: Floats, keep: Mask, most: int) -> Ints:
    """Return which points to draw, in order: at most about `most`, and all of `keep`.

    Each of `most`/2 stretches keeps its lowest and its highest point, so that the line through them
    covers what the line through all points covers. NaN are never kept, the first and last
    known point always.
    """
    known = np.flatnonzero(~np.isnan(value))
    if known.size <= most:
        return known
    stretches = max(1, most // 2)
    width = known.size // stretches
    whole = known[: width * stretches].reshape(stretches, width)
    rows = np.arange(stretches)
    seen = value[whole]
    chosen = [whole[rows, seen.argmin(axis=1)], whole[rows, seen.argmax(axis=1)]]
    rest = known[width * stretches :]
    if rest.size:
        chosen.append(rest[[value[rest].argmin(), value[rest].argmax()]])
    drawn = np.zeros(value.size, dtype=bool)
    for places in (*chosen, known[[0, -1]]):
        drawn[places] = True
    return np.flatnonzero(drawn | (keep & ~np.isnan(value)))
