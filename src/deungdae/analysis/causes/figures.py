"""The numbers behind the pictures of a report: risk by bin, defects over time."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from deungdae.analysis.causes.measured import blocks_of
from deungdae.analysis.causes.problem import Problem
from deungdae.analysis.causes.region import Condition, region
from deungdae.analysis.stats.intervals import wilson

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Bins of a risk picture, besides the limits of the condition itself.
BINS = 10
#: Points of a scatter at most; bad ones are kept first.
POINTS = 600
#: Bars of a timeline at most.
PERIODS = 60
DAY = 86_400_000_000


def of_cause(problem: Problem, conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """Return the pictures of a cause: one row of bins per condition, a scatter for two columns.

    The bins of a condition count the units that satisfy the other conditions.
    """
    pictures = []
    for i, condition in enumerate(conditions):
        others = tuple(c for j, c in enumerate(conditions) if j != i)
        among = region(problem, others)[0] if others else np.ones(problem.units, dtype=bool)
        pictures.append(
            {
                "label": [problem.name_of(c) for c in condition.feature.columns],
                "op": condition.feature.op,
                "bins": _bins(problem, condition, among),
            }
        )
    return {"conditions": pictures, "scatter": _scatter(problem, conditions)}


def _bins(problem: Problem, condition: Condition, among: Mask) -> list[dict[str, Any]]:
    if condition.levels is not None:
        category = problem.categories[condition.feature.columns[0] - len(problem.numbers)]
        bins = []
        for code, level in enumerate(category.levels):
            chosen = among & (category.codes == code)
            bins.append(_bin(problem, chosen, None, None, level, code in condition.levels))
        return bins
    values = condition.feature.values(problem)
    known = among & ~np.isnan(values)
    if not known.any():
        return []
    limits = {v for v in (condition.low, condition.high) if v is not None}
    quantiles = np.quantile(values[known], np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf")
    spread = float(np.ptp(values[known])) or 1.0
    edges = sorted(
        limits | {float(q) for q in quantiles if all(abs(q - v) > 0.01 * spread for v in limits)}
    )
    edges = [e for e in edges if values[known].min() <= e < values[known].max()]
    bins = []
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        chosen = known.copy()
        if low is not None:
            chosen &= values > low
        if high is not None:
            chosen &= values <= high
        above = condition.low is None or (low is not None and low >= condition.low)
        below = condition.high is None or (high is not None and high <= condition.high)
        bins.append(_bin(problem, chosen, low, high, None, (above and below) != condition.outside))
    return bins


def _bin(
    problem: Problem, chosen: Mask, low: float | None, high: float | None, level: str | None,
    inside: bool,
) -> dict[str, Any]:  # fmt: skip
    if problem.measure is not None:
        return _mean_bin(problem, chosen, low, high, level, inside)
    n, bad = int(problem.rows[chosen].sum()), int(problem.bad_rows[chosen].sum())
    first, last = wilson(bad, n)
    return {
        "lo": low, "hi": high, "level": level, "n": n, "bad": bad,
        "rate": bad / n if n else 0.0, "ci95": [first, last], "inside": bool(inside),
    }  # fmt: skip


def _mean_bin(
    problem: Problem, chosen: Mask, low: float | None, high: float | None, level: str | None,
    inside: bool,
) -> dict[str, Any]:  # fmt: skip
    n = int(problem.rows[chosen].sum())
    told, rows = problem.told[chosen], problem.rows[chosen]
    mean = float(np.average(told, weights=rows)) if n else None
    return {
        "lo": low, "hi": high, "level": level, "n": n, "mean": mean,
        "median": float(np.median(told)) if n else None,
        "ci95": list(_mean_interval(problem, chosen, mean)), "inside": bool(inside),
    }  # fmt: skip


def _mean_interval(
    problem: Problem, chosen: Mask, mean: float | None
) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a mean over blocks of time, as for causes; None for one unit."""
    if mean is None or chosen.sum() < 2:
        return None, None
    block = blocks_of(problem)[chosen]
    weights = problem.rows[chosen] / problem.rows[chosen].sum()
    score = weights * (problem.told[chosen] - mean)
    sums = np.bincount(np.unique(block, return_inverse=True)[1].reshape(-1), weights=score)
    clustered = float(np.square(sums).sum()) * sums.size / max(sums.size - 1, 1)
    alone = float(np.square(score).sum()) / problem.independent
    width = float(special.stdtrit(max(sums.size - 1, 2), 0.975)) * float(
        np.sqrt(max(clustered, alone))
    )
    return mean - width, mean + width


