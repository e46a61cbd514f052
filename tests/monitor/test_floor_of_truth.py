"""A simulated machine of known truth, through history and monitor: what it did and made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from machine_of_truth import S, Truth
from monitor_site import MonitorSite

from deungdae.monitor.floor import Floor

OURS = "가온정밀"
T = 1_795_392_000 * S  # 2026-11-23 00:00:00 UTC, 09:00 in Seoul, a Monday
HOUR = 3_600
NOW = T + 4 * HOUR * S
STOPS = ((600, 780), (3000, 3100), (5000, 6800), (9000, 9090), (12000, 12400))
TRUTH = Truth(T, 4 * HOUR, STOPS)
CALENDAR = {
    "name": "주간",
    "time_zone": "Asia/Seoul",
    "day_cut": 480,
    "country": None,
    "versions": [
        {
            "since": "2026-01-01",
            "pattern": {
                "shifts": [{"name": "주간", "start": 540, "end": 1080, "breaks": [[720, 780]]}],
                "week": [["주간"]] * 7,
            },
        }
    ],
}


def machine(*signals: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "사출 1호기", "kind": "machine", "signals": list(signals), **more}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    folder = tmp_path_factory.mktemp("floor")
    floor = Floor()
    with MonitorSite(folder, [floor], now_us=lambda: NOW) as place:
        place.store(OURS, "plc", "line1/imm1/shots", TRUTH.counter())
        place.store(OURS, "plc", "line1/imm1/current", TRUTH.current())
        place.put_calendar(OURS, "day", CALENDAR)
        place.put_asset(
            OURS,
            "counted",
            machine(
                {"role": "counter", "tag": "line1/imm1/shots"},
                calendar="day",
                ideal_seconds=24.0,
                hour_cost=36000,
                plan=[{"day": "2026-11-23", "shift": "주간", "count": 1200}],
            ),
        )
        place.put_asset(
            OURS, "sensed", machine({"role": "load", "tag": "line1/imm1/current"}, calendar="day")
        )
        place.until(lambda: {(OURS, "counted"), (OURS, "sensed")} <= set(floor.hall.now))
        yield place


def now(site: MonitorSite) -> dict[str, Any]:
    found: dict[str, Any] = site.ask("now", OURS, topic="monitor")["assets"]
    return found


def asset(site: MonitorSite, name: str, **more: Any) -> dict[str, Any]:
    told = {"asset": name, "start": T, "end": NOW, **more}
    found: dict[str, Any] = site.ask("asset", OURS, topic="monitor", **told)
    return found


def test_a_clean_counter_tells_running_from_standing_and_counts_each_part(
    site: MonitorSite,
) -> None:
    found = asset(site, "counted")
    assert TRUTH.f1(found["spans"]) >= 0.99
    assert TRUTH.missed(found["spans"]) == []
    assert sum(piece[2] for piece in found["made"]) == len(TRUTH.made)
    assert found["counts"]["produced"] == len(TRUTH.made)
    assert found["cycles"]["typical"] == pytest.approx(24.0, abs=0.7)


def test_one_noisy_current_tells_running_from_standing(site: MonitorSite) -> None:
    found = asset(site, "sensed")
    assert TRUTH.f1(found["spans"]) >= 0.99
    assert TRUTH.missed(found["spans"]) == []
    assert found["figures"]["availability"] is not None
    assert found["figures"]["oee"] is None, "nobody counts: speed and quality are not known"


def test_the_figures_of_the_shift_are_those_of_its_planned_time(site: MonitorSite) -> None:
    [shift] = site.ask("shifts", OURS, topic="monitor", asset="counted", start=T, end=NOW)["shifts"]
    # Of 4 hours, the hour from 12 to 13 is a break: planned are 3 hours. Stops in them: 180, 100,
    # 1800, 90; the one from 12000 to 12400 lies in the break.
    assert shift["waterfall"]["planned"] == 3 * HOUR
    stood = 180 + 100 + 1800 + 90
    assert shift["figures"]["availability"] == pytest.approx(1 - stood / (3 * HOUR), abs=0.01)
    assert shift["figures"]["known"] == pytest.approx(1.0, abs=0.01)
    assert shift["figures"]["quality"] == 1.0
    assert shift["lost_cost"] == pytest.approx(
        (3 * HOUR - shift["waterfall"]["productive"]) * 10, rel=0.01
    )
    assert (shift["name"], shift["day"], shift["final"]) == ("주간", "2026-11-23", False)
    assert shift["plan"] == 1200


def test_now_says_what_it_does_since_when_and_what_is_to_be_expected(site: MonitorSite) -> None:
    found = now(site)["counted"]
    assert found["state"] == "running"
    assert found["since"] == pytest.approx(T + 12400 * S, abs=30 * S)
    assert found["counts"]["produced"] == len(TRUTH.made)
    # 3 of 8 planned hours have passed.
    assert found["plan_now"] == 450
    assert found["shift"]["planned_s"] == 8 * HOUR
    planned = sum(at < 3 * HOUR for at in TRUTH.made)
    assert found["forecast"] == pytest.approx(len(TRUTH.made) + 5 * planned / 3, rel=0.01)
    assert not found["scrap_known"], "nobody told of bad parts: quality 1 says no more than that"
    # Only the stop of half an hour is longer than five minutes and lies in planned time.
    assert found["waiting_stops"] == 1


def test_a_said_reason_names_the_stop_it_overlaps_and_unsaid_leaves_it_waiting(
    site: MonitorSite,
) -> None:
    told = {"id": "s1", "asset": "counted", "state": "setup", "reason": "mold"}
    when = {"start": T + 5050 * S, "end": T + 6700 * S}
    assert site.ask("say_stop", OURS, topic="monitor", revision=1, **told, **when) == {"ok": True}
    found = asset(site, "counted")
    named = [span for span in found["spans"] if span[4] == "s1"]
    [span] = named
    assert span[2:4] == ["setup", "mold"]
    assert span[0] == pytest.approx(T + 5000 * S, abs=30 * S)
    assert found["pareto"][0][0] == "mold"
    waiting = {"start": T, "end": NOW, "waiting": True, "assets": ["counted"]}
    assert site.ask("stops", OURS, topic="monitor", **waiting) == {"stops": []}
    # An older word does not undo a newer one; said again it counts once.
    site.ask("say_stop", OURS, topic="monitor", revision=0, **{**told, "reason": "old"}, **when)
    assert [span[3] for span in asset(site, "counted")["spans"] if span[4]] == ["mold"]
    lacks = site.ask("said_unknown", OURS, topic="monitor", stops=[["s1", 1], ["s2", 0]], scrap=[])
    assert lacks == {"stops": ["s2"], "scrap": []}
    site.ask("unsay", OURS, topic="monitor", id="s1", revision=2)
    [stop] = site.ask("stops", OURS, topic="monitor", **waiting)["stops"]
    assert stop[0] == "counted" and stop[3] == "stopped"


def test_scrap_that_people_counted_lowers_the_quality(site: MonitorSite) -> None:
    told = {"asset": "counted", "at": T + 100 * S, "kind": "scrapped"}
    site.ask("say_scrap", OURS, topic="monitor", id="w", revision=1, count=7, reason="burr", **told)
    [shift] = site.ask("shifts", OURS, topic="monitor", asset="counted", start=T, end=NOW)["shifts"]
    assert shift["counts"]["scrapped"] == 7 and shift["scrap"] == [["burr", 7]]
    assert shift["figures"]["quality"] == pytest.approx(1 - 7 / len(TRUTH.made), abs=0.002)
    site.ask("unsay", OURS, topic="monitor", id="w", revision=2)


def test_roles_are_proposed_from_names_and_from_data(site: MonitorSite) -> None:
    found = site.ask("propose", OURS, topic="monitor", paths=["line1"])
    by_tag = {each["tag"]: each for each in found["tags"]}
    assert by_tag["line1/imm1/shots"]["role"] == "counter"
    assert by_tag["line1/imm1/shots"]["sure"] > 0.9
    assert by_tag["line1/imm1/current"]["role"] == "load"
    assert found["assets"][0]["path"] == "line1/imm1"


def test_a_calendar_is_tried_before_it_is_kept(site: MonitorSite) -> None:
    told = {"calendar": CALENDAR, "start": T, "end": T + 24 * HOUR * S}
    periods = site.ask("periods", OURS, topic="monitor", **told)["periods"]
    assert [(row[2], (row[1] - row[0]) // S // HOUR) for row in periods] == [
        (True, 3),
        (False, 1),
        (True, 5),
    ]
    assert "4조3교대" in site.ask("presets", OURS, topic="monitor")["presets"]


def test_nobody_sees_the_machines_of_another(site: MonitorSite) -> None:
    assert site.ask("now", "누리사출", topic="monitor")["assets"] == {}


def test_the_folder_of_the_monitor_holds_its_databases(site: MonitorSite) -> None:
    assert {file.name for file in Path(site.home / "monitor").glob("*.sqlite")} == {
        "floor.sqlite",
        "outbox.sqlite",
    }
