"""Files that a page hands out."""

from pathlib import Path

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from deungdae.web.insight.results import FORMATS


def handed_out(file: Path, name: str, ending: str) -> HttpResponse:
    """Return a file as a download called `name`; `ending` is one of `results.FORMATS`.

    A file of a report has a few megabytes at most; an ASGI server would read its iterator whole,
    too.
    """
    return HttpResponse(
        file.read_bytes(),
        content_type=FORMATS[ending],
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )
