"""The average and range method: gauge R&R that can be worked out on paper.

Source: AIAG MSA, 4th ed., chapter III section B; its K1, K2, K3 are the inverses of d2* (Duncan).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.gauge.components import categories
from deungdae.analysis.stats.shewhart import d2, d2_star, d3

Floats = NDArray[np.float64]

#: From so many ranges on AIAG takes d2 instead of d2*.
MANY = 15


@dataclass(frozen=True)
class Factors:
    """K1 (trials), K2 (operators), K3 (parts): a mean range times K is a standard deviation."""

    k1: float
    k2: float
    k3: float


def factors(parts: int, operators: int, trials: int) -> Factors:
    """Return the factors of a study, not rounded: 1/d2* of one sample, K1 of parts × operators."""
    many = parts * operators
    return Factors(
        1 / (d2(trials) if many > MANY else d2_star(trials, many)),
        1 / d2_star(operators, 1) if operators > 1 else 0.0,
        1 / d2_star(parts, 1),
    )


def average_and_range(cube: Floats, k: Factors | None = None) -> dict[str, Any]:
    """Return EV, AV, GRR, PV, TV, their shares and the number of categories.

    `cube` has the shape (parts, operators, trials). `k` may be given, as for the rounded factors of
    a manual. A negative square under the root of AV counts as zero.
    """
    parts, operators, trials = cube.shape
    k = k or factors(parts, operators, trials)
    mean_range = float(np.ptp(cube, axis=2).mean())
    difference = float(np.ptp(cube.mean(axis=(0, 2))))
    part_range = float(np.ptp(cube.mean(axis=(1, 2))))
    ev = mean_range * k.k1
    av = math.sqrt(max(0.0, (difference * k.k2) ** 2 - ev**2 / (parts * trials)))
    grr = math.hypot(ev, av)
    pv = part_range * k.k3
    tv = math.hypot(grr, pv)
    named = {"EV": ev, "AV": av, "GRR": grr, "PV": pv, "TV": tv}
    return {
        "mean_range": mean_range,
        "operator_difference": difference,
        "part_range": part_range,
        "k1": k.k1,
        "k2": k.k2,
        "k3": k.k3,
        "deviations": named,
        "shares": {name: value / tv if tv else None for name, value in named.items()},
        "categories": categories(pv, grr),
        # AIAG: a range above D4 times the mean range marks a reading to look at again.
        "range_limit": mean_range * _d4(trials),
        "ranges_beyond": [
            {"part": int(i), "operator": int(j)}
            for i, j in zip(
                *np.nonzero(np.ptp(cube, axis=2) > mean_range * _d4(trials)), strict=True
            )
        ],
    }


def _d4(trials: int) -> float:
    return 1 + 3 * d3(trials) / d2(trials)
