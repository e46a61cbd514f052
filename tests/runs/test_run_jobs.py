"""A shop-floor file goes all the way: read, stored, analysed, each in a process of its own."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from deungdae.lake import Store, TableRef
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.runs import run

HEADER = "일시,사출속도(mm/s),금형온도(℃),비고 a;b=c,판정\n"


@pytest.fixture
def inspection(tmp_path: Path) -> Path:
    """600 parts, ten minutes apart; above 60 mm/s every second part is bad, below none."""
    path = tmp_path / "9월 검사.csv"
    lines = [HEADER]
    for part in range(600):
        day, minute = divmod(part * 10, 24 * 60)
        speed = 40 + part * 7 % 25
        verdict = "불량" if speed > 60 and part % 2 else "양호"
        lines.append(
            f"2026-09-{day + 1:02} {minute // 60:02}:{minute % 60:02}:00,"
            f"{speed},{180 + part % 13 / 10},{part % 3},{verdict}\n"
        )
    lines.append(",,,,\n")
    path.write_bytes("".join(lines).encode("cp949"))
    return path


def imported(home: Path, path: Path, **params: Any) -> dict[str, Any]:
    return run(
        home, "import", 1, {"path": str(path), "sheet": None, "time_zone": "Asia/Seoul", **params}
    ).result


def test_a_file_becomes_a_table_and_its_original_is_kept(tmp_path: Path, inspection: Path) -> None:
    home = tmp_path / "home"
    result = imported(home, inspection)
    assert result["table"] == {"name": "9월 검사.csv", "version": 0}
    digest = hashlib.sha256(inspection.read_bytes()).hexdigest()
    assert result["original"]["sha256"] == result["understanding"]["sha256"] == digest
    assert Path(result["original"]["path"]).read_bytes() == inspection.read_bytes()
    store, ref = Store(home), TableRef.from_document(result["table"])
    table = store.read_table(ref)
    assert table.num_rows == 600
    assert table.schema.types[0] == pa.timestamp("us", tz="UTC")
    assert table.column(1).to_pylist()[:3] == [40, 47, 54]
    assert store.understanding(ref) == result["understanding"]
    assert store.quarantine(ref).column_names == ["line", "reason", "text"]


def test_the_same_file_is_imported_once(tmp_path: Path, inspection: Path) -> None:
    home = tmp_path / "home"
    first = imported(home, inspection)
    assert imported(home, inspection) == first
    inspection.write_bytes(inspection.read_bytes() + "2026-09-30 06:00,50,180,1,양호\n".encode())
    assert imported(home, inspection)["table"]["version"] == 1
    assert imported(home, inspection, name="다른 이름")["table"]["version"] == 0


def test_a_file_that_is_no_table_leaves_nothing_behind(tmp_path: Path) -> None:
    home, empty = tmp_path / "home", tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(UnusableFile):
        imported(home, empty)
    assert [p.name for p in home.iterdir()] == ["runs"]


def test_a_stored_table_is_analysed(tmp_path: Path, inspection: Path) -> None:
    home = tmp_path / "home"
    table = imported(home, inspection)["table"]
    steps: list[str] = []
    params = {"table": table, "options": {"target": "판정", "bad": ["불량"]}, "seed": 3}
    done = run(
        home, "causes", 1, params, on_progress=lambda step, share: steps.append(f"{step} {share}")
    )
    document = done.result["document"]
    assert (document["method"], document["version"], document["seed"]) == ("causes", 1, 3)
    assert document["target"] == {"column": "판정", "kind": "pass_fail", "bad": ["불량"]}
    given = document["input"]
    assert given["sha256"] == hashlib.sha256(inspection.read_bytes()).hexdigest()
    assert given["rows_read"] == given["rows_used"] + sum(s["rows"] for s in given["set_aside"])
    assert given["guessed"]["encoding"].lower().replace("-", "") in ("cp949", "euckr")
    assert given["guessed"]["header_rows"] == [1]
    assert steps[0] == "loading 0.0"
    kept = json.loads((done.folder / "result.json").read_text())
    assert (kept["table"], kept["seed"]) == (table, 3)
    assert kept["result"] == done.result


def test_the_same_request_gives_the_same_answer(tmp_path: Path, inspection: Path) -> None:
    home = tmp_path / "home"
    params = {"table": imported(home, inspection)["table"], "options": {}, "seed": 0}
    assert run(home, "causes", 1, params).result == run(home, "causes", 1, params).result


def test_what_was_told_is_not_reported_as_guessed(tmp_path: Path, inspection: Path) -> None:
    home = tmp_path / "home"
    params = {"table": imported(home, inspection)["table"], "options": {}, "seed": 0}
    document = run(home, "causes", 1, {**params, "told": ["encoding"]}).result["document"]
    assert "encoding" not in document["input"]["guessed"]
    assert "header_rows" in document["input"]["guessed"]


def test_a_parameter_that_is_missing_or_unknown_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableOption, match="needs the parameter path"):
        run(tmp_path, "import", 1, {"time_zone": "Asia/Seoul"})
    with pytest.raises(UnusableOption, match="has no parameter sheets"):
        run(tmp_path, "import", 1, {"path": "x", "time_zone": "Asia/Seoul", "sheets": "x"})
    table = {"name": "t", "version": 0}
    with pytest.raises(UnusableOption, match="has no parameter traget"):
        run(tmp_path, "causes", 1, {"table": table, "options": {"traget": "x"}, "seed": 0})
    with pytest.raises(UnusableOption, match="There is no stored table t"):
        run(tmp_path, "causes", 1, {"table": table, "options": {}, "seed": 0})
