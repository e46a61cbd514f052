"""A database of PostgreSQL goes into a copy, and out of it into an empty one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_server import Server, programs

DEUNGDAE = Path(sys.executable).with_name("deungdae")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server(programs())
    try:
        yield started
    finally:
        started.end()


def surroundings(home: Path, database: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEUNGDAE_")}
    path = f"{programs()}{os.pathsep}{kept['PATH']}"
    told = {"DEUNGDAE_HOME": str(home), "DEUNGDAE_DATABASE_URL": database}
    return {**kept, **told, "DEUNGDAE_LANG": "en", "PATH": path}


def call(status: int, environment: dict[str, str], *words: str | Path) -> str:
    done = subprocess.run(
        [DEUNGDAE, *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_people_sign_in_at_the_restored_server_and_a_full_database_is_left_alone(
    server: Server, tmp_path: Path
) -> None:
    first = surroundings(tmp_path / "home", server.make("first"))
    call(0, first, "company", "등대전자", "kim@example.org", "--owner", "김등대")
    call(0, first, "backup", tmp_path / "copies")
    second = surroundings(tmp_path / "second", server.make("second"))
    call(0, second, "restore", tmp_path / "copies")
    assert "kim@example.org" in call(0, second, "password", "kim@example.org")
    # The secret key signs sessions and links: with it, they hold on.
    keys = [tmp_path / name / "web" / "secret-key" for name in ("home", "second")]
    assert keys[0].read_bytes() == keys[1].read_bytes()
    third = {**second, "DEUNGDAE_HOME": str(tmp_path / "third")}
    assert "already exists" in call(1, third, "restore", tmp_path / "copies")
    fourth = {**second, "DEUNGDAE_HOME": str(tmp_path / "4"), "DEUNGDAE_DATABASE_URL": "sqlite"}
    assert "holds a database of postgresql" in call(2, fourth, "restore", tmp_path / "copies")
