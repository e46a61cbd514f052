"""Where the endpoints put points: on the bus, which confirms after its disk did."""

import hashlib
from collections.abc import Iterator

import pyarrow as pa

from deungdae import bus
from deungdae.bus.server import MAX_PAYLOAD
from deungdae.gateway import sinks
from deungdae.gateway.sinks import Message, Quarantined

MOST_BODY_BYTES = MAX_PAYLOAD - (64 << 10)  #: of one part; the rest is for heads
FULL_SECONDS = 10  #: a full bus empties by the writer, in its own time
AWAY_SECONDS = 2
_PACKED = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)


class BusSink:
    """A `Sink` on the bus. Parts of many callers share messages, and so the flushes of the disk."""

    def __init__(self, connection: bus.Connection) -> None:
        self._points = bus.Grouped(connection, bus.INGEST)
        self._held = bus.Grouped(connection, bus.QUARANTINE)

    async def store(self, message: Message) -> None:
        """Return once the points are durable; raises `Busy` or `Unavailable`."""
        for part in _parts(message):
            await _stored(self._points, part)

    async def quarantine(self, entry: Quarantined) -> None:
        """Return once the entry is durable; raises `Busy` or `Unavailable`."""
        name = hashlib.sha256(f"{entry.received_us}\0{entry.reason}\0".encode() + entry.body)
        body = entry.body[:MOST_BODY_BYTES]
        part = bus.Part(
            entry.organisation,
            entry.source,
            name.hexdigest()[:32],
            entry.points,
            body,
            f"{entry.received_us} {entry.reason}",
        )
        await _stored(self._held, part)

    async def close(self) -> None:
        """Wait for what is under way."""
        await self._points.close()
        await self._held.close()


async def _stored(grouped: bus.Grouped, part: bus.Part) -> None:
    try:
        await grouped.store(part)
    except bus.Full as error:
        raise sinks.Busy(FULL_SECONDS) from error
    except bus.Unavailable as error:
        raise sinks.Unavailable(AWAY_SECONDS) from error


def _parts(message: Message) -> Iterator[bus.Part]:
    if len(message.body) <= MOST_BODY_BYTES or message.points < 2:
        yield bus.Part(
            message.organisation, message.source, message.batch, message.points, message.body
        )
        return
    # Long texts: the same points in halves, which are named so that a repetition finds them again.
    rows = pa.ipc.open_stream(message.body).read_all()
    half = rows.num_rows // 2
    for name, piece in (("a", rows.slice(0, half)), ("b", rows.slice(half))):
        body = _stream(piece)
        batch = f"{message.batch}/{name}"
        smaller = Message(message.organisation, message.source, batch, piece.num_rows, body)
        yield from _parts(smaller)


def _stream(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=_PACKED) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue().to_pybytes())
