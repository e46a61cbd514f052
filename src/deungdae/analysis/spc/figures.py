"""The numbers behind the pictures of a chart, few enough to draw."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from deungdae.analysis.spc.charting import Charted
from deungdae.analysis.spc.panels import Floats, Mask, Panel
from deungdae.analysis.spc.reduce import envelope

#: Points of a full chart, and of a small one among many.
FULL: Final = 1_200
SMALL: Final = 160


def figure(
    charted: Charted, when: Callable[[int], str | None], *, small: bool = False
) -> dict[str, Any]:
    """Return panels with points, limits, marks, and the first points of stages, all as lists.

    Points are numbered from 1. Every marked point is kept; of the others, of each stretch the
    lowest and highest. `reduced` says whether any were left away.
    """
    keep = [
        np.logical_or.reduce([mask, *(charted.marked.values() if number == 0 else ())])
        for number, mask in enumerate(charted.beyond)
    ]
    shown = charted.panels[: 1 if small and charted.choice.chart != "cusum" else None]
    division = charted.division
    return {
        "columns": list(charted.columns),
        "chart": charted.choice.chart,
        "points": charted.samples.points,
        "reduced": charted.samples.points > (SMALL if small else FULL),
        "stages": [
            {"first": a + 1, "name": name}
            for a, name in zip(division.starts, division.names, strict=True)
        ],
        "baseline_ends": _baseline_end(division.use, charted.samples.points),
        "panels": [
            _panel(charted, panel, number, keep[number], when, small=small)
            for number, panel in enumerate(shown)
        ],
    }


def _baseline_end(use: Mask, points: int) -> int | None:
    """Return the last point of a baseline that stands at the beginning, if others follow it."""
    last = int(np.flatnonzero(use)[-1]) + 1
    return last if last < points else None


def _panel(
    charted: Charted,
    panel: Panel,
    number: int,
    keep: Mask,
    when: Callable[[int], str | None],
    *,
    small: bool,
) -> dict[str, Any]:
    drawn = envelope(panel.value, keep, SMALL if small else FULL)
    marked = drawn[keep[drawn]]
    found = {
        "name": panel.name,
        "ruled": panel.ruled,
        "x": (drawn + 1).tolist(),
        "value": panel.value[drawn].tolist(),
        "center": _step(panel.center, drawn),
        "lower": _step(panel.lower, drawn),
        "upper": _step(panel.upper, drawn),
        "marks": {
            "x": (marked + 1).tolist(),
            "value": panel.value[marked].tolist(),
            "rules": [] if small else _rules(charted, number, marked),
        },
    }
    if not small:
        found["label"] = [charted.samples.label(i) for i in drawn.tolist()]
        found["when"] = [when(i) for i in drawn.tolist()]
        found["left_out"] = (drawn[charted.division.left_out[drawn]] + 1).tolist()
    return found


def _rules(charted: Charted, number: int, marked: np.ndarray[Any, Any]) -> list[list[str]]:
    if number or not charted.marked:
        return [["limits"] for _ in range(marked.size)]
    bits = np.zeros(marked.size, dtype=np.intp)
    for i, mask in enumerate(charted.marked.values()):
        bits |= mask[marked].astype(np.intp) << i
    named = {
        b: [rule for i, rule in enumerate(charted.marked) if b >> i & 1]
        for b in np.unique(bits).tolist()
    }
    return [named[b] for b in bits.tolist()]


def _step(limit: Floats, drawn: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return a line that stands still for long as its changes alone: at which x it takes a value.

    The value holds from its x up to the next; null where there is no limit.
    """
    shown = limit[drawn]
    with np.errstate(invalid="ignore"):
        new = np.flatnonzero(
            np.concatenate(([True], np.abs(np.diff(shown)) > 1e-12 * np.abs(shown[:-1])))
            if shown.size
            else []
        )
    return {
        "x": (drawn[new] + 1).tolist(),
        "value": [float(v) if np.isfinite(v) else None for v in shown[new]],
    }
