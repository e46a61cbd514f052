"""Alarms on a real bus with a real history: rules come, values come, people act."""

import math
from pathlib import Path

from alarm_site import HOUR, MINUTE, SECOND, Site, hot, waits

from deungdae import bus
from deungdae.monitor.alarms import Alarms
from deungdae.monitor.point import Point


def test_a_limit_is_told_with_the_reading_and_ends_with_the_last_word(site: Site) -> None:
    noon = site.clock.now
    hot(site)
    site.comes("a/hot", 9.5)
    assert site.standing() == []
    site.comes("a/hot", 10.5)
    (one,) = site.standing()
    raised = site.clock.now
    assert (one["occurrence"], one["state"], one["since"]) == ("hot:1", "unacknowledged", raised)
    assert one["what"] == {
        "template": "{value}: above {limit}.",
        "values": {"value": "10.5 °C", "limit": "10 °C"},
    }
    (told,) = site.told("hot")
    assert (told["what"], told["to"], told["due"]) == ("alarm", "default", raised)
    assert (told["action"], told["page"]) == ("call Kim", "/alarms/hot/1/")
    site.comes("a/hot", 9.5)  # within the deadband: it still stands
    assert [one["state"] for one in site.standing()] == ["unacknowledged"]
    site.comes("a/hot", 8.9)
    assert [one["state"] for one in site.standing()] == ["returned"]
    done = site.asked("alarm_do", occurrences=["hot:1"], event="acknowledge", by="김")["done"]
    assert done == [{"rule": "hot", "number": 1, "state": "normal"}]
    assert site.standing() == []
    (past,) = site.asked("alarm_history", start=noon, end=site.clock.now + 1)["alarms"]
    assert (past["acknowledged_by"], past["gone"]) == ("김", raised + 2 * SECOND)
    judged = site.asked("alarm_judge", occurrence="hot:1", verdict="false")["alarm"]
    assert judged["verdict"] == "false"
    assert len(site.told("hot")) == 1


def test_the_history_of_one_machine_is_not_crowded_out_by_others(site: Site) -> None:
    noon = site.clock.now
    for machine in ("imm1", "imm2"):
        site.rule(machine, kind="limits", tag=machine, asset=machine, condition={"high": 10})
    site.comes("imm1", 11.0)
    for _ in range(3):
        site.comes("imm2", 11.0)
        site.comes("imm2", 5.0)
        site.asked("alarm_do", occurrences=[site.standing()[0]["occurrence"]], event="acknowledge")
    span = {"start": noon, "end": site.clock.now + 1}
    mine = site.asked("alarm_history", asset="imm1", limit=2, **span)
    assert ([one["rule"] for one in mine["alarms"]], mine["more"]) == (["imm1"], False)
    many = site.asked("alarm_history", asset="imm2", limit=2, **span)
    assert ([one["rule"] for one in many["alarms"]], many["more"]) == (["imm2", "imm2"], True)
    none = site.asked("alarm_history", asset="imm1", rule="imm2", **span)
    assert none["alarms"] == []


def test_a_second_tap_does_not_silence_what_nobody_saw(site: Site) -> None:
    hot(site)
    for number in (1, 2):
        site.comes("a/hot", 11.0)
        site.asked("alarm_do", occurrences=["hot:1"], event="acknowledge", by="김")
        waiting = ["acknowledged", "unacknowledged"][number - 1]
        assert [one["state"] for one in site.standing()] == [waiting]
        site.comes("a/hot", 5.0)
    site.asked("alarm_do", occurrences=["hot:2"], event="acknowledge", by="김")
    assert site.standing() == []


def test_points_that_come_late_or_from_a_wrong_clock_change_nothing(site: Site) -> None:
    hot(site)
    site.comes("a/hot", 5.0)
    site.tell(
        site.org, [("a/hot", site.clock.now - HOUR, 99.0), ("a/hot", site.clock.now - 1, 98.0)]
    )
    site.tell(site.org, [("a/hot", site.clock.now + HOUR, 97.0)])
    found = site.asked("alarm_rules")["rules"]["hot"]
    assert (found["late"], found["ahead"], found["value"]) == (2, 1, 5.0)
    assert site.standing() == []


