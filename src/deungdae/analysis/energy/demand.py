"""Quarters of an hour: what was used in each, and the demand that is billed."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

QUARTER: Final = np.timedelta64(15, "m")
HOURS: Final = 0.25


def quarters(ends: Days, kwh: Floats) -> tuple[Days, Floats]:
    """Return the starts of quarters and the kWh in each (NaN where nothing is known).

    `ends` are local times at which metered periods ended, ascending, `kwh` what was used since the
    one before; the first period is as long as the usual one. A period is spread evenly over the
    quarters that it touches; one longer than four usual ones and than an hour is a gap.
    """
    steps = np.diff(ends) / np.timedelta64(1, "s")
    usual = float(np.median(steps)) if steps.size else 900.0
    length = np.concatenate([[usual], steps])
    finish = (ends - ends[0]) / np.timedelta64(1, "s")
    origin = (ends[0] - np.timedelta64(round(usual), "s")).astype("datetime64[s]")
    first = (
        origin.astype("datetime64[D]")
        + ((origin - origin.astype("datetime64[D]")) // QUARTER) * QUARTER
    )
    shift = (ends[0] - first) / np.timedelta64(1, "s")
    stop = finish + shift
    start = stop - length
    count = int(np.ceil(stop[-1] / 900 - 1e-9))
    used, known = np.zeros(count), np.zeros(count)
    real = (length > 0) & (length <= max(4 * usual, 3600)) & np.isfinite(kwh)
    for low, high, value in zip(start[real], stop[real], kwh[real], strict=True):
        at = int(low // 900)
        while at * 900 < high - 1e-6 and at < count:
            share = min(high, (at + 1) * 900) - max(low, at * 900)
            used[at] += value * share / (high - low)
            known[at] += share
            at += 1
    used[known < 899.0] = np.nan
    return (first + np.arange(count) * QUARTER).astype("datetime64[s]"), used


def billed(
    starts: Days, kw: Floats, light: NDArray[np.bool_], months: Sequence[int],
    contract: float | None, floor: float,
) -> list[tuple[str, float, float]]:  # fmt: skip
    """Return (month, highest demand, billed demand) in kW for each month.

    Billed is the highest outside of light load of this month and of those `months` (1 to 12) among
    the eleven before, at least `floor` of the contract where it is known.
    """
    month = starts.astype("datetime64[M]")
    names = np.unique(month)
    top, heavy = {}, {}
    for name in names:
        own = (month == name) & np.isfinite(kw)
        top[name] = float(kw[own].max()) if own.any() else 0.0
        own &= ~light
        heavy[name] = float(kw[own].max()) if own.any() else 0.0
    found = []
    for name in names:
        past = [n for n in names if 0 < (name - n).astype(int) < 12]
        among = [heavy[n] for n in past if n.astype(int) % 12 + 1 in months]
        least = floor * contract if contract is not None else 0.0
        found.append((str(name), top[name], max([heavy[name], least, *among])))
    return found
