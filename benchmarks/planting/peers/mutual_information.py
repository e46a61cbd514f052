"""Mutual information between each column and the verdict, against shuffled verdicts."""

import numpy as np
from sklearn.feature_selection import mutual_info_classif

from planting.encoding import Labels, Matrix, ranked
from planting.peers import Judgement

BINS = 10
SHUFFLES = 19
SETTINGS = (
    f"scikit-learn's mutual_info_classif on columns cut into {BINS} bins of equal count, missing "
    "values as a bin of their own; claims the columns above the largest value of "
    f"{SHUFFLES} shuffled labels (5 % for the whole table)"
)


def judge(matrix: Matrix, bad: Labels, seed: int) -> Judgement:
    """Rank by mutual information; claim what exceeds everything that shuffled labels give."""
    rng = np.random.default_rng(seed)
    bins = _bins(matrix)
    importance = matrix.by_column(_information(bins, bad))
    ceiling = max(_information(bins, rng.permutation(bad)).max() for _ in range(SHUFFLES))
    ranking = ranked(importance)
    return Judgement(ranking, [name for name in ranking if importance[name] > ceiling])


def _information(bins: Labels, bad: Labels) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(mutual_info_classif(bins, bad, discrete_features=True))


def _bins(matrix: Matrix) -> Labels:
    bins = np.zeros(matrix.values.shape, dtype=np.int64)
    for j, values in enumerate(matrix.values.T):
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
        bins[:, j] = np.where(np.isnan(values), BINS, np.searchsorted(edges, values, side="left"))
    return bins
