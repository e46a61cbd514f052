"""The events of a page that draws itself anew when the monitor says that something is otherwise.

change  {…}        what `told` makes of a message of the monitor
beat    {}         after five seconds without any message
end     {words}    the browser shall not come back by itself
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, nullcontext
from typing import Any

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.closing import closing
from deungdae.web.core.events import (
    ASK_SECONDS,
    BEAT_SECONDS,
    REDRAW_SECONDS,
    OpenPages,
    Visitor,
    event,
    while_open,
)

_log = logging.getLogger(__name__)

#: Returns what the page is told of a message, None where it tells nothing that the page shows.
Told = Callable[[dict[str, Any]], dict[str, Any] | None]


def changes(
    visitor: Visitor, pages: OpenPages, first: dict[str, Any], told: Told
) -> AsyncIterator[bytes]:
    """Give the events of one page until it is left, or must end; `first` is its first change."""
    return while_open(
        visitor, pages, nullcontext(first), lambda first: _follow(visitor, first, told)
    )


async def _follow(
    visitor: Visitor, first: dict[str, Any], told: Told
) -> AsyncGenerator[bytes, None]:
    # What came while the line was broken is seen by asking once.
    yield event("change", first)
    organisation = str(visitor.organisation.public_id)
    asked, reader = time.monotonic(), _Reader(told)
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
                    elif (change := reader.change(message)) is not None:
                        yield event("change", change)
                        await asyncio.sleep(REDRAW_SECONDS)
        except bus.Unavailable:
            yield event("beat", {})
            await asyncio.sleep(BEAT_SECONDS)


class _Reader:
    """Reads the monitor's messages for one page; the first that cannot be read is logged."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._logged = False

    def change(self, message: bytes) -> dict[str, Any] | None:
        try:
            return self._told(json.loads(message))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # Of another release of the monitor, perhaps: the page asks again when it is loaded.
            if not self._logged:
                self._logged = True
                _log.warning("a message of the monitor cannot be read: %r", error)
            return None
