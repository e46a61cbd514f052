"""The live page moves and says when it does not; the history is read with mouse and keys."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from live_places import MOVING
from reader import DESKTOP, PHONE, Reader
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from deungdae import bus
from deungdae.records.environment import Settings

OWNER = "owner@hanbit.example"
VALUE = f'tr[data-tag="{MOVING}"] [data-value]'


@pytest.fixture
def owner(reader: Reader, furnished: Any) -> Iterator[Reader]:
    assert furnished.plant
    reader.become(OWNER)
    reader.width(DESKTOP)
    reader.open("/plant/live/")
    reader.speak("en")
    yield reader
    reader.open("/account/")


@pytest.fixture
def tell(place: Any, furnished: Any) -> Any:
    """Say values of the moving tag on the bus of the running installation."""
    address = bus.address(Settings.from_environment(place.environment).bus)
    subject = bus.live_subject(furnished.plant["organisation"])

    def told(value: Any, ago_us: int = 0) -> None:
        point = [MOVING, time.time_ns() // 1000 - ago_us, value, 192]
        say(address, subject, json.dumps({"points": [point]}))

    return told


def say(address: Any, subject: str, text: str) -> None:
    """Say something on the bus of the running installation."""

    async def said() -> None:
        async with await bus.Connection.open(address, "tests") as connection:
            await connection.tell(subject, text.encode())
            await connection.client.flush()

    asyncio.run(said())


def test_a_value_changes_on_the_page_as_it_comes(owner: Reader, tell: Any) -> None:
    owner.until(lambda: owner.all('[data-status="live"]'))
    for value in (217.25, 218.75):

        def shown(value: float = value) -> bool:
            tell(value)
            return owner.text(VALUE) == str(value)

        owner.one(VALUE)
        owner.until(shown)
    row = owner.text(f'tr[data-tag="{MOVING}"]')
    assert "s ago" in row
    owner.width(PHONE)
    owner.until(lambda: (tell(219.75), owner.text(VALUE) == "219.75")[1])
    owner.width(DESKTOP)


def test_the_trend_of_today_is_drawn_for_rows_that_are_seen(owner: Reader) -> None:
    owner.one(VALUE)
    line = f'tr[data-tag="{MOVING}"] [data-trend] path'
    owner.until(lambda: owner.all(line)[0].get_attribute("d"))
    said = owner.all(f'tr[data-tag="{MOVING}"] [data-trend]')[0].get_attribute("aria-label")
    assert "Between 2" in (said or "")


def test_an_asset_that_is_folded_is_fetched_when_it_is_opened(owner: Reader) -> None:
    owner.open("/plant/live/?show=")
    assert not owner.all("tr[data-tag]")
    owner.one('[data-asset="1호 라인/사출 1호기"] > summary').click()
    owner.until(lambda: owner.all(VALUE))
    owner.until(lambda: "show=100%3A1" in owner.at)  # the address shows the same again


def test_lines_appear_on_an_open_page_as_their_first_values_come(
    reader: Reader, furnished: Any, place: Any
) -> None:
    assert furnished.plant
    reader.become("owner@empty.example")
    reader.open("/plant/live/")
    reader.until(lambda: reader.all('[data-status="live"]'))
    organisation = reader.run("return document.querySelector('[data-live]').dataset.of")
    address = bus.address(Settings.from_environment(place.environment).bus)

    def shown(*tags: str) -> int:
        now = time.time_ns() // 1000
        text = json.dumps({"points": [[tag, now, 1.5, 192] for tag in tags]})
        say(address, bus.live_subject(organisation), text)
        return len(reader.all("tr[data-tag]"))

    # Others may have connected a machine of this company before.
    rows, tiles = len(reader.all("tr[data-tag]")), len(reader.all(".line-tile"))
    reader.until(lambda: shown("L3/A/x") == rows + 1)
    reader.until(lambda: shown("L1/B/y", "L2/C/z") == rows + 3)
    assert len(reader.all(".line-tile")) == tiles + 3
    assert "show=" not in reader.at
    reader.open("/account/")


def test_the_page_says_that_it_does_not_move(owner: Reader) -> None:
    owner.until(lambda: owner.all('[data-status="live"]'))
    owner.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/plant/live/events/*"]})
    try:
        owner.open("/plant/live/")
        owner.until(lambda: "connecting again" in owner.text("[data-status]"))
        assert owner.all(VALUE)
    finally:
        owner.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        owner.log("browser")


def test_the_history_is_zoomed_by_dragging_and_its_address_shows_it_again(
    owner: Reader, furnished: Any
) -> None:
    owner.open(furnished.plant["history"])
    picture = owner.one(".drawing svg")
    ActionChains(owner.driver).move_to_element_with_offset(picture, -100, 0).click_and_hold(
    ).move_by_offset(200, 0).release().perform()  # fmt: skip
    owner.until(lambda: "from=" in owner.at)
    owner.until(lambda: owner.all(".drawing:not([aria-busy]) svg"))
    zoomed, said = owner.at, owner.one(".drawing svg").get_attribute("aria-label")
    owner.open(zoomed)
    assert owner.one(".drawing svg").get_attribute("aria-label") == said
    owner.driver.back()
    owner.until(lambda: "from=" not in owner.at)


def test_the_history_is_read_and_moved_with_keys_alone(owner: Reader, furnished: Any) -> None:
    owner.open(furnished.plant["history"])
    owner.tab_to(".drawing svg")
    owner.press(Keys.END)
    owner.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    spoken = owner.run("return document.querySelector('.drawing [aria-live]').textContent")
    assert "배럴 온도 21" in spoken
    assert "℃" in spoken
    assert owner.all(".readout:not([hidden])")
    owner.press("+")
    owner.until(lambda: "from=" in owner.at)
    owner.until(lambda: owner.focused(".drawing svg"))  # the focus is still there
    owner.one("[data-chart-table]").click()
    assert owner.all("#history-data:not([hidden]) tbody tr")


def test_a_tag_is_found_while_one_types(owner: Reader) -> None:
    owner.open("/plant/history/")
    owner.one("#find").send_keys("이슬점")
    names = "return [...document.querySelectorAll('[data-found] strong')].map((e) => e.textContent)"
    owner.until(lambda: owner.run(names) == ["이슬점"])
    owner.run("document.querySelector('[data-found] a').click()")
    owner.until(lambda: "tag=" in owner.at and owner.all(".chosen .name"))
    assert owner.text(".chosen .name") == "2호 라인/건조기/이슬점"
