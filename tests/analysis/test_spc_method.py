"""The method chooses a chart, says why, and tells signals from chance."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deungdae.analysis import spc
from deungdae.analysis.spc import Options
from deungdae.records.errors import UnusableFile, UnusableOption


def only(table: Any, **told: Any) -> dict[str, Any]:
    document = spc.draw(table, Options(**told)).document
    assert len(document["charts"]) == 1
    chart: dict[str, Any] = document["charts"][0]
    return chart


def reasons(chart: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in chart["choice"]["reasons"]]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_single_measured_values_get_a_chart_of_individuals() -> None:
    chart = only({"두께": rng().normal(5, 0.1, 60)})
    assert chart["chart"] == "imr"
    assert reasons(chart) == ["measured", "single"]
    assert chart["verdict"] != "out_of_control"


def test_small_subgroups_get_ranges_and_large_or_unequal_ones_standard_deviations() -> None:
    values = rng().normal(5, 0.1, 120)
    assert only({"x": values}, size=5)["chart"] == "xbar-r"
    assert only({"x": values}, size=12)["chart"] == "xbar-s"
    hours = np.repeat(np.arange(40), rng().integers(2, 5, 40))[:100]
    unequal = only({"x": values[:100], "hour": hours}, columns=("x",), subgroup="hour")
    assert unequal["chart"] == "xbar-s"
    assert "unequal_subgroups" in reasons(unequal)
    assert unequal["stages"][0]["panels"][0]["varying"]


def test_counts_get_a_c_chart_and_counts_of_so_many_inspected_a_u_or_p_chart() -> None:
    assert only({"결점수": rng().poisson(9, 60)}, columns=("결점수",))["chart"] == "c"
    inspected = rng(1).integers(80, 120, 60)
    defects = only({"결점수": rng().poisson(inspected * 0.1), "검사수": inspected})
    assert (defects["chart"], defects["choice"]["inspected"]) == ("u", "검사수")
    bad = {"불량수": rng().binomial(inspected, 0.1), "검사수": inspected}
    assert only(bad, columns=("불량수",))["chart"] == "p"


def test_counts_that_spread_more_than_chance_get_laneys_chart() -> None:
    inspected = np.full(200, 5_000)
    share = np.clip(rng().normal(0.1, 0.02, 200), 0.01, 1)
    chart = only(
        {"불량수": rng(1).binomial(inspected, share), "검사수": inspected}, columns=("불량수",)
    )
    assert chart["chart"] == "laney-p"
    factor = chart["checks"]["dispersion"]
    # √(binomial + between) / binomial = √(0.1 · 0.9/5000 + 0.02²) / √(0.1 · 0.9/5000) = 4.82
    assert factor == pytest.approx(4.82, rel=0.15)
    assert chart["verdict"] != "out_of_control"


def test_pass_and_fail_is_counted_in_samples_with_some_bad_ones_in_each() -> None:
    verdicts = np.where(rng().random(4_000) < 0.05, "NG", "OK").tolist()
    chart = only({"판정": verdicts}, columns=("판정",))
    assert chart["chart"] == "p"
    # five bad parts at 5 % are a hundred parts; chance decides the last digits
    assert chart["subgroups"]["low"] == pytest.approx(100, abs=12)


def test_a_shift_is_found_where_it_begins_with_what_changed_then() -> None:
    values = rng().normal(10, 1, 120)
    values[80:] += 2.5
    machine = ["A"] * 80 + ["B"] * 40
    others = {f"c{i}": rng(i).normal(size=120) for i in range(20)}
    chart = only({"x": values, "금형": machine, **others}, columns=("x",), baseline="1-60")
    assert chart["verdict"] == "out_of_control"
    assert any(80 <= s["first"] <= 84 for s in chart["signals"])
    assert chart["linked"][0]["column"] == "금형"
    assert chart["linked"][0]["clear"]
    assert chart["linked_columns"] == 21


def test_a_name_that_changes_just_where_a_signal_begins_is_told() -> None:
    values = rng().normal(0, 1, 60)
    values[40] = 9
    lots = ["L1"] * 40 + ["L2"] * 20
    chart = only({"x": values, "로트": lots}, columns=("x",), rules=("we1",))
    (signal,) = [s for s in chart["signals"] if s["panel"] == "value"]
    assert signal["first"] == 41
    assert [(c["column"], c["before"], c["after"]) for c in signal["changed"]] == [
        ("로트", "L1", "L2")
    ]


def test_unrelated_columns_are_not_blamed_for_signals() -> None:
    blamed = 0
    for seed in range(40):
        values = rng(seed).normal(0, 1, 150)
        values[60:75] += 3
        others = {f"c{i}": np.cumsum(rng(1000 * seed + i).normal(size=150)) for i in range(15)}
        chart = only({"x": values, **others}, columns=("x",), baseline="1-50")
        blamed += any(found["clear"] for found in chart["linked"])
    assert blamed <= 6  # 5 % of 40 are 2; more than 6 happens once in 300 times


def test_chance_alone_is_hardly_ever_called_out_of_control() -> None:
    wrong = sum(
        only({"x": rng(seed).normal(size=n)})["verdict"] == "out_of_control"
        for seed, n in enumerate([25, 100, 1_000, 4_000] * 50)
    )
    assert wrong <= 18  # 5 % of 200 are 10; more than 18 happens once in 200 times


def test_a_long_series_in_control_has_as_many_alarms_as_the_run_length_says() -> None:
    chart = only({"x": rng().normal(size=100_000)}, rules=spc.rules_of("nelson"))
    expected = chart["run_length"]["expected"]
    assert expected == pytest.approx(100_000 / 73.48, rel=1e-3)
    assert chart["alarms"] == pytest.approx(expected, rel=0.06)
    assert chart["verdict"] == "as_chance"


def test_left_out_points_neither_count_nor_are_judged() -> None:
    values = np.tile([9.0, 11.0], 20)
    values[10] = 50
    chart = only({"x": values}, columns=("x",), leave_out={11: "센서 고장"}, rules=("we1",))
    assert chart["stages"][0]["panels"][0]["center"] == pytest.approx(10.0, abs=0.03)
    assert chart["signals"] == []
    assert chart["baseline"]["left_out"] == [{"point": 11, "label": "11", "reason": "센서 고장"}]


def test_stages_have_limits_of_their_own_and_no_run_crosses_them() -> None:
    values = np.concatenate((rng().normal(0, 1, 40), rng(1).normal(30, 1, 40)))
    told = only({"x": values}, stage_at=("41",))
    named = only({"x": values, "단계": ["전"] * 40 + ["후"] * 40}, columns=("x",), stage="단계")
    for chart in (told, named):
        centers = [stage["panels"][0]["center"] for stage in chart["stages"]]
        assert centers == pytest.approx([0, 30], abs=0.6)
        assert chart["verdict"] != "out_of_control"
    assert [stage["name"] for stage in named["stages"]] == ["전", "후"]


def test_a_baseline_by_a_column_gives_the_limits_of_its_rows() -> None:
    values = np.tile([9.0, 11.0, 10.0, 12.0, 8.0], 12)
    trial = np.arange(60) < 30
    table = pa.table({"x": values + np.where(trial, 0, 100), "trial": trial})
    chart = only(table, columns=("x",), size=5, baseline="trial=True")
    assert chart["stages"][0]["panels"][0]["center"] == pytest.approx(10.0)
    assert chart["baseline"]["points"] == 6
    assert {s["first"] for s in chart["signals"] if s["panel"] == "mean"} == {7}


def test_a_baseline_and_stages_can_be_told_by_time() -> None:
    start = dt.datetime(2024, 3, 4, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    times = [start + dt.timedelta(hours=i) for i in range(72)]
    table = {"시각": times, "x": np.tile([1.0, 2.0, 3.0], 24) + np.repeat([0, 50], 36)}
    before = only(table, columns=("x",), baseline="..2024-03-05T11:00")
    assert before["baseline"]["points"] == 36
    assert before["stages"][0]["panels"][0]["center"] == 2.0
    cut = only(table, columns=("x",), stage_at=("2024-03-05T12:00",))
    assert [stage["first"] for stage in cut["stages"]] == [1, 37]


def test_an_odd_baseline_is_told_with_limits_that_it_cannot_move() -> None:
    values = rng().normal(0, 1, 100)
    values[30:33] = 25
    chart = only({"x": values})
    assert "baseline_out" in chart["warnings"]
    assert chart["baseline"]["robust"]["sigma"] == pytest.approx(1, abs=0.25)
    assert chart["baseline"]["robust"]["out"] >= 3


def test_values_that_follow_one_another_are_told() -> None:
    wave = np.zeros(200)
    noise = rng().normal(size=200)
    for i in range(1, 200):
        wave[i] = 0.9 * wave[i - 1] + noise[i]
    chart = only({"x": wave})
    assert "autocorrelation" in chart["warnings"]
    assert chart["checks"]["autocorrelation"]["gone_after"] > 3


def test_skewed_single_values_are_told() -> None:
    assert "not_normal" in only({"x": rng().lognormal(0, 1, 200)})["warnings"]
    assert "not_normal" not in only({"x": rng().normal(0, 1, 200)})["warnings"]


def test_means_that_wander_more_than_the_spread_within_explains_are_told() -> None:
    wandering = np.repeat(rng().normal(0, 5, 40), 5) + rng(1).normal(0, 1, 200)
    assert "between" in only({"x": wandering}, size=5)["warnings"]


def test_several_columns_at_once_show_what_none_shows_alone() -> None:
    base = rng().normal(size=80)
    table = {"a": base + rng(1).normal(0, 0.1, 80), "b": base + rng(2).normal(0, 0.1, 80)}
    table["a"][60], table["b"][60] = 1.5, -1.5
    chart = only(table, chart="t2", columns=("a", "b"))
    (signal,) = chart["signals"]
    assert signal["first"] == 61
    assert {part["column"] for part in signal["parts"]} == {"a", "b"}


@pytest.mark.parametrize("chart", ["ewma", "cusum"])
def test_a_small_shift_that_lasts_is_found_by_charts_with_a_memory(chart: str) -> None:
    values = rng(3).normal(0, 1, 120)
    values[60:] += 1
    found = only({"x": values}, chart=chart, target=0.0, sigma=1.0)
    assert found["verdict"] == "out_of_control"
    assert min(s["first"] for s in found["signals"] if s["panel"] != "mr") > 60
    if chart == "cusum":
        assert abs(found["signals"][0]["begins"] - 61) <= 6


def test_rows_are_put_in_the_order_of_their_times() -> None:
    start = dt.datetime(2024, 3, 4, 8, tzinfo=dt.UTC)
    times = [start + dt.timedelta(minutes=i) for i in range(60)]
    values = np.arange(60) + rng().normal(0, 0.01, 60)
    shuffled = rng(1).permutation(60)
    table = {"시각": [times[i] for i in shuffled], "x": values[shuffled]}
    document = spc.draw(table).document
    assert document["time"] == "시각"
    assert document["charts"][0]["signals"][0]["when"].startswith("2024-03-04T17")
    assert spc.draw(table).figures["charts"][0]["panels"][0]["value"] == values.tolist()


def test_without_a_column_the_measured_ones_are_charted() -> None:
    table = {
        "번호": np.arange(100), "제품코드": rng().integers(0, 9, 100),
        "온도": rng().normal(size=100), "고정": np.ones(100),
        "압력": rng(1).normal(size=100), "작업자": ["김", "이"] * 50,
    }  # fmt: skip
    document = spc.draw(table).document
    assert [chart["columns"] for chart in document["charts"]] == [["온도"], ["압력"]]
    assert document["input"]["guessed"]["columns"] == ["온도", "압력"]


def test_many_charts_are_judged_together() -> None:
    table = {f"c{i}": rng(i).normal(size=120) for i in range(150)}
    table["c7"][60:] += 4
    findings = spc.draw(table)
    verdicts = [chart["verdict"] for chart in findings.document["charts"]]
    assert findings.document["order"][0] == 7
    assert 1 <= verdicts.count("out_of_control") <= 3
    assert findings.figures["charts"][7]["panels"][1]["name"] == "mr"
    assert len(findings.figures["charts"][8]["panels"]) == 1


def test_a_drawing_keeps_all_marked_points_and_the_extremes_of_the_others() -> None:
    values = rng().normal(size=50_000)
    findings = spc.draw({"x": values})
    panel = findings.figures["charts"][0]["panels"][0]
    by_rule = findings.document["charts"][0]["by_rule"]
    assert len(panel["marks"]["x"]) == findings.document["charts"][0]["out"] - sum(
        1 for x in findings.figures["charts"][0]["panels"][1]["marks"]["x"]
        if x not in set(panel["marks"]["x"])
    )  # fmt: skip
    assert sum("we1" in rules for rules in panel["marks"]["rules"]) == by_rule["we1"]
    assert max(panel["value"]) == values.max()
    assert min(panel["value"]) == values.min()
    assert len(panel["x"]) < 4_000


def test_the_table_is_not_changed_and_the_same_table_gives_the_same_findings() -> None:
    values = rng().normal(size=200)
    before = values.copy()
    first, second = (spc.draw({"x": values, "y": values**2}).document for _ in range(2))
    assert first == second
    assert (values == before).all()


def test_a_column_that_never_varies_has_no_limits_to_judge_by() -> None:
    assert only({"x": np.ones(30)}, columns=("x",))["verdict"] == "no_variation"


def test_missing_values_are_counted_and_leave_no_gap() -> None:
    values = rng().normal(size=50)
    values[[3, 7]] = np.nan
    document = spc.draw({"x": values}).document
    assert document["charts"][0]["points"] == 48
    assert document["input"]["set_aside"] == [{"reason": "value_missing", "rows": 2}]


def test_values_outside_of_the_specification_are_counted() -> None:
    chart = only({"x": np.arange(20) % 7 + 0.5}, columns=("x",), spec={"x": (1.0, 6.0)})
    # 0.5 three times, 6.5 twice: 0..6 twice over, then 0..5
    assert chart["spec"] == {"lower": 1.0, "upper": 6.0, "outside": 5, "values": 20}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"chart": "pie"}, "there is no chart pie"),
        ({"rules": ("x9",)}, "there is no rule x9"),
        ({"subgroup": "g", "size": 5}, "cannot be told together"),
        ({"chart": "xbar-r"}, "needs subgroups"),
        ({"chart": "c"}, "needs counts"),
        ({"chart": "p", "columns": ("n",)}, "number inspected"),
        ({"columns": ("nothing",)}, "nothing"),
        ({"columns": ("g",)}, "neither numbers nor words"),
        ({"baseline": "3-99"}, "not among the 40 points"),
        ({"baseline": "soon"}, "neither points"),
        ({"baseline": "g=z"}, "never has the value z"),
        ({"leave_out": {99: "why"}}, "no point 99"),
        ({"stage_at": ("99",)}, "cannot begin at point 99"),
        ({"stage_at": ("soon",)}, "no time column"),
        ({"baseline": "2024-01-01.."}, "no time column"),
        ({"stage": "x"}, "at most 60 stages"),
        ({"time": "g"}, "does not hold dates"),
        ({"sigma": -1.0}, "--sigma must be above 0"),
        ({"weight": 2.0}, "--weight must be above 0"),
        ({"spec": {"x": (3.0, 1.0)}}, "must lie below"),
        ({"chart": "t2", "columns": ("x",)}, "two columns or more"),
        ({"inspected": "g", "columns": ("n",)}, "numbers above zero"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_in_a_sentence(
    told: dict[str, Any], sentence: str
) -> None:
    rows = 80 if told.get("stage") == "x" else 40
    table = {
        "x": rng().normal(size=rows), "g": ["a", "b"] * (rows // 2), "n": np.arange(rows) % 5
    }  # fmt: skip
    with pytest.raises(UnusableOption, match=sentence):
        spc.draw(table, Options(**{"columns": ("x",), **told}))


def test_a_table_without_measured_values_is_refused() -> None:
    with pytest.raises(UnusableFile, match="no column of measured values"):
        spc.draw({"작업자": ["김", "이"] * 30})


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("western-electric", ("we1", "we2", "we3", "we4")),
        ("1,2,5", ("n1", "n2", "n5")),
        ("we1, n7", ("we1", "n7")),
        ("none", ()),
    ],
)
def test_rules_are_named_by_set_by_code_or_by_number(text: str, rules: tuple[str, ...]) -> None:
    assert spc.rules_of(text) == rules


def test_a_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnusableOption, match="no rule 9"):
        spc.rules_of("1,9")
