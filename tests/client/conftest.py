"""A server and a worker as they are in use, each in a process of its own, and a small table."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deungdae.client import Deungdae

BIN = Path(sys.executable)


@dataclass
class Server:
    """An installation: its address, the access keys by role and company, its processes."""

    environment: dict[str, str]
    keys: dict[str, str]
    url: str = ""
    web: Any = None
    processes: list[Any] = field(default_factory=list)

    def client(self, who: str = "owner@gaon", **options: Any) -> Deungdae:
        return Deungdae(self.url, token=self.keys[who], **{"language": "en", **options})

    def start(self, *words: str) -> Any:
        """Start one of the program's commands."""
        command = [str(BIN.with_name("deungdae")), *words]
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def serve(self, port: int = 0) -> None:
        """Start the web and wait until it answers: its first line says where."""
        self.web = self.start("web", "--port", str(port))
        line = self.web.stdout.readline()
        address = re.search(r"http://\S+/", line)
        assert address, line
        self.url = address[0]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DEUNGDAE_")}
    environment |= {
        "DEUNGDAE_HOME": str(tmp_path_factory.mktemp("installation")),
        "DEUNGDAE_LANG": "en",
        "DJANGO_SETTINGS_MODULE": "deungdae.web.project.settings",
    }
    made = subprocess.run(
        [BIN, Path(__file__).with_name("open_company.py")],
        env=environment,
        capture_output=True,
        check=True,
    )
    started = Server(environment, json.loads(made.stdout.splitlines()[-1]))
    try:
        started.start("worker")
        started.serve()
        yield started
    finally:
        for process in started.processes:
            process.terminate()
        for process in started.processes:
            process.wait(30)
            process.stdout.close()


def write(path: Path, seed: int, hot: float = 0.5, rows: int = 500, third: str = "speed") -> Path:
    """Write a table in which parts made above 230 °C are bad with probability `hot`, others 2 %.

    Tables of one shape are compared with one another: another name of the `third` column makes
    another shape.
    """
    chance = random.Random(seed)
    lines = [f"made,temperature,pressure,{third},result"]
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
