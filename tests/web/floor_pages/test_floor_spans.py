"""Which span a page of the past shows: days begin at the day cut, and other days can be chosen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from floor_monitor import HOUR, now_document, now_us, shift_document

from deungdae.web.floor import span
from deungdae.web.floor.days import Cut
from deungdae.web.floor.shown.documents import Shift

SEOUL = ZoneInfo("Asia/Seoul")
AT_SIX = Cut(360, SEOUL)


def instant(day: int, hour: int, minute: int = 0) -> int:
    """A time of November 2026 in Seoul."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=SEOUL).timestamp()) * 1_000_000


NOW = instant(23, 14)


def shift(day: int, start: int, end: int) -> Shift:
    return Shift.of({"day": f"2026-11-{day:02}", "name": "주간", "start": start, "end": end})


def asked(query: dict[str, str], shifts: Sequence[Shift] = (), **given: Any) -> span.Chosen:
    with timezone.override(SEOUL):
        return span.choose(query, shifts, given.get("now", NOW), given.get("cut", AT_SIX))


def chosen(kind: str, at: str = "", shifts: Sequence[Shift] = (), **given: Any) -> span.Chosen:
    return asked({"span": kind, "at": at}, shifts, **given)


def test_a_day_without_a_shift_begins_at_the_day_cut() -> None:
    sunday = chosen("day", "2026-11-22")
    assert (sunday.start_us, sunday.end_us) == (instant(22, 6), instant(23, 6))


def test_a_day_begins_at_the_cut_though_its_shift_begins_later() -> None:
    found = chosen("day", "2026-11-20", [shift(20, instant(20, 8), instant(20, 17))])
    assert (found.start_us, found.end_us) == (instant(20, 6), instant(21, 6))


def test_a_shift_that_reaches_over_the_cut_is_one_days_alone() -> None:
    night = shift(20, instant(20, 19), instant(21, 7))
    first, second = (chosen("day", f"2026-11-{n}", [night]) for n in (20, 21))
    assert (first.end_us, second.start_us) == (instant(21, 7), instant(21, 7))
    early = shift(19, instant(19, 5), instant(19, 13))
    assert chosen("day", "2026-11-19", [early]).start_us == instant(19, 5)


def test_before_the_cut_it_is_still_the_day_before() -> None:
    night = chosen("day", now=instant(23, 2))
    assert (night.start_us, night.running, night.today) == (instant(22, 6), True, "2026-11-22")


def test_without_a_calendar_days_begin_at_midnight() -> None:
    assert chosen("day", "2026-11-20", cut=Cut()).start_us == instant(20, 0)


def test_a_week_begins_at_the_cut_of_its_first_day() -> None:
    week = chosen("week", "2026-11-22")
    assert (week.start_us, week.end_us) == (instant(16, 6), instant(23, 6))


def test_chosen_days_are_shown_with_as_many_before_and_after() -> None:
    found = asked({"span": "days", "from": "2026-11-10", "to": "2026-11-14"})
    assert (found.start_us, found.end_us) == (instant(10, 6), instant(15, 6))
    assert (found.first, found.last, found.problem) == ("2026-11-10", "2026-11-14", "")
    assert dict(parse_qsl(found.before[1:])) == {
        "span": "days", "from": "2026-11-05", "to": "2026-11-09",
    }  # fmt: skip
    later = asked(dict(parse_qsl(found.after[1:])))
    assert (later.first, later.last) == ("2026-11-15", "2026-11-19")
    last = asked(dict(parse_qsl(later.after[1:])))
    assert (last.first, last.last, last.after) == ("2026-11-19", "2026-11-23", "")
    assert last.running


def test_days_of_another_year_are_said_with_it() -> None:
    days = {"span": "days", "from": "2025-02-01", "to": "2025-02-03"}
    assert asked(days).word == "1 Feb 2025 to 3 Feb 2025"


IMPOSSIBLE = [
    ({"from": "2026-11-10", "to": "2026-11-01"}, "The last day lies before the first."),
    ({"from": "2026-11-10", "to": ""}, "Choose the first and the last day."),
    ({"from": "yesterday", "to": "2026-11-01"}, "Choose the first and the last day."),
    ({"from": "2026-12-24", "to": "2026-12-26"}, "These days are still to come."),
    ({"from": "0001-01-01", "to": "0001-01-02"}, "Of days so long ago there is nothing."),
    ({"from": "2026-10-01", "to": "2026-11-10"}, "These are 41 days; at most 35 can be shown"),
    ({"from": "0001-01-01", "to": "9999-12-31"}, "days; at most 35 can be shown at once."),
]


@pytest.mark.parametrize(("days", "sentence"), IMPOSSIBLE)
def test_days_that_cannot_be_shown_are_answered_in_words(
    days: dict[str, str], sentence: str
) -> None:
    now = [shift(23, instant(23, 8), instant(23, 17))]
    found = asked({"span": "days", **days}, now)
    assert sentence in found.problem
    assert (found.kind, found.start_us) == ("shift", instant(23, 8))
    assert (found.first, found.last) == (days["from"], days["to"])  # to be put right


def test_five_weeks_can_be_chosen() -> None:
    found = asked({"span": "days", "from": "2026-10-01", "to": "2026-11-04"})
    assert found.problem == ""
    assert found.end_us - found.start_us == 35 * 24 * HOUR


@pytest.fixture
def cut_at_six(floor: Any) -> None:
    from deungdae.web.floor.models import ShiftCalendar

    ShiftCalendar.objects.create(
        organisation=floor.organisation, name="1공장", day_cut=360, is_default=True
    )


@pytest.mark.usefixtures("cut_at_six")
def test_pages_go_by_the_day_cut_of_the_calendar(floor: Any, enter: Any) -> None:
    client = enter(floor.house.people["owner"])
    floor.monitor.now = {floor.key(one): now_document(floor.key(one)) for one in (floor.one,)}
    for page, asset in (("machines", floor.one), ("lines", floor.line)):
        address = f"/floor/{page}/{asset.public_id}/?span=day&at=2026-11-01"
        shown = client.get(address).context["chosen"]
        assert shown.start_us == instant(1, 6), page


def test_the_form_of_other_days_holds_what_is_shown(floor: Any, enter: Any) -> None:
    client = enter(floor.house.people["owner"])
    key = floor.key(floor.one)
    floor.monitor.now = {key: now_document(key)}
    floor.monitor.shifts = {key: [shift_document(key, now_us() - 2 * HOUR)]}
    for page, asset in (("machines", floor.one), ("lines", floor.line)):
        address = f"/floor/{page}/{asset.public_id}/"
        days = {"span": "days", "from": "2026-11-01", "to": "2026-11-03"}
        html = client.get(address, days).content.decode()
        assert 'name="from" value="2026-11-01"' in html
        assert 'name="to" value="2026-11-03"' in html
        assert "?span=days&amp;from=2026-10-29&amp;to=2026-10-31" in html
        wrong = client.get(address, days | {"to": "2026-10-03"}).content.decode()
        assert "The last day lies before the first." in wrong
        assert 'aria-invalid="true"' in wrong
