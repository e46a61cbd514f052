"""Server-sent events: an answer that stays open for as long as its reader may see what it says.

    return events.answer(request, "floor.see", streams.events)

`streams.events(visitor)` gives the events, each made by `event`. Whoever signed out, chose another
company or lost the right is told so once, by `end {words}`, after which a browser does not come
back by itself.
"""

import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeVar

from asgiref.sync import SyncToAsync, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections, connections
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from deungdae.web.core.access import CURRENT, scope_of
from deungdae.web.core.models import Person
from deungdae.web.core.rules import allowed

REDRAW_SECONDS: Final = 0.5  #: between two events: at most two redraws a second
BEAT_SECONDS: Final = 5.0  #: after which something is sent though nothing changed
ASK_SECONDS: Final = 10.0  #: between two looks whether this person may still see this
#: A phone comes back within this many milliseconds, not all phones of a plant at once.
COME_BACK: Final = b"retry: 2000\n\n"

Followed = TypeVar("Followed")


@dataclass(frozen=True)
class Visitor:
    """Who looks at an open page; `may` asks the database whether they still may, and blocks."""

    person: int
    organisation: Any
    language: str
    may: Callable[[], bool]
    ended: str
    too_many: str

    async def still_may(self) -> bool:
        """Ask whether they still may look, and give the line to the database back."""

        def ask() -> bool:
            try:
                return self.may()
            finally:
                close_old_connections()

        return await sync_to_async(ask, thread_sensitive=False)()


class OpenPages:
    """Counts the pages of each person that this process keeps open; `most` of one person."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: Counter[int] = Counter()

    @property
    def total(self) -> int:
        """How many pages of all people are open at this moment."""
        return self._open.total()

    @contextmanager
    def one_of(self, person: int) -> Iterator[bool]:
        """Count one more page for as long as it is open; False when it is one too many."""
        if self._open[person] >= self.most:
            yield False
            return
        self._open[person] += 1
        try:
            yield True
        finally:
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]


def event(name: str, data: Any) -> bytes:
    """Return one event as it travels."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()


def answer(
    request: HttpRequest,
    right: str,
    stream: Callable[[Visitor], AsyncIterator[bytes]],
    *,
    ended: str | None = None,
    too_many: str | None = None,
) -> StreamingHttpResponse:
    """Answer with the stream of the organisation `?of=…`, or with its end if another is shown."""
    scope = request.tenant_scope
    organisation = scope.current
    shown = str(organisation.public_id)
    visitor = Visitor(
        scope.person.pk,
        organisation,
        translation.get_language() or "ko",
        _may_see(request.session.session_key or "", shown, right),
        ended
        or _(
            "Nothing more comes here: you signed out, chose another company, or may no longer see "
            "this. Load the page again."
        ),
        too_many
        or _("This page is open many times already. Close some of them and load it again."),
    )
    return StreamingHttpResponse(
        stream(visitor) if request.GET.get("of") == shown else _ending(visitor.ended),
        content_type="text/event-stream; charset=utf-8",
        # A proxy that waits for the end of an answer would wait for ever.
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
    )


async def while_open(
    visitor: Visitor,
    pages: OpenPages,
    opened: AbstractAsyncContextManager[Followed],
    follow: Callable[[Followed], AsyncGenerator[bytes, None]],
) -> AsyncIterator[bytes]:
    """Give what `follow` tells of what is `opened` for one page, until it is left.

    Whoever has too many pages open is told so, and gets nothing else.
    """
    await give_back()
    with pages.one_of(visitor.person) as room:
        if not room:
            yield event("end", {"words": visitor.too_many})
            return
        async with opened as what, aclosing(follow(what)) as told:
            yield COME_BACK
            async for one in told:
                yield one


async def give_back() -> None:
    """Let go of what Django holds for as long as an answer lasts: a thread and a database line.

    A page stays open for hours. asgiref makes a thread for each request, and would keep it.
    """
    await sync_to_async(connections.close_all)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor is not None:
        executor.shutdown(wait=False)


async def _ending(words: str) -> AsyncIterator[bytes]:
    yield event("end", {"words": words})


def _may_see(session_key: str, organisation: str, right: str) -> Callable[[], bool]:
    """Return what says whether a session still shows an organisation to somebody with a right."""
    store = import_module(settings.SESSION_ENGINE).SessionStore

    def may() -> bool:
        again = HttpRequest()
        again.session = store(session_key)
        person = get_user(again)
        if not isinstance(person, Person) or not person.is_active:
            return False
        scope = scope_of(person, again.session.get(CURRENT))
        current = scope.current
        if current is None or str(current.public_id) != organisation:
            return False
        return allowed(right, scope, current)

    return may
