"""Charts of counts: p, np, c, u, and Laney's p′ and u′ for counts that spread more than chance.

Montgomery, chapter 7; ISO 7870-2. Laney, "Improved control charts for attributes" (Quality
Engineering 14, 2002).
"""

import numpy as np
from scipy import special

from deungdae.analysis.spc.panels import (
    MEDIAN_RANGE_OF_TWO,
    NORMAL_ALARM,
    UNTOLD,
    Floats,
    Known,
    Mask,
    Panel,
)
from deungdae.analysis.stats.shewhart import d2


def shares(counts: Floats, inspected: Floats, use: Mask, known: Known = UNTOLD) -> Panel:
    """Return the p chart: bad parts of those inspected."""
    center = _rate(counts, inspected, use, known)
    spread = np.sqrt(center * (1 - center) / inspected)
    return _panel("share", counts / inspected, center, spread, _binomial(center, inspected), 1.0)


def numbers_bad(counts: Floats, inspected: Floats, use: Mask, known: Known = UNTOLD) -> Panel:
    """Return the np chart: the number of bad parts; limits follow the number inspected."""
    center = _rate(counts, inspected, use, known)
    spread = np.sqrt(center * (1 - center) * inspected)
    return _panel("count", counts, center * inspected, spread, _binomial(center, inspected))


def defects(counts: Floats, use: Mask, known: Known = UNTOLD) -> Panel:
    """Return the c chart: the number of defects in samples of one size."""
    center = float(counts[use].mean()) if known.center is None else known.center
    return _panel("count", counts, center, np.sqrt(center), _poisson(center))


def defect_rates(counts: Floats, inspected: Floats, use: Mask, known: Known = UNTOLD) -> Panel:
    """Return the u chart: defects per unit inspected."""
    center = _rate(counts, inspected, use, known)
    alarm = _poisson(center * float(np.median(inspected)))
    return _panel("rate", counts / inspected, center, np.sqrt(center / inspected), alarm)


def overdispersed(plain: Panel, use: Mask) -> Panel:
    """Return Laney's chart of a p or u chart: limits widened by σz, the spread of its z-scores.

    σz = mean moving range of z / d2(2), so that shifts do not widen it (Laney 2002).
    """
    factor = dispersion(plain, use)
    spread = plain.spread * factor
    upper = plain.center + 3 * spread
    if plain.name == "share":
        upper = np.minimum(upper, 1.0)
    lower = np.maximum(plain.center - 3 * spread, 0.0)
    return Panel(
        plain.name, plain.value, plain.center, lower, upper, spread, factor, NORMAL_ALARM, True
    )


def dispersion(plain: Panel, use: Mask) -> float:
    """Return σz of a p, np, c or u chart: 1 if counts spread as chance makes them, NaN if unknown.

    Its standard error is about 0.91/√points (Cryer and Ryan 1990).
    """
    ranges = _ranges(plain, use)
    return float(ranges.mean()) / d2(2) if ranges.size else float("nan")


def typical_dispersion(plain: Panel, use: Mask) -> float:
    """Return σz from the median moving range, which a few odd samples cannot raise.

    Its standard error is about 1.27/√points.
    """
    ranges = _ranges(plain, use)
    return float(np.median(ranges)) / MEDIAN_RANGE_OF_TWO if ranges.size else float("nan")


def _ranges(plain: Panel, use: Mask) -> Floats:
    both = use & np.roll(use, 1)
    both[:1] = False
    if not (plain.spread > 0).all():
        return np.empty(0)
    z = (plain.value - plain.center) / plain.spread
    return np.asarray(np.abs(np.diff(z, prepend=np.nan))[both])


def _rate(counts: Floats, inspected: Floats, use: Mask, known: Known) -> float:
    if known.center is not None:
        return known.center
    return float(counts[use].sum() / inspected[use].sum())


def _poisson(mean: float) -> float:
    width = 3 * np.sqrt(mean)
    return float(special.pdtrc(np.floor(mean + width), mean) + _below(mean - width, mean))


def _below(limit: float, mean: float) -> float:
    return float(special.pdtr(np.ceil(limit) - 1, mean)) if limit > 0 else 0.0


def _binomial(share: float, inspected: Floats) -> float:
    n = max(1, int(np.median(inspected)))
    width = 3 * np.sqrt(n * share * (1 - share))
    above = special.bdtrc(min(np.floor(n * share + width), n), n, share)
    low = n * share - width
    return float(above + (special.bdtr(np.ceil(low) - 1, n, share) if low > 0 else 0.0))


def _panel(
    name: str,
    value: Floats,
    center: float | Floats,
    spread: float | Floats,
    alarm: float,
    most: float | None = None,
) -> Panel:
    middle = np.broadcast_to(np.asarray(center, dtype=np.float64), value.shape)
    wide = np.broadcast_to(np.asarray(spread, dtype=np.float64), value.shape)
    upper = middle + 3 * wide
    if most is not None:
        upper = np.minimum(upper, most)
    lower = np.maximum(middle - 3 * wide, 0.0)
    return Panel(name, value, middle, lower, upper, wide, 1.0, alarm, True)
