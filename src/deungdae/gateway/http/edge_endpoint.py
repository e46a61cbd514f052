"""`POST /edge/v1/batches`: batches of our own edge agents, in their order."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Executor
from weakref import WeakValueDictionary

from deungdae.bus import TagMap
from deungdae.gateway.door.standing import Standing
from deungdae.gateway.http.access import clock_us, granted
from deungdae.gateway.http.answers import Answer, Failure, json_body
from deungdae.gateway.http.noting import noted
from deungdae.gateway.http.quotas import Meter
from deungdae.gateway.http.requests import Request
from deungdae.gateway.http.turns import SECONDS_PER_BATCH_BYTE, Turns
from deungdae.gateway.naming import Names, named
from deungdae.gateway.sinks import EDGE, Grant, Message, Quarantined, Sequences, Sink, Tokens
from deungdae.gateway.telemetry import Origin, messages, of_readings
from deungdae.records.batches import MOST_BYTES, BadBatch, Batch
from deungdae.records.messages import message

#: By this header an agent says, after a 409, that nothing is left between that and its batch.
GAP_AFTER = b"deungdae-gap-after"
GAP_REASON = "gap"  #: kept in quarantine, without points


class EdgeEndpoint:
    """Reads batches, and acknowledges each when it is durable."""

    def __init__(
        self,
        tokens: Tokens,
        sink: Sink,
        sequences: Sequences,
        meter: Meter,
        clock_ns: Callable[[], int],
        threads: Executor,
        turns: Turns,
        names: Names,
        standing: Standing | None,
    ) -> None:
        self._names = names
        self._standing = standing
        self._tokens = tokens
        self._sink = sink
        self._sequences = sequences
        self._meter = meter
        self._clock_ns = clock_ns
        self._threads = threads
        self._turns = turns
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, request: Request) -> Answer:
        """Answer a request: 200 when the batch is stored, 409 where one before it is missing.

        The first batch of an edge may have any number. A gap that the agent confirms is noted in
        quarantine, before the batch behind it is stored.
        """
        grant = await granted(request, self._tokens, EDGE)
        return await noted(self._standing, grant, request, self._take(request, grant))

    async def _take(self, request: Request, grant: Grant) -> Answer:
        told_us, came_us = clock_us(request), self._clock_ns() // 1000
        data = await request.body(MOST_BYTES, unpack=False)
        received_us = self._clock_ns() // 1000
        origin = Origin(grant.organisation, grant.source, received_us)
        names = self._names(grant.organisation, grant.source)
        error_us = 0 if told_us is None else told_us - came_us
        loop = asyncio.get_running_loop()
        try:
            async with self._turns.turn(len(data) * SECONDS_PER_BATCH_BYTE):
                batch, stored = await loop.run_in_executor(
                    self._threads, understood, data, origin, names, error_us
                )
        except BadBatch as error:
            raise Failure(400, str(error), said=error.message) from error
        if grant.edge is not None and grant.edge != batch.edge:
            raise Failure(
                403,
                "this token belongs to another edge",
                said=message("The token belongs to another edge agent."),
            )
        # One at a time for each edge: its second batch must not overtake its first.
        lock = self._locks.setdefault((grant.organisation, batch.edge), asyncio.Lock())
        async with lock:
            last = await self._sequences.last(grant.organisation, batch.edge)
            if last is not None and batch.sequence > last + 1:
                if request.header(GAP_AFTER) != str(last):
                    return json_body({"acknowledged": last, "server_time_us": received_us}, 409)
                await self._sink.quarantine(_gap(batch, last, origin))
            if last is None or batch.sequence > last:
                await self._meter.take(grant.organisation, len(batch.readings))
                for piece in stored:
                    await self._sink.store(piece)
                await self._sequences.advance(grant.organisation, batch.edge, batch.sequence)
        return json_body({"acknowledged": batch.sequence, "server_time_us": received_us})


def _gap(batch: Batch, last: int, origin: Origin) -> Quarantined:
    told = {"edge": batch.edge, "after": last, "before": batch.sequence}
    body = json.dumps(told).encode()
    return Quarantined(origin.organisation, origin.source, origin.received_us, GAP_REASON, 0, body)


def understood(
    data: bytes, origin: Origin, names: TagMap | None = None, clock_error_us: int = 0
) -> tuple[Batch, list[Message]]:
    """Return a batch and what is to be stored of it; raise `BadBatch` for bytes that are none.

    `clock_error_us` is how far the edge's clock is ahead of ours.
    """
    batch = Batch.decode(data)
    rows = named(of_readings(batch.readings, origin), names, clock_error_us)
    return batch, messages(rows, origin, batch.id)
