"""A machine of a few tags whose relations anybody can see: what is an alarm, and who is blamed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.anomaly import LeftOut, Monitor, Stream, TooLittle, alarms, limit

NAMES = ("heater", "melt", "pressure", "ambient", "setpoint", "broken")
BUDGET = 1 / 2_000


def machine(seed: int, rows: int = 3_000) -> NDArray[np.float64]:
    """The melt follows the heater, the pressure falls with the melt; ambient goes by itself."""
    chance = np.random.default_rng(seed)
    heater, ambient = np.zeros(rows), np.zeros(rows)
    for at in range(1, rows):
        heater[at] = 0.9 * heater[at - 1] + chance.normal(0, 1)
        ambient[at] = 0.99 * ambient[at - 1] + chance.normal(0, 0.1)
    melt = 220 + 0.8 * np.concatenate(([0], heater[:-1])) + chance.normal(0, 0.3, rows)
    pressure = 100 - 2.0 * (melt - 220) + chance.normal(0, 0.5, rows)
    constant, missing = np.full(rows, 230.0), np.full(rows, np.nan)
    return np.column_stack((heater, melt, pressure, 20 + ambient, constant, missing))


@pytest.fixture(scope="module")
def monitor() -> Monitor:
    return Monitor.learn(machine(1), NAMES, BUDGET)


def test_tags_that_say_nothing_are_named_and_left_out(monitor: Monitor) -> None:
    assert monitor.reference.names == NAMES[:4]
    assert monitor.reference.left_out == (
        LeftOut("setpoint", "constant"),
        LeftOut("broken", "missing"),
    )


def test_a_good_day_has_about_as_many_false_alarms_as_the_budget(monitor: Monitor) -> None:
    found = 0
    for seed in range(10, 20):
        scores = monitor.score(machine(seed)).relations
        found += len(alarms(scores[np.isfinite(scores)], 1.0))
    # 30,000 steps at one in 2,000: fifteen; three times as many would be a broken promise.
    assert found <= 45


def test_a_relation_that_breaks_is_an_alarm_and_the_right_tag_is_blamed(monitor: Monitor) -> None:
    values = machine(2)
    # The sensor of the melt reads 2 degrees high: well within its usual range, 1.5 of its spreads.
    values[1_500:, 1] += 2.0
    scores = monitor.score(values).relations
    first = alarms(scores, 1.0)
    first = [one for one in first if one[1] > 1_500]
    assert first and first[0][0] - 1_500 <= 15
    blamed = monitor.blame(values[1_500:1_560])
    assert blamed[0].name == "melt"
    assert blamed[0].share > 1.5 * blamed[1].share
    assert blamed[0].deviation > 0


def test_what_is_far_off_is_an_alarm_at_its_first_row(monitor: Monitor) -> None:
    values = machine(2)
    # Five spreads of its own: the mean of a fifth of that would need a second row, or a third.
    values[1_500:1_502, 1] += 5.0
    scores = monitor.score(values).relations
    assert scores[1_499] < 1 < scores[1_500]
    own = monitor.relations.own
    assert own is not None and own.score > monitor.relations.smoothed.score


def test_without_smoothing_there_is_one_limit_and_it_has_the_whole_budget() -> None:
    plain = Monitor.learn(machine(1), NAMES, BUDGET, smoothing=1.0)
    assert plain.relations.own is None
    alone = limit(plain.score(machine(1)).relations * plain.relations.smoothed.score, BUDGET)
    assert plain.relations.smoothed.score == pytest.approx(alone.score, rel=0.2)


def test_a_new_operating_point_with_its_relations_intact_is_a_place_and_no_alarm() -> None:
    values = machine(3, 4_000)
    monitor = Monitor.learn(values[:3_000], NAMES, BUDGET)
    hotter = values[3_000:].copy()
    hotter[:, 0] += 12
    hotter[:, 1] += 0.8 * 12
    hotter[:, 2] -= 1.6 * 12
    scores = monitor.score(hotter)
    assert np.nanmedian(scores.place) > 1
    usual = monitor.score(values[3_000:])
    assert np.nanmedian(usual.place) < 1


def test_one_row_at_a_time_gives_the_same_scores(monitor: Monitor) -> None:
    values = machine(4, 300)
    values[100:105, 2] = np.nan  # held as it was
    values[200:230, 0] = np.nan  # too long: nothing is said
    at_once = monitor.score(values)
    stream = Stream(monitor)
    one_by_one = np.array([stream.push(row) for row in values])
    assert one_by_one[:, 0] == pytest.approx(at_once.relations, nan_ok=True)
    assert one_by_one[:, 1] == pytest.approx(at_once.place, nan_ok=True)
    assert np.isnan(at_once.relations[215:230]).all()
    assert np.isfinite(at_once.relations[100:105]).all()


def test_a_limit_is_exceeded_as_often_as_the_budget_says() -> None:
    chance = np.random.default_rng(5)
    learned = limit(chance.exponential(1, 20_000), 1 / 1_000)
    assert learned.fitted
    # Of independent exponential scores, one in a thousand is above ln 1000 = 6.91.
    assert learned.score == pytest.approx(6.91, rel=0.1)
    fresh = chance.exponential(1, 200_000)
    assert 100 <= len(alarms(fresh, learned.score)) <= 400


def test_a_limit_of_a_long_good_period_is_where_the_normal_distribution_has_it() -> None:
    # Of 40,000 scores 2,000 are in the highest twentieth, and nearly all of those run together.
    levels = [
        limit(np.random.default_rng(seed).normal(size=40_000), 1 / 10_000).score
        for seed in range(10)
    ]
    # One in ten thousand is above 3.719 by the table of the normal distribution.
    assert float(np.mean(levels)) == pytest.approx(3.719, abs=0.1)
    assert min(levels) > 3.5


def test_four_weeks_of_minutes_keep_one_false_alarm_a_week() -> None:
    weeks, week = 20, 10_080
    found = []
    for seed in range(3):
        learned = Monitor.learn(machine(seed, 4 * week), NAMES, 1 / week)
        scores = learned.score(machine(50 + seed, weeks * week)).relations
        found.append(len(alarms(scores[np.isfinite(scores)], 1.0)))
    # Sixty are wanted; half as many again would be a broken promise.
    assert 20 <= sum(found) <= 90


def test_a_wide_budget_of_a_long_good_period_is_used_and_not_cut_off() -> None:
    # A hundred are allowed: many more than the peaks that a tail needs.
    learned = limit(np.random.default_rng(5).normal(size=40_000), 1 / 400)
    assert 80 <= learned.seen <= 120


def test_scores_that_stay_high_for_long_still_have_peaks_enough_for_a_limit() -> None:
    chance = np.random.default_rng(5)
    slow = np.zeros(10_000)
    for at in range(1, len(slow)):
        slow[at] = 0.98 * slow[at - 1] + chance.normal(0, 0.2)
    # The highest hundredth are ten stretches or so: the threshold has to come down for them.
    assert len(alarms(slow, float(np.quantile(slow, 0.99)))) < 15
    assert limit(slow, 1 / 10_000).fitted


def test_of_few_scores_the_greatest_is_the_limit_and_nothing_is_promised() -> None:
    learned = limit(np.linspace(0, 1, 60), 1 / 1_000)
    assert (learned.score, learned.seen, learned.fitted) == (1.0, 0, False)


def test_short_dips_do_not_make_two_alarms_of_one() -> None:
    scores = np.zeros(100)
    scores[[10, 11, 15, 40]] = 2
    assert alarms(scores, 1) == [(10, 16), (40, 41)]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros((50, 6)), "50 rows are too few"),
        (np.ones((500, 6)), "no tag changes"),
    ],
)
def test_a_period_that_cannot_be_learned_from_is_refused(
    values: NDArray[np.float64], reason: str
) -> None:
    with pytest.raises(TooLittle, match=reason):
        Monitor.learn(values, NAMES, BUDGET)


def test_a_budget_of_no_false_alarm_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        limit(np.ones(100), 0)
