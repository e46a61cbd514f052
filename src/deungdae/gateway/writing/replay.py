"""Quarantined things once more by the ordinary way, after the reason for holding them is gone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from deungdae.gateway.sinks import Message, Sink
from deungdae.lake.intake import Held, Quarantine

#: Makes points of what came, or None when it still cannot be understood.
Understand = Callable[[Held], Awaitable[Sequence[Message] | None]]


@dataclass(frozen=True)
class Replayed:
    """What became of a replay, in entries; `points` went to the lake anew."""

    replayed: int
    still_held: int
    points: int


async def replay(
    quarantine: Quarantine,
    sink: Sink,
    understand: Understand,
    organisation: str,
    *,
    now_us: int,
    reason: str | None = None,
) -> Replayed:
    """Send what waits in the quarantine to the sink, and mark what was stored.

    Killed between the two, a replay finds the entry still waiting and stores its points again;
    the lake then counts them as duplicates. Raises what the sink raises, with what was stored
    before marked, and PublicError for the disk.
    """
    done: list[Held] = []
    points = still_held = 0
    waiting = await asyncio.to_thread(quarantine.waiting, organisation, reason=reason)
    try:
        for entry in waiting:
            messages = await understand(entry)
            if messages is None:
                still_held += 1
                continue
            for message in messages:
                await sink.store(message)
                points += message.points
            done.append(entry)
    finally:
        if done:
            await asyncio.to_thread(quarantine.mark_replayed, done, now_us)
    return Replayed(len(done), still_held, points)
