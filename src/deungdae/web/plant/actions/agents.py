"""An edge agent is registered, joins, gets another code, is renamed, is revoked."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae import bus
from deungdae.bus import joining
from deungdae.records.readings import BadReading, tag_path
from deungdae.web.companies.models import Site
from deungdae.web.core.action import Action
from deungdae.web.plant import telling
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Agent

MOST_AGENTS = 500  #: of one organisation that may send


@dataclass(kw_only=True)
class RegisterAgent(Action[tuple[Agent, str]]):
    """Expect a PC, and make the code with which it joins."""

    verb = "plant.agent_registered"
    right = "plant.manage"
    label = _lazy("registered an edge agent")

    name: str
    site: Site
    now: datetime

    def change(self) -> tuple[Agent, str]:
        """Return the agent and its code, which is not kept; raises `Refused`."""
        here = Agent.objects.within(self.scope).filter(
            organisation=self.organisation, revoked_at=None
        )
        if here.filter(name=self.name).exists():
            raise Refused(_("There is an agent with this name already."))
        if here.count() >= MOST_AGENTS:
            raise Refused(_("There are too many agents. Revoke those that are no longer needed."))
        code = joining.new_code()
        agent = Agent.objects.create(
            organisation=self.organisation,
            site=self.site,
            name=self.name,
            edge=f"edge-{secrets.token_hex(5)}",
            prefix=prefix_of(self.site),
            created_by=self.scope.person,
            **_fresh(code, self.now),
        )
        return agent, code

    def details(self, result: tuple[Agent, str]) -> dict[str, Any]:
        """Say which."""
        return {"name": self.name, "edge": result[0].edge, "site": str(self.site)}

    def after_commit(self, result: tuple[Agent, str]) -> None:
        """Let the gateway know the code."""
        telling.tell_agent(result[0])


@dataclass(kw_only=True)
class RenewCode(Action[str]):
    """Make another code: the former one expired, was lost, or the PC was replaced."""

    verb = "plant.code_renewed"
    right = "plant.manage"
    label = _lazy("made a new code for an edge agent")

    agent: Agent
    now: datetime

    def change(self) -> str:
        """Return the code, which is not kept; raises `Refused` for a revoked agent."""
        if self.agent.revoked_at is not None:
            raise Refused(_("This agent is revoked. Register a new one."))
        self._before = self.agent.code_hash
        code = joining.new_code()
        self.agent.alter(self.scope, **_fresh(code, self.now))
        return code

    def details(self, result: str) -> dict[str, Any]:
        """Say for which agent."""
        return {"name": self.agent.name, "edge": self.agent.edge}

    def after_commit(self, result: str) -> None:
        """Let the new code open and the former one no longer."""
        if self._before:
            telling.withdraw_code(self._before)
        telling.tell_agent(self.agent)


@dataclass(kw_only=True)
class NoteJoin(Action[None]):
    """Write down that a PC has joined, and keep the hash of the token that it was given."""

    verb = "plant.agent_joined"
    right = "plant.manage"
    label = _lazy("an edge agent joined")

    agent: Agent
    join: bus.Join
    now: datetime

    def change(self) -> None:
        """The token of a PC that was there before is worthless from now on.

        The hash of the code stays: an answer that was lost on its way is given once more.
        """
        self._before = self.agent.token_hash
        self.agent.alter(
            self.scope,
            token_hash=self.join.token or "",
            joined_at=self.now,
            host=self.join.host[:200],
        )

    def details(self, result: None) -> dict[str, Any]:
        """Say which PC."""
        return {"name": self.agent.name, "edge": self.agent.edge, "host": self.join.host}

    def after_commit(self, result: None) -> None:
        """End the former token."""
        if self._before and self._before != self.join.token:
            telling.end_token(self._before)
        telling.tell_agent(self.agent)


@dataclass(kw_only=True)
class ChangeAgent(Action[None]):
    """Give an agent another name or another site; its tags keep their names."""

    verb = "plant.agent_changed"
    right = "plant.manage"
    label = _lazy("changed an edge agent")

    agent: Agent
    name: str
    site: Site

    def change(self) -> None:
        """Raises `Refused` when the name is taken."""
        others = Agent.objects.within(self.scope).filter(
            organisation=self.agent.organisation, revoked_at=None, name=self.name
        )
        if others.exclude(pk=self.agent.pk).exists():
            raise Refused(_("There is an agent with this name already."))
        self.agent.alter(self.scope, name=self.name, site=self.site)

    def details(self, result: None) -> dict[str, Any]:
        """Say what it is now."""
        return {"name": self.name, "site": str(self.site), "edge": self.agent.edge}

    def after_commit(self, result: None) -> None:
        """Tell the name."""
        telling.tell_agent(self.agent)


@dataclass(kw_only=True)
class RevokeAgent(Action[None]):
    """Refuse an agent from now on, for ever; what it sent stays."""

    verb = "plant.agent_revoked"
    right = "plant.admit"
    label = _lazy("revoked an edge agent")

    agent: Agent
    now: datetime

    def change(self) -> None:
        """A second time changes nothing."""
        if self.agent.revoked_at is None:
            self.agent.alter(self.scope, revoked_at=self.now)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.agent.name, "edge": self.agent.edge}

    def after_commit(self, result: None) -> None:
        """Let the gateway refuse it at once."""
        telling.tell_agent(self.agent)


def prefix_of(site: Site) -> str:
    """Return what stands before the tags of a site: nothing for the main one."""
    if site.main:
        return ""
    name = "".join("_" if sign in "/ " else sign for sign in site.name.strip())
    try:
        return str(tag_path(name[:30]))
    except BadReading:
        return f"site{site.pk}"


def _fresh(code: str, now: datetime) -> dict[str, Any]:
    return {
        "code_hash": joining.code_digest(code),
        "code_expires_at": now + timedelta(seconds=joining.VALID_SECONDS),
    }
