"""Level shifts put into noise at known places: found, placed, sized, and none where none is."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.changepoint import Cusum, Found, noise, shifts
from deungdae.analysis.changepoint.online import decision
from deungdae.analysis.changepoint.segments import penalty

Floats = NDArray[np.float64]
SERIES = 40


def normal(chance: np.random.Generator, n: int) -> Floats:
    return chance.normal(0, 1, n)


def spiky(chance: np.random.Generator, n: int) -> Floats:
    return np.asarray(chance.normal(0, 1, n) + 40 * (chance.random(n) < 0.02))


def heavy(chance: np.random.Generator, n: int) -> Floats:
    return chance.standard_t(3, n)


def drifting(chance: np.random.Generator, n: int) -> Floats:
    """A first-order autoregression of 0.5, with a standard deviation of one."""
    x = chance.normal(0, np.sqrt(0.75), n)
    for at in range(1, n):
        x[at] += 0.5 * x[at - 1]
    return x


def test_a_step_by_hand() -> None:
    # 0 and 1 in turn, then 10 and 11 in turn: the level goes from 0.5 to 10.5 at place 30.
    values = np.tile([0.0, 1.0], 30) + np.repeat([0.0, 10.0], 30)
    only = shifts(values)
    assert len(only) == 1
    assert (only[0].earliest, only[0].at, only[0].latest) == (30, 30, 30)
    assert (only[0].before, only[0].after, only[0].size) == pytest.approx((0.5, 10.5, 10.0))


@pytest.mark.parametrize("kind", [normal, spiky, heavy, drifting])
def test_noise_alone_has_about_as_many_shifts_as_were_allowed(
    kind: Callable[[np.random.Generator, int], Floats],
) -> None:
    chance = np.random.default_rng(1)
    found = [len(shifts(kind(chance, 1_000), 1.0)) for _ in range(SERIES)]
    # One in 1,000 points; autocorrelated noise is the hardest of these.
    assert np.mean(found) <= 1.6
    chance = np.random.default_rng(1)
    assert np.mean([len(shifts(kind(chance, 1_000), 0.1)) for _ in range(SERIES)]) <= 0.3


@pytest.mark.parametrize(
    ("kind", "size", "within"),
    [(normal, 1, 15), (normal, 2, 4), (spiky, 2, 4), (heavy, 2, 6), (drifting, 2, 12)],
)
def test_a_shift_is_found_near_its_place_and_the_intervals_hold(
    kind: Callable[[np.random.Generator, int], Floats], size: float, within: int
) -> None:
    chance = np.random.default_rng(2)
    off, placed, sized = [], 0, 0
    for _ in range(SERIES):
        values = kind(chance, 1_000)
        at = int(chance.integers(100, 900))
        values[at:] += size
        best = min(shifts(values), key=lambda one: abs(one.at - at), default=None)
        if best is None:
            continue
        off.append(abs(best.at - at))
        placed += best.earliest <= at <= best.latest
        sized += best.low <= size <= best.high
    assert len(off) >= 0.95 * SERIES
    assert np.quantile(off, 0.9) <= within
    assert placed >= 0.85 * len(off)
    assert sized >= 0.85 * len(off)


def test_several_shifts_come_in_order_and_missing_values_keep_their_places() -> None:
    values = np.random.default_rng(3).normal(0, 1, 600)
    values[150:] += 4
    values[300:] -= 8
    values[450:] += 3
    values[200:250] = np.nan
    found = shifts(values)
    assert [round(one.at, -1) for one in found] == [150, 300, 450]
    assert [one.size for one in found] == pytest.approx([4, -8, 3], abs=0.5)


def test_wild_readings_are_no_shift_but_five_on_a_new_level_may_be() -> None:
    values = np.random.default_rng(4).normal(0, 1, 300)
    values[100:103] = 1e300
    assert shifts(values) == []
    values[200:240] += 8
    assert len(shifts(values)) == 2


def test_a_signal_that_stands_still_has_no_shift_and_one_that_steps_has() -> None:
    assert shifts(np.full(100, 7.0)) == []
    steps = np.where(np.arange(100) < 60, 7.0, 8.0)
    assert [one.at for one in shifts(steps)] == [60]
    assert shifts(steps)[0].size == pytest.approx(1.0)


def test_the_last_digit_that_flickers_is_noise() -> None:
    chance = np.random.default_rng(9)
    assert shifts(np.where(chance.random(1_000) < 0.1, 20.1, 20.0)) == []


def test_what_noise_carries_on_is_estimated_beside_shifts() -> None:
    values = drifting(np.random.default_rng(5), 4_000)
    values[2_000:] += 10
    found = noise(values)
    assert found.spread == pytest.approx(1.0, abs=0.1)
    assert found.carried == pytest.approx(0.5, abs=0.12)
    # (1 + 0.5) / (1 - 0.5)
    assert found._replace(carried=0.5).inflation == pytest.approx(3.0)


def test_fewer_false_shifts_cost_a_higher_penalty() -> None:
    assert penalty(0.1) == pytest.approx(10.9, abs=0.3)
    assert penalty(0.01) > penalty(0.1) > penalty(1.0)
    with pytest.raises(ValueError, match="above zero"):
        penalty(0)
    with pytest.raises(ValueError, match="at least 20"):
        shifts(np.ones(19))


def pushed(cusum: Cusum, values: Floats) -> list[Found]:
    return [found for found in map(cusum.push, values.tolist()) if found]


def test_the_decision_limit_is_that_of_the_run_length() -> None:
    # Montgomery's table of the CUSUM with k = 0.5: h = 5 runs 465 readings in control.
    assert decision(465) == pytest.approx(5.0, abs=0.01)
    with pytest.raises(ValueError, match="between false alarms"):
        decision(5)


@pytest.mark.parametrize("kind", [normal, spiky, heavy, drifting])
def test_a_shift_of_two_is_known_within_a_dozen_readings(
    kind: Callable[[np.random.Generator, int], Floats],
) -> None:
    chance = np.random.default_rng(6)
    delays, began = [], []
    for _ in range(20):
        values = kind(chance, 300)
        values[100:] += 2
        found = pushed(Cusum(kind(chance, 1_000), 1_000), values)
        # A false alarm just before it would have the new level learned.
        first = next((one for one in found if one.known >= 100), None)
        if first is None:
            continue
        delays.append(first.known - 100)
        began.append(abs(first.at - 100))
        assert first.size > 0
    assert len(delays) >= 18
    assert np.median(delays) <= 12
    assert np.median(began) <= 3


@pytest.mark.parametrize(("kind", "most"), [(normal, 1.5), (spiky, 2.0), (drifting, 3.0)])
def test_false_alarms_of_the_watch_are_about_as_far_apart_as_stated(
    kind: Callable[[np.random.Generator, int], Floats], most: float
) -> None:
    chance = np.random.default_rng(7)
    found = [len(pushed(Cusum(kind(chance, 1_000), 1_000), kind(chance, 2_000))) for _ in range(15)]
    assert np.mean(found) / 2 <= most


def test_after_a_shift_the_watch_goes_on_from_the_new_level() -> None:
    chance = np.random.default_rng(8)
    values = chance.normal(0, 1, 600)
    values[200:] += 5
    values[400:] -= 5
    values[50] = np.nan
    found = pushed(Cusum(chance.normal(0, 1, 500), 10_000), values)
    assert [one.size > 0 for one in found] == [True, False]
    assert [one.at for one in found] == pytest.approx([200, 400], abs=1)


@pytest.mark.parametrize(
    ("good", "reason"), [(np.arange(5.0), "at least 20"), (np.ones(100), "stands still")]
)
def test_a_good_period_that_says_nothing_is_refused(good: Floats, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Cusum(good, 1_000)
