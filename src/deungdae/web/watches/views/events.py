"""Says to an open page that watches stand otherwise, for as long as its reader may see it.

change  {"stands": true}   a watch stands otherwise than before: all of the page is old
change  {}                 only scores are others
"""

import time
from collections.abc import AsyncIterator
from typing import Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.events import OpenPages, Visitor, answer
from deungdae.web.floor.live import relay

SCORES_SECONDS: Final = 5.0  #: between two events that only scores are others
PAGES: Final = OpenPages(most=24)


@needs("watches.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Follow the watches of the organisation `?of=…`; with `watch` only that one."""
    watch = request.GET.get("watch")

    def stream(visitor: Visitor) -> AsyncIterator[bytes]:
        return relay.changes(visitor, PAGES, {"stands": True}, Page(watch).told)

    return answer(request, "watches.see", stream)


class Page:
    """What one open page was told already; of all watches, or of one."""

    def __init__(self, watch: str | None) -> None:
        self._watch = watch
        self._stood: dict[str, Any] = {}
        self._scored = time.monotonic()

    def told(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return what the page is told of a message of the monitor; None where nothing is new."""
        heard = {
            one["watch"]: (
                one["state"],
                one.get("anomaly"),
                [blame[0] for blame in one.get("blames", ())[:1]],
                one.get("score") is None,
                bool(one.get("drift")),
            )
            for one in message.get("watches", ())
            if self._watch is None or one["watch"] == self._watch
        }
        if any(self._stood.get(one) != how for one, how in heard.items()):
            self._stood |= heard
            return {"stands": True}
        if heard and time.monotonic() - self._scored >= SCORES_SECONDS:
            self._scored = time.monotonic()
            return {}
        return None
