"""Measured results, counts and quality classes: the right sign, and nothing out of noise."""

from typing import Any

import numpy as np
import pytest

from deungdae.analysis import causes
from deungdae.analysis.causes.disguise import means_within
from deungdae.analysis.causes.labels import Weights, independent_share
from deungdae.analysis.causes.measured import means, pieces_inside
from deungdae.analysis.causes.power import independent_needed
from deungdae.analysis.causes.problem import Category, Measure, Problem
from deungdae.analysis.causes.region import Condition, Feature
from deungdae.analysis.stats.binning import code
from deungdae.analysis.stats.scan import Scanner
from deungdae.analysis.stats.weights import WeightScanner, by_counts, by_means, normal_scores
from deungdae.records.errors import UnusableOption

ROWS = 1200


def table(seed: int = 0, effect: float = 1.0) -> dict[str, Any]:
    """A width that grows by `effect` above a pressure of 110; other columns do nothing."""
    rng = np.random.default_rng(seed)
    pressure = rng.normal(100, 8, ROWS)
    return {
        "pressure": pressure,
        "speed": rng.normal(50, 2, ROWS),
        "line": rng.choice(["A", "B", "C"], ROWS),
        "width": 10 + rng.normal(0, 0.5, ROWS) + effect * (pressure > 110),
    }


def stratum(data: dict[str, Any], **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = causes.find(data, causes.Options(**options)).document["strata"][-1]
    return found


def test_the_gaussian_ratio_is_half_n_times_the_log_of_the_sums_of_squares() -> None:
    # 1, 2 | 3, 6: mean 3, total sum of squares 14, within 0.5 + 4.5 = 5, so 4/2 ln(14 / 5).
    inside, rows = np.array([9.0]), np.array([2.0])

    assert by_means(inside, rows, 12.0, 4.0, 50.0)[0] == pytest.approx(2 * np.log(14 / 5))
    assert by_means(np.array([3.0]), rows, 12.0, 4.0, 50.0)[0] == 0.0, "lower is no excess"


def test_normal_scores_keep_the_order_and_tame_a_wild_value() -> None:
    scores = normal_scores(np.array([1.0, 2.0, 3.0, 4.0, 1e9]))

    assert scores == pytest.approx([-1.180, -0.497, 0.0, 0.497, 1.180], abs=1e-3)  # Blom 1958


def test_weights_of_zero_and_one_are_scanned_as_counts_are() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4, 300))
    values[1, :40] = np.nan
    coded, bad = code(list(values), 300), np.sort(rng.choice(300, 30, replace=False))
    weights = np.zeros((1, 300))
    weights[0, bad] = 1.0

    best, where = WeightScanner(coded, by_counts).values(weights)
    counted, there = Scanner(coded).values(bad[None])

    assert best == pytest.approx(counted)
    assert where.tolist() == there.tolist()


def test_results_of_whole_runs_are_dealt_to_other_runs() -> None:
    runs = np.repeat([0, 1, 2, 3, 4], [3, 1, 4, 2, 5])
    labels = Weights(np.array([1.0, 0, 0, 1, 0])[runs], by_counts, runs)

    for moved in labels.shifted(50, np.random.default_rng(0)):
        by_run = [moved[runs == run] for run in range(5)]
        assert all(np.ptp(part) == 0 for part in by_run)
        assert sum(part[0] for part in by_run) == 2


def test_shifted_weights_are_the_same_ones_elsewhere() -> None:
    weights = np.arange(20.0)

    moved = Weights(weights, by_means).shifted(19, np.random.default_rng(0))

    assert sorted(row[0] for row in moved) == weights[1:].tolist()
    assert all(np.array_equal(np.roll(weights, int(-row[0])), row) for row in moved)


