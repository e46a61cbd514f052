"""Says to an open list that something changed, for as long as its reader may see it."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

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
MOST_PAGES: Final = 24  #: of one person, in one process
COME_BACK_MS: Final = 2000

_open: Counter[int] = Counter()


@needs("alarms.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Send `change {}` when alarms are others than before, and `beat {}` in between."""
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
            may_see(request.session.session_key or "", str(organisation.public_id), "alarms.see"),
            ended,
            _("This page is open many times already. Close some of them and load it again."),
        )
        stream = _events(visitor)
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream; charset=utf-8",
        # A proxy that waits for the end of an answer would wait for ever.
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
    )


async def _events(visitor: Visitor) -> AsyncIterator[bytes]:
    await give_back()
    if _open[visitor.person] >= MOST_PAGES:
        yield event("end", {"words": visitor.too_many})
        return
    _open[visitor.person] += 1
    try:
        yield f"retry: {COME_BACK_MS}\n\n".encode()
        # What came while the line was broken is seen by asking once.
        yield event("change", {})
        async with aclosing(_follow(visitor)) as told:
            async for one in told:
                yield one
    finally:
        _open[visitor.person] -= 1
        if not _open[visitor.person]:
            del _open[visitor.person]


async def _follow(visitor: Visitor) -> AsyncGenerator[bytes, None]:
    organisation = str(visitor.organisation.public_id)
    asked = time.monotonic()
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
                    if _of_alarms(message):
                        yield event("change", {})
                        await asyncio.sleep(REDRAW_SECONDS)
                    elif not message:
                        yield event("beat", {})
        except bus.Unavailable:
            yield event("beat", {})
            await asyncio.sleep(BEAT_SECONDS)


def _of_alarms(message: bytes) -> bool:
    try:
        return bool(message) and bool(json.loads(message).get("alarms"))
    except (ValueError, AttributeError):
        return False
