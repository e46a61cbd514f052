"""Power, intervals, disguises and cavities against values that can be checked by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from deungdae.analysis.causes.cavities import compare
from deungdae.analysis.causes.disguise import within_contexts
from deungdae.analysis.causes.evidence import rates
from deungdae.analysis.causes.frame import Texts
from deungdae.analysis.causes.judge import expected_by_chance, q_values
from deungdae.analysis.causes.power import episodes_needed, missing
from deungdae.analysis.causes.problem import Category, Problem
from deungdae.analysis.causes.region import Condition, Feature
from deungdae.analysis.causes.search import Chance, Found, Outcome
from deungdae.analysis.stats.intervals import wilson


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("columns", [1, 3, 26, 474])
def test_the_episodes_needed_are_the_fewest_with_enough_power(columns: int) -> None:
    # A quarter of the parts carries half of the defects when it has triple the risk.
    def power(episodes: int) -> float:
        critical = next(
            k
            for k in range(episodes + 2)
            if stats.binom.sf(k - 1, episodes, 0.25) <= 0.05 / columns
        )
        return float(stats.binom.sf(critical - 1, episodes, 0.5))

    needed = episodes_needed(columns)

    assert power(needed) >= 0.8
    assert all(power(fewer) < 0.8 for fewer in range(3, needed))


def test_what_is_missing_is_counted_in_bad_rows_episodes_and_days() -> None:
    # 26 columns need 49 episodes; 7 came in 14 days with 3 bad rows each.
    assert missing(26, bad=21, episodes=7, days=14.0) == {
        "bad": 126,
        "episodes": 42,
        "days": 84,
        "risk_ratio": 3.0,
        "power": 0.8,
    }
    assert missing(26, bad=21, episodes=7, days=None)["days"] is None


def test_the_interval_of_a_share_equals_the_published_one() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81/263 and 15/148, score method.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_reversal_between_contexts_is_seen() -> None:
    # Kidney stones (Charig et al., BMJ 1986): failures of open surgery against the newer method.
    # Small stones 6/87 against 36/270, large 71/263 against 25/80: the crude ratio, 77/350 against
    # 61/350, is turned round within each size.
    inside, bad, size = [], [], []
    for group, treatment, failures, patients in (
        (0, True, 6, 87), (0, False, 36, 270), (1, True, 71, 263), (1, False, 25, 80),
    ):  # fmt: skip
        inside += [treatment] * patients
        bad += [True] * failures + [False] * (patients - failures)
        size += [group] * patients

    log_ratio, evidence = within_contexts(np.array(inside), np.array(bad), np.array(size))

    above = 6 * 270 / 357 + 71 * 80 / 343
    below = 36 * 87 / 357 + 25 * 263 / 343
    assert log_ratio == pytest.approx(math.log((above + 0.1) / (below + 0.1)))
    assert log_ratio < 0 and evidence < 0


def by_hand(inside: int, bad_in: int, outside: int, bad_out: int) -> tuple[Problem, Condition]:
    """Return units in random order with these counts, and the condition that divides them."""
    order = np.random.default_rng(0).permutation(inside + outside)
    codes = np.array([1] * inside + [0] * outside)[order]
    bad = np.array(
        [1] * bad_in + [0] * (inside - bad_in) + [1] * bad_out + [0] * (outside - bad_out)
    )[order]
    category = Category("x", ("no", "yes"), codes.astype(np.intp))
    problem = Problem((), (), (category,), np.ones(codes.size, dtype=np.intp), bad.astype(np.intp))
    return problem, Condition(Feature((0,)), levels=frozenset({1}))


def test_rates_ratio_and_interval_of_independent_rows_agree_with_katz() -> None:
    problem, condition = by_hand(400, 60, 1600, 80)

    found = rates(problem, (condition,))

    assert (found.rows_inside, found.rows_outside) == (400, 1600)
    assert found.ratio == pytest.approx(0.15 / 0.05)
    # Katz: exp(ln 3 +- 1.96 sqrt(1/60 - 1/400 + 1/80 - 1/1600)) = 2.19 to 4.12.
    low, high = found.interval
    assert high is not None
    assert low == pytest.approx(2.19, abs=0.2) and high == pytest.approx(4.12, abs=0.4)


def test_no_bad_row_outside_is_an_infinite_ratio_with_a_lower_end() -> None:
    problem, condition = by_hand(100, 12, 900, 0)

    found = rates(problem, (condition,))

    assert found.ratio is None
    assert found.interval[0] > 5 and found.interval[1] is None


def test_bad_units_in_one_cluster_widen_the_interval() -> None:
    spread, condition = by_hand(400, 40, 1600, 80)
    codes = np.zeros(2000, dtype=np.intp)
    codes[200:600] = 1
    bad = np.zeros(2000, dtype=np.intp)
    bad[210:250] = 1  # the same 40 of 400, all in one stretch
    bad[700:1980:16] = 1
    clustered = Problem(
        (), (), (Category("x", ("no", "yes"), codes),), np.ones(2000, dtype=np.intp), bad
    )

    wide, narrow = rates(clustered, (condition,)).interval, rates(spread, (condition,)).interval

    assert wide[0] < narrow[0]
    assert wide[1] is None or wide[1] > narrow[1]  # type: ignore[operator]


def test_cavities_are_compared_within_shots() -> None:
    # 30 shots of two parts; in 10 the right one alone is bad: McNemar with 10 against 0.
    texts = Texts("캐비티", ("LH", "RH"), np.tile([0, 1], 30).astype(np.intp))
    bad = np.zeros(60, dtype=bool)
    bad[1:21:2] = True

    finding = compare(texts, np.arange(60), np.repeat(np.arange(30), 2), bad, generator())

    assert finding is not None
    assert finding.levels == ("RH",)
    # (10 - 5 - 0.5) / sqrt(10/4) = 2.846, two-sided, times two levels.
    assert finding.p_value == pytest.approx(2 * 2 * stats.norm.sf(4.5 / math.sqrt(2.5)))
    assert finding.stability > 0.9


def test_shots_in_which_all_parts_are_bad_say_nothing_of_cavities() -> None:
    texts = Texts("캐비티", ("LH", "RH"), np.tile([0, 1], 30).astype(np.intp))
    bad = np.repeat(np.arange(30) < 8, 2)

    assert compare(texts, np.arange(60), np.repeat(np.arange(30), 2), bad, generator()) is None


def outcome(score: float | None, null: list[float], shifts: int) -> Outcome:
    chance = Chance(np.sort(np.array(null)), shifts)
    if score is None:
        return Outcome((), (), chance)
    found = Found(None, 0, score, chance.columns_by_chance(score), None)  # type: ignore[arg-type]
    return Outcome((found,), (), chance)


def test_chance_is_added_up_over_all_searches() -> None:
    # 99 shifts of 1 column each; 3 reach 4.0 in the first search, 1 in the second.
    first = outcome(4.0, [4.5, 4.2, 4.1] + [0.0] * 96, 99)
    second = outcome(None, [5.0] + [1.0] * 98, 99)

    assert expected_by_chance([first, second], 4.0) == pytest.approx(4 / 99 + 1 / 100)
    assert q_values([first, second]) == [[pytest.approx(4 / 99 + 0.01)], []]


def test_two_causes_of_the_same_strength_share_what_chance_brings() -> None:
    one = outcome(4.0, [4.5, 4.2] + [0.0] * 97, 99)
    other = outcome(4.5, [0.0] * 99, 99)

    values = q_values([one, other])

    assert values[0][0] == pytest.approx((2 / 99 + 0.01) / 2, abs=0.02)
    assert values[1][0] <= values[0][0] + 0.02
