"""The events of a page that draws itself anew when the monitor says that something is otherwise.

change  {…}        what `told` makes of a message of the monitor
beat    {}         after five seconds without any message
end     {words}    the browser shall not come back by itself
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.closing import closing
from deungdae.web.core.events import (
    ASK_SECONDS,
    BEAT_SECONDS,
    COME_BACK,
    REDRAW_SECONDS,
    OpenPages,
    Visitor,
    event,
    give_back,
)

#: Returns what the page is told of a message, None where it tells nothing that the page shows.
Told = Callable[[dict[str, Any]], dict[str, Any] | None]


async def changes(
    visitor: Visitor, pages: OpenPages, first: dict[str, Any], told: Told
) -> AsyncIterator[bytes]:
    """Give the events of one page until it is left, or must end; `first` is its first change."""
    await give_back()
    with pages.one_of(visitor.person) as room:
        if not room:
            yield event("end", {"words": visitor.too_many})
            return
        yield COME_BACK
        # What came while the line was broken is seen by asking once.
        yield event("change", first)
        async with aclosing(_follow(visitor, told)) as followed:
            async for one in followed:
                yield one


async def _follow(visitor: Visitor, told: Told) -> AsyncGenerator[bytes, None]:
    organisation = str(visitor.organisation.public_id)
    asked = time.monotonic()
    while not closing.is_set():
        try:
            heard = line.listen(organisation, topic="floor", beat=BEAT_SECONDS)
            async with aclosing(heard) as messages:
                async for message in messages:
                    if closing.is_set():
                        return
                    if time.monotonic() - asked >= ASK_SECONDS:
                        asked = time.monotonic()
                        if not await visitor.still_may():
                            yield event("end", {"words": visitor.ended})
                            return
                    if not message:
                        yield event("beat", {})
                    elif (change := _told(message, told)) is not None:
                        yield event("change", change)
                        await asyncio.sleep(REDRAW_SECONDS)
        except bus.Unavailable:
            yield event("beat", {})
            await asyncio.sleep(BEAT_SECONDS)


def _told(message: bytes, told: Told) -> dict[str, Any] | None:
    try:
        return told(json.loads(message))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # of another release of the monitor: the page asks again when it is loaded
