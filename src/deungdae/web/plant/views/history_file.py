"""The history of tags as a file: CSV, Excel or Parquet, sent on while it is still being read."""

from collections.abc import AsyncIterator
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae import bus
from deungdae.reports.words import Words
from deungdae.web.core import line
from deungdae.web.core.access import needs
from deungdae.web.plant.explorer import finding
from deungdae.web.plant.explorer.look import Look

MINUTE_US: Final = 60_000_000
EVERY: Final = {
    "raw": None,
    "minute": MINUTE_US,
    "hour": 60 * MINUTE_US,
    "day": 24 * 60 * MINUTE_US,
}
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@needs("plant.see")
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Return the tags of the address over its span as a file; refusals stand on the page."""
    look = Look.of(request.GET, timezone.now())
    ending, every = request.GET.get("format", ""), request.GET.get("every", "raw")
    if ending not in TYPES or every not in EVERY or not look.tags:
        raise Http404
    language = translation.get_language() or "en"
    known = finding.known(request.tenant_scope)
    parameters = {
        "tags": list(look.tags),
        "start": look.start_us,
        "end": look.end_us,
        "every": EVERY[every] or "raw",
        "format": ending,
        "time_zone": settings.TIME_ZONE,
        "language": language,
        "units": {
            path: known[path].unit for path in look.tags if path in known and known[path].unit
        },
    }
    organisation = str(request.tenant_scope.current.public_id)
    try:
        answer = line.ask(bus.Question("history", "export", organisation, parameters, within=300))
    except bus.Unavailable:
        messages.error(
            request,
            _("No file was made: the program that keeps the history does not answer. Try again."),
        )
    except bus.Refusal as refusal:
        messages.error(request, Words(language).say_message(refusal.message))
    else:
        name = _("History %(from)s to %(to)s") % {
            "from": f"{look.start:%Y-%m-%d %H%M}",
            "to": f"{look.end:%Y-%m-%d %H%M}",
        }
        return StreamingHttpResponse(
            _pieces(answer),
            content_type=TYPES[ending],
            headers={
                "Content-Disposition": content_disposition_header(True, f"{name}.{ending}"),
                "X-Accel-Buffering": "no",
            },
        )
    return redirect(reverse("plant:history") + look.query())


async def _pieces(answer: line.Answer) -> AsyncIterator[bytes]:
    async for piece in answer:
        yield piece
