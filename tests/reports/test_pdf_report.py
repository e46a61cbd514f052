"""The PDF: Korean that can be searched on a machine without a Korean font, and the same story."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deungdae.reports.causes import render_pdf
from deungdae.reports.causes.story import tell
from deungdae.reports.paper.printing import data_of, printable
from deungdae.reports.words import Words

DOCUMENTS = Path(__file__).parent / "documents"

Given = Callable[[str], dict[str, Any]]
Printed = Callable[..., bytes]


def poppler(*command: str | Path) -> str:
    """Run a program of poppler-utils; where it is missing, skip here and fail in CI."""
    if shutil.which(str(command[0])) is None:
        reason = f"needs {command[0]}: apt-get install poppler-utils"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def printed_bytes(given: dict[str, Any], lang: str = "ko", **how: Any) -> bytes:
    return render_pdf(
        given["document"],
        given["figures"],
        given["understanding"],
        lang,
        **{
            "title": "9월.xlsx",
            "demo": False,
            "generated": datetime(2026, 9, 30, 6, 12, tzinfo=UTC),
            "zone": ZoneInfo("Asia/Seoul"),
            **how,
        },
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The PDFs of the results as they stand in their files, each made once for all tests."""
    folder = tmp_path_factory.mktemp("pdf")

    @cache
    def make(name: str, lang: str) -> Path:
        path = folder / f"{name}.{lang}.pdf"
        given = json.loads((DOCUMENTS / f"{name}.json").read_text("utf-8"))
        path.write_bytes(printed_bytes(given, lang))
        return path

    return make


@pytest.fixture
def text_of(tmp_path: Path) -> Callable[[bytes], str]:
    def read(content: bytes) -> str:
        path = tmp_path / "report.pdf"
        path.write_bytes(content)
        return words_in(path)

    return read


def words_in(path: Path) -> str:
    """Return the text of a PDF as one line, as a search would see it."""
    return " ".join(poppler("pdftotext", "-enc", "UTF-8", path, "-").split())


def sentences(given: dict[str, Any], lang: str) -> Iterator[str]:
    """Yield what the story says, each as one line."""
    story = tell(given["document"], given["understanding"], Words(lang))
    said = [story.answer, story.caution, story.input.counts, *story.warnings]
    for group in story.groups:
        said += [group.counts, group.verdict_sentence, group.needed, *group.warnings]
        for finding in group.findings:
            said += [finding.sentence, finding.ratio, finding.same, finding.next_step]
            said += [check.text for check in finding.checks]
            said += finding.warnings
    yield from (" ".join(s.split()) for s in said if s)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", ["mixed", "none", "not_enough_data", "no_bad_rows", "all_bad"])
def test_every_sentence_of_the_report_can_be_found_in_print(
    given: Given, finished: Callable[[str, str], Path], name: str, lang: str
) -> None:
    # where a line was broken, a search sees a space or none
    text = words_in(finished(name, lang)).replace(" ", "")
    wanted = [s.replace(" ", "") for s in sentences(given(name), lang)]
    assert len(wanted) > 3
    assert [s for s in wanted if s not in text] == []


def test_korean_words_are_never_broken_within(finished: Callable[[str, str], Path]) -> None:
    text = words_in(finished("mixed", "ko"))
    found = re.findall(r"높 ?습 ?니 ?다|떨 ?어 ?진|확 ?인 ?하 ?세 ?요", text)
    assert len(found) > 5
    assert set(found) == {"높습니다", "떨어진", "확인하세요"}


def test_text_in_charts_can_be_found_too(finished: Callable[[str, str], Path]) -> None:
    assert words_in(finished("mixed", "ko")).count("불량이 많은 구간") >= 3
    assert words_in(finished("mixed", "en")).count("more defects here") >= 3


def test_only_the_packaged_font_is_used_and_it_is_inside(
    finished: Callable[[str, str], Path],
) -> None:
    fonts = poppler("pdffonts", finished("mixed", "ko")).splitlines()[2:]
    assert fonts
    for line in fonts:
        assert re.match(r"[A-Z]{6}\+Noto(Sans|Serif)KR-Regular", line)
        embedded, subset, to_unicode = line.split()[-5:-2]
        assert (embedded, subset, to_unicode) == ("yes", "yes", "yes")


