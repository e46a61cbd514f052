"""Logistic regression with an L1 penalty chosen by cross-validation."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegressionCV

from planting.encoding import Labels, Matrix, ranked
from planting.peers import Judgement

SETTINGS = (
    "standardised columns, medians for missing values, balanced classes, liblinear; the penalty "
    "of eight with the best average precision in five folds; ranks by |coefficient|; claims the "
    "columns whose coefficient is not zero"
)


def judge(matrix: Matrix, bad: Labels, seed: int) -> Judgement:
    """Rank by absolute coefficient; claim the nonzero ones."""
    values = matrix.filled()
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    model = LogisticRegressionCV(
        Cs=np.logspace(-3, 0, 8),
        l1_ratios=(1.0,),
        solver="liblinear",
        cv=min(5, int(bad.sum())),
        scoring="average_precision",
        class_weight="balanced",
        random_state=seed,
        use_legacy_attributes=False,
    )
    with warnings.catch_warnings():
        # The weakest penalties may not settle; cross-validation does not choose them then.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(values, bad)
    ranking = ranked(matrix.by_column(np.abs(np.ravel(model.coef_))))
    return Judgement(ranking, list(ranking))
