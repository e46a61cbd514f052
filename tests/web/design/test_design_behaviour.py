"""What components do: with the keyboard alone, without flashes, and when something goes wrong."""

import pytest
from reader import PHONE, Reader
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def test_the_first_tab_leads_past_the_navigation(owner: Reader) -> None:
    owner.open("/members/")
    owner.press(Keys.TAB)
    assert owner.focused(".skip")
    owner.press(Keys.ENTER)
    owner.until(lambda: owner.focused("main"))


def test_the_focus_can_always_be_seen(owner: Reader) -> None:
    owner.open("/members/")
    for _ in range(12):
        owner.press(Keys.TAB)
        outline = owner.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", owner.run("return document.activeElement.outerHTML")


def test_the_bars_of_a_phone_never_hide_what_has_the_focus(owner: Reader) -> None:
    owner.width(PHONE)
    owner.open("/styleguide/")
    seen = 0
    for _ in range(60):
        owner.press(Keys.TAB)
        hidden = owner.run(
            "const e = document.activeElement; if (e === document.body) return '';"
            "if (e.closest('.bar, .tabs, .skip')) return '';"
            "const r = e.getBoundingClientRect();"
            "const at = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);"
            "return at && at.closest('.bar, .tabs') ? e.outerHTML.slice(0, 120) : 'seen'"
        )
        assert hidden in ("", "seen"), hidden
        seen += hidden == "seen"
    assert seen > 20


def test_a_term_explains_itself_and_is_closed_by_escape(owner: Reader) -> None:
    owner.open("/styleguide/")
    owner.tab_to("[data-term]")
    owner.press(Keys.ENTER)
    bubble = owner.one(".bubble:not([hidden])")
    assert bubble.text == "Bad parts out of all parts that were inspected."
    assert owner.run("return document.activeElement.getAttribute('aria-expanded')") == "true"
    owner.press(Keys.ESCAPE)
    assert not bubble.is_displayed()


def test_a_dialog_keeps_the_focus_and_gives_it_back(owner: Reader) -> None:
    owner.open("/styleguide/")
    owner.tab_to("[data-dialog-open]")
    owner.press(Keys.ENTER)
    assert owner.one("dialog").get_attribute("open") is not None
    assert owner.run("return document.activeElement.closest('dialog') !== null")
    owner.press(Keys.ESCAPE)
    assert owner.focused("[data-dialog-open]")


def test_the_theme_is_there_before_the_first_paint_of_the_next_page(owner: Reader) -> None:
    owner.open("/account/")
    owner.tab_to("summary[aria-label='Light or dark']")
    owner.press(Keys.ENTER, Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER)
    assert owner.run("return getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 31)"
    page = owner.run("return fetch('/members/').then(r => r.text())")
    assert 'data-theme="dark"' in page.split(">", 2)[1]


def test_the_language_is_switched_where_one_is(owner: Reader) -> None:
    owner.open("/members/")
    owner.speak("ko")
    assert owner.driver.current_url.endswith("/members/")
    assert owner.one("h1").text == "구성원"


def test_a_chart_is_drawn_without_evaluating_text_and_shows_its_data(owner: Reader) -> None:
    owner.open("/styleguide/")
    owner.run("document.getElementById('by-day').scrollIntoView()")
    owner.until(lambda: owner.driver.find_elements(By.CSS_SELECTOR, "#by-day .plot svg.marks"))
    bars = owner.run("return document.querySelectorAll('#by-day .plot .mark-rect path').length")
    assert bars == 9  # ten days, one without a reading: a gap, not a zero
    assert not owner.one("#by-day-data").is_displayed()
    owner.one("[data-chart-table]").click()
    assert "11/18 2.9" in owner.one("#by-day-data").text
    owner.run("document.querySelector('[data-theme-choice=dark]').click()")
    alarm = "#by-day .plot path[fill='#ff7a68']"
    owner.until(lambda: owner.driver.find_elements(By.CSS_SELECTOR, alarm))


@pytest.mark.parametrize("chart", ["by-day", "by-reason"])
def test_a_chart_is_saved_as_a_picture_of_twice_its_size_and_as_a_table(
    owner: Reader, chart: str
) -> None:
    owner.open("/styleguide/")
    owner.run(
        "window.saved = []; HTMLAnchorElement.prototype.click ="
        " function () { window.saved.push([this.download, this.href]); }"
    )
    for kind in ("png", "csv"):
        button = owner.one(f"#{chart} [data-chart-{kind}]")
        owner.run("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        owner.until(lambda: owner.run("return window.saved.length"))
        name, address = owner.run("return window.saved.pop()")
        assert name == f"{owner.one(f'#{chart} strong').text}.{kind}"
        assert address.startswith("data:image/png" if kind == "png" else "blob:")
        if kind == "png":
            owner.run("window.i = new Image(); i.src = arguments[0]", address)
            owner.until(lambda: owner.run("return i.complete"))
            shown = owner.run(
                f"return document.querySelector('#{chart} svg').viewBox.baseVal.width"
            )
            assert owner.run("return i.naturalWidth") == pytest.approx(2 * shown, abs=2)


def test_a_menu_closes_by_escape_and_gives_the_focus_back(owner: Reader) -> None:
    owner.open("/account/")
    menu = "details.menu > summary[aria-label^='Account of']"
    owner.tab_to(menu)
    owner.press(Keys.ENTER, Keys.TAB)
    assert owner.focused(".sheet a")
    owner.press(Keys.ESCAPE)
    assert owner.focused(menu)
    assert not owner.driver.find_elements(By.CSS_SELECTOR, "details.menu[open]")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a.pdf"], "Files of this kind cannot be read here. Please choose: .xlsx .xls .csv."),
        (["a.csv", "b.csv"], "Please drop one file at a time."),
    ],
)
def test_a_drop_that_cannot_be_taken_says_so_before_anything_is_sent(
    owner: Reader, names: list[str], sentence: str
) -> None:
    owner.open("/styleguide/")
    owner.run(
        "const d = new DataTransfer();"
        "for (const name of arguments[0]) d.items.add(new File(['x'], name));"
        "document.querySelector('[data-file-drop]').dispatchEvent("
        "new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true}))",
        names,
    )
    assert sentence in owner.one("[data-drop-error]").text
    assert "Nothing was sent." in owner.one("[data-drop-error]").text


def test_the_keyboard_reaches_the_file_drop(owner: Reader) -> None:
    owner.open("/styleguide/")
    owner.tab_to("[data-file-drop] input[type=file]")
    assert owner.run("return document.activeElement.checkVisibility()")
