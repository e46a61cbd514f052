"""What a reading may hold."""

import math

import pytest

from deungdae.records.readings import (
    BadReading,
    Quality,
    Reading,
    TagPath,
    Value,
    check_reading,
    finite,
    tag_path,
)

NOON = 1_764_000_000_000_000
MELT = TagPath("line1/imm3/melt")


@pytest.mark.parametrize(
    "text", ["melt", "1라인/사출3호기/수지 온도", "a/b/c/d/e/f/g/h", "가" * 85]
)
def test_a_tag_path_of_one_to_eight_parts_is_taken(text: str) -> None:
    assert tag_path(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "tag_empty"),
        ("/melt", "tag_empty"),
        ("line1//melt", "tag_empty"),
        ("line1/ /melt", "tag_empty"),
        ("a/b/c/d/e/f/g/h/i", "tag_parts"),
        ("line1/me\nlt", "tag_characters"),
        ("line1/me\0lt", "tag_characters"),
        ("line1/\ud800", "tag_characters"),
        ("가" * 86, "tag_length"),
    ],
)
def test_another_path_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadReading) as caught:
        tag_path(text)
    assert caught.value.reason == reason
    assert str(caught.value).isprintable()


def test_two_spellings_of_one_korean_word_are_one_tag() -> None:
    apart = "\u1112\u1161\u11ab"  # the three letters of 한, as some systems write them
    assert tag_path(f"line1/{apart}") == "line1/한"


@pytest.mark.parametrize("value", [1.5, -0.0, 0, (1 << 64) - 1, -(1 << 63), True, "", "a" * 65536])
def test_a_value_that_fits_is_kept(value: Value) -> None:
    reading = Reading(MELT, NOON, value)
    assert check_reading(reading) is reading


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "not_finite"),
        (-math.inf, "not_finite"),
        (1 << 64, "int_out_of_range"),
        (-(1 << 63) - 1, "int_out_of_range"),
        ("a" * 65537, "text_length"),
        ("\udcff", "text_characters"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(value: Value, reason: str) -> None:
    with pytest.raises(BadReading) as caught:
        check_reading(Reading(MELT, NOON, value))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("time_us", "received_us"),
    [(7_258_118_400_000_000, None), (-2_208_988_800_000_001, None), (NOON, 1 << 62)],
)
def test_a_time_outside_1900_to_2199_is_refused(time_us: int, received_us: int | None) -> None:
    with pytest.raises(BadReading) as caught:
        check_reading(Reading(MELT, time_us, 1.0, Quality.GOOD, received_us))
    assert caught.value.reason == "time_out_of_range"


def test_not_a_number_becomes_no_value_of_bad_quality() -> None:
    assert finite(math.nan, Quality.GOOD) == (None, Quality.BAD)
    assert finite(math.inf, Quality.UNCERTAIN) == (None, Quality.BAD)
    assert finite(2.5, Quality.UNCERTAIN) == (2.5, Quality.UNCERTAIN)
    assert finite("NaN", Quality.GOOD) == ("NaN", Quality.GOOD)


@pytest.mark.parametrize(
    ("status", "quality"),
    [
        (0x0000_0000, Quality.GOOD),
        (0x4090_0000, Quality.UNCERTAIN),  # UncertainLastUsableValue
        (0x8034_0000, Quality.BAD),  # BadNodeIdUnknown
        (0xC000_0000, Quality.BAD),  # reserved
    ],
)
def test_the_quality_of_opc_ua_is_in_its_two_highest_bits(status: int, quality: Quality) -> None:
    assert Quality.from_opcua(status) is quality


def test_the_qualities_of_sparkplug_are_mapped() -> None:
    told = [Quality.from_sparkplug(number) for number in (192, 500, 0, 7)]
    assert told == [Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.BAD]
