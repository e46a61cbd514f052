"""Charts with a memory: EWMA and the tabular CUSUM, for small shifts that last.

Roberts, "Control chart tests based on geometric moving averages" (Technometrics 1, 1959); Page,
"Continuous inspection schemes" (Biometrika 41, 1954); Montgomery, chapter 9.
"""

import numpy as np

from deungdae.analysis.spc.panels import Floats, Ints, Panel


def ewma(
    means: Floats, sizes: Ints, center: float, sigma: float, weight: float, width: float
) -> Panel:
    """Return the EWMA chart of values or subgroup means, starting at the centre line.

    z_i = λ x_i + (1-λ) z_{i-1}; Var z_i = λ² σ²/n_i + (1-λ)² Var z_{i-1}, which for equal sizes is
    σ²/n λ/(2-λ) (1 - (1-λ)^{2i}). `sigma` is that of one value; limits are `width` away.
    """
    from scipy.signal import lfilter  # takes longer to load than most charts to draw

    keep = 1 - weight
    smooth, _ = lfilter([weight], [1, -keep], means, zi=[keep * center])
    variance = lfilter([weight**2], [1, -(keep**2)], sigma**2 / sizes)
    spread = np.sqrt(variance)
    middle = np.full(means.size, center)
    # The chart's own limits stand at `width`, and rules see them where others have three sigmas.
    return Panel(
        "ewma", np.asarray(smooth), middle, middle - width * spread, middle + width * spread,
        spread * width / 3, sigma, 0.0, False,
    )  # fmt: skip


def cusum(
    means: Floats, center: float, slack: float, decision: float, sigma: float
) -> tuple[Panel, Panel]:
    """Return the sums above and below of a tabular CUSUM, all in the unit of the values.

    C⁺_i = max(0, x_i - (T + K) + C⁺_{i-1}), C⁻_i = max(0, (T - K) - x_i + C⁻_{i-1}); a point is out
    where its sum exceeds `decision` (H). `slack` is K.
    """
    zero = np.zeros(means.size)
    panels = []
    for name, side in (("upper", 1.0), ("lower", -1.0)):
        total = np.cumsum(side * (means - center) - slack)
        # A sum that restarts at zero is the walk above its own lowest point so far.
        lowest = np.minimum(np.minimum.accumulate(total), 0.0)
        limit = np.full(means.size, decision)
        panels.append(Panel(name, total - lowest, zero, zero, limit, limit / 3, sigma, 0.0, False))
    return panels[0], panels[1]
