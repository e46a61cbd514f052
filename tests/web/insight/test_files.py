"""Files: their list, the room they take, and what happens when one is removed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deungdae.web.core.models import AuditEntry
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders, results, room
from deungdae.web.insight.actions import BeginUpload, RemoveUpload, StartAnalysis
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Analysis, Job, Upload


@pytest.fixture
def worker(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


@pytest.fixture
def report(
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[..., list[Job]],
    sheet: Path,
) -> Analysis:
    """A report on a file that was handed in."""
    upload = handed_in(engineer, sheet)
    worked_off()
    upload.refresh_from_db()
    started = StartAnalysis(scope=engineer, upload=upload).perform()
    worked_off()
    found: Analysis = Analysis.objects.within(engineer).get(pk=started.pk)
    return found


def home(analysis: Analysis) -> Path:
    return folders.home_of(analysis.organisation)


def test_a_file_whose_reports_stay_leaves_nothing_of_its_rows_behind(
    worker: Client, report: Analysis, engineer: Scope, worked_off: Callable[..., list[Job]]
) -> None:
    upload = report.upload
    page = worker.get(reverse("insight:upload", args=[upload.public_id])).text
    assert "1 report stands on it" in page and "This cannot be undone." in page
    before = results.document(report)
    response = worker.post(
        reverse("insight:remove", args=[upload.public_id]), {"reports": "keep"}, follow=True
    )
    assert "Removed: " in response.text
    assert [job.kind for job in worked_off()] == [Job.Kind.FORGET]
    assert not list((home(report) / "lake").iterdir())
    assert not list((home(report) / "originals").rglob("*.csv"))
    jobs = {
        json.loads(p.read_text("utf-8"))["job"] for p in home(report).glob("runs/*/request.json")
    }
    assert jobs == {"causes", "render-causes", "forget"}
    shown = worker.get(report.get_absolute_url())
    assert shown.status_code == 200
    assert "The file itself was removed from the server." in shown.text
    assert results.document(report) == before
    assert results.files(report, "en") == ["html", "pdf", "xlsx"]
    gone = worker.get(reverse("insight:upload", args=[upload.public_id])).text
    assert "The reports on it stay readable." in gone and report.get_absolute_url() in gone
    with pytest.raises(Refused):
        StartAnalysis(scope=engineer, upload=upload).perform()
    entry = AuditEntry.objects.within(engineer).filter(action="insight.upload_removed").get()
    assert upload.name in entry.detail.words


def test_reports_go_with_their_file_when_that_is_asked_for(
    worker: Client, report: Analysis, engineer: Scope, worked_off: Callable[..., list[Job]]
) -> None:
    address, written = (
        report.get_absolute_url(),
        home(report) / folders.report_folder(report.public_id),
    )
    assert written.is_dir()
    worker.post(reverse("insight:remove", args=[report.upload.public_id]), {"reports": "remove"})
    worked_off()
    assert worker.get(address).status_code == 404
    assert not written.exists()
    assert not Upload.objects.within(engineer).exists()
    left = home(report).glob("runs/*/request.json")
    assert {json.loads(path.read_text("utf-8"))["job"] for path in left} == {"forget"}


def test_a_file_of_the_same_content_keeps_its_original(
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[..., list[Job]],
    tmp_path: Path,
) -> None:
    path = tmp_path / "small.csv"
    path.write_text("speed,result\n" + "1,OK\n2,NG\n" * 20)
    first, second = handed_in(engineer, path), handed_in(engineer, path)
    worked_off()
    for upload in (first, second):
        upload.refresh_from_db()
    assert first.original == second.original
    original = folders.source(second)
    RemoveUpload(scope=engineer, upload=first).perform()
    worked_off()
    assert original.read_bytes() == path.read_bytes()
    RemoveUpload(scope=engineer, upload=second).perform()
    worked_off()
    assert not original.exists()


def test_a_file_in_which_a_search_goes_on_stays(
    worker: Client, engineer: Scope, house: Any
) -> None:
    upload = Upload.objects.create(
        organisation=house.organisation, name="9월.csv", size=1, state=Upload.State.READY
    )
    StartAnalysis(scope=engineer, upload=upload).perform()
    response = worker.post(reverse("insight:remove", args=[upload.public_id]), follow=True)
    assert "still going on" in response.text
    assert Upload.objects.within(engineer).filter(pk=upload.pk).exists()


def test_removal_that_is_done_twice_passes_over_what_is_gone(
    report: Analysis, engineer: Scope, worked_off: Callable[..., list[Job]]
) -> None:
    RemoveUpload(scope=engineer, upload=report.upload).perform()
    job = Job.objects.within(engineer).get(kind=Job.Kind.FORGET)
    worked_off()
    Job.objects.within(engineer).filter(pk=job.pk).update(state=Job.State.QUEUED)
    assert [done.pk for done in worked_off()] == [job.pk]
    assert Job.objects.within(engineer).get(pk=job.pk).state == Job.State.DONE


def test_room_counts_what_lies_on_the_disk_and_what_was_promised(
    engineer: Scope, house: Any, settings: Any, worker: Client
) -> None:
    def begin(size: int) -> Upload:
        return BeginUpload(
            scope=engineer, organisation=house.organisation, name="a.csv", size=size
        ).perform()

    settings.UPLOAD_QUOTA_BYTES = 10_000_000
    table = folders.home_of(house.organisation) / "lake" / "t" / "part.parquet"
    table.parent.mkdir(parents=True)
    table.write_bytes(b"x" * 6_000_000)
    assert room.used(engineer, house.organisation) == 6_000_000
    assert room.warning(engineer, house.organisation) == ""
    begin(2_500_000)  # not one byte of it has come yet, but its place is taken
    assert room.used(engineer, house.organisation) == 8_500_000
    assert "keeps 8 MB of the 10 MB" in room.warning(engineer, house.organisation)
    assert "keeps 8 MB of the 10 MB" in worker.get(reverse("insight:new")).text
    with pytest.raises(Refused, match="may keep 10 MB and keeps 8 MB"):
        begin(1_500_001)
    table.write_bytes(b"x" * 10_000_000)
    assert "no further file can be taken" in worker.get(reverse("insight:files")).text


def test_files_are_listed_searched_and_exported(
    worker: Client, house: Any, enter: Callable[..., Client]
) -> None:
    assert "No files yet" in worker.get(reverse("insight:files")).text
    for name, state in (("=1.csv", "ready"), ("9월.csv", "unusable")):
        Upload.objects.create(organisation=house.organisation, name=name, size=5, state=state)
    page = worker.get(reverse("insight:files"), {"q": "9월"}).text
    assert "9월.csv" in page and "=1.csv" not in page
    table = worker.get(reverse("insight:files"), {"state": "ready", "as": "csv"})
    lines = table.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and lines[1].startswith("'=1.csv,")
