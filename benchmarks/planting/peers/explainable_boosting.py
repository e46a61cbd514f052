"""Explainable boosting machine: an additive model of columns and pairs of columns."""

import warnings

import numpy as np
from interpret.glassbox import ExplainableBoostingClassifier

from planting.columns import Floats
from planting.encoding import Labels, Matrix, ranked
from planting.peers import Judgement

SETTINGS = (
    "interpret-core, 4 outer bags (2 above 200 columns), 10 pairs of columns in 16 bins, missing "
    "values native, balanced classes; ranks by term importance, a pair's shared equally by its "
    "columns; claims the columns above the largest importance of a fit on shuffled labels"
)


def judge(matrix: Matrix, bad: Labels, seed: int) -> Judgement:
    """Rank by term importance, pairs shared out to their columns; claim what beats a null fit."""
    importance = matrix.by_column(_importance(matrix, bad, seed))
    shuffled = np.random.default_rng(seed).permutation(bad)
    ceiling = max(matrix.by_column(_importance(matrix, shuffled, seed)).values())
    ranking = ranked(importance)
    return Judgement(ranking, [name for name in ranking if importance[name] > ceiling])


def _importance(matrix: Matrix, bad: Labels, seed: int) -> Floats:
    features = matrix.values.shape[1]
    model = ExplainableBoostingClassifier(
        outer_bags=2 if features > 200 else 4,
        interactions=10,
        max_interaction_bins=16,
        feature_types=["continuous"] * features,
        random_state=seed,
        n_jobs=1,
    )
    weight = (len(bad) - bad.sum()) / max(1, bad.sum())
    with warnings.catch_warnings():
        # It warns that its charts do not show missing values; no chart is drawn here.
        warnings.filterwarnings("ignore", message="Missing values detected")
        model.fit(matrix.values, bad, sample_weight=np.where(bad == 1, weight, 1.0))
        terms = model.term_importances()
    importance = np.zeros(features)
    for term, value in zip(model.term_features_, terms, strict=True):
        importance[list(term)] += value / len(term)
    return importance
