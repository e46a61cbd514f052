"""A program that furnishes a running installation for the tests of the browser; its state is in
DEUNGDAE_HOME, and the worker of that installation does the work. It makes companies and people,
then whatever it is asked for: each line that it reads is a name of `STEPS`, and each line that it
prints is what was made, as JSON. It holds two jobs, as a worker does that is at them, until its
input ends.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "deungdae.web.project.settings"

import django

django.setup()

import furnish_alarms  # noqa: E402
import furnish_connections  # noqa: E402
import furnish_floor  # noqa: E402
import furnish_intake  # noqa: E402
import furnish_live  # noqa: E402
import furnish_structure  # noqa: E402
import furnish_telling  # noqa: E402
import month_table  # noqa: E402
from access_table import PASSWORD  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from month_table import DRYING, MOULD, PRESSURE  # noqa: E402

from deungdae.records.errors import RunOutOfMemory  # noqa: E402
from deungdae.runs import wire  # noqa: E402
from deungdae.web.companies.actions import FoundCompany  # noqa: E402
from deungdae.web.companies.models import Site  # noqa: E402
from deungdae.web.core.models import Membership, Organisation, Person  # noqa: E402
from deungdae.web.core.scope import Scope, SystemActor  # noqa: E402
from deungdae.web.insight import folders, queue, results  # noqa: E402
from deungdae.web.insight.actions import (  # noqa: E402
    AskMethod,
    BeginUpload,
    CompleteUpload,
    FailJob,
    RemoveUpload,
    StartAnalysis,
    StopJob,
)
from deungdae.web.insight.models import Analysis, Job, Upload  # noqa: E402

ALL = Scope.everything(SystemActor("tests"))
PATIENCE = 300
#: A name as people give it, and a column as machines name it: nothing may burst.
LONG = "2026년 9월 사출 1라인 외관·치수 검사 성적서(고객 제출용, 최종 수정본 3차)_품질팀 확인.csv"
LONG_COLUMN = "1호기_사출성형공정_실린더3번존_히터온도_현재값_10초평균_보정후"
PEOPLE = {"owner": "김하나", "engineer": "이두리", "viewer": "박세미"}


def company(name: str, domain: str, language: str) -> Organisation:
    """Make a company with a person in each of three roles."""
    people = {}
    for role, called in PEOPLE.items():
        people[role] = person(f"{role}@{domain}", called, language)
    made = FoundCompany(scope=ALL, name=name, site="본공장", owner=people["owner"]).perform()
    for role in ("engineer", "viewer"):
        Membership.objects.create(person=people[role], organisation=made.organisation, role=role)
    organisation: Organisation = made.organisation
    return organisation


_ONE = Person()
_ONE.set_password(PASSWORD)  # once for all: a hash takes time on purpose


def person(email: str, name: str, language: str, **more: Any) -> Person:
    made = Person(email=email, name=name, language=language, **more)
    made.password = _ONE.password
    made.save()
    return made


def hand_in(organisation: Organisation, path: Path, name: str = "") -> Upload:
    """Hand a file in for the worker to read."""
    upload = begin(organisation, path, name)
    with folders.appending(upload) as target:
        target.write(path.read_bytes())
    done: Upload = CompleteUpload(scope=ALL, upload=upload).perform()
    return done


def begin(organisation: Organisation, path: Path, name: str = "") -> Upload:
    made: Upload = BeginUpload(
        scope=ALL, organisation=organisation, name=name or path.name, size=path.stat().st_size
    ).perform()
    return made


def wait(is_so: Callable[[], Any]) -> None:
    """Wait for the worker, which is another process."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, "the worker did not do its part"
        time.sleep(0.1)


def read(upload: Upload) -> Upload:
    """Wait until a file was read."""
    jobs = Job.objects.within(ALL).filter(upload=upload, kind=Job.Kind.UNDERSTAND)
    wait(lambda: not jobs.filter(state__in=Job.OPEN).exists())
    kept: Upload = Upload.objects.within(ALL).get(pk=upload.pk)
    return kept


