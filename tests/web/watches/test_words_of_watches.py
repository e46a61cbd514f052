"""What a page says of the time that a watch was learned from, and of its false alarms."""

from typing import Any

import pytest
from django.utils import translation

from deungdae.web.watches.shown.words import learned_share, trials, wolf

HOURS = 360  #: rows of ten seconds


def test_the_time_that_was_left_out_is_told_only_where_there_is_some() -> None:
    told = {"masked": True, "running": 0.92, "known": 0.92}
    assert learned_share(told) == "it ran 92% of it, and only that was learned"
    assert learned_share({**told, "known": 0.85}) == (
        "it ran 92% of it; without what was excluded 85% remain, and only that was learned"
    )
    assert learned_share({**told, "masked": False}).startswith("nobody says when the machine ran")


def learned(came: int, wanted: float, most: int, **changed: Any) -> dict[str, Any]:
    """A watch that was learned from seven hours, as the monitor tells it."""
    trial: dict[str, Any] = {
        "method": "relations", "problem": None, "share": 0.5, "false_alarms": came, "kinds": [],
        "wanted": wanted, "most": most, "allowed": 1.2, "keeps": came <= most,
    }  # fmt: skip
    return {
        "method": "relations", "reason": "best", "per_week": 1.0, "every_us": 10_000_000,
        "rows": 7 * HOURS, "known": 1.0, "running": 1.0, "since_rows": 0, "since_alarms": 0,
        "fitted": True, "trials": [trial], **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("came", "wanted", "most", "says"),
    [
        (2, 0.042, 3, "It came more often, but in so short a time chance alone may bring up to 3:"),
        (4, 0.042, 3, "That is more than chance may bring (3 at most): it will cry wolf more"),
        (0, 0.042, 3, "It did not come more often, but so short a time says little."),
        (6, 4.0, 8, "It came more often, but chance alone may bring up to 8."),
        (3, 4.0, 8, "It did not come more often."),
    ],
)
def test_false_alarms_are_told_beside_what_was_chosen_and_what_chance_may_bring(
    came: int, wanted: float, most: int, says: str
) -> None:
    cried, against = wolf(learned(came, wanted, most))
    assert cried == (
        f"In the 7 h of the good period that count it would have cried wolf {came} times, in parts "
        "it had not learned."
    )
    chosen = {0.042: "0.04", 4.0: "4.0"}[wanted]
    assert against.startswith(f"You chose one a week; in this time that is {chosen}. {says}")


def test_the_table_of_methods_names_the_same_bound() -> None:
    (row,) = trials(learned(2, 0.042, 3))
    assert (row["false"], row["most"], row["keeps"]) == (2, 3, True)


def test_what_nobody_offers_is_told_as_a_number_a_week() -> None:
    _cried, against = wolf(learned(0, 0.001, 3, per_week=3.0))
    assert against.startswith("You chose 3 a week; in this time that is less than 0.01.")


def test_in_korean_what_was_chosen_is_no_number_that_nobody_chose() -> None:
    with translation.override("ko"):
        cried, against = wolf(learned(2, 0.042, 3))
    assert cried.endswith("헛되이 2번 울렸습니다.")
    assert against == (
        "한 주에 한 번까지 받아들인다고 골랐고, 이는 시험한 동안 0.04번에 해당합니다. 그보다 많이 "
        "울렸지만, 이렇게 짧은 동안에는 우연만으로도 3번까지 울릴 수 있어 앞으로 얼마나 자주 "
        "울릴지는 알 수 없습니다. 더 긴 기간을 고르면 알 수 있습니다."
    )