def test_neighbours_that_resemble_each_other_are_fewer_independent_values() -> None:
    # An autoregressive series with coefficient 0.6 is worth (1 - 0.6) / (1 + 0.6) of its length.
    rng = np.random.default_rng(3)
    noise, series = rng.normal(size=40_000), np.zeros(40_000)
    for i in range(1, series.size):
        series[i] = 0.6 * series[i - 1] + noise[i]

    assert independent_share(series) == pytest.approx(0.25, rel=0.1)
    assert independent_share(noise) == pytest.approx(1.0, abs=0.06)


def by_hand(values: list[float], inside: list[int], worse: str = "high") -> tuple[Problem, Any]:
    codes = np.array(inside, dtype=np.intp)
    zeros = np.zeros(codes.size, dtype=np.intp)
    problem = Problem(
        (), (), (Category("x", ("no", "yes"), codes),), zeros + 1, zeros,
        measure=Measure(worse, 10.0 if worse == "away" else None), values=np.array(values),
    )  # fmt: skip
    return problem, (Condition(Feature((0,)), levels=frozenset({1})),)


def test_means_and_medians_are_those_of_the_rows() -> None:
    found = means(*by_hand([1, 2, 9, 4, 6, 8], [0, 0, 0, 1, 1, 1]))

    assert (found.mean_inside, found.mean_outside) == (6.0, 4.0)
    assert (found.median_inside, found.median_outside) == (6.0, 2.0)
    assert found.difference == 2.0
    assert found.interval[0] < 0 < found.interval[1] and not found.worse


def test_away_from_a_nominal_value_is_told_as_a_distance() -> None:
    found = means(*by_hand([10, 11, 9, 14, 7, 5], [0, 0, 0, 1, 1, 1], "away"))

    assert found.mean_inside == 4.0  # 4, 3 and 5 away from 10
    assert found.mean_outside == pytest.approx(2 / 3)


def test_the_interval_of_independent_results_agrees_with_welch() -> None:
    rng = np.random.default_rng(5)
    inside = rng.permutation([1] * 300 + [0] * 900)
    values = np.where(inside == 1, rng.normal(2, 2, 1200), rng.normal(0, 1, 1200))

    found = means(*by_hand(values.tolist(), inside.tolist()))

    width = 1.96 * np.sqrt(4 / 300 + 1 / 900)
    assert found.interval[0] == pytest.approx(found.difference - width, abs=0.1)
    assert found.interval[1] == pytest.approx(found.difference + width, abs=0.1)


def test_a_setting_changed_twice_is_two_pieces_of_evidence() -> None:
    rng = np.random.default_rng(1)
    problem, _ = by_hand(rng.normal(size=400).tolist(), [0] * 400)
    inside = np.zeros(400, dtype=bool)
    inside[50:150] = inside[250:380] = True

    assert pieces_inside(problem, inside) == 2


def test_a_difference_between_days_alone_is_gone_within_the_day() -> None:
    rng = np.random.default_rng(2)
    day = np.repeat(np.arange(20), 30)
    values = rng.normal(size=600) + (day % 2)
    by_day = rng.random(600) < np.where(day % 2 == 1, 0.9, 0.1)

    _, evidence = means_within(by_day, values, day)
    difference, real = means_within(by_day, values + 0.8 * by_day, day)

    assert abs(evidence) < 2.5
    assert real > 5 and difference == pytest.approx(0.8, abs=0.3)


def test_the_results_needed_for_half_a_deviation_are_those_of_the_formula() -> None:
    # One column: (1.6449 + 0.8416)^2 / (0.25 * 0.75 * 0.25) = 131.9.
    assert independent_needed(1) == 132


@pytest.mark.parametrize(("effect", "worse"), [(1.0, "high"), (-1.0, "low")])
def test_a_planted_cause_is_found_with_the_right_sign(effect: float, worse: str) -> None:
    found = stratum(table(effect=effect), target="width", worse=worse)

    (cause,) = found["causes"]
    assert found["verdict"] == "clear"
    assert cause["columns"] == ["pressure"]
    assert cause["conditions"][0]["min"] == pytest.approx(110, abs=1.5)
    assert np.sign(cause["difference"]) == np.sign(effect)
    assert cause["ci95"][0] < effect < cause["ci95"][1]
    assert cause["mean_inside"] - cause["mean_outside"] == pytest.approx(cause["difference"])
    assert cause["rate_inside"] is None and found["bad"] is None


