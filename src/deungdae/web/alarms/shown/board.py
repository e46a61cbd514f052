"""What stands now, as the list shows it: incidents, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.alarms.lately import last_times
from deungdae.web.alarms.shown.counting import words
from deungdae.web.alarms.shown.one import KINDS, Alarm, alarm, state_word
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.shown import durations
from deungdae.web.plant.live.board import now_us

KINDS_FIRST: Final = [KINDS.get(one, "") for one in ("high", "medium", "low")]


@dataclass(frozen=True)
class Incident:
    """Alarms that belong together: the likeliest cause, and what came with it."""

    id: str
    head: Alarm
    others: Sequence[Alarm]
    waiting: Sequence[str]  #: the occurrences that nobody acknowledged

    @property
    def members(self) -> Sequence[Alarm]:
        """All of it."""
        return [self.head, *self.others]

    @property
    def kind(self) -> str:
        """How the card looks: as its most urgent member, which a cause may stand before."""
        return min((one.pill for one in self.members), key=KINDS_FIRST.index)

    @property
    def unseen(self) -> bool:
        """Whether one waits that is not at the head: nobody acknowledges what they cannot see."""
        return any(one.waits for one in self.others)

    @property
    def occurrences(self) -> Sequence[str]:
        """How all of it are named."""
        return [one.key for one in self.members]

    @property
    def others_words(self) -> str:
        """How many came with it."""
        n = len(self.others)
        return ngettext("%(n)d alarm came with it", "%(n)d alarms came with it", n) % {"n": n}


@dataclass(frozen=True)
class Aside:
    """An alarm that says nothing at the moment."""

    rule: str
    name: str
    place: str
    state: str
    state_word: str
    until: datetime | None


@dataclass(frozen=True)
class Board:
    """The whole list. `problem` says why nothing is known, "" where it is."""

    incidents: Sequence[Incident] = ()
    aside: Sequence[Aside] = ()
    standing: int = 0
    waiting: int = 0
    rules: int = 0
    flood: str = ""
    problem: str = ""
    now_ms: int = 0

    @property
    def answer(self) -> str:
        """One sentence."""
        if self.problem:
            return _("Whether an alarm stands is not known at the moment.")
        members = [one for incident in self.incidents for one in incident.members]
        gone = [one for one in members if not one.active]
        seen = sum(one.waits for one in gone)
        return " ".join([self._standing(self.waiting - seen), *_back(seen, len(gone) - seen)])

    def _standing(self, waiting: int) -> str:
        if not self.standing:
            return _("No alarm stands.")
        standing = ngettext(
            "%(n)d alarm stands.", "%(n)d alarms stand.", self.standing
        ) % {"n": self.standing}  # fmt: skip
        if not waiting:
            return _("%(standing)s All are acknowledged.") % {"standing": standing}
        waits = ngettext(
            "%(n)d waits to be acknowledged.", "%(n)d wait to be acknowledged.", waiting
        ) % {"n": waiting}  # fmt: skip
        return f"{standing} {waits}"

    @property
    def waiting_words(self) -> str:
        """How many wait, as the navigation says it; empty while nobody knows."""
        return "" if self.problem else words(self.waiting)


def _back(waiting: int, latched: int) -> list[str]:
    """Return what is said of those that do not stand any more."""
    found = []
    if waiting:
        found.append(ngettext(
            "%(n)d is back to normal and waits to be acknowledged.",
            "%(n)d are back to normal and wait to be acknowledged.", waiting,
        ) % {"n": waiting})  # fmt: skip
    if latched:
        found.append(ngettext(
            "%(n)d is back to normal and waits for a reset.",
            "%(n)d are back to normal and wait for a reset.", latched,
        ) % {"n": latched})  # fmt: skip
    return found


def look(scope: Scope) -> Board:
    """Return what the monitor says now."""
    heard = asking.ask(scope.current, "alarms", {})
    if heard.found is None:
        return Board(problem=heard.problem, now_ms=now_us() // 1000)
    return _board(scope, heard.found)


def _board(scope: Scope, told: Mapping[str, Any]) -> Board:
    now: int = told["now"]
    members = [one for incident in told["incidents"] for one in incident["members"]]
    last = last_times(scope, scope.current, {one["rule"]: one["number"] for one in members})
    incidents = []
    for incident in told["incidents"]:
        members = [alarm(one, now, last.get(one["rule"])) for one in incident["members"]]
        waiting = [one.key for one in members if one.waits]
        incidents.append(Incident(incident["id"], members[0], members[1:], waiting))
    return Board(
        incidents,
        [
            Aside(
                one["rule"],
                one["name"],
                one["place"],
                one["state"],
                state_word(one["state"]),
                durations.moment(one["until"]) if one["until"] else None,
            )
            for one in told["held"]
        ],
        told["standing"],
        told["waiting"],
        told["rules"],
        _flood(told["flood"]),
        "",
        now // 1000,
    )


def _flood(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return ""
    return _(
        "More alarms come than one person can take in: %(n)d since %(time)s. What is not urgent is "
        "told in one message when it is over; all of them stand here."
    ) % {"n": told["alarms"], "time": durations.clock(told["start"])}
