"""Recommended windows: counted on parts that did not set them, with what they cost."""

from typing import Any

import numpy as np
import pytest

from deungdae.analysis import causes
from deungdae.analysis.causes.describe import ALIKE, UNKNOWN, UNLIKE, _plainness
from deungdae.analysis.causes.problem import Category, Measure, Problem
from deungdae.analysis.causes.region import DIFFERENCE, PRODUCT, RATIO, Condition, Feature
from deungdae.analysis.causes.window import can_be_held, effect, recommend

ROWS = 2000


def shop(seed: int = 0, high: float = 0.25, name: str = "pressure") -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    pressure = rng.normal(100, 8, ROWS)
    return {
        name: pressure,
        "speed": rng.normal(50, 2, ROWS),
        "result": np.where(rng.random(ROWS) < np.where(pressure > 110, high, 0.02), "NG", "OK"),
    }


def first_cause(data: dict[str, Any], **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = causes.find(data, causes.Options(**options)).document["strata"][0][
        "causes"
    ][0]
    return found


def test_the_window_is_the_other_side_of_the_bad_region() -> None:
    cause = first_cause(shop())

    window, condition = cause["window"], cause["conditions"][0]
    assert window["recommended"]
    assert window["conditions"] == [{**condition, "min": None, "max": condition["min"]}]
    assert window["outside_today"] == pytest.approx(cause["n_inside"] / ROWS)


def test_what_the_window_brings_is_near_the_truth() -> None:
    data = shop()
    window = first_cause(data)["window"]
    rate = np.where(data["pressure"] > 110, 0.25, 0.02)
    within = data["pressure"] <= window["conditions"][0]["max"]

    true = 1 - rate[within].mean() / rate.mean()
    assert window["ci95"][0] < true < window["ci95"][1]
    assert window["rate_today"] == pytest.approx(np.mean(data["result"] == "NG"))
    assert window["reduction"] == pytest.approx(1 - window["rate_within"] / window["rate_today"])


def test_a_level_is_avoided_by_keeping_to_the_others() -> None:
    data = shop(high=0.02)
    rng = np.random.default_rng(3)
    data["recipe"] = rng.choice(["A", "B", "C"], ROWS)
    bad = rng.random(ROWS) < np.where(data["recipe"] == "B", 0.2, 0.02)
    data["result"] = np.where(bad, "NG", "OK")

    window = first_cause(data)["window"]

    assert window["conditions"][0]["levels"] == ["A", "C"]
    assert window["outside_today"] == pytest.approx(np.mean(data["recipe"] == "B"))


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("사출압력", True),
        ("Melt temperature", True),
        ("외기온도", False),
        ("ambient humidity", False),
        ("tool wear [min]", False),
        ("LOT", False),
        ("작업자", False),
        ("idle_time", False),
    ],
)
def test_the_weather_the_clock_and_the_lot_are_nothing_to_set(name: str, held: bool) -> None:
    assert can_be_held(name) is held


def test_there_is_no_window_on_what_nobody_sets() -> None:
    cause = first_cause(shop(name="ambient humidity"))

    assert cause["columns"] == ["ambient humidity"]
    assert cause["window"] is None


def by_hand(bad: list[int], measure: Measure | None = None) -> Problem:
    size = len(bad)
    ones = np.ones(size, dtype=np.intp)
    codes = np.arange(size, dtype=np.intp) % 2
    if measure is None:
        return Problem((), (), (Category("x", ("a", "b"), codes),), ones, np.array(bad))
    return Problem(
        (), (), (Category("x", ("a", "b"), codes),), ones, 0 * ones,
        measure=measure, values=np.array(bad, dtype=float),
    )  # fmt: skip


def test_the_effect_is_the_rate_today_against_the_rate_within() -> None:
    # Every fourth part of 400 is bad, all of them at even places: within, none of 200 odd ones.
    bad = [1 if i % 4 == 0 else 0 for i in range(400)]
    bad[1] = bad[201] = 1  # and two within
    even = np.arange(400) % 2 == 0

    found = effect(by_hand(bad), even, np.ones(400, dtype=bool))

    assert found is not None
    assert (found.today, found.within) == (102 / 400, 2 / 200)
    assert found.reduction == pytest.approx(1 - (2 / 200) / (102 / 400))
    assert found.interval[0] < found.reduction < found.interval[1]


@pytest.mark.parametrize(("worse", "sign"), [("high", 1), ("low", -1)])
def test_a_gain_of_a_mean_is_positive_where_it_gets_better(worse: str, sign: int) -> None:
    values = [sign * (5 if i % 2 == 0 else 1) for i in range(400)]

    found = effect(
        by_hand(values, Measure(worse)), np.arange(400) % 2 == 0, np.ones(400, dtype=bool)
    )

    assert found is not None
    assert (found.today, found.within) == (3.0 * sign, 1.0 * sign)
    assert found.reduction == 2.0


def test_a_window_of_chance_is_not_recommended() -> None:
    rng = np.random.default_rng(2)
    problem = Problem(
        (rng.normal(size=600),), ("setting",), (), np.ones(600, dtype=np.intp),
        (rng.random(600) < 0.05).astype(np.intp),
    )  # fmt: skip

    window = recommend(problem, (Condition(Feature((0,)), low=1.0),), (), None, rng)

    assert window is not None and not window["recommended"]
    assert window["ci95"][0] <= 0


def test_a_doubt_forbids_a_window() -> None:
    problem = by_hand([1, 0] * 50)
    condition = (Condition(Feature((0,)), levels=frozenset({0})),)

    assert recommend(problem, condition, ("period",), None, np.random.default_rng(0)) is None


def test_two_columns_of_unlike_units_must_explain_much_more_together() -> None:
    columns = tuple(np.array([1.0, 2.0]) + c for c in range(4))
    names = ("injection pressure", "mould temperature", "hold pressure", "bonus")
    units = {"injection pressure": "bar", "mould temperature": "°C", "hold pressure": "bar"}
    ones = np.ones(2, dtype=np.intp)
    problem = Problem(columns, names, (), ones, 0 * ones, {}, units)

    assert _plainness(problem, Feature((0, 1), RATIO)) == UNLIKE[RATIO] < ALIKE[RATIO]
    assert _plainness(problem, Feature((0, 2), RATIO)) == ALIKE[RATIO]
    assert _plainness(problem, Feature((0, 2), DIFFERENCE)) == 1.0
    assert _plainness(problem, Feature((0, 3), PRODUCT)) == UNKNOWN[PRODUCT] < 1.0
    assert _plainness(problem, Feature((0,))) == 1.0
