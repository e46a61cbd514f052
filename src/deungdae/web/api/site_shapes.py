"""What goes over the wire of sites, tags and their history."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from deungdae.web.companies.models import Site
from deungdae.web.core.tags import Tag


class SiteOut(Schema):
    """A site; times without a zone are of its `time_zone`."""

    id: UUID
    organisation: UUID
    name: str
    time_zone: str
    main: bool


class SiteList(Schema):
    """The sites, by organisation and name."""

    items: list[SiteOut]


class TagOut(Schema):
    """A tag; `kind` and `last_time` are null while nothing came."""

    tag: str
    label: str
    unit: str
    expected_seconds: float | None
    kind: Literal["float", "int", "bool", "text"] | None
    last_time: datetime | None


class TagList(Schema):
    """The tags, by name."""

    items: list[TagOut]


class PointOut(Schema):
    """One value of one tag; quality is 192 good, 64 uncertain, 0 bad."""

    tag: str
    time: datetime
    received: datetime
    value: float | int | bool | str | None
    kind: int
    quality: int
    flag: int
    source: str


class PointsOut(Schema):
    """Points in order of time; `next` is the `start` of the following part, null at the end."""

    items: list[PointOut]
    next: datetime | None


class SeriesOut(Schema):
    """The buckets of one tag, a list for each column; buckets without a number are left out."""

    tag: str
    time: list[datetime]
    count: list[int]
    mean: list[float | None]
    min: list[float | None]
    max: list[float | None]
    last: list[float | None]


class BucketsOut(Schema):
    """The buckets of each tag."""

    series: list[SeriesOut]


def site_out(site: Site) -> dict[str, Any]:
    """Return a site as `SiteOut`."""
    return {
        "id": site.public_id,
        "organisation": site.organisation.public_id,
        "name": site.name,
        "time_zone": site.time_zone,
        "main": site.main,
    }


def tag_out(tag: Tag) -> dict[str, Any]:
    """Return a tag as `TagOut`."""
    return {
        "tag": tag.path,
        "label": tag.about.label,
        "unit": tag.about.unit,
        "expected_seconds": tag.about.expected_seconds,
        "kind": tag.kind,
        "last_time": tag.last_time,
    }
