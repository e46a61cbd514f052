"""Kinds of results on the command line: told, guessed, derived from limits, and refused."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
import typed_here


def run(folder: Path, *words: str) -> "CompletedProcess[str]":
    return typed_here.typed(folder, "causes", "widths.csv", *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    pressure = rng.normal(100, 8, 900)
    width = 10 + rng.normal(0, 0.4, 900) + (pressure > 110)
    lines = ["압력(bar),온도(℃),width"]
    lines += [
        f"{p:.2f},{t:.2f},{w:.3f}"
        for p, t, w in zip(pressure, rng.normal(200, 3, 900), width, strict=True)
    ]
    (tmp_path / "widths.csv").write_text("\n".join(lines), "utf-8")
    return tmp_path


def test_a_measured_result_is_reported_in_korean_with_its_window(folder: Path) -> None:
    done = run(folder, "--target", "width", "--worse", "high", "--lang", "ko", "--out", "out")

    assert done.returncode == 0, done.stderr
    assert "width의 평균은" in done.stdout and "권장: 압력(bar)이" in done.stdout
    assert "권장 운전 범위" in (folder / "out" / "report.html").read_text("utf-8")
    assert (folder / "out" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_limits_make_defects_and_keep_the_measured_view(folder: Path) -> None:
    done = run(folder, "--spec", "width=9..11", "--json")

    document = json.loads(done.stdout)
    assert document["target"]["spec"] == [9.0, 11.0]
    assert {s["kind"] for s in document["strata"]} == {"pass_fail", "number"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--spec", "width"), "write COLUMN=LSL..USL"),
        (("--target", "width", "--worse", "wide"), "high, low, away or away=x"),
        (("--target", "width", "--kind", "number", "--bad", "9"), "--bad does not fit"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    folder: Path, words: tuple[str, ...], says: str
) -> None:
    done = run(folder, *words, "--lang", "en")

    assert done.returncode == 2
    assert says in done.stderr and done.stderr.count("\n") == 1
