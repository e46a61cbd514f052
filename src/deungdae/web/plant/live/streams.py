"""What one browser is sent: a snapshot, then what changed, at most twice a second.

    snapshot  {now, tags, patience, rows: [[place in tags, value, time, quality, off], …], lines}
              at the beginning, and when there are other tags than before
    change    {now, rows?, lines?}   of the tags that the page shows, and lines that stand otherwise
    beat      {now}                  after five seconds without anything else
    end       {words}                the browser shall not come back by itself

Times are milliseconds since 1970 UTC. A browser whose line broke connects again and begins with a
snapshot, so nothing has to be remembered of it here.
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
from deungdae.web.plant.live.board import BOARDS, Board, now_us
from deungdae.web.plant.live.tags import Shown
from deungdae.web.plant.live.telling import row

WAKE_SECONDS: Final = 1.0  #: after which ages are looked at though nothing was heard
PAGES: Final = OpenPages(most=12)


def events(visitor: Visitor, shown: Shown) -> AsyncIterator[bytes]:
    """Give the events of one page until it is left, or must end."""
    scope = Scope.of_system(SystemActor("live"), visitor.organisation)
    board = BOARDS.looking(str(visitor.organisation.public_id), scope)
    return while_open(visitor, PAGES, board, lambda board: _follow(visitor, shown, board))


async def _follow(visitor: Visitor, shown: Shown, board: Board) -> AsyncGenerator[bytes, None]:
    """Give a snapshot and then what changes."""
    if not board.version:
        await board.moved(0, 4.0)
    page = Page(board, shown)
    yield event("snapshot", page.snapshot(now_us()))
    sent = asked = time.monotonic()
    while not closing.is_set():
        await board.moved(page.version, WAKE_SECONDS)
        now = time.monotonic()
        if now - asked >= ASK_SECONDS:
            asked = now
            if not await visitor.still_may():
                yield event("end", {"words": visitor.ended})
                return
        if page.reshaped:
            page = Page(board, shown)
            yield event("snapshot", page.snapshot(now_us()))
            sent = now
        elif (found := page.change(now_us())) is not None:
            yield event("change", found)
            sent = now
        elif now - sent >= BEAT_SECONDS:
            yield event("beat", {"now": now_us() // 1000})
            sent = now
        await asyncio.sleep(max(0.0, REDRAW_SECONDS - (time.monotonic() - now)))


class Page:
    """What one open page shows of a board, and what it was told already."""

    def __init__(self, board: Board, shown: Shown) -> None:
        self._board = board
        self._shape = board.shape
        self.version = board.version
        self._tags = shown.tags(board.described, board.seen, now_us())
        self._lines: dict[str, Any] = {}
        self._away = (board.bus_away, board.history_away)

    @property
    def reshaped(self) -> bool:
        """Whether there are other tags now than those the page was told of."""
        return self._shape != self._board.shape

    def snapshot(self, now: int) -> dict[str, Any]:
        """Return all that the page shows."""
        seen = self._board.seen
        rows = [
            row(place, found)
            for place, tag in enumerate(self._tags)
            if (found := seen.get(tag)) is not None
        ]
        patience = [self._board.described[tag].patience // 1000 for tag in self._tags]
        lines = self._changed_lines(now)
        return {
            "now": now // 1000,
            "tags": self._tags,
            "patience": patience,
            "rows": rows,
            "lines": lines,
            "away": self._board.bus_away,
        }

    def change(self, now: int) -> dict[str, Any] | None:
        """Return what is newer than what the page was told; None without anything."""
        seen, version = self._board.seen, self.version
        self.version = self._board.version
        told: dict[str, Any] = {}
        rows = [
            row(place, found)
            for place, tag in enumerate(self._tags)
            if (found := seen.get(tag)) is not None and found.version > version
        ]
        if rows:
            told["rows"] = rows
        if lines := self._changed_lines(now):
            told["lines"] = lines
        away = (self._board.bus_away, self._board.history_away)
        if away != self._away:
            self._away, told["away"] = away, away[0]
        return {"now": now // 1000, **told} if told else None

    def _changed_lines(self, now: int) -> list[dict[str, Any]]:
        changed = []
        for told in self._board.lines(now):
            if self._lines.get(told["key"]) != told:
                self._lines[told["key"]] = told
                changed.append(told)
        return changed
