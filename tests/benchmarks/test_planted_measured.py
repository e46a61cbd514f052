"""A shift of a measured result that was planted in real columns is found, in its direction."""

import os

import pytest

from planting import datasets
from planting.measured import play

if not datasets.available():
    if os.environ.get("CI") == "true":
        raise FileNotFoundError(f"the shared data sets must stand in {datasets.DATA}")
    pytest.skip(f"no shared data sets in {datasets.DATA}", allow_module_level=True)


@pytest.mark.parametrize(
    ("dataset", "kind", "shift"),
    [("tep", "high", 1.5), ("tep", "low", -1.5), ("kamp", "window", 2.0), ("kamp", "high", -1.5)],
)
def test_a_planted_shift_is_found_with_its_sign(dataset: str, kind: str, shift: float) -> None:
    played = [play(dataset, kind, shift, seed) for seed in (3, 4)]

    assert all(one is not None and one.found and one.right for one in played)
