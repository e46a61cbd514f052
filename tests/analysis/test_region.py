"""Conditions: exact limits, derived numbers, and what a missing value does."""

import numpy as np
import pytest

from deungdae.analysis.causes.problem import Category, Problem, episodes
from deungdae.analysis.causes.region import (
    DIFFERENCE,
    PRODUCT,
    RATIO,
    Condition,
    Feature,
    condition_of,
    gain,
    region,
    sharpen,
)
from deungdae.analysis.stats.scan import HIGH, LOW
from deungdae.analysis.stats.scan import OUTSIDE as OUTSIDE_WINDOW


def problem(*numbers: list[float], bad: list[int]) -> Problem:
    units = len(numbers[0])
    flags = np.zeros(units, dtype=np.intp)
    flags[bad] = 1
    return Problem(
        tuple(np.array(n, dtype=float) for n in numbers),
        tuple(f"c{i}" for i in range(len(numbers))),
        (),
        np.ones(units, dtype=np.intp),
        flags,
    )


def test_a_limit_falls_halfway_between_the_last_bad_and_the_first_good_value() -> None:
    values = np.array([1.0, 2.0, 3.0, 8.0, 9.0, 10.0, 11.0, 12.0])
    bad = values <= 3

    assert sharpen(values, bad, None, 9.0, outside=False) == (None, 6.0)


def test_limits_are_short_numbers_that_still_separate() -> None:
    values = np.array([54.59999847412109, 54.6, 54.70000076293945, 54.8, 55.0])
    bad = values < 54.65

    low, high = sharpen(values, bad, None, 54.8, outside=False)

    assert low is None
    assert high is not None and len(f"{high:g}") <= 5
    assert np.sum(values <= high) == 2


def test_a_window_whose_one_side_cuts_nothing_becomes_a_single_limit() -> None:
    values = np.arange(100.0)
    bad = values >= 95

    condition = condition_of(Feature((0,)), values, bad, 3.0, 90.0, OUTSIDE_WINDOW)

    one = problem(list(values), bad=list(range(95, 100)))
    assert condition.high is None and not condition.outside
    assert np.array_equal(condition.holds(one), bad)


def test_the_outside_of_a_window_is_found_on_both_sides() -> None:
    values = np.arange(100.0)
    bad = (values < 4) | (values > 95)

    condition = condition_of(Feature((0,)), values, bad, 10.0, 90.0, OUTSIDE_WINDOW)

    one = problem(list(values), bad=list(np.nonzero(bad)[0]))
    assert condition.outside
    assert np.array_equal(condition.holds(one), bad)


def test_difference_product_and_ratio_are_what_they_say() -> None:
    one = problem([6.0, 8.0], [3.0, 0.0], bad=[0])

    assert Feature((0, 1), DIFFERENCE).values(one).tolist() == [3.0, 8.0]
    assert Feature((0, 1), PRODUCT).values(one).tolist() == [18.0, 0.0]
    ratio = Feature((0, 1), RATIO).values(one)
    assert ratio[0] == 2.0 and np.isnan(ratio[1])


def test_a_missing_value_is_neither_inside_nor_outside() -> None:
    one = problem([1.0, np.nan, 5.0], bad=[0])
    condition = Condition(Feature((0,)), high=2.0)

    inside, known = region(one, (condition,))

    assert inside.tolist() == [True, False, False]
    assert known.tolist() == [True, False, True]


def test_conditions_are_joined_by_and() -> None:
    one = problem([1.0, 1.0, 9.0], [7.0, 2.0, 7.0], bad=[0])
    both = (Condition(Feature((0,)), high=5.0), Condition(Feature((1,)), low=5.0))

    assert region(one, both)[0].tolist() == [True, False, False]
    assert gain(one, both, np.ones(3, dtype=bool)) > gain(one, both[:1], np.ones(3, dtype=bool))


def test_a_condition_on_levels_names_them() -> None:
    category = Category("금형", ("A", "B", "C"), np.array([0, 1, 2, -1]))
    one = Problem((), (), (category,), np.ones(4, dtype=np.intp), np.array([0, 1, 0, 0]))
    condition = Condition(Feature((0,)), levels=frozenset({1, 2}))

    assert condition.holds(one).tolist() == [False, True, True, False]
    assert condition.document(one)["levels"] == ["B", "C"]


@pytest.mark.parametrize(("shape", "expected"), [(LOW, (None, 3.0)), (HIGH, (6.0, None))])
def test_one_sided_regions_keep_one_limit(
    shape: int, expected: tuple[float | None, float | None]
) -> None:
    values = np.arange(10.0)
    bad = values <= 2 if shape == LOW else values >= 7

    condition = condition_of(Feature((0,)), values, bad, 6.0, 3.0, shape)

    limits = (condition.low, condition.high)
    assert (limits[0] is None) == (expected[0] is None)
    assert (limits[1] is None) == (expected[1] is None)
    one = problem(list(values), bad=list(np.nonzero(bad)[0]))
    assert np.array_equal(condition.holds(one), bad)


def test_neighbouring_bad_units_are_one_episode_when_defects_are_rare() -> None:
    # 10 bad of 2,000: gaps up to 0.1 * 2000 / 10 = 20 units join.
    bad = np.array([100, 101, 103, 123, 144, 600, 601, 1500, 1510, 1531])

    assert episodes(bad, 2000).tolist() == [0, 0, 0, 0, 1, 2, 2, 3, 3, 4]


def test_adjacent_bad_units_are_one_episode_however_common_defects_are() -> None:
    assert episodes(np.array([0, 1, 5, 6, 8]), 20).tolist() == [0, 0, 1, 1, 2]


def test_a_dense_burst_is_one_episode_although_some_units_in_it_are_good() -> None:
    # 90 of 100 units in a row, every tenth one good; elsewhere one bad unit in fifty.
    burst = np.array([u for u in range(200, 300) if u % 10])
    bad = np.concatenate(([50, 150], burst, [400, 500]))

    assert np.unique(episodes(bad, 1000)).size == 5


def test_no_bad_unit_is_no_episode() -> None:
    assert episodes(np.empty(0, dtype=np.intp), 20).size == 0
