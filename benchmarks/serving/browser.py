"""A browser that loads a page as who comes for the first time, and says how long it took."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)
TIMES = """
const [page] = performance.getEntriesByType("navigation");
const [paint] = performance.getEntriesByName("first-contentful-paint");
if (!paint || !page.loadEventEnd) return null;
const others = performance.getEntriesByType("resource");
const drawn = [...document.querySelectorAll("figure.chart-frame svg")]
  .filter(svg => !svg.closest("button"));
const size = text => new TextEncoder().encode(text).length;
return {
  status: page.responseStatus,
  byte: page.responseStart,
  paint: paint.startTime,
  sent: page.transferSize + others.reduce((sum, other) => sum + other.transferSize, 0),
  charts: drawn.reduce((sum, svg) => sum + size(svg.outerHTML), 0)
    + others.filter(o => o.name.includes("vega")).reduce((sum, o) => sum + o.transferSize, 0),
  unpacked: page.decodedBodySize,
  packed: page.encodedBodySize,
};
"""


@dataclass(frozen=True)
class Load:
    """One load with an empty cache. Times in ms from the start of the navigation, sizes in bytes.

    `sent` is all that came over the wire with its headers; `charts` is the part of it that draws:
    vector pictures within the page, and the charting script.
    """

    status: int
    byte: float
    paint: float
    sent: int
    charts: int


class Browser:
    """Chromium without a window."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def sign_in(self, url: str, email: str, password: str) -> None:
        """Sign in by the form."""
        self.driver.get(f"{url}sign-in/")
        self.driver.find_element(By.NAME, "email").send_keys(email)
        self.driver.find_element(By.NAME, "password").send_keys(password)
        self.driver.find_element(By.CSS_SELECTOR, "main button.main").click()
        WebDriverWait(self.driver, 30).until(lambda d: "sign-in" not in d.current_url)

    def load(self, url: str) -> Load:
        """Load a page with an empty cache."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        self.driver.get(url)
        found: dict[str, Any] = WebDriverWait(self.driver, 30, 0.02).until(
            lambda driver: driver.execute_script(TIMES)
        )
        # What is drawn within a page that was packed weighs as much less as the page does.
        share = found["packed"] / found["unpacked"] if found["unpacked"] else 1.0
        return Load(
            found["status"], found["byte"], found["paint"], found["sent"],
            round(found["charts"] * share),
        )  # fmt: skip


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Open the browser, and close it afterwards."""
    options = webdriver.ChromeOptions()
    options.binary_location = need("chromium", "chromium-browser", "google-chrome")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(need("chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


def need(*names: str) -> str:
    """Return the first program that is there; ends with a sentence when there is none."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise SystemExit(f"needs {names[0]} (Debian: chromium, chromium-driver, curl)")
