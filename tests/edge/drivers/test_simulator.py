"""The simulated shop is repeatable, marked, and wrong where it says so."""

from threading import Event
from typing import Any

from deungdae.edge.drivers import read
from deungdae.edge.drivers.simulator.driver import Driver
from deungdae.edge.drivers.simulator.shop import Shop
from deungdae.edge.fields import Fields, Problem

NOON = 1_764_000_000_000_000
HOUR = 3_600_000_000


def driver(seed: int = 7) -> Driver:
    return Driver(Shop(seed, 0.5), "demo", 0.02, 9 * HOUR)


def test_the_same_seed_and_time_give_the_same_values() -> None:
    assert driver().readings(NOON, 1.0) == driver().readings(NOON, 1.0)
    assert driver(8).readings(NOON, 1.0) != driver().readings(NOON, 1.0)


def test_three_lines_of_two_machines_are_marked_as_a_demonstration() -> None:
    readings = driver().readings(NOON, 0.0)
    assert len(readings) == 36
    assert {reading.tag.split("/")[0] for reading in readings} == {"demo"}
    assert {reading.tag.split("/")[1] for reading in readings} == {"line1", "line2", "line3"}


def test_the_clock_of_line3_is_nine_hours_ahead() -> None:
    for reading in driver().readings(NOON, 0.0):
        ahead = 9 * HOUR if reading.tag.startswith("demo/line3") else 0
        assert (reading.time_us, reading.received_us) == (NOON + ahead, NOON)


def test_one_heater_drifts_half_a_degree_an_hour() -> None:
    def melt(hours: float) -> dict[str, Any]:
        readings = driver().readings(NOON, hours)
        return {r.tag: r.value for r in readings if r.tag.endswith("melt_temperature")}

    rise = {tag: round(melt(10.0)[tag] - value, 1) for tag, value in melt(0.0).items()}
    assert rise.pop("demo/line2/imm1/melt_temperature") == 5.0
    assert set(rise.values()) == {0.0}


def test_it_runs_until_stopped(memory: Any) -> None:
    problems: list[Problem] = []
    recipe = read("simulator", Fields({"kind": "simulator", "name": "s"}, "s", problems))
    assert len(recipe.tags) == 36
    stop = Event()
    stop.set()
    recipe.make().run(memory, stop)
    assert memory.readings == []
