"""The whole way with keys alone, and at each stop one sees where the focus is."""

from pathlib import Path
from typing import Any

import month_table
from access_table import PASSWORD
from month_table import PRESSURE
from reader import RUN, Reader
from selenium.webdriver.common.keys import Keys

_SEEN = """
const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
// The input of a file drop lies unseen over its frame, and the frame shows the focus.
const shown = e.type === 'file' ? getComputedStyle(e.closest('.target')) : s;
const on = document.elementFromPoint(r.left + Math.min(r.width, 200) / 2, r.top + r.height / 2);
return shown.outlineStyle !== 'none' && parseFloat(shown.outlineWidth) >= 2
  && r.bottom > 0 && r.top < innerHeight
  && !(on && on.closest('.bar, .tabs') && !e.closest('.bar, .tabs'));
"""


def go_to(reader: Reader, selector: str) -> None:
    """Press Tab until the focus is there, and see that it is."""
    reader.tab_to(selector)
    assert reader.run(_SEEN), reader.run("return document.activeElement.outerHTML.slice(0, 200)")


def enter(reader: Reader, selector: str) -> None:
    """Go to a link or button and press it; it leads to another page."""
    go_to(reader, selector)
    reader.leave(lambda: reader.press(Keys.ENTER))


def test_from_signing_in_to_the_downloaded_report(
    reader: Reader, downloads: Path, tmp_path: Path
) -> None:
    table = month_table.write(tmp_path / "keys.csv", "en", 2, (PRESSURE,), parts=300, shape="keys")
    reader.open("/sign-in/")
    assert reader.focused("[name=email]")  # the first thing to do has the focus
    reader.press("engineer@nuri.example")
    go_to(reader, "[name=password]")
    reader.press(PASSWORD)
    reader.leave(lambda: reader.press(Keys.ENTER))
    assert reader.at == "/causes/"
    reader.speak("en")

    reader.press(Keys.TAB)
    assert reader.focused(".skip")
    reader.press(Keys.ENTER)
    enter(reader, ".heading .button.main")
    go_to(reader, "[data-file-drop] input[type=file]")
    # The window in which a file is chosen is the system's: what it hands over is given here.
    reader.leave(lambda: reader.one("[type=file]").send_keys(str(table)))
    reader.until(lambda: reader.all("#understood") and not reader.all("[data-events]"), RUN)

    # Correct: compare by one more column, by the menu; then leave a column out by its button.
    go_to(reader, "#q-by summary")
    reader.press(Keys.ENTER)
    go_to(reader, "#q-by .sheet button[value=Operator]")
    reader.leave(lambda: reader.press(Keys.ENTER))
    reader.until(lambda: reader.all("#q-by") and not reader.all("[data-events]"), RUN)
    assert "Operator" in reader.text("#q-by")
    go_to(reader, "#columns .scroll")  # what scrolls can be scrolled
    enter(reader, "#columns button[value=keys]")
    reader.until(lambda: reader.all("#columns") and not reader.all("[data-events]"), RUN)

    enter(reader, ".heading .button.main")
    reader.until(lambda: reader.all("#share") and not reader.all("[data-writing]"), RUN)
    before = set(downloads.iterdir())
    go_to(reader, 'a[download][href$=".pdf"]')
    reader.press(Keys.ENTER)
    reader.until(lambda: [f for f in set(downloads.iterdir()) - before if f.suffix == ".pdf"])

    # The folds at the end, a term, and the data behind a picture.
    go_to(reader, "[data-term]")
    reader.press(Keys.ENTER)
    assert reader.focused("[data-term][aria-expanded=true]")
    reader.press(Keys.ESCAPE)
    assert reader.focused("[data-term][aria-expanded=false]")
    go_to(reader, "[data-chart-table]")
    reader.press(Keys.ENTER)
    assert reader.focused("[data-chart-table][aria-expanded=true]")
    go_to(reader, "details.fold > summary")
    reader.press(Keys.ENTER)
    assert reader.run("return document.activeElement.parentElement.open")
    go_to(reader, "[data-copy=address]")
    reader.press(Keys.ENTER)
    reader.until(lambda: any("Copied" in toast.text for toast in reader.all(".toast")))


def test_a_colleague_is_removed_and_not_removed_with_keys(reader: Reader, furnished: Any) -> None:
    assert furnished
    reader.become("owner@hanbit.example")
    reader.open("/members/")
    opener = "[data-dialog-open^=remove]"
    reader.tab_to(opener)
    reader.press(Keys.ENTER)
    assert reader.all("dialog[open]")
    assert reader.focused("dialog [data-dialog-close]")  # the harmless answer comes first
    for _ in range(4):  # the focus stays in the dialog, or with the browser's own bar
        reader.press(Keys.TAB)
        assert reader.focused("dialog *, body")
    reader.press(Keys.ESCAPE)
    assert not reader.all("dialog[open]")
    assert reader.focused(opener)


def test_the_whole_navigation_is_within_reach(reader: Reader) -> None:
    reader.become("owner@hanbit.example")
    for place in ("/causes/", "/members/", "/company/", "/audit/", "/causes/new/"):
        reader.open("/account/")
        enter(reader, f'.rail a[href="{place}"]')
        assert reader.at == place
        assert reader.all(f'.rail a[href="{place}"][aria-current=page]')
