"""`deungdae causes` as a person types it: its output and its exit status.

The first is a process of its own, all others are carried out here: a run is a process in any case.
"""

import io
import json
import os
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typed_here


class Shell:
    """Carries out the command in an empty home folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return typed_here.typed(self.folder, *words, **settings)

    def process(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Start a process for it."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "LC_"))}
        return subprocess.run(
            [sys.executable, "-m", "deungdae.cli", *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**kept, "DEUNGDAE_HOME": str(self.folder / "home"), "LANG": "en_US.UTF-8"},
            timeout=120,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def press(rows: int = 1500) -> list[str]:
    """Lines of a table: scrap is 30 % above 110 bar and 1 % elsewhere."""
    rng = np.random.default_rng(1)
    pressure = rng.normal(100, 8, rows)
    bad = rng.random(rows) < np.where(pressure > 110, 0.3, 0.01)
    lines = ["압력(bar),온도(℃),판정"]
    for p, t, b in zip(pressure, rng.normal(200, 3, rows), bad, strict=True):
        lines.append(f"{p:.2f},{t:.2f},{'불량' if b else '양호'}")
    return lines


def written(folder: Path, lines: list[str], encoding: str = "utf-8") -> str:
    (folder / "press.csv").write_bytes("\n".join(lines).encode(encoding))
    return "press.csv"


def test_the_json_document_stands_alone_on_standard_output(shell: Shell, tmp_path: Path) -> None:
    done = shell.process("causes", written(tmp_path, press()), "--json")

    document: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0
    assert (document["method"], document["version"], document["seed"]) == ("causes", 1, 0)
    assert document["target"] == {"column": "판정", "kind": "pass_fail", "bad": ["불량"]}
    assert len(document["input"]["sha256"]) == 64
    assert document["input"]["rows_read"] == document["input"]["rows_used"] == 1500
    (stratum,) = document["strata"]
    assert stratum["verdict"] == "clear"
    assert stratum["causes"][0]["columns"] == ["압력(bar)"]


def test_the_same_file_gives_the_same_document_twice(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, press())

    first, second = shell("causes", file, "--json"), shell("causes", file, "--json")

    assert first.stdout == second.stdout


@pytest.mark.parametrize(
    ("lang", "words"), [("ko", "압력(bar)이 110"), ("en", "When 압력(bar) is above 110")]
)
def test_the_report_is_in_the_language_asked_for(
    shell: Shell, tmp_path: Path, lang: str, words: str
) -> None:
    done = shell("causes", written(tmp_path, press(), "cp949"), "--lang", lang)

    assert done.returncode == 0
    assert words in done.stdout
    assert done.stderr == ""


def test_the_page_is_written_where_asked_and_its_path_is_printed(
    shell: Shell, tmp_path: Path
) -> None:
    done = shell("causes", written(tmp_path, press()), "--out", "a/new/folder")

    page = tmp_path / "a" / "new" / "folder" / "report.html"
    assert done.returncode == 0
    assert "a/new/folder/report.html" in done.stdout
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_options_that_are_told_are_used_and_not_called_guessed(
    shell: Shell, tmp_path: Path
) -> None:
    done = shell(
        "causes", written(tmp_path, press()), "--json", "--target", "판정", "--bad", "불량,NG",
        "--ignore", "압력", "--by", "", "--seed", "5",
    )  # fmt: skip

    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["seed"] == 5
    assert not {"target", "bad", "by"} & set(document["input"]["guessed"])
    assert {"column": "압력(bar)", "reason": "ignored"} in document["input"]["columns_set_aside"]
    assert document["strata"][0]["causes"] == []


def test_a_name_with_a_comma_is_quoted(shell: Shell, tmp_path: Path) -> None:
    lines = press()
    lines[0] = '"압력, 최대",온도,판정'

    done = shell("causes", written(tmp_path, lines), "--json", "--ignore", '"압력, 최대",온도')

    reasons = {
        c["column"]: c["reason"] for c in json.loads(done.stdout)["input"]["columns_set_aside"]
    }
    assert reasons == {"압력, 최대": "ignored", "온도": "ignored"}


@pytest.mark.parametrize(("word", "warning"), [("양호", "no_bad_rows"), ("불량", "all_bad")])
def test_nothing_bad_or_nothing_good_is_a_report_and_no_error(
    shell: Shell, tmp_path: Path, word: str, warning: str
) -> None:
    lines = [line.rsplit(",", 1)[0] + f",{word}" for line in press(200)]
    lines[0] = "압력,온도,판정"
    file = written(tmp_path, lines)

    text, document = shell("causes", file), shell("causes", file, "--json")

    assert text.returncode == document.returncode == 0
    assert warning in json.loads(document.stdout)["warnings"]


@cache
def two_gigabytes_of_noughts() -> bytes:
    """A workbook that is small until it is unpacked; packing takes seconds."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(400):
                sheet.write(b"0" * 5_000_000)
    return packed.getvalue()


