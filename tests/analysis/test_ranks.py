"""Ranks and the distance of two samples: as scipy has them, which takes long to import."""

import ast
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from deungdae.analysis import causes
from deungdae.analysis.stats.ranks import largest_distance, ranks


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert ranks(np.array([7.0, 3.0, 7.0, -np.inf, 9.0])).tolist() == [3.5, 2.0, 3.5, 1.0, 5.0]
    assert ranks(np.array([], dtype=float)).tolist() == []
    assert np.isnan(ranks(np.array([1.0, np.nan]))).all()


@pytest.mark.parametrize("seed", range(20))
def test_ranks_and_distance_are_those_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 9, 40).astype(float), rng.normal(4, 3, 30)
    assert ranks(first).tolist() == stats.rankdata(first).tolist()
    assert ranks(second).tolist() == stats.rankdata(second).tolist()
    theirs = stats.ks_2samp(first, second, method="asymp").statistic
    assert largest_distance(first, second) == pytest.approx(theirs, abs=1e-12)


def test_samples_that_do_not_overlap_are_as_far_apart_as_can_be() -> None:
    assert largest_distance(np.array([1.0, 2.0]), np.array([3.0])) == 1.0
    assert largest_distance(np.array([1.0, 2.0]), np.array([2.0, 1.0])) == 0.0


def test_causes_do_without_what_takes_longest_to_import() -> None:
    # Every look at a new file waits for these imports: half a second less without scipy.stats.
    files = sorted(Path(causes.__file__).parent.glob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "scipy":
                assert {name.name for name in node.names} <= {"special", "sparse"}, file
            assert not (isinstance(node, ast.ImportFrom) and node.module == "scipy.stats"), file
