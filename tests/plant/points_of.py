"""Points whose values are known."""

from datetime import UTC, datetime

import pyarrow as pa

from deungdae.lake.telemetry import SCHEMA

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
NOON = int(datetime(2026, 9, 1, 12, tzinfo=UTC).timestamp()) * SECOND


def made(
    values: list[float | int | bool | str | None],
    *,
    start: int = NOON,
    every: int = SECOND,
    organisation: str = "등대전자",
    tag: str = "line1/press/pressure",
    source: str = "edge-1",
    quality: int = 192,
) -> pa.Table:
    """Points of one tag: `values` one after another, `every` microseconds apart."""
    kinds = [
        3 if isinstance(v, str) else 2 if isinstance(v, bool) else 1 if isinstance(v, int) else 0
        for v in values
    ]
    times = [start + place * every for place in range(len(values))]
    count = len(values)
    return pa.table(
        {
            "organisation": [organisation] * count,
            "source": [source] * count,
            "tag": [tag] * count,
            "time": times,
            "received": [time + SECOND for time in times],
            "value": [None if v is None or isinstance(v, str) else float(v) for v in values],
            "text": [v if isinstance(v, str) else None for v in values],
            "kind": kinds,
            "quality": [quality] * count,
            "flag": [0] * count,
        },
        schema=SCHEMA,
    )
