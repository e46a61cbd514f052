"""What stands already: when a rule is made, when a bus is lost, and when more of it comes."""

from typing import Any

from alarm_site import HOUR, MINUTE, SECOND, Site, hot, waits

from deungdae.monitor.alarms import Alarms
from deungdae.monitor.point import Point

COLD = {"kind": "limits", "tag": "a/hot", "asset": "m", "condition": {"low": 50}}


def stands(site: Site, state: str) -> None:
    """Let the floor say what machine m does."""
    point = Point("~state/m", site.clock.now, state, 0)
    site.monitor.context.spread(site.org, [point])
    site.until(lambda: site.alarms.house(site.org).states.get("~state/m") is point)


def state_of(site: Site, rule: str) -> str:
    return str(site.alarms.house(site.org).tracked[rule].life.state.value)


def test_a_rule_made_while_its_machine_stands_says_nothing_until_it_runs(site: Site) -> None:
    stands(site, "stopped")
    site.clock.now += HOUR
    site.rule("cold", **COLD | {"condition": {"low": 50, "only_running": True}})
    site.comes("a/hot", 20.0)
    assert (site.told("cold"), state_of(site, "cold")) == ([], "suppressed")
    stands(site, "running")
    waits(site, lambda: len(site.told("cold")) == 1)
    # What nobody knows takes nothing back, and raises nothing.
    stands(site, "unknown")
    assert state_of(site, "cold") == "unacknowledged"
    stands(site, "stopped")
    stands(site, "unknown")
    assert state_of(site, "cold") == "suppressed"


def test_a_rule_that_is_made_to_hold_only_for_running_machines_looks_at_once(site: Site) -> None:
    stands(site, "stopped")
    site.rule("cold", **COLD)
    site.comes("a/hot", 20.0)
    assert state_of(site, "cold") == "unacknowledged"
    site.write("cold", **COLD | {"condition": {"low": 50, "only_running": True}})
    site.until(lambda: state_of(site, "cold") == "suppressed")


def test_a_machine_that_stood_already_is_told_after_its_delay(site: Site) -> None:
    stands(site, "stopped")
    site.clock.now += HOUR
    site.rule("stop", kind="machine", asset="m", condition={"after_seconds": 600})
    began = site.clock.now
    site.pass_time(599 * SECOND)
    assert site.standing() == []
    site.clock.now += SECOND
    waits(site, lambda: [one["since"] for one in site.standing()] == [began + 600 * SECOND])


def three_hot(site: Site) -> None:
    for n in range(3):
        site.rule(f"hot{n}", kind="limits", tag=f"a/hot{n}", condition={"high": 10})
        site.comes(f"a/hot{n}", 11.0)


def standing(site: Site) -> list[tuple[str, str]]:
    return sorted((one["occurrence"], one["state"]) for one in site.standing())


THREE = [(f"hot{n}:1", "unacknowledged") for n in range(3)]


def again(site: Site) -> None:
    """Write the three rules again one by one, as the web does for a bus that lost them."""
    for n in range(3):
        site.rule(f"hot{n}", kind="limits", tag=f"a/hot{n}", condition={"high": 10})
        site.clock.now += SECOND
        assert standing(site) == THREE


def test_alarms_stand_on_while_the_rules_of_a_lost_bus_are_written_again(site: Site) -> None:
    three_hot(site)

    async def lose() -> None:
        site.alarms._mirror._known = {}
        site.alarms._heed(None)  # as after a line that came back

    site.bus.run(lose())
    site.clock.now += MINUTE
    again(site)
    site.pass_time(HOUR)
    assert standing(site) == THREE
    assert [len(site.told(f"hot{n}")) for n in range(3)] == [1, 0, 0], "once, as one incident"


