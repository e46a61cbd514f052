"""Experiments as runs: from a stored table of causes to a plan, from an uploaded sheet to it."""

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from deungdae import runs
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.reports.experiment.sheet import workbook_of
from deungdae.reports.words import Words

PLAN: dict[str, Any] = {
    "factors": [{"name": "속도", "bad": 45.0, "good": 60.0}],
    "baseline": 0.3,
    "promised": 0.05,
    "options": {"replicates": 3, "parts": 50},
    "seed": 4,
}


def carried_out(home: Path, job: str, params: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = runs.run(home, job, 1, params, memory_bytes=2_000_000_000).result
    return result


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def plan(home: Path) -> dict[str, Any]:
    document: dict[str, Any] = carried_out(home, "experiment-plan", PLAN)["document"]
    return document


@pytest.fixture
def filled(plan: dict[str, Any], tmp_path: Path) -> Path:
    """The workbook of the plan, filled: 40 % bad at 45, 4 % at 60."""
    book = openpyxl.load_workbook(BytesIO(workbook_of(plan, Words("ko"))))
    page = book.worksheets[0]
    header = next(row for row in page.iter_rows() if row[0].value == "실험 번호")
    parts = next(cell.column for cell in header if cell.value == "생산수")
    for y, run in enumerate(plan["runs"], header[0].row + 1):
        page.cell(y, parts, 50)
        page.cell(y, parts + 1, 20 if run["coded"] == [1] else 2)
    path = tmp_path / "기록.xlsx"
    book.save(path)
    return path


def test_an_uploaded_sheet_is_analysed_from_its_original(
    home: Path, filled: Path, plan: dict[str, Any]
) -> None:
    params = {"path": str(filled), "time_zone": "Asia/Seoul"}
    table = carried_out(home, "import", params)["table"]

    found = carried_out(home, "experiment", {"table": table, "options": {}, "seed": 0})

    assert found["document"]["plan"]["id"] == plan["id"]
    assert found["document"]["findings"][0]["verdict"] == "confirmed"
    assert found["figures"]["main"][0]["factor"] == "속도"


def test_a_sheet_is_analysed_from_its_path_and_kept(home: Path, filled: Path) -> None:
    found = carried_out(home, "experiment", {"path": str(filled)})

    sha256 = found["document"]["input"]["sha256"]
    assert (home / "originals" / sha256[:2] / sha256 / "기록.xlsx").is_file()


def test_the_sheet_of_another_plan_is_refused(home: Path, filled: Path) -> None:
    other = carried_out(home, "experiment-plan", {**PLAN, "seed": 5})["document"]

    with pytest.raises(UnusableFile, match="This sheet belongs to the experiment"):
        carried_out(home, "experiment", {"path": str(filled), "plan": other})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"options": {"colour": 1}}, "no parameter colour"),
        ({"factors": [{"name": "a"}]}, "A factor needs a name and two levels"),
        ({"factors": []}, "at least one factor"),
        ({"promised": None}, "needs the parameter promised"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    home: Path, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UnusableOption, match=sentence):
        carried_out(home, "experiment-plan", {**PLAN, **changed})