def test_a_machine_without_any_font_prints_the_same_bytes(
    finished: Callable[[str, str], Path], tmp_path: Path
) -> None:
    empty = tmp_path / "none"
    empty.mkdir()
    settings = tmp_path / "fonts.conf"
    settings.write_text(
        f'<?xml version="1.0"?><fontconfig><dir>{empty}</dir></fontconfig>', "utf-8"
    )
    script = (
        "import json, sys; from datetime import UTC, datetime; from zoneinfo import ZoneInfo\n"
        "from deungdae.reports.causes import render_pdf\n"
        "given = json.load(open(sys.argv[1], encoding='utf-8'))\n"
        "open(sys.argv[2], 'wb').write(render_pdf(given['document'], given['figures'],\n"
        "    given['understanding'], 'ko', title='9월.xlsx', demo=False,\n"
        "    generated=datetime(2026, 9, 30, 6, 12, tzinfo=UTC), zone=ZoneInfo('Asia/Seoul')))\n"
    )
    bare = {
        **os.environ,
        "HOME": str(empty),
        "XDG_DATA_HOME": str(empty),
        "XDG_DATA_DIRS": str(empty),
        "FONTCONFIG_FILE": str(settings),
        "FONTCONFIG_PATH": str(tmp_path),
    }
    made = tmp_path / "bare.pdf"
    subprocess.run(
        [sys.executable, "-c", script, DOCUMENTS / "none.json", made], env=bare, check=True
    )
    assert made.read_bytes() == finished("none", "ko").read_bytes()


def test_the_pdf_says_what_it_is(finished: Callable[[str, str], Path]) -> None:
    about = poppler("pdfinfo", finished("mixed", "en"))
    assert re.search(r"^Title: +9월\.xlsx – Causes of defects$", about, re.MULTILINE)
    assert re.search(r"^Author: +Deungdae$", about, re.MULTILINE)
    assert re.search(r"^Tagged: +yes$", about, re.MULTILINE)
    assert re.search(r"^Page size: .*A4", about, re.MULTILINE)
    assert "JavaScript:      no" in about
    assert b"/Lang(en)" in finished("mixed", "en").read_bytes()
    assert b"/Lang(ko)" in finished("mixed", "ko").read_bytes()


def test_headings_are_bookmarks(finished: Callable[[str, str], Path]) -> None:
    content = finished("mixed", "en").read_bytes()
    for heading in ("At a glance", "What stands behind this", "Data of the charts"):
        assert f"/Title({heading})".encode() in content


def test_each_page_has_the_file_the_time_and_its_number(
    finished: Callable[[str, str], Path],
) -> None:
    path = finished("mixed", "ko")
    pages = poppler("pdftotext", "-enc", "UTF-8", path, "-").rstrip("\f").split("\f")
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert "9월.xlsx" in page
        assert "2026년9월30일15:12(KST)" in "".join(page.split())
        assert page.split()[-1] == f"{number}/{len(pages)}" or page.split()[-3:] == [
            str(number), "/", str(len(pages)),
        ]  # fmt: skip


def test_the_tables_behind_the_charts_are_an_appendix(
    given: Given, finished: Callable[[str, str], Path]
) -> None:
    text = poppler("pdftotext", "-layout", "-enc", "UTF-8", finished("mixed", "en"), "-")
    appendix = " ".join(text.rsplit("Data of the charts", 1)[1].split())
    shown = given("mixed")["figures"]["strata"][0]["causes"][0]["conditions"][0]["bins"]
    assert shown
    for b in shown:
        assert f" {b['n']:,} {b['bad']:,} " in appendix


def test_a_long_cloud_of_points_is_cut_with_a_word(given: Given) -> None:
    from deungdae.reports.charts.frame import Picture

    rows = [(str(i), "1") for i in range(500)]
    cut = data_of(Words("en"), Picture("<svg/>", "c", "s", ("x", "y"), rows), "g")
    assert len(cut["rows"]) == 20
    assert cut["cut"] == "The first 20 of 500 rows."
    whole = data_of(Words("en"), Picture("<svg/>", "c", "s", ("x", "y"), rows[:90]), "g")
    assert len(whole["rows"]) == 90
    assert whole["cut"] is None


