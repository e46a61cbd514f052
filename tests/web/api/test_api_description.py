"""The description of the API: it stays as it is, and what it allows never breaks the server."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deungdae.web.api.urls import api

#: Who leaves one of these out, or renames it, breaks programs that were written against it.
ADDRESSES = """
GET /me
GET /uploads
POST /uploads
POST /uploads/file
GET /uploads/{upload_id}
DELETE /uploads/{upload_id}
GET /uploads/{upload_id}/content
PATCH /uploads/{upload_id}/content
POST /uploads/{upload_id}/complete
GET /uploads/{upload_id}/understanding
POST /uploads/{upload_id}/corrections
POST /uploads/{upload_id}/restart
GET /analyses
POST /analyses
GET /analyses/{analysis_id}
POST /analyses/{analysis_id}/cancel
POST /analyses/{analysis_id}/restart
GET /analyses/{analysis_id}/document
GET /analyses/{analysis_id}/figures
GET /analyses/{analysis_id}/comparison
GET /analyses/{analysis_id}/report.{ending}
GET /sites
GET /sites/{site_id}/tags
GET /sites/{site_id}/history
GET /sites/{site_id}/assets
GET /sites/{site_id}/now
GET /assets/{asset_id}/now
GET /assets/{asset_id}/shifts
GET /assets/{asset_id}/states
GET /assets/{asset_id}/stops
GET /alarms
GET /alarms/past
"""
#: Nobody answers questions about the machines here: that is told, and no mistake of the server.
NEEDS_ANSWERS = (
    "/sites/{site_id}/tags",
    "/history",
    "/now",
    "/shifts",
    "/states",
    "/stops",
    "/alarms",
    "/past",
)
CONFORMANCE = [content_type_conformance, response_schema_conformance, status_code_conformance]
EXAMPLES = 25  #: for each address


def test_the_addresses_stay_as_they_are(client: Any) -> None:
    description = client.get("/api/v1/openapi.json").json()
    assert description["openapi"] == "3.1.0"
    served = [
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in description["paths"].items()
        for method in methods
    ]
    assert served == ADDRESSES.split("\n")[1:-1]
    assert description["components"]["securitySchemes"] == {
        "AccessKey": {"type": "http", "scheme": "bearer"}
    }


def test_the_page_on_the_api_names_every_address() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "api.md").read_text("utf-8")
    named = re.findall(r"^\| `([A-Z]+ /\S+)` \|", page, re.MULTILINE)
    assert named == ADDRESSES.split("\n")[1:-1]


def test_every_address_needs_a_key_and_says_what_it_is() -> None:
    for methods in api.get_openapi_schema()["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"AccessKey": []}]
            assert operation["summary"] and operation["description"]
            assert {401, 429} <= set(operation["responses"])


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema())))
    schema.app = get_wsgi_application()
    for found in schema.get_all_operations():
        yield pytest.param(found.ok(), id=found.ok().label)


@pytest.mark.parametrize("operation", list(operations()))
def test_nothing_that_the_description_allows_breaks_the_server(
    operation: Any, world: dict[str, str], house: Any, key: Any, settings: Any
) -> None:
    settings.API_REQUESTS_A_MINUTE = 10**9
    token = key(house.people["owner"])
    uploads = itertools.cycle(world[name] for name in ("ready", "coming", "broken", "read"))
    analyses = itertools.cycle(world[name] for name in ("waiting", "done", "stopped"))
    tried = 0
    answers: set[int] = set()

    @examples(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        nonlocal tried
        for name, ids in (
            ("upload_id", uploads),
            ("analysis_id", analyses),
            ("site_id", itertools.repeat(world["site"])),
            ("asset_id", itertools.repeat(world["asset"])),
        ):
            # An id at random is nobody's; these let the call get further.
            if name in case.path_parameters and tried % 4:
                case.path_parameters[name] = next(ids)
        if operation.label == "POST /api/v1/analyses" and isinstance(case.body, dict) and tried % 2:
            case.body["upload"] = next(uploads)
        tried += 1
        response = case.call(headers={**case.headers, "Authorization": f"Bearer {token}"})
        answers.add(response.status_code)
        away = response.status_code == 503 and operation.label.endswith(NEEDS_ANSWERS)
        assert response.status_code < 500 or away, response.text
        case.validate_response(response, checks=CONFORMANCE)

    ask()
    assert tried > 3
    assert answers - {404}, "no call got further than to an object that is not there"