def test_what_came_late_or_was_never_heard_is_raised_with_the_next_look_at_the_history(
    site: Site,
) -> None:
    hot(site)
    site.rule("open", kind="one_of", tag="a/door", condition={"values": ["open"]})
    site.comes("a/hot", 5.0)
    began = site.clock.now
    site.comes("a/hot", 6.0, after=10 * SECOND)
    # A spike that came after the newer reading, and a door of which no live value told.
    spike = [(began + 2 * SECOND, 5.0), (began + 3 * SECOND, 15.0), (began + 4 * SECOND, 5.0)]
    site.store(site.org, "plc", "a/hot", [*spike, (site.clock.now, 6.0)])
    site.tell(site.org, [("a/hot", *spike[1])])
    site.store(site.org, "plc", "a/door", [(began + 5 * SECOND, "open")])
    assert site.standing() == []
    site.clock.now += MINUTE
    waits(site, lambda: len(site.standing()) == 2 and len(site.told("hot")) == 1)
    found = {one["rule"]: one for one in site.standing()}
    assert (found["hot"]["since"], found["hot"]["gone"]) == (began + 3 * SECOND, began + 4 * SECOND)
    assert found["hot"]["what"]["values"]["value"] == "15 °C"
    assert (found["open"]["since"], found["open"]["gone"]) == (began + 5 * SECOND, None)
    # Once: what was found stays found.
    site.comes("a/hot", 7.0)
    site.clock.now += MINUTE
    reread = site.alarms._reread_us
    waits(site, lambda: site.alarms._reread_us > reread and not site.alarms._reading)
    assert len(site.told("hot")) == 1


def test_a_state_that_came_and_went_at_once_is_an_alarm(site: Site) -> None:
    site.rule("stop", kind="machine", asset="m", condition={"after_seconds": 60})
    began = site.clock.now
    site.clock.now += 5 * MINUTE
    states = [(0, "running"), (10, "stopped"), (100, "running"), (200, "stopped"), (250, "running")]
    told = [Point("~state/m", began + at * SECOND, state, 0) for at, state in states]
    site.monitor.context.spread(site.org, told)
    waits(site, lambda: bool(site.standing()))
    (one,) = site.standing()
    assert (one["since"], one["gone"]) == (began + 70 * SECOND, began + 100 * SECOND)
    # What was taken for a stop is found to have been none: it ends, though its time is of before.
    site.monitor.context.spread(site.org, [Point("~state/m", began + 290 * SECOND, "stopped", 0)])
    site.clock.now += MINUTE
    waits(site, lambda: len(site.standing()) == 1 and site.standing()[0]["gone"] is None)
    site.monitor.context.spread(site.org, [Point("~state/m", began + 250 * SECOND, "running", 0)])
    waits(site, lambda: site.standing()[0]["gone"] is not None)


def test_a_shelved_alarm_says_nothing_and_comes_back_by_itself(site: Site) -> None:
    hot(site)
    until = site.clock.now + 15 * MINUTE
    site.asked("alarm_do", occurrences=["hot:0"], event="shelve", until=until, by="김")
    site.comes("a/hot", 20.0)
    board = site.asked("alarms")
    assert board["standing"] == 0
    assert [(one["rule"], one["until"]) for one in board["held"]] == [("hot", until)]
    site.clock.now = until
    waits(site, lambda: len(site.told("hot")) == 1)
    assert site.told("hot")[0]["since"] == until


def test_silence_is_found_by_the_time_alone(site: Site) -> None:
    site.rule("quiet", kind="stale", tag="a/beat", condition={"after_seconds": 60})
    site.comes("a/beat", 1)
    last = site.clock.now
    site.clock.now += 61 * SECOND
    waits(site, lambda: bool(site.standing()))
    assert site.standing()[0]["since"] == last + MINUTE
    site.comes("a/beat", 2)
    site.asked("alarm_do", occurrences=["quiet:1"], event="acknowledge")
    assert site.standing() == []