def test_charts_are_vectors_in_fixed_colours() -> None:
    svg = (
        '<svg><rect fill="var(--chart-alarm, #c8321f)"/>'
        '<text font-family="Pretendard, sans-serif" font-weight="bold" fill="#c8321f">53</text>'
        '<text font-family="Pretendard">5</text></svg>'
    )
    assert printable(svg) == (
        '<svg><rect fill="#c8321f"/>'
        '<text font-family="Noto Sans KR"  fill="#c8321f" stroke="#c8321f" stroke-width="0.4">'
        '53</text><text font-family="Noto Sans KR">5</text></svg>'
    )


def test_no_chart_is_a_bitmap(finished: Callable[[str, str], Path]) -> None:
    assert poppler("pdfimages", "-list", finished("mixed", "ko")).splitlines()[2:] == []


def test_demonstration_data_is_marked_on_every_page_and_other_data_is_not(
    given: Given, text_of: Callable[[bytes], str]
) -> None:
    marked = text_of(printed_bytes(given("none"), "en", demo=True))
    pages = marked.count("Made by Deungdae on")
    assert pages > 1
    assert marked.count("Demonstration data") == pages
    assert "Demonstration data" not in text_of(printed_bytes(given("none"), "en", demo=False))


EVIL = [
    '#panic("x") $ * _ ` <a> @b // /* \\ [',
    '#{read("/etc/passwd")}',
    '</text></svg><image href="file:///etc/passwd"/>',
    "이름" * 200,
    "a" * 300,
    "가\x00\x1b[31m\x07\x0b\ufffe",
    "漢字 ひらがな 😀 \u202e",
]


def test_hostile_names_in_a_file_stay_text(given: Given, text_of: Callable[[bytes], str]) -> None:
    result = given("mixed")
    document, figures = result["document"], result["figures"]
    document["strata"][0]["where"] = {evil: [evil] for evil in EVIL}
    document["strata"][0]["reason"] = EVIL[0]
    cause = document["strata"][0]["causes"][0]
    cause["columns"] = cause["conditions"][0]["columns"] = [EVIL[0], EVIL[1]]
    cause["same_as"] = cause["warnings"] = EVIL
    document["input"]["columns_set_aside"] += [{"column": e, "reason": e} for e in EVIL]
    for evil, b in zip(
        EVIL, figures["strata"][0]["causes"][0]["conditions"][0]["bins"], strict=False
    ):
        b["level"] = evil
    text = text_of(printed_bytes(result, title=EVIL[0]))
    assert "root:" not in text
    for evil in EVIL:
        assert re.split(r"[\s\x00]", evil)[0][:20] in text


def test_figures_may_be_missing(given: Given, text_of: Callable[[bytes], str]) -> None:
    result = given("mixed")
    result["figures"] = None
    text = text_of(printed_bytes(result, "en"))
    assert "What stands behind this" in text


def test_counts_that_do_not_add_up_are_told_first(
    given: Given, text_of: Callable[[bytes], str]
) -> None:
    result = given("none")
    result["document"]["input"]["rows_read"] += 1
    text = text_of(printed_bytes(result, "en"))
    assert text.index("These counts do not add up") < text.index("Parts analysed")


def test_a_report_of_many_groups_is_printed_whole(
    given: Given, text_of: Callable[[bytes], str]
) -> None:
    result = given("none")
    strata, figures = result["document"]["strata"], result["figures"]["strata"]
    for i in range(1, 40):
        strata.append({**strata[0], "where": {"제품": [f"제품-{i}"]}})
        figures.append(figures[0])
    text = text_of(printed_bytes(result))
    assert all(f"제품-{i}" in text for i in range(1, 40))


def test_reports_can_be_imported_without_what_prints_and_draws() -> None:
    asked = (
        "import sys, deungdae.reports.causes; "
        "print(sorted({'altair', 'vl_convert', 'typst', 'xlsxwriter'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
