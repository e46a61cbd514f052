"""Values of machines for the live page and the history, in every state that a value can have."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.conf import settings
from live_places import MOVING

from deungdae import bus
from deungdae.gateway.sinks import Message
from deungdae.gateway.writing.sink import BusSink
from deungdae.lake.telemetry import SCHEMA
from deungdae.web.companies.models import Site
from deungdae.web.core.scope import Scope
from deungdae.web.plant.models import Tag

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
LONG = "1호 라인/사출 2호기(2공장 3라인 끝, 임시)/히터 존 3 실린더 온도 상한 경보 설정값"
RUNS, LOT = "1호 라인/사출 1호기/가동", "1호 라인/사출 1호기/로트"
DEW, DRY, FLOW = (f"2호 라인/건조기/{name}" for name in ("이슬점", "온도", "유량"))
PATIENT = 86_400.0  #: seconds; fresh whatever a slow machine does meanwhile
DESCRIBED = {
    MOVING: ("℃", PATIENT, ""),
    LONG: ("℃", PATIENT, "히터 존 3 상한"),
    RUNS: ("", PATIENT, ""),
    LOT: ("", PATIENT, ""),
    DEW: ("℃", PATIENT, ""),
    DRY: ("℃", PATIENT, ""),
    FLOW: ("m³/h", PATIENT, ""),
    "3호 라인/검사기/불량 수": ("개", 60.0, ""),
}


def live(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation; return pages by their kinds."""
    now = time.time_ns() // 1000
    name = str(organisation.public_id)
    day = [n * 10 * MINUTE for n in range(144) if not 60 < n < 80]
    rows = [
        *(_row(MOVING, now - at, 210.0 + at // MINUTE % 7 / 2) for at in day),
        *(_row(LONG, now - at, 41.125) for at in day),
        *(_row(RUNS, now - at, at // HOUR % 5 > 0) for at in day),
        *(_row(LOT, now - 8 * HOUR * n, f"L26{n}-1호 금형 교체 후 첫 로트") for n in range(4)),
        _row(DEW, now - 9 * HOUR, -41.2, received=now),
        _row(DRY, now, 80.0, quality=0),
        _row(FLOW, now, 12.5, quality=64),
        *(_row(f"3호 라인/검사기/{n}번 카메라", now - 3 * DAY, float(n)) for n in range(4)),
    ]
    asyncio.run(_send(name, rows))
    site = Site.objects.within(everything).get(organisation=organisation, main=True)
    for path, (unit, seconds, label) in DESCRIBED.items():
        Tag.objects.create(
            organisation=organisation, site=site, path=path, unit=unit, label=label,
            expected_seconds=seconds,
        )  # fmt: skip
    asked = "&".join(f"tag={path}" for path in (MOVING, LOT, LONG))
    return {"history": f"/plant/history/?{asked}&span=24h", "organisation": name}


def _row(tag: str, time_us: int, value: float | bool | str, **more: int) -> dict[str, Any]:
    text = isinstance(value, str)
    return {
        "tag": tag, "time": time_us, "received": time_us, "quality": 192, "flag": 0,
        "value": None if text else float(value), "text": value if text else None,
        "kind": 3 if text else 2 if isinstance(value, bool) else 0, "source": "live", **more,
    }  # fmt: skip


async def _send(organisation: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put points on the bus as the gateway does."""
    told = [{"organisation": organisation, **row} for row in rows]
    times = ("time", "received")
    plain = pa.schema([f.with_type(pa.int64()) if f.name in times else f for f in SCHEMA])
    points = pa.Table.from_pylist(told, schema=plain).cast(SCHEMA)
    body = pa.BufferOutputStream()
    with pa.ipc.new_stream(body, SCHEMA) as writer:
        writer.write_table(points)
    async with await bus.Connection.open(bus.address(settings.BUS), "tests") as connection:
        sink = BusSink(connection)
        data = bytes(body.getvalue())
        await sink.store(Message(organisation, "live", "live-1", points.num_rows, data))
        await sink.close()
