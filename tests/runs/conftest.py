"""Runs of jobs that go wrong, and a way to wait for a condition without sleeping blindly."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deungdae.runs import Job, RunResult, run


@pytest.fixture(autouse=True)
def _odd_jobs_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.fixture
def run_odd(tmp_path: Path) -> Callable[..., RunResult]:
    """Run a function of odd_jobs.py by its name, with a home of its own."""

    def start(name: str, params: dict[str, Any] | None = None, **options: Any) -> RunResult:
        jobs = [Job(name, 1, f"odd_jobs:{name}")]
        return run(tmp_path / "집", name, 1, params or {}, jobs=jobs, **options)

    return start


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "집"


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Any]:
    """Wait until a condition gives something true, and return that; fail after 30 s."""

    def wait(condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 30
        pause = threading.Event()
        while not (value := condition()):
            assert time.monotonic() < deadline, "waited 30 s in vain"
            pause.wait(0.01)
        return value

    return wait
