"""A file goes up in pieces; a lost connection costs one piece, and the reader is told."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reader import Reader

HEADER = "생산일시,품번,사출압력,판정\n"
PIECE = 1000


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of six pieces."""
    path = tmp_path / "9월_검사.csv"
    rows = (f"2026-09-01 08:{i % 60:02},P-{i},{80 + i % 7},OK\n" for i in range(180))
    path.write_text(HEADER + "".join(rows), "utf-8")
    assert 5 * PIECE < path.stat().st_size < 6 * PIECE
    return path


@pytest.fixture
def dropper(owner: Reader) -> Iterator[Reader]:
    """The owner before an empty file drop that sends small pieces and tells what it does."""
    owner.open("/causes/new/")
    owner.run(
        "const form = document.querySelector('[data-file-drop]');"
        "form.dataset.chunkBytes = arguments[0]; window.told = [];"
        "for (const what of ['chosen', 'progress', 'done', 'failed'])"
        "  document.addEventListener(`filedrop:${what}`, e => {"
        "    window.told.push(what); if (what === 'done') e.preventDefault(); });"
        "document.addEventListener('filedrop:done', e => { window.next = e.detail.next; });",
        PIECE,
    )
    yield owner
    block(owner)


def block(owner: Reader, *addresses: str) -> None:
    """Have the browser lose what it sends to some addresses; to none without any."""
    owner.driver.execute_cdp_cmd("Network.enable", {})
    owner.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": list(addresses)})


def choose(owner: Reader, table: Path) -> None:
    owner.one("[data-file-drop] input[type=file]").send_keys(str(table))


def test_a_file_arrives_piece_by_piece_and_its_page_is_named(dropper: Reader, table: Path) -> None:
    choose(dropper, table)
    dropper.until(lambda: dropper.run("return window.next"))
    assert dropper.run("return window.told") == ["chosen", *["progress"] * 6, "done"]
    assert re.fullmatch(r"/causes/uploads/[0-9a-f-]{36}/", dropper.run("return window.next"))
    assert dropper.one("[data-drop-percent]").text == "100%"
    assert dropper.one("[data-drop-doing]").text == "Everything has arrived. One moment …"


def test_after_a_lost_connection_sending_goes_on_by_itself(dropper: Reader, table: Path) -> None:
    block(dropper, "*/content/*")
    choose(dropper, table)
    dropper.until(lambda: "The connection is gone." in dropper.one("[data-drop-doing]").text)
    assert dropper.run("return window.told") == ["chosen"]
    block(dropper)
    dropper.until(lambda: dropper.run("return window.next"))
    assert dropper.run("return window.told").count("progress") == 6


def test_who_gives_up_finds_the_drop_as_it_was(dropper: Reader, table: Path) -> None:
    block(dropper, "*/content/*")
    choose(dropper, table)
    dropper.until(lambda: "The connection is gone." in dropper.one("[data-drop-doing]").text)
    block(dropper)
    dropper.one("[data-drop-cancel]").click()
    assert dropper.one("[data-file-drop] .target").is_displayed()
    assert not dropper.one("[data-drop-sending]").is_displayed()
    assert dropper.run("return document.activeElement.type") == "file"
    choose(dropper, table)
    dropper.until(lambda: dropper.run("return window.next"))


def test_a_refusal_of_the_server_is_shown_in_its_own_words(dropper: Reader, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    choose(dropper, empty)
    dropper.until(lambda: dropper.one("[data-drop-error]").is_displayed())
    assert dropper.one("[data-drop-message]").text
    assert dropper.run("return window.told") == ["chosen", "failed"]
