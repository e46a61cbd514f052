"""A report is read before its pictures are drawn, and stands without them; lost files come back."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae import runs
from deungdae.reports.causes.brief import brief
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders, queue, results, work
from deungdae.web.insight.access import analysis_job, writing_job
from deungdae.web.insight.actions import FailJob, FinishAnalysis, StartAnalysis
from deungdae.web.insight.models import Analysis, Job, Upload


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory, sheet: Path) -> dict[str, Any]:
    """What a worker has when a search has just ended, made once: a home, and its runs."""
    home = tmp_path_factory.mktemp("searched")

    def run(job: str, **params: Any) -> runs.RunResult:
        return runs.run(home, job, 1, params, jobs=work.JOBS)

    stored = run("import", path=str(sheet), time_zone="Asia/Seoul").result
    causes = run("causes", table=stored["table"], options={}, seed=0)
    return {
        "home": home,
        "table": stored["table"],
        "understanding": stored["understanding"],
        "found": {
            "run": causes.run_id,
            **brief(causes.result["document"], stored["understanding"]),
        },
    }


@pytest.fixture
def found(engineer: Scope, house: Any, searched: dict[str, Any]) -> Analysis:
    """An analysis whose search has just ended; nothing of its report is drawn or written yet."""
    shutil.copytree(searched["home"], folders.home_of(house.organisation))
    upload = Upload.objects.create(
        organisation=house.organisation, name="9월.csv", size=1, state=Upload.State.READY,
        table=searched["table"], understanding=searched["understanding"],
    )  # fmt: skip
    started = StartAnalysis(scope=engineer, upload=upload).perform()
    job = queue.claim("here/1", ["analyse"], timezone.now())
    assert job is not None
    scope = Scope.of_system(queue.WORKER, job.organisation)
    assert FinishAnalysis(scope=scope, job=job, found=searched["found"]).perform()
    return now(started, engineer)


def now(analysis: Analysis, scope: Scope) -> Analysis:
    found: Analysis = Analysis.objects.within(scope).get(pk=analysis.pk)
    return found


def page(client: Client, analysis: Analysis, status: int = 200) -> str:
    response = client.get(analysis.get_absolute_url())
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def drawings(text: str) -> int:
    return text.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart"')


@pytest.fixture
def viewer(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["viewer"])


@pytest.fixture
def worker_of_files(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


def test_the_words_are_there_before_the_pictures_and_the_files(
    found: Analysis, engineer: Scope, viewer: Client, worked_off: Callable[..., list[Job]]
) -> None:
    early = page(viewer, found)
    assert found.answer["en"].split()[0] in early
    assert "What to do next" in early
    assert drawings(early) == 0
    assert "This picture is being drawn." in early
    assert early.count("being prepared") == 3
    assert "data-writing=" in early and ".pdf" not in early
    pdf = reverse("insight:download", args=[found.public_id, "pdf"])
    response = viewer.get(pdf, follow=True)
    assert response.redirect_chain == [(found.get_absolute_url(), 302)]
    assert "not there yet" in response.content.decode()
    assert [job.kind for job in worked_off()] == [Job.Kind.RENDER]
    late = page(viewer, found)
    assert drawings(late) > 2
    assert "data-writing=" not in late and "being prepared" not in late
    assert pdf in late
    # Every place that is filled later stands on the early page as well, so that it can be filled.
    for place in re.findall(r'id="((?:pictures|timeline)-[^"]+)"', late):
        assert f'id="{place}"' in early and f"#{place}" in early


def test_the_language_of_the_one_who_asked_is_written_first(
    found: Analysis, engineer: Scope, bench: work.Bench
) -> None:
    engineer.person.language = "en"
    engineer.person.save()
    job = queue.claim("here/1", ["render"], timezone.now())
    assert job is not None
    work.render(job, Scope.of_system(queue.WORKER, job.organisation), bench)
    run = max((folders.home_of(found.organisation) / "runs").iterdir())
    assert '"first": "en"' in (run / "request.json").read_text("utf-8")
    folder = folders.home_of(found.organisation) / folders.report_folder(found.public_id)
    order = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert [path.name for path in order] == [
        "pictures.en.json", "report.en.html", "report.en.xlsx", "report.en.pdf",
        "pictures.ko.json", "report.ko.html", "report.ko.xlsx", "report.ko.pdf",
    ]  # fmt: skip


def test_a_report_whose_files_were_taken_away_says_so_and_makes_them_again(
    found: Analysis,
    engineer: Scope,
    viewer: Client,
    worker_of_files: Client,
    worked_off: Callable[..., list[Job]],
) -> None:
    worked_off()
    shutil.rmtree(folders.home_of(found.organisation) / folders.report_folder(found.public_id))
    renew = reverse("insight:renew", args=[found.public_id])
    seen = page(viewer, found)
    assert "Part of this report is missing" in seen and renew not in seen
    assert found.answer["en"].split()[0] in seen
    assert renew in page(worker_of_files, found)
    for _ in range(2):  # a second click begins nothing more
        assert worker_of_files.post(renew).status_code == 302
    assert [job.kind for job in worked_off()] == [Job.Kind.RENDER]
    assert "Part of this report is missing" not in page(viewer, found)
    assert results.files(found, "ko") == ["html", "pdf", "xlsx"]


def test_a_report_whose_result_was_taken_away_is_searched_for_again_at_the_same_address(
    found: Analysis,
    engineer: Scope,
    viewer: Client,
    worker_of_files: Client,
    worked_off: Callable[..., list[Job]],
) -> None:
    worked_off()
    before = results.document(found)
    shutil.rmtree(folders.home_of(found.organisation) / "runs" / found.run)
    gone = page(viewer, found, 410)
    assert "no longer on the server" in gone
    renew = reverse("insight:renew", args=[found.public_id])
    assert renew in page(worker_of_files, found, 410)
    worker_of_files.post(renew)
    assert "are being looked for" in page(viewer, found)
    assert [job.kind for job in worked_off()] == [Job.Kind.ANALYSE, Job.Kind.RENDER]
    assert drawings(page(viewer, found)) > 2
    assert results.document(now(found, engineer)) == before


def test_a_comparison_is_left_out_when_the_result_before_is_gone(
    found: Analysis, engineer: Scope, viewer: Client
) -> None:
    later = Analysis.objects.create(
        organisation=found.organisation, upload=found.upload, title="later", previous=found,
        run=found.run, understanding=found.understanding, finished_at=timezone.now(),
    )  # fmt: skip
    Job.objects.create(
        organisation=found.organisation, upload=found.upload, analysis=later, kind="analyse",
        state=Job.State.DONE,
    )  # fmt: skip
    assert "Since the last analysis" in page(viewer, later)
    found.run = "20260901T000000Z-00000000"
    found.save(update_fields=["run"])
    assert "Since the last analysis" not in page(viewer, later)


def test_writing_that_failed_leaves_the_words_and_says_why(
    found: Analysis, engineer: Scope, viewer: Client
) -> None:
    job = queue.claim("here/1", ["render"], timezone.now())
    assert job is not None
    error = {
        "kinds": ["RunFailed"],
        "template": "The files of the report in {folder} could not be written: {reason}. "
        "The result itself is kept.",
        "values": {"folder": "reports", "reason": "No space left on device"},
    }
    scope = Scope.of_system(queue.WORKER, found.organisation)
    FailJob(scope=scope, job=job, state=Job.State.FAILED, error=error).perform()
    seen = page(viewer, found)
    assert "No space left on device" in seen and "What to do next" in seen
    assert analysis_job(engineer, found).state == Job.State.DONE
    writing = writing_job(engineer, found)
    assert writing is not None and writing.state == Job.State.FAILED
