"""Which spans of history have to be read for some windows, in pieces that memory can hold."""

from collections.abc import Iterator

import numpy as np

from deungdae.analysis.joining.windows import Windows

#: Two spans with less than this between them are read as one.
JOINED = 3600 * 1_000_000


def spans(windows: Windows, hold: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield the spans [start, end) that `windows` need, in order of time and without overlap.

    Each begins at a multiple of `longest` or where windows begin, and is no longer than that. What
    stood when a window began is included: up to `hold` before it.
    """
    known = windows.known
    starts = windows.start[known] - hold
    ends = windows.end[known] + 1
    if not starts.size:
        return
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    breaks = np.flatnonzero(starts[1:] > reach[:-1] + JOINED)
    for first, last in zip(
        np.append(0, breaks + 1), np.append(breaks, starts.size - 1), strict=True
    ):
        start, end = int(starts[first]), int(reach[last])
        while start < end:
            until = min((start // longest + 1) * longest, end)
            yield start, until
            start = until
