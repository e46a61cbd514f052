"""From marked points to episodes, and from episodes to a verdict that chance cannot give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from deungdae.analysis.spc.panels import Floats, Mask, Panel

#: How far back a pattern reaches, in points.
REACH: Final[Mapping[str, int]] = {
    "we1": 1, "we2": 3, "we3": 5, "we4": 8,
    "n1": 1, "n2": 9, "n3": 6, "n4": 14, "n5": 3, "n6": 5, "n7": 15, "n8": 8,
    "limits": 1,
}  # fmt: skip
#: Chance may call a process in control out of control this often (all tests and charts together).
ALPHA: Final = 0.05


@dataclass(frozen=True)
class Episode:
    """Points from `first` to `last` that belong to one signal; `marked` of them are marked.

    `begins` is where the pattern starts, at or before the first marked point. `side`: high, low,
    both or none; `peak` is the point farthest from the centre line.
    """

    begins: int
    first: int
    last: int
    marked: int
    rules: tuple[str, ...]
    side: str
    peak: int


def beyond_limits(panel: Panel) -> Mask:
    """Mark the points of a panel that lie beyond its limits."""
    with np.errstate(invalid="ignore"):
        return np.asarray((panel.value > panel.upper) | (panel.value < panel.lower))


def episodes(
    marked: Mapping[str, Mask], z: Floats, starts: Sequence[int], most: int
) -> tuple[list[Episode], int]:
    """Join marked points that follow one another into episodes.

    Returns the first `most` in time order, and how many there are. `z` has the shape (points,); an
    episode never reaches across the start of a stage. For rules that count points on a side the
    pattern begins at the first point on that side.
    """
    if not marked:
        return [], 0
    every = np.logical_or.reduce(list(marked.values()))
    at = np.flatnonzero(every)
    if at.size == 0:
        return [], 0
    stage = np.searchsorted(np.asarray(starts), at, side="right")
    cuts = np.flatnonzero((np.diff(at) > 1) | (np.diff(stage) > 0)) + 1
    firsts, lasts = at[np.concatenate(([0], cuts))], at[np.concatenate((cuts - 1, [at.size - 1]))]
    total = int(firsts.size)
    firsts, lasts = firsts[:most], lasts[:most]
    begun = np.asarray(starts)[np.searchsorted(np.asarray(starts), firsts, side="right") - 1]
    found = []
    for a, b, floor in zip(firsts.tolist(), lasts.tolist(), begun.tolist(), strict=True):
        rules = tuple(r for r, mask in marked.items() if mask[a : b + 1].any())
        reach = max(REACH[rule] for rule in rules if marked[rule][a])
        begins = max(floor, a - reach + 1)
        inside = z[a : b + 1]
        up, down = bool((inside > 0).any()), bool((inside < 0).any())
        side = "both" if up and down else "high" if up else "low" if down else "none"
        while side in ("high", "low") and begins < a and (z[begins] > 0) != (side == "high"):
            begins += 1
        peak = a + int(np.argmax(np.abs(inside)))
        found.append(Episode(begins, a, b, b - a + 1, rules, side, peak))
    return found, total


def alarms(marked: Mapping[str, Mask]) -> int:
    """Return how many alarms there were if the chart was begun anew after each.

    This is what the run length speaks of: after an alarm only patterns that lie wholly behind it
    count.
    """
    ends = {rule: np.flatnonzero(mask) for rule, mask in marked.items()}
    if not ends:
        return 0
    end = np.concatenate(list(ends.values()))
    begin = np.concatenate([places - REACH[rule] + 1 for rule, places in ends.items()])
    order = np.argsort(end, kind="stable")
    count, last = 0, -max(REACH.values())
    for first, at in zip(begin[order].tolist(), end[order].tolist(), strict=True):
        if first > last:
            count, last = count + 1, at
    return count


def excursions(out: Mask) -> int:
    """Return how many times in a row of points the limits were left."""
    return int((out & ~np.concatenate(([False], out[:-1]))).sum())


def surprise(
    panels: Sequence[Panel],
    beyond: Sequence[Mask],
    judged: Mask,
    found: int,
    run_length: float | None,
) -> float:
    """Return how likely a process in control would give signals as many or as strong as these.

    Tests: the number of points beyond the limits of each panel, and of alarms (`found`), against
    the means that the chances of false alarms give (Poisson); the farthest single point. The
    smallest p-value, times the number of tests (Bonferroni).
    """
    points = int(judged.sum())
    p_values = []
    for panel, out in zip(panels, beyond, strict=True):
        if panel.alarm <= 0:
            continue
        hits = int((out & judged).sum())
        p_values.append(_at_least(hits, points * panel.alarm))
        if panel.name in ("value", "mean") and hits:
            z = np.abs(panel.value - panel.center)[judged] / panel.spread[judged]
            p_values.append(min(1.0, points * 2 * float(special.ndtr(-np.nanmax(z)))))
    if run_length is not None:
        p_values.append(_at_least(found, points / run_length))
    return min(1.0, max(1, len(p_values)) * min(p_values, default=1.0))


def together(p_values: Sequence[float]) -> list[float]:
    """Return q-values: what share of the charts called out of control chance would give.

    Benjamini and Hochberg (Journal of the Royal Statistical Society B 57, 1995).
    """
    if not p_values:
        return []
    order = np.argsort(p_values)
    shares = np.asarray(p_values)[order] * len(order) / np.arange(1, len(order) + 1)
    q_values = np.empty(len(order))
    q_values[order] = np.minimum.accumulate(shares[::-1])[::-1].clip(max=1.0)
    return [float(q) for q in q_values]


def _at_least(found: int, expected: float) -> float:
    return float(special.pdtrc(found - 1, expected)) if found > 0 else 1.0
