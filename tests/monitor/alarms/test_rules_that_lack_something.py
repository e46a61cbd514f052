"""A rule that cannot find anything says so: nothing found is not that all is well."""

import pytest
from alarm_site import HOUR, MINUTE, Site

NEVER = "No value of this tag has come yet."
TEXTS = "The values of this tag are texts, not numbers."


def lacks(site: Site, rule: str) -> str | None:
    found = site.asked("alarm_rules")["rules"][rule]["lacks"]
    return None if found is None else str(found["template"])


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("limits", {"high": 10}),
        ("rate", {"per_minute": 5}),
        ("one_of", {"values": ["fault"]}),
    ],
)
def test_a_tag_of_which_nothing_ever_came_is_not_in_order(
    site: Site, kind: str, condition: dict[str, object]
) -> None:
    site.rule("typo", kind=kind, tag="a/hott", condition=condition)
    assert lacks(site, "typo") == NEVER
    site.comes("a/hott", 5)
    assert lacks(site, "typo") is None


def test_a_limit_on_texts_is_not_in_order(site: Site) -> None:
    site.rule("lot", kind="limits", tag="a/lot", condition={"high": 10})
    site.rule("named", kind="one_of", tag="a/lot", condition={"values": ["L-8"]})
    site.comes("a/lot", "L-7")
    assert lacks(site, "lot") == TEXTS
    assert lacks(site, "named") is None
    site.comes("a/lot", 11.0)  # what was a text may be a number later
    assert [one["rule"] for one in site.standing()] == ["lot"]
    site.comes("a/lot", "L-9")
    assert lacks(site, "lot") is None  # it stands: that is what has to be said of it


def test_a_chart_without_a_good_time_is_not_in_order(site: Site) -> None:
    good = site.clock.now - 24 * HOUR
    reference = {"every_seconds": 60, "reference": [good, good + HOUR]}
    site.rule("level", kind="spc", tag="a/level", condition=reference)
    site.comes("a/level", 11.0)
    assert lacks(site, "level") == (
        "What is usual is not known: the good time holds too few values, or none that change."
    )
    points = [(good + n * MINUTE, float(10 + n % 2)) for n in range(60)]
    site.store(site.org, "plc", "a/flow", points)
    site.rule("flow", kind="spc", tag="a/flow", condition=reference)
    assert lacks(site, "flow") == "No value has come since the rule is in force."
    site.comes("a/flow", 10.0)
    assert lacks(site, "flow") is None


def test_a_machine_and_a_watch_of_which_nothing_is_told_are_not_in_order(site: Site) -> None:
    site.rule("stands", kind="machine", asset="m1", condition={"states": ["stopped"]})
    site.rule("unlike", kind="score", watch="w1", condition={})
    assert lacks(site, "stands") == "Nobody has told what the machine does yet."
    assert lacks(site, "unlike") == "The watch tells no score."
    site.comes("~state/m1", "running")
    site.comes("~watch/w1", 0.3)
    assert (lacks(site, "stands"), lacks(site, "unlike")) == (None, None)
    site.comes("~watch/w1", None)
    assert lacks(site, "unlike") == "The watch tells no score."


def test_a_silence_is_looked_for_also_where_nothing_ever_came(site: Site) -> None:
    site.rule("silent", kind="stale", tag="a/never", condition={"after_seconds": 60})
    assert lacks(site, "silent") is None
