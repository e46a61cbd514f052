"""What was held back is replayed once its reason is gone, by who asks for it, and for him alone."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from history_site import TOKEN, HistorySite, now_us
from points_for_tests import body, rows
from sparkplug_edge import by_alias

from deungdae import bus
from deungdae.bus import Refusal
from deungdae.gateway.sparkplug.outcomes import Refusal as RefusedMetrics
from deungdae.gateway.sparkplug.payloads import Payload, encode, metric
from deungdae.gateway.sparkplug.values import DataType

OURS, THEIRS = "가온정밀", "누리사출"
LONG = "a" * 300  # no part of a path has more than 255 bytes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("site"), gateway=True) as site:
        yield site


def until(true: Callable[[], Any]) -> Any:
    end = time.monotonic() + 20
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def replay(site: HistorySite, organisation: str = OURS, **which: Any) -> dict[str, Any]:
    found: dict[str, Any] = site.ask("replay", organisation, topic="gateway", **which)
    return found


def values(site: HistorySite, tag: str) -> list[Any]:
    points = site.ask("latest", OURS, tags=[tag])["points"]
    return [point["value"] for point in points]


def test_lines_are_replayed_after_the_map_of_their_source_was_put_right(site: HistorySite) -> None:
    assert site.gateway is not None
    site.bus.run(site.gateway.let_in(OURS, "telegraf"))
    answer = httpx.post(
        f"{site.url}/api/v2/write?org=o&bucket=line7",
        content=f"press,name={LONG} force=12.5\npress,name=short force=1\n",
        headers={"Authorization": f"Token {TOKEN}"},
    )
    assert answer.status_code == 422
    (group,) = until(lambda: site.ask("quarantine_groups", OURS)["groups"])
    assert (group["source"], group["reason"], group["points"]) == ("telegraf", "tag_length", 1)
    assert replay(site) == {"replayed": 0, "still_held": 1, "points": 0, "next": None}
    (entry,) = site.ask("quarantine", OURS)["entries"]
    (name,) = entry["names"]  # as it would be; this is what the map must name
    assert name == f"line7/press/name={LONG}/force"
    named = bus.TagMap(OURS, "telegraf", {name: "line7/press/force"})
    site.bus.run(site.gateway.registry.maps.put(named, OURS, "telegraf"))
    assert replay(site, reason="tag_length") == {
        "replayed": 1,
        "still_held": 0,
        "points": 1,
        "next": None,
    }
    assert until(lambda: values(site, "line7/press/force")) == [12.5]
    assert site.ask("quarantine_groups", OURS)["groups"] == []
    hour = now_us() - 3 * 3_600_000_000
    books = until(
        lambda: [
            row
            for row in site.ask("ledger", OURS, start=hour, end=now_us() + 1)["hours"]
            if row["source"] == "telegraf" and row["stored"] == 2
        ]
    )
    total = {name: sum(row[name] for row in books) for name in ("received", "quarantined")}
    assert total == {"received": 3, "quarantined": 1}
    assert sum(row["replayed"] for row in books) == 1


def test_sparkplug_metrics_that_say_what_they_are_are_replayed(site: HistorySite) -> None:
    assert site.gateway is not None
    group = bus.SparkplugGroup(OURS, "2공장", "spb", "공장2")

    async def register() -> None:
        groups = await bus.Mirror.open(site.bus.connection, bus.SPARKPLUG)
        await groups.put(group, "2공장")
        await groups.close()

    site.bus.run(register())
    now_ms = now_us() // 1000
    named = Payload(now_ms, (metric("압력", DataType.INT16, -5, alias=2),))
    alone = Payload(now_ms, (by_alias(2, DataType.INT16, 7),))
    for payload, reason in ((named, "no_birth"), (alone, "unknown_alias")):
        refused = RefusedMetrics("spBv1.0/2공장/DDATA/사출1/금형", reason, 1, encode(payload))
        site.hold(OURS, "spb", now_us(), reason, refused.body())
    result = until(lambda: (r := replay(site, source="spb"))["points"] and r)
    assert (result["replayed"], result["still_held"]) == (1, 1)
    assert until(lambda: values(site, "공장2/2공장/사출1/금형/압력")) == [-5]


def test_a_message_of_the_bus_is_replayed_only_for_whom_it_belongs_to(site: HistorySite) -> None:
    mine = body(rows(0, 3, organisation=OURS, source="plc", tag="라인9/사출1/온도"))
    theirs = body(rows(0, 3, organisation=THEIRS, source="plc", tag="라인9/사출1/온도"))
    site.hold(OURS, "plc", now_us(), "unreadable_message", mine, 3)
    site.hold(OURS, "plc", now_us(), "unreadable_message", theirs, 3)
    site.hold(THEIRS, "plc", now_us(), "unreadable_message", b"no points", 3)
    assert replay(site, source="plc") == {"replayed": 1, "still_held": 1, "points": 3, "next": None}
    assert until(lambda: values(site, "라인9/사출1/온도")) == [2.0]
    assert site.ask("latest", THEIRS)["points"] == []
    (waits,) = site.ask("quarantine", THEIRS)["entries"]
    assert waits["points"] == 3


def test_a_gap_and_nonsense_stay_where_they_are(site: HistorySite) -> None:
    for reason, text in (("gap", b'{"edge": "e", "after": 1, "before": 3}'), ("odd", b"\xff\xfe")):
        site.hold(OURS, "e", now_us(), reason, text, 0)
    assert replay(site, source="e")["still_held"] == 2
    with pytest.raises(Refusal, match="no parameter organisations"):
        replay(site, organisations=[THEIRS])


def test_a_clock_is_repaired_after_all_that_came_before_is_stored(site: HistorySite) -> None:
    assert site.gateway is not None
    site.bus.run(site.gateway.let_in(OURS, "plc-9"))
    begin = now_us() // 1_000_000
    for turn in range(5):
        lines = "".join(f"press heat={n} {begin + 9 * 3600 + turn * 20 + n}\n" for n in range(20))
        answer = httpx.post(
            f"{site.url}/api/v2/write?org=o&bucket=line9&precision=s",
            content=lines,
            headers={"Authorization": f"Token {TOKEN}"},
        )
        assert answer.status_code == 204
    # At once, though the writer has hardly begun with what was acknowledged.
    done = site.ask(
        *("clock_repair", OURS),
        source="plc-9",
        shift_us=-9 * 3_600_000_000,
        before_us=now_us() + 1,
    )
    assert (done["points"], done["duplicates"]) == (100, 0)
    (point,) = site.ask("latest", OURS, tags=["line9/press/heat"])["points"]
    assert (point["time"], point["flag"]) == ((begin + 99) * 1_000_000, 2)
