"""A paper of any method: the same story in every medium, whatever the names in it hold."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from deungdae.reports.charts.picture import Picture
from deungdae.reports.paper import (
    Paper,
    render_excel,
    render_html,
    render_pdf,
    render_text,
)
from deungdae.reports.paper.cells import shown
from deungdae.reports.paper.model import (
    Behind,
    Check,
    Column,
    Fact,
    Section,
    Table,
    Tile,
    Verdict,
)
from deungdae.reports.paper.workbook import sheet_name
from deungdae.reports.words import Words

SEOUL = ZoneInfo("Asia/Seoul")
HOW: dict[str, Any] = {
    "title": "게이지.xlsx",
    "generated": datetime(2026, 11, 2, 1, 30, tzinfo=UTC),
    "zone": SEOUL,
}
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> #eval("x") $x^2$ *굵게* \x00\x07끝'


def bars(width: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} 120" '
        'role="img" aria-label="a"><rect x="10" y="20" width="60" height="90" '
        'fill="var(--chart-neutral, #8791a1)"/></svg>'
    )


def gauge_paper(**changes: Any) -> Paper:
    """What a gauge study might say: 3 people, 10 parts, 2 trials, in plain English."""
    points = [
        [f"2026-10-05T0{n % 9}:15:00+00:00", n, 24.9 + n / 1000, n / 400, None] for n in range(300)
    ]
    given: dict[str, Any] = {
        "method": "gauge",
        "name": "Gauge study",
        "answer": "The gauge 두께 takes up 27.9% of the variation: usable for some purposes only.",
        "caution": "Only 2 of the 3 people measured every part.",
        "notices": ["Guessed: the parts stand in column 부품."],
        "tiles": [
            Tile("Gauge R&R", "27.9", "%", "Share of the total spread.", "soon"),
            Tile("Distinct classes", "4", explain="At least 5 are wanted.", state="now"),
            Tile("Measurements", "60"),
        ],
        "sections": [
            Section(
                "components",
                "Where the spread comes from",
                verdict=Verdict("soon", "Conditionally usable"),
                sentences=["Most of the gauge's spread is between the people."],
                warnings=["The people are few."],
                checks=[Check("yes", "Every part was measured twice."), Check("no", "5 classes.")],
                next_step="Train the three people on one fixture, then measure again.",
                tables=[
                    Table(
                        "Components of variance",
                        [
                            Column("Source"),
                            Column("Variance", "number"),
                            Column("Share", "share"),
                            Column("p", "small"),
                        ],
                        [
                            ["Repeatability", 0.03997, 0.0338, None],
                            [HOSTILE, 0.05146, 0.0435, 0.00001],
                            ["Part", 1.086, 0.9178, 0.0312],
                        ],
                        marked=[1],
                    )
                ],
                pictures=[
                    Picture(
                        bars(420),
                        "Spread by source",
                        "Part 91.8%, gauge 7.8%.",
                        ["Source", "Share"],
                        [["Part", "91.8%"], [HOSTILE, "7.8%"]],
                    ),
                    Picture(bars(840), "Ranges", "No range lies outside.", ["Part", "R"], []),
                ],
            ),
            Section(
                "points",
                "All measurements",
                folded=True,
                tables=[
                    Table(
                        "Measurements",
                        [
                            Column("When", "time"),
                            Column("No.", "count"),
                            Column("두께", "number", decimals=3),
                            Column("Deviation", "number"),
                            Column("Remark"),
                        ],
                        points,
                        marked=[3, 250],
                    )
                ],
            ),
            Section("bias", HOSTILE, verdict=Verdict("fine", "No bias found")),
            Section("kappa", "Agreement", verdict=Verdict("unknown", "Not enough data")),
        ],
        "behind": Behind(
            "62 rows read = 60 used + 2 set aside.",
            facts=[Fact("Parts", "부품", guessed=True), Fact("File", "XLSX")],
            notes=["Rows above the header were left out."],
            rows_set_aside=[("Empty rows.", 2)],
            columns_set_aside=[("No values at all.", ["비고", HOSTILE])],
            unread=["두께: 1 cell was not understood."],
        ),
        "recipe": [("Method", "gauge 1"), ("Seed", "0")],
        "glossary": [("Repeatability", "The spread when one person measures one part again.")],
    }
    return Paper(**{**given, **changes})


SENTENCES = (
    "The gauge 두께 takes up 27.9% of the variation: usable for some purposes only.",
    "Only 2 of the 3 people measured every part.",
    "Guessed: the parts stand in column 부품.",
    "Most of the gauge's spread is between the people.",
    "The people are few.",
    "Every part was measured twice.",
    "Train the three people on one fixture, then measure again.",
    "Conditionally usable",
    "62 rows read = 60 used + 2 set aside.",
    "두께: 1 cell was not understood.",
    "Rows above the header were left out.",
)


class Reader(HTMLParser):
    """Collects what a page shows, and the names of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def plain(text: str) -> str:
    return "".join(text.split())


