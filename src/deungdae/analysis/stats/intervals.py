"""Intervals for shares."""

import math

from scipy import special


def wilson(hits: int, rows: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927), (0, 1) for no rows at all."""
    if rows == 0:
        return 0.0, 1.0
    share = hits / rows
    centre = share + z * z / (2 * rows)
    width = z * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    scale = 1 + z * z / rows
    # The ends are exact where rounding would leave them a hair's breadth inside.
    low = 0.0 if hits == 0 else max(0.0, (centre - width) / scale)
    high = 1.0 if hits == rows else min(1.0, (centre + width) / scale)
    return low, high


def clopper_pearson(hits: int, rows: int, tail: float = 0.025) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson 1934), (0, 1) for no rows."""
    if rows == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else float(special.betaincinv(hits, rows - hits + 1, tail))
    high = 1.0 if hits == rows else float(special.betaincinv(hits + 1, rows - hits, 1 - tail))
    return low, high
