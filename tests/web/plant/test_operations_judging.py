"""What is said of a source: from plain facts to sentences, the worst first."""

from dataclasses import replace

import pytest
from django.utils import translation

from deungdae.web.plant.operations import books, clocks, held, offs
from deungdae.web.plant.operations.asking import Last
from deungdae.web.plant.operations.clocks import Why
from deungdae.web.plant.operations.facts import Driver, Facts, Gap, Kind, Loss, Report, report_of
from deungdae.web.plant.operations.judging import Level, judge, worst_first
from deungdae.web.plant.operations.spans import DAY_US, HOUR_US, MINUTE_US, SECOND_US, spoken

NOW = 1_795_348_800_000_000  #: 2026-11-22 12:00 UTC
SEOUL = 9 * HOUR_US

WELL = Facts(
    "press-shop",
    "프레스반",
    Kind.AGENT,
    created_us=NOW - 10 * DAY_US,
    wanted=3,
    report=Report(NOW - 2 * SECOND_US, applied=3, drivers=(Driver("press1", "modbus"),)),
    missing=0,
    held_points=0,
    held_entries=0,
    gaps=(),
)


def codes(facts: Facts) -> list[str]:
    return [remark.code for remark in judge(facts, NOW, SEOUL).remarks]


def told(**changes: object) -> Facts:
    assert WELL.report is not None
    return replace(WELL, report=replace(WELL.report, **changes))  # type: ignore[arg-type]


def test_a_source_that_does_as_it_should_needs_nobody() -> None:
    assert judge(WELL, NOW, SEOUL).level is Level.WELL
    assert codes(WELL) == []


def test_an_agent_that_says_nothing_for_minutes_needs_somebody_now() -> None:
    silent = judge(told(seen_us=NOW - 3 * MINUTE_US), NOW, SEOUL)
    assert silent.level is Level.NOW
    assert silent.remarks[0].what == "Nothing was heard of this agent for 3 minutes."
    assert "waits in its buffer" in silent.remarks[0].todo


@pytest.mark.parametrize(
    ("facts", "code", "level"),
    [
        (replace(WELL, revoked_us=NOW - DAY_US), "revoked", Level.OFF),
        (replace(WELL, joined=False), "not_joined", Level.SOON),
        (replace(WELL, report=None), "unknown", Level.UNKNOWN),
        (replace(WELL, missing=3), "missing", Level.NOW),
        (replace(WELL, missing=-3), "missing", Level.NOW),
        (replace(WELL, held_points=12, held_entries=2), "held", Level.SOON),
        (replace(WELL, gaps=(Gap("a/b", NOW - HOUR_US, NOW),)), "gaps", Level.SOON),
        (replace(WELL, delay_us=7 * MINUTE_US), "late", Level.SOON),
        (told(applied=2), "applying", Level.SOON),
        (told(clock_error_us=-12 * SECOND_US), "agent_clock", Level.SOON),
        (told(refusal="a batch is too large"), "refusal", Level.NOW),
        (told(refused=(4, (("[[driver]] x", "no address"),))), "refused", Level.NOW),
        (told(drivers=(Driver("x", problem="no route"),)), "unreachable", Level.NOW),
        (told(drivers=(Driver("x", lag_us=9 * HOUR_US),)), "machine_clock", Level.SOON),
        (told(waiting=900, oldest_us=NOW - HOUR_US), "waiting", Level.SOON),
    ],
)
def test_each_thing_that_may_be_wrong_is_said(facts: Facts, code: str, level: Level) -> None:
    assert codes(facts) == [code]
    assert judge(facts, NOW, SEOUL).level is level


def test_a_full_buffer_is_urgent_while_it_loses_and_soon_forgotten() -> None:
    lost = Loss("press1", "overflow_oldest", 400, NOW - 3 * HOUR_US, NOW - MINUTE_US)
    assert judge(told(losses=(lost,)), NOW, SEOUL).level is Level.NOW
    earlier = replace(lost, last_us=NOW - 3 * HOUR_US)
    assert judge(told(losses=(earlier,)), NOW, SEOUL).level is Level.SOON
    last_week = replace(lost, last_us=NOW - 7 * DAY_US)
    assert codes(told(losses=(last_week,))) == []


def test_a_program_is_silent_after_an_hour_and_forgotten_after_a_week() -> None:
    telegraf = Facts("telegraf", "Telegraf", Kind.PROGRAM, last_received_us=NOW - 30 * MINUTE_US)
    assert codes(telegraf) == []
    assert codes(replace(telegraf, last_received_us=NOW - 2 * HOUR_US)) == ["silent"]
    forgotten = judge(replace(telegraf, last_received_us=NOW - 8 * DAY_US), NOW, SEOUL)
    assert (forgotten.remarks[0].code, forgotten.level) == ("forgotten", Level.OFF)


def test_who_needs_somebody_now_stands_above() -> None:
    silent = replace(told(seen_us=NOW - HOUR_US), name="가")
    held_back = replace(WELL, name="나", held_points=5)
    revoked = replace(WELL, name="다", revoked_us=NOW)
    shown = worst_first([judge(one, NOW, SEOUL) for one in (revoked, WELL, held_back, silent)])
    assert [one.facts.name for one in shown] == ["가", "나", "프레스반", "다"]


# ── clocks ──