def words_of_pdf(content: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        reason = "needs pdftotext: apt-get install poppler-utils"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    path = folder / "paper.pdf"
    path.write_bytes(content)
    command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def book_of(paper: Paper, lang: str = "en") -> Any:
    return openpyxl.load_workbook(BytesIO(render_excel(paper, lang, **HOW)))


def test_a_paper_is_plain_json_and_comes_back_the_same() -> None:
    document = gauge_paper().to_document()
    carried = json.loads(json.dumps(document, allow_nan=False))
    again = Paper.from_document(carried).to_document()
    assert json.dumps(again) == json.dumps(document)
    assert render_html(Paper.from_document(carried), "ko", **HOW) == render_html(
        gauge_paper(), "ko", **HOW
    )


def test_every_sentence_stands_in_every_medium(tmp_path: Path) -> None:
    paper = gauge_paper()
    page = plain("".join(read(render_html(paper, "en", **HOW)).text))
    printed = plain(words_of_pdf(render_pdf(paper, "en", **HOW), tmp_path))
    terminal = plain(render_text(paper, "en", zone=SEOUL, width=80))
    book = plain(
        " ".join(str(c.value) for sheet in book_of(paper) for row in sheet for c in row if c.value)
    )
    for medium, text in (("page", page), ("print", printed), ("terminal", terminal)):
        assert [s for s in SENTENCES if plain(s) not in text] == [], medium
    assert [s for s in SENTENCES if plain(s) not in book] == [], "workbook"


def test_names_from_a_file_are_text_and_nothing_else(tmp_path: Path) -> None:
    paper = gauge_paper(answer=HOSTILE, caution=HOSTILE)
    page = read(render_html(paper, "en", **HOW))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in "".join(page.text)
    printed = words_of_pdf(render_pdf(paper, "en", **HOW), tmp_path)
    assert plain('#eval("x") $x^2$ *굵게* 끝') in plain(printed)
    cells = [c for sheet in book_of(paper) for row in sheet for c in row if c.value is not None]
    hostile = [c for c in cells if str(c.value).startswith("=cmd")]
    assert len(hostile) >= 4
    assert {c.data_type for c in hostile} == {"s"}
    assert all(c.quotePrefix for c in hostile)
    assert "\x07" not in render_text(paper, "en", zone=SEOUL)


def test_the_page_is_one_file_and_its_ids_are_unique() -> None:
    page = render_html(gauge_paper(), "ko", **HOW, demo=True)
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    ids = read(page).ids
    assert {"components", "points", "bias", "kappa", "behind"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert "시연용 데이터" in page or "데모" in page


def test_rows_are_cut_where_nobody_reads_on_and_the_workbook_has_them_all(tmp_path: Path) -> None:
    paper = gauge_paper()
    rows = list(book_of(paper)["Measurements"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == 300
    # 00:15 UTC is 09:15 in Seoul
    assert rows[0][:3] == (datetime(2026, 10, 5, 9, 15), 0, 24.9)  # noqa: DTZ001 - as Excel has it
    assert [n for n, row in enumerate(rows) if row[-1] == "yes"] == [3, 250]
    printed = " ".join(words_of_pdf(render_pdf(paper, "en", **HOW), tmp_path).split())
    assert "The first 60 of 300 rows; the Excel file has them all." in printed
    assert "All 300 rows" in "".join(read(render_html(paper, "en", **HOW)).text)
    assert "The first 12 of 300 rows." not in render_text(paper, "en", zone=SEOUL), "it is folded"


def test_numbers_of_a_picture_are_numbers_in_the_workbook() -> None:
    sheet = book_of(gauge_paper())["Spread by source"]
    assert [row[1].value for row in sheet.iter_rows(min_row=4)] == [0.918, 0.078]


@pytest.mark.parametrize(
    ("column", "cell", "text"),
    [
        (Column("n", "count"), 1234567, "1,234,567"),
        (Column("n", "share"), 0.0435, "4.4%"),
        (Column("n", "number"), 0.0399716, "0.039972"),
        (Column("n", "number", decimals=3), 25, "25.000"),
        (Column("n", "number"), "∞", "∞"),
        (Column("n", "small"), 0.0000004, "< 0.0001"),
        (Column("n", "small"), 0.0312, "0.031"),
        (Column("n", "time"), "2026-10-05T00:15:30+00:00", "2026-10-05 09:15:30"),
        (Column("n", "time"), "2026-10-05T00:15", "2026-10-05T00:15"),
        (Column("n", "time"), "shift 3", "shift 3"),
        (Column("n"), None, "–"),
    ],
)
def test_a_cell_is_written_by_its_kind(column: Column, cell: Any, text: str) -> None:
    assert shown(Words("en"), column, cell, SEOUL) == text


def test_sheets_get_names_that_excel_takes() -> None:
    assert sheet_name("Yield [%]: A/B") == "Yield % A B"
    assert sheet_name("x" * 40) == "x" * 31
    assert sheet_name("x" * 40, ["x" * 31]) == "x" * 29 + " 2"
    assert sheet_name("///") == "-"
    assert sheet_name("History") != "History"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Section("Bad id", "t"), "no id"),
        (lambda: Column("c", "weight"), "no kind"),  # type: ignore[arg-type]
        (lambda: Verdict("red", "w"), "no look"),  # type: ignore[arg-type]
        (lambda: Check("maybe", "t"), "no mark"),  # type: ignore[arg-type]
        (lambda: Tile("l", "1", state="clear"), "no state"),  # type: ignore[arg-type]
        (lambda: Table("t", [Column("a")], [[1, 2]]), "has 2 cells"),
        (lambda: gauge_paper(sections=[Section("a", "1"), Section("a", "2")]), "called a"),
    ],
)
def test_what_no_page_could_show_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


def test_the_same_paper_gives_the_same_bytes() -> None:
    paper = gauge_paper()
    assert render_pdf(paper, "ko", **HOW) == render_pdf(paper, "ko", **HOW)
    assert render_excel(paper, "ko", **HOW) == render_excel(paper, "ko", **HOW)


def test_a_paper_without_anything_but_an_answer_can_be_shown(tmp_path: Path) -> None:
    bare = gauge_paper(
        caution=None, notices=[], tiles=[], sections=[], behind=Behind("0 rows."), glossary=[]
    )
    assert plain(SENTENCES[0]) in plain("".join(read(render_html(bare, "en", **HOW)).text))
    assert plain(SENTENCES[0]) in plain(words_of_pdf(render_pdf(bare, "en", **HOW), tmp_path))
    assert SENTENCES[0] in render_text(bare, "en", zone=SEOUL)
    assert book_of(bare).sheetnames[0] == "Summary"


def test_no_line_of_the_terminal_is_wider_than_told() -> None:
    from deungdae.reports.terminal import columns

    for width in (40, 60, 100):
        lines = render_text(gauge_paper(), "ko", zone=SEOUL, width=width).splitlines()
        assert max(columns(line) for line in lines) <= width
