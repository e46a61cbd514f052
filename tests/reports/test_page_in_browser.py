"""The page in a real browser: it asks no host for anything and fits a phone."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PHONE, DESKTOP = 390, 1440
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _need(*names: str) -> str:
    """Return the first program that is there; without one, skip here and fail in CI."""
    for name in names:
        if found := shutil.which(name):
            return found
    reason = f"needs {names[0]}: apt-get install chromium chromium-driver"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    program, driver = _need(*BROWSERS), _need("chromedriver")
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


def show(browser: webdriver.Chrome, page: str, folder: Path, width: int) -> None:
    file = folder / "report.html"
    file.write_text(page, "utf-8")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get(file.as_uri())


def log(browser: webdriver.Chrome, kind: str) -> list[str]:
    entries: list[dict[str, str]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries]


def asked(browser: webdriver.Chrome) -> list[str]:
    """Return the addresses that the page asked for since the last call."""
    messages = [json.loads(text)["message"] for text in log(browser, "performance")]
    return [
        m["params"]["request"]["url"]
        for m in messages
        if m["method"] == "Network.requestWillBeSent"
    ]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_page_asks_no_host_for_anything(
    browser: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path, lang: str
) -> None:
    browser.get("about:blank")  # away from the browser's own first page
    asked(browser)
    show(browser, finished_page("mixed", lang), tmp_path, DESKTOP)
    addresses = asked(browser)
    assert (tmp_path / "report.html").as_uri() in addresses
    assert {a.split(":", 1)[0] for a in addresses} <= {"file", "data"}
    assert log(browser, "browser") == []


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", ["mixed", "none", "not_enough_data"])
def test_nothing_is_wider_than_a_phone_even_with_all_details_open(
    browser: webdriver.Chrome,
    finished_page: Callable[..., str],
    tmp_path: Path,
    name: str,
    lang: str,
) -> None:
    show(browser, finished_page(name, lang), tmp_path, PHONE)
    assert browser.execute_script("return document.documentElement.clientWidth") == PHONE
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") == PHONE


def test_the_answer_is_on_the_first_screen_of_a_phone(
    browser: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path
) -> None:
    show(browser, finished_page("mixed"), tmp_path, PHONE)
    bottom = browser.execute_script(
        "return document.querySelector('h1').getBoundingClientRect().bottom"
    )
    assert bottom < 844 / 2


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_chart_is_drawn_and_its_type_can_be_read(
    browser: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path, width: int
) -> None:
    show(browser, finished_page("mixed"), tmp_path, width)
    drawn = browser.execute_script(
        "return [...document.querySelectorAll('svg.chart')].map(s => ["
        "s.getBoundingClientRect().width,"
        "Math.min(...[...s.querySelectorAll('text')].map(t =>"
        "  parseFloat(getComputedStyle(t).fontSize) * s.getScreenCTM().a))])"
    )
    assert len(drawn) == 12
    for chart_width, smallest_type in drawn:
        assert 200 < chart_width <= width
        assert smallest_type >= 9


def test_what_can_be_pressed_is_large_enough_for_a_finger(
    browser: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path
) -> None:
    show(browser, finished_page("mixed"), tmp_path, PHONE)
    heights = browser.execute_script(
        "return [...document.querySelectorAll('summary')].map("
        "s => s.getBoundingClientRect().height).filter(h => h > 0)"
    )
    assert heights
    assert min(heights) >= 44


def test_a_link_to_a_term_opens_its_explanation(
    browser: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path
) -> None:
    show(browser, finished_page("mixed"), tmp_path, DESKTOP)
    browser.execute_script("document.querySelector('a[href=\"#g-interval\"]').click()")
    assert browser.execute_script(
        "return document.getElementById('g-interval').closest('details').open"
    )
