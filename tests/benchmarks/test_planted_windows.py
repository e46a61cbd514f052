"""The interval of what a window brings holds the truth; benchmarks/windows.py measures how often.

An interval that covers in 95 % of cases misses three or more of 12 with a probability of 2 %. Seeds
are fixed: a given version always gives the same answer.
"""

import pytest

from planting.windows import simulate


@pytest.mark.parametrize("shape", ["step, strong", "mean, step"])
def test_the_interval_of_a_window_holds_what_it_truly_brings(shape: str) -> None:
    stated = [one for seed in range(12) if (one := simulate(shape, seed)) is not None]

    assert len(stated) >= 11, "the planted column is found"
    assert all(one.recommended for one in stated)
    assert sum(one.low <= one.true <= one.high for one in stated) >= len(stated) - 2
