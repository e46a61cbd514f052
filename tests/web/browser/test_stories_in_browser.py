"""The five stories of the first page, each in Korean and in English, as a person walks them."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import month_table
import openpyxl
import pytest
from month_table import DRYING, MOULD, PRESSURE
from reader import RUN, Reader

LANGUAGES = ("ko", "en")
HOUSE = {"ko": "gaon.example", "en": "nuri.example"}
OTHER = {"ko": "nuri.example", "en": "gaon.example"}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def choose(reader: Reader) -> Callable[[Path], None]:
    """Go to the page of the drop by the main button and choose a file there."""

    def chosen(table: Path) -> None:
        reader.open("/")
        reader.press_and_leave(".heading .button.main")
        reader.leave(lambda: reader.one("[data-file-drop] input[type=file]").send_keys(str(table)))
        reader.until(lambda: reader.all("#understood") and not reader.all("[data-events]"), RUN)

    return chosen


def report_is_there(reader: Reader) -> None:
    """Wait until the search has ended and all pictures and files are there."""
    reader.until(lambda: reader.all("#share") and not reader.all("[data-writing]"), RUN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_user_comes_in_with_what_was_printed(
    reader: Reader, place: Any, language: str
) -> None:
    password = place.password
    if language == "en":  # the printed one opens once; a second one is printed for who asks
        printed = place.run("password", place.email)
        found = re.search(r"비밀번호: (\S+)", printed)
        assert found
        password = found[1]
    reader.forget(place.email)
    reader.open("/")
    reader.speak(language)
    assert reader.text("h1") == {"ko": "로그인", "en": "Sign in"}[language]
    reader.sign_in(place.email, password)
    reader.speak(language)
    assert reader.at == "/account/password/"
    reader.open("/causes/")  # no way round it
    assert reader.at == "/account/password/"
    assert not reader.all("[name=old_password]")
    reader.one("[name=new_password]").send_keys(f"lantern-harbour-{language}")
    reader.press_and_leave("main .button.main")
    assert reader.at == "/causes/"
    demo = {"ko": "데모", "en": "Demo"}[language]
    assert reader.text(".bar .pill.demo") == demo
    made_up = {"ko": "만들어 낸 데모 데이터", "en": "generated demonstration data"}[language]
    assert made_up in reader.text(".foot")
    buttons = reader.all("main .button.main")
    assert [b.text for b in buttons] == [
        {"ko": "불량 원인 찾기", "en": "Find the causes of defects"}[language]
    ]

    def finished() -> bool:
        reader.open("/causes/")
        return bool(reader.all(".pill.clear"))

    reader.until(finished, RUN)
    assert reader.text("tbody .pill.demo") == demo


@pytest.mark.parametrize(("language", "ending"), [("ko", ".xlsx"), ("en", ".csv")])
def test_an_engineer_corrects_once_starts_leaves_and_returns(
    reader: Reader, choose: Callable[[Path], None], tmp_path: Path, language: str, ending: str
) -> None:
    # A shape of its own: another file of this company shall not have been corrected before.
    table, following = (
        month_table.write(
            tmp_path / f"{name}{ending}", language, month, (PRESSURE,), parts=300, shape="engineer"
        )
        for name, month in (("3월" if language == "ko" else "March", 3), ("4월", 4))
    )
    heads = month_table.HEADS[language]
    worker = heads[1]
    reader.become(f"engineer@{HOUSE[language]}")
    choose(table)

    # What was understood: names, types, units, time, result and its bad values.
    assert reader.text("#q-target strong") == heads[-1]
    bad = month_table.WORDS[language][3]
    assert reader.text("#q-bad [aria-pressed=true]").startswith(bad)
    understood = reader.text("#understood")
    assert ending[1:].upper() in understood
    counts = {
        "ko": "읽은 행 301 = 쓴 행 300 + 뺀 행 1",
        "en": "301 rows read = 300 used + 1 set aside",
    }
    assert counts[language] in understood
    before, after = reader.all("#before tbody tr"), reader.all("#after tbody tr")
    assert len(after) == 20
    assert len(before) == 23  # title, empty row, names, and twenty rows as they stand there
    assert before[0].text.endswith(month_table.WORDS[language][0])
    aside = {"ko": "소계·합계 행", "en": "subtotal"}[language]
    assert aside in reader.text("#aside").lower()

    # One press corrects, and it is remembered for the next file of the same shape.
    reader.leave(button_of(reader, worker).click)
    asked = {"ko": "요청에 따라", "en": "as you asked"}[language]
    reader.until(lambda: reader.all("#columns") and asked in row_of(reader, worker).text, RUN)
    reader.until(lambda: not reader.all("[data-events]"))
    choose(following)
    assert asked in row_of(reader, worker).text
    remembered = {"ko": "같은 모양", "en": "of this shape"}[language]
    assert remembered in " ".join(n.text for n in reader.all("main > .notice"))

    # Start, leave while it runs, come back by the list.
    reader.press_and_leave(".heading .button.main")
    assert reader.at.startswith("/causes/reports/")
    there = reader.at
    assert reader.all("[data-percent]") or reader.all("#share")
    reader.open("/members/")
    reader.press_and_leave('.rail a[href="/causes/"]')
    reader.leave(reader.one(f'tbody a[href="{there}"]').click)
    report_is_there(reader)
    assert reader.at == there


def row_of(reader: Reader, column: str) -> Any:
    """Return the row of a column in the table of columns."""
    rows = reader.all("#columns tbody tr")
    return next(row for row in rows if row.text.startswith(column))


def button_of(reader: Reader, column: str) -> Any:
    """Return the button that leaves a column out, in the middle of the window."""
    row = row_of(reader, column)
    reader.run("arguments[0].scrollIntoView({block: 'center'})", row)
    return row.find_element("css selector", "button")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_owner_reads_downloads_and_sends_the_link_to_a_colleague(
    reader: Reader, furnished: Any, downloads: Path, language: str
) -> None:
    report = f"/causes/reports/{furnished.reports[language]}/"
    reader.become(f"owner@{HOUSE[language]}")
    reader.open("/")
    reader.leave(reader.one(f'tbody a[href="{report}"]').click)
    report_is_there(reader)
    answer = reader.text("h1")
    assert re.search(r"\d%", answer)
    assert {"ko": "불량률", "en": "defect rate"}[language] in answer.lower()
    page = reader.text("main")
    for sentence in {
        "ko": ("얼마나 확실한가요?", "다음에 할 일"),
        "en": ("How sure is that?", "What to do next"),
    }[language]:
        assert sentence in page
    assert reader.all(".finding svg")

    for ending in ("pdf", "xlsx"):
        before = set(downloads.iterdir())
        reader.one(f'a[download][href$=".{ending}"]').click()

        def arrived(before: set[Path] = before, ending: str = ending) -> list[Path]:
            return [f for f in set(downloads.iterdir()) - before if f.suffix == f".{ending}"]

        (file,) = reader.until(arrived)
        reader.until(lambda: not list(downloads.glob("*.crdownload")))
        if ending == "pdf":
            assert file.read_bytes().startswith(b"%PDF")
        else:
            assert zipfile.is_zipfile(file)
            book = openpyxl.load_workbook(file, read_only=True)
            first = " ".join(str(c) for row in book.worksheets[0].values for c in row if c)
            assert answer.split(":")[0] in first
            book.close()

    link = reader.text("#address")
    assert link == reader.url + report
    reader.one('[data-copy="address"]').click()
    copied = {"ko": "복사했습니다", "en": "Copied"}[language]
    reader.until(lambda: any(copied in toast.text for toast in reader.all(".toast")))

    reader.become(None)
    reader.open(link)
    assert reader.at.startswith("/sign-in/")
    reader.sign_in(f"viewer@{HOUSE[language]}")
    assert reader.at == report
    assert reader.text("h1") == answer


def test_next_months_file_is_compared_with_the_last(
    reader: Reader, furnished: Any, choose: Callable[[Path], None], tmp_path: Path
) -> None:
    last = f"/causes/reports/{furnished.reports['ko']}/"
    table = month_table.write(tmp_path / "10월 검사.csv", "ko", 10, (PRESSURE, DRYING))
    reader.become(f"owner@{HOUSE['ko']}")
    choose(table)
    reader.press_and_leave(".heading .button.main")
    report_is_there(reader)
    for language in LANGUAGES:  # the same report, as each reader meets it
        reader.speak(language)
        report_is_there(reader)
        told = fates_of(reader)
        holds = {"ko": ("여전함", "옮겨짐"), "en": ("still holds", "moved")}[language]
        assert told[PRESSURE] in holds
        assert told[MOULD] == {"ko": "사라짐", "en": "disappeared"}[language]
        assert told[DRYING] == {"ko": "새로 나타남", "en": "new"}[language]
    reader.speak("ko")
    reader.leave(reader.one("#changes p a").click)
    assert reader.at == last


def fates_of(reader: Reader) -> dict[str, str]:
    """Return what became of each cause of the month before, as the Korean sheet names it."""
    fates = {
        line.find_element("css selector", "strong").text: line.find_element(
            "css selector", ".tag"
        ).text
        for line in reader.all("#changes .fates li")
    }
    heads = [head.split("(")[0].strip() for head in month_table.HEADS["ko"][2:5]]
    return {
        cause: next(fate for title, fate in fates.items() if head in title)
        for cause, head in zip((PRESSURE, MOULD, DRYING), heads, strict=True)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrator_invites_and_another_company_sees_nothing(
    reader: Reader, furnished: Any, language: str
) -> None:
    guest = f"guest-{language}@{HOUSE[language]}"
    reader.become(f"owner@{HOUSE[language]}")
    reader.open("/members/")
    reader.one("#invite [name=email]").send_keys(guest)
    role = {"ko": "엔지니어", "en": "engineer"}[language]
    for option in reader.all("#invite [name=role] option"):
        if option.text == role:
            option.click()
    reader.press_and_leave("#invite button.main")
    link = reader.text("#link")

    reader.become(None)
    reader.open(link)
    reader.speak(language)
    assert role.lower() in reader.text(".head").lower()
    reader.one("[name=name]").send_keys("오하늘")
    reader.one("[name=new_password]").send_keys("harbour-lantern-7")
    reader.press_and_leave("main .button.main")
    assert reader.at == "/causes/"
    reader.open("/members/")
    (row,) = [r for r in reader.all("tbody tr") if guest in r.text]
    assert role in row.text
    reader.become(None)
    reader.open(link)  # it opens nothing a second time
    assert reader.all("[name=new_password]") == []

    # Every id that the owner meets on the pages of the company …
    reader.become(f"owner@{HOUSE[language]}")
    report = f"/causes/reports/{furnished.reports[language]}/"
    met: dict[str, str] = {}
    for path in ("/causes/", "/members/", "/company/", report, upload_of(reader, report)):
        reader.open(path)
        found = reader.run(
            "return [...document.querySelectorAll('a[href], form[action], [hx-get]')].map(e =>"
            " [e.getAttribute('href') || e.getAttribute('action') || e.getAttribute('hx-get'),"
            " e.matches('form[method=post]') ? 'POST' : 'GET'])"
        )
        met |= {address.split("?")[0]: how for address, how in found if ID.search(address)}
    kinds = {re.sub(ID, "…", address) for address in met}
    assert {"/causes/reports/…/", "/causes/uploads/…/", "/causes/reports/…/report.pdf"} <= kinds
    assert "/members/…/remove/" in kinds
    # … is not there for somebody of another company, who is an owner as well.
    reader.become(f"owner@{OTHER[language]}")
    reader.open("/account/")
    told = reader.run(
        "const token = document.querySelector('[name=csrfmiddlewaretoken]').value;"
        "return Promise.all(arguments[0].map(async ([address, method]) => [address, (await fetch("
        "address, {method, headers: method === 'POST' ? {'X-CSRFToken': token} : {}})).status]))",
        list(met.items()),
    )
    assert len(told) == len(met) > 8
    assert [line for line in told if line[1] != 404] == []
    reader.open(report)
    reader.speak(language)
    nothing = {"ko": "이 페이지는 없습니다", "en": "This page is not there"}[language]
    assert nothing in reader.text("h1")
    reader.speak({"ko": "en", "en": "ko"}[language])  # as the other company's owner had it


def upload_of(reader: Reader, report: str) -> str:
    """Return the page of a report's file."""
    reader.open(report)
    found: str = reader.one("main a[href*='/uploads/']").get_dom_attribute("href")
    return found
