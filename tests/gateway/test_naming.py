"""Tag maps on the way in: names become paths, and a clock that is wrong is put right."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from bus_for_tests import within
from door_for_tests import EDGE_ID, NOW_US, ORGANISATION, TOKEN, Place, a_door

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.gateway.naming import named
from deungdae.gateway.telemetry import Origin, of_readings
from deungdae.records.batches import Batch
from deungdae.records.readings import LATEST_US, Reading, tag_path

HOURS = 3_600_000_000
LAG = 9 * HOURS
MELT, COUNT = tag_path("line3/imm1/melt"), tag_path("line3/imm1/count")
OTHER = tag_path("line31/imm1/melt")
ORIGIN = Origin(ORGANISATION, EDGE_ID, NOW_US)


def a_map(*shifts: bus.Shift, **paths: str) -> bus.TagMap:
    return bus.TagMap(ORGANISATION, EDGE_ID, dict(paths), shifts=list(shifts))


def rows(*readings: Reading, names: bus.TagMap | None, error_us: int = 0) -> list[dict[str, Any]]:
    batch = named(of_readings(readings, ORIGIN), names, error_us)
    times = batch.set_column(3, "time", batch["time"].cast(pa.int64()))
    return list(times.to_pylist())


def seen(*readings: Reading, names: bus.TagMap, error_us: int = 0) -> list[tuple[str, int, int]]:
    """Tag, time and flag of what becomes of readings."""
    found = rows(*readings, names=names, error_us=error_us)
    return [(row["tag"], row["time"], row["flag"]) for row in found]


def test_a_name_becomes_its_path_and_others_keep_theirs() -> None:
    names = a_map(**{MELT: "라인3/사출1/온도"})
    readings = Reading(COUNT, 1, 5), Reading(MELT, 2, 231.5), Reading(MELT, 3, 232.0)
    assert seen(*readings, names=names) == [
        (COUNT, 1, 0),
        ("라인3/사출1/온도", 2, 0),
        ("라인3/사출1/온도", 3, 0),
    ]
    assert [row["value"] for row in rows(*readings, names=names)] == [5.0, 231.5, 232.0]
    assert rows(*readings, names=None)[0]["tag"] == COUNT


def test_two_names_may_become_one_path() -> None:
    names = a_map(**{MELT: "line3/imm1/count"})
    batch = named(of_readings([Reading(MELT, 1, 1.0), Reading(COUNT, 2, 2)], ORIGIN), names)
    assert batch["tag"].dictionary.to_pylist() == [COUNT]
    assert batch["tag"].to_pylist() == [COUNT, COUNT]


def test_a_path_that_is_none_loses_no_points() -> None:
    names = a_map(**{MELT: "line3//melt", COUNT: "a\x00"})
    assert seen(Reading(MELT, 1, 1.0), Reading(COUNT, 2, 2), names=names) == [
        (MELT, 1, 0),
        (COUNT, 2, 0),
    ]


def test_a_shift_moves_what_is_below_its_prefix_and_says_so() -> None:
    names = a_map(bus.Shift("line3", LAG, from_us=0))
    times = [Reading(tag, NOW_US - LAG, 1.0, received_us=NOW_US) for tag in (MELT, COUNT, OTHER)]
    assert seen(*times, names=names) == [
        (MELT, NOW_US, 2),
        (COUNT, NOW_US, 2),
        (OTHER, NOW_US - LAG, 0),
    ]
    found = rows(times[0], names=names)[0]
    assert found["received"].timestamp() * 1e6 == NOW_US, "when it came is not touched"


def test_the_longest_prefix_counts_even_if_it_shifts_nothing() -> None:
    names = a_map(
        bus.Shift(COUNT, 0, from_us=0), bus.Shift("", LAG, from_us=0), bus.Shift(MELT, 7, 0)
    )
    readings = [Reading(tag, 100, 1.0, received_us=100) for tag in (MELT, COUNT, OTHER)]
    assert seen(*readings, names=names) == [(MELT, 107, 2), (COUNT, 100, 0), (OTHER, LAG + 100, 2)]


def test_a_shift_counts_for_what_was_received_in_its_time() -> None:
    names = a_map(bus.Shift("", LAG, from_us=NOW_US, until_us=NOW_US + 10))
    received = [NOW_US - 1, NOW_US, NOW_US + 9, NOW_US + 10]
    readings = [Reading(MELT, 5, 1.0, received_us=us) for us in received]
    assert [flag for _, _, flag in seen(*readings, names=names)] == [0, 2, 2, 0]
    # An agent whose own clock is ahead says later times: they are read by ours.
    late = [
        reading._replace(received_us=(reading.received_us or 0) + HOURS) for reading in readings
    ]
    assert [flag for _, _, flag in seen(*late, names=names, error_us=HOURS)] == [0, 2, 2, 0]


def test_a_shift_out_of_all_time_shifts_nothing() -> None:
    names = a_map(bus.Shift("", LATEST_US, from_us=0))
    assert seen(Reading(MELT, NOW_US, 1.0), names=names) == [(MELT, NOW_US, 0)]
    names = a_map(bus.Shift("", -(1 << 80), from_us=-(1 << 80), until_us=1 << 80))
    assert seen(Reading(MELT, NOW_US, 1.0), names=names) == [(MELT, NOW_US, 0)]


async def _kept(place: Place) -> list[tuple[str, int, int]]:
    found = []
    for message in place.kept.messages:
        table = pa.ipc.open_stream(message.body).read_all()
        times = table.column("time").cast(pa.int64()).to_pylist()
        tags, flags = table.column("tag").to_pylist(), table.column("flag").to_pylist()
        found += list(zip(tags, times, flags, strict=True))
    place.kept.messages.clear()
    return found


def test_both_ways_in_heed_the_map_as_soon_as_it_is_on_the_bus(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            token = bus.Token(ORGANISATION, EDGE_ID, ["edge", "write"], edge=EDGE_ID)
            await place.registry.tokens.put(token, digest(TOKEN))
            telegraf = "plant/imm/asset=a2,line=l1/melt"
            paths = {telegraf: "line1/a2/melt"}
            names = bus.TagMap(ORGANISATION, EDGE_ID, paths, shifts=[bus.Shift("", LAG, NOW_US)])
            batch = Batch(EDGE_ID, 1, NOW_US, (Reading(MELT, NOW_US - LAG, 1.0),)).encode()
            line = f"imm,line=l1,asset=a2 melt=231.5 {(NOW_US - LAG) * 1000}"
            url = "/api/v2/write?bucket=plant"
            assert (await place.client.post(url, content=line)).status_code == 204
            await place.registry.maps.put(names, ORGANISATION, EDGE_ID)
            assert (await place.client.post(url, content=line)).status_code == 204
            assert (await place.client.post("/edge/v1/batches", content=batch)).is_success
            assert await _kept(place) == [
                (telegraf, NOW_US - LAG, 0),
                ("line1/a2/melt", NOW_US, 2),
                (MELT, NOW_US, 2),
            ]

    within(30, work())
