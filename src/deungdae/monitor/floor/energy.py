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


def energy(asset: Asset, means: Mapping[str, Means], end_us: int) -> Energy | None:
    """Return what was used, from quarters of an hour; None where nothing was metered."""
    meter, power = asset.signal("energy"), asset.signal("power")
    if meter is not None and meter.tag in means:
        found = means[meter.tag]
        # The first quarter has no end of the one before: its own lowest is where it began.
        before = np.concatenate((found.low[:1], found.last[:-1]))
        steps = found.last - before
        used = np.where(steps < 0, found.last, steps) * meter.scale
    elif power is not None and power.tag in means:
        found = means[power.tag]
        used = found.mean * power.scale * QUARTER_US / 3.6e9
    else:
        return None
    starts = found.times.tolist()
    trend = [
        (start, min(start + QUARTER_US, end_us), round(kwh, 6))
        for start, kwh in zip(starts, used.tolist(), strict=True)
    ]
    whole = [kwh for start, end, kwh in trend if end - start == QUARTER_US]
    peak = round(max(whole) * 3.6e9 / QUARTER_US, 6) if whole else None
    return Energy(round(float(used.sum()), 6), peak, trend)
