"""Anomalies of known size, planted into rows of the good period that a method has not seen."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: What is planted, with its size in spreads of the tag in the good period.
KINDS: Final[dict[str, float]] = {
    "shift": 1.5,  # from one row to the next, and it stays
    "drift": 3.0,  # reached evenly over the whole window
    "spike": 6.0,  # three rows
    "stuck": 0.0,  # the tag stays as it was
    "decoupled": 0.0,  # its own values of another time
}
LENGTHS: Final = (90, 45, 20)  #: rows of a window; the longest for which there is room
SPIKE_ROWS: Final = 3


class Planted(NamedTuple):
    """One anomaly: rows `start` to `end` of column `column` are to hold `values`."""

    kind: str
    column: int
    start: int
    end: int
    values: Floats


def plant(values: Floats, columns: list[int], first: int, last: int, count: int) -> list[Planted]:
    """Return `count` anomalies of each kind, planted between two rows, tag after tag.

    Only windows in which the tag is known throughout are taken; there may be fewer, or none.
    """
    if not columns:
        return []
    for length in LENGTHS:
        starts = list(_starts(values, first, last, length, count * len(KINDS)))
        if starts:
            break
    found: list[Planted] = []
    for place, start in enumerate(starts):
        kind = list(KINDS)[place % len(KINDS)]
        column = columns[place // len(KINDS) % len(columns)]
        own = values[start : start + length, column]
        if not np.isfinite(own).all():
            continue
        changed = _changed(values, kind, column, start, length)
        if changed is not None:
            found.append(Planted(kind, column, start, start + len(changed), changed))
    return found


def _starts(values: Floats, first: int, last: int, length: int, count: int) -> Iterator[int]:
    """Give evenly spaced beginnings of windows in which the machine ran."""
    running = np.isfinite(values).any(axis=1)
    stopped = np.concatenate(([0], np.cumsum(~running)))
    possible = np.arange(first, last - length)
    possible = possible[stopped[possible + length] == stopped[possible]]
    if len(possible):
        yield from possible[np.linspace(0, len(possible) - 1, count).astype(int)].tolist()


def _changed(values: Floats, kind: str, column: int, start: int, length: int) -> Floats | None:
    own = values[start : start + length, column]
    spread = float(np.nanstd(values[:, column]))
    size = KINDS[kind] * spread
    if kind == "shift":
        return own + size
    if kind == "drift":
        return own + size * np.linspace(0, 1, length)
    if kind == "spike":
        return own[:SPIKE_ROWS] + size
    if kind == "stuck":
        return np.full(length, own[0])
    # From half of the period away, where its neighbours were doing something else.
    away = (start + len(values) // 2) % max(len(values) - length, 1)
    other = values[away : away + length, column]
    return other.copy() if np.isfinite(other).all() else None
