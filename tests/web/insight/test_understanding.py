"""What is understood of a file is shown, corrected by one click, and remembered."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from deungdae.web.core.access import scope_of
from deungdae.web.core.models import AuditEntry
from deungdae.web.core.scope import Scope
from deungdae.web.insight.models import Mapping, Upload
from deungdae.web.insight.shape import shape_of


@pytest.fixture
def client(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


@pytest.fixture
def read(
    engineer: Scope, handed_in: Callable[..., Upload], worked_off: Callable[[], Any]
) -> Callable[..., Upload]:
    """Hand a file in and read it."""

    def _read(path: Path, name: str | None = None) -> Upload:
        upload = handed_in(engineer, path, name)
        worked_off()
        found: Upload = Upload.objects.within(engineer).get(pk=upload.pk)
        return found

    return _read


@pytest.fixture
def correct(
    client: Client, engineer: Scope, worked_off: Callable[[], Any]
) -> Callable[..., Upload]:
    """Press a button on the page of a file, and let the worker answer."""

    def _correct(upload: Upload, **what: str) -> Upload:
        response = client.post(reverse("insight:correct", args=[upload.public_id]), what)
        assert response.status_code == 302
        worked_off()
        found: Upload = Upload.objects.within(engineer).get(pk=upload.pk)
        return found

    return _correct


def page(client: Client, upload: Upload) -> str:
    response = client.get(reverse("insight:upload", args=[upload.public_id]))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_file_is_shown_as_it_came_and_as_it_was_understood(
    client: Client, read: Callable[..., Upload], sheet: Path
) -> None:
    upload = read(sheet)
    assert upload.state == Upload.State.READY
    shown = page(client, upload)
    assert "데모 데이터 (생성된 값)" in shown  # the title above the table, as it came
    assert "<strong>판정</strong>" in shown  # the result column
    assert 'value="불" aria-pressed="true"' in shown
    assert 'value="양" aria-pressed="false"' in shown
    assert "Subtotal and total rows" in shown
    assert "CP949" in shown or "cp949" in shown
    assert "Find the causes" in shown


def test_a_correction_is_remembered_for_the_next_file_of_the_shape_in_this_company_alone(
    client: Client,
    engineer: Scope,
    neighbour: Any,
    read: Callable[..., Upload],
    correct: Callable[..., Upload],
    handed_in: Callable[..., Upload],
    worked_off: Callable[[], Any],
    sheet: Path,
) -> None:
    first = correct(read(sheet), what="ignore", toggle="작업자")
    assert first.answers == {"ignore": ["작업자"]}
    assert "left out, as you asked" in page(client, first)
    verbs = AuditEntry.objects.within(engineer).order_by("sequence")
    assert [entry.action for entry in verbs if entry.action.startswith("insight.")] == [
        "insight.upload_begun",
        "insight.upload_completed",
        "insight.upload_understood",
        "insight.upload_corrected",
        "insight.upload_understood",
    ]
    second = read(sheet, "10월.csv")
    assert second.shape == first.shape
    assert second.remembered
    assert second.answers == {"ignore": ["작업자"]}
    assert "applied here as well" in page(client, second)
    theirs = scope_of(neighbour.people["engineer"])
    upload = handed_in(theirs, sheet)
    worked_off()
    assert Upload.objects.within(theirs).get(pk=upload.pk).answers == {}


def test_a_guess_can_be_taken_back(
    read: Callable[..., Upload], correct: Callable[..., Upload], engineer: Scope, sheet: Path
) -> None:
    upload = correct(read(sheet), what="by", none="1")
    assert upload.answers == {"by": []}
    upload = correct(upload, what="by", guess="1")
    assert upload.answers == {}
    assert not Mapping.objects.within(engineer).exists()


def test_a_name_that_the_file_does_not_hold_is_refused(
    client: Client, read: Callable[..., Upload], correct: Callable[..., Upload], sheet: Path
) -> None:
    upload = correct(read(sheet), what="target", value="없는 열")
    assert upload.answers == {}
    assert "holds nothing of that name" in page(client, upload)


def test_the_bad_values_are_told_by_pressing_them(
    client: Client, read: Callable[..., Upload], correct: Callable[..., Upload], tmp_path: Path
) -> None:
    path = tmp_path / "grades.csv"
    rows = "".join(f"{40 + n * 7 % 25},{'ABCD'[n % 4]}\n" for n in range(80))
    path.write_text("speed,letter\n" + rows)
    upload = read(path)
    assert upload.problem is not None
    assert "No column looks like a pass/fail result" in page(client, upload)
    upload = correct(upload, what="target", value="letter")
    assert "Classes that are good" in page(client, upload), "four letters are classes of quality"
    upload = correct(upload, what="kind", value="pass_fail")
    shown = page(client, upload)
    assert "Choose below which of them mean a defect" in shown
    assert "--bad" not in shown
    upload = correct(upload, what="bad", toggle="D")
    assert upload.problem is None
    assert upload.answers == {"target": "letter", "kind": "pass_fail", "bad": ["D"]}


def test_the_kind_of_result_and_what_is_worse_are_told_by_one_click(
    client: Client, read: Callable[..., Upload], correct: Callable[..., Upload], tmp_path: Path
) -> None:
    path = tmp_path / "strength.csv"
    rows = "".join(f"{40 + n * 7 % 25},{20 + n * 13 % 17 / 10}\n" for n in range(80))
    path.write_text("speed,strength\n" + rows)
    upload = correct(read(path), what="target", value="strength")
    assert upload.problem is None
    shown = page(client, upload)
    assert "a measured value" in shown
    assert "What is worse" in shown
    upload = correct(upload, what="worse", value="low")
    assert upload.answers == {"target": "strength", "worse": "low"}
    upload = correct(upload, what="kind", value="number")
    assert upload.answers == {"target": "strength", "kind": "number"}, "it was said of a guess"


def test_a_sheet_that_was_chosen_is_chosen_in_next_months_workbook(
    engineer: Scope, read: Callable[..., Upload], correct: Callable[..., Upload], tmp_path: Path
) -> None:
    september = read(workbook(tmp_path / "9월.xlsx", "9월"))
    assert september.understanding is not None
    assert september.understanding["sheet"] == "9월 생산"
    september = correct(september, what="sheet", value="9월 검사")
    assert september.understanding is not None
    assert september.understanding["sheet"] == "9월 검사"
    copy = read(workbook(tmp_path / "9월 다시.xlsx", "9월"))
    assert copy.understanding is not None
    assert copy.understanding["sheet"] == "9월 검사"
    assert copy.remembered
    # Back to what was guessed: then nothing is left to be remembered.
    correct(september, what="sheet", value="9월 생산")
    assert not Mapping.objects.within(engineer).exists()


def workbook(path: Path, month: str) -> Path:
    """Two sheets: a long one that looks most like a table, and a short one."""
    book = openpyxl.Workbook()
    made = book.active
    made.title = f"{month} 생산"
    made.append(["설비", "수량", "판정"])
    for n in range(200):
        made.append([f"{n % 3}호기", n % 17, "OK" if n % 11 else "NG"])
    inspected = book.create_sheet(f"{month} 검사")
    inspected.append(["속도", "판정"])
    for n in range(60):
        inspected.append([40 + n % 13, "양호" if n % 7 else "불량"])
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report.csv", b"%PDF-1.7 \x00\x01", "seems to be PDF."),
        ("table.csv", b"only a header,and nothing\n", "holds no table"),
        ("page.xlsx", b"<!doctype html><table><tr><td>1</td></tr></table>", "HTML"),
    ],
)
def test_what_a_file_is_its_content_tells_not_its_name(
    client: Client,
    read: Callable[..., Upload],
    tmp_path: Path,
    name: str,
    content: bytes,
    said: str,
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    upload = read(path)
    assert upload.state == Upload.State.UNUSABLE
    shown = page(client, upload)
    assert said in shown
    assert "This file could not be read" in shown
    assert "Read it again" in shown


def test_a_shape_does_not_depend_on_the_month_in_the_sheets_name() -> None:
    columns = [{"name": "속도", "kind": "number"}, {"name": "판정", "kind": "text"}]
    july = shape_of({"sheet": "7월", "columns": columns})
    assert july == shape_of({"sheet": "12월", "columns": columns})
    assert july != shape_of({"sheet": "생산", "columns": columns})
    assert july != shape_of({"sheet": "7월", "columns": columns[:1]})
    assert july != shape_of({"sheet": "7월", "columns": [{**columns[0], "kind": "text"}]})
