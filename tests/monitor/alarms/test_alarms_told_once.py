"""Each occurrence is told exactly once, whenever the process is killed."""

import itertools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deungdae.analysis.alarms import Event, Occurrence, Policy, Priority, Step
from deungdae.analysis.shifts import Period
from deungdae.monitor.alarms import documents
from deungdae.monitor.alarms.following import Follower
from deungdae.monitor.alarms.house import House
from deungdae.monitor.alarms.kept_lives import occurrence_document, occurrence_of
from deungdae.monitor.alarms.rules import Rule, rule_of
from deungdae.monitor.alarms.store import Store, Told
from deungdae.monitor.alarms.telling import Outgoing, due
from deungdae.monitor.point import Point

SECOND = 1_000_000
START = 1_790_000_000 * SECOND


class Plant:
    """One machine, and nobody who keeps shifts."""

    def group(self, rule: Rule) -> str:
        return "imm1"

    def about(self, rule: Rule) -> dict[str, Any]:
        return {
            "name": rule.name, "kind": rule.kind, "asset": rule.asset, "asset_name": "",
            "line": None, "line_name": "", "place": "", "tag": rule.tag, "unit": rule.unit,
            "meaning": "", "remedy": "",
        }  # fmt: skip

    def causes(self, organisation: str, rules: list[Rule]) -> dict[str, frozenset[str]]:
        return {rule.rule: frozenset() for rule in rules}

    def periods(self, *asked: object) -> list[Period] | None:
        return None


def rules() -> dict[str, Rule]:
    hot = {
        "name": "hot", "kind": "limits", "tag": "a/hot", "priority": "medium",
        "condition": {"high": 10.0, "deadband": 1.0, "on_seconds": 2},
        "policy": {
            "steps": [{"to": "x"}, {"to": "boss", "after_seconds": 30}], "quiet_below": None
        },
    }  # fmt: skip
    fast = {
        "name": "fast",
        "kind": "rate",
        "tag": "a/hot",
        "priority": "high",
        "condition": {"per_minute": 100.0, "over_seconds": 4},
    }
    odd = {
        "name": "odd",
        "kind": "one_of",
        "tag": "a/mode",
        "priority": "low",
        "condition": {"values": [3, "fault"]},
    }
    documents = {"hot": hot, "fast": fast, "odd": odd}
    return {name: rule_of("org", name, document) for name, document in documents.items()}


class Killed(Exception):  # noqa: N818 - the word a reader would say
    """The process ended here."""


class World:
    """A monitor's alarms that can be killed between any two things that it does."""

    def __init__(self, folder: Path, kills: Iterator[bool]) -> None:
        self.folder, self.kills = folder, kills
        self.outbox: dict[str, dict[str, Any]] = {}
        self.history: list[Point] = []
        self.now = START
        self.began = 0
        self._begin()

    def _begin(self) -> None:
        self.began += 1
        self.store = Store(self.folder)
        self.house = House("org", Plant(), self.store, self.now)  # type: ignore[arg-type]
        fresh = self.house.set_rules(rules(), self.now)
        since = [one.follower.last_us if one.resumed else START for one in fresh]
        for point in self.history:
            for one, from_us in zip(fresh, since, strict=True):
                if point.tag == one.rule.source and point.time_us > from_us:
                    self.house.read(one, (point,), self.now)
        for one in fresh:
            self.house.ready(one, self.now)

    def _may_die(self) -> None:
        if next(self.kills, False):
            raise Killed

    def _write(self) -> None:
        if self.house.changed:
            self._may_die()
            with self.store.change() as cursor:
                self.house.keep(cursor)
            self.house.kept()
            self._may_die()

    def _settle(self) -> None:
        self._write()
        outgoing: list[Outgoing] = self.house.due(self.now)
        for one in outgoing:
            self.outbox.setdefault(one.key, one.document)
            self._may_die()
        self.house.sent(outgoing, self.now)
        self._write()

    def step(self, points: list[Point], acknowledge: bool) -> None:
        """Let a second pass, in which these readings come."""
        self.now += SECOND
        self.history += points
        waits = [points]
        while True:
            try:
                for some in waits:
                    self.house.push(some, self.now)
                self.house.passed(self.now)
                waits = []
                self._settle()
                if acknowledge:
                    for name, one in list(self.house.tracked.items()):
                        current = one.life.current
                        self.house.act(
                            name, current.number if current else 0, Event.ACKNOWLEDGE, self.now
                        )
                    self._settle()
                return
            except Killed:
                self.store.close()
                waits = []
                self._begin()


VALUES = st.sampled_from([5.0, 9.5, 10.5, 12.0, 40.0, None])
MODES = st.sampled_from([1, 3, "fault", "run"])
STEPS = st.lists(st.tuples(VALUES, MODES, st.booleans()), min_size=10, max_size=40)


def run(folder: Path, steps: list[tuple[Any, Any, bool]], kills: Iterator[bool]) -> World:
    folder.mkdir()
    world = World(folder, kills)
    for value, mode, acknowledge in steps:
        points = [Point("a/mode", world.now + SECOND, mode, 192)]
        if value is not None:
            points.append(Point("a/hot", world.now + SECOND, value, 192))
        world.step(points, acknowledge)
    for _ in range(40):
        world.step([], False)
    return world


