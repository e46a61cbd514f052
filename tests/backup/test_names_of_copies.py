"""A copy is named after its moment, so that two of one second stand beside each other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deungdae.backup import manifest, taking
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption

NIGHT = datetime(2026, 11, 22, 3, 0, 0, 250_999, UTC)


def settings_of(home: Path) -> Settings:
    home.mkdir()
    (home / "note.txt").write_text("kept", "utf-8")
    return Settings.from_environment({"DEUNGDAE_HOME": str(home)})


def test_a_name_tells_the_moment_to_the_millisecond() -> None:
    assert manifest.name_of(NIGHT) == "2026-11-22T030000.250Z"
    assert manifest.moment_of("2026-11-22T030000.250Z") == NIGHT.replace(microsecond=250_000)


def test_names_stand_in_the_order_of_time_those_to_the_second_too(tmp_path: Path) -> None:
    for name in ("2026-11-22T030000.250Z", "2026-11-22T030000Z", "2026-11-21T030000Z", "notes"):
        (tmp_path / f"{name}.json").write_text("{}", "utf-8")
    assert manifest.names(tmp_path) == [
        "2026-11-21T030000Z",
        "2026-11-22T030000Z",
        "2026-11-22T030000.250Z",
    ]


def test_two_copies_of_one_second_are_both_kept_and_one_of_an_earlier_moment_is_refused(
    tmp_path: Path,
) -> None:
    settings, copies = settings_of(tmp_path / "home"), tmp_path / "copies"
    taking.take(settings, copies, NIGHT)
    taking.take(settings, copies, NIGHT + timedelta(milliseconds=500))
    assert manifest.names(copies) == ["2026-11-22T030000.250Z", "2026-11-22T030000.750Z"]
    with pytest.raises(UnusableOption, match=r"or later already: 2026-11-22T030000\.750Z"):
        taking.take(settings, copies, NIGHT + timedelta(milliseconds=100))
    assert len(manifest.names(copies)) == 2
