"""Energy per part: what a part needs, and what is used though nothing is made."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

LEAST: Final = 20
HOUR: Final = 4  #: quarters


def per_part(kwh: Floats, made: Floats) -> dict[str, Any] | None:
    """Return kWh = base + slope · parts over periods of equal length, None where too few are known.

    "base" is kWh of a period without parts, "slope" kWh of one more part, each with its 95 %
    interval (Newey and West's errors, for neighbours resemble each other); "idle_share" the share
    of the base in all energy, "standby" mean kWh of periods without parts.
    """
    known = np.isfinite(kwh) & np.isfinite(made)
    x, y = made[known], kwh[known]
    if x.size < LEAST or np.unique(x).size < 2 or y.sum() <= 0:
        return None
    design = np.column_stack([np.ones(x.size), x])
    inverse = np.linalg.inv(design.T @ design)
    base, slope = inverse @ design.T @ y
    rest = y - design @ np.array([base, slope])
    lags = int(4 * (x.size / 100) ** (2 / 9))
    score = design * rest[:, None]
    middle = score.T @ score
    for lag in range(1, lags + 1):
        cross = score[lag:].T @ score[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    error = np.sqrt(np.diag(inverse @ middle @ inverse) * x.size / (x.size - 2))
    width = float(special.stdtrit(x.size - 2, 0.975)) * error
    still = y[x <= 0]
    total = float(((y - y.mean()) ** 2).sum())
    return {
        "periods": int(x.size),
        "mean": float(y.sum() / x.sum()) if x.sum() > 0 else None,
        "base": {"value": float(base), "ci95": [float(base - width[0]), float(base + width[0])]},
        "slope": {
            "value": float(slope),
            "ci95": [float(slope - width[1]), float(slope + width[1])],
        },
        "r_squared": 1 - float((rest**2).sum()) / total if total > 0 else None,
        "idle_share": float(np.clip(base * x.size / y.sum(), 0, 1)),
        "standby": float(still.mean()) if still.size else None,
    }
