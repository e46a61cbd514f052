"""Null labels: what has no cause is not called clear.

The promise is a share of at most 3 % of the runs, and `benchmarks/nulls.py` measures it, with 200
runs of each kind of null labels on each data set. Here a few runs of each data set show that a
change has not broken it: none of them all may be clear, which a method that calls 10 % clear passes
with a probability of 0.3 %, and one that calls 5 % clear with 6 %. Seeds are fixed: a given version
always gives the same answer.
"""

import os

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from planting import datasets
from planting.nulls import GROUNDS, PAIRS, null_table, trial

if not datasets.available():
    if os.environ.get("CI") == "true":
        raise FileNotFoundError(f"the shared data sets must stand in {datasets.DATA}")
    pytest.skip(f"no shared data sets in {datasets.DATA}", allow_module_level=True)

#: How many runs of each: 55 in all, fewer where one takes long. Shuffled labels are the easiest,
#: and are left to the benchmark.
TRIED = (
    ("kamp", "shifted", 6),
    ("ai4i", "shifted", 12),
    ("secom", "shifted", 1),
    ("tep", "runs", 8),
    ("lenses", "shifted", 10),
    ("milling", "swapped", 2),
    ("lens classes", "blocks", 8),
    ("garment", "shifted", 3),
    ("garment", "blocks", 3),
    ("feed rates", "swapped", 2),
)


def test_every_data_set_is_tried() -> None:
    assert {dataset for dataset, _, _ in TRIED} == set(GROUNDS)
    assert {(dataset, kind) for dataset, kind, _ in TRIED} <= set(PAIRS)
    assert sum(runs for _, _, runs in TRIED) == 55


@pytest.mark.parametrize(("dataset", "kind", "runs"), TRIED)
def test_null_labels_have_no_clear_cause(dataset: str, kind: str, runs: int) -> None:
    clear: dict[int, tuple[str, ...]] = {}
    for seed in range(runs):
        one = trial(dataset, kind, seed)
        assert one.verdicts <= {"clear", "suspected", "none", "not_enough_data"}
        if "clear" in one.verdicts:
            clear[seed] = one.causes
    assert not clear


@pytest.mark.parametrize(("dataset", "kind"), PAIRS)
def test_null_labels_keep_the_table_and_the_number_of_bad_parts(dataset: str, kind: str) -> None:
    ground = GROUNDS[dataset]()
    table = null_table(dataset, kind, 1)
    assert table.equals(null_table(dataset, kind, 1))
    assert not table[ground.target].equals(null_table(dataset, kind, 2)[ground.target])
    rest = [name for name in table.column_names if name not in ground.moved]
    assert table.select(rest).equals(ground.table.select(rest))
    if dataset == "tep":  # it has no verdicts of its own
        assert 0 < _bad(table, "Verdict", ("NG",)).mean() < 0.15
    elif ground.bad is None and kind != "swapped":
        before = sorted(ground.table[ground.target].to_pylist())
        assert sorted(table[ground.target].to_pylist()) == before
    elif kind != "swapped" and ground.bad is not None:  # runs have different lengths
        bad = _bad(ground.table, ground.target, ground.bad).sum()
        assert _bad(table, ground.target, ground.bad).sum() == bad


def test_a_shift_stays_within_the_product_and_keeps_the_reason_with_the_verdict() -> None:
    ground = GROUNDS["kamp"]()
    table = null_table("kamp", "shifted", 3)
    bad = _bad(table, "PassOrFail", ("1",))
    # 28 defects of CN7 and 32 of RG3, as in the original.
    assert bad[ground.within == "CN7"].sum() == 28
    assert bad[ground.within == "RG3"].sum() == 32
    reasons = np.array(table["Reason"].to_pylist())
    assert set(reasons[bad]) == {"가스", "미성형", "초기허용불량"}
    assert set(reasons[~bad]) == {"None"}


def test_a_shift_does_not_keep_a_difference_between_cavities() -> None:
    # In the original 27 of RG3's 32 defects are on the right.
    right = []
    for seed in range(20):
        table = null_table("kamp", "shifted", seed)
        bad = _bad(table, "PassOrFail", ("1",))
        names = np.array(table["PART_NAME"].to_pylist())
        right.append(int((bad & (names == "RG3 MOLD'G W/SHLD, RH")).sum()))
    assert 13 <= np.mean(right) <= 19


def _bad(table: pa.Table, target: str, bad: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.isin(np.array([str(value) for value in table[target].to_pylist()]), bad)
