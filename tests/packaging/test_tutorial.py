"""The tutorial is typed here as it stands there, and its figures are those of the report."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial-commands.md").read_text("utf-8")
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    """Return the code blocks of the tutorial in one language; shell commands have none."""
    return re.findall(rf"^```{language}\n(.*?)^```", TUTORIAL, re.MULTILINE | re.DOTALL)


def type_in(folder: Path, *command: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DEUNGDAE_")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the tutorial printed, typed one after another in one folder."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(BIN)
    commands = [line for block in blocks("") for line in block.splitlines()]
    assert len(commands) == 3
    output = {command: type_in(folder, "sh", "-c", command) for command in commands}
    assert (folder / ".deungdae" / "tutorial" / "report.html").stat().st_size > 1000
    assert (folder / ".deungdae" / "tutorial" / "report.pdf").read_bytes().startswith(b"%PDF-")
    (script,) = blocks("python")
    return output | {"python": type_in(folder, sys.executable, "-c", script)}


def test_the_report_says_what_the_tutorial_says(printed: dict[str, str]) -> None:
    (document,) = [json.loads(text) for command, text in printed.items() if "--json" in command]
    said = {
        (stratum["reason"], product[:-3]): (str(stratum["bad"]), stratum["verdict"])
        for stratum in document["strata"]
        for product in stratum["where"]["품명"]
    }
    rows = re.findall(r"^\| (\S+) \([^)]+\), ([^|]+?) \| (\d+) \|[^|]+\| (\w+) \|$", TUTORIAL, re.M)
    assert len(rows) == 5
    assert {(reason, product): (bad, verdict) for reason, product, bad, verdict in rows} == {
        key: value for key, value in said.items() if key[0] is not None
    }
    set_aside = {entry["reason"]: entry["rows"] for entry in document["input"]["set_aside"]}
    assert set_aside["subtotal"] == 19
    assert set_aside["duplicate"] == 6
    assert set_aside["target_missing"] == 7
    assert document["input"]["rows_read"] == document["input"]["rows_used"] + sum(
        set_aside.values()
    )


def test_the_decoy_is_named_with_its_warning(printed: dict[str, str]) -> None:
    (document,) = [json.loads(text) for command, text in printed.items() if "--json" in command]
    (spots,) = [s for s in document["strata"] if s["reason"] == "흑점"]
    assert [c["columns"] for c in spots["causes"]] == [["금형온도2"]]
    assert "period" in spots["causes"][0]["warnings"]


def test_without_its_twin_the_setting_itself_is_named(printed: dict[str, str]) -> None:
    (english,) = [text for command, text in printed.items() if "--lang en" in command]
    assert "사출속도" in english


def test_the_script_prints_one_line_a_stratum(printed: dict[str, str]) -> None:
    lines = printed["python"].splitlines()
    assert any("미성형 clear" in line for line in lines)
    assert any("긁힘 none" in line for line in lines)