def test_a_monitor_that_begins_before_the_rules_are_there_again_ends_nothing_at_once(
    site: Site,
) -> None:
    three_hot(site)
    site.end()
    for n in range(3):
        site.bus.run(site.rules.delete(site.org, f"hot{n}"))
    site.clock.now += MINUTE
    site._parts = [Alarms()]
    site.begin(site._parts)
    for n in range(3):
        site.rule(f"hot{n}", kind="limits", tag=f"a/hot{n}", condition={"high": 10})
        site.clock.now += SECOND
    assert standing(site) == THREE
    # One that is not written again is over after a while.
    site.end()
    site.bus.run(site.rules.delete(site.org, "hot0"))
    site._parts = [Alarms()]
    site.begin(site._parts)
    assert past(site, "hot0")["ended"] is None
    site.clock.now += 181 * SECOND
    waits(site, lambda: past(site, "hot0")["ended"] is not None)
    assert standing(site) == THREE[1:]


def past(site: Site, rule: str) -> dict[str, Any]:
    """The newest occurrence of a rule."""
    told = site.asked("alarm_history", start=site.clock.now - HOUR, end=site.clock.now + 1)
    return next(one for one in told["alarms"] if one["rule"] == rule)


def test_a_silence_counts_from_when_somebody_listens_again(site: Site) -> None:
    for name in ("quiet", "dead"):
        site.rule(name, kind="stale", tag=f"f/{name}", condition={"after_seconds": 60})
    site.comes("f/quiet", 1.0)
    site.comes("f/dead", 1.0)
    site.clock.now += 61 * SECOND
    waits(site, lambda: len(site.standing()) == 2)
    site.comes("f/quiet", 2.0)
    site.end()
    site.clock.now += HOUR
    came = site.clock.now - 10 * SECOND
    site.store(site.org, "plc", "f/quiet", [(came, 3.0)])
    site._parts = [Alarms()]
    site.begin(site._parts)
    # The hour is no silence of the one that speaks, and the other one still stands.
    states = {one["rule"]: one["state"] for one in site.standing()}
    assert states == {"dead": "unacknowledged", "quiet": "returned"}
    told = site.asked("alarm_history", start=came - 2 * HOUR, end=site.clock.now + 1)["alarms"]
    assert sorted(one["occurrence"] for one in told) == ["dead:1", "quiet:1"]
    site.clock.now += 61 * SECOND
    waits(
        site, lambda: {o["rule"]: o["state"] for o in site.standing()}["quiet"] == "unacknowledged"
    )


def test_a_rule_that_comes_back_finds_what_stands(site: Site) -> None:
    hot(site)
    site.comes("a/hot", 11.0)
    site.retire("hot")
    assert site.standing() == []
    site.comes("a/hot", 12.0)
    site.store(site.org, "plc", "a/hot", [(site.clock.now, 12.0)])
    hot(site)
    assert standing(site) == [("hot:2", "unacknowledged")]


def test_what_comes_while_the_machine_has_an_alarm_is_the_same_card(site: Site) -> None:
    for name in ("first", "second", "third"):
        site.rule(name, kind="limits", tag=f"d/{name}", asset="imm3", condition={"high": 10})
    site.comes("d/first", 20.0)
    site.comes("d/second", 20.0, after=5 * MINUTE)
    (incident,) = site.asked("alarms")["incidents"]
    assert [one["rule"] for one in incident["members"]] == ["first", "second"]
    assert len(site.told("first")) == 1 and site.told("second") == []
    # Somebody has seen both: what comes now calls for itself, on the same card.
    site.asked("alarm_do", occurrences=["first:1", "second:1"], event="acknowledge")
    site.comes("d/third", 20.0, after=5 * MINUTE)
    (incident,) = site.asked("alarms")["incidents"]
    assert len(incident["members"]) == 3 and len(site.told("third")) == 1
    # Nothing stands any more: it is another story.
    for name in ("first", "second", "third"):
        site.comes(f"d/{name}", 5.0)
    site.comes("d/second", 20.0, after=5 * MINUTE)
    assert [len(one["members"]) for one in site.asked("alarms")["incidents"]] == [1, 1]
    assert len(site.told("second")) == 1
    board = site.asked("alarms")
    assert (board["standing"], board["back"], board["waiting"]) == (1, 1, 2)


