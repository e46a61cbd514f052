"""What a good period would be made of: the tags hour by hour, when the machine ran, a proposal."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.watching import propose
from deungdae.monitor.context import Context
from deungdae.monitor.watches import rows

HOUR_US = 3_600_000_000
WEEK_HOURS = 168
PARTS = 240  #: of a time that is shorter than a few days
STEPS_US = tuple(minutes * 60_000_000 for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240))
RISES = 0.98
SHORTEST_STOP_US = 60_000_000  #: what is shorter is no stop worth telling


async def preview(
    context: Context, organisation: str, asset: str | None, tags: list[str], start: int, end: int
) -> dict[str, Any]:
    """Return series of means, spans of running, which tags are of use, and a proposed period."""
    every = next((step for step in STEPS_US if (end - start) / step <= PARTS * 4), STEPS_US[-1])
    first, last = start // every, -(-end // every)
    found = await context.past.means(organisation, tags, first * every, last * every, every)
    spans = await rows.running(context, organisation, asset, first * every, last * every)
    means = np.full((last - first, len(tags)), np.nan)
    for column, tag in enumerate(tags):
        if tag in found:
            means[found[tag].times // every - first, column] = found[tag].mean
    share = _share(spans, means, every, first)
    told = [_of_tag(tag, means[:, column]) for column, tag in enumerate(tags)]
    usable = [column for column, one in enumerate(told) if one["use"] == "yes"]
    proposal = None
    if usable:
        length = WEEK_HOURS * HOUR_US // every
        one = propose(means[:, usable], share, length, max(1, 24 * HOUR_US // every // 4))
        if one is not None:
            begins, ends = (first + one.start) * every, min((first + one.end) * every, end)
            proposal = {
                "start": begins,
                "end": ends,
                "running": one.running,
                "stops": stops_between(spans, begins, ends),
                "unsteady": one.unsteady,
            }
    return {
        "every_us": every,
        "first": first * every,
        "series": {tag: _plain(means[:, column]) for column, tag in enumerate(tags)},
        "running": None if spans is None else [list(span) for span in spans],
        "tags": told,
        "proposal": proposal,
    }


def _share(
    spans: rows.Spans | None, means: NDArray[np.float64], every: int, first: int
) -> NDArray[np.float64]:
    """Return the share of each part in which the machine ran; without a word of it, all known."""
    known = np.isfinite(means).any(axis=1)
    if spans is None:
        return np.where(known, 1.0, np.nan)
    share = np.zeros(len(means))
    for start_us, end_us in spans:
        begin = max(start_us // every - first, 0)
        for part in range(int(begin), min(int(-(-end_us // every) - first), len(share))):
            low, high = (first + part) * every, (first + part + 1) * every
            share[part] += max(0, min(high, end_us) - max(low, start_us)) / every
    return np.where(known, np.minimum(share, 1.0), np.nan)


def stops_between(spans: rows.Spans | None, start: int, end: int) -> int:
    """Return how often the machine stopped; a part of the picture is longer than many a stop."""
    ran = sorted((max(a, start), min(b, end)) for a, b in spans or () if a < end and b > start)
    found, until = 0, None
    for a, b in ran:
        found += until is not None and a - until >= SHORTEST_STOP_US
        until = b if until is None else max(until, b)
    return found + (until is not None and end - until >= SHORTEST_STOP_US)


def _of_tag(tag: str, means: NDArray[np.float64]) -> dict[str, Any]:
    """Say whether a tag can be watched: "yes", or "missing", "constant", "counter"."""
    known = means[np.isfinite(means)]
    use = "yes"
    if len(known) < 3:
        use = "missing"
    elif np.ptp(known) <= 1e-12 * max(1.0, float(np.abs(known).max())):
        use = "constant"
    else:
        steps = np.diff(known)
        steps = steps[steps != 0]
        if len(steps) >= 10 and float(np.mean(steps > 0)) >= RISES:
            use = "counter"
    return {"tag": tag, "use": use, "known": len(known) / max(len(means), 1)}


def _plain(column: NDArray[np.float64]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in column]
