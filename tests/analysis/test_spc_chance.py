"""What chance gives is not called out of control: skewed values, few counts, kinds put together."""

from typing import Any

import numpy as np
import pytest

from deungdae.analysis import spc
from deungdae.analysis.spc import Options
from deungdae.analysis.spc.mixed import share_between


def verdict_of(table: Any, **told: Any) -> str:
    return str(chart_of(table, **told)["verdict"])


def chart_of(table: Any, **told: Any) -> dict[str, Any]:
    chart: dict[str, Any] = spc.draw(table, Options(**told)).document["charts"][0]
    return chart


def test_values_that_are_always_skewed_are_not_out_of_control_for_that() -> None:
    rng = np.random.default_rng(5)
    out = [verdict_of({"x": rng.lognormal(0, 0.5, 200)}, columns=("x",)) for _ in range(20)]
    assert out.count("out_of_control") <= 1


def test_a_shift_of_skewed_values_and_a_wild_value_are_found_all_the_same() -> None:
    rng = np.random.default_rng(5)
    shifted = np.concatenate((rng.normal(0, 1, 150), rng.normal(2, 1, 50)))
    assert verdict_of({"x": np.exp(0.5 * shifted)}, columns=("x",)) == "out_of_control"
    wild = rng.normal(0, 1, 200)
    wild[100] = 7.0
    assert verdict_of({"x": wild}, columns=("x",)) == "out_of_control"


def test_few_bad_parts_are_held_to_what_few_counts_give() -> None:
    rng = np.random.default_rng(2)
    out = []
    for _ in range(40):
        table = {"bad": rng.binomial(50, 0.01, 50), "n": np.full(50, 50)}
        out.append(verdict_of(table, columns=("bad",), chart="p", inspected="n"))
    assert out.count("out_of_control") <= 3


def test_a_sum_that_stays_beyond_its_limit_is_one_alarm() -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate((rng.normal(0, 1, 40), rng.normal(1.5, 1, 40)))
    chart = chart_of({"x": values}, columns=("x",), chart="cusum", baseline="1-40")
    assert chart["verdict"] == "out_of_control"
    assert 1 <= chart["alarms"] <= 3


def test_a_shift_too_large_for_counts_is_still_found() -> None:
    rng = np.random.default_rng(4)
    bad = np.concatenate((rng.poisson(0.5, 40), rng.poisson(5, 10)))
    assert verdict_of({"defects": bad}, columns=("defects",), chart="c") == "out_of_control"


def test_products_put_together_are_not_called_in_control() -> None:
    rng = np.random.default_rng(6)
    product = np.array(["P1", "P2", "P3"])[np.arange(201) % 3]
    level = np.array([10.0, 12.0, 15.0])[np.arange(201) % 3]
    table = {"product": product, "thickness": level + rng.normal(0, 0.05, 201)}
    chart = chart_of(table, columns=("thickness",))
    assert chart["verdict"] == "mixed"
    assert (chart["mixed"]["column"], chart["mixed"]["kinds"]) == ("product", 3)
    assert chart["mixed"]["share"] > 0.99
    one = {name: column[product == "P1"] for name, column in table.items()}
    assert chart_of(one, columns=("thickness",))["mixed"] is None


def test_the_share_between_kinds_is_omega_squared() -> None:
    # by hand: SSB = 6·1 = 6, SSW = 4·0.25 = 1, MSW = 0.25, (6 - 0.25)/(7 + 0.25)
    values = np.array([0.5, 1.5, 1.0, 2.5, 3.5, 3.0]) - 2
    codes = np.array([0, 0, 0, 1, 1, 1])
    assert share_between(values, codes) == pytest.approx((6 - 0.25) / (7 + 0.25))
    assert np.isnan(share_between(np.ones(4), np.array([0, 0, 1, 1])))


def test_numbers_of_samples_of_several_rows_are_not_charted() -> None:
    rng = np.random.default_rng(8)
    table = {"표본": np.repeat(np.arange(40), 5), "두께": rng.normal(12, 0.02, 200)}
    charts = spc.draw(table, Options()).document["charts"]
    assert [chart["columns"] for chart in charts] == [["두께"]]


def test_a_column_whose_name_holds_a_comma_can_be_told_in_a_list() -> None:
    rng = np.random.default_rng(9)
    table = {"두께, 측정(mm)": rng.normal(12, 0.02, 60), "압력": rng.normal(98, 2, 60)}
    charts = spc.draw(table, Options(columns=("두께", "측정(mm)", "압력"))).document["charts"]
    assert [chart["columns"] for chart in charts] == [["두께, 측정(mm)"], ["압력"]]


def test_one_point_beyond_by_chance_asks_for_no_other_limits() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        chart = chart_of({"x": rng.normal(0, 1, 200)}, columns=("x",))
        assert chart["verdict"] == "out_of_control" or "baseline_out" not in chart["warnings"]
