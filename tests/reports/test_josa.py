"""Particles fit the word before them as a Korean reader would say it."""

import pytest

from deungdae.reports.josa import fit


@pytest.mark.parametrize(
    ("word", "both", "right"),
    [
        ("사출속도", "이(가)", "가"),
        ("보압", "이(가)", "이"),
        ("금형온도 3", "은(는)", "은"),  # 삼
        ("금형온도 2", "은(는)", "는"),  # 이
        ("설비", "을(를)", "를"),
        ("원인", "을(를)", "을"),
        ("토크", "과(와)", "와"),
        ("회전수·압력", "과(와)", "과"),
        ("서울", "(으)로", "로"),  # ㄹ takes 로
        ("부산", "(으)로", "으로"),
        ("1", "(으)로", "로"),  # 일
        ("10", "(으)로", "으로"),  # 십
        ("1,000", "이(가)", "이"),  # 천
        ("4.5", "이(가)", "가"),  # 오
        ("12.1%", "(으)로", "로"),  # 퍼센트
        ("53 mm/s", "이(가)", "가"),  # 밀리미터
        ("3 kg", "이(가)", "이"),  # 킬로그램
        ("30 rpm", "을(를)", "을"),  # 알피엠
        ("220 °C", "은(는)", "는"),  # 도
        ("CN7", "이(가)", "이"),  # 칠
        ("RPM", "이(가)", "이"),  # 엠
        ("PLC", "이(가)", "가"),  # 시
        ("PART_NAME", "이(가)", "이"),  # 네임: long enough to be read as a word
        ("Clamp", "이(가)", "가"),
        ("Time", "이(가)", "이"),  # 타임
        ("nozzle", "(으)로", "로"),  # 노즐
        ("사출속도 최대(mm/s)", "이(가)", "가"),  # what is in brackets is not read
        ("압력 (bar)", "은(는)", "은"),
        ("", "은(는)", "는"),
        ("???", "은(는)", "는"),
    ],
)
def test_a_particle_fits_the_sound_at_the_end_of_the_word(word: str, both: str, right: str) -> None:
    assert fit(word, both + " 다음") == right + " 다음"


def test_a_closing_quotation_mark_may_stand_between_word_and_particle() -> None:
    assert fit("보압", "’을(를) 낮추세요") == "’을 낮추세요"


def test_text_without_a_particle_is_left_alone() -> None:
    assert fit("보압", " 이(가) 아니라") == " 이(가) 아니라"
