"""A program of its own for the tests of processes: `shop_floor.py COMMAND …`, its state in
DEUNGDAE_HOME. It prints one line of JSON. Without a command it reads them, a line of JSON each,
and answers until its input ends.

company                   a company with an engineer
hand_in FILE [COPIES]     the engineer hands FILE in as often as told
claim NAME                take jobs one after another until none is left, and end each
start                     start the analysis of every file that was read
again                     ask again for every job that ended without a result
jobs                      where the jobs stand
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "deungdae.web.project.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from deungdae.web.companies.actions import FoundCompany  # noqa: E402
from deungdae.web.core.models import AuditEntry, Membership, Organisation, Person  # noqa: E402
from deungdae.web.core.scope import Scope, SystemActor  # noqa: E402
from deungdae.web.insight import folders, queue  # noqa: E402
from deungdae.web.insight.actions import (  # noqa: E402
    AskAgain,
    BeginUpload,
    CompleteUpload,
    StartAnalysis,
)
from deungdae.web.insight.models import Analysis, Job, Upload  # noqa: E402

ALL = Scope.everything(SystemActor("tests"))
EMAIL, PASSWORD = "engineer@gaon.example", "a long enough password"


def company() -> Any:
    """Make the company."""
    call_command("migrate", verbosity=0)
    person = Person(email=EMAIL, name="김하나", language="ko")
    person.set_password(PASSWORD)
    person.save()
    made = FoundCompany(scope=ALL, name="가온정밀", site="본공장", owner=person).perform()
    assert Membership.objects.within(ALL).count() == 1
    return str(made.organisation.public_id)


def hand_in(file: str, copies: str = "1") -> Any:
    """Hand the file in."""
    organisation = Organisation.objects.get()
    for _ in range(int(copies)):
        path = Path(file)
        upload = BeginUpload(
            scope=ALL, organisation=organisation, name=path.name, size=path.stat().st_size
        ).perform()
        with folders.appending(upload) as target:
            target.write(path.read_bytes())
        CompleteUpload(scope=ALL, upload=upload).perform()
    return Upload.objects.within(ALL).count()


def claim(name: str) -> list[int]:
    """Take and end jobs until none is left."""
    taken = []
    while job := queue.claim(name, ["understand"], timezone.now()):
        assert queue.beat(job, timezone.now(), "reading", 0.5).held
        assert queue.end(job, Job.State.DONE, timezone.now())
        taken.append(job.pk)
    return taken


def start() -> int:
    """Start analyses."""
    uploads = list(Upload.objects.within(ALL).filter(state=Upload.State.READY))
    for upload in uploads:
        StartAnalysis(scope=ALL, upload=upload).perform()
    return len(uploads)


def again() -> Any:
    """Ask again for what was lost, stopped or failed."""
    ended = Job.objects.within(ALL).exclude(state__in=[*Job.OPEN, Job.State.DONE])
    for job in list(ended):
        AskAgain(scope=ALL, job=job).perform()
    return ended.count()


def jobs() -> Any:
    """Say where everything stands."""
    return {
        "jobs": [
            {
                "pk": job.pk,
                "kind": job.kind,
                "state": job.state,
                "step": job.step,
                "attempts": job.attempts,
                "worker": job.worker,
                "error": job.error,
            }
            for job in Job.objects.within(ALL).order_by("pk")
        ],
        "reports": Analysis.objects.within(ALL).filter(finished_at__isnull=False).count(),
        "uploads": [
            [str(u.public_id), u.state, folders.received(u)] for u in Upload.objects.within(ALL)
        ],
        "finished": AuditEntry.objects.within(ALL)
        .filter(action="insight.analysis_finished")
        .count(),
    }


def answer(name: str, *given: str) -> None:
    """Carry a command out and print what it says."""
    print(json.dumps(globals()[name](*given), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        answer(*sys.argv[1:])
    else:
        for line in sys.stdin:
            answer(*json.loads(line))
