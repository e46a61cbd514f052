"""Scanning a column for the region in which defects gather."""

import math

import numpy as np
import pytest
from scipy import stats

from deungdae.analysis.stats.binning import BINS, MISSING, code, edges_of
from deungdae.analysis.stats.levels import LevelScanner
from deungdae.analysis.stats.scan import (
    OUTSIDE,
    Scanner,
    all_regions,
    label_counts,
    likelihood_ratio,
    region_sums,
)
from deungdae.analysis.stats.shifts import shifted


def ratio(*counts: float) -> float:
    return float(likelihood_ratio(*(np.array([c]) for c in counts))[0])


def test_the_ratio_of_a_known_table_is_half_of_its_g_statistic() -> None:
    # 8 of 10 bad inside, 2 of 30 outside.
    g, _, _, _ = stats.chi2_contingency(
        [[8, 2], [2, 28]], correction=False, lambda_="log-likelihood"
    )

    assert ratio(8, 10, 10, 40) == pytest.approx(g / 2, abs=1e-12)


def test_a_region_that_holds_every_defect_and_no_good_row_explains_everything() -> None:
    # The likelihood ratio is then the entropy of the labels: 4 ln(10/4) + 6 ln(10/6).
    assert ratio(4, 4, 4, 10) == pytest.approx(4 * math.log(10 / 4) + 6 * math.log(10 / 6))


def test_a_region_with_fewer_defects_than_elsewhere_counts_nothing() -> None:
    assert ratio(1, 20, 10, 40) == 0.0
    assert ratio(5, 20, 10, 40) == 0.0


def test_edges_are_values_of_the_column_and_codes_lie_between_them() -> None:
    values = np.arange(1.0, 1001.0)

    edges = edges_of(values)
    coded = code([values], values.size)

    assert edges[0] == 3.0  # 0.25 % of 1,000 rows, rounded up to a value
    assert edges[13] == 500.0
    assert coded.codes[2, 0] == 0 and coded.codes[3, 0] == 1
    assert coded.codes[-1, 0] == BINS - 1


def test_a_missing_value_lies_in_no_bin() -> None:
    values = np.array([np.nan, *range(50)])

    coded = code([values], values.size)

    assert coded.codes[0, 0] == MISSING
    assert np.all(coded.codes[1:, 0] < BINS)


def test_counts_of_regions_equal_counting_by_hand() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=300)
    values[::17] = np.nan
    coded = code([values], 300)
    bad = np.array([np.sort(rng.choice(300, 20, replace=False))])

    sums = region_sums(label_counts(coded, bad))[0, 0]

    regions = all_regions()
    for spot in range(0, len(regions), 37):
        codes = coded.codes[bad[0], 0]
        inside = (codes >= regions.first[spot]) & (codes < regions.last[spot])
        if regions.shape[spot] == OUTSIDE:
            inside = ~inside & (codes != MISSING)
        assert sums[spot] == inside.sum()


def test_the_scan_finds_the_planted_tail() -> None:
    values = np.arange(1000.0)
    bad = np.array([*range(990, 1000), 100, 500])

    best, where = Scanner(code([values], 1000)).values(bad[None])

    regions = all_regions()
    assert regions.first[where[0, 0]] == 25 and regions.last[where[0, 0]] == BINS
    assert best[0, 0] == pytest.approx(ratio(10, 10, 12, 1000))


@pytest.mark.parametrize("labellings", [1, 40])
def test_looking_values_up_gives_what_working_them_out_gives(labellings: int) -> None:
    # Few bad rows and many labellings are looked up in a table; one labelling is worked out.
    rng = np.random.default_rng(5)
    values = rng.normal(size=(400, 3))
    values[rng.random((400, 3)) < 0.1] = np.nan
    scanner = Scanner(code(list(values.T), 400))
    bad = np.sort(rng.choice(400, 9, replace=False))
    labels = shifted(bad, 400, 40, rng)[:labellings]

    together, _ = scanner.values(labels)

    one_by_one = np.concatenate([scanner.values(label[None])[0] for label in labels])
    assert together == pytest.approx(one_by_one)


def test_shifts_keep_the_gaps_between_bad_rows_and_are_never_zero() -> None:
    bad = np.array([5, 6, 7, 40])

    moved = shifted(bad, 50, 20, np.random.default_rng(0))

    assert moved.shape == (20, 4)
    gaps = np.mod(np.diff(np.concatenate((moved, moved[:, :1] + 50), axis=1), axis=1), 50)
    assert np.all(np.sort(gaps, axis=1) == sorted([1, 1, 33, 15]))
    assert not np.any(np.all(moved == bad, axis=1))
    assert np.unique(moved[:, 0]).size == 20


def test_few_units_are_shifted_by_every_offset_once() -> None:
    moved = shifted(np.array([0]), 10, 500, np.random.default_rng(0))

    assert sorted(moved[:, 0]) == list(range(1, 10))


def test_levels_are_joined_from_the_worst_down() -> None:
    # Rates: a 4/10, b 0/10, c 3/10, d 1/70; a and c together explain most.
    codes = np.repeat([0, 1, 2, 3], [10, 10, 10, 70])
    bad = np.array([0, 1, 2, 3, 20, 21, 22, 99])
    scanner = LevelScanner([codes])

    assert sorted(scanner.levels(0, bad)) == [0, 2]
    assert scanner.values(bad[None])[0, 0] == pytest.approx(ratio(7, 20, 8, 100))
