"""`deungdae spc` as a person types it: its output, its files and its exit status."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
import typed_here


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A thickness that is thicker from row 61 on, when the mould changes."""
    values = np.random.default_rng(4).normal(12, 0.02, 100)
    values[60:] += 0.06
    lines = ["두께(mm),금형,표본"]
    lines += [f"{v:.4f},{'A' if i < 60 else 'B'},{i // 5 + 1}" for i, v in enumerate(values)]
    path = tmp_path / "thickness.csv"
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return path


def typed(folder: Path, *words: str) -> "CompletedProcess[str]":
    return typed_here.typed(folder, "spc", *words)


def test_the_json_document_holds_what_was_asked_for(table: Path) -> None:
    done = typed(
        table.parent, table.name, "--column", "두께(mm)", "--subgroup", "표본", "--json",
        "--baseline", "1-10", "--rules", "nelson", "--leave-out", "3=power cut",
        "--spec", "두께(mm)=11.9..12.1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert (document["method"], document["version"]) == ("spc", 1)
    (chart,) = document["charts"]
    assert (chart["chart"], chart["verdict"]) == ("xbar-r", "out_of_control")
    assert chart["rules"] == [f"n{i}" for i in range(1, 9)]
    assert chart["baseline"]["points"] == 9
    assert chart["baseline"]["left_out"][0]["reason"] == "power cut"
    assert chart["spec"]["lower"] == 11.9
    assert chart["signals"][-1]["last"] == 20


def test_the_reports_are_written_in_the_language_asked_for(table: Path) -> None:
    done = typed(table.parent, table.name, "--baseline", "1-60", "--lang", "ko", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert "관리이탈" in done.stdout
    for kind in ("html", "pdf", "xlsx"):
        assert (table.parent / "out" / f"report.{kind}").stat().st_size > 5_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--chart", "pie"], "there is no chart pie"),
        (["--leave-out", "3"], "gives no reason"),
        (["--spec", "두께=thick"], "is not of the form"),
        (["--rules", "x1"], "there is no rule x1"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    table: Path, words: list[str], sentence: str
) -> None:
    done = typed(table.parent, table.name, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""
