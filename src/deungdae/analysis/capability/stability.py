"""Is there one process at all? A capability of an unstable one says nothing of tomorrow.

Three questions are put to the normal scores of the values in the order of making: do they wander
(von Neumann's ratio of successive differences, Annals of Mathematical Statistics 12, 1941), do
subgroups differ more than their own spread allows (analysis of variance), and do more points lie
beyond three standard deviations than chance brings. Scores keep a skewed but steady process from
looking unsteady. Together they call a steady process unsteady once in a hundred times.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from deungdae.analysis.stats.anova import one_way

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: The chance of a false alarm, shared by the questions.
CHANCE: Final = 0.01
#: Fewer values than this cannot show it.
FEW: Final = 20


def stability(values: Floats, groups: Ints | None, scores: Floats | None) -> dict[str, Any]:
    """Return whether the process is stable, and what speaks against it.

    `values` are in the order of making; `groups` numbers their subgroups from 0 (None: single
    values); `scores` are the normal scores under the fitted shape (None: none was fitted).
    "stable" is None for fewer than 20 values. Reasons: "wandering", "between", "beyond".
    """
    if values.size < FEW:
        return {"stable": None, "reasons": [], "wandering_p": None, "between_p": None,
                "beyond": None, "beyond_p": None}  # fmt: skip
    ranks = stats.rankdata(values)
    normal = special.ndtri((ranks - 0.375) / (values.size + 0.25))
    series = normal
    between = None
    if groups is not None and np.unique(groups).size > 1:
        counts = np.bincount(groups)
        series = np.bincount(groups, weights=normal) / counts
        if values.size > counts.size:
            between = one_way(normal, groups)[0].p
    wandering = _wandering(series)
    beyond = None if scores is None else int((np.abs(scores) > 3).sum())
    far = 2 * float(special.ndtr(-3.0))
    beyond_p = None if beyond is None else float(stats.binom.sf(beyond - 1, values.size, far))
    asked = {"wandering": wandering, "between": between, "beyond": beyond_p}
    known = {name: p for name, p in asked.items() if p is not None}
    reasons = [name for name, p in known.items() if p < CHANCE / len(known)]
    return {
        "stable": not reasons,
        "reasons": reasons,
        "wandering_p": wandering,
        "between_p": between,
        "beyond": beyond,
        "beyond_p": beyond_p,
    }


def _wandering(series: Floats) -> float | None:
    """Return the one-sided p value of neighbours being alike, None for a handful of points."""
    n = series.size
    spread = float(((series - series.mean()) ** 2).sum())
    if n < 8 or spread <= 0:
        return None
    ratio = float((np.diff(series) ** 2).sum()) / spread
    z = (1 - ratio / 2) / math.sqrt((n - 2) / (n * n - 1))
    return float(special.ndtr(-z))
