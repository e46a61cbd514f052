"""`deungdae capability` and `deungdae gauge` as a person types them."""

import csv
import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from deungdae.cli import main
from deungdae.cli.capability import specs
from deungdae.records.errors import UnusableOption


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEUNGDAE_HOME", str(tmp_path / "home"))


def shafts(folder: Path) -> str:
    values = np.random.default_rng(1).normal(10, 0.05, 120)
    file = folder / "shafts.csv"
    file.write_text("\n".join(["외경(mm)", *(f"{v:.3f}" for v in values)]), encoding="utf-8")
    return str(file)


def test_capability_prints_its_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--spec", "외경(mm)=9.8..10.2", "--target", "외경(mm)=10", "--size", "5"]
    done = main(["capability", shafts(tmp_path), *arguments, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert done == 0
    assert (document["method"], document["size"]) == ("capability", 5)
    result = document["results"][0]
    assert result["unit"] == "mm"
    assert result["spec"] == {"lower": 9.8, "upper": 10.2, "target": 10.0, "boundary": None}


def test_capability_writes_its_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    done = main(["capability", shafts(tmp_path), "--spec", "외경(mm)=..10.2", "--lang", "ko",
                 "--out", str(out)])  # fmt: skip
    assert done == 0
    assert "Ppk" in capsys.readouterr().out
    assert {f.name for f in out.iterdir()} == {"report.html", "report.pdf", "report.xlsx"}
    assert "공정능력" in (out / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--spec"),
        (["--spec", "외경(mm)=9.8-10.2"], "LSL..USL"),
        (["--spec", "내경=1..2"], "내경"),
        (["--spec", "외경(mm)=a..2"], "not a number"),
    ],
)
def test_limits_that_make_no_sense_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["capability", shafts(tmp_path), *arguments, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err


def test_limits_are_read_with_open_sides_and_odd_names() -> None:
    found = specs(["a=b=1..2", '"x, y"=..5.2', "z=-1.5.."], ["z=0"], ['"x, y"=0'])
    assert found == {
        "a=b": {"lower": 1.0, "upper": 2.0},
        "x, y": {"upper": 5.2, "boundary": 0.0},
        "z": {"lower": -1.5, "target": 0.0},
    }
    with pytest.raises(UnusableOption, match="has no limits"):
        specs([], ["z=0"], [])


def test_a_sheet_is_written_filled_and_analysed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "study.csv"
    size = ["--parts", "5", "--operators", "2", "--trials", "2"]
    assert main(["gauge", "template", "crossed", *size, "--lang", "ko", "--out", str(sheet)]) == 0
    with sheet.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    rng = np.random.default_rng(2)
    for row in rows:
        row["측정값"] = f"{float(row['부품']) + rng.normal(0, 0.05):.3f}"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    capsys.readouterr()
    assert main(["gauge", str(sheet), "--tolerance", "5", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["study"], document["verdict"]) == ("crossed", "acceptable")
    assert document["columns"]["value"] == "측정값"


def test_a_sheet_for_excel_has_empty_cells_to_fill(tmp_path: Path) -> None:
    file = tmp_path / "study.xlsx"
    assert main(["gauge", "template", "attribute", "--parts", "3", "--out", str(file)]) == 0
    page = openpyxl.load_workbook(file).active
    assert page is not None
    rows = list(page.iter_rows(values_only=True))
    assert len(rows) == 1 + 3 * 3 * 3
    assert rows[1][-1] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["template"], "STUDY"),
        (["template", "crossed", "--out", "x.pdf"], ".xlsx or .csv"),
        (["template", "crossed", "--trials", "1", "--out", "x.csv"], "--trials"),
        (["missing.csv"], "There is no file"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["gauge", *arguments, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err
