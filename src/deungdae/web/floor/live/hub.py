"""What the monitor says of one organisation, kept in memory while a page of it is open.

All pages of a process that show the same organisation share one hub: one subscription to the bus,
one question to the monitor, and the same words for each language.
"""

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from django.utils import translation

from deungdae import bus
from deungdae.bus.ending import end
from deungdae.web.core import line
from deungdae.web.core.following import Followers, Moving
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking, standing
from deungdae.web.floor.shown import answers
from deungdae.web.floor.shown.documents import Now
from deungdae.web.floor.shown.says import Says, nothing, of_members, says

REFRESH_SECONDS: Final = 20.0  #: between two questions to a monitor that answers
RETRY_SECONDS: Final = 3.0
SILENCE_SECONDS: Final = 3.0  #: after which it is asked whether the bus is there at all
WORDS_SECONDS: Final = 1.0  #: for which words are used again

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What the database says: the assets by their keys, and the words of reasons by language."""

    names: Mapping[str, str] = field(default_factory=dict)
    machines: frozenset[str] = frozenset()
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)  #: of each line
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Spoken:
    """Everything said in one language at one moment."""

    assets: Mapping[str, Says]
    answer: str
    version: int
    made: float


class Hub(Moving):
    """How the assets of one organisation stand; used in one event loop."""

    def __init__(self, organisation: str) -> None:
        super().__init__()
        self.organisation = organisation
        self.now: dict[str, Now] = {}
        self.known = Known()
        self.away = False  #: the monitor does not answer, or there is no bus
        self.alarms = 0  #: how often alarms became others; what they are, their own page knows
        self.ready = False  #: whether the first question was answered, one way or the other
        self._spoken: dict[str, Spoken] = {}

    def hear(self, message: bytes) -> None:
        """Take one message of the monitor: whole documents of the assets that changed."""
        told = json.loads(message)
        floor = told.get("floor") or ()
        for one in floor:
            self.now[str(one["asset"])] = Now.of(one)
        if told.get("alarms"):
            self.alarms += 1
        if floor or told.get("alarms"):
            self.move()

    def spoken(self, language: str, now_us: int) -> Spoken:
        """Return what is said now in a language; made anew at most once a second."""
        clock = time.monotonic()
        kept = self._spoken.get(language)
        if kept and kept.version == self.version and clock - kept.made < WORDS_SECONDS:
            return kept
        reasons = self.known.reasons.get(language, {})
        with translation.override(language):
            found = {key: says(self._now(key), now_us, reasons) for key in self.known.names}
            for line_key, members in self.known.members.items():
                found[line_key].update(of_members(self._named(members), now_us, reasons))
            machines = self._named(key for key in self.known.names if key in self.known.machines)
            answer = answers.of_site(machines, now_us, reasons)
        made = self._spoken[language] = Spoken(found, answer, self.version, clock)
        return made

    def _named(self, keys: Iterable[str]) -> list[answers.Named]:
        return [answers.Named(self.known.names[key], self._now(key)) for key in keys]

    def _now(self, key: str) -> Now:
        return self.now.get(key) or nothing(key, away=self.away)

    async def follow(self, scope: Scope) -> None:
        """Listen and ask until cancelled."""
        listening = asyncio.create_task(self._listen(), name="the floor")
        try:
            while True:
                await self._look(scope)
                await asyncio.sleep(RETRY_SECONDS if self.away else REFRESH_SECONDS)
        finally:
            await end(listening)

    async def _listen(self) -> None:
        while True:
            try:
                told = line.listen(self.organisation, topic="floor", beat=SILENCE_SECONDS)
                async for message in told:
                    if message:
                        self._hear_safely(message)
            except bus.Unavailable:
                self._set_away(away=True)
            await asyncio.sleep(RETRY_SECONDS)

    def _hear_safely(self, message: bytes) -> None:
        try:
            self.hear(message)
        except (ValueError, TypeError, KeyError, AttributeError):
            _log.warning("a message about the floor of %s was not understood", self.organisation)

    def _set_away(self, *, away: bool) -> None:
        if away != self.away:
            self.away = away
            self.move()

    async def _look(self, scope: Scope) -> None:
        try:
            self.known = await sync_to_async(_known, thread_sensitive=False)(scope)
        except DatabaseError as error:
            _log.warning("the lines and machines cannot be read: %s", error)
        try:
            async with await line.aask(asking.now_question(self.organisation)) as answer:
                self.now = asking.read_now(await answer.ajson())
                self.away = False
        except (bus.Unavailable, bus.Refusal) as error:
            _log.info("the monitor does not say how the machines stand: %s", error)
            self.away = True
            # What was known of them is no longer true, and an old state must not look alive.
            self.now = {}
        self.ready = True
        self.move()


def _known(scope: Scope) -> Known:
    try:
        found = standing.assets(scope)
        reasons: dict[str, Mapping[str, str]] = {}
        for language in ("ko", "en"):
            with translation.override(language):
                reasons[language] = standing.reasons(scope)
        return Known(
            {asking.key(one): one.name for one in found},
            frozenset(asking.key(one) for one in found if not one.is_line),
            {
                asking.key(group.line): [asking.key(one) for one in group.machines]
                for group in standing.groups(found)
                if group.line is not None
            },
            reasons,
        )
    finally:
        close_old_connections()


#: Of this process.
HUBS: Final = Followers(Hub)


def plain(said: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said otherwise than before."""
    return {name: text for name, text in said.items() if before.get(name) != text}
