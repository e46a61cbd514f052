"""A site that takes in points all the while is copied, made anew elsewhere, and counted."""

import json
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from gateway_process import DEUNGDAE, gateway, surroundings

from deungdae.lake.intake import Ledger
from deungdae.lake.telemetry import History

COMPANY = "등대전자"
START = 1_795_348_800  #: seconds, 2026-11-22 12:00 UTC


def deungdae(home: Path, *words: str | Path, status: int = 0) -> str:
    done = subprocess.run(
        [DEUNGDAE, *map(str, words)],
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


class Sender:
    """Sends ten points at a time, numbered by their second, and knows which were acknowledged."""

    def __init__(self, url: str, token: str, first: int = 0) -> None:
        self._url, self._token = url, token
        self._stop = threading.Event()
        self._moved = threading.Condition()
        self.acknowledged = first
        self._thread = threading.Thread(target=self._send)

    def send_ten(self) -> None:
        first = self.acknowledged
        lines = "\n".join(f"press temperature={n} {START + n}" for n in range(first, first + 10))
        answer = httpx.post(
            f"{self._url}api/v2/write?org=o&bucket=plant&precision=s",
            headers={"Authorization": f"Token {self._token}"},
            content=lines,
            timeout=60,
        )
        assert answer.status_code == 204, answer.text
        with self._moved:
            self.acknowledged += 10
            self._moved.notify_all()

    def _send(self) -> None:
        while not self._stop.is_set():
            self.send_ten()

    def reached(self, count: int) -> int:
        with self._moved:
            assert self._moved.wait_for(lambda: self.acknowledged >= count, 60)
            return self.acknowledged

    def __enter__(self) -> "Sender":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def stored(home: Path) -> list[float]:
    tags = History(home).tags(COMPANY).column("tag").to_pylist()
    if not tags:
        return []
    table = History(home).raw(
        COMPANY, tags, START * 1_000_000, (START + 2_000_000) * 1_000_000, 1_000_000
    )
    return [float(value) for value in table.column("value").to_pylist()]


def until(is_so: Callable[[], bool]) -> None:
    """Look again and again, for a minute at most."""
    pause = threading.Event()
    for _ in range(600):
        if is_so():
            return
        pause.wait(0.1)
    raise AssertionError("it did not come about within a minute")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("자료")


class Copied:
    """What was acknowledged before each of two copies, and where everything lies."""

    def __init__(self, place: Path) -> None:
        self.home = place / "home"
        self.copies = place / "copies"
        self.before: list[int] = []
        self.after: list[int] = []
        self.told: list[dict[str, int]] = []
        self.token = ""
        self.run()

    def copy(self, sender: Sender, least: int) -> None:
        self.before.append(sender.reached(least))
        self.told.append(json.loads(deungdae(self.home, "backup", self.copies, "--json")))
        self.after.append(sender.acknowledged)

    def run(self) -> None:
        (self.home / "web").mkdir(parents=True)
        with closing(sqlite3.connect(self.home / "web" / "deungdae.sqlite3")) as web, web:
            web.execute("PRAGMA journal_mode=WAL")
            web.execute("CREATE TABLE people (name TEXT)")
            web.execute("INSERT INTO people VALUES ('김등대')")
            web.commit()
            (self.home / "originals").mkdir()
            (self.home / "originals" / "검사.csv").write_text("합격,불량\n", "utf-8")
            with gateway(surroundings(self.home)) as (_, url):
                told = deungdae(self.home, "token", COMPANY, "telegraf")
                self.token = told.splitlines()[0].removeprefix("Token: ")
                with Sender(url, self.token) as sender:
                    self.copy(sender, 100)
                    # The first points are in the lake by now, the last only on the bus.
                    self.copy(sender, sender.acknowledged + 100)
                # Said last, after both copies: it must be in none of them.
                web.execute("INSERT INTO people VALUES ('나중에')")
                web.commit()


@pytest.fixture(scope="module")
def copied(place: Path) -> Copied:
    return Copied(place)


@pytest.fixture(scope="module")
def restored(copied: Copied, place: Path) -> Path:
    """The newest copy in another home, after its gateway wrote what the bus held."""
    home = place / "made anew"
    deungdae(home, "restore", copied.copies)
    with gateway(surroundings(home)) as (_, url):
        Sender(url, copied.token, 1_000_000).send_ten()
        until(lambda: 1_000_009.0 in stored(home))
    return home


def test_every_point_acknowledged_before_the_copy_is_there_once(
    copied: Copied, restored: Path
) -> None:
    values = [value for value in stored(restored) if value < 1_000_000]
    assert len(values) == len(set(values))
    assert len(values) >= copied.before[-1]
    # In order and without a hole: 0, 1, 2, … up to somewhere within the time of the copy.
    assert values == [float(number) for number in range(len(values))]
    assert len(values) <= copied.after[-1] + 10


def test_the_books_of_the_restored_site_reconcile(restored: Path) -> None:
    total = Ledger(restored).tally(COMPANY).total()
    assert total.missing == 0
    assert total.stored == len(stored(restored))


def test_a_token_of_the_copied_site_goes_on_writing(restored: Path) -> None:
    assert [value for value in stored(restored) if value >= 1_000_000] == [
        float(number) for number in range(1_000_000, 1_000_010)
    ]


def test_the_database_and_the_files_are_as_they_were_at_that_moment(
    copied: Copied, restored: Path
) -> None:
    with closing(sqlite3.connect(restored / "web" / "deungdae.sqlite3")) as web:
        assert web.execute("SELECT name FROM people").fetchall() == [("김등대",)]
    assert (restored / "originals" / "검사.csv").read_text("utf-8") == "합격,불량\n"


def test_an_earlier_copy_gives_the_earlier_moment(copied: Copied, place: Path) -> None:
    home = place / "earlier"
    deungdae(home, "restore", copied.copies, "--at", str(copied.told[0]["name"]))
    with gateway(surroundings(home)):
        until(lambda: len(stored(home)) >= copied.before[0])
    values = stored(home)
    assert copied.before[0] <= len(values) <= copied.after[0] + 10
    assert values == [float(number) for number in range(len(values))]


def test_a_second_copy_writes_only_what_is_new(copied: Copied) -> None:
    assert copied.told[1]["new_bytes"] < copied.told[1]["bytes"]


def test_a_home_that_is_not_empty_is_left_alone(copied: Copied) -> None:
    said = deungdae(copied.home, "restore", copied.copies, status=2)
    assert "is not empty" in said and "nothing is overwritten" in said


def test_a_folder_with_other_things_is_not_taken_for_copies(copied: Copied, place: Path) -> None:
    (place / "photos").mkdir()
    (place / "photos" / "holiday.jpg").write_bytes(b"")
    said = deungdae(copied.home, "backup", place / "photos", status=2)
    assert "holds other things" in said


# Last: they damage and remove copies.


def test_old_copies_are_let_go_and_the_newest_stays_whole(copied: Copied) -> None:
    pool = copied.copies / "pool"
    orphan = pool / "00" / ("0" * 64)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left by a copy that was killed")
    told = json.loads(deungdae(copied.home, "backup", copied.copies, "--json", "--keep", "1"))
    assert told["removed"] == [entry["name"] for entry in copied.told]
    assert not orphan.exists()
    assert "every byte is as it was" in deungdae(copied.home, "backup", copied.copies, "--check")


def test_a_changed_byte_is_found_and_not_restored(copied: Copied, place: Path) -> None:
    content = max((copied.copies / "pool").glob("??/*"), key=lambda file: file.stat().st_size)
    data = bytearray(content.read_bytes())
    data[len(data) // 2] ^= 1
    content.write_bytes(data)
    said = deungdae(copied.home, "backup", copied.copies, "--check", status=1)
    assert "damaged" in said
    said = deungdae(place / "never", "restore", copied.copies, status=2)
    assert "is not what it was" in said
