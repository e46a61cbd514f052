"""When a condition holds, reading by reading; times are seconds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deungdae.analysis.alarms import Condition, Limits, OneOf, Rate, RuleHit, Score, Stale, Watch
from deungdae.analysis.alarms.conditions import SECOND_US, Flip, Value


def flips(
    condition: Condition, *readings: tuple[float, Value], on: float = 0, off: float = 0
) -> list[tuple[float, bool]]:
    watch = Watch(condition, 0, on_us=int(on * SECOND_US), off_us=int(off * SECOND_US))
    found: list[Flip] = []
    for at, value in readings:
        found += watch.push(int(at * SECOND_US), value)
    return [(flip.at_us / SECOND_US, flip.active) for flip in found]


def test_a_value_within_the_deadband_does_not_end_it() -> None:
    limit = Limits(high=230, deadband=2)
    assert flips(limit, (1, 230), (2, 231), (3, 229), (4, 228)) == [(2, True), (4, False)]
    low = Limits(low=10, deadband=1)
    assert flips(low, (1, 9), (2, 10.5), (3, 11)) == [(1, True), (3, False)]


def test_it_must_last_before_it_comes_and_before_it_goes() -> None:
    limit = Limits(high=230)
    short = [(1.0, 231.0), (5.0, 229.0), (9.0, 231.0), (25.0, 231.0), (26.0, 229.0), (50.0, 229.0)]
    assert flips(limit, *short, on=10, off=20) == [(19, True), (46, False)]


def test_a_value_that_is_missing_changes_nothing() -> None:
    limit = Limits(high=230)
    assert flips(limit, (1, 231), (2, None), (3, math.nan), (4, "text")) == [(1, True)]


def test_a_rate_needs_its_window_and_is_over_when_the_value_stands_still() -> None:
    # 2 degrees a second against 1 allowed, over 10 seconds: nothing is said before 5 seconds.
    rising = [(float(at), 2.0 * at) for at in range(11)]
    watch = Watch(Rate(1.0, 10 * SECOND_US), 0)
    found = [flip for at, value in rising for flip in watch.push(int(at * SECOND_US), value)]
    assert found == [Flip(5 * SECOND_US, active=True)]
    assert watch.passed(60 * SECOND_US) == [Flip(20 * SECOND_US, active=False)]


def test_readings_exactly_a_window_apart_are_one_alarm() -> None:
    steep = [(60.0 * at, 600.0 * at) for at in range(6)]
    assert flips(Rate(5.0, 60 * SECOND_US), *steep) == [(60, True)]


def test_silence_is_found_without_a_reading_and_any_reading_ends_it() -> None:
    watch = Watch(Stale(30 * SECOND_US), 0)
    assert watch.push(20 * SECOND_US, None) == []
    assert watch.passed(50 * SECOND_US) == []
    assert watch.passed(51 * SECOND_US) == [Flip(50 * SECOND_US, active=True)]
    assert watch.push(70 * SECOND_US, None) == [Flip(70 * SECOND_US, active=False)]


def test_states_rules_and_scores() -> None:
    fault = OneOf(frozenset({"fault", 7}))
    assert flips(fault, (1, "run"), (2, "fault"), (3, 7), (4, 0)) == [(2, True), (4, False)]
    rules = RuleHit(frozenset({"beyond 3 sigma", "nine on one side"}))
    hits: list[tuple[float, Value]] = [(1, ["trend"]), (2, ["trend", "nine on one side"]), (3, [])]
    assert flips(rules, *hits) == [(2, True), (3, False)]
    assert flips(Score(5.0), (1, 5.1), (2, 4.5), (3, 3.9)) == [(1, True), (3, False)]


def test_readings_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="follow one another"):
        flips(Limits(high=1), (2, 0), (1, 0))


conditions = st.sampled_from([Limits(high=6, low=2, deadband=1), Rate(500_000, 4), Stale(5)])


@given(
    conditions,
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30),
    st.lists(st.integers(0, 300), max_size=20),
    st.integers(0, 6),
    st.integers(0, 6),
)
def test_asking_in_between_changes_nothing_and_flips_take_turns(
    condition: Condition, gaps: list[tuple[int, int]], asked: list[int], on: int, off: int
) -> None:
    times, at = [], 0
    for gap, value in gaps:
        at += gap
        times.append((at, value))
    quiet, curious = (Watch(condition, 0, on_us=on, off_us=off) for _ in range(2))
    alone = [flip for when, value in times for flip in quiet.push(when, value)]
    alone += quiet.passed(1_000)
    both = []
    between: list[tuple[int, int | None]] = [*times, *((when, None) for when in asked)]
    for when, reading in sorted(between, key=lambda pair: pair[0]):
        both += curious.passed(when) if reading is None else curious.push(when, reading)
    both += curious.passed(1_000)
    assert both == alone
    assert [flip.active for flip in alone] == [place % 2 == 0 for place in range(len(alone))]
    assert [flip.at_us for flip in alone] == sorted(flip.at_us for flip in alone)
