"""Constants, centring, intervals and shapes beneath capability and gauge studies."""

import math

import numpy as np
import pytest
from scipy import stats

from deungdae.analysis.stats.agreement import cohen, fleiss
from deungdae.analysis.stats.anderson import normal_p, statistic
from deungdae.analysis.stats.anova import one_way
from deungdae.analysis.stats.centring import centred
from deungdae.analysis.stats.families import FAMILIES, Name, Shape, fit
from deungdae.analysis.stats.fiducial import anderson_under, cloud
from deungdae.analysis.stats.intervals import clopper_pearson
from deungdae.analysis.stats.noncentral import distance_interval
from deungdae.analysis.stats.shewhart import c4, d2, d2_star, d3, freedom_of_mean_range
from deungdae.analysis.stats.variance import Term, satterthwaite, variance_interval
from deungdae.analysis.stats.within import moving_range, within


def test_the_range_of_two_values_has_constants_in_closed_form() -> None:
    # |x - y| of two normals is √2 times a half-normal.
    assert d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-12)
    assert d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-9)
    assert c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-12)


@pytest.mark.parametrize(
    ("n", "mean", "deviation", "unbiasing"),
    [(3, 1.693, 0.8884, 0.8862), (5, 2.326, 0.8641, 0.9400), (10, 3.078, 0.7971, 0.9727),
     (25, 3.931, 0.7084, 0.9896)],
)  # fmt: skip
def test_constants_are_those_of_the_tables(
    n: int, mean: float, deviation: float, unbiasing: float
) -> None:
    # Montgomery, appendix VI.
    assert round(d2(n), 3) == mean
    assert d3(n) == pytest.approx(deviation, abs=6e-5)
    assert round(c4(n), 4) == unbiasing


def test_the_factors_of_gauge_studies_are_inverses_of_d2_star() -> None:
    # AIAG MSA: K1 for three trials (many ranges), K2 for three operators, K3 for ten parts.
    assert round(1 / d2(3), 4) == 0.5908
    assert round(1 / d2_star(3, 1), 4) == 0.5231
    assert round(1 / d2_star(10, 1), 4) == 0.3146


def test_one_range_of_two_values_is_worth_one_degree_of_freedom() -> None:
    assert freedom_of_mean_range(2, 1) == pytest.approx(1.0, abs=1e-9)


def test_a_sample_of_one_has_no_range() -> None:
    with pytest.raises(ValueError, match="no spread"):
        d2(1)


def test_centred_values_keep_the_digits_that_were_written() -> None:
    values = np.array([1000000000000.4, 1000000000000.3, 1000000000000.5])
    origin, distances = centred(values)
    assert origin == 1000000000000.4
    assert distances.tolist() == [0.0, -0.1, 0.1]
    assert (values - values[0]).tolist() != distances.tolist()


def test_values_that_are_no_short_decimals_are_centred_as_they_are() -> None:
    values = np.array([math.pi, math.e, math.sqrt(2)])
    origin, distances = centred(values)
    assert np.array_equal(distances, values - origin)


def test_two_groups_are_compared_as_the_t_test_does() -> None:
    first, second = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0, 8.0])
    between, _ = one_way(np.concatenate([first, second]), np.repeat([0, 1], [3, 4]))
    t = stats.ttest_ind(first, second)
    assert between.f == pytest.approx(t.statistic**2)
    assert between.p == pytest.approx(t.pvalue)


def test_groups_without_a_repeat_cannot_be_analysed() -> None:
    with pytest.raises(ValueError, match="a repeat"):
        one_way(np.array([1.0, 2.0]), np.array([0, 1]))


def test_the_spread_within_subgroups_by_hand() -> None:
    groups = [np.array([1.0, 3.0]), np.array([5.0, 6.0])]
    pooled, ranges = within(groups), within(groups, "rbar")
    assert pooled is not None and ranges is not None
    # Sums of squares 2 and 0.5 over two degrees of freedom; ranges 2 and 1.
    assert pooled.sigma == pytest.approx(math.sqrt(2.5 / 2))
    assert pooled.freedom == 2
    assert ranges.sigma == pytest.approx(1.5 / d2(2))
    moved = moving_range(np.array([1.0, 4.0, 2.0]))
    assert moved is not None and moved.sigma == pytest.approx(2.5 / d2(2))


def test_subgroups_of_one_say_nothing_of_the_spread_within() -> None:
    assert within([np.array([1.0]), np.array([2.0])]) is None
    assert moving_range(np.array([1.0])) is None


def test_a_distance_interval_puts_the_estimate_at_its_quantiles() -> None:
    low, high = distance_interval(4.0, 30, 29)
    for end, tail in ((low, 0.975), (high, 0.025)):
        share = stats.nct.cdf(math.sqrt(30) * 4.0, 29, math.sqrt(30) * end)
        assert share == pytest.approx(tail, abs=1e-6)


def test_large_samples_have_the_interval_of_the_normal() -> None:
    low, high = distance_interval(4.0, 100_000, 99_999)
    half = 1.96 * math.sqrt(1 / 100_000 + 16 / 200_000)
    assert high - 4.0 == pytest.approx(half, rel=1e-3)
    assert 4.0 - low == pytest.approx(half, rel=1e-3)


