"""Words speak the reader's language and write numbers and times the reader's way."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from deungdae.records.errors import RunFailed, UnusableOption
from deungdae.records.messages import Message
from deungdae.reports.codes import ROWS, TABLES, spoken
from deungdae.reports.words import Words

KST = ZoneInfo("Asia/Seoul")


def test_a_sentence_is_said_in_korean_with_its_particle() -> None:
    said = Words("ko").say("{name} is at most {high}", name="보압", high="53 bar")
    assert said == "보압이 53 bar 이하"


def test_the_same_sentence_is_said_in_english() -> None:
    said = Words("en").say("{name} is at most {high}", name="pressure", high="53 bar")
    assert said == "pressure is at most 53 bar"


def test_the_sentence_of_an_error_is_said_in_korean() -> None:
    error = UnusableOption("{option}: there is no column {column}. The table has: {columns}.",
                           option="--target", column="불량", columns="판정, 시각")  # fmt: skip
    assert Words("ko").say_message(error.message) == (
        "--target: 불량 열이 없습니다. 표에 있는 열: 판정, 시각."
    )


def test_a_sentence_without_translation_is_said_in_english() -> None:
    error = RunFailed("Nobody translated {this}.", this="sentence")
    assert Words("ko").say_message(error.message) == "Nobody translated sentence."


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert Words("ko").say_message(Message("{a} = {b}", {"a": "{b}", "b": "{{x}}"})) == (
        "{b} = {{x}}"
    )


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(UnusableOption, match="“de”"):
        Words("de")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (53.0, "53"),
        (12345.0, "12,345"),
        (1234567.0, "1,234,567"),
        (0.123456, "0.1235"),
        (24.123456, "24.12"),
        (-3.5, "-3.5"),
        (0.0, "0"),
        (float("inf"), "∞"),
    ],
)
def test_a_number_keeps_its_whole_digits_and_few_others(number: float, written: str) -> None:
    assert Words("ko").number(number) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (10 / 41, "24.4%"),
        (0.0, "0%"),
        (1.0, "100%"),
        (0.1, "10%"),
        (0.00052, "0.052%"),
        (0.5, "50%"),
        (0.9998, "99.98%"),
    ],
)
def test_a_share_is_written_as_a_percentage(share: float, written: str) -> None:
    assert Words("en").percent(share) == written


def test_a_time_is_shown_on_the_clocks_of_its_zone() -> None:
    moment = datetime(2026, 9, 30, 15, 12, tzinfo=UTC)
    assert Words("ko").time(moment, KST) == "2026년 10월 1일 00:12 (KST)"
    assert Words("en").time(moment, KST) == "Oct 1, 2026, 00:12 (KST)"


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_code_has_a_sentence_in_both_languages(lang: str) -> None:
    words = Words(lang)
    for table in TABLES.values():
        for code in table:
            said = spoken(words, table, code)
            assert said
            assert said != code
            hangul = any("가" <= letter <= "힣" for letter in said)
            assert hangul == (lang == "ko")


def test_an_unknown_code_is_shown_as_it_stands() -> None:
    assert spoken(Words("ko"), ROWS, "eaten_by_the_dog") == "eaten_by_the_dog"


def test_every_code_of_the_document_has_a_sentence() -> None:
    promised = {
        "rows": "subtotal repeated_header empty ragged note_row target_missing target_unknown "
        "duplicate stratum_too_small",
        "columns": "empty constant dead mostly_missing identifier serial time text "
        "after_inspection target reason stratum ignored duplicate_of",
        "cause_warnings": "period shift lot product cavity leakage few_episodes one_period drift "
        "not_later sentinel unstable",
        "data_warnings": "drift few_episodes one_period no_time sentinel dropouts duplicates "
        "no_bad_rows all_bad target_guessed bad_guessed shots sampled cavity autocorrelation",
        "verdicts": "clear suspected none not_enough_data",
        "verdict_sentences": "clear suspected none not_enough_data",
    }
    for table, codes in promised.items():
        assert set(codes.split()) <= set(TABLES[table]), table


def test_values_that_begin_alike_are_named_together() -> None:
    words = Words("ko")
    assert words.alternatives(["CN7 LH", "CN7 RH"]) == "CN7 LH / RH"
    assert words.alternatives(["RG3 W/SHLD, LH", "RG3 W/SHLD, RH"]) == "RG3 W/SHLD, LH / RH"
    assert words.alternatives(["A", "A B"]) == "A / A B"
    assert words.alternatives(["CN7 LH"]) == "CN7 LH"


@pytest.mark.parametrize(
    ("ratio", "written"), [(1.0, "1"), (5.43, "5.4"), (48.7, "49"), (1972.0, "2,000")]
)
def test_a_ratio_is_told_in_two_digits(ratio: float, written: str) -> None:
    assert Words("ko").times(ratio) == written
