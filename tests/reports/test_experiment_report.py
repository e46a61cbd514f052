"""Plans and results of experiments as papers and as the sheet to fill, in both languages."""

import copy
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from deungdae.analysis import experiment
from deungdae.reports.causes.story import tell as tell_causes
from deungdae.reports.experiment import sheet, tell
from deungdae.reports.experiment.confirmations import (
    Confirmation,
    confirmations,
    sha256_of,
    with_experiments,
)
from deungdae.reports.paper import render_text
from deungdae.reports.paper.model import Paper
from deungdae.reports.words import Words
from deungdae.tables import forms

ZONE = ZoneInfo("Asia/Seoul")
Document = dict[str, Any]


def cause_document() -> Document:
    return {"method": "causes", "version": 1, "strata": [{"where": {}}], "note": "뜨거움 1.5"}


@pytest.fixture(scope="module")
def plan() -> Document:
    """Speed and hopper, four runs twice on two days, linked to a cause."""
    factors = [
        experiment.Factor("사출속도", bad=45.0, good=60.0, unit="mm/s"),
        experiment.Factor("호퍼", bad="=B", good="A"),
    ]
    link = {"stratum": 0, "where": {}, "reason": "미성형", "rank": 1}
    findings = [
        experiment.Finding(("사출속도",), 0.30, 0.10, None, link),
        experiment.Finding(("호퍼",), 0.30, 0.10),
    ]
    return experiment.plan(
        factors,
        findings,
        experiment.Response(reason="미성형"),
        experiment.Options(replicates=3, parts=100, runs_per_day=4),
        experiment.Origin(sha256=experiment.sha256_of(cause_document())),
    ).document


def written(plan: Document, lang: str, path: Path, bad: int, good: int) -> forms.Form:
    """Fill the workbook of the plan as a person does, save it, and read it as a form."""
    book = openpyxl.load_workbook(BytesIO(sheet.workbook_of(plan, Words(lang))))
    page = book.worksheets[0]
    header = next(row for row in page.iter_rows() if row[0].value in ("Run", "실험 번호"))
    place = {cell.value: cell.column for cell in header}
    made = next(place[name] for name in ("Parts made", "생산수") if name in place)
    for y, run in enumerate(plan["runs"], header[0].row + 1):
        assert page.cell(y, 1).value == run["run"]
        page.cell(y, made, 100)
        page.cell(y, made + 1, bad if run["coded"][0] == 1 else good)
    book.save(path)
    return forms.read_form(path)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_sheet_that_was_filled_is_known_and_read_back(
    plan: Document, lang: str, tmp_path: Path
) -> None:
    form = written(plan, lang, tmp_path / "filled.xlsx", 30, 10)

    assert json.loads(form.hidden or "") == plan
    assert list(form.sheets) == ["Experiment" if lang == "en" else "실험"]
    found = experiment.analyse(plan, form.sheets, form.sha256).document
    assert found["input"]["runs_used"] == 12
    assert found["warnings"] == []
    assert [f["verdict"] for f in found["findings"]] == ["confirmed", "refuted"]


def test_a_level_that_looks_like_a_formula_stays_text(plan: Document) -> None:
    book = openpyxl.load_workbook(BytesIO(sheet.workbook_of(plan, Words("en"))))
    cells = [c for row in book.worksheets[0].iter_rows() for c in row if c.value == "=B"]

    assert len(cells) == 6
    assert {c.data_type for c in cells} <= {"s", "inlineStr"}


def test_the_hidden_sheet_is_hidden_and_has_the_name_that_forms_look_for(plan: Document) -> None:
    book = openpyxl.load_workbook(BytesIO(sheet.workbook_of(plan, Words("ko"))))

    assert sheet.HIDDEN == forms.HIDDEN
    assert book[sheet.HIDDEN].sheet_state == "veryHidden"


def test_more_bad_parts_than_parts_are_refused_by_excel_too(plan: Document) -> None:
    book = openpyxl.load_workbook(BytesIO(sheet.workbook_of(plan, Words("en"))))

    rules = book.worksheets[0].data_validations.dataValidation
    assert {(r.type, r.operator) for r in rules} == {
        ("whole", "greaterThanOrEqual"),
        ("whole", "between"),
    } or len(rules) == 2


def test_a_plan_without_runs_has_no_sheet(plan: Document) -> None:
    with pytest.raises(ValueError, match="without runs"):
        sheet.workbook_of({**plan, "runs": []}, Words("en"))


def test_a_csv_form_is_read_with_its_delimiter_and_encoding(tmp_path: Path) -> None:
    path = tmp_path / "filled.csv"
    path.write_bytes("실험 번호;생산수;불량수\n1;100;3\n".encode("cp949"))

    form = forms.read_form(path)

    assert form.sheets == {"filled": [["실험 번호", "생산수", "불량수"], ["1", "100", "3"]]}
    assert form.hidden is None


def paper(document: Document, lang: str) -> tuple[Paper, str]:
    told = tell(document, None, {}, Words(lang), ZONE)
    return told, render_text(told, lang, zone=ZONE, width=100)


