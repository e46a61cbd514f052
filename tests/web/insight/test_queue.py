"""Who holds a job, and what a report counts that comes too late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deungdae.web.core.scope import Scope
from deungdae.web.insight import queue
from deungdae.web.insight.actions import AskAgain, FinishUnderstanding, StartAnalysis, StopJob
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Analysis, Job, Upload

NOW = timezone.now()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text("speed,result\n1,OK\n")
    return path


@pytest.fixture
def upload(engineer: Scope, handed_in: Callable[..., Upload], small: Path) -> Upload:
    return handed_in(engineer, small)


def taken(worker: str = "elsewhere/1", now: datetime = NOW) -> Job:
    job = queue.claim(worker, ["understand", "analyse"], now)
    assert job is not None
    return job


def now_in_base(job: Job, scope: Scope) -> Job:
    found: Job = Job.objects.within(scope).get(pk=job.pk)
    return found


def test_a_job_is_handed_out_once(upload: Upload) -> None:
    assert taken().upload == upload
    assert queue.claim("elsewhere/2", ["understand"], NOW) is None


def test_the_oldest_job_comes_first_and_only_of_the_kinds_asked_for(
    engineer: Scope, handed_in: Callable[..., Upload], small: Path
) -> None:
    first, second = handed_in(engineer, small), handed_in(engineer, small)
    assert queue.claim("elsewhere/1", ["analyse"], NOW) is None
    assert [taken().upload, taken().upload] == [first, second]


def test_a_worker_that_was_thought_dead_cannot_finish_what_another_was_given(
    upload: Upload, engineer: Scope
) -> None:
    asleep = taken("elsewhere/1")
    later = NOW + queue.LEASE * 2
    assert [job.pk for job in queue.orphans(later)] == [asleep.pk]
    assert queue.rescue(asleep, later) == Job.State.QUEUED
    awake = taken("elsewhere/2", later)
    assert awake.pk == asleep.pk
    assert not queue.beat(asleep, later, "reading", 0.5).held
    scope = Scope.of_system(queue.WORKER, upload.organisation)
    late = FinishUnderstanding(scope=scope, job=asleep, understood={"rows": 99}).perform()
    assert late is False
    assert Upload.objects.within(engineer).get(pk=upload.pk).rows is None
    assert now_in_base(awake, engineer).state == Job.State.CLAIMED
    assert FinishUnderstanding(scope=scope, job=awake, understood={"rows": 1}).perform()
    assert Upload.objects.within(engineer).get(pk=upload.pk).rows == 1


def test_a_worker_that_gives_signs_of_life_keeps_its_job(upload: Upload) -> None:
    job = taken()
    later = NOW + queue.LEASE * 2
    assert queue.beat(job, later - timedelta(seconds=1), "reading", 0.2).held
    assert queue.orphans(later) == []


def test_a_dead_worker_of_this_machine_is_known_by_its_lock(upload: Upload) -> None:
    mark = queue.WorkerMark()
    taken(mark.name)
    assert queue.orphans(NOW + queue.LEASE * 10) == []  # asleep, but alive
    mark.release()
    assert queue.is_running(mark.name) is None
    assert len(queue.orphans(NOW + queue.LEASE * 10)) == 1


def test_a_job_is_rescued_once_and_then_lost(upload: Upload, engineer: Scope) -> None:
    assert queue.rescue(taken(), NOW) == Job.State.QUEUED
    again = taken()
    assert queue.rescue(again, NOW) == Job.State.LOST
    assert queue.rescue(again, NOW) is None  # another worker saw it, too
    lost = now_in_base(again, engineer)
    assert AskAgain(scope=engineer, job=lost).perform().state == Job.State.QUEUED
    with pytest.raises(Refused):
        AskAgain(scope=engineer, job=lost).perform()


def test_what_a_person_stops_is_not_begun_again_when_its_worker_dies(
    upload: Upload, engineer: Scope
) -> None:
    job = taken()
    StopJob(scope=engineer, job=job).perform()
    assert queue.beat(job, NOW, "", 0.0).cancel
    assert queue.rescue(now_in_base(job, engineer), NOW) == Job.State.CANCELLED


def test_what_was_read_under_an_earlier_answer_is_not_kept(upload: Upload, engineer: Scope) -> None:
    job = taken()
    upload.revision = 1
    upload.save(update_fields=["revision"])
    scope = Scope.of_system(queue.WORKER, upload.organisation)
    assert not FinishUnderstanding(scope=scope, job=job, understood={"rows": 5}).perform()
    assert Upload.objects.within(engineer).get(pk=upload.pk).rows is None


def test_an_analysis_is_under_way_once_however_often_it_is_asked_for(
    upload: Upload, engineer: Scope
) -> None:
    upload.state = Upload.State.READY
    upload.save(update_fields=["state"])
    first = StartAnalysis(scope=engineer, upload=upload).perform()
    assert StartAnalysis(scope=engineer, upload=upload).perform() == first
    assert Analysis.objects.within(engineer).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        queue.add(Job.Kind.ANALYSE, upload, analysis=first)
