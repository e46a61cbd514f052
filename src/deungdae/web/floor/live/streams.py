"""What one open page of the floor is sent: all that is said, then what is said otherwise.

    snapshot  {now, away, answer, assets: {key: {name: text}}}    at the beginning
    change    {now, away?, answer?, assets?: {key: {name: text}}} at most twice a second
    beat      {now}        after five seconds without anything else
    alarms    {}           alarms are others than before: the count in the navigation is asked anew
    reload    {}           there are other lines and machines than the page shows
    end       {words}      the browser shall not come back by itself

`now` is in milliseconds since 1970 UTC. A browser whose line broke begins with a snapshot again.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

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
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.floor.live.hub import HUBS, Hub, plain
from deungdae.web.floor.shown.says import Says
from deungdae.web.plant.live.board import now_us

WAKE_SECONDS: Final = 1.0  #: after which lengths are counted on though nothing was heard
FIRST_SECONDS: Final = 4.0  #: for the first answer of the monitor
PAGES: Final = OpenPages(most=24)  #: televisions share a sign-in


def events(visitor: Visitor, assets: frozenset[str] | None = None) -> AsyncIterator[bytes]:
    """Give the events of one page until it is left, or must end.

    `assets` are the keys that the page shows, None for all of them.
    """
    scope = Scope.of_system(SystemActor("floor"), visitor.organisation)
    hub = HUBS.looking(str(visitor.organisation.public_id), scope)
    return while_open(visitor, PAGES, hub, lambda hub: _follow(visitor, hub, assets))


async def _follow(
    visitor: Visitor, hub: Hub, assets: frozenset[str] | None
) -> AsyncGenerator[bytes, None]:
    until = time.monotonic() + FIRST_SECONDS
    while not hub.ready and time.monotonic() < until:
        await hub.moved(hub.version, until - time.monotonic())
    page = Page(hub, visitor.language, assets)
    yield event("snapshot", page.snapshot(now_us()))
    sent = asked = time.monotonic()
    while not closing.is_set():
        await hub.moved(page.version, WAKE_SECONDS)
        now = time.monotonic()
        if now - asked >= ASK_SECONDS:
            asked = now
            if not await visitor.still_may():
                yield event("end", {"words": visitor.ended})
                return
        if page.reshaped:
            yield event("reload", {})
            page = Page(hub, visitor.language, assets)
        if page.alarmed():
            yield event("alarms", {})
        if (found := page.change(now_us())) is not None:
            yield event("change", found)
            sent = now
        elif now - sent >= BEAT_SECONDS:
            yield event("beat", {"now": now_us() // 1000})
            sent = now
        await asyncio.sleep(max(0.0, REDRAW_SECONDS - (time.monotonic() - now)))


class Page:
    """What one open page was told already."""

    def __init__(self, hub: Hub, language: str, assets: frozenset[str] | None) -> None:
        self._hub = hub
        self._language = language
        self._assets = assets
        self.version = hub.version
        self._names = hub.known.names
        self._alarms = hub.alarms
        self._said: dict[str, Says] = {}
        self._answer = ""
        self._away = False

    @property
    def reshaped(self) -> bool:
        """Whether there are other lines and machines now, or they are called otherwise."""
        return self._names != self._hub.known.names

    def alarmed(self) -> bool:
        """Say once whether alarms became others since it was last asked."""
        before, self._alarms = self._alarms, self._hub.alarms
        return before != self._alarms

    def snapshot(self, now: int) -> dict[str, Any]:
        """Return all that the page shows."""
        told = self.change(now) or {}
        return {
            "now": now // 1000,
            "assets": told.get("assets", {}),
            "answer": self._answer,
            "away": self._away,
        }

    def change(self, now: int) -> dict[str, Any] | None:
        """Return what is said otherwise than the page was told; None without anything."""
        spoken = self._hub.spoken(self._language, now)
        self.version = self._hub.version
        told: dict[str, Any] = {}
        assets = {}
        for key, said in spoken.assets.items():
            if self._assets is not None and key not in self._assets:
                continue
            if found := plain(said, self._said.get(key, {})):
                assets[key] = found
                self._said[key] = said
        if assets:
            told["assets"] = assets
        if spoken.answer != self._answer:
            told["answer"] = self._answer = spoken.answer
        if self._hub.away != self._away:
            told["away"] = self._away = self._hub.away
        return {"now": now // 1000, **told} if told else None
