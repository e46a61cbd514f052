"""What tests of the edge share: a server that can be killed, and a sink that remembers."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from threading import Condition, Event
from typing import Any
from uuid import uuid4

import pytest

from deungdae.records.batches import Batch
from deungdae.records.messages import Message
from deungdae.records.readings import Reading

SERVER = Path(__file__).with_name("server_of_batches.py")


class BatchServer:
    """A folder at a real server in a process of its own, on a free port that it keeps."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        for name in ("batches", "work", "answers"):
            (folder / name).mkdir(parents=True)
        self.folder = folder
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.folder.name}/plant"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, SERVER, self.folder.parent, str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        assert self.process is not None, "this server is shared by many tests: ask for `mortal`"
        self.process.kill()
        self.process.communicate()
        self.process = None

    def answer(self, wish: Mapping[str, Any] | None) -> None:
        path = self.folder / "answer.json"
        if wish is None:
            path.unlink(missing_ok=True)
        else:
            self._write(path.name, wish)

    def requests(self) -> list[dict[str, str]]:
        """Every request that was not mere talk about how an agent is."""
        return [one for one in self._lines("requests.jsonl") if "/status" not in one["path"]]

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(one["body"]) for one in self.requests() if one["body"]]

    def statuses(self) -> list[dict[str, Any]]:
        return self._lines("status.jsonl")

    def wanted(self, number: int, *drivers: Mapping[str, Any], **more: Any) -> None:
        """Want a configuration, of whoever has another."""
        self._write("work/wanted.json", {"number": number, "drivers": list(drivers), **more})

    def task(self, name: str, driver: Mapping[str, Any], most: int = 500) -> None:
        """Want a look at a machine, once."""
        task = {"id": name, "kind": "browse", "driver": driver, "most": most}
        self._write(f"work/{name}.json", {"task": task})

    def answered(self, name: str) -> Any:
        """What was found, or `None` as long as nothing came."""
        path = self.folder / "answers" / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def _lines(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        path = self.folder / name
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(document))
        draft.rename(path)

    def batches(self) -> list[Batch]:
        paths = sorted((self.folder / "batches").glob("*.batch"), key=lambda p: int(p.stem))
        return [Batch.decode(path.read_bytes()) for path in paths]

    def readings(self) -> list[Reading]:
        return [reading for batch in self.batches() for reading in batch.readings]


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[BatchServer]:
    """A server that may be killed and started again."""
    made = BatchServer(tmp_path / "server")
    made.start()
    yield made
    if made.process is not None:
        made.kill()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatchServer]:
    """The one server of all tests that leave it alive."""
    made = BatchServer(tmp_path_factory.mktemp("office") / "own")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def server(office: BatchServer) -> BatchServer:
    """A folder of this test alone, at the one server."""
    return BatchServer(office.folder.with_name(uuid4().hex), office.port)


def until(true: Callable[[], object]) -> None:
    """Wait until it is so; a minute is longer than anything here needs."""
    gong = Event()
    for _ in range(3000):
        if true():
            return
        gong.wait(0.02)
    pytest.fail("it never became so")


@pytest.fixture(name="until")
def until_it_is_so() -> Callable[[Callable[[], object]], None]:
    return until


class Memory:
    """A sink that keeps what a driver gives, and lets a test wait for it."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.bookmarks: dict[str, str] = {}
        self.losses: list[tuple[str, int]] = []
        self.problem: Message | None = None
        self._changed = Condition()

    def take(self, readings: Iterable[Reading], bookmarks: Mapping[str, str] | None = None) -> int:
        with self._changed:
            before = len(self.readings)
            self.readings += readings
            self.bookmarks.update(bookmarks or {})
            self._changed.notify_all()
            return len(self.readings) - before

    def bookmark(self, key: str) -> str | None:
        return self.bookmarks.get(key)

    def lose(self, reason: str, readings: int, first_us: int, last_us: int) -> None:
        assert first_us <= last_us
        with self._changed:
            self.losses.append((reason, readings))
            self._changed.notify_all()

    def note(self, problem: Message | None) -> None:
        with self._changed:
            self.problem = problem
            self._changed.notify_all()

    def wait_until(self, true: Callable[[], bool], seconds: float = 90) -> None:
        """Return as soon as it is true; fail when it is not after a long time."""
        with self._changed:
            assert self._changed.wait_for(true, timeout=seconds), "it never became true"

    def values(self, tag: str) -> list[Any]:
        return [reading.value for reading in self.readings if reading.tag == tag]


@pytest.fixture
def memory() -> Memory:
    return Memory()