def test_the_paper_of_a_plan_says_what_to_do(plan: Document) -> None:
    told, text = paper(plan, "en")

    assert told.answer == (
        "12 runs of 100 parts on 3 days show whether 사출속도 45\N{NO-BREAK SPACE}mm/s → "
        "60\N{NO-BREAK SPACE}mm/s brings the rate of 미성형 from 30% to 10%."
    )
    assert plan["id"] in text
    runs = next(s for s in told.sections if s.id == "sheet").tables[0]
    assert [row[0] for row in runs.rows] == list(range(1, 13))
    assert [c.name for c in runs.columns][-5:] == [
        "Parts made", "Bad: 미성형", "Bad: other", "Operator", "Remarks",
    ]  # fmt: skip


def test_a_plan_that_cannot_be_says_what_would_be_seen_and_advises_a_measured_value() -> None:
    factor = experiment.Factor("speed", 45.0, 60.0)
    rare = experiment.Finding(("speed",), 0.001, 0.0005)
    options = experiment.Options(most_runs=4, most_parts=50)
    document = experiment.plan([factor], [rare], options=options).document

    told, text = paper(document, "ko")

    assert "감당할 수 있는 실험으로는" in told.answer
    assert "0.1%에서 0이 되더라도 실험 4회(실험당 50개)로는 확인할 수 없습니다" in text
    assert "측정값" in text


@pytest.mark.parametrize(
    ("lang", "first", "second"),
    [
        ("en", "Confirmed: 사출속도 45", "Refuted: 호퍼 =B → A lowers the rate of 미성형 by"),
        ("ko", "확인됨: 사출속도 45", "반증됨: 호퍼 =B → A 변경으로 미성형 불량률이 낮아지는 폭은"),
    ],
)
def test_the_paper_of_a_result_says_each_verdict(
    plan: Document, tmp_path: Path, lang: str, first: str, second: str
) -> None:
    form = written(plan, "ko", tmp_path / "filled.xlsx", 30, 10)
    document = experiment.analyse(plan, form.sheets).document

    told, text = paper(document, lang)

    assert told.answer.startswith(first)
    assert second in " ".join(text.split()).replace("\N{NO-BREAK SPACE}", " ")
    assert Paper.from_document(told.to_document()) == Paper.from_document(told.to_document())


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_effects_and_interactions_are_drawn_with_a_table_of_their_data(
    plan: Document, tmp_path: Path, lang: str
) -> None:
    form = written(plan, lang, tmp_path / "filled.xlsx", 30, 10)
    found = experiment.analyse(plan, form.sheets)

    told = tell(found.document, found.figures, {}, Words(lang), ZONE)

    pictures = [p for s in told.sections for p in s.pictures]
    assert len(pictures) == 2
    assert all(p.svg.startswith("<svg") and p.summary and p.rows for p in pictures)
    assert ("사출속도", "45\N{NO-BREAK SPACE}mm/s", "30%") in [
        tuple(r[:3]) for r in pictures[0].rows
    ]


def test_a_causes_report_learns_which_finding_was_confirmed(plan: Document, tmp_path: Path) -> None:
    form = written(plan, "en", tmp_path / "filled.xlsx", 30, 10)
    confirmed = experiment.analyse(plan, form.sheets).document
    undecided = copy.deepcopy(confirmed)
    undecided["findings"][0] |= {"verdict": "undecided"}

    told = confirmations(Words("en"), cause_document(), [confirmed, undecided])

    assert list(told) == [(0, 1)]
    assert told[0, 1].verdict == "confirmed" and told[0, 1].plan == plan["id"]
    assert told[0, 1].sentence.startswith("Confirmed: 사출속도")


def test_the_verdict_stands_among_the_checks_of_the_finding() -> None:
    given = json.loads((Path(__file__).parent / "documents" / "mixed.json").read_text("utf-8"))
    words = Words("ko")
    story = tell_causes(given["document"], given["understanding"], words)
    said = Confirmation("refuted", "반증됨: 그렇지 않습니다.", "0123456789")

    told = with_experiments(story, {(1, 1): said})

    changed = {
        (group.index, finding.rank): finding.checks[-1]
        for group, before in zip(told.groups, story.groups, strict=True)
        for finding, old in zip(group.findings, before.findings, strict=True)
        if finding != old
    }
    assert list(changed) == [(1, 1)]
    assert (changed[1, 1].mark, changed[1, 1].text) == ("no", said.sentence)


def test_an_experiment_on_another_result_is_passed_over(plan: Document, tmp_path: Path) -> None:
    form = written(plan, "en", tmp_path / "filled.xlsx", 30, 10)
    analysis = experiment.analyse(plan, form.sheets).document

    assert confirmations(Words("en"), {**cause_document(), "version": 2}, [analysis]) == {}


def test_both_sides_of_the_house_hash_a_causes_document_alike() -> None:
    assert sha256_of(cause_document()) == experiment.sha256_of(cause_document())


def test_a_unit_that_stands_in_the_name_is_said_once(tmp_path: Path) -> None:
    factor = experiment.Factor("압력(bar)", 45.0, 60.0, unit="bar")
    finding = experiment.Finding(("압력(bar)",), 0.30, 0.05)
    options = experiment.Options(replicates=3, parts=50)
    plan = experiment.plan([factor], [finding], options=options).document

    told, _ = paper(plan, "ko")

    assert "압력 45\N{NO-BREAK SPACE}bar → 60\N{NO-BREAK SPACE}bar" in told.answer
    assert sheet.headings(plan, Words("ko"))[2] == "압력 (bar)"
    form = written(plan, "ko", tmp_path / "filled.xlsx", 30, 10)
    assert experiment.analyse(plan, form.sheets).document["warnings"] == []