def test_the_good_side_is_no_cause() -> None:
    # Low is worse, and a high pressure only makes the width better: elsewhere it is worse.
    found = stratum(table(effect=1.0), target="width", worse="low")

    for cause in found["causes"]:
        assert cause["difference"] < 0
        assert cause["conditions"][0]["max"] is not None


def test_far_from_the_nominal_value_is_found_on_both_sides() -> None:
    data = table(effect=0.0)
    data["width"] = 10 + np.random.default_rng(9).normal(0, 0.2, ROWS)
    up = (data["pressure"] > 108) & (np.arange(ROWS) % 2 == 0)
    down = (data["pressure"] > 108) & (np.arange(ROWS) % 2 == 1)
    data["width"] = data["width"] + up - down

    found = stratum(data, target="width", worse="away=10")

    assert found["verdict"] == "clear"
    assert found["causes"][0]["columns"] == ["pressure"]
    assert found["causes"][0]["mean_inside"] == pytest.approx(1.0, abs=0.1)


def test_a_count_is_averaged_like_a_value() -> None:
    data = table()
    rng = np.random.default_rng(4)
    data["scratch count"] = rng.poisson(np.where(data["pressure"] > 110, 2.0, 0.3))
    del data["width"]

    document = causes.find(data, causes.Options(target="scratch count")).document

    assert document["target"]["kind"] == "count" == document["input"]["guessed"]["kind"]
    assert document["target"]["worse"] == "high" and "worse_guessed" in document["warnings"]
    (found,) = document["strata"]
    assert found["causes"][0]["columns"] == ["pressure"]
    assert found["causes"][0]["mean_inside"] == pytest.approx(2.0, abs=0.4)


@pytest.mark.parametrize("seed", range(8))
def test_noise_has_no_cause(seed: int) -> None:
    found = stratum(table(seed, effect=0.0), target="width", kind="number")

    assert found["verdict"] in ("none", "suspected", "not_enough_data")


def test_limits_make_defects_and_keep_the_measured_view() -> None:
    document = causes.find(table(), causes.Options(spec="width=8.8..11.2")).document

    assert document["target"] == {
        "column": "width", "kind": "pass_fail", "bad": ["< 8.8", "> 11.2"], "worse": "away",
        "nominal": 10.0, "spec": [8.8, 11.2],
    }  # fmt: skip
    width = table()["width"]
    by_reason = {(s["kind"], s["reason"]): s for s in document["strata"]}
    assert by_reason["pass_fail", "> 11.2"]["bad"] == int((width > 11.2).sum())
    assert by_reason["pass_fail", "< 8.8"]["bad"] == int((width < 8.8).sum())
    assert by_reason["pass_fail", None]["bad"] == int(((width < 8.8) | (width > 11.2)).sum())
    assert by_reason["number", None]["causes"][0]["columns"] == ["pressure"]


def test_one_limit_is_bad_on_its_own_side_alone() -> None:
    document = causes.find(table(), causes.Options(spec="width=..11.2")).document

    assert document["target"]["bad"] == ["> 11.2"]
    assert document["target"]["worse"] == "high"


