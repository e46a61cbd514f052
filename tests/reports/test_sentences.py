"""What is said of one finding: marks by the method's own bars, no more than the data carry."""

from typing import Any

import pytest

from deungdae.analysis.causes import judge, search
from deungdae.reports.causes import sentences
from deungdae.reports.words import Words

KO, EN = Words("ko"), Words("en")


def finding(**given: Any) -> dict[str, Any]:
    condition = {"columns": ["온도"], "op": "value", "min": None, "max": 53.0, "outside": False}
    whole: dict[str, Any] = {
        "columns": ["온도"], "conditions": [{**condition, "levels": None}],
        "rate_inside": 0.2, "rate_outside": 0.1, "n_inside": 100, "n_outside": 200,
        "risk_ratio": 2.0, "ci95": [1.5, 3.0], "q_value": 0.01, "holds_later": True,
        "stability": 0.9, "same_as": [], "warnings": [],
    }  # fmt: skip
    return whole | given


def recorded(column: str, *levels: str) -> dict[str, Any]:
    condition = {"columns": [column], "op": "value", "min": None, "max": None, "outside": False}
    return finding(columns=[column], conditions=[{**condition, "levels": list(levels)}])


def test_the_bars_of_the_marks_are_those_of_the_method() -> None:
    assert sentences._CLEAR_Q == judge.CLEAR_Q
    assert sentences._SUSPECTED_Q == judge.SUSPECTED_Q
    assert sentences._STABLE == judge.CLEAR_STABILITY
    assert pytest.approx(sentences._Q_FLOOR, rel=0.02) == 1 / (search.ALL_SHIFTS + 1)


@pytest.mark.parametrize(
    ("q", "mark"),
    [(0.0, "yes"), (0.02, "yes"), (0.021, "partly"), (0.1, "partly"), (0.11, "no"),
     (None, "unknown")],
)  # fmt: skip
def test_chance_is_marked_by_the_bars_of_the_method(q: float | None, mark: str) -> None:
    assert sentences.checks(EN, finding(q_value=q))[0].mark == mark


@pytest.mark.parametrize(("stability", "mark"), [(0.667, "yes"), (0.6, "yes"), (0.599, "no")])
def test_stability_is_marked_by_the_bar_of_the_method(stability: float, mark: str) -> None:
    assert sentences.checks(EN, finding(stability=stability))[2].mark == mark


@pytest.mark.parametrize(
    ("q", "korean", "english"),
    [
        (0.0, "0.1%가 안 됩니다", "fewer than 0.1% would"),
        (1e-9, "0.1%가 안 됩니다", "fewer than 0.1% would"),
        (1 / 600, "많아야 0.17%입니다", "at most 0.17% would"),
        (0.0018, "약 0.18%는 우연입니다", "about 0.18% would"),
    ],
)
def test_a_share_at_the_floor_of_the_shifts_is_a_bound(q: float, korean: str, english: str) -> None:
    assert korean in sentences.checks(KO, finding(q_value=q))[0].text
    assert english in sentences.checks(EN, finding(q_value=q))[0].text


def test_an_interval_that_includes_no_difference_is_told_as_such() -> None:
    unsure = finding(ci95=[0.31, 4.2])
    assert "높습니다" not in sentences.rates(KO, unsure, {})
    assert sentences.ratio(EN, unsure) == (
        "In these data that is 2 times as high, but the 95% interval (0.31 to 4.2 times) "
        "includes no difference."
    )
    assert "(0.31 times or more) includes no difference" in sentences.ratio(
        EN, finding(ci95=[0.31, None])
    )


def test_no_lower_end_below_one_is_given_where_no_bad_part_lies_outside() -> None:
    said = sentences.ratio(EN, finding(risk_ratio=None, rate_outside=0.0, ci95=[0.31, None]))
    assert "too few" in said
    assert "0.31" not in said
    assert "at least 3 times" in sentences.ratio(EN, finding(risk_ratio=None, ci95=[3.0, None]))


@pytest.mark.parametrize("level", ["-999", "-999.0", "0", "\N{MINUS SIGN}9", "65535"])
def test_what_is_no_measurement_points_to_the_sensor(level: str) -> None:
    step = sentences.next_step(EN, recorded("압력", level), {}, {"압력"})
    assert step == (
        "Find out whether the sensor had dropped out or the device was off "
        f"when 압력 was recorded as {level}."
    )


def test_the_sensor_is_named_in_korean() -> None:
    assert sentences.next_step(KO, recorded("압력", "-999"), {}, {"압력"}) == (
        "압력에 -999가 기록된 때 센서가 끊겼는지, 설비가 꺼져 있었는지 확인하세요."
    )


@pytest.mark.parametrize(
    ("cause", "numeric"),
    [
        (recorded("호퍼", "0"), set()),  # a name that is written as a number
        (recorded("압력", "3"), {"압력"}),
        (recorded("압력", "0", "3"), {"압력"}),
        (recorded("호퍼", "B"), {"호퍼"}),
    ],
)
def test_other_levels_are_to_be_brought_into_line(cause: dict[str, Any], numeric: set[str]) -> None:
    assert "sets" in sentences.next_step(EN, cause, {}, numeric)
