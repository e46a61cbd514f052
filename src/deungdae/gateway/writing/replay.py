"""Quarantined things once more by the ordinary way, after the reason for holding them is gone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from deungdae.gateway.sinks import Message, Sink
from deungdae.lake.intake import Held, Quarantine

AT_ONCE = 50  #: entries, each of up to 8 MiB, that are read and marked together

#: Makes points of what came, or None when it still cannot be understood.
Understand = Callable[[Held], Awaitable[Sequence[Message] | None]]


@dataclass(frozen=True)
class Replayed:
    """What became of a replay, in entries; `points` went to the lake anew."""

    replayed: int
    still_held: int
    points: int
    after: tuple[int, int] | None = None  #: where to go on; None when all was gone through


async def replay(
    quarantine: Quarantine,
    sink: Sink,
    understand: Understand,
    organisation: str,
    *,
    now_us: int,
    reason: str | None = None,
    source: str | None = None,
    after: tuple[int, int] | None = None,
    seconds: float | None = None,
) -> Replayed:
    """Send what waits in the quarantine to the sink, oldest first, and mark what was stored.

    With `seconds` it ends after about so long and says how far it came. Killed between storing
    and marking, a replay finds the entry still waiting and stores its points again; the lake then
    counts them as duplicates. Raises what the sink raises, with what was stored before marked, and
    PublicError for the disk.
    """
    until = None if seconds is None else time.monotonic() + seconds
    replayed = still_held = points = 0
    heads = await asyncio.to_thread(_heads, quarantine, organisation, reason, source, after)
    for some in _in_turn(heads):
        if until is not None and time.monotonic() > until and after is not None:
            return Replayed(replayed, still_held, points, after)
        done: list[Held] = []
        try:
            for entry in await asyncio.to_thread(quarantine.with_bodies, some):
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
                replayed += len(done)
        after = some[-1].id
    return Replayed(replayed, still_held, points)


def _heads(
    quarantine: Quarantine,
    organisation: str,
    reason: str | None,
    source: str | None,
    after: tuple[int, int] | None,
) -> list[Held]:
    found = [
        one
        for month in quarantine.months()
        for one in quarantine.heads(organisation, month, reason, source)
        if after is None or one.id > after
    ]
    return sorted(found, key=lambda one: one.id)


def _in_turn(heads: list[Held]) -> Iterator[list[Held]]:
    for start in range(0, len(heads), AT_ONCE):
        yield heads[start : start + AT_ONCE]
