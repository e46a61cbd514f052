"""Machines whose tags go together."""

import numpy as np
from numpy.typing import NDArray


def machine_values(
    seed: int, rows: int, tags: int, causes: int, noise: float
) -> NDArray[np.float64]:
    """Return rows of tags that follow a few slow causes, with noise of their own."""
    chance = np.random.default_rng(seed)
    moved = np.zeros((rows, causes))
    for at in range(1, rows):
        moved[at] = 0.95 * moved[at - 1] + chance.normal(0, 0.3, causes)
    mixture = chance.normal(0, 1, (causes, tags))
    return np.asarray(moved @ mixture + chance.normal(0, noise, (rows, tags)))
