"""`POST /api/v2/write`: line protocol, as clients of InfluxDB 2 send it."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import get_args

import numpy as np

from deungdae.bus import TagMap
from deungdae.gateway.door.standing import Standing
from deungdae.gateway.http.access import granted
from deungdae.gateway.http.answers import Answer, Failure
from deungdae.gateway.http.limits import Limits
from deungdae.gateway.http.noting import noted
from deungdae.gateway.http.quotas import Meter
from deungdae.gateway.http.requests import TOO_LARGE, Request
from deungdae.gateway.http.turns import SECONDS_PER_LINE_BYTE, Turns
from deungdae.gateway.lines import BadLines, Points, Precision, parse
from deungdae.gateway.lines.writing import to_lines, with_prefix
from deungdae.gateway.naming import Names, instead, named
from deungdae.gateway.sinks import WRITE, Grant, Message, Quarantined, Sink, Tokens
from deungdae.gateway.telemetry import Origin, messages, of_points
from deungdae.records.messages import message
from deungdae.records.readings import BadReading, shown, tag_path

PRECISIONS: dict[str, Precision] = {name: name for name in get_args(Precision)}
MOST_WORDS = 300  #: letters of what is told to people of a line
_SHORT = 8 << 10  # bytes that are read sooner than another thread begins
_DROPPED = {
    "time_out_of_range": "points beyond the years 1900 to 2199",
    "tag_parts": "series with too many tags",
    "tag_length": "series with a name of more than 255 bytes",
}


class LineEndpoint:
    """Reads lines, and answers when they are durable."""

    def __init__(
        self,
        tokens: Tokens,
        sink: Sink,
        meter: Meter,
        limits: Limits,
        clock_ns: Callable[[], int],
        threads: Executor,
        turns: Turns,
        names: Names,
        standing: Standing | None,
    ) -> None:
        self._standing = standing
        self._names = names
        self._tokens = tokens
        self._sink = sink
        self._meter = meter
        self._limits = limits
        self._clock_ns = clock_ns
        self._threads = threads
        self._turns = turns

    async def __call__(self, request: Request) -> Answer:
        """Answer a request."""
        grant = await granted(request, self._tokens, WRITE)
        return await noted(self._standing, grant, request, self._take(request, grant))

    async def _take(self, request: Request, grant: Grant) -> Answer:
        parameters = request.parameters()
        precision = PRECISIONS.get(parameters.get("precision") or "ns")
        if precision is None:
            raise Failure(400, "invalid precision; valid precision units are ns, us, ms, and s")
        prefix = _prefix(grant, parameters)
        data = await request.body(self._limits.body_bytes, unpack=True)
        if not data:
            raise Failure(400, "writing requires points")
        now_ns = self._clock_ns()
        origin = Origin(grant.organisation, grant.source, now_ns // 1000)
        names = self._names(grant.organisation, grant.source)
        work = (data, precision, now_ns, prefix, origin, self._limits.series, names)
        if len(data) <= _SHORT:
            stored, quarantined, points = understood(*work)
        else:
            loop = asyncio.get_running_loop()
            async with self._turns.turn(len(data) * SECONDS_PER_LINE_BYTE):
                stored, quarantined, points = await loop.run_in_executor(
                    self._threads, understood, *work
                )
        await self._meter.take(grant.organisation, points)
        await _all(
            *(self._sink.store(piece) for piece in stored),
            *(self._sink.quarantine(entry) for entry in quarantined),
        )
        if quarantined:
            reasons = "; ".join(_DROPPED.get(e.reason, e.reason) for e in quarantined)
            dropped = sum(entry.points for entry in quarantined)
            raise Failure(
                422,
                f"failure writing points to database: partial write: {reasons}; "
                f"they wait in quarantine dropped={dropped}",
                said=message(
                    "{count} points cannot be kept as they came and wait in quarantine.",
                    count=dropped,
                ),
            )
        return Answer(204)


async def _all(*stores: Awaitable[None]) -> None:
    """Wait for all, so that none is under way when the answer goes out; then raise the first."""
    for result in await asyncio.gather(*stores, return_exceptions=True):
        if result is not None:
            raise result


def _prefix(grant: Grant, parameters: dict[str, str]) -> str:
    organisation = parameters.get("org") or parameters.get("orgID") or ""
    if organisation and grant.names and organisation not in grant.names:
        raise Failure(
            404,
            f'organization name "{organisation[:80]}" not found',
            said=message(
                "It names the organisation {name}, which is not that of its token.",
                name=shown(organisation),
            ),
        )
    bucket = parameters.get("bucket", "")
    if not bucket:
        raise Failure(404, "bucket not found", said=message("It names no bucket."))
    if grant.buckets is not None:
        if bucket not in grant.buckets:
            # 404 would be truer if it does not exist at all, but agents throw data away at 404.
            raise Failure(
                403,
                "insufficient permissions for write",
                said=message("Its token may not write to the bucket {name}.", name=shown(bucket)),
            )
        return grant.buckets[bucket]
    try:
        return tag_path(bucket)
    except BadReading as error:
        raise Failure(400, str(error)) from error


def understood(
    data: bytes,
    precision: Precision,
    now_ns: int,
    prefix: str,
    origin: Origin,
    most_series: int,
    names: TagMap | None = None,
) -> tuple[list[Message], list[Quarantined], int]:
    """Return what is to be stored and what is to be looked at, and how many points both are.

    Raises `Failure` 400 if a line cannot be read, and 413 if there are too many series.
    """
    try:
        points = parse(data, precision, now_ns)
    except BadLines as error:
        why = shown(str(error), MOST_WORDS)
        said = message("What it sends cannot be read: {why}", why=why)
        raise Failure(400, str(error), said=said) from error
    if len(points.series) > most_series:
        raise Failure(413, TOO_LARGE)
    found = of_points(points, prefix, origin, instead(names))
    quarantined = [
        _quarantined(points, reason, np.flatnonzero(mask).tolist(), prefix, origin)
        for reason, mask in found.dropped
        if mask.any()
    ]
    return messages(named(found.rows, names), origin), quarantined, len(points)


def _quarantined(
    points: Points, reason: str, places: list[int], prefix: str, origin: Origin
) -> Quarantined:
    return Quarantined(
        origin.organisation,
        origin.source,
        origin.received_us,
        reason,
        len(places),
        with_prefix(prefix, to_lines(points, places)),
    )
