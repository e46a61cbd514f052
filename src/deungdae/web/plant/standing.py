"""How an agent is at this moment: what the bus says of it beside what we keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.plant import copies, speech
from deungdae.web.plant.models import Agent

#: An agent asks for work all the time and tells how it is each 5 s; longer silence is one.
SILENT: Final = timedelta(seconds=60)

WORDS: Final[Mapping[str, Any]] = {
    "waiting": _("waiting to join"),
    "expired": _("code expired"),
    "connected": _("connected"),
    "refused": _("configuration refused"),
    "silent": _("silent"),
    "revoked": _("revoked"),
    "unknown": _("not known at the moment"),
}
#: Where there is little room, and a sentence beside it.
SHORT: Final[Mapping[str, Any]] = {
    "waiting": _("waiting"),
    "refused": _("refused"),
    "unknown": _("unknown"),
}
PILLS: Final[Mapping[str, str]] = {
    "waiting": "waiting",
    "expired": "soon",
    "connected": "",
    "refused": "now",
    "silent": "now",
    "revoked": "failed",
    "unknown": "waiting",
}


@dataclass(frozen=True)
class Standing:
    """One of `WORDS`, and what is known besides. Times are aware."""

    code: str
    seen_at: datetime | None = None
    applied: int | None = None  #: the version that the agent runs
    problems: list[tuple[str, str]] = field(default_factory=list)  #: why it refused the present one
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def word(self) -> Any:
        """What a reader is told."""
        return WORDS[self.code]

    @property
    def short(self) -> Any:
        """The same where a sentence beside it says more."""
        return SHORT.get(self.code, self.word)

    @property
    def pill(self) -> str:
        """How that looks: a connected agent is nothing to look at."""
        return PILLS[self.code]

    @property
    def host(self) -> str:
        """What the PC calls itself."""
        return str(self.document.get("host") or "")

    @property
    def version(self) -> str:
        """The version of the agent's program."""
        return str(self.document.get("version") or "")

    def machines(self) -> dict[str, dict[str, Any]]:
        """Return what the agent tells of each machine, by its name."""
        found = self.document.get("drivers")
        rows = found if isinstance(found, list) else []
        return {
            str(row.get("name")): {
                "taken": row.get("taken"),
                "last_at": moment(row.get("last_us")),
                "problem": speech.told(row.get("problem")),
            }
            for row in rows
            if isinstance(row, Mapping)
        }


def of(agent: Agent, now: datetime) -> Standing:
    """Return how an agent is. Without a bus nobody knows, and that is what is said."""
    if agent.revoked_at is not None:
        return Standing("revoked", agent.seen_at)
    try:
        status = line.get(bus.STATUS, copies.organisation_id(agent.organisation), agent.edge)
    except bus.Unavailable:
        if agent.joined_at is None:
            return Standing("waiting" if agent.code_is_open(now) else "expired")
        return Standing("unknown", agent.seen_at)
    return judged(agent, status, now)


def judged(agent: Agent, status: bus.Status | None, now: datetime) -> Standing:
    """Return how an agent is by its last status."""
    if status is None and agent.joined_at is None:
        return Standing("waiting" if agent.code_is_open(now) else "expired")
    document: Mapping[str, Any] = status.document if status else {}
    seen_at = moment(status.seen_us) if status else agent.seen_at
    applied = document.get("applied")
    refused = document.get("refused")
    is_refused = isinstance(refused, Mapping) and refused.get("number") == agent.number
    problems = speech.problems(refused) if is_refused else []
    code = "connected"
    if seen_at is None or now - seen_at > SILENT:
        code = "silent"
    elif is_refused:
        code = "refused"
    return Standing(
        code, seen_at, applied if isinstance(applied, int) else None, problems, document
    )


def moment(us: Any) -> datetime | None:
    """Return a moment told in microseconds; None for what is none."""
    if not isinstance(us, int) or isinstance(us, bool) or not 0 < us < 1 << 53:
        return None
    return datetime.fromtimestamp(us / 1e6, UTC)
