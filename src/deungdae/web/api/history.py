"""What is asked of the history, and how its answer is passed on as it comes."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from ninja.errors import ValidationError

from deungdae import bus
from deungdae.web.companies.models import Site
from deungdae.web.core import line, tags

ARROW: Final = "application/vnd.apache.arrow.stream"
CSV: Final = "text/csv"
JSON: Final = "application/json"
#: A format by its short name → its media type.
FORMATS: Final = {"arrow": ARROW, "csv": CSV, "json": JSON}
MOST_TAGS: Final = 100  #: in one request; an address takes no more
LEAST_JSON, MOST_JSON = 2_000, 100_000  #: points in one answer of JSON
SECONDS: Final = 60.0  #: until an answer begins
_UNITS: Final = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_DAY: Final = 24 * _UNITS["h"]


def format_of(request: HttpRequest, told: str | None) -> str:
    """Return the format that was told, or that `Accept` names first; JSON for all others."""
    if told is not None:
        return told
    accepted = request.headers.get("Accept", "")
    places = {name: accepted.find(kind) for name, kind in FORMATS.items()}
    named = [name for name, place in places.items() if place >= 0]
    return min(named, key=lambda name: places[name], default="json")


def moment_us(text: str, where: str, zone: ZoneInfo) -> int:
    """Return a time as microseconds since 1970 UTC; one without a zone is of the site.

    Raises `ValidationError` for what is no time of the years 1900 to 2199.
    """
    try:
        found = datetime.fromisoformat(text)
        if not 1900 <= found.year < 2200:
            raise ValueError("a year that nobody means")
    except ValueError as error:
        raise wrong(where, "time", "a time in ISO 8601, such as 2026-09-01T08:00") from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return _us(found)


def length_us(text: str) -> int:
    """Return a length of time as microseconds: 30, 30s, 5min, 1h or 1d.

    Raises `ValidationError` for another.
    """
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = _DAY if text[len(number) :] == "d" else _UNITS.get(text[len(number) :] or "s")
    try:
        found = 0 if unit is None else round(float(number) * unit)
    except (ValueError, OverflowError):
        found = 0
    if not 1_000 <= found <= 400 * _DAY:
        raise wrong("every", "length", "a length of time from 1ms to 400d, such as 30s or 5min")
    return found


def midnight_us(start: int, zone: ZoneInfo) -> int:
    """Return the midnight of the site's clock before `start`: buckets of days begin there."""
    local = tags.moment(start).astimezone(zone)
    return _us(datetime.combine(local.date(), time(), zone))


def wrong(where: str, problem: str, explanation: str) -> ValidationError:
    """Return the error that names a parameter of the address."""
    return ValidationError([{"loc": ("query", where), "type": problem, "msg": explanation}])


def streamed(
    request: HttpRequest, site: Site, ask: str, parameters: dict[str, Any], form: str
) -> HttpResponseBase:
    """Return the answer to a question as it comes; refusals are raised before it begins."""
    question = bus.Question(
        "history", ask, str(site.organisation.public_id), parameters, within=SECONDS
    )
    answer = line.ask(question)
    # Sync pieces are read whole by an async server before the first is sent, and the reverse.
    pieces = _apieces(answer) if isinstance(request, ASGIRequest) else _pieces(answer)
    ending = "arrows" if form == "arrow" else form
    return StreamingHttpResponse(
        pieces,
        content_type=answer.about.get("type") or FORMATS[form],
        headers={
            "Content-Disposition": content_disposition_header(False, f"history.{ending}"),
            "X-Accel-Buffering": "no",
        },
    )


def csv_parameters(zone: str, units: dict[str, str], every: int | None) -> dict[str, Any]:
    """Return what a file of CSV is told beside tags and span: the site's clock and units."""
    return {
        "format": "csv",
        "time_zone": zone,
        "language": (translation.get_language() or "en").partition("-")[0],
        "units": units,
        "every": every or "raw",
    }


def points(site: Site, asked: dict[str, Any], limit: int) -> dict[str, Any]:
    """Return up to `limit` points in order of time, and from when on to ask for the others."""
    found = _json(site, "raw", {**asked, "limit": min(limit + 1, MOST_JSON)})["points"]
    following = None
    if len(found) > limit or len(found) == MOST_JSON:
        # Points of one moment stay together: the next part begins with the last moment.
        following = found[-1]["time"]
        before = [point for point in found if point["time"] < following]
        found, following = (before, following) if before else (found, following + 1)
    return {
        "items": [
            {
                **point,
                "time": tags.moment(point["time"]),
                "received": tags.moment(point["received"]),
            }
            for point in found
        ],
        "next": None if following is None else tags.moment(following),
    }


def buckets(site: Site, asked: dict[str, Any]) -> dict[str, Any]:
    """Return each tag with lists of what its buckets hold."""
    series = _json(site, "aggregate", asked)["series"]
    for one in series:
        one["time"] = [tags.moment(at) for at in one["time"]]
    return {"series": series}


def _json(site: Site, ask: str, parameters: dict[str, Any]) -> dict[str, Any]:
    question = bus.Question(
        "history", ask, str(site.organisation.public_id), parameters, within=SECONDS
    )
    with line.ask(question) as answer:
        found: dict[str, Any] = answer.json()
    return found


def _us(found: datetime) -> int:
    since = found - tags.moment(0)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _pieces(answer: line.Answer) -> Iterator[bytes]:
    yield from answer


async def _apieces(answer: line.Answer) -> AsyncIterator[bytes]:
    async for piece in answer:
        yield piece
