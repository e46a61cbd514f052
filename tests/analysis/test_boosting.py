"""Boosted trees against answers that can be worked out by hand."""

import numpy as np
import pytest

from deungdae.analysis.stats.boosting import Plan, boosted


def test_one_question_splits_two_levels_and_each_leaf_takes_its_share() -> None:
    features = np.array([[0.0], [0.0], [1.0], [1.0]])
    target = np.array([0.0, 0.0, 4.0, 4.0])
    plan = Plan(trees=1, depth=1, rate=1.0, share=1.0, ridge=2.0, least=1)
    found = boosted(features, target, plan=plan)
    assert (found.base, found.cuts.tolist()) == (2.0, [[0.5]])
    # the sum of the rest, 4, over two rows and two of doubt
    assert found.predict(np.array([[0.2], [0.9]])).tolist() == [1.0, 3.0]


def test_a_bent_relation_is_learned_and_a_useless_column_does_no_harm() -> None:
    rng = np.random.default_rng(0)
    features = rng.uniform(-1, 1, (1500, 4))
    target = np.abs(features[:, 0]) + features[:, 1] * (features[:, 2] > 0)
    found = boosted(features[:1000], target[:1000], plan=Plan(share=1.0))
    error = found.predict(features[1000:]) - target[1000:]
    assert error.std() < 0.12 < 0.25 * target.std() * 1.1
    again = boosted(features[:1000], target[:1000], plan=Plan(share=1.0))
    assert np.array_equal(found.predict(features), again.predict(features))


def test_columns_that_never_change_leave_the_mean() -> None:
    found = boosted(np.ones((5, 2)), np.arange(5.0))
    assert found.predict(np.ones((1, 2))) == pytest.approx(2.0)
