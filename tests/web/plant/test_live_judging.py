"""What a value is at a moment, and what is said of lines: by hand, without a clock."""

from typing import Any

import pytest
from django.utils import translation

from deungdae.web.plant.live import words as say
from deungdae.web.plant.live.judging import SECOND_US, Seen, State, judge, patience_us
from deungdae.web.plant.live.lines import Described, Line, place, stand

NOW = 1_790_000_000 * SECOND_US
HOUR = 3600 * SECOND_US


def seen(age: float, value: Any = 21.5, quality: int = 192, off: int = 0) -> Seen:
    """A value that arrived `age` seconds ago, with a clock that is `off` microseconds wrong."""
    heard = NOW - int(age * SECOND_US)
    return Seen(heard + off, value, quality, heard)


@pytest.mark.parametrize(
    ("what", "expected", "state"),
    [
        (seen(2), 1.0, State.FRESH),
        (seen(5.1), 1.0, State.STALE),  # three intervals are three seconds; the way takes some
        (seen(29), 10.0, State.FRESH),
        (seen(31), 10.0, State.STALE),
        (seen(299), None, State.FRESH),  # nobody said how often: five minutes
        (seen(301), None, State.STALE),
        (seen(1, None), 1.0, State.BAD),
        (seen(1, quality=0), 1.0, State.BAD),
        (seen(1, quality=64), 1.0, State.UNCERTAIN),
        (seen(60, quality=0), 1.0, State.STALE),  # that nothing comes is worse
        (seen(1, off=-9 * HOUR), 1.0, State.CLOCK),
        (seen(1, off=9 * HOUR), 1.0, State.CLOCK),
        (seen(60, off=9 * HOUR), 1.0, State.STALE),
        (None, 1.0, State.NEVER),
    ],
)
def test_a_value_is_what_its_age_and_its_source_say(
    what: Seen | None, expected: float | None, state: State
) -> None:
    assert judge(what, patience_us(expected), NOW) is state


def test_a_path_says_its_line_its_asset_and_its_name() -> None:
    assert place("2공장/1호 라인/사출 2호기/온도").line == "2공장/1호 라인"
    assert place("1호 라인/사출 2호기/온도").asset == "1호 라인/사출 2호기"
    assert place("cpu/usage").line == "cpu"
    assert (place("alone").line, place("alone").name) == ("", "alone")


def line_of(values: dict[str, Seen | None], **labels: str) -> Line:
    described = {
        path: Described(path, labels.get(path.rpartition("/")[2], ""), "", 1.0, patience_us(1.0))
        for path in values
    }
    (line,) = stand(described, {path: v for path, v in values.items() if v}, NOW)
    return line


def sentences(line: Line, **labels: str) -> list[str]:
    with translation.override("en"):
        words = say.for_browser()
        described = {
            f"L1/A/{name}": Described(f"L1/A/{name}", label) for name, label in labels.items()
        }
        return [say.sentence(one, line.key, described, NOW, words) for one in line.worst]


def test_a_line_counts_what_needs_a_look_and_says_what_it_is() -> None:
    line = line_of(
        {"L1/A/temp": seen(720), "L1/A/force": seen(1), "L1/B/speed": seen(1, quality=0)}
    )
    assert (line.total, line.troubled) == (3, 2)
    assert sentences(line, temp="Barrel") == [
        "B speed: the machine says that this value is wrong.",
        "A Barrel: no new value for 12 min.",
    ]


def test_what_an_asset_shares_is_said_once() -> None:
    values: dict[str, Seen | None] = {f"L1/A/{i}": seen(60 + i) for i in range(5)}
    values["L1/B/x"] = seen(1)
    assert sentences(line_of(values)) == ["A: no new value of 5 tags for 60 s."]


def test_a_silent_line_is_one_sentence() -> None:
    values: dict[str, Seen | None] = {f"L1/{a}/{i}": seen(7200) for a in "AB" for i in range(3)}
    assert sentences(line_of(values)) == ["No new value of any tag for 2 h."]


def test_a_clock_that_is_wrong_is_told_from_silence() -> None:
    # What the way took is no error of the clock.
    late = 2 * SECOND_US
    line = line_of({"L1/A/x": seen(1, off=-9 * HOUR), "L1/B/y": seen(1, off=3 * HOUR - late)})
    assert sorted(sentences(line)) == [
        "A x: values arrive, but their clock is 9 h behind.",
        "B y: values arrive, but their clock is 3 h ahead.",
    ]


def test_a_tag_that_never_came_stands_last() -> None:
    line = line_of({"L1/A/x": None, "L1/B/y": seen(60)})
    assert [one.state for one in line.worst] == [State.STALE, State.NEVER]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (85.0, "85"), (85.10, "85.1"), (85.123, "85.12"), (5.12345, "5.123"), (0.05, "0.05"),
        (1234.56, "1234.6"), (12345.6, "12,345.6"), (0.00002, "2e-05"), (0.0, "0"),
        (7, "7"), (12345, "12,345"), (True, "on"), (False, "off"), ("L2611-04", "L2611-04"),
        (None, ""), ("가" * 100, "가" * 59 + "…"),
    ],
)  # fmt: skip
def test_a_value_has_the_decimals_that_mean_something(value: Any, text: str) -> None:
    with translation.override("en"):
        assert say.value_text(value, say.for_browser()) == text


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (3, "3 s ago", "3초 전"), (119, "119 s ago", "119초 전"), (120, "2 min ago", "2분 전"),
        (7199, "119 min ago", "119분 전"), (7200, "2 h ago", "2시간 전"),
        (172_800, "2 days ago", "2일 전"), (-1, "0 s ago", "0초 전"),
    ],
)  # fmt: skip
def test_an_age_is_said_in_both_languages(seconds: float, english: str, korean: str) -> None:
    for language, text in (("en", english), ("ko", korean)):
        with translation.override(language):
            assert say.ago(seconds, say.for_browser()) == text
