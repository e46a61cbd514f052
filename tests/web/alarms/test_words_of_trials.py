"""What a page says of a rule that is tried, and a letter of an alarm, sentence by sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from deungdae.web.alarms import letters
from deungdae.web.alarms.shown.trial import Trial, trial

#: 2026-11-21 22:02:40 in Seoul; the week that is looked at begins five days before.
FIRST = int(datetime(2026, 11, 21, 13, 2, 40, tzinfo=UTC).timestamp() * 1e6)
DAY = 86_400_000_000
MINUTE = 60_000_000


def tried(**more: Any) -> Trial:
    told = {
        "start": FIRST - 5 * DAY, "end": FIRST + 2 * DAY, "points": 9000, "times": 1780,
        "seconds": 17_800.0, "longest": 10.0, "chattering": False, "spans": [], "proposals": [],
        "usual": None, "range": [8.6, 46.7], "normal": None, "share": 0.1, "first": FIRST,
        "picture": {
            "every": DAY, "t": [FIRST - 5 * MINUTE, FIRST + DAY], "low": [8.0, 9.0],
            "high": [40.0, 47.0],
        },
    }  # fmt: skip
    with translation.override("ko"), timezone.override("Asia/Seoul"):
        return trial(told | more, {"high": 40.0}, "A")


def test_counts_shares_and_spans_are_written_as_on_all_pages() -> None:
    found = tried()
    assert found.sentence == "지난 7일에 1,780번 울렸을 것입니다."
    assert found.usual_range == "거의 모든 값(99%)이 8.6–46.7 A 안에 있습니다."
    assert tried(times=3).sentence == "지난 7일에 3번 울렸을 것입니다."


def test_values_begin_with_the_first_one_not_with_its_part_of_the_picture() -> None:
    assert "11/21 22:02" in tried().details
    # Half a day without values is no tenth of a week.
    assert "22:02" not in tried(first=FIRST - 5 * DAY + DAY // 2).details
    assert "22:02" not in tried(first=None, points=0, picture=None, times=0).details


@pytest.mark.parametrize(("share", "says"), [(None, False), (0.9, False), (0.97, True)])
def test_what_would_always_stand_is_said(share: float | None, says: bool) -> None:
    found = tried(share=share)
    assert ("값을 아는 시간의 97% 동안" in found.always) is says


def test_a_silence_that_lasts_all_the_time_is_something_to_look_at() -> None:
    silent = tried(points=0, times=1, picture=None, range=None, first=None)
    assert silent.sentence == "지난 7일에 1번 울렸을 것입니다."


def letter(language: str = "ko", **more: Any) -> letters.Text:
    event = {
        "what": "alarm", "rule_name": "금형 온도", "priority": "high", "since": FIRST,
        "due": FIRST, "told_us": FIRST, "place": "1라인",
        "says": {"template": "The value is {value}.", "values": {"value": "9"}},
    } | more  # fmt: skip
    return letters.alarm(event, language, "Asia/Seoul", "")


def test_a_step_that_was_added_later_counts_the_minutes_until_it_was_told() -> None:
    late = letter(what="escalation", due=FIRST + 15 * MINUTE, told_us=FIRST + 50 * MINUTE)
    assert late.subject.startswith("[긴급, 50분째 미확인]")
    assert "50분째 아무도 확인하지 않았습니다." in late.text
    # One of an earlier version says when it was due alone.
    early = letter(what="escalation", due=FIRST + 15 * MINUTE, told_us=None)
    assert early.subject.startswith("[긴급, 15분째 미확인]")
    assert letter().subject.startswith("[긴급] ")


def test_a_machine_of_which_nothing_is_known_names_no_reason() -> None:
    says = {
        "template": "What it does is not known for more than {minutes} min.",
        "values": {"minutes": "1"},
    }
    assert "무엇을 하는지 1분 넘게 알 수 없습니다." in letter(says=says).text
