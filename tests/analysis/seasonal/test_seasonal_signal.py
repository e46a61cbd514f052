"""A signal whose daily and weekly shape anybody can see: forecasts, chances, and anomalies."""

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.anomaly import alarms
from deungdae.analysis.seasonal import Seasonal, Shape, TooLittle
from deungdae.analysis.seasonal.shape import KINDS, slots

DAY = 24
BUDGET = 1 / (28 * DAY)


def working(days: int, seed: int, noise: float = 2.0) -> NDArray[np.float64]:
    """100 from 8 to 18 o'clock on weekdays, 20 at other times; day 0 is a Monday."""
    hours = np.arange(days * DAY)
    busy = (hours // DAY % 7 < 5) & (hours % DAY >= 8) & (hours % DAY < 18)
    return np.where(busy, 100.0, 20.0) + np.random.default_rng(seed).normal(0, noise, len(hours))


@pytest.fixture(scope="module")
def learned() -> Seasonal:
    return Seasonal.learn(working(84, 1), 0, DAY, BUDGET)


def test_the_simplest_days_that_tell_the_signal_are_found(learned: Seasonal) -> None:
    assert learned.shape.kinds == KINDS[1]
    day = np.random.default_rng(2).normal(0, 1, 84 * DAY) + np.tile(np.arange(DAY), 84)
    assert Seasonal.learn(day, 0, DAY, BUDGET).shape.kinds == KINDS[0]


def test_steps_count_from_monday_midnight() -> None:
    # Sunday's last hour, then Monday's first.
    assert slots(2, 7 * DAY - 1, DAY, KINDS[2]).tolist() == [6 * DAY + 23, 0]


def test_the_usual_day_is_a_median_that_one_wild_day_does_not_move() -> None:
    values = np.tile(np.arange(float(DAY)), 30)
    values[5 * DAY : 6 * DAY] = 1_000.0
    shape = Shape.of(values, 0, DAY, KINDS[0])
    assert shape is not None
    assert np.diff(shape.usual[0]) == pytest.approx(np.ones(DAY - 1))


def test_the_next_week_lies_in_its_interval_as_often_as_stated(learned: Seasonal) -> None:
    values = working(84 + 70, 3)
    inside = []
    for start in range(84 * DAY, len(values), 7 * DAY):
        ahead = learned.forecast(values[:start], 0, 7 * DAY)
        actual = values[start : start + 7 * DAY]
        inside.append((actual >= ahead.low) & (actual <= ahead.high))
        assert np.mean(np.abs(ahead.usual - actual)) < 2.0
    assert 0.85 <= np.mean(inside) <= 0.95


def test_what_is_beyond_the_usual_is_carried_on_where_it_was_before() -> None:
    chance = np.random.default_rng(4)
    values = np.zeros(84 * DAY)
    for at in range(1, len(values)):
        values[at] = 0.9 * values[at - 1] + chance.normal()
    slow = Seasonal.learn(values, 0, DAY, BUDGET)
    assert slow.carried[0] == pytest.approx(0.9, abs=0.05)
    up = np.concatenate((values, [10.0]))
    ahead = slow.forecast(up, 0, 2 * DAY).usual
    assert ahead[0] > 7 and abs(ahead[-1]) < 2


def test_the_chance_of_a_peak_is_that_of_the_hour(learned: Seasonal) -> None:
    chances = learned.chances(working(84, 1), 0, DAY, above=100.0)
    assert chances[3] == 0.0
    assert chances[12] == pytest.approx(0.5, abs=0.2)


def test_a_fresh_year_has_about_as_many_false_alarms_as_the_budget() -> None:
    model = Seasonal.learn(working(26 * 7, 5), 0, DAY, BUDGET)
    scores = model.score(working(52 * 7, 6), 0)
    # Thirteen spans of four weeks; three times as many would be a broken promise.
    assert len(alarms(scores[np.isfinite(scores)], model.limit.score)) <= 39


def test_a_machine_left_on_at_night_is_found_before_the_morning(learned: Seasonal) -> None:
    values = working(100, 7)
    night = 95 * DAY + 18
    values[night : night + 14] = 60.0
    found = alarms(np.nan_to_num(learned.score(values, 0)), learned.limit.score)
    after = [start for start, end in found if end > night]
    assert after and after[0] - night <= 6


def test_a_season_of_the_year_is_no_anomaly() -> None:
    slow = 10 * np.sin(2 * np.pi * np.arange(364 * DAY) / (364 * DAY))
    values = working(364, 8) + slow
    model = Seasonal.learn(values[: 182 * DAY], 0, DAY, BUDGET)
    found = alarms(np.nan_to_num(model.score(values, 0)), model.limit.score)
    # One in four weeks was allowed, which is thirteen.
    assert len(found) <= 26


def test_missing_values_are_passed_over(learned: Seasonal) -> None:
    values = working(84, 1)
    values[40 * DAY : 44 * DAY] = np.nan
    scores = learned.score(values, 0)
    assert np.isnan(scores[40 * DAY : 44 * DAY]).all()
    assert np.isfinite(scores[44 * DAY :]).all()
    values[-DAY:] = np.nan
    assert np.isfinite(learned.forecast(values, 0, DAY).usual).all()
    with pytest.raises(ValueError, match="no value"):
        learned.forecast(np.full(DAY, np.nan), 0, DAY)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (working(27, 1), "at least 28 days"),
        (np.ones(60 * DAY), "never differs"),
        (np.where(np.arange(90 * DAY) % DAY == 3, np.nan, working(90, 1)), "each time of the day"),
    ],
)
def test_a_period_that_cannot_be_learned_from_is_refused_as_seasonal(
    values: NDArray[np.float64], reason: str
) -> None:
    with pytest.raises(TooLittle, match=reason):
        Seasonal.learn(values, 0, DAY, BUDGET)


def test_steps_longer_than_four_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 6 steps"):
        Seasonal.learn(np.arange(400.0), 0, 2, BUDGET)