def test_one_mean_square_has_the_exact_interval() -> None:
    low, high = variance_interval([Term(1.0, 2.0, 10)])
    assert low == pytest.approx(20 / stats.chi2.isf(0.025, 10))
    assert high == pytest.approx(20 / stats.chi2.isf(0.975, 10))


def test_a_component_may_be_nothing_at_all() -> None:
    low, high = variance_interval([Term(0.5, 1.0, 9), Term(-0.5, 1.0, 20)])
    assert low == 0.0
    assert high > 0.0


def test_degrees_of_freedom_of_two_equal_mean_squares_add_up() -> None:
    assert satterthwaite([Term(1, 3.0, 5), Term(1, 3.0, 5)]) == pytest.approx(10)


def test_intervals_of_components_hold_what_they_promise() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(1000):
        parts, rest = rng.chisquare(9) / 9 * 4.0, rng.chisquare(20) / 20 * 1.0
        low, high = variance_interval([Term(1 / 3, parts, 9), Term(-1 / 3, rest, 20)])
        hits += low <= 1.0 <= high
    assert 930 <= hits <= 975


def test_kappa_of_two_raters_by_hand() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreed 0.7, by chance 0.5.
    first = np.array([0] * 25 + [1] * 25)
    second = np.array([0] * 20 + [1] * 5 + [0] * 10 + [1] * 15)
    kappa = cohen(first, second, 2)
    assert kappa.value == pytest.approx(0.4)
    assert kappa.low is not None and kappa.low < 0.4 < (kappa.high or 0)


def test_kappa_of_many_raters_by_hand() -> None:
    # Two subjects, two raters: one agreed, one not. Levels (3 of 4, 1 of 4).
    kappa = fleiss(np.array([[2.0, 0.0], [1.0, 1.0]]))
    assert kappa.value == pytest.approx((0.5 - 0.625) / (1 - 0.625))


def test_raters_who_only_ever_say_one_thing_have_no_kappa() -> None:
    same = np.zeros(5, dtype=np.intp)
    assert cohen(same, same, 2).value is None
    assert fleiss(np.array([[2.0, 0.0]] * 4)).value is None


def test_no_hit_in_ten_may_still_be_three_in_ten() -> None:
    # 1 - 0.025^(1/10), the exact interval of nothing seen.
    assert clopper_pearson(0, 10) == pytest.approx((0.0, 1 - 0.025**0.1))
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_fits_are_those_of_largest_likelihood() -> None:
    values = np.random.default_rng(0).weibull(1.7, 300) * 3
    weibull, gamma = fit("weibull", values).parameters(), fit("gamma", values).parameters()
    shape, _, scale = stats.weibull_min.fit(values, floc=0)
    assert (weibull["shape"], weibull["scale"]) == pytest.approx((shape, scale), rel=1e-3)
    shape, _, scale = stats.gamma.fit(values, floc=0)
    assert (gamma["shape"], gamma["scale"]) == pytest.approx((shape, scale), rel=1e-6)
    largest = fit("largest_extreme", values)
    assert (largest.first, largest.second) == pytest.approx(stats.gumbel_r.fit(values), rel=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_shares_and_quantiles_of_a_shape_undo_each_other(family: Name) -> None:
    shape = Shape(family, 2.0, 0.5, 1.0)
    for share in (0.00135, 0.5, 0.99865):
        value = shape.quantile(share)
        assert shape.below(value) == pytest.approx(share, rel=1e-9)
        assert shape.above(value) == pytest.approx(1 - share, rel=1e-9)
    at = np.linspace(float(shape.quantile(0.001)), float(shape.quantile(0.999)), 4001)
    density = np.exp(shape.log_density(at))
    assert np.trapezoid(density, at) == pytest.approx(0.998, abs=1e-5)


def test_values_at_the_boundary_have_no_bounded_shape() -> None:
    with pytest.raises(ValueError, match="above"):
        fit("lognormal", np.array([0.0, 1.0, 2.0]))
    with pytest.raises(ValueError, match="no shape"):
        fit("normal", np.array([1.0, 1.0]))


def test_anderson_darling_p_values_are_right_for_the_normal() -> None:
    # Stephens 1986, table 4.7: 5 % at 0.752, 1 % at 1.035 for many values.
    assert normal_p(0.752, 10**6) == pytest.approx(0.05, abs=0.001)
    assert normal_p(1.035, 10**6) == pytest.approx(0.01, abs=0.001)


def test_anderson_darling_p_values_are_right_for_the_weibull() -> None:
    # Stephens 1986, table 4.17: 5 % at 0.757, 25 % at 0.474.
    under = anderson_under(Shape("weibull", 0.0, 1.0), 400, 0)
    assert under is not None
    assert np.quantile(under, [0.75, 0.95]) == pytest.approx([0.474, 0.757], abs=0.025)


def test_the_statistic_of_a_perfect_fit_is_small() -> None:
    share = (np.arange(1, 101) - 0.5) / 100
    assert statistic(share, 1 - share) < 0.05


def test_clouds_of_large_samples_shrink_with_the_root_of_their_size() -> None:
    shape = Shape("gamma", 3.0, 1.0)
    few, many = (np.std(cloud(shape, n, 0).quantile(0.99865)) for n in (400, 40_000))
    assert few / many == pytest.approx(10, rel=0.1)
