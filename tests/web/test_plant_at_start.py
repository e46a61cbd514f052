"""The first minute with `deungdae up`: the simulated plant is there, and the live page moves."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from up_for_tests import PARTS, Up, sign_in

MINUTE = 60.0
PLANT = {"demo-plant", "edge"}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = Up(tmp_path_factory.mktemp("home"))
    yield running
    running.end()


def live_page(up: Up) -> str:
    """Read on until the plant runs, which is told last; return the address of the live page."""
    assert up.process.stdout is not None
    for line in up.process.stdout:
        up.said.append(line)
        if found := re.search(r"values move at (http://\S+)", line):
            return found[1]
    raise AssertionError((up.said, up.process.stderr and up.process.stderr.read()))


def events(up: Up, cookies: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what a browser on the live page is sent."""
    where = urlsplit(up.url)
    with closing(HTTPConnection(where.hostname or "", where.port, timeout=MINUTE)) as connection:
        connection.request("GET", path, headers={"Cookie": cookies})
        name = ""
        for line in connection.getresponse():
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                yield name, json.loads(line[6:])


def test_values_of_all_three_lines_move_on_the_live_page(up: Up) -> None:
    assert live_page(up) == f"{up.url}plant/live/"
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


def test_told_to_stop_the_plant_ends_before_the_gateway_and_that_before_the_pages(up: Up) -> None:
    children = up.children()
    assert set(children) == PARTS | {"demo-plant", "edge"}
    names = {child.pid: name for name, child in children.items()}
    ended: list[str] = []
    up.process.send_signal(signal.SIGTERM)
    psutil.wait_procs(
        list(children.values()), 30, callback=lambda gone: ended.append(names[gone.pid])
    )
    assert up.process.wait(30) == 0
    assert set(ended[:2]) == {"demo-plant", "edge"}
    assert ended[2] == "gateway"
    assert len(ended) == len(children)
