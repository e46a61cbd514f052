"""Fill a state folder: a company with as many reports as told. Prints one line of JSON.

    DEUNGDAE_HOME=… python -m serving.fill REPORTS TABLE…

Each TABLE is handed in and analysed by a real worker. The other reports are copies of their rows in
the database, with names and days of their own; they point to the files of the one they copy.
"""

import copy
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "deungdae.web.project.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.urls import get_resolver  # noqa: E402
from django.utils import timezone  # noqa: E402

from deungdae.web.companies.actions import FoundCompany  # noqa: E402
from deungdae.web.companies.models import Site  # noqa: E402
from deungdae.web.core import chain  # noqa: E402
from deungdae.web.core.models import Membership, Person  # noqa: E402
from deungdae.web.core.scope import Scope, SystemActor  # noqa: E402
from deungdae.web.insight import demo  # noqa: E402
from deungdae.web.insight.models import Analysis, Job  # noqa: E402

ACTOR = SystemActor("benchmark")
ALL = Scope.everything(ACTOR)
EMAIL, PASSWORD = "owner@demo.invalid", "harbour-lantern-9"
MEMBERS = 12
ENTRIES_A_REPORT = 3  #: of the record: handed in, asked, finished
PATIENCE = 600.0  #: seconds


def main(reports: int, tables: list[Path]) -> dict[str, Any]:
    """Fill the folder; return what the measurement needs to know."""
    call_command("migrate", verbosity=0, interactive=False)
    organisation = _company()
    for table in tables:
        demo.add(Scope.of_system(ACTOR, organisation), organisation, table)
    _work_off()
    real = list(Analysis.objects.within(ALL).filter(finished_at__isnull=False))
    if len(real) < len(tables):
        raise SystemExit(f"{len(real)} of {len(tables)} real runs came to a report")
    with transaction.atomic():
        for number in range(reports - len(real)):
            _copy(real[number % len(real)], number)
        open_one = _copy(real[0], reports, waiting=True)
        for number in range(ENTRIES_A_REPORT * reports):
            chain.append(
                organisation, "insight.analysis_finished", ACTOR, {"subject": f"{number}"},
                timezone.now(),
            )  # fmt: skip
    last = Analysis.objects.within(ALL).filter(pk=real[-1].pk).get()
    return {
        "email": EMAIL,
        "password": PASSWORD,
        "reports": Analysis.objects.within(ALL).filter(finished_at__isnull=False).count(),
        "report": str(last.public_id),
        "upload": str(last.upload.public_id),
        "running": str(open_one.public_id),
        "site": str(Site.objects.within(ALL).first().public_id),
        "addresses": sorted(_addresses(get_resolver(), "")),
    }


def _company() -> Any:
    people = []
    for number in range(MEMBERS):
        email = EMAIL if number == 0 else f"engineer{number}@demo.invalid"
        person = Person(email=email, name=f"데모 {number}", language="ko")
        person.set_password(PASSWORD)
        person.save()
        people.append(person)
    company = FoundCompany(
        scope=ALL, name="등대전자 (데모)", site="본공장", owner=people[0], demo=True
    ).perform()
    for person in people[1:]:
        Membership.objects.create(person=person, organisation=company.organisation, role="engineer")
    return company.organisation


def _work_off() -> None:
    """Have a real worker do all that waits."""
    with subprocess.Popen(
        [sys.executable, "-m", "deungdae.cli.part", "worker"], stdin=subprocess.PIPE
    ) as worker:
        until = time.monotonic() + PATIENCE
        # One table is read, then searched: the moment between the two has no open job.
        quiet = 0
        while quiet < 5:
            waits = Job.objects.within(ALL).filter(state__in=Job.OPEN).exists()
            quiet = 0 if waits else quiet + 1
            if time.monotonic() > until or worker.poll() is not None:
                raise SystemExit("the worker did not come to an end")
            time.sleep(0.5)
        worker.terminate()


def _copy(source: Analysis, number: int, *, waiting: bool = False) -> Analysis:
    """Copy the rows of one report: upload, analysis and jobs, under a name and day of their own."""
    at = timezone.now() - timedelta(hours=7 * (number + 1))
    upload = _again(source.upload, at, name=f"검사기록-{number:04}.csv")
    changed: dict[str, Any] = {"upload": upload, "title": upload.name, "previous": None}
    if waiting:
        changed |= {"finished_at": None, "verdict": "", "answer": None}
    else:
        changed |= {"finished_at": at}
    analysis: Analysis = _again(source, at, **changed)
    for job in source.jobs.model.objects.within(ALL).filter(analysis=source):
        state = {"state": Job.State.QUEUED, "claim": None} if waiting else {}
        _again(job, at, analysis=analysis, upload=upload, **state)
        if waiting:
            break
    return analysis


def _again(row: Any, at: Any, **changed: Any) -> Any:
    new = copy.copy(row)
    new._state = copy.copy(row._state)
    new.pk, new._state.adding, new.public_id = None, True, uuid.uuid4()
    for name, value in changed.items():
        setattr(new, name, value)
    new.save(force_insert=True)
    type(row).objects.within(ALL).filter(pk=new.pk).update(created_at=at)
    return new


def _addresses(resolver: Any, space: str) -> Iterator[str]:
    """Yield the names of all addresses, but for those of programs."""
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            if entry.app_name != "api":
                yield from _addresses(entry, f"{entry.app_name}:" if entry.app_name else space)
        elif entry.name:
            yield space + entry.name


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]])))
