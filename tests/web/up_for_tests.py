"""`deungdae up` as a person runs it, for tests: real processes, a real port, a way to ask it."""

import os
import re
import subprocess
import sys
from contextlib import closing, suppress
from email.message import Message
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import psutil

PLANT = {"demo-plant", "edge"}
PARTS = {"gateway", "history", "monitor", "web", "worker"}
COMMAND = Path(sys.executable).with_name("deungdae")


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO"))}
    return {**kept, "DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": "en", "PYTHONUNBUFFERED": "1"}


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words], env=environment(home), capture_output=True, text=True, check=False
    )


class Up:
    """`deungdae up` while it runs."""

    def __init__(self, home: Path, *more: str) -> None:
        ports = {"DEUNGDAE_GATEWAY_BIND": "127.0.0.1:0", "DEUNGDAE_MQTT_BIND": "127.0.0.1:0"}
        self.process = subprocess.Popen(
            [COMMAND, "up", "--port", "0", *more],
            env=environment(home) | ports,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self.url = self.ready()

    def ready(self) -> str:
        """Read on until pages are served, and return their URL."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"Open (http://\S+) ", line):
                return found[1]
        raise AssertionError((self.said, self.process.stderr and self.process.stderr.read()))

    def plant(self) -> str:
        """Read on until the plant runs, which is told last; return where its values move."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"values move at (http://\S+)", line):
                return found[1]
        raise AssertionError((self.said, self.process.stderr and self.process.stderr.read()))

    def end(self) -> None:
        """Kill it; its parts end by themselves."""
        self.process.kill()
        self.process.communicate()

    def children(self) -> dict[str, psutil.Process]:
        found = {}
        for child in psutil.Process(self.process.pid).children():
            # One that was killed a moment ago is there until its parent looks.
            with suppress(psutil.NoSuchProcess):
                found[child.cmdline()[3]] = child
        return found

    def ask(
        self, method: str, path: str, cookies: str = "", data: dict[str, str] | None = None
    ) -> "Answer":
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        return ask(self.url, method, path, headers, urlencode(data or {}))


class Answer(NamedTuple):
    """What the server answered."""

    status: int
    headers: Message
    text: str


def ask(url: str, method: str, path: str, headers: dict[str, str], body: str = "") -> Answer:
    where = urlsplit(url)
    with closing(HTTPConnection(where.hostname or "", where.port, timeout=30)) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())


def cookies_of(response: Answer, before: str = "") -> str:
    jar: SimpleCookie = SimpleCookie(before)
    for line in response.headers.get_all("Set-Cookie") or []:
        jar.load(line)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def sign_in(up: Up, password: str = "harbour-lantern-9") -> str:
    """Sign the owner of the demo company in for the first time; return the cookies."""
    words = "".join(up.said)
    (email,) = re.findall(r"Address: (\S+)", words)
    (once,) = re.findall(r"One-time password: (\S+)", words)
    cookies = ""
    for path, form in (
        ("/sign-in/", {"email": email, "password": once}),
        ("/account/password/", {"new_password": password, "new_password_again": password}),
    ):
        page = up.ask("GET", path, cookies)
        cookies = cookies_of(page, cookies)
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text))
        answer = up.ask("POST", path, cookies, {**form, "csrfmiddlewaretoken": token})
        assert answer.status == 302, answer.text
        cookies = cookies_of(answer, cookies)
    return cookies