def test_what_came_while_no_monitor_ran_is_found_in_the_history(site: Site) -> None:
    site.rule("door", kind="one_of", tag="a/door", condition={"values": ["open"]})
    site.comes("a/door", "shut")
    began = site.clock.now
    site.end()
    site.store(site.org, "plc", "a/door", [(began + 10 * SECOND, "open"), (began + MINUTE, "shut")])
    site.clock.now += 5 * MINUTE
    site._parts = [Alarms()]
    site.begin(site._parts)
    waits(site, lambda: bool(site.told("door")))
    (one,) = site.standing()
    assert (one["since"], one["gone"]) == (began + 10 * SECOND, began + MINUTE)
    site.asked("alarm_do", occurrences=["door:1"], event="acknowledge")


def test_alarms_of_neighbours_are_one_with_the_first_at_the_head(site: Site) -> None:
    line = {"name": "2라인", "kind": "line"}
    site.put_asset(site.org, "line2", line)
    for place in (1, 2):
        machine = {"name": f"{place}호기", "line": "line2", "order": place}
        site.put_asset(site.org, f"imm{place}", machine)
        site.rule(f"stand{place}", kind="machine", asset=f"imm{place}",
                  condition={"states": ["stopped", "starved"], "after_seconds": 180})  # fmt: skip
    context = site.monitor.context
    began = site.clock.now
    site.clock.now += 200 * SECOND
    context.spread(site.org, [Point("~state/imm1", began, "stopped", 192)])
    waits(site, lambda: len(site.standing()) == 1)
    site.clock.now += 60 * SECOND
    context.spread(site.org, [Point("~state/imm2", began + 60 * SECOND, "starved", 192)])
    waits(site, lambda: len(site.standing()) == 2)
    (incident,) = site.asked("alarms")["incidents"]
    assert [one["rule"] for one in incident["members"]] == ["stand1", "stand2"]
    assert incident["members"][0]["place"] == "2라인 · 1호기"
    assert incident["since"] == began + 180 * SECOND
    # The second belongs to what was told already.
    assert len(site.told("stand1")) == 1 and site.told("stand2") == []
    site.clock.now += SECOND
    for place in (1, 2):
        context.spread(site.org, [Point(f"~state/imm{place}", site.clock.now, "running", 192)])
    site.asked("alarm_do", occurrences=["stand1:1", "stand2:1"], event="acknowledge")
    waits(site, lambda: site.standing() == [])


def test_at_night_a_medium_alarm_waits_for_the_next_shift(site: Site) -> None:
    day = {"shifts": [{"name": "주간", "start": 480, "end": 1200, "breaks": []}],
           "week": [["주간"]] * 7, "on_holidays": True, "rotation": None}  # fmt: skip
    calendar = {"name": "주간", "time_zone": "Asia/Seoul", "day_cut": 0, "country": None,
                "versions": [{"since": "2026-01-01", "pattern": day}],
                "exceptions": []}  # fmt: skip
    site.put_calendar(site.org, "day", calendar)
    site.put_asset(site.org, "oven", {"name": "오븐", "calendar": "day"})
    for priority in ("medium", "high"):
        site.rule(f"night-{priority}", kind="limits", tag=f"b/{priority}", asset="oven",
                  priority=priority, condition={"high": 10})  # fmt: skip
    noon = site.clock.now
    site.clock.now = noon + 9 * HOUR  # nine in the evening, the shift ended at eight
    site.comes("b/medium", 20.0)
    site.comes("b/high", 20.0)
    assert len(site.standing()) == 2
    assert site.told("night-medium") == []
    assert [one["shift"] for one in site.told("night-high")] == [None]
    site.clock.now = noon + 20 * HOUR  # eight in the morning
    waits(site, lambda: bool(site.told("night-medium")))
    (told,) = site.told("night-medium")
    assert (told["due"], told["shift"]) == (noon + 20 * HOUR, "주간")
    site.retire("night-medium")
    site.retire("night-high")
    assert site.standing() == []


