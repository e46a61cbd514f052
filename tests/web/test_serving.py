"""The commands that serve, as a person runs them: real processes, a real port, real signals."""

import json
import re
import signal
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from up_for_tests import (
    COMMAND,
    PARTS,
    PLANT,
    Up,
    ask,
    cookies_of,
    environment,
    run,
    sign_in,
)

from deungdae.records.errors import UnusableOption
from deungdae.web.project import secret_key, serve


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def up(home: Path) -> Iterator[Up]:
    running = Up(home)
    yield running
    running.end()


def test_the_printed_password_opens_the_demo_company(up: Up) -> None:
    words = "".join(up.said)
    (email,) = re.findall(r"Address: (\S+)", words)
    (password,) = re.findall(r"One-time password: (\S+)", words)
    page = up.ask("GET", "/sign-in/")
    assert page.status == 200
    cookies, text = cookies_of(page), page.text
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', text))
    form = {"email": email, "password": password, "csrfmiddlewaretoken": token}
    inside = up.ask("POST", "/sign-in/", cookies, form)
    assert inside.status == 302
    change = up.ask("GET", "/", cookies_of(inside, cookies))
    assert change.headers["Location"] == "/account/password/"
    page = up.ask("GET", "/account/password/", cookies_of(inside, cookies))
    assert 'name="new_password"' in page.text
    assert 'name="old_password"' not in page.text


