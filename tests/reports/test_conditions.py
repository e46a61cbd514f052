"""Conditions are told in words and in signs."""

from typing import Any

import pytest

from deungdae.reports.causes.conditions import label, region, region_label, units_of
from deungdae.reports.words import Words

UNITS = {"속도": "mm/s", "온도": "°C", "외기": "°C", "토크": "Nm", "습도": "%"}


def plain(text: str) -> str:
    """Return the text with common spaces for those that keep a number and its unit together."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def condition(*columns: str, op: str = "value", **given: Any) -> dict[str, Any]:
    whole = {"columns": list(columns), "op": op, "min": None, "max": None, "outside": False}
    return {**whole, "levels": None, **given}


@pytest.mark.parametrize(
    ("given", "korean", "english", "signs"),
    [
        (
            condition("속도", max=53.0),
            "속도가 53 mm/s 이하",
            "속도 is at most 53 mm/s",
            "속도 ≤ 53 mm/s",
        ),
        (
            condition("온도", min=22.4),
            "온도가 22.4 °C 초과",
            "온도 is above 22.4 °C",
            "온도 > 22.4 °C",
        ),
        (
            condition("습도", min=40, max=60),
            "습도가 40% 초과 60% 이하",
            "습도 is above 40%, up to 60%",
            "40% < 습도 ≤ 60%",
        ),
        (
            condition("온도", min=1, max=2, outside=True),
            "온도가 1 °C 이하이거나 2 °C 초과",
            "온도 is at most 1 °C or above 2 °C",
            "온도 ≤ 1 °C / > 2 °C",
        ),
        (
            condition("온도", min=1, outside=True),
            "온도가 1 °C 이하",
            "온도 is at most 1 °C",
            "온도 ≤ 1 °C",
        ),
        (
            condition("온도", max=2, outside=True),
            "온도가 2 °C 초과",
            "온도 is above 2 °C",
            "온도 > 2 °C",
        ),
        (
            condition("온도", "외기", op="difference", max=8.6),
            "온도에서 외기를 뺀 값이 8.6 °C 이하",
            "온도 minus 외기 is at most 8.6 °C",
            "온도 − 외기 ≤ 8.6 °C",
        ),
        (
            condition("토크", "속도", op="product", min=3500),
            "토크와 속도를 곱한 값이 3,500 Nm·mm/s 초과",
            "토크 times 속도 is above 3,500 Nm·mm/s",
            "토크 × 속도 > 3,500 Nm·mm/s",
        ),
        (
            condition("온도", "외기", op="ratio", min=1.5),
            "온도를 외기로 나눈 값이 1.5 초과",
            "온도 divided by 외기 is above 1.5",
            "온도 ÷ 외기 > 1.5",
        ),
        (condition("호퍼", levels=["B호퍼"]), "호퍼가 B호퍼", "호퍼 is B호퍼", "호퍼 = B호퍼"),
        (
            condition("호퍼", levels=["A", "B"]),
            "호퍼가 A / B 중 하나",
            "호퍼 is one of A / B",
            "호퍼 = A / B",
        ),
    ],
)
def test_a_condition_is_told_in_words_and_in_signs(
    given: dict[str, Any], korean: str, english: str, signs: str
) -> None:
    assert plain(region(Words("ko"), [given], UNITS)) == korean
    assert plain(region(Words("en"), [given], UNITS)) == english
    assert plain(label(Words("ko"), given, UNITS)) == signs


def test_two_conditions_are_joined_by_and() -> None:
    both = [condition("속도", max=53.0), condition("온도", min=30.0)]
    assert plain(region(Words("ko"), both, UNITS)) == "속도가 53 mm/s 이하이고 온도가 30 °C 초과"
    assert plain(region_label(Words("ko"), both, UNITS)) == "속도 ≤ 53 mm/s & 온도 > 30 °C"


def test_close_limits_are_written_with_the_digits_that_tell_them_apart() -> None:
    narrow = condition("속도", min=1000.41, max=1000.43)
    assert label(Words("en"), narrow, {}) == "1,000.41 < 속도 ≤ 1,000.43"


def test_many_levels_are_named_in_part_and_counted() -> None:
    many = condition("로트", levels=[f"L{i}" for i in range(9)])
    assert label(Words("ko"), many, {}) == "로트 = L0 / L1 / L2 / L3 / L4 외 4개"


def test_units_come_from_the_columns_of_the_understanding() -> None:
    columns = [{"name": "속도", "unit": "mm/s"}, {"name": "품명", "unit": None}]
    assert units_of({"columns": columns}) == {"속도": "mm/s"}


def test_a_number_is_never_parted_from_its_unit() -> None:
    assert label(Words("ko"), condition("속도", max=53.0), UNITS).endswith("53\u00a0mm/s")
