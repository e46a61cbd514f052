"""How much of what was metered was used while nothing ran."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]


def standing_kwh(kwh: Floats, ran: Floats, stood: Floats) -> Floats | None:
    """Return the kWh of each metered period that were used while a machine stood.

    `ran` and `stood` are seconds of each period, what is missing to its length is unknown; `kwh` is
    what was used in it. A period of one kind alone is plain. One of both kinds is shared out by two
    steady powers, one for running and one for standing, that fit all periods best (least squares,
    neither below zero); what belongs to unknown time is left out. None where the powers cannot be
    told apart: every period is mixed, and mixed alike.
    """
    seen = ran + stood
    use = np.isfinite(kwh) & (seen > 0)
    found = np.zeros(kwh.size)
    mixed = use & (ran > 0) & (stood > 0)
    plain = use & (ran <= 0)
    found[plain] = kwh[plain]
    if not mixed.any():
        return found
    rows = np.column_stack([ran[use], stood[use]]) / 3600.0
    if np.linalg.matrix_rank(rows, tol=1e-6 * float(np.abs(rows).max()) * len(rows)) < 2:
        return None
    powers, _ = nnls(rows, kwh[use])
    told = powers[0] * ran[mixed] + powers[1] * stood[mixed]
    share = np.divide(powers[1] * stood[mixed], told, out=np.zeros(told.size), where=told > 0)
    found[mixed] = kwh[mixed] * share
    return found
