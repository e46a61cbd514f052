"""Each page in a real browser: light, nothing fetched elsewhere, nothing too small to press."""

import pytest
from reader import PHONE, Reader

#: what a page may weigh on the wire, in bytes, before charts
HEAVIEST = 300_000

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


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_asks_no_other_host_and_is_light(owner: Reader, path: str) -> None:
    owner.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    owner.traffic()
    owner.open(path)
    events = owner.traffic()
    asked = {
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    }
    assert f"{owner.url}{path}" in asked
    assert [url for url in asked if not url.startswith((f"{owner.url}/", "data:", "blob:"))] == []
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
def test_a_page_breaks_neither_its_policy_nor_its_scripts(owner: Reader, path: str) -> None:
    owner.open(path)
    owner.run("document.querySelectorAll('[data-chart]').forEach(c => c.scrollIntoView())")
    owner.until(lambda: owner.run("return !document.querySelector('[data-loading]')"))
    loud = [e["message"] for e in owner.log("browser") if e["level"] in ("SEVERE", "WARNING")]
    assert loud == []


@pytest.mark.parametrize("path", SIGNED_IN)
def test_what_is_pressed_on_a_phone_is_large_enough_for_a_finger(owner: Reader, path: str) -> None:
    owner.width(PHONE)
    owner.open(path)
    small = owner.run(
        "return [...document.querySelectorAll('.button, .tabs a, summary, select, input')].filter("
        "e => e.checkVisibility() && e.type !== 'hidden' && e.type !== 'file'"
        " && !['checkbox', 'radio'].includes(e.type)"
        " && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []
