"""What an address of the history asks for, and the gaps of what is drawn: by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from deungdae.web.plant.explorer.look import Look
from deungdae.web.plant.explorer.series import (
    DAY,
    HOUR,
    MINUTE,
    NUMBER,
    PARTS,
    Series,
    _break,
    step,
)
from deungdae.web.plant.live.judging import patience_us
from deungdae.web.plant.live.lines import Described

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)  # 14:30 in Seoul


def look(query: str) -> Look:
    return Look.of(QueryDict(query), NOW)


def test_a_span_ends_now_and_its_address_says_the_same() -> None:
    found = look("tag=a&tag=b&tag=a&span=8h")
    assert found.tags == ("a", "b")
    assert (found.end, found.length) == (NOW, timedelta(hours=8))
    assert found.query() == "?tag=a&tag=b&span=8h"
    assert look(found.query()[1:]) == found


def test_today_begins_at_midnight_of_the_installation() -> None:
    assert look("span=today").start == datetime(2026, 11, 21, 15, tzinfo=UTC)


def test_a_beginning_and_an_end_stay_what_they_are() -> None:
    found = look("tag=a&from=2026-11-01T09:00&to=2026-11-02T09:00:30.5")
    assert found.start == datetime(2026, 11, 1, tzinfo=UTC)
    assert found.query() == "?tag=a&from=2026-11-01T09%3A00%3A00&to=2026-11-02T09%3A00%3A30.500"
    assert look(found.query()[1:]) == found
    assert look("from=2026-11-01T00:00:00Z&to=2026-11-01T01:00:00Z").length == timedelta(hours=1)


@pytest.mark.parametrize(
    "odd",
    ["from=2026-13-01&to=x", "from=2026-11-02&to=2026-11-01", "span=2h", "from=&to=", "",
     "from=0001-01-01T00:00&to=9999-12-31T23:59"],
)  # fmt: skip
def test_what_an_address_says_wrong_is_passed_over(odd: str) -> None:
    assert look(odd).length == timedelta(hours=24)


def test_moving_and_zooming_keep_the_middle_and_the_length() -> None:
    found = look("from=2026-11-01T09:00&to=2026-11-01T11:00")
    assert found.moved(-0.5).start == found.start - timedelta(hours=1)
    assert found.moved(-0.5).length == found.length
    assert found.scaled(0.5).start == found.start + timedelta(minutes=30)
    assert found.scaled(0.5).length == timedelta(hours=1)
    assert found.scaled(1e-9).length == timedelta(seconds=10)
    assert found.scaled(1e6).length == timedelta(days=3660)


def test_at_most_eight_tags_are_asked_for() -> None:
    assert len(look("&".join(f"tag={n}" for n in range(20))).tags) == 8


@pytest.mark.parametrize(
    ("days", "every"), [(2, 5 * MINUTE), (7, 15 * MINUTE), (30, HOUR), (365, 12 * HOUR)]
)
def test_a_long_span_comes_in_few_parts(days: int, every: int) -> None:
    assert step(timedelta(days=days)) == every
    assert timedelta(days=days) / timedelta(milliseconds=every) <= PARTS
    assert step(timedelta(days=3660)) == 7 * DAY


def drawn(times: list[int], expected: float | None, every: int | None) -> Series:
    about = Described("L1/A/x", "", "", expected, patience_us(expected))
    one = Series(about, NUMBER, list(times), [1.0] * len(times))
    _break(one, look("span=1h"), every)
    return one


def test_a_line_breaks_where_a_tag_was_silent_for_three_intervals() -> None:
    seconds = [0, 10_000, 20_000, 60_000, 70_000]
    one = drawn(seconds, 10.0, None)
    assert one.gaps == [(20_000, 60_000)]
    assert one.times == [0, 10_000, 20_000, 20_001, 60_000, 70_000]
    assert one.values == [1.0, 1.0, 1.0, None, 1.0, 1.0]
    assert drawn(seconds, 15.0, None).gaps == []


def test_without_an_expected_interval_the_usual_one_counts() -> None:
    assert drawn([*range(0, 100_000, 10_000), 200_000], None, None).gaps == [(90_000, 200_000)]
    assert drawn([0, 40_000, 80_000], None, None).gaps == []


def test_means_break_where_a_part_has_none() -> None:
    minutes = [n * MINUTE for n in (0, 1, 2, 5, 6)]
    assert drawn(minutes, 1.0, MINUTE).gaps == [(2 * MINUTE, 5 * MINUTE)]
    assert drawn(minutes, 60.0, MINUTE).gaps == []  # it may be silent for three minutes
