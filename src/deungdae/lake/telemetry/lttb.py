"""Fewer points that look the same: largest triangle three buckets.

Sveinn Steinarsson, Downsampling Time Series for Visual Representation, University of Iceland 2013.
"""

import numpy as np
import numpy.typing as npt


def lttb(times: npt.NDArray[np.int64], values: npt.NDArray[np.float64], keep: int) -> list[int]:
    """Return the places of `keep` points, in order; the first and last are among them.

    `times` ascend. All places are returned when there are no more than `keep`, which is at least 3.
    """
    if keep < 3:
        raise ValueError(f"three points are the fewest that have a shape, not {keep}")
    count = len(times)
    if count <= keep:
        return list(range(count))
    # From the first time, so that microseconds of a century lose nothing as float64.
    x = (times - times[0]).astype(np.float64)
    edges = np.linspace(1, count - 1, keep - 1).astype(int)
    chosen = [0]
    for bucket in range(keep - 2):
        first, end = edges[bucket], edges[bucket + 1]
        after = slice(end, edges[bucket + 2]) if bucket < keep - 3 else slice(count - 1, count)
        here = chosen[-1]
        # Twice the area of the triangle: the point before, each of the bucket, the mean after.
        areas = np.abs(
            (x[here] - x[after].mean()) * (values[first:end] - values[here])
            - (x[here] - x[first:end]) * (values[after].mean() - values[here])
        )
        chosen.append(int(first + areas.argmax()))
    return [*chosen, count - 1]
