"""LightGBM with TreeSHAP: the usual answer of a data scientist."""

import lightgbm
import numpy as np

from planting.encoding import Labels, Matrix, ranked
from planting.peers import Judgement

SHUFFLES = 5
SETTINGS = (
    "150 trees, learning rate 0.05, 15 leaves, at least 5 parts a leaf, half of the columns a "
    "tree, balanced classes, missing values native; ranks by mean |SHAP| (TreeSHAP as built into "
    f"LightGBM); claims the columns above the largest mean |SHAP| of {SHUFFLES} fits on shuffled "
    "labels"
)


def judge(matrix: Matrix, bad: Labels, seed: int) -> Judgement:
    """Rank by mean |SHAP|; claim what exceeds everything that shuffled labels give."""
    rng = np.random.default_rng(seed)
    importance = _importance(matrix, bad, seed)
    ceiling = max(
        max(_importance(matrix, rng.permutation(bad), seed).values()) for _ in range(SHUFFLES)
    )
    ranking = ranked(importance)
    return Judgement(ranking, [name for name in ranking if importance[name] > ceiling])


def _importance(matrix: Matrix, bad: Labels, seed: int) -> dict[str, float]:
    weight = (len(bad) - bad.sum()) / max(1, bad.sum())
    parameters = {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": 15,
        "min_data_in_leaf": 5,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "scale_pos_weight": weight,
        "num_threads": 1,
        "seed": seed,
        "deterministic": True,
        "verbose": -1,
    }
    data = lightgbm.Dataset(matrix.values, label=bad, params={"verbose": -1})
    model = lightgbm.train(parameters, data, num_boost_round=150)
    shap = np.abs(model.predict(matrix.values, pred_contrib=True)[:, :-1]).mean(axis=0)
    return matrix.by_column(shap)
