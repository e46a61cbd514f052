"""What the benchmarks plant is there: shares and rates as promised, the same for the same seed."""

import os

import numpy as np
import pytest
from scipy.stats import binom, spearmanr

from planting import cases, datasets
from planting.cases import BAD, GROUNDS, STRENGTHS, TARGET, Case, plan, plant
from planting.columns import Columns, Sameness

if not datasets.available():
    if os.environ.get("CI") == "true":
        raise FileNotFoundError(f"the shared data sets must stand in {datasets.DATA}")
    pytest.skip(f"no shared data sets in {datasets.DATA}", allow_module_level=True)

KINDS = [(name, kind) for name, ground in GROUNDS.items() for kind in dict.fromkeys(ground.kinds)]


@pytest.mark.parametrize(("dataset", "kind"), KINDS)
def test_a_planted_region_has_the_promised_share_and_rates(dataset: str, kind: str) -> None:
    planted = plant(Case(dataset, 7, (kind,), base=0.02, strength=0.3))
    (rule,) = planted.rules
    assert 0.03 <= rule.inside.mean() <= 0.15
    inside, outside = planted.bad[rule.inside], planted.bad[~rule.inside]
    # Once in ten thousand draws a right rate would fall out of these bounds.
    promised = 1 - (1 - 0.02) * (1 - 0.3)
    low, high = binom.interval(0.9999, inside.size, promised)
    assert low <= inside.sum() <= high
    low, high = binom.interval(0.9999, outside.size, 0.02)
    assert low <= outside.sum() <= high


@pytest.mark.parametrize("dataset", list(GROUNDS))
def test_the_verdict_column_says_what_was_planted(dataset: str) -> None:
    planted = plant(Case(dataset, 3, ("high",), base=0.02, strength=0.8))
    words = planted.table[TARGET].to_pylist()
    assert [word == BAD for word in words] == planted.bad.tolist()
    assert planted.table.num_rows == len(words)
    assert planted.time is None or planted.time in planted.table.column_names


def test_the_same_case_is_planted_the_same_way_twice() -> None:
    case = Case("tep", 5, ("and", "window"), base=0.02, strength=0.3)
    one, other = plant(case), plant(case)
    assert one.table.equals(other.table)
    assert [rule.text for rule in one.rules] == [rule.text for rule in other.rules]
    assert not one.table.equals(plant(Case("tep", 6, ("and", "window"), 0.02, 0.3)).table)


def test_a_rule_on_a_difference_is_not_a_rule_on_one_column() -> None:
    planted = plant(Case("tep", 11, ("difference",), base=0.01, strength=0.8))
    (rule,) = planted.rules
    assert rule.quantity is not None
    table = planted.table
    first, second = (table[name].to_numpy() for name in rule.columns)
    assert rule.quantity == pytest.approx(first - second)
    for values in (first, second):
        assert abs(spearmanr(values, rule.quantity).statistic) <= 0.9


def test_a_window_is_good_on_both_sides() -> None:
    planted = plant(Case("tep", 2, ("window",), base=0.01, strength=0.8))
    (rule,) = planted.rules
    values = planted.table[rule.columns[0]].to_numpy()
    low, high = values[rule.inside].min(), values[rule.inside].max()
    assert values.min() < low < high < values.max()
    assert ((values >= low) & (values <= high)).tolist() == rule.inside.tolist()


def test_a_null_case_has_no_rule_and_its_base_rate() -> None:
    planted = plant(Case("kamp", 1, (), base=0.025, strength=0.0))
    assert planted.rules == () and planted.truth == []
    low, high = binom.interval(0.9999, planted.bad.size, 0.025)
    assert low <= planted.bad.sum() <= high


def test_bad_parts_of_a_null_case_in_bursts_stand_together() -> None:
    planted = plant(Case("tep", 1, (), base=0.025, strength=0.0, bursts=True))
    starts = int(planted.bad[0]) + int(np.sum(np.diff(planted.bad.astype(int)) == 1))
    assert planted.bad.sum() >= 0.025 * planted.bad.size
    assert planted.bad.sum() / starts >= 3


def test_the_plan_spreads_its_cases_over_data_sets_and_strengths() -> None:
    planned = plan(60, 12, seed=0)
    assert planned == plan(60, 12, seed=0)
    assert len([case for case in planned if case.kinds]) == 60
    assert {case.dataset for case in planned} == set(GROUNDS)
    assert {case.strength for case in planned if case.kinds} == set(STRENGTHS)
    kinds = {kind for case in planned for kind in case.kinds[:1]}
    assert kinds == {*cases.ONE, *cases.TWO, "level"}


def test_a_kind_that_a_table_has_no_room_for_is_an_error() -> None:
    # 15 % of 1,460 rows at a rate of 1 % are two bad parts, and six must be expected.
    with pytest.raises(LookupError, match="no rule of kind high"):
        plant(Case("tep", 0, ("high",), base=0.005, strength=0.01))


def test_columns_say_the_same_above_a_rank_correlation() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=500)
    columns = Columns(
        {"a": values, "cube": values**3, "minus": -values, "other": rng.normal(size=500)}, {}, 500
    )
    sameness = Sameness(columns)
    assert sameness.rho("a", "cube") == pytest.approx(1.0)
    assert sameness.rho("a", "minus") == pytest.approx(1.0)
    assert sameness.rho("a", "other") < 0.2
    assert sameness.distinct(["cube", "other", "a", "minus"], 0.9) == ["cube", "other"]
    assert sameness.rho("word", "word") == 1.0 and sameness.rho("word", "a") == 0.0