@pytest.mark.parametrize(
    ("lag_us", "why"),
    [
        (9 * HOUR_US + 40 * SECOND_US, Why.UTC_AS_LOCAL),
        (-9 * HOUR_US + 2 * SECOND_US, Why.LOCAL_AS_UTC),
        (HOUR_US, Why.SUMMER),
        (-8 * HOUR_US, Why.ZONE),
        (5 * HOUR_US + 30 * MINUTE_US, Why.ZONE),
        (200 * SECOND_US, Why.CLOCK),
    ],
)
def test_a_clock_that_is_off_is_off_for_a_reason(lag_us: int, why: Why) -> None:
    off = clocks.look(lag_us, SEOUL)
    assert off is not None and off.why is why
    assert off.guess
    assert off.todo


def test_a_clock_nine_hours_behind_was_utc_read_as_korean_time() -> None:
    off = clocks.look(9 * HOUR_US + 40 * SECOND_US, SEOUL)
    assert off is not None
    assert (off.headline, off.shift_us) == ("9 hours behind", 9 * HOUR_US)
    with translation.override("ko"):
        assert off.headline == "9시간 늦음"
        assert off.guess == "UTC 시각을 한국 시간으로 읽었을 가능성이 큽니다."


def test_a_file_that_comes_late_is_no_wrong_clock() -> None:
    assert clocks.look(3 * HOUR_US + 20 * MINUTE_US, SEOUL, "files") is None
    assert clocks.look(2 * HOUR_US, SEOUL, "sql") is None
    assert clocks.look(-2 * HOUR_US, SEOUL, "sql") is not None
    assert clocks.look(9 * HOUR_US, SEOUL, "files") is not None
    assert clocks.look(20 * SECOND_US, SEOUL) is None
    assert clocks.look(None, SEOUL) is None


@pytest.mark.parametrize(
    ("assets", "prefixes"),
    [
        ({"line3/imm1": 9, "line3/imm2": 9, "line3/lot": 9}, [""]),
        ({"line3/imm1": 9}, ["line3/imm1"]),
        ({"line3/imm1": 9, "line3/imm2": 9, "line4/press": 0}, ["line3"]),
        ({"line3/imm1": 9, "line3/imm2": 0}, ["line3/imm1"]),
        ({"line3/imm1": 9, "line3/imm2": 9, "line3/imm3": 0}, ["line3/imm1", "line3/imm2"]),
        ({"line3/imm1": 9, "line3/imm2": -8}, ["line3/imm1", "line3/imm2"]),
        ({"line3/imm1": 0}, []),
    ],
)
def test_a_whole_source_that_is_off_alike_is_one_clock(
    assets: dict[str, int], prefixes: list[str]
) -> None:
    line3 = Facts("line3", "3라인", Kind.GROUP)
    last = [
        Last(f"{asset}/temp", "line3", NOW - hours * HOUR_US, NOW, 0)
        for asset, hours in assets.items()
    ]
    assert [clock.prefix for clock in offs.of_others([line3], last, SEOUL)] == prefixes


# ── what agents tell ──


def test_what_an_agent_tells_oddly_is_left_out() -> None:
    odd = report_of(
        NOW,
        {
            "waiting": "many", "oldest_us": True, "losses": [3, {"reason": 7}], "drivers": {"a": 1},
            "refused": [], "applied": 1e300, "version": None,
        },
    )  # fmt: skip
    assert (odd.waiting, odd.oldest_us, odd.drivers, odd.refused, odd.applied) == (
        0, None, (), None, None
    )  # fmt: skip
    assert judge(replace(WELL, report=odd), NOW, SEOUL).level is Level.SOON  # not yet applied


# ── books, quarantine, lengths of time ──


def test_books_that_agree_and_books_that_do_not() -> None:
    agrees = books.Sum(1200, 1000, 150, 50)
    assert (agrees.missing, books.explained(agrees)) == (0, "")
    assert "All agrees: of 1,200 points" in books.answer(agrees)
    lost = books.Sum(10, 7, 1, 0)
    assert lost.missing == 2
    assert books.answer(lost).startswith("2 points came in and were neither stored nor held back")
    assert "counted twice" in books.explained(books.Sum(1, 2, 0, 0))


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    text = held.example("라인1,사출=3 온도=21.5".encode())
    assert (text.text, text.binary) == ("라인1,사출=3 온도=21.5", False)
    shown = held.example(b"\x00\x01ABC\xff")
    assert shown.binary
    assert shown.text == f"000000  00 01 41 42 43 ff{' ' * 32}··ABC·"
    cut = held.example("가".encode() * 900)
    assert (cut.binary, cut.cut, set(cut.text)) == (False, True, {"가"})


def test_every_reason_says_what_to_do() -> None:
    for reason in ("time_out_of_range", "tag_parts", "gap", "no_birth", "value_range", "template"):
        assert held.why(reason).todo
        assert held.why(reason).word != reason
    assert "“odd_code”" in held.why("odd_code").sentence


def test_lengths_of_time_are_said_in_two_units() -> None:
    assert [spoken(us) for us in (5, 61 * SECOND_US, 90 * MINUTE_US, 50 * HOUR_US)] == [
        "less than a second", "1 minute 1 second", "1 hour 30 minutes", "2 days 2 hours",
    ]  # fmt: skip
