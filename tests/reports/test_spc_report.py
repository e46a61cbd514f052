"""The report on control charts says what was found, in both languages and every form."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from deungdae.analysis import spc
from deungdae.analysis.spc import Options
from deungdae.reports.charts.multiples import multiples
from deungdae.reports.paper import render_excel, render_html, render_pdf, render_text
from deungdae.reports.paper.model import Paper
from deungdae.reports.spc import tell
from deungdae.reports.words import Words

ZONE = ZoneInfo("Asia/Seoul")
UNDERSTOOD: dict[str, Any] = {
    "format": "csv",
    "columns": [{"name": "두께", "unit": "mm"}],
    "time_zone": "Asia/Seoul",
}
HOW: dict[str, Any] = {
    "title": "표.csv",
    "demo": False,
    "generated": datetime(2024, 3, 4, tzinfo=UTC),
    "zone": ZONE,
}


def told(table: dict[str, Any], lang: str = "en", *, drawn: bool = True, **options: Any) -> Paper:
    findings = spc.draw(table, Options(**options))
    figures = findings.figures if drawn else None
    return tell(findings.document, figures, UNDERSTOOD, Words(lang), ZONE)


def shifted() -> dict[str, Any]:
    values = np.random.default_rng(2).normal(10, 0.1, 120)
    values[80:] += 0.3
    return {"두께": values, "금형": ["A"] * 80 + ["B"] * 40}


def text(paper: Paper, lang: str = "en") -> str:
    return render_text(paper, lang, zone=ZONE, width=90)


def test_the_answer_names_the_column_the_first_point_and_what_changed() -> None:
    paper = told(shifted(), columns=("두께",), baseline="1-60")
    assert paper.answer.startswith("두께 is out of control, first at point 8")
    assert paper.answer.endswith("금형 was different then.")
    section = paper.sections[0]
    assert section.verdict is not None and section.verdict.look == "now"
    assert any("금형 was B at" in sentence for sentence in section.sentences)
    assert section.next_step is not None and "not yet a cause" in section.next_step


def test_chance_is_called_nothing_special_with_its_false_alarms() -> None:
    values = np.random.default_rng(0).normal(10, 0.1, 1_000)
    paper = told({"두께": values}, rules=spc.rules_of("nelson"))
    assert paper.answer.startswith("두께 shows nothing special")
    assert "where chance alone gives about 14" in paper.answer
    assert (
        "On a process in control these rules give about 14 false alarms in 1,000 points: one in 73 "
        "on average." in paper.sections[0].sentences
    )
    assert "특별한 것이 없습니다" in told({"두께": values}, "ko").answer


def test_the_choice_of_the_chart_is_explained() -> None:
    paper = told(shifted(), columns=("두께",), size=4)
    assert (
        "Chart: Means and ranges (X̄-R), because the values are measured, they come in samples of "
        "4, a range tells enough of so few." in paper.sections[0].sentences
    )


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_form_of_the_report_is_made(lang: str) -> None:
    paper = told(
        shifted(), lang, columns=("두께",), baseline="1-60", spec={"두께": (9.5, 10.5)},
        leave_out={3: "정전"},
    )  # fmt: skip
    plain = json.loads(json.dumps(paper.to_document()))
    assert json.loads(json.dumps(Paper.from_document(plain).to_document())) == plain
    assert "정전" in text(paper, lang)
    assert render_html(paper, lang, **HOW).count("<svg") >= 2
    assert render_pdf(paper, lang, **HOW)[:4] == b"%PDF"
    assert render_excel(paper, lang, **HOW)[:2] == b"PK"


def test_nothing_is_drawn_for_the_terminal() -> None:
    assert not told(shifted(), columns=("두께",), drawn=False).sections[0].pictures


def test_each_panel_has_a_picture_with_a_sentence_and_the_table_behind_it() -> None:
    paper = told(shifted(), columns=("두께",), baseline="1-60")
    value, spread = paper.sections[0].pictures
    assert "limits" in value.summary and "points are marked" in value.summary
    assert len(value.rows) == 120
    assert spread.caption == "두께: Moving range"
    ElementTree.fromstring(value.svg)


@pytest.mark.parametrize(
    "options",
    [
        {"chart": "ewma"}, {"chart": "cusum"}, {"chart": "t2", "columns": ("두께", "온도")},
        {"size": 5}, {"size": 12}, {"stage": "금형"}, {"stage_at": ("41",)}, {"rules": ()},
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_each_kind_of_chart_is_told_and_drawn(options: dict[str, Any], lang: str) -> None:
    table = {**shifted(), "온도": np.random.default_rng(1).normal(220, 2, 120)}
    paper = told(table, lang, **{"columns": ("두께",), **options})
    assert paper.sections[0].pictures
    assert paper.answer in text(paper, lang)


@pytest.mark.parametrize("chart", ["p", "np", "u", "laney-p", "laney-u", "c"])
def test_charts_of_counts_are_told_and_drawn(chart: str) -> None:
    inspected = np.random.default_rng(1).integers(80, 120, 40)
    table = {"불량수": np.random.default_rng(2).binomial(inspected, 0.1), "검사수": inspected}
    paper = told(table, columns=("불량수",), chart=chart)
    assert paper.sections[0].pictures


def test_many_columns_are_small_charts_with_the_odd_one_first() -> None:
    rng = np.random.default_rng(3)
    table: dict[str, Any] = {f"치수{i}": rng.normal(10, 1, 100) for i in range(40)}
    table["치수9"][60:] += 5
    paper = told(table)
    overview, closely = paper.sections
    assert paper.answer == "1 of 40 charts are out of control, most clearly 치수9."
    assert len(overview.pictures) == 2
    assert overview.tables[0].rows[0][0] == "치수9"
    assert closely.title == "치수9"
    assert "Out of control" in overview.pictures[0].svg


def test_a_name_that_looks_like_markup_stays_text_in_small_charts() -> None:
    line = {"x": [1], "value": [1.0]}
    panel = {
        "x": [1, 2], "value": [0.0, 1.0], "center": line, "lower": line, "upper": line,
        "marks": {"x": [2], "value": [1.0]},
    }  # fmt: skip
    cell = {"name": "<b>&\x01", "word": "!", "alarm": True, "panel": panel, "points": 2}
    picture = multiples([cell], caption="c", summary='s"<', header=("a",), rows=[("b",)])
    assert "<b>" not in picture.svg
    ElementTree.fromstring(picture.svg)


def test_what_cannot_be_judged_is_told() -> None:
    assert told({"두께": np.ones(30)}, columns=("두께",)).answer == (
        "두께 never varies, so there is nothing to judge."
    )
