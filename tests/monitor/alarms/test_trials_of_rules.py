"""A rule that is tried on what was says what it would have done, and nothing that never was."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from alarm_site import HOUR, MINUTE, SECOND, Site

from deungdae.monitor.alarms.backtest import comings
from deungdae.monitor.alarms.picturing import Came, drawn
from deungdae.monitor.alarms.rules import rule_of
from deungdae.monitor.past import Readings


def readings(seconds: Sequence[int], bad: Sequence[int] = ()) -> Readings:
    times = np.array(seconds, np.int64) * SECOND
    nothing = np.full(times.size, None, dtype=object)
    return Readings(times, np.ones(times.size), nothing, np.array(bad, np.int64) * SECOND)


def silences(
    given: Readings, end: int, before: int | None = None, **condition: Any
) -> list[tuple[int, int | None]]:
    """When a value would have been silent for a minute, in seconds."""
    condition = {"after_seconds": 60} | condition
    rule = rule_of("org", "x", {"kind": "stale", "tag": "a", "condition": condition})
    before_us = None if before is None else before * SECOND
    found = comings(rule, given, 0, end * SECOND, before_us=before_us)
    return [
        (one.start_us // SECOND, None if one.end_us is None else one.end_us // SECOND)
        for one in found
    ]


def test_a_value_that_comes_every_ten_seconds_is_never_silent() -> None:
    every = range(0, 3601, 10)
    assert silences(readings(every), 3600) == []
    # And once, when it stops: from a minute after its last value until the next one.
    assert silences(readings([*every, *range(4000, 7000, 10)]), 7000) == [(3660, 4000)]
    assert silences(readings(every), 5000) == [(3660, None)]
    # A minute between two values is in time, a second more is not.
    assert silences(readings([0, 60, 120, 181, 241]), 250) == [(180, 181)]


def test_a_silence_that_has_to_last_begins_as_it_does_live() -> None:
    given = readings([*range(0, 600, 10), *range(700, 900, 10), *range(1000, 1200, 10)])
    # 60 s after 590 comes the silence; 30 s later the alarm, and 20 s after a value it is over.
    assert silences(given, 1200, on_seconds=30, off_seconds=20) == [(680, 720), (980, 1020)]


def test_before_a_tag_ever_came_it_was_not_silent() -> None:
    late = readings(range(400_000, 403_600, 10))
    assert silences(late, 403_600) == []
    assert silences(readings([]), 3600) == []
    # What came before the time that is looked at tells of a silence at its beginning.
    assert silences(readings(range(100, 3600, 10)), 3600, before=-20) == [(40, 100)]
    assert silences(readings([]), 3600, before=-20) == [(40, None)]


def test_a_value_that_is_said_to_be_wrong_is_a_sign_of_life() -> None:
    assert silences(readings([0, 50, 300, 350], bad=[100, 150, 200, 250]), 400) == []


def test_the_picture_shows_all_times_and_those_that_are_near_as_one() -> None:
    # A part of the picture of 400 s is a second: what is half a second apart is one.
    half = SECOND // 2
    came = [Came(n * SECOND, n * SECOND + half) for n in range(300)]
    came += [Came(350 * SECOND, 360 * SECOND), Came(399 * SECOND, None)]
    assert drawn(came, 0, 400 * SECOND) == [
        [0, 299 * SECOND + half], [350 * SECOND, 360 * SECOND], [399 * SECOND, None]
    ]  # fmt: skip
    assert drawn([], 0, 400 * SECOND) == []


def test_the_last_of_very_many_times_is_in_the_picture(site: Site) -> None:
    start = site.clock.now - 24 * HOUR
    # An hour of 1,200 comings, three seconds apart, and one at the end of the day.
    points = [(start + n * SECOND, 20.0 if n % 3 == 0 else 5.0) for n in range(3600)]
    points += [(start + 23 * HOUR, 20.0), (start + 23 * HOUR + MINUTE, 5.0)]
    site.store(site.org, "plc", "e/hot", points)
    found = tried(site, {"kind": "limits", "tag": "e/hot", "condition": {"high": 10}}, start)
    assert found["times"] == 1201
    assert found["spans"] == [
        [start, start + 3598 * SECOND], [start + 23 * HOUR, start + 23 * HOUR + MINUTE]
    ]  # fmt: skip


def test_no_change_is_proposed_with_which_it_would_never_come(site: Site) -> None:
    start = site.clock.now - 24 * HOUR
    # Ten short ones of 20 s and two of 90 s.
    points = []
    for n in range(12):
        hot = 90 if n >= 10 else 20
        points += [(start + n * HOUR, 20.0), (start + n * HOUR + hot * SECOND, 5.0)]
    site.store(site.org, "plc", "f/hot", points)
    document = {"kind": "limits", "tag": "f/hot", "condition": {"high": 10}}
    (one,) = tried(site, document, start)["proposals"]
    assert (one["condition"], one["times"]) == ({"on_seconds": 30}, 2)
    # Without the two long ones nothing would be left, whatever it has to last.
    short = tried(site, document, start, start + 10 * HOUR)
    assert (short["times"], short["proposals"]) == (10, [])


def test_a_rule_that_would_always_stand_says_for_which_share(site: Site) -> None:
    start = site.clock.now - 24 * HOUR
    # Known for ten hours: beyond the limit for all of them but the last half.
    points = [(start + 14 * HOUR + n * MINUTE, 20.0) for n in range(570)]
    points += [(start + 14 * HOUR + n * MINUTE, 5.0) for n in range(570, 600)]
    site.store(site.org, "plc", "g/hot", points)
    document = {"kind": "limits", "tag": "g/hot", "condition": {"high": 10}}
    found = tried(site, document, start)
    assert found["first"] == start + 14 * HOUR
    assert found["share"] == pytest.approx(9.5 / 10)
    # Of half an hour nobody can say so.
    assert tried(site, document, start, start + 14 * HOUR + 30 * MINUTE)["share"] is None
    assert tried(site, document | {"tag": "g/none"}, start)["share"] is None


def test_a_silence_at_the_beginning_is_seen_when_a_value_came_before(site: Site) -> None:
    start = site.clock.now - 24 * HOUR
    stops = [(start - 10 * SECOND, 1.0), (start + 10 * MINUTE, 1.0), (start + 10 * MINUTE + 1, 1.0)]
    site.store(site.org, "plc", "h/level", stops)
    document = {"kind": "stale", "tag": "h/level", "condition": {"after_seconds": 60}}
    found = tried(site, document, start, start + 10 * MINUTE + 30 * SECOND)
    assert found["spans"] == [[start + 50 * SECOND, start + 10 * MINUTE]]
    # Of a tag that came for the first time then, nothing is said.
    first = tried(site, document, start + MINUTE, start + 10 * MINUTE + 30 * SECOND)
    assert (first["times"], first["spans"]) == (0, [])


def tried(site: Site, document: dict[str, Any], start: int, end: int | None = None) -> Any:
    """What the monitor answers of a day, or until `end`."""
    end = start + 24 * HOUR if end is None else end
    return site.asked("alarm_preview", document={"name": "x"} | document, start=start, end=end)
