"""Boruta: all columns that a random forest finds more useful than the best shuffled column."""

import numpy as np
from boruta import BorutaPy
from sklearn.ensemble import RandomForestClassifier

from planting.encoding import Labels, Matrix, ranked
from planting.peers import Judgement

SETTINGS = (
    "random forest of 100 trees, depth 7, balanced classes, medians for missing values; 50 rounds, "
    "two-step correction at 5 %; ranks by mean importance over the rounds, confirmed before "
    "tentative before rejected; claims the confirmed columns"
)


def judge(matrix: Matrix, bad: Labels, seed: int) -> Judgement:
    """Rank by status and mean importance; claim the confirmed set."""
    forest = RandomForestClassifier(max_depth=7, class_weight="balanced", n_jobs=1)
    boruta = BorutaPy(forest, n_estimators=100, max_iter=50, random_state=seed)
    boruta.fit(matrix.filled(), bad)
    history = np.nan_to_num(boruta.importance_history_[1:])
    importance = history.mean(axis=0) if len(history) else np.zeros(len(matrix.sources))
    status = 2.0 * boruta.support_ + 1.0 * boruta.support_weak_
    score = np.where(importance > 0, status + importance / (1 + importance.max()), 0.0)
    confirmed = {matrix.sources[j] for j in np.flatnonzero(boruta.support_)}
    ranking = ranked(matrix.by_column(score))
    return Judgement(ranking, [name for name in ranking if name in confirmed])
