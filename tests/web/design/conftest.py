"""The pages as a reader meets them: the real server, a real browser, a company of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PHONE, DESKTOP = 390, 1440
OWNER, CHOSEN = "owner@example.com", "lantern-harbour-9"
DEUNGDAE = [sys.executable, "-m", "deungdae.cli"]


def _need(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    reason = f"needs {names[0]}: apt-get install chromium chromium-driver"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Server:
    """A running server: its address without the last slash, and the owner's one-time password."""

    url: str
    password: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a company of its own, style guide included."""
    home = tmp_path_factory.mktemp("home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO_"))}
    environment = kept | {
        "DEUNGDAE_HOME": str(home),
        "DEUNGDAE_STYLEGUIDE": "yes",
        "DEUNGDAE_LANG": "en",
        "PYTHONUNBUFFERED": "1",
    }
    made = subprocess.run(
        [*DEUNGDAE, "company", "등대전자", OWNER, "--owner", "김민지"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    password = re.search(r"password\D*?:\s*(\S+)", made.stdout, re.IGNORECASE)
    assert password, made.stdout
    log = (home / "server.log").open("w")
    with subprocess.Popen(
        [*DEUNGDAE, "web", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    ) as process:
        assert process.stdout
        url = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert url, (home / "server.log").read_text("utf-8")
        yield Server(url[0], password[1])
        process.terminate()
    log.close()


class Reader:
    """Somebody before a browser: which page, how wide, which language, which theme."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        self.width(DESKTOP)

    def width(self, pixels: int) -> None:
        """Make the window as wide as a phone's or a desk's."""
        metrics = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def open(self, path: str) -> None:
        """Open a page and wait until all of it is there."""
        self.driver.get(self.url + path)
        self.until(lambda: self.run("return document.readyState") == "complete")

    def speak(self, language: str) -> None:
        """Press the switch, if another language is spoken now."""
        if self.run("return document.documentElement.lang") != language:
            self.one(f'button[name="language"][value="{language}"]').click()
            self.until(lambda: self.run("return document.documentElement.lang") == language)

    def theme(self, name: str) -> None:
        """Have chosen light, dark or auto: pages that are opened from now on are so."""
        self.driver.add_cookie({"name": "deungdae_theme", "value": name})

    def one(self, selector: str) -> WebElement:
        """Return the first element that a selector finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *given)

    def until(self, is_so: Callable[[], Any], seconds: float = 15) -> Any:
        """Wait for something to be so."""
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: is_so())

    def log(self, kind: str) -> list[dict[str, Any]]:
        """Return and forget what the browser has noted: `browser` or `performance`."""
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def traffic(self) -> list[dict[str, Any]]:
        """Return the network's events since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [m for m in messages if m["method"].startswith("Network.")]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser without a window, with a profile of its own."""
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
        yield running
    finally:
        running.quit()


@pytest.fixture(scope="session")
def signed_in(chromium: webdriver.Chrome, server: Server) -> Reader:
    """The owner, who came in with the one-time password and has chosen another."""
    reader = Reader(chromium, server.url)
    reader.open("/sign-in/")
    reader.one("[name=email]").send_keys(OWNER)
    reader.one("[name=password]").send_keys(server.password)
    reader.one(".button.main").click()
    reader.until(lambda: "/account/password/" in chromium.current_url)
    reader.one("[name=new_password]").send_keys(CHOSEN)
    reader.one(".button.main").click()
    reader.until(lambda: "/account/password/" not in chromium.current_url)
    return reader


@pytest.fixture
def owner(signed_in: Reader) -> Reader:
    """The owner at a desk, in English and in light, whatever the test before did."""
    signed_in.width(DESKTOP)
    signed_in.theme("auto")
    signed_in.speak("en")
    signed_in.log("browser")
    return signed_in


@pytest.fixture
def stranger(owner: Reader, server: Server) -> Iterator[Reader]:
    """Somebody who has not signed in: the owner's cookies are put aside meanwhile."""
    kept = owner.driver.get_cookies()
    owner.driver.delete_all_cookies()
    yield owner
    owner.driver.delete_all_cookies()
    for cookie in kept:
        owner.driver.add_cookie(cookie)


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that checks a page for what shuts people out (axe-core)."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
