"""Why nothing came for a while: gaps beside what was seen then."""

import pytest

from deungdae.web.plant.operations.evidence import Explained, Seen, explain, together
from deungdae.web.plant.operations.facts import Gap
from deungdae.web.plant.operations.spans import HOUR_US, MINUTE_US, SECOND_US

AT = 1_795_348_800_000_000  #: 2026-11-22 12:00 UTC


def why(*seen: Seen, minutes: int = 60) -> Explained:
    return explain(AT, AT + minutes * MINUTE_US, ["라인1/사출3/온도"], seen)


def test_without_anything_seen_the_reason_is_not_known() -> None:
    found = why()
    assert (found.reasons, found.known, found.rest) == ((), False, 1.0)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (Seen("silent", AT, AT + HOUR_US), "its computer was off"),
        (
            Seen("unreachable", AT, AT + HOUR_US, "press1",
                 about={"problem": {"template": "No answer from {host}.",
                                    "values": {"host": "plc-1"}}}),
            "press1 could not be read: No answer from plc-1.",
        ),
        (Seen("lost", AT, AT + HOUR_US, "press1:overflow_oldest", 1234), "1,234 readings of"),
        (Seen("revoked", AT - HOUR_US, None), "It was revoked"),
        (Seen("unwatched", AT, AT + HOUR_US), "This server did not run"),
        (Seen("held", AT, AT + HOUR_US, count=77), "77 points of this source went into quarantine"),
        (Seen("clock", AT, AT, about={"by_us": HOUR_US}), "was set forward by 1 hour"),
        (Seen("machine_clock", AT, AT, "plc", about={"by_us": HOUR_US}), "The clock of plc"),
        (Seen("not_yet", 0, AT + HOUR_US), "did not exist yet"),
    ],
)  # fmt: skip
def test_each_thing_that_was_seen_explains(seen: Seen, words: str) -> None:
    found = why(seen)
    assert found.known
    assert words in found.reasons[0].sentence


def test_what_covers_a_little_explains_a_little() -> None:
    found = why(Seen("silent", AT, AT + 6 * MINUTE_US))
    assert [reason.what for reason in found.reasons] == ["silent"]
    assert not found.known
    assert found.rest == pytest.approx(1 - 8 / 60)  # six minutes and the blur of the watch


def test_two_halves_make_a_whole() -> None:
    first, second = Seen("unreachable", AT, AT + 30 * MINUTE_US, "a"), Seen(
        "silent", AT + 30 * MINUTE_US, AT + 60 * MINUTE_US
    )  # fmt: skip
    found = why(first, second)
    assert found.rest == 0
    assert [reason.what for reason in found.reasons] == ["unreachable", "silent"]


def test_what_was_so_at_another_time_explains_nothing() -> None:
    found = why(Seen("silent", AT - 3 * HOUR_US, AT - 2 * HOUR_US), Seen("clock", AT - HOUR_US, AT))
    assert found.reasons == ()


def test_a_new_configuration_is_named_but_explains_no_hour() -> None:
    found = why(Seen("configured", AT, AT, about={"number": 4}))
    assert "Configuration 4 came into force" in found.reasons[0].sentence
    assert not found.known


def test_gaps_of_several_tags_at_one_time_are_one_silence() -> None:
    gaps = [
        Gap("a/1", AT, AT + HOUR_US),
        Gap("a/2", AT + 20 * SECOND_US, AT + HOUR_US + 40 * SECOND_US),
        Gap("a/1", AT + 3 * HOUR_US, AT + 4 * HOUR_US),
        Gap("a/2", AT, AT + 20 * SECOND_US),
    ]
    assert [tags for _start, _end, tags in together(gaps)] == [
        ("a/2",), ("a/1", "a/2"), ("a/1",),
    ]  # fmt: skip


def test_a_clock_that_jumped_an_hour_explains_an_hour_and_no_day() -> None:
    jump = Seen("machine_clock", AT + HOUR_US, AT + HOUR_US, "plc", about={"by_us": HOUR_US})
    assert why(jump, minutes=90).known
    day = why(jump, minutes=24 * 60)
    assert not day.known
    assert day.rest == pytest.approx(23 / 24)
    back = Seen("machine_clock", AT, AT, "plc", about={"by_us": -HOUR_US})
    assert why(back).reasons == ()
