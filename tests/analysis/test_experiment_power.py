"""Sizes and power beside published tables, and beside enumeration by hand."""

import pytest
from scipy import stats

from deungdae.analysis.experiment import power
from deungdae.analysis.experiment.calculator import calculated
from deungdae.records.errors import UnusableOption


@pytest.mark.parametrize(("d", "n"), [(0.2, 393), (0.5, 64), (0.8, 26)])
def test_two_means_need_as_many_values_as_cohen_says(d: float, n: int) -> None:
    # Cohen 1988, table 2.4.1: alpha 0.05 two-sided, power 0.80; rounded to whole numbers there.
    assert abs(power.values_for_means(d, 1.0) - n) <= 0.5


@pytest.mark.parametrize(("h", "n"), [(0.2, 392), (0.5, 63), (0.8, 25)])
def test_two_rates_need_as_many_parts_as_cohen_says(h: float, n: int) -> None:
    # Cohen 1988, table 6.4.1.
    assert abs(power.parts_for_h(h) - n) <= 0.5


@pytest.mark.parametrize(("f", "n"), [(0.1, 322), (0.25, 52), (0.4, 21)])
def test_three_groups_need_as_many_values_as_cohen_says(f: float, n: int) -> None:
    # Cohen 1988, table 8.4.4 (u = 2).
    assert abs(power.values_for_one_way(f, 3) - n) <= 0.5


def test_the_examples_of_r_come_out_to_their_digits() -> None:
    assert power.two_means(1, 1, 20) == pytest.approx(0.8689528, abs=1e-6)
    assert power.values_for_means(1, 1, 0.9) == pytest.approx(22.02110, abs=2e-5)
    assert power.two_rates_normal(0.5, 0.75, 50) == pytest.approx(0.7401659, abs=1e-6)
    assert power.parts_for_rates(0.5, 0.75, 0.9) == pytest.approx(76.7, abs=0.05)
    assert power.one_way(0.5, 4, 5) == pytest.approx(0.3535594, abs=1e-6)
    assert power.values_for_one_way(0.5, 4) == pytest.approx(11.92613, abs=3e-5)


def test_the_continuity_correction_gives_the_table_of_fleiss() -> None:
    assert power.parts_for_rates(0.25, 0.40, corrected=True) == pytest.approx(165, abs=0.5)


@pytest.mark.parametrize("n", [8, 15])
def test_the_power_of_fishers_test_is_that_of_enumerating_every_table(n: int) -> None:
    summed = 0.0
    for a in range(n + 1):
        for b in range(n + 1):
            if stats.fisher_exact([[a, n - a], [b, n - b]])[1] <= 0.05:
                summed += stats.binom.pmf(a, n, 0.6) * stats.binom.pmf(b, n, 0.1)

    assert power.two_rates_exact(0.6, 0.1, n) == pytest.approx(summed, abs=1e-10)


def test_the_score_test_is_enumerated_too() -> None:
    # With 2 parts each only 2:0 and 0:2 have |z| = 2 >= 1.96; p = 0.9² · 0.9² + 0.1² · 0.1².
    exact = power.two_rates_exact(0.9, 0.1, 2, test="score")

    assert exact == pytest.approx(0.9**4 + 0.1**4)


def test_shared_fate_multiplies_the_parts() -> None:
    assert power.design_effect(100, 0.01) == pytest.approx(1.99)
    alone = calculated(rates=(0.04, 0.01))["answers"][2]
    shared = calculated(rates=(0.04, 0.01), intra_run=0.01, run_parts=100)["answers"][2]

    assert alone["parts"] == 424  # Fleiss's formula without correction: 423.97
    assert shared["parts"] == pytest.approx(1.99 * power.parts_for_rates(0.04, 0.01), abs=1)


def test_the_exact_number_of_parts_reaches_the_power_and_one_less_does_not() -> None:
    fisher = calculated(rates=(0.5, 0.1))["answers"][0]

    n = fisher["parts"]
    assert fisher["power"] >= 0.8
    assert power.two_rates_exact(0.5, 0.1, n - 1) < 0.8


@pytest.mark.parametrize(("p1", "p2"), [(0.1, 0.1), (1.2, 0.1)])
def test_rates_that_are_none_are_refused(p1: float, p2: float) -> None:
    with pytest.raises(UnusableOption, match="Two different rates"):
        calculated(rates=(p1, p2))


def test_too_many_parts_are_not_enumerated() -> None:
    with pytest.raises(UnusableOption, match="Exact power"):
        power.two_rates_exact(0.1, 0.2, 20_001)
    (answer,) = calculated(rates=(0.0002, 0.0001))["answers"]
    assert answer["method"] == "normal"
