"""Shift calendars: usual patterns, versions, days off; refused in words where they cannot be."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.floor.models import CalendarVersion, ShiftCalendar
from deungdae.web.floor.working import clock, patterns

NEW = {
    "preset": "own", "name": "1공장", "country": "KR", "day_cut": "08:00",
    "time_zone": "Asia/Seoul", "since": "2026-01-01",
    "p0-name": "주간", "p0-start": "08:30", "p0-end": "17:30", "p0-breaks": "12:30-13:30",
    **{f"p0-d{day}": "on" for day in range(5)},
}  # fmt: skip


def document(drawing: Any, calendar: Any) -> dict[str, Any]:
    record = line.get(bus.CALENDARS, drawing.id, str(calendar.public_id))
    assert record is not None
    return record.document


def the_calendar(drawing: Any) -> Any:
    return ShiftCalendar.objects.within(drawing.scope).get()


def test_a_usual_pattern_is_made_ones_own(drawing: Any) -> None:
    assert "4조3교대" in drawing.see("new_calendar")
    page = drawing.see("new_calendar", preset="2조2교대")
    assert 'value="20:00"' in page
    assert "주간 주간 주간 주간 주간 주간 주간 야간" in page
    drawing.send("new_calendar", **NEW)
    calendar = the_calendar(drawing)
    assert calendar.is_default
    shifts = document(drawing, calendar)["versions"][0]["pattern"]["shifts"]
    # 08:30 and 17:30 in minutes of the day, and an hour's break.
    assert shifts == [{"name": "주간", "start": 510, "end": 1050, "breaks": [[750, 810]]}]


def test_the_picture_shows_four_weeks_and_a_day_off(drawing: Any) -> None:
    drawing.send("new_calendar", **{**NEW, "country": ""})
    calendar = the_calendar(drawing)
    # Twenty days of eight hours.
    assert "160 h of work" in drawing.see("calendar", calendar.public_id)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    off = {"what": "closed", "day": str(monday + timedelta(days=7)), "reason": "창립기념일"}
    drawing.send("add_exception", calendar.public_id, **off)
    page = drawing.see("calendar", calendar.public_id)
    assert "152 h of work" in page
    assert "창립기념일" in page
    extra = {
        "what": "extra",
        "day": str(monday + timedelta(days=12)),
        "start": "09:00",
        "end": "13:00",
    }
    drawing.send("add_exception", calendar.public_id, **extra)
    assert "156 h of work" in drawing.see("calendar", calendar.public_id)


def test_history_keeps_the_shifts_that_counted_then(drawing: Any) -> None:
    drawing.send("new_calendar", **NEW)
    calendar = the_calendar(drawing)
    later = {**NEW, "since": "2026-07-01", "p0-start": "08:00", "p0-end": "17:00",
             "p0-breaks": "12:00-13:00"}  # fmt: skip
    drawing.send("calendar_pattern", calendar.public_id, **later)
    versions = document(drawing, calendar)["versions"]
    assert [one["since"] for one in versions] == ["2026-01-01", "2026-07-01"]
    assert [one["pattern"]["shifts"][0]["start"] for one in versions] == [510, 480]
    drawing.send("remove_version", calendar.public_id, since="2026-07-01")
    last = drawing.send("remove_version", calendar.public_id, since="2026-01-01")
    assert "A calendar needs a version" in last.content.decode()
    assert CalendarVersion.objects.within(drawing.scope).count() == 1


BAD = [
    ({"p0-end": "25:99"}, "Write begin and end as times"),
    ({"p0-start": "06:00", "p0-end": "23:00"}, "A shift lasts 16 hours at most"),
    ({"p0-breaks": "19:00-20:00"}, "does not lie within the shift"),
    ({"p0-breaks": "noon"}, "Write breaks as"),
    ({"p0-name": ""}, "Give the shift a name"),
    (
        {"p1-name": "석간", "p1-start": "17:00", "p1-end": "22:00", "p1-d0": "on"},
        "The shifts 주간 and 석간 overlap",
    ),
    (
        {"p1-name": "야간", "p1-start": "22:00", "p1-end": "09:00", "p1-d0": "on"},
        "The shifts 야간 and 주간 overlap",
    ),
    ({f"p0-d{day}": "" for day in range(5)}, "No shift is worked on any day"),
    ({"rotates": "on", "crews": "A B", "cycle": "주간 새벽", "first": "2026-01-01"}, "새벽"),
    ({"rotates": "on", "crews": "A A", "cycle": "주간", "first": "2026-01-01"}, "each once"),
    ({"day_cut": "late"}, "Write a time of day"),
    ({"time_zone": "Asia/Nowhere"}, "There is no such time zone"),
]


@pytest.mark.parametrize(("change", "sentence"), BAD)
def test_what_cannot_be_worked_is_refused_in_words(
    drawing: Any, change: dict[str, str], sentence: str
) -> None:
    answer = drawing.send("new_calendar", **{**NEW, **change})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not ShiftCalendar.objects.within(drawing.scope).exists()


def test_a_calendar_in_use_stays(drawing: Any) -> None:
    drawing.send("new_calendar", **NEW)
    drawing.send("new_calendar", **{**NEW, "name": "2공장"})
    usual, other = ShiftCalendar.objects.within(drawing.scope)
    press = drawing.press()
    refused = drawing.send("retire_calendar", usual.public_id).content.decode()
    assert "This is the usual calendar" in refused
    form = {"name": press.name, "template": "generic", "parts_per_count": "1"}
    drawing.send("asset_setup", press.public_id, **form, calendar=other.pk)
    refused = drawing.send("retire_calendar", other.public_id).content.decode()
    assert "사출 1호기 works by it" in refused
    record = line.get(bus.ASSETS, drawing.id, str(press.public_id))
    assert record is not None
    assert record.document["calendar"] == str(other.public_id)


@pytest.mark.parametrize(
    ("text", "minute"),
    [("8:30", 510), ("0830", 510), ("8시 30분", 510), ("24:00", 1440), ("8", 480), ("noon", None)],
)
def test_times_are_read_as_people_write_them(text: str, minute: int | None) -> None:
    assert clock.read(text) == minute


def test_a_night_shift_and_its_break_reach_over_midnight() -> None:
    shift, problem = patterns.shift_of("야간", "20:00", "08:00", "00:00-01:00, 05:00~05:30")
    assert problem == ""
    assert shift == {
        "name": "야간", "start": 1200, "end": 1920, "breaks": [[1440, 1500], [1740, 1770]]
    }  # fmt: skip


def test_a_rotation_is_read_as_it_is_shown() -> None:
    whole = {
        "shifts": [
            {"name": "주간", "start": 480, "end": 1200, "breaks": []},
            {"name": "야간", "start": 1200, "end": 1920, "breaks": [[1440, 1500]]},
        ],
        "week": [["주간", "야간"]] * 6 + [[]],
        "on_holidays": True,
        "rotation": {
            "crews": ["A", "B"], "cycle": ["주간", "야간", ""], "offset": 1, "first": "2026-01-01"
        },
    }  # fmt: skip
    shown = patterns.shown(whole)
    form = {"on_holidays": "on", "rotates": "on", "crews": shown.crews, "cycle": shown.cycle,
            "offset": shown.offset, "first": shown.first}  # fmt: skip
    for row in shown.shifts:
        form |= {f"p{row.number}-{name}": getattr(row, name) for name in
                 ("name", "start", "end", "breaks")}  # fmt: skip
        form |= {f"p{row.number}-d{n}": "on" for n, worked in enumerate(row.days) if worked}
    assert patterns.taken(form).pattern == whole
    assert date.fromisoformat(shown.first) == date(2026, 1, 1)


def test_extra_work_over_a_planned_shift_says_what_becomes_of_it(drawing: Any) -> None:
    drawing.send("new_calendar", **{**NEW, "country": ""})
    calendar = the_calendar(drawing)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())

    def entered(start: str, end: str, day: date = monday, until: date | None = None) -> str:
        told = {"what": "extra", "day": str(day), "start": start, "end": end}
        told |= {"until": str(until)} if until else {}
        answer = drawing.send("add_exception", calendar.public_id, **told)
        return str(answer.content.decode())

    assert (
        f"On {monday} 16:00–20:00 overlaps what is planned already (주간 08:30–17:30). The planned "
        "shift stays as it is; only 17:30–20:00 is added as extra work."
    ) in entered("16:00", "20:00")
    inside = entered("09:00", "12:00", until=monday + timedelta(days=6))
    assert f"On {monday} and 4 other days all of 09:00–12:00 lies within" in inside
    assert "nothing is added to it." in inside
    assert "planned already" not in entered("18:00", "20:00")
    assert "planned already" not in entered("16:00", "20:00", monday + timedelta(days=5))


def test_extra_work_of_a_morning_is_held_against_the_night_before(drawing: Any) -> None:
    night = {"p0-start": "20:00", "p0-end": "08:00", "p0-breaks": ""}
    drawing.send("new_calendar", **{**NEW, "country": ""} | night)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    saturday = {"what": "extra", "day": str(monday + timedelta(days=5)), "start": "07:00",
                "end": "12:00"}  # fmt: skip
    answer = drawing.send("add_exception", the_calendar(drawing).public_id, **saturday)
    assert "only 08:00–12:00 is added as extra work." in answer.content.decode()
