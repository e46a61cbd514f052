"""The whole way: a PC is registered on a page, joins, is told what to read, and its values arrive.

Gateway, history and agent are the programs that people run, each in a process of its own.
"""

import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from deungdae import bus
from deungdae.records.environment import Settings
from deungdae.web.core import line

DEUNGDAE = Path(sys.executable).with_name("deungdae")
PATIENCE = 60.0


class Programs:
    """`deungdae …` in processes of their own, over one home."""

    def __init__(self, home: Path) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO"))}
        self.environment = plain | {
            "DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": "en", "DEUNGDAE_MQTT_BIND": "127.0.0.1:0",
        }  # fmt: skip
        self.settings = Settings.from_environment({"DEUNGDAE_HOME": str(home)})
        self._stack = ExitStack()
        self.url = ""

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a program."""
        process = subprocess.Popen(
            [DEUNGDAE, *words], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        self._stack.callback(self._end, process)
        return process

    @staticmethod
    def said(process: "subprocess.Popen[str]") -> str:
        """Return the first line of a program, once it has said it."""
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said, f"{process.args!r} ended before it was ready"
        return said

    def run(self, *words: str) -> str:
        """Run a program to its end."""
        done = subprocess.run(
            [DEUNGDAE, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self) -> None:
        self._stack.close()

    @staticmethod
    def _end(process: "subprocess.Popen[str]") -> None:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    made = Programs(tmp_path_factory.mktemp("way"))
    try:
        gateway, history = made.start("gateway", "--port", "0"), made.start("history")
        made.url = made.said(gateway).split()[-1].rstrip("/")
        made.said(history)
        yield made
    finally:
        line.hang_up()
        made.end()


def until(look: Callable[[], Any]) -> Any:
    """Look until something is there."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.1)
    return found


def words_of(page: Any) -> str:
    assert page.status_code == 200, page.content
    return " ".join(page.content.decode().split())


def latest(organisation: str) -> dict[str, Any]:
    """Return the newest point of each tag."""
    with line.ask(bus.Question("history", "latest", organisation)) as answer:
        return {point["tag"]: point for point in answer.json()["points"]}


@pytest.mark.django_db(transaction=True)
def test_what_is_pasted_into_another_program_lets_it_write_until_it_is_revoked(
    programs: Programs, house: Any, enter: Callable[[Any], Client], settings: Any
) -> None:
    settings.BUS, settings.GATEWAY_URL = programs.settings.bus, programs.url
    line.hang_up()
    client = enter(house.people["admin"])
    typed = {"name": "Telegraf", "bucket": "공장", "prefix": "line2"}
    page = client.post(reverse("plant:new_source"), typed).content.decode()
    telegraf = re.search(r'id="piece-telegraf"[^>]*>([^<]+)<', page)
    assert telegraf is not None
    told = tomllib.loads(unescape(telegraf[1]))["outputs"]["influxdb_v2"][0]

    def write() -> int:
        return httpx.post(
            f"{told['urls'][0]}/api/v2/write",
            params={"org": told["organization"], "bucket": told["bucket"]},
            headers={"Authorization": f"Token {told['token']}"},
            content="press,asset=press3 melt=231.5",
        ).status_code

    until(lambda: write() == 204)
    organisation = str(house.organisation.public_id)
    until(lambda: latest(organisation).get("line2/press/asset=press3/melt"))
    tags = words_of(client.get(reverse("plant:tags")))
    assert "Received, but not described yet" in tags and "line2/press/asset=press3/melt" in tags
    source = re.search(r"/plant/sources/[-0-9a-f]{36}/", page)
    assert source is not None
    assert told["token"] not in words_of(client.get(source[0])), "it is shown once"
    client.post(f"{source[0]}revoke/")
    until(lambda: write() == 401)


@pytest.mark.django_db(transaction=True)
def test_a_machine_is_connected_without_programming_and_without_a_restart(
    programs: Programs, house: Any, enter: Callable[[Any], Client], settings: Any, tmp_path: Path
) -> None:
    settings.BUS, settings.GATEWAY_URL = programs.settings.bus, programs.url
    line.hang_up()
    client = enter(house.people["engineer"])
    organisation = str(house.organisation.public_id)

    # Register: one line to paste, and a page that waits.
    page = words_of(client.post(reverse("plant:new_agent"), {"name": "1라인 PC"}))
    command = re.search(r'id="join-line">([^<]+)<', page)
    assert command is not None
    _, _, _, url, code = command[1].split()
    joined = re.search(r'hx-get="([^"]+/joined/[^"]*)"', page)
    assert joined is not None
    assert "Waiting for the PC to join" in page
    assert client.get(joined[1]).status_code == 204

    # Paste it on the PC: the page leads on.
    folder = tmp_path / "agent"
    programs.run("edge", "join", url, code, "--folder", str(folder), "--no-start")
    programs.start("edge", "run", str(folder))
    agent = until(lambda: client.get(joined[1]).headers.get("HX-Redirect"))
    until(lambda: "Connected" in words_of(client.get(agent)))

    # Add a machine, look at it through the agent, and keep what it has.
    added = client.post(f"{agent}add/simulator/", {"name": "모의 공장", "prefix": "demo"})
    browse = added.headers["Location"]
    found = words_of(client.get(browse.replace("/browse/", "/found/")))
    assert "demo/line1/imm1/melt_temperature" in found
    rows = dict(
        re.findall(r'name="(row-\d+-(?:address|path|unit|expected))" value="([^"]*)"', found)
    )
    assert "°C" in rows.values()
    kept = client.post(browse.replace("/browse/", "/choose/"), rows)
    assert kept.headers["Location"] == agent
    now = client.get(browse.replace("/browse/", "/now/")).json()
    assert now["problem"] == "" and len(now["values"]) == 36

    # The agent applies it, and the values arrive in the history.
    until(lambda: "is read" in words_of(client.get(agent)))

    melt = until(lambda: latest(organisation).get("demo/line1/imm1/melt_temperature"))
    assert 200 < melt["value"] < 260
    assert melt["source"] == line.all(bus.AGENTS)[0].edge
    told = until(lambda: line.get(bus.TAGS, organisation, melt["source"]))
    assert told.units["demo/line1/imm1/melt_temperature"] == "°C"

    # A configuration that the agent refuses is said with its reason, and it reads on as before.
    added = client.post(
        f"{agent}add/files/",
        {"name": "검사", "folder": "/no/such/folder", "prefix": "line1/test", "time_column": "time",
         "layout": "wide", "pattern": "*.csv"},
    )  # fmt: skip
    assert added.status_code == 302
    refused = until(lambda: (p := words_of(client.get(agent))) and "refused version 2" in p and p)
    assert "There is no folder /no/such/folder" in refused
    assert "It goes on with version 1" in refused

    # Revoked: refused from that moment.
    admin = enter(house.people["admin"])
    assert admin.post(f"{agent}revoke/").status_code == 302
    until(lambda: all(one.revoked for one in line.all(bus.AGENTS)))
    assert "the gateway refuses it" in words_of(client.get(agent))
