"""What the tests of the web share: a state folder of their own, and people of two companies."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

#: Names the database for tests that are to run on another one than the embedded one.
OTHER_DATABASE = "WEB_TESTS_DATABASE_URL"
_FOLDER = tempfile.TemporaryDirectory(prefix="deungdae-web-")


def _load_django() -> None:
    """Load Django with a state folder of its own, and leave the environment as it was."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DEUNGDAE_")]:
        del os.environ[name]
    os.environ["DEUNGDAE_HOME"] = _FOLDER.name
    os.environ["DEUNGDAE_LANG"] = "en"
    if OTHER_DATABASE in before:  # see postgresql/
        os.environ["DEUNGDAE_DATABASE_URL"] = before[OTHER_DATABASE]
    os.environ["DJANGO_SETTINGS_MODULE"] = "deungdae.web.project.settings"
    import django
    from django.conf import settings

    django.setup()
    # Argon2 is slow on purpose, and these tests make hundreds of accounts; one test keeps it.
    settings.SLOW_HASHERS = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    os.environ.clear()
    os.environ.update(before, DJANGO_SETTINGS_MODULE="deungdae.web.project.settings")


_load_django()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import translation  # noqa: E402
from houses import House, people_of  # noqa: E402
from reader import DESKTOP, Reader  # noqa: E402

from deungdae.web.core.models import Person  # noqa: E402


@pytest.fixture(autouse=True)
def in_the_language_of_the_settings() -> Iterator[None]:
    """What a page was last asked for in stays the language of a thread: not of the next test."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def static_files() -> Path:
    """The style sheets and scripts, collected and named as they are served."""
    from django.conf import settings

    call_command("collectstatic", verbosity=0, interactive=False)
    return Path(settings.STATIC_ROOT)


@pytest.fixture
def house(db: None) -> House:
    """가온정밀 and its people."""
    return people_of("가온정밀", "gaon.example")


@pytest.fixture
def neighbour(db: None) -> House:
    """Another company, whose people must see nothing of the first."""
    return people_of("누리사출", "nuri.example")


@pytest.fixture
def enter(static_files: Path) -> Callable[[Person | None], Client]:
    """Return a browser in which somebody has signed in; None for somebody unknown."""

    def entered(person: Person | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person)
        return client

    return entered


class Furnished:
    """What `furnish.py` makes in the running installation; the worker there takes its time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._asked: list[str] = []
        self._told: list[Any] = []
        self._line()  # companies and people

    def _line(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "furnish.py ended before its work was done"
        return json.loads(line)

    def begin(self, *names: str) -> None:
        """Have some steps made while tests go on that need none of it."""
        assert self._process.stdin
        for name in names:
            if name not in self._asked:
                self._asked.append(name)
                self._process.stdin.write(f"{name}\n")
                self._process.stdin.flush()

    def _step(self, name: str) -> dict[str, str]:
        self.begin(name)
        number = self._asked.index(name)
        while len(self._told) <= number:
            self._told.append(self._line())
        found: dict[str, str] = self._told[number]
        return found

    @property
    def reports(self) -> dict[str, str]:
        """Language → id of the report that the company of that language had a month ago."""
        return self._step("reports")

    @property
    def plant(self) -> dict[str, str]:
        """Kind of page → its address: machines and their values, all of 한빛금속."""
        return self._step("plant")

    @property
    def work(self) -> dict[str, str]:
        """Kind of page → its address: files and analyses, all of 한빛금속."""
        return self._step("work")


@pytest.fixture(scope="session")
def furnished(place: Any) -> Iterator[Furnished]:
    """Companies and people in the running installation, and what is asked for beyond them."""
    command = [sys.executable, str(Path(__file__).with_name("furnish.py"))]
    with subprocess.Popen(
        command, env=place.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Furnished(process)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def somebody(chromium: Any, place: Any) -> Reader:
    """Somebody before the one browser; `reader` is the same, with a desk put in order."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    return Reader(chromium, place.url, axe)


@pytest.fixture
def seated(somebody: Reader, furnished: Furnished) -> Iterator[Reader]:
    """Whoever sat at the desk in the test before.

    Whatever a test does, no page breaks the policy that the server sends with it.
    """
    yield somebody
    refused = [e["message"] for e in somebody.log("browser") if "Security Policy" in e["message"]]
    assert refused == []


@pytest.fixture
def reader(seated: Reader) -> Reader:
    """Somebody at a desk whom nobody knows yet, in light, whatever the test before did."""
    seated.become(None)
    seated.pixels = 0  # other tests of this browser may have changed the window
    seated.width(DESKTOP)
    seated.theme("auto")
    seated.log("browser")
    return seated
