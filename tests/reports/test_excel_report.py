"""The workbook: every number a number, no text a formula, both languages complete."""

import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from deungdae.reports.causes import render_excel

Given = Callable[[str], dict[str, Any]]
Book = Callable[..., bytes]

SHEETS = ["Findings", "Bins", "Set aside", "Columns", "How it was computed"]
HEADER = 3


@pytest.fixture
def book() -> Book:
    def render(given: dict[str, Any], lang: str = "en", *, demo: bool = False) -> bytes:
        return render_excel(
            given["document"],
            given["figures"],
            given["understanding"],
            lang,
            title="9월.xlsx",
            demo=demo,
            generated=datetime(2026, 9, 30, 6, 12, tzinfo=UTC),
            zone=ZoneInfo("Asia/Seoul"),
        )

    return render


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def table(content: bytes, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet by the names in its header."""
    rows = list(opened(content)[sheet].iter_rows(min_row=HEADER, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", ["mixed", "none", "not_enough_data", "no_bad_rows", "all_bad"])
def test_every_kind_of_result_becomes_five_sheets(
    given: Given, book: Book, name: str, lang: str
) -> None:
    names = opened(book(given(name), lang)).sheetnames
    assert len(names) == 5
    assert names == SHEETS or lang == "ko"


def test_a_finding_stands_with_its_numbers(given: Given, book: Book) -> None:
    result = given("mixed")
    rows = table(book(result), "Findings")
    wanted = [(s, c) for s in result["document"]["strata"] for c in s["causes"] or [None]]
    assert len(rows) == len(wanted)
    first = next(r for r in rows if r["Rank"] == 1)
    stratum = next(
        s
        for s in result["document"]["strata"]
        if s["rows"] == first["Parts in the group"] and s["causes"]
    )
    cause = stratum["causes"][0]
    assert first["Parts in this region"] == cause["n_inside"]
    assert first["Defect rate in this region"] == pytest.approx(cause["rate_inside"])
    assert first["Bad in this region"] == round(cause["rate_inside"] * cause["n_inside"])
    assert first["q-value"] == pytest.approx(cause["q_value"])


def test_a_group_without_a_finding_has_a_row_that_says_so(given: Given, book: Book) -> None:
    (row,) = table(book(given("none")), "Findings")
    assert row["Verdict"] == "No cause found"
    assert row["Finding"] is None
    assert row["To know"].startswith("There is no reliable cause in these columns.")


def test_an_infinite_ratio_is_a_sign_and_not_a_number(given: Given, book: Book) -> None:
    result = given("mixed")
    cause = result["document"]["strata"][0]["causes"][0]
    cause["risk_ratio"], cause["ci95"] = None, [4.1, None]
    rows = table(book(result), "Findings")
    assert ["∞", 4.1, "∞"] in [
        [r["Risk ratio"], r["95% interval from"], r["95% interval to"]] for r in rows
    ]


def test_the_bins_are_those_of_the_charts(given: Given, book: Book) -> None:
    result = given("mixed")
    wanted = [
        (b["lo"], b["hi"], b["n"], b["bad"])
        for s in result["figures"]["strata"]
        for c in s["causes"]
        for k in c["conditions"]
        for b in k["bins"]
    ]
    rows = table(book(result), "Bins")
    assert wanted
    shown = [(r["Above"], r["Up to"], r["Parts"], r["Bad"]) for r in rows]
    assert sorted(shown, key=repr) == sorted(wanted, key=repr)


def test_the_rows_set_aside_are_counted(given: Given, book: Book) -> None:
    result = given("mixed")
    rows = table(book(result), "Set aside")
    aside = sum(s["rows"] for s in result["document"]["input"]["set_aside"])
    assert sum(r["Rows"] or 0 for r in rows) == aside
    assert len(rows) == len(result["document"]["input"]["set_aside"]) + len(
        result["document"]["input"]["columns_set_aside"]
    )


def test_every_column_is_listed_with_its_unit(given: Given, book: Book) -> None:
    result = given("mixed")
    rows = table(book(result), "Columns")
    assert [(r["Column"], r["Unit"]) for r in rows] == [
        (c["name"], c["unit"] or None) for c in result["understanding"]["columns"]
    ]


def test_the_file_can_be_told_by_its_digest(given: Given, book: Book) -> None:
    result = given("mixed")
    rows = table(book(result), "How it was computed")
    values = {r["What"]: r["Value"] for r in rows}
    assert values["SHA-256 of the file"] == result["document"]["input"]["sha256"]


def test_a_share_is_a_number_that_is_shown_as_a_percentage(given: Given, book: Book) -> None:
    sheet = opened(book(given("mixed")))["Findings"]
    cell = sheet.cell(HEADER + 1, 5)
    assert isinstance(cell.value, float)
    assert 0 < cell.value < 1
    assert cell.number_format == "0.00%"


def test_header_and_first_column_stay_in_sight(given: Given, book: Book) -> None:
    for sheet in opened(book(given("mixed"))):
        assert sheet.freeze_panes == "B4"
        assert sheet.column_dimensions["A"].width > 8


@pytest.mark.parametrize(
    "evil", ['=HYPERLINK("http://a.example","x")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1"]
)
def test_what_begins_like_a_formula_stays_text(given: Given, book: Book, evil: str) -> None:
    result = given("mixed")
    document = result["document"]
    document["strata"][0]["where"] = {"p": [evil]}
    document["strata"][0]["causes"][0]["same_as"] = [evil]
    document["input"]["columns_set_aside"].append({"column": "c", "reason": evil})
    result["understanding"]["columns"][0]["name"] = evil
    result["figures"]["strata"][2]["causes"][0]["conditions"][1]["bins"][0]["level"] = evil
    content = book(result)
    with zipfile.ZipFile(BytesIO(content)) as parts:
        pages = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(pages) == 5
        for page in pages:
            assert b"<f>" not in parts.read(page)
            assert b"hyperlink" not in parts.read(page).lower()
    found = [
        cell
        for sheet in opened(content)
        for row in sheet.iter_rows(min_row=HEADER + 1)
        for cell in row
        if isinstance(cell.value, str) and cell.value.strip() == evil.strip()
    ]
    assert len(found) >= 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)


def test_control_characters_do_not_break_the_workbook(given: Given, book: Book) -> None:
    result = given("mixed")
    result["document"]["strata"][0]["where"] = {"p": ["가\x00\x1b[31m\x07\ufffe"]}
    groups = [r["Group of parts"] for r in table(book(result), "Findings")]
    assert any(group.startswith("가") for group in groups)


def test_numbers_below_zero_stay_numbers(given: Given, book: Book) -> None:
    result = given("mixed")
    result["figures"]["strata"][0]["causes"][0]["conditions"][0]["bins"][0]["lo"] = -12.5
    assert -12.5 in [r["Above"] for r in table(book(result), "Bins")]


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(given: Given, book: Book) -> None:
    result = given("none")
    result["understanding"]["columns"][0]["header"] = "가" * 40_000
    (text,) = [
        r["Header in the file"]
        for r in table(book(result), "Columns")
        if r["Header in the file"] and len(r["Header in the file"]) > 1000
    ]
    assert len(text) == 32_767
    assert text.endswith("…")


def test_demonstration_data_is_marked_on_every_sheet(given: Given, book: Book) -> None:
    for demo in (True, False):
        for sheet in opened(book(given("none"), demo=demo)):
            assert ("Demonstration data" in sheet["A1"].value) is demo


def test_a_korean_workbook_has_no_english_sentence(given: Given, book: Book) -> None:
    result = given("mixed")
    own = json.dumps([result["document"], result["understanding"]], ensure_ascii=False)
    texts = [
        cell
        for sheet in opened(book(result, "ko"))
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    ]
    assert len(texts) > 100
    english = [t for t in texts if re.search(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b", t)]
    assert [t for t in english if t not in own] == []


def test_the_same_result_gives_the_same_bytes(given: Given, book: Book) -> None:
    assert book(given("mixed")) == book(given("mixed"))


def test_figures_may_be_missing(given: Given, book: Book) -> None:
    result = given("mixed")
    result["figures"] = None
    assert table(book(result), "Bins") == []
