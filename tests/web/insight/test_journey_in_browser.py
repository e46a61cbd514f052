"""In a real browser: drop a file, correct a guess, run, read the report."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from deungdae.tables import demo

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120


def _need(*names: str) -> str:
    """Return the first program that is there; without one, skip here and fail in CI."""
    for name in names:
        if found := shutil.which(name):
            return found
    reason = f"needs {names[0]}: apt-get install chromium chromium-driver"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
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
        "--window-size=1440,1000",
        f"--user-data-dir={tmp_path / 'browser'}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield running
    finally:
        running.quit()


def test_from_a_dropped_file_to_its_report(
    browser: webdriver.Chrome, floor: Any, tmp_path: Path
) -> None:
    floor.ask("company")
    _, address = floor.web()
    worker = floor.worker()
    wait = WebDriverWait(browser, PATIENCE)

    browser.get(address)
    browser.find_element(By.NAME, "email").send_keys(floor.email)
    browser.find_element(By.NAME, "password").send_keys(floor.password)
    browser.find_element(By.CSS_SELECTOR, "main button.main, form button.main").click()
    wait.until(lambda b: b.current_url.endswith("/causes/"))
    assert "아직 보고서가 없습니다" in browser.page_source

    browser.get(f"{address}causes/new/")
    table = demo.write(tmp_path / "table", rows=3000).path
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(table))
    wait.until(lambda b: "/causes/uploads/" in b.current_url)
    wait.until(lambda b: b.find_elements(By.ID, "understood"))
    assert "불" in browser.find_element(By.CSS_SELECTOR, "#q-bad [aria-pressed=true]").text
    assert "생산일시" in browser.find_element(By.ID, "before").text
    assert len(browser.find_elements(By.CSS_SELECTOR, "#after tbody tr")) == 20

    # One click leaves a column out, and the page says so once the file was read again.
    leave_out = "//tr[th[contains(., '작업자')]]//button[@name='toggle']"
    browser.execute_script("arguments[0].click()", browser.find_element(By.XPATH, leave_out))
    wait.until(
        lambda b: (
            b.find_elements(By.XPATH, "//tr[th[contains(., '작업자')]][contains(., '요청에 따라')]")
            and b.find_elements(By.CSS_SELECTOR, "form[action$='/start/'] button")
        )
    )

    browser.find_element(By.CSS_SELECTOR, "form[action$='/start/'] button").click()
    wait.until(lambda b: "/causes/reports/" in b.current_url)
    report = browser.current_url
    wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "[data-percent]"))
    browser.get(address)  # leave, and come back when it is done
    base = sqlite3.connect(floor.home / "web" / "deungdae.sqlite3")
    wait.until(
        lambda _: base.execute(
            "select state from insight_job where kind = 'analyse'"
        ).fetchall() == [("done",)]
    )  # fmt: skip
    browser.get(report)
    heading = browser.find_element(By.TAG_NAME, "h1").text
    assert "불량률이" in heading and "%" in heading
    assert "다음에 할 일" in browser.page_source
    assert browser.find_elements(By.CSS_SELECTOR, ".finding svg")
    assert browser.find_element(By.ID, "address").text == report
    # Nothing of the browser's own security stood in the way of a page.
    refused = [x for x in browser.get_log("browser") if "Security Policy" in x["message"]]  # type: ignore[no-untyped-call]
    assert refused == []
    assert worker.poll() is None


def test_the_page_of_progress_becomes_the_report_by_itself(
    browser: webdriver.Chrome, floor: Any, tmp_path: Path
) -> None:
    table = demo.write(tmp_path / "table", rows=600).path
    floor.ask("company", str(table))
    _, address = floor.web()
    wait = WebDriverWait(browser, PATIENCE)
    browser.get(address)
    browser.find_element(By.NAME, "email").send_keys(floor.email)
    browser.find_element(By.NAME, "password").send_keys(floor.password)
    browser.find_element(By.CSS_SELECTOR, "main button.main, form button.main").click()
    (upload, _, _) = floor.ask("jobs")["uploads"][0]
    browser.get(f"{address}causes/uploads/{upload}/")
    wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "[data-percent]"))
    floor.worker()
    wait.until(lambda b: b.find_elements(By.ID, "understood"))
