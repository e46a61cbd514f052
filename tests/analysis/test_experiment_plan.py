"""What a plan proposes, and that experiments of its size end as it promises."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deungdae.analysis import experiment
from deungdae.analysis.experiment import design as designs
from deungdae.analysis.experiment import sizing
from deungdae.analysis.experiment.power import two_means
from deungdae.analysis.experiment.rates import counts, estimate, prepare
from deungdae.records.errors import UnusableOption

SPEED = experiment.Factor("speed", bad=45.0, good=60.0, unit="mm/s")
FALL = experiment.Finding(("speed",), baseline=0.12, promised=0.02)


def cause(**changed: Any) -> dict[str, Any]:
    """A causes document: 12 % of parts are bad up to 53 mm/s, 1 % above."""
    condition = {
        "columns": ["speed"], "op": "value", "min": None, "max": 53.0, "outside": False,
        "levels": None,
    }  # fmt: skip
    found = {
        "rank": 1, "columns": ["speed"], "conditions": [condition], "rate_inside": 0.12,
        "rate_outside": 0.01, "n_inside": 400, "n_outside": 1600, "risk_ratio": 12.0,
        "ci95": [4.0, 30.0], "warnings": [], **changed,
    }  # fmt: skip
    stratum = {"where": {}, "reason": "short", "verdict": "clear", "causes": [found]}
    return {"method": "causes", "version": 1, "input": {"sha256": "ab"}, "strata": [stratum]}


def speeds() -> pa.Table:
    """40 parts at 44 to 46 mm/s, 160 at 58 to 62."""
    low, high = np.linspace(44, 46, 41)[:40], np.linspace(58, 62, 160)
    return pa.table({"speed": np.concatenate([low, high])})


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return experiment.plan([SPEED], [FALL], options=experiment.Options(seed=3)).document


def test_a_plan_says_runs_parts_and_days(plan: dict[str, Any]) -> None:
    size = plan["size"]

    assert plan["feasible"]
    assert (size["runs"], size["days"]) == (8, 2)
    assert 75 <= size["parts_per_run"] <= 95
    assert size["power"] == pytest.approx(0.80, abs=0.01)
    assert [r["run"] for r in plan["runs"]] == list(range(1, 9))
    assert [r["block"] for r in plan["runs"]] == [1] * 4 + [2] * 4
    settings = [r["settings"]["speed"] for r in plan["runs"]]
    assert sorted(settings[:4]) == sorted(settings[4:]) == [45.0, 45.0, 60.0, 60.0]


def test_the_same_seed_gives_the_same_plan_and_number(plan: dict[str, Any]) -> None:
    again = experiment.plan([SPEED], [FALL], options=experiment.Options(seed=3)).document

    assert again == plan
    assert len(plan["id"]) == 10 and experiment.identity(plan) == plan["id"]


def test_the_number_of_a_changed_plan_is_another(plan: dict[str, Any]) -> None:
    runs = [dict(r) for r in plan["runs"]]
    runs[0]["block"] = 2

    assert experiment.identity({**plan, "runs": runs}) != plan["id"]


def test_a_promised_fall_is_confirmed_as_often_as_planned_and_none_hardly_ever() -> None:
    finding = experiment.Finding(("speed",), 0.12, 0.02)
    task = sizing.Task(
        designs.factorial(1), [(finding, ("A",))], experiment.Response(),
        experiment.Options(intra_run=0.02, most_runs=12),
    )  # fmt: skip
    size, _ = sizing.choose(task)
    assert size is not None
    layout, model = task.laid_out(size.replicates)
    weights, side = model.finding(("A",)), sizing.side_of(layout.coded, ("A",))
    assert weights is not None
    parts = np.full(side.size, float(size.parts))
    rng = np.random.default_rng(11)

    def confirmed(bad: float, good: float) -> float:
        drawn = counts(good + (bad - good) * side, parts, 0.02, 10_000, rng)
        said = estimate(prepare(model.matrix, parts, 0.02), weights, drawn, side)
        return float((said.interval(0.95)[0] > 0).mean())

    assert 0.78 <= confirmed(0.12, 0.02) <= 0.82
    assert confirmed(0.12, 0.12) <= 0.05
    assert confirmed(0.02, 0.02) <= 0.05


def test_the_power_for_a_measured_response_is_that_of_the_t_test() -> None:
    response = experiment.Response("measured", "weight", "g", sd=2.0)
    options = experiment.Options(replicates=4, parts=4, runs_per_day=8, intra_run=0.0, power=0.5)
    finding = experiment.Finding(("speed",), 12.0, 10.0)

    size = experiment.plan([SPEED], [finding], response, options).document["size"]

    # Run means have the standard deviation 1: a two-sample t test of 4 and 4 with d = 2.
    assert size["power"] == pytest.approx(two_means(2.0, 1.0, 4), abs=1e-9)


def test_a_defect_too_rare_has_no_plan_and_what_would_be_seen_is_said() -> None:
    rare = experiment.Finding(("speed",), 0.001, 0.0005)
    options = experiment.Options(most_runs=8, most_parts=200)

    found = experiment.plan([SPEED], [rare], options=options).document

    assert not found["feasible"] and found["runs"] == [] and found["size"] is None
    assert found["detectable"] == {"runs": 8, "parts_per_run": 200, "promised": [None]}
    assert "no_affordable_plan" in found["warnings"]


def test_what_the_largest_experiment_would_see_lies_below_the_baseline() -> None:
    options = experiment.Options(most_runs=8, most_parts=150)
    finding = experiment.Finding(("speed",), 0.10, 0.08)

    found = experiment.plan([SPEED], [finding], options=options).document

    assert not found["feasible"]
    assert 0.0 < found["detectable"]["promised"][0] < 0.06


def test_a_cause_gives_levels_that_occurred_and_a_cautious_promise() -> None:
    asked = experiment.from_causes(cause(), table=speeds(), units={"speed": "mm/s"})

    (factor,), (finding,) = asked.factors, asked.findings
    assert (factor.bad, factor.good, factor.unit) == (45.0, 60.0, "mm/s")
    assert finding.baseline == 0.12
    assert finding.promised == pytest.approx(0.12 / 4)
    assert finding.link == {"stratum": 0, "where": {}, "reason": "short", "rank": 1}
    assert asked.response.reason == "short"


def test_levels_come_from_the_bins_of_the_pictures_where_there_is_no_table() -> None:
    bins = [
        {"lo": 40.0, "hi": 53.0, "n": 40, "inside": True},
        {"lo": 53.0, "hi": 57.0, "n": 10, "inside": False},
        {"lo": 57.0, "hi": 63.0, "n": 150, "inside": False},
    ]
    figures = {"strata": [{"causes": [{"conditions": [{"bins": bins}]}]}]}

    (factor,) = experiment.from_causes(cause(), figures).factors

    assert 40 <= float(factor.bad) <= 53 < float(factor.good) <= 63


def test_a_window_has_its_good_level_on_the_larger_side() -> None:
    conditions = cause()["strata"][0]["causes"][0]["conditions"]
    window = [{**conditions[0], "min": 50.0, "max": 55.0}]
    values = pa.table({"speed": [51.0, 52.0, 53.0, 40.0, 60.0, 61.0, 62.0]})

    (factor,) = experiment.from_causes(cause(conditions=window), table=values).factors

    assert (factor.bad, factor.good) == (52.0, 61.0)


def test_a_level_of_words_gives_the_commonest_on_each_side() -> None:
    condition = {
        "columns": ["hopper"], "op": "value", "min": None, "max": None, "outside": False,
        "levels": ["B", "C"],
    }  # fmt: skip
    table = pa.table({"hopper": ["A", "A", "B", "C", "C", "D"]})

    (factor,) = experiment.from_causes(cause(conditions=[condition]), table=table).factors

    assert (factor.bad, factor.good) == ("C", "A")


def test_a_cause_of_two_conditions_is_one_finding_on_two_factors() -> None:
    first = cause()["strata"][0]["causes"][0]["conditions"][0]
    both = [first, {**first, "columns": ["heat"], "min": 200.0, "max": None}]
    table = speeds().append_column("heat", pa.array(np.tile([190.0, 210.0], 100)))

    asked = experiment.from_causes(cause(conditions=both, warnings=["period"]), table=table)
    options = experiment.Options(replicates=3, parts=50)
    found = experiment.plan(asked.factors, asked.findings, asked.response, options).document

    assert [f["letter"] for f in found["factors"]] == ["A", "B"]
    assert found["findings"][0]["letters"] == ["A", "B"]
    assert "AB" in found["design"]["effects"]
    assert asked.warnings == ["cause_period"]


def test_a_measured_cause_promises_the_near_end_of_its_interval() -> None:
    document = cause(
        rate_inside=None, rate_outside=None, mean_inside=12.0, mean_outside=10.0, difference=2.0,
        ci95=[1.5, 2.5],
    )  # fmt: skip
    document["target"] = {"column": "weight", "kind": "number"}
    document["strata"][0] |= {"kind": "number", "deviation": 0.8}

    asked = experiment.from_causes(document, table=speeds())

    assert (asked.findings[0].baseline, asked.findings[0].promised) == (12.0, 10.5)
    assert (asked.response.kind, asked.response.sd) == ("measured", 0.8)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"stratum": 4}, "no group number 5"),
        ({"ranks": [2]}, "no cause number 2"),
        ({}, "The levels of “speed” are not known"),
    ],
)
def test_a_cause_that_is_not_there_is_refused(told: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UnusableOption, match=sentence):
        experiment.from_causes(cause(), **told)


@pytest.mark.parametrize(
    ("finding", "options", "sentence"),
    [
        (experiment.Finding(("speed",), 0.01, 0.04), {}, "must be below today's"),
        (experiment.Finding(("speed",), 4.0, 1.0), {}, "Defect rates lie between"),
        (experiment.Finding(("speed",), 0.04, 0.01, 0.05), {}, "smallest difference"),
        (FALL, {"power": 1.0}, "Power and alpha"),
        (FALL, {"centre_points": 4}, "more runs in a day"),
        (FALL, {"most_runs": 0}, "whole numbers"),
    ],
)
def test_what_makes_no_experiment_is_refused(
    finding: experiment.Finding, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UnusableOption, match=sentence):
        experiment.plan([SPEED], [finding], options=experiment.Options(**options))


def test_a_factor_that_is_hard_to_change_is_warned_of() -> None:
    hard = experiment.Factor("mould", "A", "B", hard=True)
    options = experiment.Options(replicates=4, parts=50)
    finding = experiment.Finding(("mould",), 0.3, 0.05)

    found = experiment.plan([hard], [finding], options=options).document

    assert found["warnings"] == ["hard_to_change"]
    assert found["design"]["changes"]["mould"] >= 1
