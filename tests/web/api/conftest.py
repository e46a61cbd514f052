"""What the tests of the API share: keys of people, calls with them, and objects to call about."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken
from deungdae.web.core.models import Person
from deungdae.web.core.scope import Scope
from deungdae.web.insight.actions import BeginUpload, StartAnalysis, StopJob
from deungdae.web.insight.models import Job, Upload

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


@pytest.fixture
def engineer(house: Any) -> Scope:
    """The scope of the engineer of the first company."""
    return scope_of(house.people["engineer"])


@pytest.fixture
def world(house: Any, engineer: Scope) -> dict[str, str]:
    """Files and analyses of the first company, in every state that needs no worker."""

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
    found = {
        "coming": coming, "ready": ready, "broken": broken,
        "waiting": waiting, "stopped": stopped, "organisation": house.organisation,
    }  # fmt: skip
    return {name: str(made.public_id) for name, made in found.items()}