def test_a_rule_is_tried_on_what_was(site: Site) -> None:
    start = site.clock.now - 24 * HOUR
    # Twelve times in a row: 40 s hot, then cool; once a minute.
    points = [(start + n * MINUTE, 20.0) for n in range(12)]
    points += [(start + n * MINUTE + 40 * SECOND, 5.0) for n in range(12)]
    site.store(site.org, "plc", "c/hot", sorted(points))
    document = {"name": "x", "kind": "limits", "tag": "c/hot", "condition": {"high": 10},
                "unit": "°C"}  # fmt: skip
    found = site.asked("alarm_preview", document=document, start=start, end=start + HOUR)
    assert (found["times"], found["seconds"], found["longest"]) == (12, 480.0, 40.0)
    assert found["spans"][0] == [start, start + 40 * SECOND]
    assert found["chattering"] is False
    assert found["proposals"] == []  # all last 40 s: a delay leaves all of them, or none
    told = site.asked(
        "alarm_preview",
        document=document | {"kind": "stale", "condition": {"after_seconds": 30}},
        start=start,
        end=start + 13 * MINUTE,
    )
    # Each reading of heat is followed by 40 s of silence, and the last by the end.
    assert told["times"] == 13


def test_a_chart_learns_what_is_usual_and_finds_what_is_not(site: Site) -> None:
    start = site.clock.now - 48 * HOUR
    # Means of a minute go 10, 11, 10, 9, …: centre 10, spread about one.
    values = [10 + (0, 1, 0, -1)[n % 4] for n in range(120)]
    points = [(start + n * MINUTE, float(v)) for n, v in enumerate(values)]
    points += [(start + (120 + n) * MINUTE, 16.0) for n in range(3)]
    site.store(site.org, "plc", "d/level", points)
    condition = {"every_seconds": 60, "rules": ["n1"],
                 "reference": [start, start + 120 * MINUTE]}  # fmt: skip
    document = {"name": "x", "kind": "spc", "tag": "d/level", "condition": condition}
    found = site.asked("alarm_preview", document=document, start=start, end=start + 130 * MINUTE)
    assert found["times"] == 1
    assert found["spans"] == [[start + 121 * MINUTE, None]]
    center, sigma, count = found["usual"]
    assert (center, count) == (10.0, 120) and 0.8 < sigma < 1.0
    site.rule("level", kind="spc", tag="d/level", condition=condition)
    assert site.asked("alarm_rules")["rules"]["level"]["usual"] == [center, sigma, 120]
    site.clock.now = (site.clock.now // MINUTE + 1) * MINUTE
    site.tell(site.org, [("d/level", site.clock.now, 16.0)])
    assert site.standing() == []
    site.comes("d/level", 16.0, MINUTE)
    (one,) = site.standing()
    assert one["what"]["template"] == (
        "The mean is farther from its usual value than chance explains."
    )


def test_a_machine_of_which_nothing_is_known_names_no_reason(site: Site) -> None:
    condition = {"states": ["unknown"], "after_seconds": 60}
    site.rule("away", kind="machine", asset="m1", condition=condition)
    site.comes("~state/m1", "unknown")
    site.comes("~state/m1", "unknown", MINUTE)
    (one,) = site.standing()
    # It may be the signal, its clock, or that nothing is set up: the floor says which.
    assert one["what"] == {
        "template": "What it does is not known for more than {minutes} min.",
        "values": {"minutes": "1"},
    }


def test_the_figures_count_what_was_raised(site: Site) -> None:
    hot(site)
    noon = site.clock.now
    for value in (20.0, 1.0, 20.0, 1.0):
        site.comes("a/hot", value, HOUR)
        number = len(site.told("hot"))
        site.asked("alarm_do", occurrences=[f"hot:{number}"], event="acknowledge")
    site.asked("alarm_judge", occurrence="hot:1", verdict="false")
    found = site.asked("alarm_figures", start=noon, end=noon + 24 * HOUR)
    assert (found["alarms"], found["per_hour"]) == (2, 2 / 24)
    assert (found["judged"], found["false_share"]) == (1, 1.0)
    assert found["top"] == [["hot", "hot", 2]]
    assert found["recommended"]["per_hour"] == [6.0, 12.0]


def test_a_rule_that_makes_no_sense_raises_nothing_and_stops_no_other(site: Site) -> None:
    hot(site)
    bad = bus.AlarmRule(
        site.org, "bad", {"name": "bad", "kind": "limits", "tag": "x", "condition": {}}
    )
    site.bus.run(site.rules.put(bad, site.org, "bad"))
    waits(site, lambda: site.alarms.unusable == 1)
    site.comes("a/hot", 11.0)
    assert [one["rule"] for one in site.standing()] == ["hot"]


def test_a_last_reading_of_bad_quality_raises_nothing_and_stops_no_rule(site: Site) -> None:
    before = site.clock.now - HOUR
    site.store(site.org, "plc", "a/none", [(before, None)], quality=0)
    site.store(site.org, "plc", "a/wrong", [(before, 99.0)], quality=0)
    site.store(site.org, "plc", "a/right", [(before, 98.0)])
    for name in ("none", "wrong", "right"):
        site.rule(name, kind="limits", tag=f"a/{name}", condition={"high": 10})
    hot(site)
    rules = site.asked("alarm_rules")["rules"]
    assert [rules[name]["value"] for name in ("none", "wrong", "right")] == [None, None, 98.0]
    assert [one["rule"] for one in site.standing()] == ["right"]
    site.comes("a/hot", 11.0)
    site.comes("a/none", 12.0)
    assert {one["rule"] for one in site.standing()} == {"right", "hot", "none"}


def test_an_organisation_that_cannot_be_written_down_stops_no_other(site: Site) -> None:
    hot(site)
    site.rule("stuck", kind="limits", tag="a/stuck", condition={"high": 10})
    first = site.org
    follower = site.alarms.house(first).tracked["stuck"].follower
    follower.value = math.nan  # which no document holds
    site.clock.now += 31 * SECOND  # and it is time to write down how far each rule is
    failures = _failures(site)
    waits(site, lambda: _failures(site) > failures)
    # Another rule of the same organisation is followed all the same.
    site.rule("warm", kind="limits", tag="a/hot", condition={"high": 4})
    site.org = f"{first}2"
    site.rule("quiet", kind="stale", tag="a/beat", condition={"after_seconds": 60})
    site.comes("a/beat", 1)
    site.clock.now += 61 * SECOND
    waits(site, lambda: [one["rule"] for one in site.standing()] == ["quiet"])
    # What could not be written is told as soon as it can be.
    site.org = first
    site.comes("a/hot", 11.0)
    assert site.told("hot") == []
    follower.value = None
    waits(site, lambda: len(site.told("hot")) == 1)


def _failures(site: Site) -> int:
    return int(site.asked("health")["failures"]["Alarms"])


def test_a_flood_is_kept_back_and_told_as_one(site: Site) -> None:
    for n in range(15):
        write = site.rule if n == 14 else site.write
        write(f"f{n}", kind="limits", tag=f"flood{n}/x", priority="low", condition={"high": 1})
    for n in range(15):
        site.comes(f"flood{n}/x", 2.0)
    board = site.asked("alarms")
    assert board["flood"]["alarms"] == 5
    assert [len(site.told(f"f{n}")) for n in range(15)] == [1] * 10 + [0] * 5
    site.clock.now += 11 * MINUTE
    waits(site, lambda: bool(site.told(None)))  # type: ignore[arg-type]
    (flood,) = site.told(None)  # type: ignore[arg-type]
    assert [key for key, _ in flood["members"]] == [f"f{n}:1" for n in range(10, 15)]
    assert flood["says"]["values"]["count"] == 5


def test_the_file_of_alarms_is_where_a_backup_looks(site: Site) -> None:
    assert (Path(site.monitor.context.home) / "alarms.sqlite").exists()
