"""What all tests share: the public data sets beside the project, a browser, a running server."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

#: What shares a server or a browser that takes long to start, and so runs in one process. Any
#: other file is whole in one process, too: what it starts for itself is started once.
TOGETHER = {
    "tests/web/browser/": "browser",
    "tests/web/design/": "browser",
    "tests/reports/test_page_in_browser.py": "browser",
    "tests/client/": "client",
    "tests/packaging/": "packaging",
    "tests/web/api/": "api",
}

#: What takes longest is begun first, so that no process is left with it when the others have ended.
LONGEST = (
    "browser",
    "tests/web/insight/test_processes.py",
    "tests/web/test_serving.py",
    "client",
    "tests/web/insight/test_methods.py",
    "tests/web/postgresql/test_on_postgresql.py",
    "tests/doctor/test_doctor.py",
    "packaging",
    "tests/benchmarks/test_null_labels.py",
    "tests/edge/drivers/test_opcua.py",
    "tests/web/insight/test_reports.py",
    "tests/monitor/test_floor_live.py",
    "tests/gateway/test_gateway_command.py",
    "tests/web/insight/test_understanding.py",
    "tests/gateway/test_writer.py",
    "tests/backup/test_backup_of_a_running_site.py",
    "tests/web/insight/test_files.py",
    "tests/web/plant/test_from_the_page_to_the_history.py",
    "tests/benchmarks/test_faults.py",
    "tests/web/core/test_many_writers.py",
    "tests/web/insight/test_report_files.py",
    "tests/backup/test_backup_of_postgresql.py",
    "tests/web/insight/test_machine_methods.py",
)

#: In the browser: first who wants a live page of few lines, then who looks at what stood before.
FIRST = (
    "tests/web/browser/test_live_in_browser.py",
    "tests/web/browser/test_nobody_is_shut_out.py",
)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def group_of(nodeid: str) -> str:
    """Return the group of a test."""
    file = nodeid.split("::")[0]
    return next((group for start, group in TOGETHER.items() if file.startswith(start)), file)


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out tests in such groups. (Marks for groups do nothing from pytest 9.2 on.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Tell the runner of several processes how tests are shared out."""
    config.option.loadscopereorder = False  # it is put in order below
    return _Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first, then those with the most tests."""
    sizes = Counter(group_of(item.nodeid) for item in items)

    def place(item: pytest.Item) -> tuple[int, int, int]:
        group, file = group_of(item.nodeid), item.nodeid.split("::")[0]
        long = LONGEST.index(group) if group in LONGEST else len(LONGEST)
        return long, -sizes[group], FIRST.index(file) if file in FIRST else len(FIRST)

    items.sort(key=place)


def _missing(reason: str) -> None:
    """Skip by name; in continuous integration fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets; without it a test skips by name, and fails in CI."""
    if not SHARED.is_dir():
        _missing(f"the public data sets are not at {SHARED}")
    return SHARED


def _need(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    _missing(f"needs {names[0]}: apt-get install chromium chromium-driver")
    raise AssertionError


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browser puts what is downloaded."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def chromium(
    tmp_path_factory: pytest.TempPathFactory, downloads: Path
) -> Iterator[webdriver.Chrome]:
    """A browser without a window, with a profile of its own; one for all tests of a process."""
    program, driver = _need("chromium", "chromium-browser", "google-chrome"), _need("chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    try:
        running.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
        )
        yield running
    finally:
        running.quit()


@dataclass(frozen=True)
class Place:
    """A running installation: what it printed, and how to run commands beside it.

    `url` ends without a slash; `password` opens the account of `email` once.
    """

    url: str
    email: str
    password: str
    home: Path
    environment: dict[str, str]

    def run(self, *words: str) -> str:
        """Run a `deungdae` command on the same state; return what it prints."""
        command = [sys.executable, "-m", "deungdae.cli", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """`deungdae up` in Korean on a free port: server, worker and demo company, style guide shown.

    One for all tests of a process; what a test needs alone, it makes in a company of its own.
    """
    home = tmp_path_factory.mktemp("home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO_"))}
    environment = kept | {
        "DEUNGDAE_HOME": str(home),
        "DEUNGDAE_LANG": "ko",
        "DEUNGDAE_STYLEGUIDE": "yes",
        "DEUNGDAE_GATEWAY_BIND": "127.0.0.1:0",
        "DEUNGDAE_MQTT_BIND": "127.0.0.1:0",
        "PYTHONUNBUFFERED": "1",
    }
    said: list[str] = []
    with (
        (home / "server.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "deungdae.cli", "up", "--port", "0", "--no-plant"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout
            for line in process.stdout:
                said.append(line)
                if "http://" in line:
                    break
            words = "".join(said)
            found = [
                re.search(pattern, words)
                for pattern in (r"http://[\d.]+:\d+", r"\S+@\S+", r"비밀번호: (\S+)")
            ]
            assert all(found), (words, (home / "server.log").read_text("utf-8"))
            url, email, password = (match[match.lastindex or 0] for match in found if match)
            yield Place(url, email, password, home, environment)
        finally:
            process.terminate()
            process.wait(30)
