"""Scores are the ones that a person would count by hand."""

import numpy as np
import pytest

from planting.columns import Columns, Sameness
from planting.encoding import Matrix
from planting.naive import significant
from planting.peers import Judgement
from planting.scoring import score, wilson


@pytest.fixture
def sameness() -> Sameness:
    """Columns a and b that are unrelated, a2 that says the same as a, and c, d, e of their own."""
    rng = np.random.default_rng(1)
    numbers = {name: rng.normal(size=400) for name in ("a", "b", "c", "d", "e")}
    numbers["a2"] = numbers["a"] * 2 + 1
    return Sameness(Columns(numbers, {}, 400))


def test_a_column_that_says_the_same_counts_and_takes_no_place_of_its_own(
    sameness: Sameness,
) -> None:
    judged = Judgement(["c", "a2", "a", "d", "b"], ["c", "a2", "a"])
    scored = score(judged, ["a", "b"], sameness)
    assert scored.found_at == {"a": 2, "b": 4}
    assert scored.recall(3) == 0.5
    assert scored.recall(5) == 1.0
    assert scored.claims == ("c", "a2")
    assert scored.false == ("c",)
    assert scored.false_share == 0.5


def test_with_more_planted_columns_than_places_the_places_are_all_one_can_ask(
    sameness: Sameness,
) -> None:
    scored = score(Judgement(["a", "b", "c", "e", "d"], []), ["a", "b", "c", "d"], sameness)
    assert scored.recall(3) == 1.0
    assert scored.recall(5) == 1.0
    assert scored.false_share == 0.0


def test_without_a_planted_column_there_is_no_recall(sameness: Sameness) -> None:
    scored = score(Judgement(["a"], ["a"]), [], sameness)
    assert scored.recall(3) is None
    assert scored.false_share == 1.0


def test_the_wilson_interval_is_the_published_one() -> None:
    # 81 of 263: Newcombe (1998), table I, method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(0, 20)[1] == pytest.approx(0.1611, abs=5e-5)


def test_words_become_one_feature_a_level_and_one_column_again() -> None:
    words = np.array(["x", "y", "z", "x"])
    columns = Columns({"n": np.array([1.0, np.nan, 3.0, 5.0]), "k": np.ones(4)}, {"w": words}, 4)
    matrix = Matrix.of(columns)
    assert matrix.sources == ("n", "w", "w", "w")
    assert matrix.filled()[:, 0].tolist() == [1.0, 3.0, 3.0, 5.0]
    assert matrix.by_column(np.array([0.1, 0.3, 0.2, 0.0])) == {"n": 0.1, "w": 0.3}


def test_the_naive_test_sees_a_shift_and_not_noise() -> None:
    rng = np.random.default_rng(2)
    bad = np.zeros(300, dtype=np.bool_)
    bad[:30] = True
    everything = np.ones(300, dtype=np.bool_)
    noise = {f"c{i}": rng.normal(size=300) for i in range(5)}
    assert not significant(Columns(noise, {}, 300), bad, everything)
    moved = {**noise, "m": rng.normal(size=300) + 2.0 * bad}
    assert significant(Columns(moved, {}, 300), bad, everything)
    assert not significant(Columns(moved, {}, 300), np.zeros(300, dtype=np.bool_), everything)
