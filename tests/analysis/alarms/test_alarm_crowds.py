"""Many alarms: incidents, floods, whom to tell, and how good the alarms are."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deungdae.analysis.alarms import (
    Flood,
    Gate,
    Incidents,
    Occurrence,
    Policy,
    Priority,
    Step,
    Verdict,
    chattering,
    figures,
    floods,
    tellings,
)
from deungdae.analysis.alarms.figures import HOUR_US
from deungdae.analysis.alarms.incidents import MINUTE_US
from deungdae.analysis.shifts import Period

SECOND_US = 1_000_000


def raised(
    alarm: str,
    at_us: int,
    asset: str = "press 3",
    priority: Priority = Priority.LOW,
    **more: int | Verdict | None,
) -> Occurrence:
    return Occurrence(alarm, 1, asset, priority, at_us, (at_us,), **more)  # type: ignore[arg-type]


def test_alarms_of_one_asset_within_two_minutes_are_one_incident_told_once() -> None:
    groups = Incidents({})
    first = groups.add(raised("hot", 0))
    second = groups.add(raised("slow", MINUTE_US))
    other = groups.add(raised("door", MINUTE_US, "press 4"))
    for alarm in ("hot", "slow"):
        groups.follow(raised(alarm, 0, gone_us=2 * MINUTE_US))
    later = groups.add(raised("hot", 4 * MINUTE_US))
    assert (first.incident.number, second.incident.number) == (1, 1)
    assert (other.incident.number, later.incident.number) == (2, 3)
    assert [one.tells for one in (first, second, other, later)] == [True, False, True, True]


def test_one_of_greater_priority_is_told_though_the_incident_is_known() -> None:
    groups = Incidents({})
    groups.add(raised("slow", 0))
    high = groups.add(raised("fire", 1, priority=Priority.HIGH))
    medium = groups.add(raised("hot", 2, priority=Priority.MEDIUM))
    assert (high.tells, medium.tells) == (True, False)


def test_an_incident_takes_in_what_comes_while_one_of_it_stands() -> None:
    groups = Incidents({"air": frozenset({"robot"})})
    groups.add(raised("air", 0, "compressor"))
    same = groups.add(raised("slow", 5 * MINUTE_US, "compressor"))
    caused = groups.add(raised("robot", 30 * MINUTE_US, "robot 1"))
    assert (same.incident.number, caused.incident.number) == (1, 1)
    assert not same.tells and not caused.tells
    # What stood is over: one that comes later has nothing to do with it.
    for alarm in ("air", "slow", "robot"):
        groups.follow(raised(alarm, 0, gone_us=31 * MINUTE_US))
    assert groups.add(raised("hot", 33 * MINUTE_US, "compressor")).incident.number == 2


def test_what_stands_for_days_silences_nothing() -> None:
    groups = Incidents({})
    groups.add(raised("stale", 0, priority=Priority.MEDIUM))
    urgent = groups.add(raised("fire", 59 * MINUTE_US, priority=Priority.HIGH))
    assert (urgent.incident.number, urgent.tells) == (1, True)
    later = groups.add(raised("hot", 61 * MINUTE_US, priority=Priority.MEDIUM))
    assert (later.incident.number, later.tells) == (2, True)


def test_one_that_comes_when_all_was_seen_is_told_on_the_same_card() -> None:
    groups = Incidents({})
    groups.add(raised("slow", 0, priority=Priority.MEDIUM))
    groups.follow(raised("slow", 0, priority=Priority.MEDIUM, acknowledged_us=MINUTE_US))
    close = groups.add(raised("hot", 2 * MINUTE_US, priority=Priority.MEDIUM))
    # Nobody is called for the one that came closely, so this one has to call for itself ...
    later = groups.add(raised("oil", 5 * MINUTE_US, priority=Priority.MEDIUM))
    # ... and as long as nobody has seen it, somebody is called already.
    third = groups.add(raised("air", 9 * MINUTE_US, priority=Priority.MEDIUM))
    assert [one.incident.number for one in (close, later, third)] == [1, 1, 1]
    assert [one.tells for one in (close, later, third)] == [False, True, False]


def test_a_minor_one_that_nobody_need_acknowledge_does_not_keep_others_from_calling() -> None:
    groups = Incidents({})
    groups.add(raised("filter", 0))
    hot = raised("hot", MINUTE_US, priority=Priority.MEDIUM)
    groups.add(hot)
    groups.follow(replace(hot, acknowledged_us=2 * MINUTE_US))
    oil = groups.add(raised("oil", 20 * MINUTE_US, priority=Priority.MEDIUM))
    assert (oil.incident.number, oil.tells) == (1, True)


def test_incidents_go_on_as_they_were_after_a_restart() -> None:
    groups = Incidents({})
    slow = raised("slow", 0, priority=Priority.MEDIUM)
    number = groups.put_back(slow, None, told=True)
    assert groups.put_back(raised("hot", 5 * MINUTE_US), number, told=False) == number
    assert groups.put_back(raised("door", 6 * MINUTE_US, "press 4"), None, told=True) == 2
    joined = groups.add(raised("oil", 9 * MINUTE_US, priority=Priority.MEDIUM))
    assert (joined.incident.number, joined.tells) == (1, False)


def test_the_urgent_one_stands_first_though_it_came_later() -> None:
    groups = Incidents({})
    groups.add(raised("unlike", 0, priority=Priority.MEDIUM))
    groups.add(raised("noise", MINUTE_US))
    last = groups.add(raised("heater", 8 * MINUTE_US, priority=Priority.HIGH))
    ordered = [one.alarm for one in groups.ordered(last.incident)]
    assert ordered == ["heater", "unlike", "noise"]


def test_a_known_cause_stands_first_though_it_came_last_and_joins_other_assets() -> None:
    groups = Incidents({"air": frozenset({"clamp", "robot"})})
    groups.add(raised("clamp", 0, "press 3"))
    groups.add(raised("slow", 1, "press 3"))
    joined = groups.add(raised("air", 2, "compressor"))
    robot = groups.add(raised("robot", 3, "robot 1"))
    assert joined.incident.number == robot.incident.number == 1
    names = [member.alarm for member in groups.ordered(robot.incident)]
    assert names == ["air", "slow", "clamp", "robot"]


def test_an_incident_does_not_last_for_ever() -> None:
    groups = Incidents({})
    numbers = {groups.add(raised("hot", n * MINUTE_US)).incident.number for n in range(62)}
    assert numbers == {1, 2}
    with pytest.raises(ValueError, match="one after another"):
        groups.add(raised("hot", 0))


def test_the_eleventh_alarm_in_ten_minutes_makes_a_flood_and_urgent_ones_pass() -> None:
    gate = Gate()
    told = [gate.push(n * SECOND_US, f"a{n}") for n in range(12)]
    assert told == [True] * 10 + [False] * 2
    assert gate.push(12 * SECOND_US, "fire", urgent=True)
    assert gate.passed(100 * SECOND_US) is None
    # Of thirteen in 0 to 12 s, four are left when the one at 8 s is ten minutes old.
    ended = gate.passed(700 * SECOND_US)
    assert ended == (Flood(10 * SECOND_US, 608 * SECOND_US, 3), ("a10", "a11"))
    assert gate.push(700 * SECOND_US, "later")


def test_ten_in_ten_minutes_are_no_flood() -> None:
    assert floods([n * MINUTE_US for n in range(100)], 200 * MINUTE_US) == []


@given(st.lists(st.integers(0, 3_600), max_size=80))
def test_each_alarm_is_told_by_itself_or_with_its_flood_and_never_both(seconds: list[int]) -> None:
    gate = Gate()
    told: list[str] = []
    for place, at in enumerate(sorted(seconds)):
        if ended := gate.passed(at * SECOND_US):
            told += ended[1]
        if gate.push(at * SECOND_US, str(place)):
            told.append(str(place))
    if ended := gate.passed(10_000 * SECOND_US):
        told += ended[1]
    assert sorted(told, key=int) == [str(place) for place in range(len(seconds))]


def shift(name: str, start: float, end: float, crew: str) -> Period:
    hours = int(start * HOUR_US), int(end * HOUR_US)
    return Period(*hours, True, date(2026, 3, 2), name, crew, False)


DAYS = [shift("주간", 8, 17, "A"), shift("주간", 32, 41, "B")]
POLICY = Policy(
    (
        Step("operator"),
        Step("foreman", 30 * MINUTE_US, worked=True),
        Step("owner", HOUR_US, worked=True),
    )
)


def test_a_low_alarm_of_the_evening_waits_for_the_morning_and_then_climbs() -> None:
    evening = raised("hot", 20 * HOUR_US)
    assert tellings(evening, POLICY, DAYS, 31 * HOUR_US) == []
    found = tellings(evening, POLICY, DAYS, 34 * HOUR_US)
    assert [(one.at_us / HOUR_US, one.to) for one in found] == [
        (32, "operator"),
        (32.5, "foreman"),
        (33, "owner"),
    ]
    assert {(one.shift, one.crew) for one in found} == {("주간", "B")}


def test_a_delay_in_worked_time_goes_on_in_the_next_shift() -> None:
    # Twenty minutes before the end of the shift: ten more on the next morning.
    late = raised("hot", 16 * HOUR_US + 40 * MINUTE_US)
    found = tellings(late, POLICY, DAYS, 48 * HOUR_US)
    assert [one.at_us for one in found][:2] == [
        late.raised_us,
        32 * HOUR_US + 10 * MINUTE_US,
    ]


def test_a_high_alarm_is_told_at_night_to_whom_nobody_is_on_shift() -> None:
    night = raised("fire", 20 * HOUR_US, priority=Priority.HIGH)
    first = tellings(night, POLICY, DAYS, 21 * HOUR_US)[0]
    assert (first.at_us, first.shift, first.crew) == (20 * HOUR_US, None, None)


def test_nobody_is_told_of_what_was_acknowledged_or_is_over() -> None:
    seen = raised("hot", 9 * HOUR_US, acknowledged_us=9 * HOUR_US + 10 * MINUTE_US)
    assert [one.to for one in tellings(seen, POLICY, DAYS, 40 * HOUR_US)] == ["operator"]
    over = raised("hot", 20 * HOUR_US, ended_us=21 * HOUR_US)
    assert tellings(over, POLICY, DAYS, 40 * HOUR_US) == []


@given(st.integers(0, 48 * 60), st.integers(0, 48 * 60), st.integers(0, 48 * 60))
def test_what_was_told_stays_told_and_no_step_is_told_twice(at: int, one: int, two: int) -> None:
    alarm = raised("hot", at * MINUTE_US)
    early = tellings(alarm, POLICY, DAYS, min(one, two) * MINUTE_US)
    late = tellings(alarm, POLICY, DAYS, max(one, two) * MINUTE_US)
    assert late[: len(early)] == early
    assert len({telling.step for telling in late}) == len(late)


def test_the_figures_of_a_day_by_hand() -> None:
    # Forty of "door" on the hour and half hour, 8 others, 12 in one minute at noon.
    day = [raised("door", n * HOUR_US // 2 + 1) for n in range(40)]
    day += [raised(f"b{n}", 3 * HOUR_US + n * HOUR_US, priority=Priority.HIGH) for n in range(8)]
    day += [raised(f"c{n}", 12 * HOUR_US + n * SECOND_US) for n in range(12)]
    day[0] = day[0].judged(Verdict.FALSE)
    day[1] = day[1].judged(Verdict.TRUE)
    day.append(raised("old", -2 * HOUR_US))
    day = [one if one.alarm == "old" else _ended(one) for one in day]
    found = figures(day, 0, 24 * HOUR_US)
    assert found.alarms == 60
    assert found.per_hour == pytest.approx(2.5)
    assert found.per_ten_minutes == pytest.approx(2.5 / 6)
    assert found.peak == 13  # twelve, and the door's
    assert found.standing == ("old",)
    assert found.top[0] == ("door", 40)
    assert found.top_share == pytest.approx(49 / 60)
    assert (found.judged, found.false_share) == (2, 0.5)
    assert found.priorities == {
        Priority.HIGH: pytest.approx(8 / 60),
        Priority.MEDIUM: 0.0,
        Priority.LOW: pytest.approx(52 / 60),
    }
    # A flood from the eleventh of fourteen at noon until the fifth last is ten minutes old.
    assert found.flood_share == pytest.approx(600 / 86_400, abs=10 / 86_400)


def test_nothing_to_share_is_said_and_an_empty_span_refused() -> None:
    found = figures([], 0, HOUR_US)
    assert (found.top_share, found.false_share, found.priorities) == (None, None, None)
    with pytest.raises(ValueError, match="span of time"):
        figures([], 5, 5)


def test_three_comings_within_a_minute_are_chatter_within_one_occurrence_too() -> None:
    door = Occurrence("door", 1, "a", Priority.LOW, 0, (0, 20 * SECOND_US, 59 * SECOND_US))
    slow = Occurrence("slow", 1, "a", Priority.LOW, 0, (0, 30 * SECOND_US, 60 * SECOND_US))
    assert chattering([door, slow]) == ("door",)


def test_comings_that_were_left_out_are_chatter_when_they_had_no_room_to_lie_apart() -> None:
    # Five in all until the second time that is known: 0, three more, and that one.
    def door(second_us: int) -> Occurrence:
        return Occurrence("door", 1, "a", Priority.LOW, 0, (0, second_us), left_out=3)

    assert chattering([door(119 * SECOND_US)]) == ("door",)
    # At 0, 30, 60, 90 and 120 seconds no three are within a minute.
    assert chattering([door(120 * SECOND_US)]) == ()


def _ended(one: Occurrence) -> Occurrence:
    return Occurrence(
        one.alarm,
        one.number,
        one.asset,
        one.priority,
        one.raised_us,
        one.comings,
        gone_us=one.raised_us + 60 * SECOND_US,
        ended_us=one.raised_us + 60 * SECOND_US,
        verdict=one.verdict,
    )