def test_the_score_of_a_watch_is_told_as_a_share_of_its_limit(site: Site) -> None:
    site.rule("odd", kind="score", watch="w1", asset="imm3", condition={"limit": 1})
    site.comes("~watch/w1", 3.5213)
    (one,) = site.standing()
    assert one["what"] == {
        "template": "The machine is unlike its good period: {times} times the limit.",
        "values": {"times": "3.52"},
    }
    assert one["normal"] == {"template": "Normal: up to 1 (the limit).", "values": {}}
    assert one["watch"] == "w1"
    assert [told["watch"] for told in site.told("odd")] == ["w1"]


def test_a_watch_that_knows_nothing_any_more_ends_its_alarm_and_begins_no_other(
    site: Site,
) -> None:
    site.rule("odd", kind="score", watch="w1", asset="imm3", condition={"limit": 1})
    site.rule("lasting", kind="score", watch="w1", asset="imm3",
              condition={"limit": 1, "on_seconds": 600})  # fmt: skip
    site.comes("~watch/w1", 1.5)
    # The machine pauses: that is neither the end of what stands nor a new beginning.
    site.asked("alarm_do", occurrences=["odd:1"], event="acknowledge")
    site.comes("~watch/w1", None, after=MINUTE)
    site.pass_time(9 * MINUTE)
    site.comes("~watch/w1", 1.6)
    assert [(o["occurrence"], o["state"]) for o in site.standing()] == [("odd:1", "acknowledged")]
    # But of one that stands for long nobody knows how it is.
    site.comes("~watch/w1", None)
    site.pass_time(10 * MINUTE - SECOND)
    assert [one["rule"] for one in site.standing()] == ["odd"], "nothing lasted ten minutes"
    site.pass_time(SECOND)
    assert site.standing() == []
    assert len(site.told("odd")) == 1


def test_a_watch_that_was_ended_while_nobody_looked_lets_its_alarm_go_some_hours_later(
    site: Site,
) -> None:
    site.rule("odd", kind="score", watch="w1", asset="imm3", condition={"limit": 1})
    site.comes("~watch/w1", 1.5)
    site.pass_time(3 * HOUR)
    assert [one["state"] for one in site.standing()] == ["unacknowledged"]
    site.clock.now += SECOND
    waits(site, lambda: [one["state"] for one in site.standing()] == ["returned"])


def test_what_nobody_saw_of_an_incident_is_told_two_minutes_after_all_that_was_told_was_seen(
    site: Site,
) -> None:
    policy = {"steps": [{"to": "shift", "after_seconds": 0}, {"to": "owner", "after_seconds": 900}]}
    for name, priority in (("first", "medium"), ("second", "medium"), ("minor", "low")):
        site.rule(name, kind="limits", tag=f"e/{name}", asset="imm4", priority=priority,
                  condition={"high": 10}, policy=policy)  # fmt: skip
    site.comes("e/first", 20.0)
    site.comes("e/minor", 20.0, after=5 * MINUTE)
    site.comes("e/second", 20.0, after=5 * MINUTE)
    came = site.clock.now
    site.pass_time(30 * MINUTE)
    assert site.told("second") == [], "somebody is being called for the first"
    site.asked("alarm_do", occurrences=["first:1"], event="acknowledge")
    site.pass_time()
    site.pass_time(2 * MINUTE - SECOND)
    assert site.told("second") == []
    site.clock.now += SECOND
    waits(site, lambda: bool(site.told("second")))
    called = site.clock.now
    # The next step counts from now on: before, nobody could have acknowledged it.
    site.pass_time(15 * MINUTE - SECOND)
    assert [one["to"] for one in site.told("second")] == ["shift"]
    site.end()
    site._parts = [Alarms()]
    site.begin(site._parts)
    site.clock.now = called + 15 * MINUTE + SECOND
    waits(site, lambda: len(site.told("second")) == 2)
    assert [(one["to"], one["since"]) for one in site.told("second")] == [
        ("shift", came), ("owner", came),
    ]  # fmt: skip
    assert site.told("minor") == [], "nobody has to see what is of low priority"
