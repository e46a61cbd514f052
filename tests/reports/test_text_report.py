"""The report for a terminal: the answer first, every count accounted for, nothing too wide."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deungdae.reports.causes import render_text
from deungdae.reports.terminal import columns, wrapped

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("mixed", "none", "not_enough_data", "no_bad_rows", "all_bad")

Given = Callable[[str], dict[str, Any]]


def text(given: dict[str, Any], lang: str, width: int = 100) -> str:
    return render_text(
        given["document"], given["figures"], given["understanding"], lang, width=width
    )


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_report_reads_as_agreed(given: Given, name: str, lang: str) -> None:
    assert text(given(name), lang) == (GOLDEN / f"{name}.{lang}.txt").read_text("utf-8")


def test_the_first_sentence_is_the_most_certain_finding(given: Given) -> None:
    first = text(given("mixed"), "ko").split("\n? ")[0].replace("\n", " ")
    assert first == (
        "CN7 좌 / 우 · 미성형: 사출속도 최대가 53 mm/s 이하일 때 "
        "불량률이 12.1%로, 그 밖의 0.052%보다 뚜렷하게 높습니다."
    )


def test_a_disguised_finding_is_never_the_answer_while_there_is_another(given: Given) -> None:
    result = given("mixed")
    result["document"]["strata"][0]["causes"][0]["warnings"] = ["leakage"]
    result["document"]["strata"][0]["causes"][1]["warnings"] = ["period"]
    assert text(result, "ko").startswith("CN7 좌 / 우 · 초기허용불량: 증명되지는 않았지만")


def test_a_disguised_finding_that_stands_alone_is_told_with_its_doubt(given: Given) -> None:
    result = given("mixed")
    result["document"]["strata"] = [result["document"]["strata"][1]]
    said = text(result, "ko").split("\n\n")[0].replace("\n  ", " ").replace("\n", " ")
    assert "원인은 아닐 수 있습니다" in said
    assert "그날의 차이일 수 있습니다" in said


def test_a_guess_of_what_is_bad_is_told_below_the_answer(given: Given) -> None:
    head = text(given("mixed"), "ko").split("\n\n")[0]
    assert head.endswith(
        "? 추정: ‘판정’ 열이 ‘불량’인 제품을 불량으로 보았습니다. "
        "틀렸으면 열이나 값을 지정해 주세요."
    )


def test_what_a_person_said_is_bad_is_no_guess(given: Given) -> None:
    result = given("none")
    result["document"]["input"]["guessed"] = {"time": "생산시각"}
    assert "Guessed" not in text(result, "en")


def test_a_guessed_column_without_a_bad_value_is_told_alone(given: Given) -> None:
    result = given("no_bad_rows")
    result["document"]["target"]["bad"] = []
    result["document"]["input"]["guessed"] = {"target": "판정"}
    assert "? Guessed: the inspection result stands in 판정." in text(result, "en")


def test_encoding_and_separator_are_named_once_and_in_words(given: Given) -> None:
    result = given("none")
    result["document"]["input"]["guessed"] = {"encoding": "cp949", "delimiter": ","}
    said = text(result, "ko")
    assert "  문자 인코딩: cp949 (추정)\n  열 구분 문자: 쉼표 (추정)\n" in said
    assert said.count("cp949") == 1


@pytest.mark.parametrize(
    ("bad", "why"), [(0, "불량이 한 건도 없어"), (400, "모두 불량이라 비교할 양품이 없습니다")]
)
@pytest.mark.parametrize("verdict", ["none", "not_enough_data"])
def test_more_data_is_not_asked_for_where_there_is_nothing_to_compare(
    given: Given, bad: int, why: str, verdict: str
) -> None:
    result = given("not_enough_data")
    result["document"]["strata"][0] |= {"bad": bad, "verdict": verdict}
    said = text(result, "ko")
    assert said.startswith("양품과 불량이 함께 있는 묶음이 없어 비교할 것이 없습니다.")
    assert "■ 전체 제품 — 비교할 것 없음" in said
    assert why in said
    assert "더 필요합니다" not in said
    assert "믿을 만한" not in said


@pytest.mark.parametrize("told", [True, False])
def test_without_a_column_there_is_nothing_to_compare(given: Given, told: bool) -> None:
    result = given("none")
    document = result["document"]
    if told:
        document["strata"][0]["warnings"] = ["no_columns"]
    else:
        names = [c["name"] for c in result["understanding"]["columns"]]
        aside = [{"column": name, "reason": "constant"} for name in names]
        document["input"]["columns_set_aside"] = aside
    said = text(result, "en")
    sentence = (
        "No column is left to compare the parts by; see which columns were set aside, and why."
    )
    assert said.startswith(sentence + "\n")
    assert "All parts — Nothing to compare" in said
    assert said.count(sentence) == 2  # the answer, and the group
    assert "no reliable cause" not in said.lower()


@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_no_line_is_wider_than_asked(given: Given, lang: str, width: int) -> None:
    assert max(columns(line) for line in text(given("mixed"), lang, width).splitlines()) <= width


def test_rows_read_are_rows_used_and_rows_set_aside(given: Given) -> None:
    assert "읽은 행 5,232 = 쓴 행 5,198 + 뺀 행 34." in text(given("mixed"), "ko")


def test_counts_that_do_not_add_up_are_not_hidden(given: Given) -> None:
    result = given("mixed")
    result["document"]["input"]["rows_used"] -= 1
    assert "These counts do not add up: 5,232 rows read" in text(result, "en")


def test_unknown_codes_are_shown_and_break_nothing(given: Given) -> None:
    result = given("mixed")
    result["document"]["warnings"].append("new_warning")
    result["document"]["input"]["set_aside"][0]["reason"] = "new_reason"
    result["document"]["strata"][0]["causes"][0]["warnings"] = ["newer_warning"]
    result["document"]["strata"][3]["verdict"] = "new_verdict"
    said = text(result, "ko")
    for code in ("new_warning", "new_reason", "newer_warning", "new_verdict"):
        assert code in said


def test_what_is_still_needed_is_said_in_numbers(given: Given) -> None:
    assert "bad parts: 11, separate incidents: 9." in text(given("not_enough_data"), "en")


def test_control_characters_of_a_file_do_not_reach_the_terminal(given: Given) -> None:
    result = given("mixed")
    result["document"]["strata"][0]["where"] = {"품명": ["\x1b[31mCN7\r\nX"]}
    assert "\x1b" not in text(result, "ko")
    assert "\r" not in text(result, "ko")


def test_a_korean_letter_takes_two_columns() -> None:
    assert columns("불량 a") == 6
    assert list(wrapped("불량이 났다", 6)) == ["불량이", "났다"]


def test_a_word_wider_than_the_line_is_cut() -> None:
    assert list(wrapped("abcdefgh", 3)) == ["abc", "def", "gh"]
