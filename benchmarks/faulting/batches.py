"""The points of the drill: batch number n holds points whose times and values follow from n."""

import pyarrow as pa

from deungdae.gateway.sinks import Message, Quarantined
from deungdae.gateway.telemetry import WIRE

START_US = 1_764_590_400_000_000  #: 2025-12-01 12:00 UTC: every day of the drill is closed
SIZE = 20  #: points in a batch
ORGANISATION, SOURCE = "등대전자", "drill"
_TIME = pa.timestamp("us", tz="UTC")


def batch(number: int, name: str | None = None) -> Message:
    """Return a batch; the same points may travel under another name."""
    first = number * SIZE

    def same(word: str) -> pa.Array:
        return pa.array([word] * SIZE, pa.string()).dictionary_encode()

    rows = pa.Table.from_arrays(
        [
            *(same(ORGANISATION), same(SOURCE), same(f"line1/machine{number % 7}/value")),
            pa.array([START_US + (first + i) * 1_000_000 for i in range(SIZE)], _TIME),
            pa.array([START_US + number * 1_000] * SIZE, _TIME),
            pa.array([float(first + i) for i in range(SIZE)]),
            pa.nulls(SIZE, pa.string()),
            pa.array([0] * SIZE, pa.int8()),
            pa.array([192] * SIZE, pa.int16()),
            pa.array([0] * SIZE, pa.int8()),
        ],
        schema=WIRE,
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, WIRE) as writer:
        writer.write_table(rows)
    body = bytes(sink.getvalue().to_pybytes())
    return Message(ORGANISATION, SOURCE, name or f"drill:{number}", SIZE, body)


def refused(number: int) -> Quarantined:
    """Return something that must be held back, known by its number."""
    text = f"refused {number}".encode()
    return Quarantined(ORGANISATION, SOURCE, START_US + number, "drill", 1, text)