def of_levels(
    column: str, worse: list[str], counts: tuple[tuple[str, int, int], ...]
) -> dict[str, Any]:
    """Return the picture of a column of levels from (level, rows, bad) counts."""
    bins = []
    for level, n, bad in counts:
        first, last = wilson(bad, n)
        bins.append(
            {
                "lo": None, "hi": None, "level": level, "n": n, "bad": bad,
                "rate": bad / n if n else 0.0, "ci95": [first, last], "inside": level in worse,
            }
        )  # fmt: skip
    return {"conditions": [{"label": [column], "op": "value", "bins": bins}], "scatter": None}


def _scatter(problem: Problem, conditions: tuple[Condition, ...]) -> dict[str, Any] | None:
    columns = list(dict.fromkeys(c for cond in conditions for c in cond.feature.columns))
    if len(columns) != 2 or any(c >= len(problem.numbers) for c in columns):
        return None
    x, y = (problem.numbers[c] for c in columns)
    known = ~np.isnan(x) & ~np.isnan(y)
    is_bad = problem.bad_rows > 0
    if problem.measure is not None:
        # A picture of a measured result marks the worst quarter.
        is_bad = problem.scores >= np.quantile(problem.scores, 0.75)
    bad, good = np.nonzero(known & is_bad)[0], np.nonzero(known & ~is_bad)[0]
    bad = bad[:: max(1, -(-bad.size // (POINTS // 2)))]
    good = good[:: max(1, -(-good.size // (POINTS - bad.size)))]
    rows = np.sort(np.concatenate((bad, good)))
    return {
        "x": [float(v) for v in x[rows]],
        "y": [float(v) for v in y[rows]],
        "bad": [bool(b) for b in is_bad[rows]],
        "x_column": problem.name_of(columns[0]),
        "y_column": problem.name_of(columns[1]),
    }


def timeline(problem: Problem) -> dict[str, Any]:
    """Return rows and bad rows per day, or per stretch of rows where there is no time."""
    period = problem.contexts.get("period")
    if period is None or np.unique(period[period >= 0]).size < 2:
        pieces = min(24, problem.units)
        number = np.arange(problem.units) * pieces // max(problem.units, 1)
        starts = np.concatenate(([0], np.cumsum(np.bincount(number, weights=problem.rows))[:-1]))
        names: list[Any] = [int(s) + 1 for s in starts]
    else:
        distinct, number = np.unique(period, return_inverse=True)
        week = distinct[-1] < 10_000
        names = [_day(int(d) * (7 if week else 1)) if d >= 0 else "" for d in distinct]
    rows = np.bincount(number, weights=problem.rows).astype(int)
    step = -(-rows.size // PERIODS)
    counted = [int(rows[i : i + step].sum()) for i in range(0, rows.size, step)]
    if problem.measure is not None:
        sums = np.bincount(number, weights=problem.rows * problem.told)
        totals = [float(sums[i : i + step].sum()) for i in range(0, rows.size, step)]
        return {
            "periods": names[::step],
            "rows": counted,
            "mean": [total / n if n else None for total, n in zip(totals, counted, strict=True)],
        }
    bad = np.bincount(number, weights=problem.bad_rows).astype(int)
    return {
        "periods": names[::step],
        "rows": counted,
        "bad": [int(bad[i : i + step].sum()) for i in range(0, rows.size, step)],
    }


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, tz=UTC).date().isoformat()
