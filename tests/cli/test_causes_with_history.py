"""`deungdae causes --history` as a person types it: the machines' data joined to an inspection."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import typed_here
from history_of_parts import (
    HEATER,
    ORGANISATION,
    inspection,
    made_at,
    points,
    signals,
    store,
    verdicts,
)

from deungdae.cli.joining import seconds
from deungdae.records.errors import UnusableOption

SECONDS = 6 * 3600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with history, and the inspection of six hours beside it."""
    folder = tmp_path_factory.mktemp("shell")
    shown = signals(SECONDS, seed=21)
    store(folder / "home", *(points(tag, values) for tag, values in shown.items()))
    made = made_at(SECONDS)
    inspection(folder / "검사.csv", made, verdicts(shown[HEATER], made))
    return folder


def typed(folder: Path, *words: str) -> "CompletedProcess[str]":
    return typed_here.typed(folder, "causes", "검사.csv", *words)


def test_the_heater_is_named_as_the_cause(folder: Path) -> None:
    done = typed(folder, "--history", "line2/imm1/*", "--delay", "2min", "--json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    [stratum] = document["strata"]
    assert stratum["causes"][0]["columns"] == [f"{HEATER} · mean"]
    assert stratum["causes"][0]["conditions"][0]["min"] == pytest.approx(240, abs=0.5)
    assert document["input"]["rows_read"] == len(made_at(SECONDS))


def test_the_report_says_what_was_joined(folder: Path) -> None:
    done = typed(
        folder, "--history", "all", "--window", "1min", "--delay", "120", "--out", "report",
        "--lang", "ko", "--organisation", ORGANISATION,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert f"{HEATER}(직전 1분 평균)" in told
    assert "설비 데이터: 제품마다 직전 1분, ‘검사일시’ 시각보다 2분 전에 만든 것으로 봄" in told
    page = (folder / "report" / "report.html").read_text("utf-8")
    assert f"{HEATER}(직전 1분 평균)" in page and " · mean" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--delay", "2min"], "--delay needs --history"),
        (["--history", "all", "--delay", "soon"], "write a time such as 30s, 5min or 2h"),
        (["--history", "all", "--lot", "line2/lot"], "Write --lot TAG=COLUMN"),
        (["--history", "line9/*"], "No tag with numbers has one of these names: line9/*"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(folder: Path, words: list[str], said: str) -> None:
    done = typed(folder, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_without_history_says_so(tmp_path: Path) -> None:
    inspection(tmp_path / "검사.csv", [100, 200], ["OK", "NG"])
    done = typed(tmp_path, "--history", "all")
    assert (done.returncode, "There is no history of machines" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "found"),
    [("30", 30), ("30s", 30), ("5 min", 300), ("5m", 300), ("2h", 7200), ("250ms", 0.25)],
)
def test_lengths_of_time_are_read_as_people_write_them(text: str, found: float) -> None:
    assert seconds(text, "--window") == found


@pytest.mark.parametrize("text", ["", "s", "30 parsec", "1h30", "-"])
def test_other_texts_are_no_length_of_time(text: str) -> None:
    with pytest.raises(UnusableOption):
        seconds(text, "--window")
