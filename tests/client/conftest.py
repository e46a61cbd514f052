"""A server and a worker as they are in use, each in a process of its own, and a small table."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deungdae.client import Deungdae

BIN = Path(sys.executable)


@dataclass(frozen=True)
class Server:
    """A server that answers, and the access keys of its people by role and company."""

    url: str
    keys: dict[str, str]

    def client(self, who: str = "owner@gaon", **options: str) -> Deungdae:
        return Deungdae(self.url, token=self.keys[who], **options)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("installation")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DEUNGDAE_")}
    environment |= {
        "DEUNGDAE_HOME": str(home),
        "DEUNGDAE_LANG": "en",
        "DJANGO_SETTINGS_MODULE": "deungdae.web.project.settings",
        "PYTHONUNBUFFERED": "1",
    }
    made = subprocess.run(
        [BIN, Path(__file__).with_name("open_company.py")],
        env=environment,
        capture_output=True,
        check=True,
    )
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [str(BIN.with_name("deungdae")), *words]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    try:
        start("worker")
        web = start("web", "--port", "0")
        assert web.stdout is not None
        # Its first line says where it answers; it is written once it does.
        line = web.stdout.readline()
        address = re.search(r"http://\S+/", line)
        assert address, line
        yield Server(address[0], json.loads(made.stdout.splitlines()[-1]))
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)
            assert process.stdout is not None
            process.stdout.close()


def write(path: Path, seed: int, hot: float = 0.5, rows: int = 500) -> Path:
    """Write a table in which parts made above 230 °C are bad with probability `hot`, others 2 %."""
    chance = random.Random(seed)
    lines = ["made,temperature,pressure,speed,result"]
    for row in range(rows):
        heat = chance.uniform(200, 240)
        bad = chance.random() < (hot if heat > 230 else 0.02)
        lines.append(
            f"2026-03-{1 + row // 25:02d} {8 + row % 10:02d}:{row % 60:02d},{heat:.1f},"
            f"{chance.gauss(80, 3):.1f},{chance.gauss(50, 2):.2f},{'NG' if bad else 'OK'}"
        )
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A table of 500 parts with one planted cause."""
    return write(tmp_path / "march.csv", 7)


@pytest.fixture(scope="session")
def table() -> Callable[..., Path]:
    """Write a table like `sheet` of another seed."""
    return write