def test_each_class_that_is_not_wanted_is_held_against_all_the_others() -> None:
    data = table()
    grade = np.where(data["pressure"] > 112, "burnt", np.where(data["speed"] > 53, "dull", "fine"))
    data["grade"] = grade
    del data["width"]

    document = causes.find(data, causes.Options(target="grade", good=("fine",))).document

    assert document["target"]["kind"] == "classes" and document["target"]["good"] == ["fine"]
    groups = {s["reason"]: s for s in document["strata"]}
    assert set(groups) == {"burnt", "dull", None}
    assert all(s["rows"] == ROWS for s in groups.values())
    assert groups["burnt"]["causes"][0]["columns"] == ["pressure"]
    assert groups["dull"]["causes"][0]["columns"][0] == "speed"
    mix = groups["burnt"]["causes"][0]["classes"]
    assert [c["class"] for c in mix] == ["burnt", "dull", "fine"]
    assert sum(c["inside"] for c in mix) == pytest.approx(1.0)
    inside = data["pressure"] > groups["burnt"]["causes"][0]["conditions"][0]["min"]
    assert mix[0]["inside"] == pytest.approx(np.mean(grade[inside] == "burnt"))


def test_the_commonest_class_is_taken_for_the_wanted_one_and_that_is_said() -> None:
    data = table()
    data["class"] = np.random.default_rng(0).choice([1, 2, 3], ROWS, p=[0.2, 0.5, 0.3])

    document = causes.find(data, causes.Options(target="class")).document

    assert document["target"]["good"] == ["2"]
    assert document["input"]["guessed"]["good"] == ["2"]
    assert {"kind_guessed", "good_guessed"} <= set(document["warnings"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "width", "kind": "ratio"}, "--kind: there is no kind ratio"),
        ({"kind": "number"}, "name the column of the results with --target"),
        ({"target": "line", "kind": "number"}, "column line does not hold numbers"),
        ({"target": "width", "worse": "sideways"}, "--worse: say high, low, away or away=x"),
        ({"target": "width", "worse": "away=ten"}, "--worse: say high, low, away or away=x"),
        ({"target": "width", "kind": "number", "bad": ("1",)}, "--bad does not fit"),
        ({"target": "line", "kind": "classes", "worse": "low"}, "--worse does not fit"),
        ({"target": "width", "kind": "number", "good": ("1",)}, "--good does not fit"),
        ({"target": "line", "good": ("Z",)}, "--good: name at least one class of column line"),
        ({"target": "line", "good": ("A", "B", "C")}, "and not all"),
        ({"target": "width", "kind": "classes"}, "--kind classes: column width has 1200"),
        ({"spec": "width"}, "--spec: write COLUMN=LSL..USL"),
        ({"spec": "width=.."}, "--spec: write COLUMN=LSL..USL"),
        ({"spec": "width=11..9"}, "--spec: write COLUMN=LSL..USL"),
        ({"spec": "width=a..9"}, "--spec: write COLUMN=LSL..USL"),
        ({"spec": "depth=1..2"}, "--spec: there is no column depth"),
        ({"spec": "line=1..2"}, "column line does not hold numbers"),
        ({"spec": "width=9..11", "target": "speed"}, "--target names another one"),
        ({"spec": "width=9..11", "kind": "classes"}, "--spec does not fit"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UnusableOption, match=words):
        causes.find(table(), causes.Options(**options))


def test_a_result_column_that_is_all_bad_says_which_option_helps() -> None:
    data = {**table(), "불량여부": np.ones(ROWS)}
    del data["width"]

    with pytest.raises(UnusableOption, match=r"every part has the value 1.*--bad 1"):
        causes.find(data, causes.Options(target="불량여부"))


def test_verdicts_of_whole_runs_count_as_runs() -> None:
    rng = np.random.default_rng(8)
    run = np.repeat(np.arange(16), 60)
    level = rng.normal(size=16)
    worn = np.where(np.argsort(np.argsort(level)) >= 8, "worn", "unworn")
    data = {
        "run": run,
        "load": level[run] + rng.normal(0, 0.2, run.size),
        "noise": rng.normal(size=run.size),
        "tool": worn[run],
    }

    document = causes.find(data, causes.Options(target="tool", bad=("worn",))).document

    # 960 rows tell the tools apart to the last one, and yet they are 16 tools.
    (found,) = document["strata"]
    assert found["verdict"] != "clear"
