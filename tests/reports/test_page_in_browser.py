"""The page in a real browser: it asks no host for anything and fits a phone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium import webdriver

PHONE, DESKTOP = 390, 1440


def show(chromium: webdriver.Chrome, page: str, folder: Path, width: int) -> None:
    file = folder / "report.html"
    file.write_text(page, "utf-8")
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    chromium.get(file.as_uri())


def log(chromium: webdriver.Chrome, kind: str) -> list[str]:
    entries: list[dict[str, str]] = chromium.get_log(kind)  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries]


def asked(chromium: webdriver.Chrome) -> list[str]:
    """Return the addresses that the page asked for since the last call."""
    messages = [json.loads(text)["message"] for text in log(chromium, "performance")]
    return [
        m["params"]["request"]["url"]
        for m in messages
        if m["method"] == "Network.requestWillBeSent"
    ]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_page_asks_no_host_for_anything(
    chromium: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path, lang: str
) -> None:
    chromium.get("about:blank")  # away from the browser's own first page
    asked(chromium)
    log(chromium, "browser")
    show(chromium, finished_page("mixed", lang), tmp_path, DESKTOP)
    addresses = asked(chromium)
    assert (tmp_path / "report.html").as_uri() in addresses
    assert {a.split(":", 1)[0] for a in addresses} <= {"file", "data"}
    assert log(chromium, "browser") == []


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", ["mixed", "none", "not_enough_data"])
def test_nothing_is_wider_than_a_phone_even_with_all_details_open(
    chromium: webdriver.Chrome,
    finished_page: Callable[..., str],
    tmp_path: Path,
    name: str,
    lang: str,
) -> None:
    show(chromium, finished_page(name, lang), tmp_path, PHONE)
    assert chromium.execute_script("return document.documentElement.clientWidth") == PHONE
    chromium.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert chromium.execute_script("return document.documentElement.scrollWidth") == PHONE


def test_the_answer_is_on_the_first_screen_of_a_phone(
    chromium: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path
) -> None:
    show(chromium, finished_page("mixed"), tmp_path, PHONE)
    bottom = chromium.execute_script(
        "return document.querySelector('h1').getBoundingClientRect().bottom"
    )
    assert bottom < 844 / 2


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_chart_is_drawn_and_its_type_can_be_read(
    chromium: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path, width: int
) -> None:
    show(chromium, finished_page("mixed"), tmp_path, width)
    drawn = chromium.execute_script(
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
    chromium: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path
) -> None:
    show(chromium, finished_page("mixed"), tmp_path, PHONE)
    heights = chromium.execute_script(
        "return [...document.querySelectorAll('summary')].map("
        "s => s.getBoundingClientRect().height).filter(h => h > 0)"
    )
    assert heights
    assert min(heights) >= 44


def test_a_link_to_a_term_opens_its_explanation(
    chromium: webdriver.Chrome, finished_page: Callable[..., str], tmp_path: Path
) -> None:
    show(chromium, finished_page("mixed"), tmp_path, DESKTOP)
    chromium.execute_script("document.querySelector('a[href=\"#g-interval\"]').click()")
    assert chromium.execute_script(
        "return document.getElementById('g-interval').closest('details').open"
    )
