"""Repairable machines: do failures come more often, or less, as time goes on?

The power law process (Crow, AMSAA technical report 138, 1974; MIL-HDBK-189): N(t) = λ·t^β expected
failures by time t. β above 1: more often; below 1: less often. For several machines that were
watched from time 0, the times within each are taken together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from deungdae.analysis.reliability.weibull import Estimate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Watched:
    """One machine: its running times at failures, ascending, and how long it was watched.

    `until_failure` says that the watch ended with the last failure.
    """

    failures: Floats
    total: float
    until_failure: bool = False


@dataclass(frozen=True)
class Growth:
    """The trend of failures. `now` is the mean time between failures at the end of the watch.

    `p` is that of the test of β = 1 (MIL-HDBK-189: 2n/β is χ² distributed), two-sided.
    """

    beta: Estimate
    scale: float  #: λ of one machine
    now: float
    p: float


def growth(machines: Sequence[Watched]) -> Growth | None:
    """Return the trend of failures, None for fewer than three failures that tell.

    β is the maximum likelihood estimate; its interval is exact where all were watched equally long.
    """
    sums, count, freedom = 0.0, 0, 0
    for machine in machines:
        times = machine.failures[:-1] if machine.until_failure else machine.failures
        times = times[times > 0]
        sums += float(np.log(machine.total / times).sum())
        freedom += 2 * times.size
        count += machine.failures.size
    if freedom < 6 or sums <= 0:
        return None
    beta = count / sums
    statistic = 2 * sums
    below = float(special.chdtr(freedom, statistic))
    low, high = (float(special.chdtri(freedom, 1 - q)) / statistic for q in (0.025, 0.975))
    # In units of the longest watch: times of many hours to a high power are beyond any float.
    last = max(machine.total for machine in machines)
    mean = count / sum((machine.total / last) ** beta for machine in machines)
    return Growth(
        Estimate(beta, low, high), mean * last**-beta, last / (mean * beta),
        min(1.0, 2 * min(below, 1 - below)),
    )  # fmt: skip
