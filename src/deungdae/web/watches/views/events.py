"""Says to an open page that watches stand otherwise, for as long as its reader may see it.

change  {"stands": true}   a watch stands otherwise than before: all of the page is old
change  {}                 only scores are others
beat    {}                 after five seconds without anything else
end     {words}            the browser shall not come back by itself
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.access import needs
from deungdae.web.core.closing import closing
from deungdae.web.floor.live import streams
from deungdae.web.floor.live.visitor import Visitor, may_see
from deungdae.web.plant.live.streams import event, give_back

BEAT_SECONDS: Final = 5.0
ASK_SECONDS: Final = 10.0  #: between two looks whether this person may still see this
REDRAW_SECONDS: Final = 0.5
SCORES_SECONDS: Final = 5.0  #: between two events that only scores are others
MOST_PAGES: Final = 24  #: of one person, in one process
COME_BACK_MS: Final = 2000

_open: Counter[int] = Counter()


@needs("watches.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Follow the watches of the organisation `?of=…`; with `watch` only that one."""
    scope = request.tenant_scope
    organisation = scope.current
    ended = _(
        "Nothing more comes here: you signed out, chose another company, or may no longer see "
        "this. Load the page again."
    )
    if request.GET.get("of") != str(organisation.public_id):
        stream = streams.ending(ended)
    else:
        visitor = Visitor(
            scope.person.pk,
            organisation,
            translation.get_language() or "ko",
            None,
            may_see(request.session.session_key or "", str(organisation.public_id), "watches.see"),
            ended,
            _("This page is open many times already. Close some of them and load it again."),
        )
        stream = _events(visitor, request.GET.get("watch"))
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream; charset=utf-8",
        # A proxy that waits for the end of an answer would wait for ever.
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
    )


async def _events(visitor: Visitor, watch: str | None) -> AsyncIterator[bytes]:
    await give_back()
    if _open[visitor.person] >= MOST_PAGES:
        yield event("end", {"words": visitor.too_many})
        return
    _open[visitor.person] += 1
    try:
        yield f"retry: {COME_BACK_MS}\n\n".encode()
        # What came while the line was broken is seen by asking once.
        yield event("change", {"stands": True})
        async with aclosing(_follow(visitor, watch)) as told:
            async for one in told:
                yield one
    finally:
        _open[visitor.person] -= 1
        if not _open[visitor.person]:
            del _open[visitor.person]


async def _follow(visitor: Visitor, watch: str | None) -> AsyncGenerator[bytes, None]:
    organisation = str(visitor.organisation.public_id)
    asked = scored = time.monotonic()
    stood: dict[str, Any] = {}
    while not closing.is_set():
        try:
            told = line.listen(organisation, topic="floor", beat=BEAT_SECONDS)
            async with aclosing(told) as messages:
                async for message in messages:
                    if closing.is_set():
                        return
                    now = time.monotonic()
                    if now - asked >= ASK_SECONDS:
                        asked = now
                        if not await sync_to_async(streams.may, thread_sensitive=False)(visitor):
                            yield event("end", {"words": visitor.ended})
                            return
                    heard = _standing(message, watch)
                    others = {one: how for one, how in heard.items() if stood.get(one) != how}
                    stood |= others
                    if others:
                        yield event("change", {"stands": True})
                        await asyncio.sleep(REDRAW_SECONDS)
                    elif heard and now - scored >= SCORES_SECONDS:
                        scored = now
                        yield event("change", {})
                    elif not message:
                        yield event("beat", {})
        except bus.Unavailable:
            yield event("beat", {})
            await asyncio.sleep(BEAT_SECONDS)


def _standing(message: bytes, watch: str | None) -> dict[str, Any]:
    """Return how watches stand, but for their scores, by a message of the monitor."""
    try:
        told = json.loads(message).get("watches", ()) if message else ()
        return {
            one["watch"]: (
                one["state"],
                one.get("anomaly"),
                [blame[0] for blame in one.get("blames", ())[:1]],
                one.get("score") is None,
                bool(one.get("drift")),
            )
            for one in told
            if watch is None or one["watch"] == watch
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
