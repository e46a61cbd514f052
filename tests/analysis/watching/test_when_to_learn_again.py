"""Whether the good period was one, whether the machine has moved away, and which period to take."""

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.watching import drifted, moved, propose


def noise(seed: int, *shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, shape)


def test_a_good_period_in_which_a_tag_went_elsewhere_is_told() -> None:
    values = noise(1, 3_000, 2)
    values[2_000:, 1] += 5
    found = moved(values, ("steady", "moved"))
    assert [one.name for one in found] == ["moved"]
    assert found[0].row == pytest.approx(2_000, abs=20)
    # A step of 5 after two thirds: the whole has a spread of sqrt(1 + 25 * 2 / 9) = 2.56.
    assert found[0].size == pytest.approx(5 / 2.56, rel=0.1)


def test_a_machine_that_goes_to_and_fro_between_products_is_steady() -> None:
    values = noise(2, 3_000, 1) + 5.0 * (np.arange(3_000) // 300 % 2)[:, None]
    assert moved(values, ("both",)) == []


def test_a_short_period_is_not_judged() -> None:
    assert moved(noise(3, 10, 1), ("short",)) == []


def test_scores_that_stay_as_they_were_are_no_drift() -> None:
    assert drifted(noise(4, 100), noise(5, 200)) is None


def test_scores_that_rise_slowly_are_a_drift_long_before_an_alarm() -> None:
    since = noise(6, 200) + np.concatenate((np.zeros(100), np.linspace(0, 4, 100)))
    found = drifted(noise(4, 100), since)
    assert found is not None
    assert found.kind == "slowly"
    assert 90 <= found.since <= 160
    assert found.size == pytest.approx(4, abs=1)


def test_what_came_back_is_no_drift() -> None:
    since = noise(7, 200)
    since[50:80] += 4
    assert drifted(noise(4, 100), since) is None


def test_a_day_mostly_run_as_never_in_the_good_period_is_told() -> None:
    places = np.concatenate((np.zeros(30), np.full(24, 9.0)))
    found = drifted(noise(4, 100), np.zeros(54), places, limit=3.0)
    assert found is not None
    assert (found.kind, found.since, found.size) == ("elsewhere", 30, 1.0)


def test_the_steadiest_week_in_which_the_machine_ran_is_proposed() -> None:
    # Three weeks of hours: in the first it hardly runs, in the third a tag goes away.
    means = noise(8, 3 * 168, 2)
    means[2 * 168 + 60 :, 0] += 6
    running = np.ones(3 * 168)
    running[:168:2] = 0.0
    found = propose(means, running, 168)
    assert found is not None
    # After the first week and before the tag went away at hour 396.
    assert found.start >= 168 and found.end <= 396
    assert (found.running, found.stops) == (1.0, 0)


def test_of_less_than_a_week_all_is_proposed_and_of_nothing_nothing() -> None:
    found = propose(noise(9, 40, 1), np.ones(40), 168)
    assert found is not None
    assert (found.start, found.end) == (0, 40)
    assert propose(np.full((40, 1), np.nan), np.ones(40), 168) is None
