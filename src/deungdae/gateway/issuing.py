"""New tokens: the person gets the token, the bus gets its SHA-256."""

import asyncio
import secrets

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.gateway.sinks import EDGE, WRITE
from deungdae.records.batches import is_edge_id
from deungdae.records.environment import Settings
from deungdae.records.errors import RunFailed, UnusableOption


def issue(settings: Settings, organisation: str, source: str, *, edge: str | None = None) -> str:
    """Return a new token with which a source may write, or an edge agent may send batches.

    Raises UnusableOption for an impossible name, RunFailed when the bus does not run.
    """
    if edge is not None and not is_edge_id(edge):
        raise UnusableOption(
            "An edge agent cannot be called {name}: 1 to 64 letters, digits, “-”, “_” and “.”.",
            name=edge,
        )
    for name in (organisation, source):
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise UnusableOption(
                "A name needs 1 to 200 printable characters; {name} is none.", name=repr(name)
            )
    token = secrets.token_urlsafe(32)
    right = WRITE if edge is None else EDGE
    granted = bus.Token(organisation, source, [right], edge=edge)
    try:
        asyncio.run(_keep(settings, granted, digest(token)))
    except bus.Unavailable as error:
        raise RunFailed(
            "The bus does not answer; start it first with: {command}", command="deungdae gateway"
        ) from error
    return token


async def _keep(settings: Settings, granted: bus.Token, key: str) -> None:
    address = bus.address(settings.bus)
    async with await bus.Connection.open(address, "token", within=3, patient=False) as connection:
        tokens = await bus.Mirror.open(connection, bus.TOKENS)
        try:
            await tokens.put(granted, key)
        finally:
            await tokens.close()
