"""Where an alarm begins: by how many false ones a person is willing to see.

Scores of the good period, each from a model that did not see it, are taken apart into stretches
above a high threshold; the largest score of each follows a generalized Pareto distribution (peaks
over threshold). The limit is the score that such a stretch exceeds as often as the budget allows.

The threshold rises with the length of the good period: where it is low, stretches that have nothing
to do with each other run together, the largest of many is no such peak, and the limit that the tail
is drawn out to comes too low. It is the highest that still has enough stretches above it, however
long they last.

Source: S. Coles, An Introduction to Statistical Modeling of Extreme Values, Springer 2001,
chapters 4 and 5 (threshold, return level, runs declustering).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

LOWEST = 0.95  #: quantile above which scores count as high, where a higher one has too few peaks
ENOUGH_PEAKS = 30  #: more would only lower the threshold
FEWEST_PEAKS = 15  #: from which on a tail is fitted; fewer give the greatest score seen
TRIED = 8  #: thresholds
APART = 10  #: steps below the threshold after which a new stretch begins
HEAVIEST = 0.5  #: shape of the tail; a heavier one would put the limit out of reach


class Limit(NamedTuple):
    """`score` above which it is an alarm; `seen` false alarms in the good period, per `steps`.

    `fitted` is False when there were too few peaks: the limit is then the greatest score seen, and
    the budget cannot be promised.
    """

    score: float
    seen: int
    steps: int
    fitted: bool


def limit(scores: NDArray[np.float64], budget: float) -> Limit:
    """Return the limit for a budget of false alarms per step (such as 1 / 10,080 minutes).

    NaN are passed over. Raises ValueError for a budget that is not above zero, or without scores.
    """
    if not budget > 0:
        raise ValueError("a budget of false alarms is above zero")
    known = scores[np.isfinite(scores)]
    if not len(known):
        raise ValueError("there are no scores")
    allowed = budget * len(known)
    threshold, tops = _high(known, allowed)
    if len(tops) < FEWEST_PEAKS:
        greatest = float(known.max())
        return Limit(greatest, 0, len(known), fitted=False)
    shape, scale = _tail(tops - threshold)
    # So many of the stretches may exceed the limit; of a generalised Pareto distribution that is
    # scale (share^-shape - 1) / shape above the threshold.
    share = min(1.0, allowed / len(tops))
    level = threshold - scale * float(special.boxcox(share, -shape))
    return Limit(level, len(alarms(known, level)), len(known), fitted=True)


def peaks(scores: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Return the greatest score of each stretch above a threshold."""
    return np.array([scores[start:end].max() for start, end in alarms(scores, threshold)])


def alarms(scores: NDArray[np.float64], level: float) -> list[tuple[int, int]]:
    """Return (start, end) of each stretch above a level; short dips do not end one."""
    above = np.flatnonzero(scores > level)
    if not len(above):
        return []
    cuts = np.flatnonzero(np.diff(above) > APART)
    starts = above[np.concatenate(([0], cuts + 1))]
    ends = above[np.concatenate((cuts, [len(above) - 1]))] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _high(known: NDArray[np.float64], allowed: float) -> tuple[float, NDArray[np.float64]]:
    """Return the highest threshold with enough peaks above it, or else the lowest, and its peaks.

    `allowed` false alarms: there must be more peaks, as a limit is not below the threshold.
    """
    enough = max(ENOUGH_PEAKS, 2 * allowed)
    lowest = 1 - LOWEST
    shares = np.geomspace(min(enough / len(known), lowest), lowest, TRIED)
    thresholds = np.quantile(known, 1 - shares).tolist()
    for threshold in thresholds:
        tops = peaks(known, threshold)
        if len(tops) >= enough:
            break
    return threshold, tops


def _tail(excesses: NDArray[np.float64]) -> tuple[float, float]:
    """Return shape and scale by probability-weighted moments (Hosking and Wallis 1987).

    They are steadier than maximum likelihood where there are a few dozen peaks.
    """
    ordered = np.sort(excesses)
    n = len(ordered)
    mean = float(ordered.mean())
    weighted = float((ordered * (n - 1 - np.arange(n)) / (n - 1)).mean())
    if mean <= 2 * weighted or mean == 0:
        return 0.0, max(mean, 1e-12)
    shape = 2 - mean / (mean - 2 * weighted)
    scale = 2 * mean * weighted / (mean - 2 * weighted)
    return float(np.clip(shape, -HEAVIEST, HEAVIEST)), max(scale, 1e-12)