def search(upload: Upload) -> Analysis:
    """Have the causes in a file looked for, and wait until they are found."""
    made = StartAnalysis(scope=ALL, upload=read(upload)).perform()
    jobs = Job.objects.within(ALL).filter(analysis=made)
    wait(lambda: not jobs.filter(state__in=Job.OPEN).exists())
    found: Analysis = Analysis.objects.within(ALL).get(pk=made.pk)
    assert found.finished_at is not None, jobs.get().error
    return found


def ask(upload: Upload, method: str, about: Analysis | None = None, **options: Any) -> Analysis:
    """Have another method carried out, and wait until its report is written."""
    made = AskMethod(
        scope=ALL, upload=upload, method=method, about=about, options=options
    ).perform()
    jobs = Job.objects.within(ALL).filter(analysis=made)
    wait(lambda: not jobs.filter(state__in=Job.OPEN).exists())
    found: Analysis = Analysis.objects.within(ALL).get(pk=made.pk)
    assert found.finished_at is not None, jobs.get().error
    return found


def held(upload: Upload, mark: queue.WorkerMark, kind: Any, step: str) -> Job:
    """Ask for a job and be at it, before the worker of the installation can take it."""
    with transaction.atomic():
        if kind == Job.Kind.ANALYSE:
            StartAnalysis(scope=ALL, upload=upload).perform()
        else:
            queue.add(kind, upload)
            upload.state = Upload.State.UNDERSTANDING
            upload.save(update_fields=["state"])
        job = queue.claim(mark.name, [kind], timezone.now())
        assert job is not None and job.upload == upload
        assert queue.beat(job, timezone.now(), step, 0.5).held
    return job


def month(folder: Path, number: int, *causes: str, language: str = "ko", name: str = "") -> Path:
    return month_table.write(folder / (name or f"{number}월.csv"), language, number, causes)


def with_long_column(path: Path) -> Path:
    text = path.read_text("utf-8").replace("사이클타임(s)", LONG_COLUMN)
    path.write_text(text, "utf-8")
    return path


def people() -> dict[str, Organisation]:
    """Make the companies and the people in them."""
    made = {
        "ko": company("가온정밀", "gaon.example", "ko"),
        "en": company("Nuri Moulding", "nuri.example", "en"),
    }
    shown = company("한빛금속", "hanbit.example", "ko")
    company("등대전자", "empty.example", "en")
    person("alone@example.com", "정혼자", "ko")
    person("new@example.com", "최새로", "ko", must_change_password=True)
    person("phone@example.com", "한전화", "ko")
    for email in ("new@example.com", "phone@example.com"):
        who = Person.objects.get(email=email)
        Membership.objects.create(person=who, organisation=shown, role="engineer")
    return made | {"shown": shown}


def reports(houses: dict[str, Organisation], folder: Path) -> dict[str, str]:
    """Let the owners of the two companies of the stories have analysed a month: language → id."""
    first = {
        language: hand_in(
            houses[language], month(folder, 9, PRESSURE, MOULD, language=language, name=name)
        )
        for language, name in (("ko", "9월 검사.csv"), ("en", "September.csv"))
    }
    return {language: str(search(upload).public_id) for language, upload in first.items()}


def plant(houses: dict[str, Organisation], folder: Path) -> dict[str, str]:
    """Make a page of each kind that machines have."""
    shown = houses["shown"]
    return (
        furnish_intake.intake(ALL, shown)
        | furnish_live.live(ALL, shown)
        | furnish_connections.connections(ALL, shown)
        | furnish_floor.floor(ALL, shown)
        | furnish_alarms.alarms(ALL, shown)
        | furnish_structure.structure(ALL, shown)
        | furnish_telling.telling(ALL, shown)
    )


def first_finding(analysis: Analysis) -> list[int]:
    """Return the place of the first finding that is worth an experiment: [stratum, rank]."""
    return next(
        [number, stratum["causes"][0]["rank"]]
        for number, stratum in enumerate(results.document(analysis)["strata"])
        if stratum["verdict"] in ("clear", "suspected")
    )


