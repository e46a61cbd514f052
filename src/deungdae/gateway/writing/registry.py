"""Who may write, and how far each edge has come: the buckets as the endpoints see them."""

from typing import Self

from deungdae import bus
from deungdae.gateway import sinks
from deungdae.gateway.http.quotas import Allowance
from deungdae.gateway.sinks import Grant


class Registry:
    """`Tokens` and `Sequences` on the bus; look-ups are answered from memory."""

    def __init__(
        self,
        tokens: bus.Mirror[bus.Token],
        agents: bus.Mirror[bus.Agent],
        quotas: bus.Mirror[bus.Quota],
    ) -> None:
        self._tokens = tokens
        self._agents = agents
        self._quotas = quotas
        self.allowances = Allowances(quotas)

    @classmethod
    async def open(cls, connection: bus.Connection) -> Self:
        """Read the buckets; raises `bus.Unavailable`."""
        tokens = await bus.Mirror.open(connection, bus.TOKENS)
        agents = await bus.Mirror.open(connection, bus.AGENTS)
        return cls(tokens, agents, await bus.Mirror.open(connection, bus.QUOTAS))

    async def close(self) -> None:
        """Stop following the buckets."""
        await self._tokens.close()
        await self._agents.close()
        await self._quotas.close()

    async def find(self, digest: str) -> Grant | None:
        """Return what a token permits, by its SHA-256."""
        token = self._tokens.find(digest)
        if token is None:
            return None
        revoked = token.revoked
        if token.edge is not None:
            agent = self._agents.find(token.organisation, token.edge)
            revoked = revoked or (agent is not None and agent.revoked)
        return Grant(
            token.organisation,
            token.source,
            frozenset(token.rights),
            token.buckets,
            token.edge,
            revoked,
            frozenset(token.names),
        )

    async def last(self, organisation: str, edge: str) -> int | None:
        """Return the number of the last batch that was stored; None before the first."""
        agent = self._agents.find(organisation, edge)
        return None if agent is None or agent.sequence == 0 else agent.sequence

    async def advance(self, organisation: str, edge: str, sequence: int) -> None:
        """Note durably that a batch was stored; raises `sinks.Unavailable`."""
        try:
            await self._agents.change(
                lambda agent: bus.Agent(
                    organisation,
                    edge,
                    max(sequence, agent.sequence if agent else 0),
                    agent.revoked if agent else False,
                    agent.about if agent else {},
                ),
                organisation,
                edge,
            )
        except bus.Unavailable as error:
            raise sinks.Unavailable(2) from error


class Allowances:
    """`Quotas` on the bus."""

    def __init__(self, quotas: bus.Mirror[bus.Quota]) -> None:
        self._quotas = quotas

    async def find(self, organisation: str) -> Allowance:
        """Return what an organisation may send."""
        quota = self._quotas.find(organisation)
        return Allowance(quota.points_per_minute if quota else None)
