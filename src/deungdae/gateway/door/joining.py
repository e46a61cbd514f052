"""A code becomes a token, once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from deungdae import bus
from deungdae.bus.entries import digest, same
from deungdae.gateway import sinks
from deungdae.gateway.sinks import EDGE
from deungdae.records.errors import DeungdaeError

#: So long the one who used a code may ask again, because the answer was lost on the way.
AGAIN_US = 600 * 1_000_000


class NoSuchCode(DeungdaeError):  # noqa: N818
    """Nobody made this code."""


class Spent(DeungdaeError):  # noqa: N818
    """The code was used, has expired, or its agent was revoked."""


@dataclass(frozen=True, slots=True)
class Computer:
    """Who wants to join, in its own words."""

    host: str
    version: str
    attempt: str | None  #: a random text, by which the same attempt is known again


@dataclass(frozen=True, slots=True)
class Joined:
    """What a computer is told that joined."""

    edge: str
    token: str
    organisation: str
    site: str
    after: int | None  #: last batch that is known of this edge

    def __repr__(self) -> str:
        return f"Joined({self.edge!r})"  # a token never reaches a log


class Joining:
    """Gives tokens for codes."""

    def __init__(
        self,
        joins: bus.Mirror[bus.Join],
        tokens: bus.Mirror[bus.Token],
        agents: bus.Mirror[bus.Agent],
        now_us: Callable[[], int],
    ) -> None:
        self._joins = joins
        self._tokens = tokens
        self._agents = agents
        self._now_us = now_us

    async def join(self, key: str, computer: Computer) -> Joined:
        """Use the code of a key in the bucket of joins.

        Raises `NoSuchCode`, `Spent`, or `sinks.Unavailable` when the bus does not confirm.
        """
        if self._joins.find(key) is None:
            raise NoSuchCode
        token = secrets.token_urlsafe(32)
        before: list[bus.Join] = []

        def use(found: bus.Join | None) -> bus.Join:
            before[:] = [self._usable(found, computer)]
            return replace(
                before[0],
                used_us=before[0].used_us or self._now_us(),
                token=digest(token),
                attempt=None if computer.attempt is None else digest(computer.attempt),
                host=computer.host,
                version=computer.version,
            )

        try:
            # The code first: of two who use it at once, one alone comes to the token.
            await self._joins.change(use, key)
            join = before[0]
            granted = bus.Token(join.organisation, join.source, [EDGE], edge=join.edge)
            await self._tokens.put(granted, digest(token))
            if join.token is not None:
                await self._tokens.put(replace(granted, revoked=True), join.token)
        except bus.Unavailable as error:
            raise sinks.Unavailable(2) from error
        agent = self._agents.find(join.organisation, join.edge)
        after = agent.sequence if agent is not None and agent.sequence else None
        return Joined(join.edge, token, join.organisation_name, join.site_name, after)

    def _usable(self, join: bus.Join | None, computer: Computer) -> bus.Join:
        if join is None:
            raise NoSuchCode
        agent = self._agents.find(join.organisation, join.edge)
        if self._now_us() >= join.expires_us or (agent is not None and agent.revoked):
            raise Spent
        if join.used_us is not None:
            known = join.attempt is not None and computer.attempt is not None
            if not known or self._now_us() - join.used_us > AGAIN_US:
                raise Spent
            if not same(join.attempt or "", digest(computer.attempt or "")):
                raise Spent
        return join