def zip_bomb(path: Path) -> None:
    path.write_bytes(two_gigabytes_of_noughts())


def oversized(path: Path) -> None:
    path.write_bytes(b"a,b\n1,2\n")
    os.truncate(path, 1_000_000_001)


BAD_FILES: dict[str, Any] = {
    "empty.csv": lambda p: p.write_bytes(b""),
    "junk.csv": lambda p: p.write_bytes(bytes(range(256)) * 400),
    "junk.xlsx": lambda p: p.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40),
    "picture.xlsx": lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 500),
    "text.csv": lambda p: p.write_text("그냥 글입니다.\n표가 아닙니다.\n", "utf-8"),
    "one-column.csv": lambda p: p.write_text("값\n" + "1\n" * 50, "utf-8"),
    "bomb.xlsx": zip_bomb,
    "large.csv": oversized,
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    shell: Shell, tmp_path: Path, name: str, lang: str
) -> None:
    BAD_FILES[name](tmp_path / name)

    done = shell("causes", name, "--lang", lang, "--json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert any("가" <= letter <= "힣" for letter in done.stderr) == (
        lang == "ko" or name in ("one-column.csv", "text.csv")  # these quote the file
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv",), "nowhere.csv"),
        ((".",), "folder"),
        (("press.csv", "--target", "없음"), "--target"),
        (("press.csv", "--bad", "폐기"), "--bad"),
        (("press.csv", "--time", "압력"), "--time"),
        (("press.csv", "--sheet", "7월"), "7월"),
        (("press.csv", "--seed", "-1"), "--seed"),
        (("press.csv", "--lang", "fr"), "--lang"),
        (("press.csv", "--colour"), "--colour"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_by_name(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    written(tmp_path, press(60))

    done = shell("causes", *words)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_an_unknown_setting_stops_the_start_by_name(shell: Shell, tmp_path: Path) -> None:
    done = shell("causes", written(tmp_path, press(60)), DEUNGDAE_COLOUR="red")

    assert done.returncode == 2
    assert "DEUNGDAE_COLOUR" in done.stderr


def test_too_little_memory_is_said_with_what_to_do(shell: Shell, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(1_000, 30)).round(4).tolist()
    head = ",".join(f"c{i}" for i in range(30)) + ",판정\n"
    thousand = "".join(",".join(map(str, row)) + ",OK\n" for row in rows)
    (tmp_path / "wide.csv").write_text(head + thousand * 200, "utf-8")

    done = shell("causes", "wide.csv", DEUNGDAE_RUN_MEMORY="256MiB")

    assert done.returncode == 1
    assert "memory" in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "wide.csv").stat().st_size > 30_000_000


def test_the_original_is_kept_byte_for_byte(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, press(), "cp949")

    digest = json.loads(shell("causes", file, "--json").stdout)["input"]["sha256"]

    (kept,) = (tmp_path / "home" / "originals").glob(f"*/{digest}/*")
    assert kept.read_bytes() == (tmp_path / file).read_bytes()
