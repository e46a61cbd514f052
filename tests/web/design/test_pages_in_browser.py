"""Each page in a real browser: nobody is shut out, nothing is fetched, nothing is too wide."""

from typing import Any

import pytest

PHONE, DESKTOP = 390, 1440
#: what a page may weigh on the wire, in bytes, before charts
HEAVIEST = 300_000

SIGNED_OUT = ("/sign-in/", "/invitation/no-such-invitation/", "/no-such-page/")
SIGNED_IN = (
    "/styleguide/",
    "/causes/",
    "/causes/new/",
    "/account/",
    "/account/password/",
    "/account/organisations/",
    "/account/second-factor/",
    "/account/keys/",
    "/members/",
    "/company/",
    "/audit/",
    "/no-such-page/",
)
LOOKS = [(DESKTOP, "ko", "light"), (PHONE, "en", "dark")]

CHECK = """
const done = arguments[arguments.length - 1];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const told = v => [v.impact, v.id, v.nodes.map(n => n.html.slice(0, 160))];
axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}}).then(
  r => done(r.violations.map(told)));
"""


def shut_out(reader: Any, axe: str) -> list[Any]:
    """Return what axe-core finds on the page, without what is minor."""
    reader.run(axe)
    found: list[Any] = reader.driver.execute_async_script(CHECK)
    return [violation for violation in found if violation[0] != "minor"]


def look(reader: Any, path: str, width: int, language: str, theme: str) -> None:
    reader.width(width)
    reader.theme(theme)
    reader.open(path)
    reader.speak(language)
    dark = reader.run("return document.documentElement.dataset.theme") == "dark"
    assert dark is (theme == "dark")


@pytest.mark.parametrize(("width", "language", "theme"), LOOKS)
@pytest.mark.parametrize("path", SIGNED_IN)
def test_nobody_is_shut_out_of_a_page_and_nothing_is_too_wide(
    owner: Any, axe: str, path: str, width: int, language: str, theme: str
) -> None:
    look(owner, path, width, language, theme)
    assert shut_out(owner, axe) == []
    assert owner.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "language", "theme"), LOOKS)
@pytest.mark.parametrize("path", SIGNED_OUT)
def test_nobody_is_shut_out_of_the_way_in(
    stranger: Any, axe: str, path: str, width: int, language: str, theme: str
) -> None:
    look(stranger, path, width, language, theme)
    assert shut_out(stranger, axe) == []
    assert stranger.run("return document.documentElement.scrollWidth") <= width


def test_what_shuts_people_out_would_be_found(owner: Any, axe: str) -> None:
    owner.open("/account/")
    owner.run("document.querySelector('main').append(document.createElement('input'))")
    assert [violation[1] for violation in shut_out(owner, axe)] == ["label"]


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_asks_no_other_host_and_is_light(owner: Any, server: Any, path: str) -> None:
    owner.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    owner.traffic()
    owner.open(path)
    events = owner.traffic()
    asked = {
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    }
    assert f"{server.url}{path}" in asked
    assert [url for url in asked if not url.startswith((f"{server.url}/", "data:", "blob:"))] == []
    charts = {
        e["params"]["requestId"]
        for e in events
        if e["method"] == "Network.requestWillBeSent"
        and "/vendor/vega" in e["params"]["request"]["url"]
    }
    weight = sum(
        e["params"]["encodedDataLength"]
        for e in events
        if e["method"] == "Network.loadingFinished" and e["params"]["requestId"] not in charts
    )
    assert 5_000 < weight < HEAVIEST


@pytest.mark.parametrize("path", [p for p in SIGNED_IN if "no-such" not in p])
def test_a_page_breaks_neither_its_policy_nor_its_scripts(owner: Any, path: str) -> None:
    owner.open(path)
    owner.run("document.querySelectorAll('[data-chart]').forEach(c => c.scrollIntoView())")
    owner.until(lambda: owner.run("return !document.querySelector('[data-loading]')"))
    loud = [e["message"] for e in owner.log("browser") if e["level"] in ("SEVERE", "WARNING")]
    assert loud == []


@pytest.mark.parametrize("path", SIGNED_IN)
def test_what_is_pressed_on_a_phone_is_large_enough_for_a_finger(owner: Any, path: str) -> None:
    owner.width(PHONE)
    owner.open(path)
    small = owner.run(
        "return [...document.querySelectorAll('.button, .tabs a, summary, select, input')].filter("
        "e => e.checkVisibility() && e.type !== 'hidden' && e.type !== 'file'"
        " && !['checkbox', 'radio'].includes(e.type)"
        " && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []
