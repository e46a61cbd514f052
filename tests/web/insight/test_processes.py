"""Workers and servers that are killed: no job is lost, none is done twice at once."""

import hashlib
import http.cookiejar
import json
import re
import shutil
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from deungdae.tables import demo

EMAIL, PASSWORD = "engineer@gaon.example", "a long enough password"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.write(tmp_path_factory.mktemp("table"), rows=1200).path


def until(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + 120
    pause = threading.Event()
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited two minutes in vain for: {what}"
        pause.wait(0.1)
    return found


class Seen:
    """The jobs as the database has them, read without Django, quickly."""

    def __init__(self, floor: Any) -> None:
        import sqlite3

        self._base = sqlite3.connect(floor.home / "web" / "deungdae.sqlite3", timeout=30)

    def rows(self, kind: str) -> list[tuple[str, str, int]]:
        """Return state, step and attempts of the jobs of a kind."""
        return self._base.execute(
            "select state, step, attempts from insight_job where kind = ? order by id", [kind]
        ).fetchall()

    def is_under_way(self, kind: str) -> bool:
        """Say whether a job of this kind runs and has told of a step."""
        return any(state == "running" and at for state, at, _ in self.rows(kind))

    def is_all(self, kind: str, state: str) -> bool:
        """Say whether there are jobs of this kind, all in this state."""
        found = self.rows(kind)
        return bool(found) and all(row[0] == state for row in found)


def runs_of(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "deungdae.runs.worker" in line and any(str(home) in part for part in line):
            found.append(process)
    return found


def test_of_many_workers_exactly_one_gets_each_job(floor: Any, tmp_path: Path) -> None:
    small = tmp_path / "small.csv"
    small.write_text("speed,result\n1,OK\n")
    floor.ask("hand_in", str(small), "60")
    takers = [floor.begin(floor.program, "claim", f"worker/{n}") for n in range(4)]
    taken = [json.loads(taker.communicate(timeout=120)[0]) for taker in takers]
    every = [pk for part in taken for pk in part]
    assert sorted(every) == sorted(set(every))
    assert len(every) == 60
    assert all(job["attempts"] == 1 for job in floor.ask("jobs")["jobs"])


def test_a_job_whose_worker_is_killed_is_done_by_the_next_one_and_once(
    floor: Any, table: Path
) -> None:
    floor.ask("hand_in", str(table))
    first = floor.worker()
    seen = Seen(floor)
    until(lambda: seen.is_all("understand", "done"), "the file to be read")
    floor.ask("start")
    until(lambda: seen.is_under_way("analyse") and runs_of(floor.home), "the search to begin")
    (run,) = runs_of(floor.home)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    run.wait(10)  # the run ends with its worker: nothing goes on behind anybody's back
    floor.worker(), floor.worker()
    until(lambda: seen.is_all("analyse", "done"), "the report")
    standing = floor.ask("jobs")
    assert [job["attempts"] for job in standing["jobs"]][:2] == [1, 2]
    assert (standing["reports"], standing["finished"]) == (1, 1)


def test_a_report_whose_writer_is_killed_is_read_meanwhile_and_written_by_the_next_one(
    floor: Any, table: Path
) -> None:
    floor.ask("hand_in", str(table))
    first = floor.worker()
    seen = Seen(floor)
    until(lambda: seen.is_all("understand", "done"), "the file to be read")
    floor.ask("start")
    until(lambda: seen.is_under_way("render") and runs_of(floor.home), "the drawing to begin")
    assert (floor.ask("jobs")["reports"], floor.ask("jobs")["finished"]) == (1, 1)
    (run,) = runs_of(floor.home)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    run.wait(10)
    floor.worker(), floor.worker()
    until(lambda: seen.is_all("render", "done"), "the files")
    assert [row[2] for row in seen.rows("render")] == [2]
    written = {path.name for path in (floor.home / "organisations").glob("*/reports/*/*")}
    assert written == {
        *(f"pictures.{lang}.json" for lang in ("ko", "en")),
        *(f"report.{lang}.{end}" for lang in ("ko", "en") for end in ("html", "pdf", "xlsx")),
    }
    assert floor.ask("jobs")["finished"] == 1


def test_a_job_whose_worker_dies_twice_is_lost_until_a_person_starts_it_again(
    floor: Any, table: Path
) -> None:
    floor.ask("hand_in", str(table))
    seen = Seen(floor)
    for _ in range(2):
        worker = floor.worker()
        until(lambda: bool(runs_of(floor.home)), "the run to begin")
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        until(lambda: not runs_of(floor.home), "the run to end")
    floor.worker()
    until(lambda: seen.is_all("understand", "lost"), "the job to be given up")
    assert floor.ask("jobs")["uploads"][0][1] == "unusable"
    floor.ask("again")
    until(lambda: [row[0] for row in seen.rows("understand")] == ["lost", "done"], "the reading")
    assert floor.ask("jobs")["uploads"][0][1] == "ready"


def test_a_worker_that_is_told_to_end_gives_its_job_back(floor: Any, table: Path) -> None:
    floor.ask("hand_in", str(table))
    seen = Seen(floor)
    worker = floor.worker()
    until(lambda: bool(runs_of(floor.home)), "the run to begin")
    worker.terminate()
    assert worker.wait(20) == 0
    assert seen.rows("understand") == [("queued", "", 0)]


class Visitor:
    """Somebody who signed in, without a browser."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.cookies = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        ).open
        self.ask("GET", "/sign-in/")
        self.ask("POST", "/sign-in/", {"email": EMAIL, "password": PASSWORD})

    def ask(
        self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None
    ) -> str:
        """Ask for a page and return its text."""
        token = {c.name: c.value or "" for c in self.cookies}.get("deungdae_csrf", "")
        if isinstance(data, dict):
            data = urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(
            self.address + path,
            data,
            {"X-CSRFToken": token, "Referer": self.address, **(headers or {})},
            method=method,
        )
        with self._open(request, timeout=60) as answer:
            text: str = answer.read().decode()
        return text

    def send(self, path: str, offset: int, content: bytes) -> Any:
        """Send a piece of a file."""
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
        return json.loads(self.ask("PATCH", path, content, headers))


def test_an_upload_goes_on_after_the_server_was_killed(floor: Any, table: Path) -> None:
    server, address = floor.web()
    visitor = Visitor(address)
    content = table.read_bytes()
    half = len(content) // 2
    begun = visitor.ask("POST", "/causes/uploads/", {"name": table.name, "size": len(content)})
    path = json.loads(begun)["url"]
    assert visitor.send(path, 0, content[:half])["offset"] == half
    server.send_signal(signal.SIGKILL)
    server.wait(10)
    with pytest.raises(urllib.error.URLError):
        visitor.ask("GET", path)
    _, visitor.address = floor.web()
    visitor.address = visitor.address.rstrip("/")
    assert json.loads(visitor.ask("GET", path))["offset"] == half
    told = visitor.send(path, half, content[half:])
    assert told["next"].startswith("/causes/uploads/")
    (kept,) = (floor.home / "organisations").glob("*/uploads/*/*")
    assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(content).digest()
    assert [job["state"] for job in floor.ask("jobs")["jobs"]] == ["queued"]


def test_progress_is_sent_as_events_and_ends(floor: Any, table: Path) -> None:
    floor.ask("hand_in", str(table))
    _, address = floor.web()
    visitor = Visitor(address)
    (upload, _, _) = floor.ask("jobs")["uploads"][0]
    page = visitor.ask("GET", f"/causes/uploads/{upload}/")
    events = re.search(r'data-events="([^"]+)"', page)
    assert events is not None
    told: list[dict[str, Any]] = []
    listening = threading.Thread(
        target=lambda: told.extend(
            json.loads(line.removeprefix("data: "))
            for line in visitor.ask("GET", events[1]).splitlines()
            if line.startswith("data: ")
        )
    )
    listening.start()
    floor.worker()
    listening.join(120)
    assert told[0]["doing"] == "차례를 기다리는 중"
    assert told[-1]["ended"] is True
    percents = [event["percent"] for event in told[:-1]]
    assert percents == sorted(percents)


def test_a_large_file_streams_to_the_disk_with_flat_memory(floor: Any) -> None:
    if shutil.disk_usage(floor.home.parent).free < 3_000_000_000:
        pytest.skip("needs 3 GB of free disk")
    server, address = floor.web()
    visitor = Visitor(address)
    piece = b"41.25,OK\n" * 932_067  # about 8 MiB, as the page sends them
    pieces = 12
    size = len(piece) * pieces
    begun = visitor.ask("POST", "/causes/uploads/", {"name": "large.csv", "size": size})
    path = json.loads(begun)["url"]
    visitor.send(path, 0, piece)
    before = psutil.Process(server.pid).memory_info().rss
    highest = before
    for number in range(1, pieces):
        visitor.send(path, number * len(piece), piece)
        highest = max(highest, psutil.Process(server.pid).memory_info().rss)
    assert highest - before < 40_000_000, f"{size} bytes took {highest - before} bytes of memory"
    (kept,) = (floor.home / "organisations").glob("*/uploads/*/*")
    assert kept.stat().st_size == size
