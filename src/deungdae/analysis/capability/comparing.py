"""Do cavities, machines or products differ, in level or in spread?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from deungdae.analysis.stats.anova import one_way

Floats = NDArray[np.float64]


def compared(samples: list[Floats]) -> dict[str, Any]:
    """Return p values for equal means (Welch 1951) and equal spreads (Brown and Forsythe 1974).

    Each sample holds two values or more; None where there are fewer than two samples or no spread.
    """
    usable = [s for s in samples if np.ptp(s) > 0]
    if len(usable) < 2:
        return {"groups": len(samples), "means_p": None, "spreads_p": None}
    return {
        "groups": len(samples),
        "means_p": _welch(usable),
        "spreads_p": _spreads([s for s in usable if s.size > 2]),
    }


def _welch(samples: list[Floats]) -> float:
    """Return Welch's p value, which does not need the spreads to be equal."""
    count = np.array([s.size for s in samples], dtype=float)
    mean = np.array([s.mean() for s in samples])
    weight = count / np.array([s.var(ddof=1) for s in samples])
    share = weight / weight.sum()
    k = len(samples)
    middle = float(share @ mean)
    between = float(weight @ (mean - middle) ** 2) / (k - 1)
    lost = float(((1 - share) ** 2 / (count - 1)).sum())
    f = between / (1 + 2 * (k - 2) / (k * k - 1) * lost)
    return float(stats.f.sf(f, k - 1, (k * k - 1) / (3 * lost)))


def _spreads(samples: list[Floats]) -> float | None:
    if len(samples) < 2:
        return None
    away = [np.abs(s - np.median(s)) for s in samples]
    number = np.repeat(np.arange(len(away)), [a.size for a in away])
    joined = np.concatenate(away)
    if np.ptp(joined) == 0:
        return None
    return one_way(joined, number)[0].p
