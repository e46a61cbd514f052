"""The picture of a rule that is tried: its values, and when it would have stood, part by part."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.monitor.past import Readings

PICTURE: Final = 400  #: parts of the picture


class Came(NamedTuple):
    """One time that the condition came; `end_us` is None while it stands."""

    start_us: int
    end_us: int | None


def drawn(came: Iterable[Came], start_us: int, end_us: int) -> list[list[int | None]]:
    """Return from when to when it stood, as a picture can show it.

    Those that are closer than one part of the picture are one, so that none is left out of it.
    """
    near = _part(start_us, end_us)
    found: list[list[int | None]] = []
    for one in came:
        last = found[-1][1] if found else None
        if last is not None and one.start_us - last < near:
            found[-1][1] = one.end_us
        else:
            found.append([one.start_us, one.end_us])
    return found


def _part(start_us: int, end_us: int) -> int:
    return max((end_us - start_us) // PICTURE, 1)


def picture(readings: Readings, start_us: int, end_us: int) -> dict[str, Any] | None:
    """Return the smallest and largest value of each of some hundred parts of the time."""
    kept = ~np.isnan(readings.values)
    times, values = readings.times[kept], readings.values[kept]
    if not times.size:
        return None
    every = _part(start_us, end_us)
    parts = (times - start_us) // every
    starts = np.flatnonzero(np.concatenate(([True], parts[1:] != parts[:-1])))
    return {
        "every": every,
        "t": (start_us + parts[starts] * every).tolist(),
        "low": _rounded(np.minimum.reduceat(values, starts)),
        "high": _rounded(np.maximum.reduceat(values, starts)),
    }


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.6g}") for value in values.tolist()]


def nearly_all(readings: Readings) -> list[float] | None:
    """Return between which values nearly all (99 %) lie."""
    known = readings.values[~np.isnan(readings.values)]
    return None if known.size < 20 else _rounded(np.quantile(known, [0.005, 0.995]))
