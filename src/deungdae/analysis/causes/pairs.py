"""Pairs of columns whose interplay may matter although neither matters alone.

The pressure before a filter and the pressure after it may both wander within wide limits; that
their difference grew is what counts. Pairs are chosen without looking at the labels: columns that
move together, so that their difference or ratio holds something that neither of them shows.
"""

import numpy as np

from deungdae.analysis.causes.problem import Ints, Problem
from deungdae.analysis.causes.region import DIFFERENCE, RATIO, Feature
from deungdae.analysis.stats.ranks import ranks

#: With more columns than this, pairs are too many to be looked at.
MOST_COLUMNS = 60
#: Columns move together from this rank correlation on (absolute Spearman).
TOGETHER = 0.5
#: Beyond this one, nothing but rounding is left of a difference.
IDENTICAL = 0.999
#: Pairs looked at, the closest first, and the units that the correlation is worked out on.
MOST_PAIRS, UNITS = 120, 2000


def comparable(problem: Problem, first: int, second: int) -> bool:
    """Tell whether a difference makes sense: the same unit, else values of like size."""
    units = [problem.measures.get(problem.number_names[c]) for c in (first, second)]
    if None not in units:
        return units[0] == units[1]
    a, b = (float(np.nanmedian(np.abs(problem.numbers[c]))) for c in (first, second))
    return 0 < a <= 10 * b and b <= 10 * a


def related(problem: Problem) -> list[Feature]:
    """Return the difference, or else the ratio, of each pair of columns that move together."""
    count = len(problem.numbers)
    if not 2 <= count <= MOST_COLUMNS:
        return []
    step = max(1, problem.units // UNITS)
    ranked = np.stack([_ranks(values[::step]) for values in problem.numbers])
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = np.abs(np.nan_to_num(np.corrcoef(ranked)))
    close: Ints = np.argwhere(np.triu((rho >= TOGETHER) & (rho <= IDENTICAL), k=1))
    order = np.argsort(-rho[close[:, 0], close[:, 1]], kind="stable")[:MOST_PAIRS]
    features = []
    for first, second in close[order]:
        smallest = min(np.nanmin(problem.numbers[first]), np.nanmin(problem.numbers[second]))
        if comparable(problem, first, second):
            larger = np.nanmedian(problem.numbers[first]) >= np.nanmedian(problem.numbers[second])
            both = (int(first), int(second)) if larger else (int(second), int(first))
            features.append(Feature(both, DIFFERENCE))
        elif smallest > 0:
            features.append(Feature((int(first), int(second)), RATIO))
    return features


def _ranks(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    known = ~np.isnan(values)
    ranked = np.zeros(values.size)
    if known.any():
        ranked[known] = ranks(values[known])
        # A missing value stands in the middle, where it neither adds nor takes away.
        ranked[~known] = ranked[known].mean()
    return ranked
