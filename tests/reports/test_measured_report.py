"""Reports on measured results, quality classes, limits and windows, in every form and language."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import openpyxl
import pytest

from deungdae.analysis import causes
from deungdae.reports.causes import render_excel, render_html, render_pdf, render_text
from deungdae.reports.causes.results import Result
from deungdae.reports.causes.story import tell
from deungdae.reports.causes.windows import window
from deungdae.reports.compare import Fate, compare
from deungdae.reports.words import Words

LOOK: dict[str, Any] = {
    "title": "widths.csv", "generated": datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "zone": UTC,
}  # fmt: skip
UNDERSTANDING: dict[str, Any] = {
    "format": "csv",
    "columns": [
        {"name": "pressure", "kind": "number", "unit": "bar"},
        {"name": "width", "kind": "number", "unit": "mm"},
    ],
}


def findings(**options: Any) -> causes.Findings:
    rng = np.random.default_rng(0)
    pressure = rng.normal(100, 8, 1200)
    table = {
        "pressure": pressure,
        "speed": rng.normal(50, 2, 1200),
        "width": 10 + rng.normal(0, 0.5, 1200) + 1.0 * (pressure > 110),
        "grade": np.where(pressure > 112, "burnt", np.where(pressure < 90, "dull", "fine")),
    }
    table.pop("grade" if options.get("target") != "grade" else "width")
    return causes.find(table, causes.Options(**options))


@pytest.fixture(scope="module")
def measured() -> causes.Findings:
    return findings(target="width", worse="high")


def text(found: causes.Findings, lang: str) -> str:
    return " ".join(
        render_text(found.document, found.figures, UNDERSTANDING, lang, width=1000).split()
    )


def test_a_measured_result_is_told_by_its_means(measured: causes.Findings) -> None:
    (cause,) = measured.document["strata"][0]["causes"]
    said = text(measured, "en")

    assert "width averages" in said and "clearly worse than the" in said
    assert Words("en").number(cause["mean_inside"]) in said and "defect rate" not in said
    assert "higher (95% interval" in said and "independent parts" in said


def test_a_window_is_told_with_its_gain_and_its_cost(measured: causes.Findings) -> None:
    said = text(measured, "en")

    assert "Recommended: stay where pressure is at most" in said
    assert "On parts that did not set these limits, width would move from" in said
    assert "of today's production lies outside this window" in said


def test_the_same_is_said_in_korean(measured: causes.Findings) -> None:
    said = text(measured, "ko")

    assert "width의 평균은" in said and "뚜렷하게 나쁩니다" in said
    assert "권장: pressure가" in said and "포기하는 자유" in said


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_page_print_and_workbook_hold_a_measured_result(
    measured: causes.Findings, lang: str
) -> None:
    given = (measured.document, measured.figures, UNDERSTANDING, lang)
    words = Words(lang)

    page = render_html(*given, **LOOK)
    printed = render_pdf(*given, **LOOK)
    book = openpyxl.load_workbook(BytesIO(render_excel(*given, **LOOK)))

    assert words.say("Recommended window") in page
    assert (
        words.say("Mean of {subject} by {quantity}", subject="width", quantity="pressure") in page
    )
    assert printed.startswith(b"%PDF")
    assert words.say("Windows") in book.sheetnames and words.say("Means") in book.sheetnames
    sheet = book[words.say("Findings")]
    heads = [cell.value for cell in sheet[3]]
    row = dict(zip(heads, [cell.value for cell in sheet[4]], strict=True))
    (cause,) = measured.document["strata"][0]["causes"]
    assert row[words.say("Mean in this region")] == pytest.approx(cause["mean_inside"])
    assert row[words.say("Difference of the means")] == pytest.approx(cause["difference"])


def test_each_class_is_named_and_its_mix_is_shown() -> None:
    found = findings(target="grade", good=("fine",))
    story = tell(found.document, UNDERSTANDING, Words("en"))

    names = {group.name for group in story.groups}
    assert {"class burnt", "class dull"} <= names
    burnt = next(group for group in story.groups if group.name == "class burnt")
    (finding, *_) = burnt.findings
    assert [row[0] for row in finding.mix] == ["burnt", "dull", "fine"]
    assert "are of class burnt" in finding.sentence
    page = render_html(found.document, found.figures, UNDERSTANDING, "en", **LOOK)
    assert "Quality classes" in page and "class burnt" in page


def test_what_was_guessed_of_a_result_is_said() -> None:
    found = findings(target="width")
    story = tell(found.document, UNDERSTANDING, Words("en"))

    assert story.guess is not None and "high ones are worse" in story.guess
    facts = {fact.label: (fact.value, fact.guessed) for fact in story.input.facts}
    assert facts["Kind of result"] == ("measured value", True)
    assert facts["What is worse"] == ("high values", True)


def test_limits_give_defects_and_the_measured_value_beside_them() -> None:
    found = findings(spec="width=8.8..11.2")
    story = tell(found.document, UNDERSTANDING, Words("en"))

    assert {group.bad is None for group in story.groups} == {True, False}
    assert story.bad == found.document["strata"][2]["bad"]
    book = openpyxl.load_workbook(
        BytesIO(render_excel(found.document, found.figures, UNDERSTANDING, "en", **LOOK))
    )
    heads = [cell.value for cell in book["Findings"][3]]
    assert "Risk ratio" in heads and "Mean in this region" in heads
    assert len(heads) == len(set(heads))


STATED: dict[str, Any] = {
    "recommended": False, "conditions": [], "join": "and", "rate_today": 0.05, "rate_within": 0.05,
    "mean_today": None, "mean_within": None, "reduction": 0.01, "ci95": [-0.1, 0.12],
    "outside_today": 0.1, "folds": 5,
}  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        ({}, []),
        (
            {"window": None, "warnings": ["period"]},
            ["No window can be recommended as long as this doubt stands."],
        ),
        (
            {"window": None, "warnings": []},
            ["No window can be recommended: this is nothing that a person can set or hold."],
        ),
        (
            {"window": STATED, "warnings": []},
            [
                "No window can be recommended: on parts that did not set its limits, it may bring "
                "nothing (fewer defects by -10% to 12%, 95% interval)."
            ],
        ),
    ],
)
def test_where_no_window_can_be_recommended_the_reason_is_said(
    cause: dict[str, Any], says: list[str]
) -> None:
    assert window(Words("en"), cause, {}, None) == says


def test_a_distance_is_called_a_distance() -> None:
    result = Result("width", "mm", "away", 10.0)

    assert result.subject(Words("en")) == "the distance of width from 10\N{NO-BREAK SPACE}mm"


def test_a_measured_finding_is_found_again_in_the_next_analysis(measured: causes.Findings) -> None:
    comparison = compare(measured.document, findings(target="width", worse="high").document)

    assert [change.fate for change in comparison.changes] == [Fate.HOLDS]
    assert comparison.rates is None and comparison.groups == ()