@given(STEPS, st.lists(st.booleans(), max_size=120))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_monitor_that_is_killed_tells_what_one_that_lives_tells(
    tmp_path: Path, steps: list[tuple[Any, Any, bool]], kills: list[bool]
) -> None:
    number = next(_NUMBERS)
    lived = run(tmp_path / f"lived{number}", steps, iter(()))
    killed = run(tmp_path / f"killed{number}", steps, iter(kills))
    assert lived.began == 1
    assert killed.began <= 1 + sum(kills)
    assert {k: _story(d) for k, d in killed.outbox.items()} == {
        k: _story(d) for k, d in lived.outbox.items()
    }
    for world in (lived, killed):
        world.store.close()


def _story(document: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(document[name] for name in ("rule", "number", "raised_us", "at_us", "to", "says"))


_NUMBERS = itertools.count()


def test_an_alarm_that_stands_is_told_once_and_once_again_to_the_next(tmp_path: Path) -> None:
    world = run(tmp_path / "one", [(12.0, 1, False)] * 10, iter(()))
    assert list(world.outbox) == ["hot:1:0", "hot:1:1"]
    first, second = world.outbox.values()
    # It stood from the first second on, and had to last two.
    assert first["raised_us"] == START + 3 * SECOND == first["at_us"]
    assert second["to"] == "boss" and second["at_us"] == START + 33 * SECOND
    assert second["what"] == "escalation"
    world.store.close()


EARLIER = {
    "template": "Unknown for more than {minutes} min: no signal.",
    "values": {"minutes": "1"},
}


def told(**more: Any) -> Told:
    about = {
        "name": "hot", "kind": "limits", "asset": None, "asset_name": "", "line_name": "",
        "place": "", "tag": "a/hot", "unit": "", "what": EARLIER, "normal": None, "meaning": "",
        "remedy": "",
    }  # fmt: skip
    one = Occurrence("hot", 1, "imm1", Priority.HIGH, START, (START,))
    return Told(one, "hot:1", tells=True, about=about, **more)


def test_a_second_step_at_once_is_no_escalation_and_one_that_waits_is() -> None:
    policy = Policy((Step("x"), Step("chat"), Step("boss", 900 * SECOND)), None)
    found = due(told(), policy, None, lambda _: [], START + 900 * SECOND)
    assert [(one.key, one.document["what"], one.document["to"]) for one in found] == [
        ("hot:1:0", "alarm", "x"), ("hot:1:1", "alarm", "chat"), ("hot:1:2", "escalation", "boss")
    ]  # fmt: skip


def test_a_step_that_was_added_late_says_when_it_was_told() -> None:
    policy = Policy((Step("x"), Step("boss", 900 * SECOND)), None)
    (one,) = due(told(steps=[0]), policy, None, lambda _: [], START + 3000 * SECOND)
    document = one.document
    assert (document["due"], document["told_us"]) == (START + 900 * SECOND, START + 3000 * SECOND)


def test_what_an_earlier_version_said_wrong_is_put_right() -> None:
    policy = Policy((Step("x"),), None)
    (one,) = due(told(), policy, None, lambda _: [], START)
    right = {
        "template": "What it does is not known for more than {minutes} min.",
        "values": {"minutes": "1"},
    }
    assert one.document["says"] == documents.occurrence(told())["what"] == right


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (25.700000000000003, 25.7),
        (0.1 + 0.2, 0.3),
        (-0.00012345678, -0.0001234568),
        (12345678.25, 12345678.0),
        (123456789, 123456789),
        (0.0, 0.0),
        (True, True),
        ("L-7", "L-7"),
        (None, None),
    ],
)
def test_a_value_is_told_outside_as_a_sensor_can_mean_it(value: Any, says: Any) -> None:
    policy = Policy((Step("x"),), None)
    (one,) = due(told(value=value), policy, None, lambda _: [], START)
    assert one.document["value"] == says and type(one.document["value"]) is type(says)


@pytest.mark.parametrize("kill", range(8))
def test_a_kill_at_each_place_loses_nothing_and_tells_nothing_twice(
    tmp_path: Path, kill: int
) -> None:
    kills = iter([place == kill for place in range(40)])
    world = run(tmp_path / "one", [(12.0, 1, False)] * 10, kills)
    assert world.began == 2
    assert list(world.outbox) == ["hot:1:0", "hot:1:1"]
    world.store.close()


def test_what_was_left_out_of_an_occurrence_is_kept_and_of_an_old_file_is_nothing() -> None:
    one = Occurrence("hot", 1, "imm1", Priority.LOW, 5, (5, 90), left_out=7)
    document = occurrence_document(one)
    assert occurrence_of(document) == one
    assert occurrence_of(document).came == 9
    del document["left_out"]
    assert occurrence_of(document).came == 2


def test_a_reading_that_is_no_number_leaves_nothing_that_cannot_be_written() -> None:
    follower = Follower(rules()["hot"], START)
    follower.push(START + SECOND, 20.0, 192, START + SECOND)
    assert follower.value == 20.0
    for beyond in (math.nan, math.inf):
        follower.push(START + 2 * SECOND, beyond, 192, START + 2 * SECOND)
        assert follower.value is None
        assert json.dumps(follower.memory(), allow_nan=False)
