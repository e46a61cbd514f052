"""What a machine used, where it is metered: a counter of kWh, or a power in kW."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from deungdae.monitor.definitions import Asset
from deungdae.monitor.past import Means

QUARTER_US = 900_000_000  #: demand is billed by quarters of an hour


class Energy(NamedTuple):
    """kWh of a time, the highest quarter of an hour in kW, and each quarter (start, end, kWh)."""

    kwh: float
    peak_kw: float | None
    trend: list[tuple[int, int, float]]


def tags(asset: Asset) -> list[str]:
    """Return the tags to be read by quarters of an hour."""
    signals = (asset.signal("energy"), asset.signal("power"))
    return [signal.tag for signal in signals if signal is not None]


def energy(
    asset: Asset, means: Mapping[str, Means], start_us: int, end_us: int, now_us: int | None = None
) -> Energy | None:
    """Return what was used, from quarters of an hour; None where nothing was metered.

    A quarter that begins before the time or ends after it counts by its share in it; what is told
    of it is taken to reach until its end, or until `now_us`.
    """
    meter, power = asset.signal("energy"), asset.signal("power")
    if meter is not None and meter.tag in means:
        found = means[meter.tag]
        # The first quarter has no end of the one before: its own lowest is where it began.
        before = np.concatenate((found.low[:1], found.last[:-1]))
        steps = found.last - before
        used = np.where(steps < 0, found.last, steps) * meter.scale
        is_meter = True
    elif power is not None and power.tag in means:
        found = means[power.tag]
        used, is_meter = found.mean * power.scale / 3.6e9, False  # for each microsecond
    else:
        return None
    ends = found.times + QUARTER_US
    told_until = ends if now_us is None else np.minimum(ends, max(now_us, end_us))
    since, until = np.maximum(found.times, start_us), np.minimum(told_until, end_us)
    inside = np.maximum(until - since, 0)
    lasted = np.maximum(told_until - found.times, 1)
    used = used * (inside / lasted if is_meter else inside)
    trend = [
        (start, end, round(kwh, 6))
        for start, end, kwh in zip(since.tolist(), until.tolist(), used.tolist(), strict=True)
        if end > start
    ]
    whole = [kwh for start, end, kwh in trend if end - start == QUARTER_US]
    peak = round(max(whole) * 3.6e9 / QUARTER_US, 6) if whole else None
    return Energy(round(sum(kwh for _, _, kwh in trend), 6), peak, trend)
