"""`deungdae doctor` before the first start, beside a gateway, and where things are wrong."""

import http.server
import json
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway_process import DEUNGDAE, gateway, surroundings

# Nobody listens at port 9 of this machine.
QUIET = {"DEUNGDAE_BIND": "127.0.0.1:9", "DEUNGDAE_GATEWAY_BIND": "127.0.0.1:9"}


def around(home: Path, **told: str) -> dict[str, str]:
    return surroundings(home, **(QUIET | told))


def call(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEUNGDAE, *words], env=environment, capture_output=True, text=True, check=False
    )


def findings(environment: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(call(environment, "doctor", "--json").stdout):
        found.setdefault(finding["matter"], []).append(finding)
    return found


def level(found: dict[str, list[dict[str, Any]]], matter: str) -> set[str]:
    return {finding["level"] for finding in found[matter]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a company and, later, with points."""
    folder = tmp_path_factory.mktemp("home")
    made = call(around(folder), "company", "등대전자", "kim@example.org")
    assert made.returncode == 0, made.stderr
    return folder


def test_before_the_first_start_it_says_how_to_start(tmp_path: Path) -> None:
    home = tmp_path / "nowhere"
    told = call(around(home), "doctor")
    assert told.returncode == 1
    assert f"There is no folder {home} yet.\n    → Start with: deungdae up" in told.stdout
    assert not home.exists(), "a look changes nothing"


def test_beside_a_gateway_that_runs_the_books_are_looked_at(home: Path) -> None:
    environment = around(home)
    with gateway(environment) as (_, url):
        token = call(environment, "token", "등대전자", "telegraf").stdout.split()[1]
        sent = httpx.post(
            f"{url}api/v2/write?org=o&bucket=b",
            headers={"Authorization": f"Token {token}"},
            content="press temperature=1",
        )
        assert sent.status_code == 204
        there = around(home, DEUNGDAE_GATEWAY_BIND=url.split("/")[2])
        found = findings(there)
    for matter in ("disk", "programs", "secrets", "database", "queue", "bus", "writer", "books"):
        assert level(found, matter) == {"good"}, found[matter]
    assert level(found, "gateway") == {"good"}
    # Nobody answers questions and nothing serves pages here: said, each with what to do.
    assert level(found, "history") == level(found, "pages") == {"warning"}
    assert level(found, "monitor") == {"warning"}
    assert "deungdae history" in found["history"][0]["help"]


def test_a_key_that_others_can_read_is_bad(home: Path) -> None:
    key = home / "web" / "secret-key"
    folders = (home, home / "web")
    before = [folder.stat().st_mode for folder in folders]
    key.chmod(0o644)
    for folder in folders:
        folder.chmod(0o755)
    try:
        found = findings(around(home))
    finally:
        key.chmod(0o600)
        for folder, mode in zip(folders, before, strict=True):
            folder.chmod(mode)
    assert level(found, "secrets") == {"bad"}
    assert str(key) in found["secrets"][0]["what"]


def test_pages_without_encryption_in_the_open_are_bad(home: Path) -> None:
    found = findings(around(home, DEUNGDAE_BIND="0.0.0.0:9"))
    assert "bad" in level(found, "pages")
    assert "without encryption (0.0.0.0)" in found["pages"][-1]["what"]


def test_a_stranger_at_the_port_of_the_gateway_is_told_from_a_gateway(home: Path) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        address = f"127.0.0.1:{server.server_port}"
        found = findings(around(home, DEUNGDAE_GATEWAY_BIND=address))
    finally:
        thread.join()
        server.server_close()
    assert found["gateway"][0]["what"] == f"Another program listens at {address}."


def test_a_run_that_nobody_begins_is_seen(home: Path, tmp_path: Path) -> None:
    file = home / "web" / "deungdae.sqlite3"
    with closing(sqlite3.connect(file)) as database, database:
        organisation = database.execute("SELECT id FROM core_organisation").fetchone()[0]
        columns = {
            "organisation_id": organisation, "public_id": "0" * 32, "kind": "forget",
            "given": "{}", "revision": 0, "state": "queued", "attempts": 0, "worker": "",
            "created_at": "2026-01-01 00:00:00", "cancel_asked": 0, "step": "", "share": 0.0,
        }  # fmt: skip
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        database.execute(
            f"INSERT INTO insight_job ({names}) VALUES ({marks})",
            tuple(columns.values()),
        )
    found = findings(around(home))
    assert level(found, "queue") == {"bad"}
    assert "deungdae worker" in found["queue"][0]["help"]


# Last: it damages the database.


def test_a_damaged_database_is_seen(home: Path) -> None:
    file = home / "web" / "deungdae.sqlite3"
    data = bytearray(file.read_bytes())
    data[4096 : 4096 * 4] = b"\xff" * (4096 * 3)
    file.write_bytes(data)
    found = findings(around(home))
    assert level(found, "database") == {"bad"}
    assert "deungdae restore" in found["database"][0]["help"]
