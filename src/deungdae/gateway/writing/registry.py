"""Who may write, and how far each edge has come: the buckets as the endpoints see them."""

from typing import Any, Self

from deungdae import bus
from deungdae.gateway import sinks
from deungdae.gateway.sinks import Allowance, Grant


class Registry:
    """`Tokens` and `Sequences` on the bus; look-ups are answered from memory."""

    tokens: bus.Mirror[bus.Token]
    agents: bus.Mirror[bus.Agent]
    quotas: bus.Mirror[bus.Quota]
    maps: bus.Mirror[bus.TagMap]
    joins: bus.Mirror[bus.Join]
    wanted: bus.Mirror[bus.Wanted]
    status: bus.Mirror[bus.Status]

    def __init__(self) -> None:
        self._opened: list[bus.Mirror[Any]] = []

    @classmethod
    async def open(cls, connection: bus.Connection) -> Self:
        """Read the buckets; raises `bus.Unavailable`."""
        registry = cls()
        try:
            registry.tokens = await registry._open(connection, bus.TOKENS)
            registry.agents = await registry._open(connection, bus.AGENTS)
            registry.quotas = await registry._open(connection, bus.QUOTAS)
            registry.maps = await registry._open(connection, bus.TAGS)
            registry.joins = await registry._open(connection, bus.JOINS)
            registry.wanted = await registry._open(connection, bus.WANTED)
            registry.status = await registry._open(connection, bus.STATUS)
        except bus.Unavailable:
            await registry.close()
            raise
        return registry

    async def _open(
        self, connection: bus.Connection, bucket: bus.Bucket[bus.Record]
    ) -> bus.Mirror[bus.Record]:
        mirror = await bus.Mirror.open(connection, bucket)
        self._opened.append(mirror)
        return mirror

    async def close(self) -> None:
        """Stop following the buckets."""
        for mirror in self._opened:
            await mirror.close()

    @property
    def allowances(self) -> "Allowances":
        """How much each organisation may send."""
        return Allowances(self.quotas)

    async def find(self, digest: str) -> Grant | None:
        """Return what a token permits, by its SHA-256."""
        token = self.tokens.find(digest)
        if token is None:
            return None
        revoked = token.revoked
        if token.edge is not None:
            agent = self.agents.find(token.organisation, token.edge)
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
        agent = self.agents.find(organisation, edge)
        return None if agent is None or agent.sequence == 0 else agent.sequence

    async def advance(self, organisation: str, edge: str, sequence: int) -> None:
        """Note durably that a batch was stored; raises `sinks.Unavailable`."""
        try:
            await self.agents.change(
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
