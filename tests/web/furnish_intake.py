"""What came in from machines, for the pages of the data intake; sent as others send."""

import asyncio
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.utils import timezone

from deungdae import bus
from deungdae.gateway.sinks import Message, Quarantined
from deungdae.gateway.writing.sink import BusSink
from deungdae.lake.telemetry import SCHEMA
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.plant.actions.sources import MakeSource
from deungdae.web.plant.models import Agent, ClockShift, Episode, Tag
from deungdae.web.plant.operations.spans import HOUR_US, MINUTE_US, SECOND_US, microseconds

LONG = "사출 2호기 형체력·실린더 온도 수집용 현장 컴퓨터(2공장 3라인 끝, 임시)"
PROBLEM = {"template": "The machine does not answer: {why}.", "values": {"why": "timed out"}}


def intake(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation; return pages by their kinds."""
    site = Site.objects.within(everything).get(organisation=organisation, main=True)
    source, _ = MakeSource(
        scope=everything, organisation=organisation, site=site, name="Telegraf", bucket="plant",
        prefix="라인5",
    ).perform()  # fmt: skip
    now = timezone.now()
    now_us = microseconds(now)
    minutes = [n for n in range(24 * 60) if not 300 < n < 420]
    times = [now_us - n * MINUTE_US for n in minutes]
    asyncio.run(_send(str(organisation.public_id), source.source, times))
    agent = Agent.objects.create(
        organisation=organisation, site=site, name=LONG, edge="hanbit-2", number=4,
        joined_at=now - timedelta(days=3),
    )  # fmt: skip
    for path, origin in (("라인5/오븐/온도", source.source), ("라인2/사출2/온도", agent.edge)):
        Tag.objects.create(
            organisation=organisation, site=site, origin=origin, path=path, expected_seconds=60
        )
    for what, hours, subject, about in (
        ("unreachable", 20, "사출2", {"problem": PROBLEM}),
        ("lost", 9, "사출2:overflow_oldest", {}),
        ("machine_clock", 5, "사출2", {"by_us": HOUR_US}),
    ):
        Episode.objects.create(
            organisation=organisation, edge=agent.edge, what=what, subject=subject, about=about,
            began_at=now - timedelta(hours=hours), ended_at=now - timedelta(hours=hours - 2),
        )  # fmt: skip
    ClockShift.objects.create(
        organisation=organisation, source=source.source, prefix="라인5/냉각", shift_us=9 * HOUR_US
    )
    _tell(organisation, agent, now_us)
    return {
        "intake_agent": f"/plant/intake/sources/{agent.public_id}/",
        "intake_program": f"/plant/intake/sources/{source.public_id}/?days=7",
        "intake_group": "/plant/intake/quarantine/group/?reason=time_out_of_range&source="
        + source.source,
        "intake_repair": f"/plant/intake/clocks/repair/?shift=%2B09:00&source={source.source}",
    }


async def _send(organisation: str, source: str, times: list[int]) -> None:
    """Put points on the bus as the gateway does, and something that is to be held back."""
    points = pa.table(
        {
            "organisation": [organisation] * len(times),
            "source": [source] * len(times),
            "tag": ["라인5/오븐/온도"] * len(times),
            "time": times,
            "received": times,
            "value": [181.5] * len(times),
            "text": pa.nulls(len(times), pa.string()),
            "kind": pa.array([0] * len(times), pa.int8()),
            "quality": pa.array([192] * len(times), pa.int16()),
            "flag": pa.array([0] * len(times), pa.int8()),
        }
    )
    body = pa.BufferOutputStream()
    with pa.ipc.new_stream(body, SCHEMA) as writer:
        writer.write_table(points.cast(SCHEMA))
    odd = '오븐 온도=181.5,문="열림" 1795348800000000000'.encode()
    async with await bus.Connection.open(bus.address(settings.BUS), "tests") as connection:
        sink = BusSink(connection)
        batch = Message(organisation, source, "1", len(times), bytes(body.getvalue()))
        await sink.store(batch)
        held = Quarantined(organisation, source, times[0], "time_out_of_range", 1, odd)
        await sink.quarantine(held)
        await sink.close()


def _tell(organisation: Any, agent: Agent, now_us: int) -> None:
    """What the agent would tell of itself, with all that may be wrong."""
    document = {
        "applied": 3, "version": "0.9.0", "host": "DESKTOP-7AF2",
        "waiting": 18_233, "waiting_bytes": 1_800_000, "oldest_us": now_us - 2 * HOUR_US,
        "drivers": [
            {"name": "사출1", "kind": "opcua", "taken": 1_204_331, "last_us": now_us - SECOND_US,
             "problem": None, "source_lag_us": 9 * HOUR_US},
            {"name": "사출2", "kind": "modbus", "taken": 88_123, "last_us": now_us - HOUR_US,
             "problem": PROBLEM, "source_lag_us": 200 * SECOND_US},
        ],
        "losses": [{"source": "사출2", "reason": "overflow_oldest", "readings": 41_233,
                    "first_us": now_us - 9 * HOUR_US, "last_us": now_us - 7 * HOUR_US}],
    }  # fmt: skip
    name = str(organisation.public_id)
    status = bus.Status(name, agent.edge, now_us, clock_error_us=95 * SECOND_US, document=document)
    line.put(bus.STATUS, status, name, agent.edge)
