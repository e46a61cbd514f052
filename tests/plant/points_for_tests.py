"""Points whose number anybody can check: series of equal steps, one value each."""

import pyarrow as pa

from deungdae.gateway.sinks import Message
from deungdae.gateway.telemetry import WIRE

START_US = 1_795_348_800_000_000  #: 2026-11-22 12:00 UTC
TIME = pa.timestamp("us", tz="UTC")


def rows(
    first: int,
    count: int,
    *,
    organisation: str = "등대전자",
    source: str = "telegraf",
    tag: str = "라인1/사출3/온도",
    received_us: int = START_US,
) -> pa.Table:
    """Points number `first` and following of one tag: one each second, their value the number."""

    def same(word: str) -> pa.Array:
        return pa.array([word] * count, pa.string()).dictionary_encode()

    numbers = range(first, first + count)
    return pa.Table.from_arrays(
        [
            *(same(organisation), same(source), same(tag)),
            pa.array([START_US + number * 1_000_000 for number in numbers], pa.int64()).cast(TIME),
            pa.array([received_us] * count, pa.int64()).cast(TIME),
            pa.array([float(number) for number in numbers]),
            pa.nulls(count, pa.string()),
            pa.array([0] * count, pa.int8()),
            pa.array([192] * count, pa.int16()),
            pa.array([0] * count, pa.int8()),
        ],
        schema=WIRE,
    )


def body(table: pa.Table) -> bytes:
    """The rows as they travel."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def message(first: int, count: int, batch: str | None = None, **which: str) -> Message:
    """Points as the endpoints hand them to the sink."""
    table = rows(first, count, **which)  # type: ignore[arg-type]
    organisation, source = (table.column(name)[0].as_py() for name in ("organisation", "source"))
    return Message(organisation, source, batch or f"batch {first}", count, body(table))
