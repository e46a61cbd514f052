"""A good period to begin with: where the machine ran most, stopped seldom, and was steadiest.

The proposal is one of the spans of whole days in what is known; the engineer has the last word.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_PARTS = 12
WILD = 5.0  #: robust spreads beyond which a part is unlike the others


class Proposal(NamedTuple):
    """Parts `start` to `end`; `running` is the share of them in which the machine ran.

    `unsteady` (0 is perfect) is how far its two halves differ, in spreads, mean of the tags;
    `stops` is how often it stopped.
    """

    start: int
    end: int
    running: float
    stops: int
    unsteady: float


def propose(means: Floats, running: Floats, length: int, every: int = 24) -> Proposal | None:
    """Return the best span of `length` parts (such as hours), looked for `every` so many parts.

    `means` has a row for each part and a column for each tag, `running` the share of each part in
    which the machine ran (NaN: unknown). If less is known than `length`, all of it is proposed;
    None when there is next to nothing.
    """
    means, running = np.asarray(means, float), np.asarray(running, float)
    known = np.flatnonzero(np.isfinite(means).any(axis=1))
    if len(known) < FEWEST_PARTS:
        return None
    first, last = int(known[0]), int(known[-1]) + 1
    length = min(length, last - first)
    z = _scaled(np.where((running < 0.5)[:, None], np.nan, means))
    best: tuple[float, Proposal] | None = None
    # Latest first: of two equal spans the newer one is nearer to how the machine is today.
    for end in range(last, first + length - 1, -every):
        span = slice(end - length, end)
        own, ran = z[span], np.nan_to_num(running[span])
        if np.isfinite(own).any(axis=1).sum() < FEWEST_PARTS:
            continue
        unsteady = _differs(own[: length // 2], own[length // 2 :])
        wild = float(np.mean(np.abs(own[np.isfinite(own)]) > WILD))
        stops = int(np.sum((ran[1:] < 0.5) & (ran[:-1] >= 0.5)))
        proposal = Proposal(end - length, end, float(ran.mean()), stops, unsteady)
        worth = proposal.running - unsteady - 10 * wild - stops / length
        if best is None or worth > best[0]:
            best = worth, proposal
    return None if best is None else best[1]


def _scaled(means: Floats) -> Floats:
    z = np.full_like(means, np.nan)
    for column in range(means.shape[1]):
        own = means[:, column]
        known = own[np.isfinite(own)]
        if len(known):
            middle = float(np.median(known))
            width = 1.4826 * float(np.median(np.abs(known - middle))) or float(known.std())
            if width > 0:
                z[:, column] = (own - middle) / width
    return z


def _differs(one: Floats, other: Floats) -> float:
    far = [
        abs(float(np.median(a[np.isfinite(a)]) - np.median(b[np.isfinite(b)])))
        for a, b in zip(one.T, other.T, strict=True)
        if np.isfinite(a).any() and np.isfinite(b).any()
    ]
    return float(np.mean(np.minimum(far, 3.0))) if far else 3.0