def work(houses: dict[str, Organisation], folder: Path) -> dict[str, str]:
    """Make a page of each kind that work has."""
    mark, shown = queue.WorkerMark(), houses["shown"]
    long = hand_in(shown, with_long_column(month(folder, 7, PRESSURE, MOULD)), LONG)
    before = search(long)
    after = search(hand_in(shown, with_long_column(month(folder, 8, PRESSURE, DRYING))))
    assert after.previous == before
    gone = search(hand_in(shown, month(folder, 4, PRESSURE)))
    RemoveUpload(scope=ALL, upload=gone.upload).perform()
    shutil.rmtree(folders.home_of(shown) / "runs" / gone.run)
    broken = folder / "사진.csv"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    asking = folder / "설비일지.csv"
    asking.write_text("시각,온도,압력\n" + "".join(
        f"2026-09-01 08:{i:02},{180 + i % 7}.{i % 10},{90 + i % 5}.5\n" for i in range(60)
    ), "utf-8")  # fmt: skip
    unusable, question = hand_in(shown, broken), hand_in(shown, asking)
    assert read(unusable).state == Upload.State.UNUSABLE
    assert read(question).problem
    half = begin(shown, folder / "7월.csv", "끊긴 파일.csv")
    with folders.appending(half) as target:
        target.write(b"x" * 1000)
    again = read(hand_in(shown, month(folder, 6, PRESSURE)))
    ended = {}
    states: tuple[Any, ...] = (Job.State.FAILED, Job.State.LOST, Job.State.CANCELLED)
    for state in states:
        job = held(again, mark, Job.Kind.ANALYSE, "searching")
        error = wire.to_document(
            RunOutOfMemory(
                "The run needed more than the {allowed} of memory that it may use and was "
                "stopped. Nothing was lost. Raise DEUNGDAE_RUN_MEMORY, or leave out columns that "
                "cannot matter.",
                allowed="6 GiB",
            )
        )
        if state == Job.State.CANCELLED:
            StopJob(scope=ALL, job=job).perform()
        scope = Scope.of_system(queue.WORKER, shown)
        FailJob(scope=scope, job=job, state=state, error=error).perform()
        ended[state.value] = job.analysis.get_absolute_url()
    running = held(again, mark, Job.Kind.ANALYSE, "searching")
    reading = held(
        read(hand_in(shown, month(folder, 5))), mark, Job.Kind.UNDERSTAND, "understanding"
    )
    site = Site.objects.within(ALL).get(organisation=shown)
    column = next(c["name"] for c in read(long).understanding["columns"] if c["kind"] == "number")
    charts = ask(read(long), "spc", columns=[column])
    planned = ask(read(long), "plan", before, place=first_finding(before))
    return ended | {
        "ask_spc": f"/causes/uploads/{long.public_id}/ask/spc/",
        "ask_capability": f"/causes/uploads/{long.public_id}/ask/capability/",
        "ask_gauge": f"/causes/uploads/{long.public_id}/ask/gauge/",
        "ask_machines": f"/causes/uploads/{long.public_id}/machines/",
        "ask_plan": f"{before.get_absolute_url()}plan/",
        "charts": charts.get_absolute_url(),
        "planned": planned.get_absolute_url(),
        "site": f"/company/sites/{site.public_id}/",
        "power_contract": f"/floor/sites/{site.public_id}/power/",
        "report": before.get_absolute_url(),
        "compared": after.get_absolute_url(),
        "understood": f"/causes/uploads/{long.public_id}/",
        "removed": f"/causes/uploads/{gone.upload.public_id}/",
        "gone": gone.get_absolute_url(),
        "unusable": f"/causes/uploads/{unusable.public_id}/",
        "question": f"/causes/uploads/{question.public_id}/",
        "receiving": f"/causes/uploads/{half.public_id}/",
        "running": running.analysis.get_absolute_url(),
        "reading": f"/causes/uploads/{reading.upload.public_id}/",
    }


STEPS: dict[str, Callable[[dict[str, Organisation], Path], dict[str, str]]] = {
    "reports": reports,
    "plant": plant,
    "work": work,
}

if __name__ == "__main__":
    made = people()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(sorted(made)), flush=True)
        for name in sys.stdin:
            print(json.dumps(STEPS[name.strip()](made, Path(temporary))), flush=True)
