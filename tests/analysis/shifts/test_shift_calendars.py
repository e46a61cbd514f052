"""Shift calendars: each figure can be counted on one's fingers."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deungdae.analysis.shifts import (
    PRESETS,
    Calendar,
    Closed,
    Extra,
    Pattern,
    Shift,
    UnusableCalendar,
    Version,
    busy_us,
    public_holidays,
)

SEOUL = ZoneInfo("Asia/Seoul")
HOUR = 3_600_000_000
LONG_AGO = date(2020, 1, 1)


def us(text: str, zone: ZoneInfo = SEOUL) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000


def calendar(pattern: str | Pattern, *exceptions: Closed | Extra) -> Calendar:
    chosen = PRESETS[pattern] if isinstance(pattern, str) else pattern
    return Calendar((Version(LONG_AGO, chosen),), exceptions=exceptions)


def hours(found: Calendar, start: str, end: str) -> float:
    return busy_us(found.periods(us(start), us(end))) / HOUR


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        # Two weeks without a holiday, 16 to 29 November 2026.
        ("주간", 10 * 8.0),  # 08:30-17:30 without an hour at noon, Monday to Friday
        ("2조2교대", 12 * 2 * 10.5),  # 12 hours without 90 minutes, Sundays off
        ("3조2교대", 14 * 2 * 10.5),
        ("4조2교대", 14 * 2 * 10.5),
        ("3조3교대", 12 * 3 * 7.5),
        ("4조3교대", 14 * 3 * 7.5),
    ],
)
def test_two_weeks_have_the_hours_of_their_shifts(pattern: str, expected: float) -> None:
    # From one change of shifts to another: the night before belongs to the day before.
    start, end = ("2026-11-16T07:00", "2026-11-30T07:00")
    if "2교대" in pattern:
        start, end = ("2026-11-16T08:00", "2026-11-30T08:00")
    assert hours(calendar(pattern), start, end) == pytest.approx(expected)


def test_each_crew_of_four_works_six_days_of_eight() -> None:
    rotation = PRESETS["4조3교대"].rotation
    assert rotation is not None
    worked = dict.fromkeys("ABCD", 0)
    for day in range(1, 9):
        crews = [rotation.crew(shift, date(2024, 1, day)) for shift in ("주간", "석간", "야간")]
        assert len(set(crews)) == 3, "nobody works twice a day"
        for crew in crews:
            assert crew is not None
            worked[crew] += 1
    assert worked == dict.fromkeys("ABCD", 6)


def test_a_crew_works_two_days_two_evenings_two_nights_and_rests_two_days() -> None:
    rotation = PRESETS["4조3교대"].rotation
    assert rotation is not None
    found = []
    for day in range(1, 9):
        here = [s for s in ("주간", "석간", "야간") if rotation.crew(s, date(2024, 1, day)) == "A"]
        found.append(here[0] if here else "휴")
    assert found == ["주간", "주간", "석간", "석간", "야간", "야간", "휴", "휴"]


def test_a_night_belongs_to_the_day_on_which_it_began() -> None:
    periods = calendar("2조2교대").periods(us("2026-11-17T00:30"), us("2026-11-17T02:00"))
    assert [(p.day, p.shift, p.working) for p in periods] == [
        (date(2026, 11, 16), "야간", False),  # the break from midnight to one
        (date(2026, 11, 16), "야간", True),
    ]
    assert calendar("2조2교대").production_day(us("2026-11-17T07:59")) == date(2026, 11, 16)
    assert calendar("2조2교대").production_day(us("2026-11-17T08:00")) == date(2026, 11, 17)


def test_what_no_shift_covers_belongs_to_a_day_by_its_cut() -> None:
    lone = calendar("주간")
    assert lone.production_day(us("2026-11-17T07:59")) == date(2026, 11, 16)
    assert lone.production_day(us("2026-11-17T08:00")) == date(2026, 11, 17)


def test_korean_holidays_and_their_substitutes_are_off() -> None:
    # Chuseok 2026: Thursday 24 to Saturday 26 September; 3 October is a Saturday, Monday off.
    assert public_holidays("KR", 2026)[date(2026, 9, 25)] == "추석"
    assert hours(calendar("주간"), "2026-09-21T00:00", "2026-09-28T00:00") == 3 * 8
    assert hours(calendar("주간"), "2026-10-05T00:00", "2026-10-06T00:00") == 0
    # A line that never stops works on them.
    assert hours(calendar("4조3교대"), "2026-09-25T07:00", "2026-09-26T07:00") == 22.5


def test_work_on_a_holiday_and_overtime_are_told_from_the_pattern() -> None:
    saturday = Extra(date(2026, 11, 21), Shift("특근", 9 * 60, 13 * 60), "납기")
    evening = Extra(date(2026, 11, 20), Shift("잔업", 17 * 60, 20 * 60))
    found = calendar("주간", saturday, evening)
    periods = found.periods(us("2026-11-20T00:00"), us("2026-11-22T00:00"))
    assert busy_us(periods) / HOUR == 8 + 2.5 + 4
    extra = [p for p in periods if p.extra]
    # Overtime begins where the shift ends: half an hour of it was the shift's.
    assert [(p.shift, p.start_us) for p in extra] == [
        ("잔업", us("2026-11-20T17:30")),
        ("특근", us("2026-11-21T09:00")),
    ]


def test_extra_work_that_begins_in_a_night_counts_from_its_end() -> None:
    # Saturday, 20 to 8 o'clock with breaks of 90 minutes; the extra work is from 6 to 14.
    sunday = Extra(date(2026, 11, 22), Shift("특근", 6 * 60, 14 * 60))
    found = calendar("2조2교대", sunday)
    assert hours(found, "2026-11-21T20:00", "2026-11-22T14:00") == 10.5 + 6
    assert found.production_day(us("2026-11-22T07:00")) == date(2026, 11, 21)
    # Two pieces of extra work of two days: what the first has, the second has not.
    late = Extra(date(2026, 11, 21), Shift("잔업", 20 * 60, 28 * 60))
    early = Extra(date(2026, 11, 22), Shift("특근", 2 * 60, 6 * 60))
    periods = calendar("주간", early, late).periods(us("2026-11-21T20:00"), us("2026-11-22T08:00"))
    assert [(p.shift, (p.end_us - p.start_us) / HOUR) for p in periods] == [
        ("잔업", 8.0),
        ("특근", 2.0),
    ]


def test_extra_work_into_the_next_day_ends_where_its_shift_begins() -> None:
    friday = Extra(date(2026, 11, 19), Shift("잔업", 23 * 60, 23 * 60 + 10 * 60 + 30))
    periods = calendar("주간", friday).periods(us("2026-11-19T23:00"), us("2026-11-20T12:00"))
    # Until half past nine, but the day begins at half past eight.
    assert [(p.shift, p.start_us, p.end_us) for p in periods] == [
        ("잔업", us("2026-11-19T23:00"), us("2026-11-20T08:30")),
        ("주간", us("2026-11-20T08:30"), us("2026-11-20T12:00")),
    ]


def test_a_night_ends_before_the_shifts_of_another_version_begin() -> None:
    both = Calendar(
        (Version(LONG_AGO, PRESETS["2조2교대"]), Version(date(2026, 11, 18), PRESETS["3조3교대"]))
    )
    periods = both.periods(us("2026-11-18T06:00"), us("2026-11-18T09:00"))
    assert [(p.shift, p.start_us, p.end_us) for p in periods] == [
        ("야간", us("2026-11-18T06:00"), us("2026-11-18T08:00")),
        ("주간", us("2026-11-18T08:00"), us("2026-11-18T09:00")),  # otherwise from seven on
    ]


@given(st.data())
def test_no_minute_counts_twice(data: st.DataObject) -> None:
    presets = st.sampled_from(sorted(PRESETS))
    days = st.integers(0, 5).map(lambda n: date(2026, 11, 16) + timedelta(days=n))
    works = st.builds(
        lambda day, start, length: Extra(day, Shift("특근", 30 * start, 30 * (start + length))),
        days, st.integers(0, 47), st.integers(1, 32),
    )  # fmt: skip
    versions = (
        Version(LONG_AGO, PRESETS[data.draw(presets)]),
        Version(data.draw(days), PRESETS[data.draw(presets)]),
    )
    exceptions = tuple(data.draw(st.lists(works, max_size=4)))
    found = Calendar(versions, exceptions=exceptions)
    periods = found.periods(us("2026-11-15T00:00"), us("2026-11-23T00:00"))
    assert all(one.end_us <= other.start_us for one, other in itertools.pairwise(periods))


def test_a_closed_day_and_a_closed_shift_are_off() -> None:
    closed = calendar("3조3교대", Closed(date(2026, 11, 17), "야간"), Closed(date(2026, 11, 18)))
    assert hours(closed, "2026-11-17T07:00", "2026-11-18T07:00") == 15
    assert hours(closed, "2026-11-18T07:00", "2026-11-19T07:00") == 0


def test_history_keeps_the_calendar_that_was_valid_then() -> None:
    both = Calendar(
        (Version(date(2026, 11, 18), PRESETS["2조2교대"]), Version(LONG_AGO, PRESETS["주간"]))
    )
    assert hours(both, "2026-11-17T08:00", "2026-11-18T08:00") == 8
    assert hours(both, "2026-11-18T08:00", "2026-11-19T08:00") == 21
    assert both.pattern(date(2019, 1, 1)) is None
    assert both.periods(us("2019-01-02T00:00"), us("2019-01-03T00:00")) == []


def test_a_night_in_which_the_clocks_change_is_an_hour_longer() -> None:
    berlin = replace(calendar("4조2교대"), time_zone="Europe/Berlin", country=None)
    zone = ZoneInfo("Europe/Berlin")
    # 25 October 2026, three o'clock comes twice; the breaks keep their length.
    night = berlin.periods(us("2026-10-24T20:00", zone), us("2026-10-25T08:00", zone))
    assert busy_us(night) / HOUR == 11.5


def test_periods_are_cut_at_both_ends() -> None:
    cut = calendar("주간").periods(us("2026-11-16T12:00"), us("2026-11-16T14:00"))
    assert [(p.start_us, p.end_us, p.working) for p in cut] == [
        (us("2026-11-16T12:00"), us("2026-11-16T12:30"), True),
        (us("2026-11-16T12:30"), us("2026-11-16T13:30"), False),
        (us("2026-11-16T13:30"), us("2026-11-16T14:00"), True),
    ]


@pytest.mark.parametrize(
    ("shifts", "week", "reason"),
    [
        ([Shift("", 0, 60)], [""], "needs a name"),
        ([Shift("가", 1500, 1560)], ["가"], "begin within its day"),
        ([Shift("가", 480, 480)], ["가"], "up to 16 hours"),
        ([Shift("가", 480, 1500)], ["가"], "up to 16 hours"),
        ([Shift("가", 480, 1020, ((460, 500),))], ["가"], "must lie in it"),
        ([Shift("가", 480, 1020, ((600, 660), (650, 700)))], ["가"], "one after another"),
        ([Shift("가", 480, 1020)], ["나"], "there is no shift 나"),
        ([Shift("가", 480, 1020), Shift("나", 1000, 1200)], ["가", "나"], "overlap"),
        ([Shift("가", 480, 1020), Shift("가", 1020, 1200)], ["가"], "the same name"),
    ],
)
def test_a_pattern_that_cannot_be_worked_is_refused(
    shifts: list[Shift], week: list[str], reason: str
) -> None:
    with pytest.raises(UnusableCalendar, match=reason):
        calendar(Pattern(tuple(shifts), (tuple(week),) * 7))


def test_a_night_that_reaches_into_the_next_day_s_shift_is_refused() -> None:
    day, night = Shift("주간", 7 * 60, 19 * 60), Shift("야간", 20 * 60, 32 * 60)
    with pytest.raises(UnusableCalendar, match=r"the shifts 야간 and 주간 overlap$"):
        calendar(Pattern((day, night), (("주간", "야간"),) * 7))
    # On Monday alone there is no shift after it; from Sunday into Monday there is.
    week: list[tuple[str, ...]] = [()] * 7
    week[0], week[1] = ("야간",), ()
    assert Pattern((day, night), tuple(week)).problems() == []
    week[0], week[6] = ("주간",), ("야간",)
    assert Pattern((day, night), tuple(week)).problems() == ["the shifts 야간 and 주간 overlap"]
    assert all(pattern.problems() == [] for pattern in PRESETS.values())


def test_two_versions_of_one_day_are_refused() -> None:
    with pytest.raises(UnusableCalendar, match="same day"):
        Calendar((Version(LONG_AGO, PRESETS["주간"]), Version(LONG_AGO, PRESETS["4조3교대"])))
