"""Sites of a company: their tags, and the history of these."""

from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Router

from deungdae.web.api import history
from deungdae.web.api.access import ask, scope_in
from deungdae.web.api.shapes import PLAIN, Failure
from deungdae.web.api.site_shapes import BucketsOut, PointsOut, SiteList, TagList, site_out, tag_out
from deungdae.web.companies.models import Site
from deungdae.web.core import tags
from deungdae.web.insight.errors import Refused

router = Router(tags=["sites"])

Format = Literal["arrow", "csv", "json"]
SEEN = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), Failure)
_TAGS = Query(..., min_length=1, max_length=history.MOST_TAGS, description="their names")
FILES = {
    "responses": {
        200: {
            "description": "points or buckets",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in (history.ARROW, history.CSV)
            },
        }
    }
}


def _site(request: HttpRequest, site_id: UUID) -> Site:
    scope = request.tenant_scope
    site = Site.objects.within(scope).select_related("organisation").filter(public_id=site_id)
    found = site.first()
    if found is None:
        raise Http404
    ask(scope, "plant.see", found.organisation)
    return found


@router.get(
    "/sites",
    response={200: SiteList, **dict.fromkeys((401, 403, 404, 422, 429), Failure)},
    summary="List sites",
)
def list_sites(request: HttpRequest, organisation: UUID | None = None) -> dict[str, Any]:
    """List the sites of your organisations, or of one, with their time zones."""
    scope = scope_in(request, organisation)
    found = Site.objects.within(scope).select_related("organisation")
    if organisation is not None:
        found = found.filter(organisation=scope.current)
    shown = found.order_by("organisation__name", "-main", "name")
    return {
        "items": [site_out(site) for site in shown if scope.may("plant.see", site.organisation)]
    }


@router.get("/sites/{uuid:site_id}/tags", response={200: TagList, **SEEN}, summary="Tags of a site")
def list_tags(
    request: HttpRequest,
    site_id: UUID,
    q: str = Query("", max_length=200, pattern=PLAIN, description="words of name or label"),
) -> dict[str, Any]:
    """List the tags of a site, by name: those that were described, and those that just send.

    What nobody described belongs to the main site.
    """
    site = _site(request, site_id)
    words = q.casefold().split()
    found = [
        tag
        for tag in tags.known(request.tenant_scope, site.organisation)
        if (tag.about.site == site.pk or (tag.about.site is None and site.main))
        and all(word in f"{tag.path} {tag.about.label}".casefold() for word in words)
    ]
    return {"items": [tag_out(tag) for tag in found]}


@router.get(
    "/sites/{uuid:site_id}/history",
    response={200: PointsOut | BucketsOut, **SEEN},
    summary="History of tags",
    openapi_extra=FILES,
)
def show_history(
    request: HttpRequest,
    site_id: UUID,
    tag: list[str] = _TAGS,
    start: str = Query(..., max_length=40, description="ISO 8601; of the site without a zone"),
    end: str = Query(..., max_length=40, description="excluded"),
    every: str | None = Query(None, max_length=20, description="30s, 5min, 1h, 1d: in buckets"),
    format: Format | None = None,  # noqa: A002 - what callers write
    limit: int = Query(10_000, ge=history.LEAST_JSON, le=history.MOST_JSON - 1),
) -> HttpResponseBase | dict[str, Any]:
    """Return points in order of time, or buckets of `every` with mean, min, max and last.

    As an Arrow stream or CSV of any length, or as JSON in parts of `limit` points: `next` is the
    `start` of the following part. `Accept` says which, or `format`. Buckets begin at the site's
    midnight.
    """
    site = _site(request, site_id)
    zone = ZoneInfo(site.time_zone)
    asked: dict[str, Any] = {
        "tags": sorted(set(tag)),
        "start": history.moment_us(start, "start", zone),
        "end": history.moment_us(end, "end", zone),
    }
    if asked["start"] >= asked["end"]:
        raise history.wrong("end", "span", "a time after start")
    length = None if every is None else history.length_us(every)
    if length is not None:
        asked |= {"every": length, "origin": history.midnight_us(asked["start"], zone)}
    form = history.format_of(request, format)
    if form == "arrow":
        return history.streamed(request, site, "arrow", asked, form)
    if form == "csv":
        about = tags.described(request.tenant_scope, site.organisation)
        units = {t: about[t].unit for t in asked["tags"] if t in about and about[t].unit}
        more = history.csv_parameters(site.time_zone, units, length)
        return history.streamed(request, site, "export", {**asked, **more}, form)
    if length is None:
        return history.points(site, asked, limit)
    rows = -(-(asked["end"] - asked["start"]) // length) * len(asked["tags"])
    if rows > history.MOST_JSON:
        raise Refused(
            _(
                "These would be %(rows)d buckets; %(most)d are the most as JSON. Ask for Arrow or "
                "CSV, a longer “every” or a shorter span."
            )
            % {"rows": rows, "most": history.MOST_JSON}
        )
    return history.buckets(site, asked)
