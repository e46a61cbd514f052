"""Every address of the API, for every role and for another tenant."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import get_resolver

from deungdae.web.api.urls import api

VISITORS = ("unknown", "viewer", "engineer", "admin", "owner", "other")


@dataclass(frozen=True)
class Line:
    """An address, the status for each of `VISITORS`, and what is sent."""

    method: str
    path: str  #: names of `world` in braces stand for their ids
    told: tuple[int, ...]
    body: Any = None
    operation: str = ""  #: the path in the description, where it is not plain from `path`


ANYBODY = (401, 200, 200, 200, 200, 200)
SEEN = (401, 200, 200, 200, 200, 404)
UNFINISHED = (401, 409, 409, 409, 409, 404)
#: Nobody answers about machines here, and who may not ask does not learn that.
AWAY = (401, 503, 503, 503, 503, 404)


def work(status: int, other: int = 404) -> tuple[int, ...]:
    """Engineers and those above them may."""
    return (401, 403, status, status, status, other)


UPLOAD, ANALYSIS = "/uploads/{upload_id}", "/analyses/{analysis_id}"
ASSET, DAY = "/assets/{asset_id}", "?start=2026-09-01&end=2026-09-02"
LINES = [
    Line("GET", "/me", ANYBODY),
    Line("GET", "/uploads", ANYBODY),
    Line("GET", "/uploads?organisation={organisation}", SEEN, None, "/uploads"),
    Line("POST", "/uploads", work(201, 201), {"name": "a.csv", "size": 5}),
    Line(
        "POST", "/uploads", work(201),
        {"name": "a.csv", "size": 5, "organisation": "{organisation}"},
    ),
    Line("POST", "/uploads/file", work(201, 201), {"file": b"a,b\n1,2\n"}),
    Line(
        "POST", "/uploads/file", work(201),
        {"file": b"a,b\n1,2\n", "organisation": "{organisation}"},
    ),
    Line("GET", "/uploads/{coming}", SEEN, None, UPLOAD),
    Line("DELETE", "/uploads/{coming}", work(204), None, UPLOAD),
    Line("GET", "/uploads/{coming}/content", SEEN, None, f"{UPLOAD}/content"),
    Line("PATCH", "/uploads/{coming}/content", work(200), b"a", f"{UPLOAD}/content"),
    Line("POST", "/uploads/{ready}/complete", work(200), None, f"{UPLOAD}/complete"),
    # Nothing was read of it: a member is told so, and nobody else learns that it is there.
    Line("GET", "/uploads/{ready}/understanding", UNFINISHED, None, f"{UPLOAD}/understanding"),
    Line(
        "POST", "/uploads/{ready}/corrections", work(409),
        {"target": "result"}, f"{UPLOAD}/corrections",
    ),
    Line("GET", "/uploads/{read}/understanding", SEEN, None, f"{UPLOAD}/understanding"),
    Line(
        "POST", "/uploads/{read}/corrections", work(202), {"by": []}, f"{UPLOAD}/corrections"
    ),
    Line("POST", "/uploads/{broken}/restart", work(202), None, f"{UPLOAD}/restart"),
    Line("GET", "/analyses", ANYBODY),
    Line("GET", "/analyses?organisation={organisation}", SEEN, None, "/analyses"),
    Line("GET", "/analyses?upload={ready}", SEEN, None, "/analyses"),
    Line("POST", "/analyses", work(201), {"upload": "{ready}"}),
    Line("GET", "/analyses/{waiting}", SEEN, None, ANALYSIS),
    Line("POST", "/analyses/{waiting}/cancel", work(202), None, f"{ANALYSIS}/cancel"),
    Line("POST", "/analyses/{stopped}/restart", work(202), None, f"{ANALYSIS}/restart"),
    Line("GET", "/analyses/{done}/document", SEEN, None, f"{ANALYSIS}/document"),
    Line("GET", "/analyses/{done}/figures", SEEN, None, f"{ANALYSIS}/figures"),
    Line("GET", "/analyses/{done}/comparison", SEEN, None, f"{ANALYSIS}/comparison"),
    Line("GET", "/analyses/{done}/report.html", SEEN, None, ANALYSIS + "/report.{ending}"),
    Line("GET", "/analyses/{done}/report.xlsx", SEEN, None, ANALYSIS + "/report.{ending}"),
    Line("GET", "/analyses/{waiting}/document", UNFINISHED, None, f"{ANALYSIS}/document"),
    Line("GET", "/analyses/{waiting}/figures", UNFINISHED, None, f"{ANALYSIS}/figures"),
    Line("GET", "/analyses/{waiting}/comparison", UNFINISHED, None, f"{ANALYSIS}/comparison"),
    Line("GET", "/analyses/{waiting}/report.pdf", UNFINISHED, None, ANALYSIS + "/report.{ending}"),
    Line("GET", "/sites", ANYBODY),
    Line("GET", "/sites?organisation={organisation}", SEEN, None, "/sites"),
    Line("GET", "/sites/{site}/tags", AWAY, None, "/sites/{site_id}/tags"),
    Line(
        "GET", "/sites/{site}/history?tag=a&start=2026-09-01&end=2026-09-02", AWAY, None,
        "/sites/{site_id}/history",
    ),
    Line("GET", "/sites/{site}/assets", SEEN, None, "/sites/{site_id}/assets"),
    Line("GET", "/sites/{site}/now", AWAY, None, "/sites/{site_id}/now"),
    Line("GET", "/assets/{asset}/now", AWAY, None, f"{ASSET}/now"),
    Line("GET", "/assets/{asset}/shifts" + DAY, AWAY, None, f"{ASSET}/shifts"),
    Line("GET", "/assets/{asset}/states" + DAY, AWAY, None, f"{ASSET}/states"),
    Line("GET", "/assets/{asset}/stops" + DAY, AWAY, None, f"{ASSET}/stops"),
    Line("GET", "/alarms?organisation={organisation}", AWAY, None, "/alarms"),
    Line(
        "GET", "/alarms/past" + DAY + "&organisation={organisation}", AWAY, None, "/alarms/past"
    ),
]  # fmt: skip


def filled(value: Any, world: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format_map(world)
    if isinstance(value, dict):
        return {
            name: SimpleUploadedFile("a.csv", given) if name == "file" else filled(given, world)
            for name, given in value.items()
        }
    return value


@pytest.mark.parametrize("line", LINES, ids=[f"{x.method} {x.path}" for x in LINES])
def test_each_visitor_is_answered_as_the_table_says(
    line: Line, house: Any, neighbour: Any, world: dict[str, str], call: Any
) -> None:
    people = {**house.people, "unknown": None, "other": neighbour.people["owner"]}
    taken = 0
    for visitor, expected in zip(VISITORS, line.told, strict=True):
        # A piece of a file stays on the disk: the next one begins after it.
        headers = {"Upload-Offset": str(taken)} if line.method == "PATCH" else {}
        with transaction.atomic():  # each finds all rows as they were before the others came
            response = call(
                *(people[visitor], line.method, filled(line.path, world)),
                filled(line.body, world),
                **headers,
            )
            transaction.set_rollback(True)
        assert response.status_code == expected, (visitor, response.content)
        taken += expected == 200
        if expected >= 400:
            assert set(response.json()["error"]) == {"code", "message", "details"}


def test_every_address_stands_in_the_table() -> None:
    described = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert len(described) > 15, "no address was inspected"
    assert {(line.method, line.operation or line.path) for line in LINES} == described


def test_every_address_that_is_served_is_described() -> None:
    (resolver,) = (r for r in get_resolver().url_patterns if getattr(r, "namespace", "") == "api")
    routes = {re.sub("<uuid(str)?:", "<", str(p.pattern)) for p in resolver.url_patterns}
    described = {
        path.removeprefix("/api/v1/").replace("{", "<").replace("}", ">")
        for path in api.get_openapi_schema()["paths"]
    }
    # The description itself, and what answers all the rest with 404.
    assert routes - described == {"openapi.json", "", "<path:rest>"}


@pytest.mark.parametrize(("path", "names"), [("/uploads", "name"), ("/analyses", "title")])
def test_lists_hold_nothing_of_another_company(
    path: str, names: str, house: Any, neighbour: Any, world: dict[str, str], call: Any
) -> None:
    ours = call(house.people["viewer"], "GET", path).json()["items"]
    assert "ready.csv" in [item[names] for item in ours]
    assert call(neighbour.people["owner"], "GET", path).json() == {"items": [], "next": None}