def events(up: Up, cookies: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what a browser on the live page is sent."""
    where = urlsplit(up.url)
    with closing(HTTPConnection(where.hostname or "", where.port, timeout=60)) as connection:
        connection.request("GET", path, headers={"Cookie": cookies})
        name = ""
        for line in connection.getresponse():
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                yield name, json.loads(line[6:])


def test_values_of_all_three_lines_move_on_the_live_page(up: Up) -> None:
    assert up.plant() == f"{up.url}plant/live/"
    cookies = sign_in(up)
    text = up.ask("GET", "/plant/live/", cookies).text
    (organisation,) = re.findall(r'data-of="([^"]+)"', text)
    (address,) = re.findall(r'data-stream="([^"]+)"', text)
    tags: list[str] = []
    moved: set[str] = set()
    for name, told in events(up, cookies, f"{address}?of={organisation}&q=barrel_zone"):
        if name == "snapshot":
            tags = told["tags"]
        if name == "change":
            moved |= {tags[row[0]].partition("/")[0] for row in told.get("rows", [])}
        if {"line1", "line2", "line3"} <= moved:
            break
    assert {"line1/imm1/barrel_zone1", "line2/imm1/barrel_zone3", "line3/imm2/barrel_zone4"} <= set(
        tags
    )
    page = up.ask("GET", "/plant/agents/", cookies).text
    assert "PC of line 1 (demo)" in page
    assert "PC of line 2 (demo)" in page


def test_each_answer_tells_the_browser_what_it_may_do(up: Up) -> None:
    page = up.ask("GET", "/sign-in/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Server"] is None
    cookie = up.ask("GET", "/sign-in/").headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie


def test_a_style_sheet_is_kept_by_the_browser_for_ever(up: Up) -> None:
    text = up.ask("GET", "/sign-in/").text
    (sheet,) = re.findall(r'href="(/static/core/deungdae\.[0-9a-f]{12}\.css)"', text)
    answer = up.ask("GET", sheet)
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert up.ask("GET", "/static/../secret-key").status == 404


def test_another_name_of_the_host_is_refused(up: Up) -> None:
    answer = ask(up.url, "GET", "/sign-in/", {"Host": "elsewhere.example"})
    assert answer.status == 400


def test_letters_lead_to_the_port_that_was_taken(up: Up) -> None:
    told = up.children()["worker"].environ()["DEUNGDAE_BIND"]
    assert told.rpartition(":")[2] == str(urlsplit(up.url).port)


def test_a_part_that_is_killed_comes_back(up: Up) -> None:
    before = up.children()
    assert set(before) == PARTS | PLANT
    before["web"].send_signal(signal.SIGKILL)
    assert up.ready() == up.url
    assert up.ask("GET", "/sign-in/").status == 200
    assert up.children()["web"].pid != before["web"].pid
    for other in (PARTS | PLANT) - {"web"}:
        assert up.children()[other].pid == before[other].pid


def test_a_second_start_beside_the_first_is_refused(up: Up, home: Path) -> None:
    refused = run(home, "up", "--port", "0", "--no-plant")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Deungdae runs already on the data in {home}.")
    assert up.ask("GET", "/sign-in/").status == 200


def test_without_the_one_who_watches_nothing_stays_behind(up: Up) -> None:
    children = list(up.children().values())
    up.process.kill()
    _gone, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []


def test_a_second_start_goes_on_with_the_same_demo_and_ends_in_the_order_of_the_data(
    up: Up, home: Path
) -> None:
    agents = (home / "demo" / "plant" / "agents.json").read_text()
    again = Up(home)
    try:
        assert not any("password" in line for line in again.said)
        assert again.plant() == f"{again.url}plant/live/"
        assert (home / "demo" / "plant" / "agents.json").read_text() == agents
        parts = again.children()
        assert set(parts) == PARTS | PLANT
        ended: list[str] = []

        def watch(name: str) -> None:
            parts[name].wait(60)
            ended.append(name)

        # One for each: whoever looks at them in turn may see the later end first.
        watchers = [threading.Thread(target=watch, args=(name,)) for name in parts]
        for watcher in watchers:
            watcher.start()
        again.process.send_signal(signal.SIGTERM)
        for watcher in watchers:
            watcher.join()
        assert again.process.wait(30) == 0
        assert set(ended[:2]) == PLANT
        assert ended[2] == "gateway"
        assert len(ended) == len(parts)
    finally:
        again.end()


def test_a_changed_record_ends_the_check_with_status_1(up: Up, home: Path) -> None:
    sound = run(home, "audit", "verify")
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "등대전자 (데모)" in sound.stdout
    with sqlite3.connect(home / "web" / "deungdae.sqlite3") as database:
        database.execute("UPDATE core_auditentry SET action = 'x' WHERE organisation_id = 1")
    database.close()
    found = run(home, "audit", "verify")
    assert found.returncode == 1
    assert "등대전자 (데모): Entry 1 was changed." in found.stdout


def test_a_company_and_its_owner_are_registered_from_the_command_line(tmp_path: Path) -> None:
    made = run(tmp_path, "company", "가온정밀", "kim@gaon.example", "--owner", "김하나")
    assert made.returncode == 0
    assert "The company 가온정밀 is registered." in made.stdout
    assert re.search(r"One-time password: \w{4}-\w{4}-\w{4}-\w{4}", made.stdout)
    second = run(tmp_path, "company", "누리사출", "KIM@gaon.example")
    assert "password" not in second.stdout
    assert run(tmp_path, "password", "kim@gaon.example").returncode == 0
    unknown = run(tmp_path, "password", "lee@gaon.example")
    assert unknown.returncode == 2
    assert unknown.stderr == "Nobody has an account with the address lee@gaon.example.\n"
    refused = run(tmp_path, "erase", "kim@gaon.example")
    assert refused.returncode == 2
    assert "kim@gaon.example is the last owner of" in refused.stderr
    odd = run(tmp_path, "company", "가온정밀", "kim")
    assert odd.stderr == "kim is not an e-mail address.\n"


def test_a_port_that_is_taken_is_said_before_anything_else(tmp_path: Path) -> None:
    with serve.listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        for command in ("up", "web"):
            refused = run(tmp_path, command, "--port", port)
            assert refused.returncode == 2
            assert f"Nothing can listen at 127.0.0.1:{port}: Address already in use." in (
                refused.stderr
            )
    assert not (tmp_path / "web").exists()


def test_two_parts_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    both = [
        subprocess.Popen(
            [COMMAND, "audit", "verify"],
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [
        (process.returncode, errors) for process, (_, errors) in zip(both, said, strict=True)
    ] == [
        (0, ""),
        (0, ""),
    ]


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "deungdae.sqlite3").write_bytes(b"not a database" * 100)
    broken = run(tmp_path, "audit", "verify")
    assert broken.returncode == 2
    assert broken.stderr == "The database cannot be used: file is not a database.\n"


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "web" / "secret-key"
    key = secret_key.read_or_make(path)
    assert len(key) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_key.read_or_make(path) == key
    assert secret_key.read_or_make(tmp_path / "other") != key
    assert [p.name for p in path.parent.iterdir()] == ["secret-key"]


def test_a_short_key_or_one_that_cannot_be_kept_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("abc\n")
    with pytest.raises(UnusableOption, match="too short"):
        secret_key.read_or_make(tmp_path / "short")
    with pytest.raises(UnusableOption, match="cannot be kept"):
        secret_key.read_or_make(tmp_path / "short" / "key")
