"""Do the cavities of one mould differ? Parts of one shot share everything else.

Compared within each shot, a difference between cavities cannot come from the process settings, the
day or the material, and no setting can mend it: it points at the mould itself, or at how its parts
are inspected.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from deungdae.analysis.causes.frame import Ints, Texts

Mask = NDArray[np.bool_]

#: Stretches of shots that stay together in a resample, and the number of resamples.
BLOCKS, RESAMPLES = 50, 60


@dataclass(frozen=True)
class CavityFinding:
    """The levels of a cavity column that are worse than the others of the same shots."""

    column: str
    levels: tuple[str, ...]
    inside: Mask  #: rows of the layout with one of the levels
    known: Mask  #: rows of the layout that are compared
    p_value: float
    interval: tuple[float, float | None]  #: 95 % interval of the risk ratio within shots
    stability: float  #: share of resamples of shots in which the same level is worst


def compare(
    texts: Texts, rows: Ints, unit: Ints, bad: Mask, rng: np.random.Generator
) -> CavityFinding | None:
    """Compare the levels of a column within shots; `unit` and `bad` have shape (rows,).

    Only shots with a bad and a good part tell anything. Each level's count of bad parts is compared
    with what equal cavities would give (hypergeometric within the shot, Cochran-Mantel-Haenszel,
    continuity-corrected); the p-value is two-sided and multiplied by the number of levels.
    """
    known = (unit >= 0) & (texts.codes[rows] >= 0)
    codes, units, is_bad = texts.codes[rows][known], unit[known], bad[known]
    if not is_bad.any():
        return None
    _, number = np.unique(units, return_inverse=True)
    size = np.bincount(number).astype(float)
    hits = np.bincount(number, weights=is_bad)
    best: tuple[float, int] | None = None
    levels = np.unique(codes)
    for level in levels:
        here = codes == level
        mine = np.bincount(number, weights=here)
        both = np.bincount(number, weights=here & is_bad)
        many = size > 1
        excess = (both - hits * mine / size)[many].sum()
        variance = (
            hits * (size - hits) * mine * (size - mine)
        )[many] / (size[many] ** 2 * (size[many] - 1))  # fmt: skip
        total = float(variance.sum())
        if total <= 0 or excess <= 0:
            continue
        deviate = max(abs(excess) - 0.5, 0.0) / np.sqrt(total)
        p = min(1.0, 2 * float(special.ndtr(-deviate)) * levels.size)
        if best is None or p < best[0]:
            best = (p, int(level))
    if best is None:
        return None
    p_value, worst = best
    return CavityFinding(
        texts.name,
        (texts.levels[worst],),
        known & (texts.codes[rows] == worst),
        known,
        p_value,
        _interval(codes == worst, is_bad, number),
        _stability(codes == worst, is_bad, number, rng),
    )


def _interval(here: Mask, is_bad: Mask, number: Ints) -> tuple[float, float | None]:
    """Return the 95 % interval of the Mantel-Haenszel risk ratio with shots as strata.

    Variance by Greenland and Robins (Biometrics 41, 1985).
    """
    size = np.bincount(number).astype(float)
    n1 = np.bincount(number, weights=here)
    a = np.bincount(number, weights=here & is_bad)
    m1 = np.bincount(number, weights=is_bad)
    n0, b = size - n1, m1 - a
    above, below = float((a * n0 / size).sum()), float((b * n1 / size).sum())
    if above == 0 or below == 0:
        return 0.0, None
    variance = float(((m1 * n1 * n0 - a * b * size) / size**2).sum()) / (above * below)
    width = 1.959963984540054 * float(np.sqrt(max(variance, 0.0)))
    centre = float(np.log(above / below))
    return float(np.exp(centre - width)), float(np.exp(centre + width))


def _stability(here: Mask, is_bad: Mask, number: Ints, rng: np.random.Generator) -> float:
    """Return how often blocks of consecutive shots, drawn anew, show the same excess (p < 0.05)."""
    shots = int(number[-1]) + 1
    size = np.bincount(number).astype(float)
    hits = np.bincount(number, weights=is_bad)
    mine = np.bincount(number, weights=here)
    excess = np.bincount(number, weights=here & is_bad) - hits * mine / size
    variance = hits * (size - hits) * mine * (size - mine) / (size**2 * np.maximum(size - 1, 1))
    blocks = min(BLOCKS, shots)
    block = np.arange(shots) * blocks // shots
    sums = np.bincount(block, weights=excess, minlength=blocks)
    spread = np.bincount(block, weights=variance, minlength=blocks)
    weights = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES)
    deviates = (weights @ sums) / np.sqrt(np.maximum(weights @ spread, 1e-9))
    return float(np.mean(deviates > special.ndtri(0.95)))
