"""Says to an open list that alarms are others than before, for as long as its reader may see it."""

from collections.abc import AsyncIterator
from typing import Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.events import OpenPages, Visitor, answer
from deungdae.web.floor.live import relay

PAGES: Final = OpenPages(most=24)


@needs("alarms.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Send `change {}` when alarms are others than before, and `beat {}` in between."""
    return answer(request, "alarms.see", _events)


def _events(visitor: Visitor) -> AsyncIterator[bytes]:
    return relay.changes(visitor, PAGES, {}, _told)


def _told(message: dict[str, Any]) -> dict[str, Any] | None:
    return {} if message.get("alarms") else None
