"""What the tests of the API share: keys of people, calls with them, and objects to call about."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from deungdae import runs
from deungdae.reports.causes.brief import brief
from deungdae.tables import demo
from deungdae.web.companies.models import Site
from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken
from deungdae.web.core.models import Person
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset
from deungdae.web.insight import folders, work
from deungdae.web.insight.actions import BeginUpload, StartAnalysis, StopJob
from deungdae.web.insight.models import Analysis, Job, Upload
from deungdae.web.insight.shape import shape_of

Call = Callable[..., Any]


@pytest.fixture
def key(db: None) -> Callable[[Person], str]:
    """Make an access key for a person, good for a day."""

    def made(person: Person) -> str:
        scope = scope_of(person)
        until = timezone.now() + timedelta(days=1)
        return MakeToken(scope=scope, name="MES", expires_at=until).perform()[1]

    return made


@pytest.fixture
def call(key: Callable[[Person], str]) -> Call:
    """Call an address of the API as somebody; None calls without a key."""
    client = Client()
    keys: dict[int, str] = {}

    def called(
        person: Person | None, method: str, path: str, body: Any = None, **headers: str
    ) -> Any:
        if person is not None:
            keys[person.pk] = keys.get(person.pk) or key(person)
            headers = {"Authorization": f"Bearer {keys[person.pk]}", **headers}
        url = f"/api/v1{path}"
        if isinstance(body, bytes):
            kind = headers.pop("Content-Type", "application/octet-stream")
            return client.generic(method, url, body, content_type=kind, headers=headers)
        if method == "POST" and isinstance(body, dict) and "file" in body:
            return client.post(url, body, headers=headers)
        text = "" if body is None else json.dumps(body)
        return client.generic(method, url, text, content_type="application/json", headers=headers)

    return called


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What real runs make of a demo sheet, once: the fields of an upload and of an analysis."""
    home = tmp_path_factory.mktemp("made")
    sheet = demo.write(home / "sheet", rows=600).path

    def run(job: str, **params: Any) -> Any:
        memory = settings.PROGRAM.run_memory_bytes
        return runs.run(home, job, 1, params, memory_bytes=memory, jobs=work.JOBS)

    imported = run(
        "import", path=str(sheet), sheet=None, time_zone="Asia/Seoul", name="demo"
    ).result
    original = Path(imported["original"]["path"])
    table, understanding = imported["table"], imported["understanding"]
    preview = run("preview", table=table, original=str(original), options={})
    causes = run("causes", table=table, options={}, seed=0)
    run(
        "render-causes", run=causes.run_id, understanding=understanding, title=sheet.name,
        demo=False, generated="2026-03-02T09:00:00+09:00", time_zone="Asia/Seoul", into="written",
    )  # fmt: skip
    shape = shape_of(understanding)
    return {
        "home": home,
        "upload": {
            "name": sheet.name, "size": sheet.stat().st_size, "state": Upload.State.READY,
            "table": table, "original": str(original.relative_to(home)), "shape": shape,
            "understanding": understanding, "rows": understanding["rows_read"],
            "sha256": understanding["sha256"], "preview_run": preview.run_id,
        },
        "analysis": {
            "title": sheet.name, "shape": shape, "run": causes.run_id,
            **brief(causes.result["document"], understanding),
        },
    }  # fmt: skip


@pytest.fixture
def finished(house: Any, made: dict[str, Any]) -> dict[str, str]:
    """A file that was read, its analysis with a report, and the one before it."""
    home = folders.home_of(house.organisation)
    home.parent.mkdir(parents=True, exist_ok=True)
    home.symlink_to(made["home"])
    (home / "reports").mkdir(exist_ok=True)
    upload = Upload.objects.create(organisation=house.organisation, **made["upload"])
    now = timezone.now()
    previous: Any = None
    for _ in range(2):
        previous = Analysis.objects.create(
            organisation=house.organisation,
            upload=upload,
            previous=previous,
            finished_at=now,
            **made["analysis"],
        )
        (home / folders.report_folder(previous.public_id)).symlink_to(home / "written")
        for kind in (Job.Kind.ANALYSE, Job.Kind.RENDER):
            Job.objects.create(
                organisation=house.organisation, upload=upload, analysis=previous,
                kind=kind, state=Job.State.DONE,
            )  # fmt: skip
    return {"read": str(upload.public_id), "done": str(previous.public_id)}


@pytest.fixture
def engineer(house: Any) -> Scope:
    """The scope of the engineer of the first company."""
    return scope_of(house.people["engineer"])


@pytest.fixture
def world(house: Any, engineer: Scope, finished: dict[str, str]) -> dict[str, str]:
    """Files and analyses of the first company, in every state."""

    def upload(name: str, state: Any) -> Upload:
        made = BeginUpload(
            scope=engineer, organisation=engineer.current, name=name, size=5
        ).perform()
        made.state = state
        made.save()
        return made

    coming = upload("coming.csv", Upload.State.RECEIVING)
    ready = upload("ready.csv", Upload.State.READY)
    broken = upload("broken.csv", Upload.State.UNUSABLE)
    Job.objects.create(
        organisation=house.organisation, upload=broken, kind=Job.Kind.UNDERSTAND, state="failed"
    )
    waiting = StartAnalysis(scope=engineer, upload=ready).perform()
    stopped = StartAnalysis(
        scope=engineer, upload=upload("stopped.csv", Upload.State.READY)
    ).perform()
    StopJob(scope=engineer, job=Job.objects.within(engineer).get(analysis=stopped)).perform()
    site = Site.objects.within(engineer).get(main=True)
    asset = Asset.objects.create(
        organisation=house.organisation, site=site, kind="machine", name="사출 1호기"
    )
    found = {
        "coming": coming, "ready": ready, "broken": broken,
        "waiting": waiting, "stopped": stopped, "organisation": house.organisation,
        "site": site, "asset": asset,
    }  # fmt: skip
    return finished | {name: str(it.public_id) for name, it in found.items()}
