"""The database of larger installations: a real server, and the core of the web's tests on it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_server import Server, programs

HERE = Path(__file__).resolve().parent
WEB = HERE.parent
SHOP_FLOOR = WEB / "insight" / "shop_floor.py"
#: What must hold on either database: who reaches what, the record, lists, the queue, files.
CORE = (
    *("core/test_scope.py", "core/test_audit.py", "core/test_members.py", "core/test_tokens.py"),
    *("core/test_lists.py", "companies/test_companies.py", "insight/test_queue.py"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server(programs())
    try:
        yield started
    finally:
        started.end()


def _environment(**more: str) -> dict[str, str]:
    foreign = ("DEUNGDAE_", "DJANGO", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **more}


def test_the_core_of_the_web_holds_on_postgresql(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
        + [str(WEB / name) for name in CORE],
        env=_environment(WEB_TESTS_DATABASE_URL=server.make("core")),
        cwd=WEB.parents[1], capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None and int(passed[1]) > 60, done.stdout


def test_of_many_workers_exactly_one_gets_each_job(server: Server, tmp_path: Path) -> None:
    home = tmp_path / "home"
    told = _environment(
        DEUNGDAE_HOME=str(home), DEUNGDAE_LANG="ko", DEUNGDAE_DATABASE_URL=server.make("queue")
    )

    def begin(*command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(SHOP_FLOOR), *command],
            env=told, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    small = tmp_path / "small.csv"
    small.write_text("speed,result\n1,OK\n")
    for step in (("company",), ("hand_in", str(small), "40")):
        made = begin(*step)
        made.communicate(timeout=120)
        assert made.returncode == 0
    takers = [begin("claim", f"worker/{n}") for n in range(4)]
    taken = [json.loads(taker.communicate(timeout=120)[0]) for taker in takers]
    every = [pk for part in taken for pk in part]
    assert sorted(every) == sorted(set(every))
    assert len(every) == 40
    standing = json.loads(begin("jobs").communicate(timeout=60)[0])
    assert {job["attempts"] for job in standing["jobs"]} == {1}
    assert not (home / "web" / "deungdae.sqlite3").exists()


def test_attempts_to_sign_in_are_counted_over_many_processes(
    server: Server, tmp_path: Path
) -> None:
    told = _environment(DEUNGDAE_HOME=str(tmp_path), DEUNGDAE_DATABASE_URL=server.make("tries"))
    tables = "from deungdae.web.project.start import bring_tables_up_to_date as up; up()"
    subprocess.run([sys.executable, "-c", tables], env=told, check=True, timeout=120)
    several = [
        subprocess.Popen(
            [sys.executable, str(WEB / "core" / "many_tries.py"), "6"],
            env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in several:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=120)[0]) for process in several) == 10


def test_the_tables_of_postgresql_are_those_of_the_models(server: Server, tmp_path: Path) -> None:
    told = _environment(
        DEUNGDAE_HOME=str(tmp_path), DEUNGDAE_DATABASE_URL=server.make("tables"),
        DJANGO_SETTINGS_MODULE="deungdae.web.project.settings",
    )  # fmt: skip

    def manage(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "django", *words],
            env=told, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("migrate", "--verbosity", "0")
    assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")
    assert "No planned migration operations." in manage("migrate", "--plan")
