"""`deungdae experiment` as a person types it, from the cause to the verdict."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import typed_here

CAUSE = {
    "rank": 1, "columns": ["speed"],
    "conditions": [
        {"columns": ["speed"], "op": "value", "min": None, "max": 53.0, "outside": False,
         "levels": None}
    ],
    "rate_inside": 0.3, "rate_outside": 0.02, "n_inside": 100, "n_outside": 300,
    "risk_ratio": 15.0, "ci95": [6.0, 40.0], "warnings": [],
}  # fmt: skip
CAUSES: dict[str, Any] = {
    "method": "causes", "version": 1, "input": {"sha256": "ab"},
    "strata": [{"where": {}, "reason": None, "verdict": "clear", "causes": [CAUSE]}],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "causes.json").write_text(json.dumps(CAUSES), "utf-8")
    rows = [f"{s},{'NG' if s < 53 and s % 3 == 0 else 'OK'}" for s in (44, 45, 46, 60, 61, 62)] * 20
    (tmp_path / "press.csv").write_text("\n".join(["speed,result", *rows]), "utf-8")
    return tmp_path


def typed(folder: Path, *words: str) -> "CompletedProcess[str]":
    return typed_here.typed(folder, "experiment", *words)


def test_from_a_cause_to_the_sheet_and_from_the_filled_sheet_to_the_verdict(folder: Path) -> None:
    planned = typed(
        folder, "plan", "causes.json", "--table", "press.csv", "--replicates", "3",
        "--parts", "100", "--out", "plan", "--lang", "en",
    )  # fmt: skip
    assert planned.returncode == 0, planned.stderr
    assert "speed 45 → 61" in planned.stdout
    names = {"plan.json", "sheet.xlsx", "report.html", "report.pdf", "report.xlsx"}
    assert {p.name for p in (folder / "plan").iterdir()} == names
    plan = json.loads((folder / "plan" / "plan.json").read_text("utf-8"))
    lines = ["Run,speed,Parts made,Bad parts"]
    for run in plan["runs"]:
        bad = 30 if run["coded"] == [1] else 3
        lines.append(f"{run['run']},{run['settings']['speed']},100,{bad}")
    (folder / "filled.csv").write_text("\n".join(lines), "utf-8")

    analysed = typed(
        folder, "analyse", "filled.csv", "--plan", "plan/plan.json", "--json", "--lang", "en"
    )

    assert analysed.returncode == 0, analysed.stderr
    document = json.loads(analysed.stdout)
    assert document["findings"][0]["verdict"] == "confirmed"
    assert document["findings"][0]["link"]["rank"] == 1
    assert len(document["plan"]["input"]["sha256"]) == 64


def test_the_empty_sheet_says_that_too_few_runs_are_filled_in(folder: Path) -> None:
    typed(
        folder, "plan", "--factor", "speed=45..60", "--baseline-rate", "30%", "--reduce-to", "5%",
        "--replicates", "3", "--parts", "50", "--out", "plan", "--lang", "en",
    )  # fmt: skip

    analysed = typed(folder, "analyse", "plan/sheet.xlsx", "--lang", "ko")

    assert analysed.returncode == 0, analysed.stderr
    assert "판단 보류: 기입된 실험이 너무 적어" in analysed.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("plan",), "--baseline-rate is needed too."),
        (("plan", "--factor", "speed"), "--factor: speed is not of the form"),
        (("plan", "gone.json"), "There is no file gone.json."),
        (("plan", "press.csv"), "“press.csv” is no JSON document."),
        (("plan", "causes.json"), "The levels of “speed” are not known"),
        (("plan", "causes.json", "--factor", "a=1..2"), "not both"),
        (("analyse", "press.csv"), "does not say which experiment it belongs to"),
        (("analyse", "gone.xlsx"), "There is no file gone.xlsx."),
        (("power", "--rates", "4%", "4%"), "Two different rates"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = typed(folder, *words, "--lang", "en")

    assert done.returncode == 2
    assert sentence in done.stderr


def test_the_calculator_prints_three_tests_for_two_rates(folder: Path) -> None:
    done = typed(folder, "power", "--rates", "50%", "75%", "--parts", "50", "--lang", "en")

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[2] == "Normal approximation: 50 in each group, power 74%"  # R: 0.740
    assert lines[0].startswith("Fisher's exact test: 50 in each group, power 6")
    as_json = json.loads(typed(folder, "power", "--means", "1", "1", "--json").stdout)
    assert as_json["answers"] == [
        {"method": "t", "parts": 17, "power": pytest.approx(0.807, abs=1e-3)}
    ]
