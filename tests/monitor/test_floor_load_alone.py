"""A machine with a current and nothing else: run and stop, cycle times, availability."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from machine_of_truth import S, Truth
from monitor_site import MonitorSite
from watched_machine import HOUR, OURS, T, machine

from deungdae.analysis.oee import State
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor import Floor
from deungdae.monitor.floor.frames import frame
from deungdae.monitor.floor.learning import Model, learn
from deungdae.monitor.floor.tracks import Track
from deungdae.monitor.past import Readings

NOW = T + 4 * HOUR * S
STOPS = ((600, 780), (3000, 3100), (5000, 6800), (9000, 9090), (12000, 12400))
STOOD = 180 + 100 + 1800 + 90 + 400  # seconds of 14,400
TRUTH = Truth(T, 4 * HOUR, STOPS)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    floor = Floor()
    with MonitorSite(tmp_path_factory.mktemp("load"), [floor], now_us=lambda: NOW) as place:
        place.store(OURS, "plc", "a/current", TRUTH.current(noise=1.0))
        chance = random.Random(3)
        jobs: list[tuple[int, float]] = []
        while len(jobs) < 4 * HOUR:  # of 10 to 200 s each, with as long between two
            for amperes in (20.0, 6.0):
                for _ in range(chance.randint(10, 200)):
                    jobs.append((T + len(jobs) * S, amperes + chance.gauss(0, 1)))
        place.store(OURS, "plc", "b/current", jobs[: 4 * HOUR])
        for id_ in ("a", "b"):
            load = {"role": "load", "tag": f"{id_}/current"}
            place.put_asset(OURS, id_, machine(load, parts_per_count=2 if id_ == "a" else 1))
        place.until(lambda: {(OURS, "a"), (OURS, "b")} <= set(floor.hall.now))
        yield place


def clamp(hours: float, ran: float) -> Readings:
    """A force that is there for 25 of 60 s, at first for `ran` hours, and then not any more."""
    at = np.arange(round(hours * HOUR))
    clamped = (at % 60 < 25) & (at < ran * HOUR)
    values = np.where(clamped, 26.0, 6.0) + np.random.default_rng(4).normal(0, 1, len(at))
    return Readings(T + at * S, values, np.full(len(at), None, object))


def seconds_running(model: Model) -> float:
    """How long it ran by a model in four hours, of which it ran three and a half."""
    asset = Asset("m", signals=(Signal("load", "t"),))
    track = Track(asset.signals[0], None)
    track.splice(T, clamp(4, 3.5))
    told = frame(asset, {"load": track}, track.heard, model, T, NOW)
    return sum(s.end_us - s.start_us for s in told.spans if s.state is State.RUNNING) / S


@pytest.mark.parametrize("ran", [2, 5])
def test_a_day_on_which_it_ran_for_a_few_hours_shows_its_cycle(ran: float) -> None:
    model = learn(Asset("m", signals=(Signal("load", "t"),)), {"t": clamp(24, ran)}, NOW)
    assert model.typical == pytest.approx(60.0, abs=0.5)
    assert seconds_running(model) == pytest.approx(3.5 * HOUR, abs=60)


def test_levels_that_are_learned_without_a_cycle_are_for_the_cycle_known_before() -> None:
    asset = Asset("m", signals=(Signal("load", "t"),))
    known = learn(asset, {"t": clamp(4, 3.5)}, NOW)
    # On a day with half an hour of work no cycle is found: the one known before stays.
    later = learn(asset, {"t": clamp(24, 0.5)}, NOW, known.typical)
    assert (later.typical, later.rhythm) == (None, None)
    kept = replace(known, load=later.load)
    assert seconds_running(kept) == pytest.approx(3.5 * HOUR, abs=300)


def test_the_ebb_of_a_cycle_is_no_stop() -> None:
    # Clamped for 25 of 60 s, and then as still as while it stands: half an hour of that in the end.
    chance = np.random.default_rng(4)
    at = np.arange(4 * HOUR)
    clamped = (at % 60 < 25) & (at < 3.5 * HOUR)
    values = np.where(clamped, 26.0, 6.0) + chance.normal(0, 1, len(at))
    readings = Readings(T + at * S, values, np.full(len(at), None, object))
    asset = Asset("m", signals=(Signal("load", "t"),))
    model = learn(asset, {"t": readings}, NOW)
    assert model.typical == pytest.approx(60.0, abs=0.3)
    assert Model.of(json.loads(json.dumps(model.document()))) == model
    track = Track(asset.signals[0], None)
    track.splice(T, readings)
    told = frame(asset, {"load": track}, track.heard, model, T, NOW)
    [run, stop] = told.spans
    assert (run.state, stop.state) == (State.RUNNING, State.STOPPED)
    # It may have ended with the last clamping, or with the ebb that belongs to it.
    assert 0 <= 3.5 * HOUR - run.seconds <= 36
    assert len(told.cycles) == 21 and {round(each[1]) for each in told.cycles} == {60}


def test_what_is_sent_each_ten_seconds_is_not_silent_between() -> None:
    signal = Signal("load", "t")
    model = Model(every={"t": 1.0, "slow": 20.0})
    assert model.gap_us(signal) == 30 * S
    assert model.gap_us(Signal("load", "slow")) == 60 * S


def past(site: MonitorSite, id_: str) -> Any:
    return site.ask("asset", OURS, topic="monitor", asset=id_, start=T, end=NOW)


def now(site: MonitorSite, id_: str) -> Any:
    return site.ask("now", OURS, topic="monitor", assets=[id_])["assets"][id_]


def test_its_availability_is_told_now_and_of_the_past(site: MonitorSite) -> None:
    figures = past(site, "a")["figures"]
    assert figures["availability"] == pytest.approx(1 - STOOD / (4 * HOUR), abs=0.001)
    assert figures["known"] == pytest.approx(1.0, abs=0.001)
    assert (figures["oee"], figures["effectiveness"], figures["quality"]) == (None, None, None)
    told = now(site, "a")
    # Without a calendar all of today is planned: it was silent until nine o'clock.
    assert told["figures"]["availability"] == pytest.approx(1 - STOOD / (4 * HOUR), abs=0.001)
    assert told["figures"]["known"] == pytest.approx(4 / 13, abs=0.001)
    assert (told["counted"], told["state"]) == (False, "running")
    assert told["since"] == pytest.approx(T + 12400 * S, abs=3 * S)


def test_its_stops_begin_and_end_when_they_did(site: MonitorSite) -> None:
    spans = [
        ((a - T) / S, (b - T) / S)
        for a, b, state, *_ in past(site, "a")["spans"]
        if state == "stopped"
    ]
    assert spans == [pytest.approx(stop, abs=2) for stop in STOPS]
    assert TRUTH.f1(past(site, "a")["spans"]) >= 0.99


def test_its_cycles_are_told_for_each_part_though_no_part_is_counted(site: MonitorSite) -> None:
    found = past(site, "a")
    # A cycle of 24 s makes two parts.
    assert found["cycles"]["typical"] == pytest.approx(12.0, abs=0.2)
    assert found["cycles"]["demonstrated"] == pytest.approx(12.0, abs=0.2)
    assert found["cycles"]["sure"] >= 0.95
    assert {round(seconds) for _, seconds in found["cycles"]["trend"]} == {12}
    assert now(site, "a")["cycle"]["typical"] == found["cycles"]["typical"]
    assert now(site, "a")["cycle"]["last"] == pytest.approx(12.0, abs=1.5)
    assert found["counts"]["produced"] == 0 and not found["counted"]
    assert found["ideal_seconds"] is None and now(site, "a")["ideal_seconds"] is None
    told = site.ask("cycle", OURS, topic="monitor", asset="a")
    assert told["proposal"] == found["cycles"]["demonstrated"]
    assert told["why"]["values"]["share"] >= 95


def test_a_load_without_a_rhythm_tells_no_cycle_and_says_why(site: MonitorSite) -> None:
    found = past(site, "b")
    assert found["figures"]["availability"] is not None
    assert found["cycles"] == {"typical": None, "demonstrated": None, "sure": None, "trend": []}
    assert now(site, "b")["cycle"] == {"last": None, "typical": None}
    told = site.ask("cycle", OURS, topic="monitor", asset="b")
    assert told["proposal"] is None
    assert told["why"]["template"].startswith("Nothing counts its parts, and its load has not")
