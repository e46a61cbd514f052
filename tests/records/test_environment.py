"""Settings come from the environment; what is odd stops the start by name."""

from pathlib import Path

import pytest

from deungdae.records.environment import PREFIX, SETTINGS, Settings
from deungdae.records.errors import UnusableOption


def test_without_any_variable_the_defaults_hold() -> None:
    assert Settings.from_environment({}) == Settings(
        Path(".deungdae"), 6 * 1024**3, "Asia/Seoul", "en"
    )


def test_every_variable_is_taken() -> None:
    told = {
        "DEUNGDAE_HOME": "/srv/등대",
        "DEUNGDAE_RUN_MEMORY": "900 MiB",
        "DEUNGDAE_TIME_ZONE": "Asia/Ho_Chi_Minh",
        "DEUNGDAE_LANG": "ko",
    }
    assert set(told) == {setting.name for setting in SETTINGS}
    assert Settings.from_environment({**told, "PATH": "/bin"}) == Settings(
        Path("/srv/등대"), 900 * 1024**2, "Asia/Ho_Chi_Minh", "ko"
    )


def test_an_empty_variable_counts_as_absent() -> None:
    empty = {setting.name: " " for setting in SETTINGS}
    assert Settings.from_environment(empty) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("text", "count"),
    [("6GiB", 6 << 30), ("6gib", 6 << 30), ("1.5 GiB", 3 << 29), ("2GB", 2 * 10**9),
     ("268435456", 256 << 20), ("268435456 B", 256 << 20)],
)  # fmt: skip
def test_memory_is_read_with_its_unit(text: str, count: int) -> None:
    assert Settings.from_environment({"DEUNGDAE_RUN_MEMORY": text}).run_memory_bytes == count


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_ALL": "ko"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "DEUNGDAE_LANG": "en"}, "en"),
        ({"LANG": "de_DE"}, "en"),
    ],
)
def test_the_language_follows_the_system_unless_told(
    variables: dict[str, str], language: str
) -> None:
    assert Settings.from_environment(variables).language == language


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEUNGDAE_HOEM", "x", "DEUNGDAE_HOEM is not known"),
        ("DEUNGDAE_RUN_MEMORY", "much", "DEUNGDAE_RUN_MEMORY is much; it must be a size"),
        ("DEUNGDAE_RUN_MEMORY", "6 GiBs", "must be a size"),
        ("DEUNGDAE_RUN_MEMORY", "-6GiB", "must be a size"),
        ("DEUNGDAE_RUN_MEMORY", "6", "must be at least 256MiB"),
        ("DEUNGDAE_TIME_ZONE", "Korea/Seoul", "DEUNGDAE_TIME_ZONE is Korea/Seoul"),
        ("DEUNGDAE_TIME_ZONE", "../etc/passwd", "must be a time zone"),
        ("DEUNGDAE_TIME_ZONE", "Asia", "must be a time zone"),
        ("DEUNGDAE_LANG", "kr", "DEUNGDAE_LANG is kr; it must be ko or en"),
    ],
)
def test_an_odd_variable_stops_the_start_by_name(name: str, value: str, sentence: str) -> None:
    with pytest.raises(UnusableOption, match=sentence):
        Settings.from_environment({name: value})


def test_each_setting_says_what_it_is() -> None:
    for setting in SETTINGS:
        assert setting.name.startswith(PREFIX)
        assert setting.default and setting.sentence.endswith(".")
