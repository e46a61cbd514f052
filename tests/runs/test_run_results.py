"""A run brings its result with everything that is needed to repeat it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from deungdae.records.errors import UnusableOption
from deungdae.runs import JOBS, Job, RunResult, Status, run, state


def test_the_result_comes_back_and_is_kept(run_odd: Callable[..., RunResult], home: Path) -> None:
    done = run_odd("echo", {"seed": 7, "table": {"name": "t", "version": 0}})
    assert done.folder == home / "runs" / done.run_id
    assert done.result["params"] == {"seed": 7, "table": {"name": "t", "version": 0}}
    kept = json.loads((done.folder / "result.json").read_text())
    assert (kept["job"], kept["version"], kept["seed"]) == ("echo", 1, 7)
    assert kept["table"] == {"name": "t", "version": 0}
    assert set(kept["libraries"]) == {
        "python", "deungdae", "numpy", "scipy", "pyarrow", "deltalake",
    }  # fmt: skip
    assert datetime.fromisoformat(kept["started"]) <= datetime.fromisoformat(kept["ended"])
    assert kept["result"] == done.result
    assert (done.folder / "extra.txt").read_text() == "a file of the job's own"
    assert (done.folder / "log.txt").read_text() == "said aloud\n"
    assert state(home, done.run_id).status is Status.DONE
    request = json.loads((done.folder / "request.json").read_text())
    assert request["created"] == kept["started"]
    assert not [p for p in done.folder.iterdir() if p.name.startswith(".")]


def test_progress_is_told_in_order(run_odd: Callable[..., RunResult]) -> None:
    told: list[tuple[str, float]] = []
    run_odd("echo", on_progress=lambda step, share: told.append((step, share)))
    assert told == [("읽기", 0.0), ("읽기", 0.25), ("읽기", 0.5), ("읽기", 0.75), ("읽기", 1.0),
                    ("쓰기", 1.0)]  # fmt: skip


def test_an_unknown_job_or_version_is_named(home: Path) -> None:
    with pytest.raises(UnusableOption, match="There is no job cause"):
        run(home, "cause", 1, {})
    with pytest.raises(UnusableOption, match="The job causes has no version 2; there is 1"):
        run(home, "causes", 2, {})
    assert not home.exists()


def test_versions_of_a_job_stand_beside_each_other(tmp_path: Path) -> None:
    jobs = [Job("j", 1, "odd_jobs:echo"), Job("j", 2, "odd_jobs:use_all_threads")]
    assert "params" in run(tmp_path, "j", 1, {}, jobs=jobs).result
    assert "trace" in run(tmp_path, "j", 2, {}, jobs=jobs).result


@pytest.mark.parametrize("run_id", ["20260901T060000Z-0123abcd", "..", "", "a/b"])
def test_a_run_that_is_not_there_is_named(home: Path, run_id: str) -> None:
    with pytest.raises(UnusableOption, match="There is no run"):
        state(home, run_id)


def test_a_module_in_the_current_folder_is_not_taken_for_a_library(
    run_odd: Callable[..., RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    monkeypatch.chdir(tmp_path)
    assert run_odd("own_numpy").result["numpy"].endswith("numpy/__init__.py")


def test_waiting_for_a_run_needs_no_library_of_analysis() -> None:
    script = (
        "import sys, deungdae.runs; "
        "print(sorted({'numpy', 'pyarrow', 'scipy', 'deltalake'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert told.stdout == "[]\n"


def test_every_job_can_be_imported() -> None:
    names = {job.entry.partition(":")[0].rpartition(".")[2] for job in JOBS}
    folder = Path(sys.modules["deungdae.runs"].__file__ or "").parent / "jobs"
    shared = {"__init__", "study"}  # what jobs have in common is no job
    assert names == {file.stem for file in folder.glob("*.py")} - shared


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    with pytest.raises(UnusableOption, match=r"in the way/home cannot be written to: Not a dir"):
        run(tmp_path / "in the way" / "home", "causes", 1, {})
