"""Extra work before and behind a shift: the shift stays a shift of its own."""

import itertools
from datetime import UTC, datetime

from machine_of_truth import S

from deungdae.analysis.oee import Span, State
from deungdae.monitor import definitions
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.figures import Said, plan_of, summary
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.shifts import DAY_US, frames, shifts

MONDAY = round(datetime(2026, 11, 22, 15, tzinfo=UTC).timestamp()) * S  # 0 o'clock in Seoul
HOUR = 3600 * S
#: From 8 to 17 o'clock with an hour at noon, and on this Monday extra work from 6 to 21.
CALENDAR = definitions.calendar(
    {
        "name": "x",
        "country": None,
        "versions": [
            {
                "since": "2026-01-01",
                "pattern": {
                    "shifts": [{"name": "주간", "start": 480, "end": 1020, "breaks": [[720, 780]]}],
                    "week": [["주간"]] * 7,
                },
            }
        ],
        "exceptions": [
            {
                "day": "2026-11-23",
                "extra": {"name": "특근", "start": 360, "end": 1260, "breaks": []},
            }
        ],
    }
)


def test_a_shift_within_extra_work_keeps_its_frame_and_its_parts() -> None:
    found = frames(CALENDAR, MONDAY, MONDAY + DAY_US, "Asia/Seoul")
    told = [
        ((one.start_us - MONDAY) // HOUR, one.shift.name, one.shift.planned() / 3600)
        for one in found
        if one.shift is not None and 0 <= one.start_us - MONDAY < DAY_US
    ]
    assert told == [(6, "특근", 2.0), (8, "주간", 8.0), (17, "특근 (2)", 4.0)]
    assert all(one.end_us == two.start_us for one, two in itertools.pairwise(found))
    day = next(one for one in found if one.shift is not None and one.shift.name == "주간")
    made = Frame(*day[:2], [Span(*day[:2], State.RUNNING)], 480.0, counted=True)
    assert summary(Asset("m"), made, Said(), day.shift).counts.produced == 480


def test_plans_are_shared_by_the_pieces_of_extra_work_and_no_part_is_planned_twice() -> None:
    every = shifts(CALENDAR, MONDAY, MONDAY + DAY_US)
    own = Asset("m", plan={("2026-11-23", "주간"): 800.0, ("2026-11-23", "특근"): 300.0})
    # Of six hours of extra work two lie before the shift.
    assert [plan_of(own, one) for one in every] == [100.0, 800.0, 200.0]
    day = Asset("m", plan={("2026-11-23", ""): 1400.0})
    assert [plan_of(day, one) for one in every] == [200.0, 800.0, 400.0]


def test_extra_work_on_one_side_alone_keeps_its_name_and_its_plan() -> None:
    [tuesday] = shifts(CALENDAR, MONDAY + 34 * HOUR, MONDAY + 35 * HOUR)
    assert (tuesday.name, tuesday.part, tuesday.planned_as) == ("주간", 1.0, "")
