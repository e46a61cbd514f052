"""The runs of a plan: which settings, in which block, in which order."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.experiment.design import Design, halves

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Layout:
    """Runs in their order: `coded` (runs, factors), `block` (runs,) from 1; what blocks cost.

    `confounded` is the effect that is lost in the difference between blocks, `days` how long it
    takes, `shared` whether a block takes more than one day.
    """

    coded: Floats
    block: Ints
    confounded: str | None
    days: int
    shared: bool


def lay_out(
    design: Design, replicates: int, runs_per_day: int, centre_points: int, seed: int
) -> Layout:
    """Divide `replicates` of a design into blocks of a day, and put each block in random order.

    As many whole replicates as a day holds form a block; where a day holds half a replicate only,
    the replicate is halved by its most expendable interaction. The same seed gives the same order.
    """
    rng = np.random.default_rng(seed)
    blocks, confounded = _blocks(design, replicates, runs_per_day - centre_points)
    coded, block, days = [], [], 0
    for number, rows in enumerate(blocks, 1):
        middle = np.zeros((centre_points, design.factors))
        runs = rng.permutation(np.vstack([rows, middle]))
        coded.append(runs)
        block.append(np.full(len(runs), number))
        days += math.ceil(len(runs) / runs_per_day)
    return Layout(np.vstack(coded), np.concatenate(block), confounded, days, days > len(blocks))


def _blocks(design: Design, replicates: int, room: int) -> tuple[list[Floats], str | None]:
    if room >= design.runs:
        at_once = room // design.runs
        # Blocks as equal as can be: 3 replicates in two days are 2 and 1.
        blocks = math.ceil(replicates / at_once)
        sizes = [len(part) for part in np.array_split(np.arange(replicates), blocks)]
        return [np.tile(design.coded, (n, 1)) for n in sizes], None
    split = halves(design) if room * 2 >= design.runs else None
    if split is None:
        return [design.coded] * replicates, None
    name, column = split
    pair = [design.coded[column > 0], design.coded[column < 0]]
    return pair * replicates, name


def changes(coded: Floats, factor: int) -> int:
    """Return how often a factor must be changed in the order of the runs."""
    return int(np.count_nonzero(np.diff(coded[:, factor])))
