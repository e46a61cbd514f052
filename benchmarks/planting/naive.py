"""What a naive analyst does: a rank test per column, as if all parts were independent."""

import numpy as np
from scipy.stats import norm, rankdata

from planting.columns import Bools, Columns


def significant(columns: Columns, bad: Bools, rows: Bools, level: float = 0.05) -> bool:
    """Return whether any column of numbers differs between bad and good parts of `rows`.

    Mann-Whitney's test with the normal approximation and correction for ties, two-sided, at a
    false-discovery rate of `level` over the columns (Benjamini and Hochberg 1995).
    """
    inside = bad[rows]
    if not 0 < inside.sum() < len(inside):
        return False
    p = []
    for values in columns.numbers.values():
        chosen = values[rows]
        known = np.isfinite(chosen)
        n, n_bad = int(known.sum()), int(inside[known].sum())
        if n_bad == 0 or n_bad == n:
            continue
        ranks = rankdata(chosen[known])
        spread = np.sqrt(n_bad * (n - n_bad) / (n * (n - 1)) * np.sum((ranks - (n + 1) / 2) ** 2))
        if spread > 0:
            z = (ranks[inside[known]].sum() - n_bad * (n + 1) / 2) / spread
            p.append(2 * norm.sf(abs(z)))
    ordered = np.sort(p)
    return bool(np.any(ordered <= level * np.arange(1, len(ordered) + 1) / max(1, len(ordered))))
