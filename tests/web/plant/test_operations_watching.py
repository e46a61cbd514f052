"""The watch: what it notes while agents come and go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from history_site import HistorySite
from intake_place import MINUTE, Plant, at

from deungdae.web.core import line
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant.models import Episode
from deungdae.web.plant.operations import watching
from deungdae.web.plant.operations.spans import SECOND_US, microseconds

ALL = Scope.everything(SystemActor("tests"))
PROBLEM = {"template": "No answer from {host}.", "values": {"host": "10.0.0.7"}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("watch")) as site:
        yield site


@pytest.fixture
def plant(running: HistorySite, settings: Any, house: Any) -> Iterator[Plant]:
    with at(running, settings) as site:
        yield Plant(house, site)


class Watch:
    """Looks once a minute, as the worker does, at what an agent told just before."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.now = timezone.now()

    def look(self, minutes: int = 1, ago_us: int = 2 * SECOND_US, **document: Any) -> None:
        self.now += timedelta(minutes=minutes)
        self.plant.now_us = microseconds(self.now)
        self.plant.status("press-shop", ago_us=ago_us, **document)
        assert watching.observe(self.now)

    def found(self, what: str) -> list[Episode]:
        rows = Episode.objects.within(ALL).filter(organisation=self.plant.house.organisation)
        return list(rows.filter(what=what).order_by("began_at"))


def driver(problem: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": "press1", "kind": "modbus", "problem": problem, **more}


def test_a_machine_that_does_not_answer_is_an_episode_that_ends(plant: Plant) -> None:
    watch = Watch(plant)
    watch.look(drivers=[driver()])
    watch.look(drivers=[driver(PROBLEM)])
    watch.look(drivers=[driver(PROBLEM)])
    (open_one,) = watch.found("unreachable")
    assert (open_one.subject, open_one.ended_at, open_one.about["problem"]) == (
        "press1", None, PROBLEM,
    )  # fmt: skip
    watch.look(drivers=[driver()])
    (ended,) = watch.found("unreachable")
    assert ended.ended_at == watch.now


def test_a_machine_that_flickers_is_one_episode_with_a_count(plant: Plant) -> None:
    watch = Watch(plant)
    watch.look(drivers=[driver()])
    for _ in range(5):
        watch.look(drivers=[driver(PROBLEM)])
        watch.look(drivers=[driver()])
    (one,) = watch.found("unreachable")
    assert one.count == 5


def test_a_silent_agent_is_an_episode_from_its_last_word_to_its_next(plant: Plant) -> None:
    watch = Watch(plant)
    watch.look(drivers=[driver()])
    last = watch.now
    watch.look(minutes=3, ago_us=3 * MINUTE)
    watch.look(minutes=3, ago_us=6 * MINUTE)
    (one,) = watch.found("silent")
    assert (one.began_at, one.ended_at) == (last, None)
    watch.look(minutes=3)
    (one,) = watch.found("silent")
    assert one.ended_at == watch.now - timedelta(seconds=2)


def test_readings_that_are_lost_are_counted_by_what_was_added(plant: Plant) -> None:
    def losses(readings: int, last_us: int) -> list[dict[str, Any]]:
        return [{
            "source": "press1", "reason": "overflow_oldest", "readings": readings,
            "first_us": begun, "last_us": last_us,
        }]  # fmt: skip

    watch = Watch(plant)
    begun = microseconds(watch.now)
    watch.look(losses=losses(10, begun + MINUTE))
    assert watch.found("lost") == []  # what was before the first look is in the status itself
    watch.look(losses=losses(25, begun + 2 * MINUTE))
    watch.look(losses=losses(40, begun + 3 * MINUTE))
    (one,) = watch.found("lost")
    assert (one.subject, one.count) == ("press1:overflow_oldest", 30)
    assert microseconds(one.began_at) == begun + MINUTE
    assert one.ended_at and microseconds(one.ended_at) == begun + 3 * MINUTE


def test_clocks_that_jump_and_configurations_are_moments(plant: Plant) -> None:
    watch = Watch(plant)
    watch.look(applied=1, clock_error_us=0, drivers=[driver(source_lag_us=0)])
    watch.look(applied=2, clock_error_us=0, drivers=[driver(source_lag_us=-60 * MINUTE)])
    (configured,) = watch.found("configured")
    assert configured.about == {"number": 2}
    (jump,) = watch.found("machine_clock")
    assert (jump.subject, jump.about) == ("press1", {"by_us": 60 * MINUTE})
    watch.look(applied=2, clock_error_us=-5 * MINUTE, drivers=[driver(source_lag_us=-60 * MINUTE)])
    (jump,) = watch.found("clock")
    assert jump.about == {"by_us": -5 * MINUTE}


def test_a_server_that_did_not_run_is_an_episode_of_everybody(plant: Plant) -> None:
    watch = Watch(plant)
    watch.look()
    before = watch.now
    watch.look(minutes=30)
    (one,) = watch.found("unwatched")
    assert (one.edge, one.began_at, one.ended_at) == ("", before, watch.now)


def test_what_an_agent_tells_oddly_stops_nothing(plant: Plant) -> None:
    watch = Watch(plant)
    watch.look(drivers="none", losses=[1, {"reason": []}], refused=7, applied="two")
    watch.look(drivers=[driver(PROBLEM)], refused={"number": 3, "problems": "x"})
    assert len(watch.found("unreachable")) == 1
    assert len(watch.found("refused")) == 1


def test_without_a_bus_nothing_is_learned(plant: Plant, settings: Any, tmp_path: Any) -> None:
    from bus_for_tests import settings_in

    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    assert watching.observe(timezone.now()) is False
