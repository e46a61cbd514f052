"""The report: read by the company's people, in their language, and compared with the last one."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae.records.errors import RunFailed, RunOutOfMemory
from deungdae.runs import wire
from deungdae.tables import demo
from deungdae.web.core import exports
from deungdae.web.core.scope import Scope
from deungdae.web.insight import queue, speech
from deungdae.web.insight.actions import FailJob, StartAnalysis
from deungdae.web.insight.models import Analysis, Job, Upload


@pytest.fixture
def client(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["viewer"])


@pytest.fixture
def waiting(engineer: Scope, house: Any) -> Analysis:
    """An analysis that nobody has begun."""
    upload = Upload.objects.create(
        organisation=house.organisation, name="9월.csv", size=1, state=Upload.State.READY
    )
    found: Analysis = StartAnalysis(scope=engineer, upload=upload).perform()
    return found


def text(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_file_becomes_a_report_and_the_next_months_is_compared_with_it(
    client: Client,
    enter: Callable[..., Client],
    neighbour: Any,
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[[], Any],
    tmp_path: Path,
) -> None:
    analyses = []
    for month, seed in (("9월.csv", 7), ("10월.csv", 8)):
        path = demo.write(tmp_path / str(seed), seed=seed, rows=3000).path
        upload = handed_in(engineer, path, month)
        worked_off()
        upload = Upload.objects.within(engineer).get(pk=upload.pk)
        started = StartAnalysis(scope=engineer, upload=upload).perform()
        worked_off()
        analyses.append(Analysis.objects.within(engineer).get(pk=started.pk))
    first, second = analyses
    assert first.answer["ko"] != first.answer["en"]
    assert first.findings > 0
    page = text(client, "insight:analysis", first.public_id)
    assert "How sure is that?" in page
    assert "What to do next" in page
    assert page.count("<svg class=") + page.count("<svg viewBox") > 3
    assert "Since the last analysis" not in page
    assert second.previous == first
    page = text(client, "insight:analysis", second.public_id)
    assert "Since the last analysis" in page
    assert first.get_absolute_url() in page
    # The same address for a colleague in Korean, nothing for another company.
    client.cookies["deungdae_language"] = "ko"
    for ending, begins in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        url = reverse("insight:download", args=[first.public_id, ending])
        response = client.get(url, {"lang": "ko"})
        assert response.content.startswith(begins)
        assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''9")
        response.close()
        stranger = enter(neighbour.people["owner"]).get(url)
        assert stranger.status_code == 404
    listed = text(client, "insight:home", q="10월")
    assert "10월.csv" in listed and "9월.csv" not in listed.replace("10월.csv", "")


def test_a_run_out_of_memory_says_what_to_do(client: Client, waiting: Analysis, house: Any) -> None:
    job = queue.claim("here/1", ["analyse"], timezone.now())
    assert job is not None
    error = RunOutOfMemory(
        "The run needed more than the {allowed} of memory that it may use and was stopped. "
        "Nothing was lost. Raise DEUNGDAE_RUN_MEMORY, or leave out columns that cannot matter.",
        allowed="6 GiB",
    )
    scope = Scope.of_system(queue.WORKER, house.organisation)
    FailJob(scope=scope, job=job, state=Job.State.FAILED, error=wire.to_document(error)).perform()
    page = text(client, "insight:analysis", waiting.public_id)
    assert "needed more than the 6 GiB of memory" in page
    assert "Send a smaller file" in page
    assert "Nothing was lost" in page


def test_sentences_that_pages_say_in_another_way_are_still_said_by_the_program() -> None:
    import deungdae

    source = Path(deungdae.__file__).parent
    told = "".join(
        re.sub(r'"\s*\n\s*"', "", path.read_text("utf-8"))
        for folder in ("analysis", "runs")
        for path in (source / folder).rglob("*.py")
    )
    assert len(speech.FOR_PAGES) >= 7
    for sentence in speech.FOR_PAGES:
        assert sentence in told


def test_an_error_without_a_sentence_of_its_own_is_said_as_it_is() -> None:
    error = RunFailed("Whoever waited for the run failed. Nothing was lost.")
    assert speech.error_sentence(wire.to_document(error)).startswith("Whoever waited")
    assert speech.error_sentence(None) == ""


def test_progress_never_goes_back_from_step_to_step() -> None:
    for kind, steps in (
        ("understand", ["reading", "keeping", "storing", "loading", "understanding"]),
        ("analyse", ["loading", "understanding", "searching", "judging", "done"]),
        ("render", ["drawing", "writing", "others"]),
    ):
        shown = [speech.progress(kind, "running", step, 0.0)[1] for step in steps]
        assert shown == sorted(shown)
        assert shown[0] > 0 and shown[-1] < 100


def test_an_empty_list_says_how_to_begin(
    client: Client, enter: Callable[..., Client], house: Any
) -> None:
    assert "No reports yet" in text(client, "insight:home")
    assert reverse("insight:new") not in text(client, "insight:home")  # a viewer cannot hand in
    engineer = enter(house.people["engineer"])
    assert reverse("insight:new") in text(engineer, "insight:home")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture
def hostile(house: Any) -> list[str]:
    """Analyses whose titles would be formulas."""
    for title in FORMULAS:
        upload = Upload.objects.create(organisation=house.organisation, name=title, size=1)
        Analysis.objects.create(organisation=house.organisation, upload=upload, title=title)
    return FORMULAS


def test_no_cell_of_an_exported_list_is_a_formula(client: Client, hostile: list[str]) -> None:
    response = client.get(reverse("insight:export", args=["csv"]))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert {row[0] for row in rows[1:]} == {f"'{title}" for title in hostile}
    response = client.get(reverse("insight:export", args=["xlsx"]))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    assert "f" not in kinds
    titles = {str(row[0].value) for row in sheet.iter_rows(min_row=2)}
    assert all(title.startswith("'") for title in titles)


def test_numbers_and_ordinary_words_are_exported_as_they_are() -> None:
    assert exports.harmless(-5) == -5
    assert exports.harmless("9월 검사") == "9월 검사"
    assert exports.harmless("=A1") == "'=A1"


def test_a_list_is_filtered_sorted_and_exported_as_it_is_shown(client: Client, house: Any) -> None:
    for title, verdict, bad in (("a", "clear", 5), ("b", "none", 9), ("c", "clear", 7)):
        upload = Upload.objects.create(organisation=house.organisation, name=title, size=1)
        Analysis.objects.create(
            organisation=house.organisation, upload=upload, title=title, verdict=verdict, bad=bad
        )
    response = client.get(
        reverse("insight:export", args=["csv"]), {"verdict": "clear", "sort": "-bad"}
    )
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["c", "a"]
    assert client.get(reverse("insight:export", args=["exe"])).status_code == 404
    assert client.get(reverse("insight:home"), {"sort": "organisation"}).status_code == 200
    assert client.get(reverse("insight:home"), {"page": "999", "state": "x"}).status_code == 200
