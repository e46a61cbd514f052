"""Conditions on columns, and the region of units that satisfies all of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deungdae.analysis.causes.problem import Floats, Mask, Problem
from deungdae.analysis.stats.scan import HIGH, LOW, OUTSIDE
from deungdae.analysis.stats.weights import Worth, by_counts

#: A second limit must explain this much more than one alone (natural log of a likelihood ratio).
SECOND_LIMIT = 5.0
VALUE, DIFFERENCE, PRODUCT, RATIO = "value", "difference", "product", "ratio"


@dataclass(frozen=True)
class Feature:
    """A number per unit: a column, or the difference, product or ratio of two columns."""

    columns: tuple[int, ...]
    op: str = VALUE

    def values(self, problem: Problem) -> Floats:
        """Return its value for each unit, NaN where a column has none."""
        first = problem.numbers[self.columns[0]]
        if self.op == VALUE:
            return first
        second = problem.numbers[self.columns[1]]
        if self.op == DIFFERENCE:
            return first - second
        if self.op == PRODUCT:
            return first * second
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = first / second
        ratio[~np.isfinite(ratio)] = np.nan
        return ratio


@dataclass(frozen=True)
class Condition:
    """Where a feature must lie: low < x <= high, outside of it, or one of a category's levels."""

    feature: Feature
    low: float | None = None
    high: float | None = None
    outside: bool = False
    levels: frozenset[int] | None = None

    def known(self, problem: Problem) -> Mask:
        """Return which units have a value to judge."""
        if self.levels is not None:
            return _category(problem, self.feature) >= 0
        return ~np.isnan(self.feature.values(problem))

    def holds(self, problem: Problem) -> Mask:
        """Return which units satisfy the condition; a missing value never does."""
        if self.levels is not None:
            return np.isin(_category(problem, self.feature), list(self.levels))
        values = self.feature.values(problem)
        inside = np.ones(values.shape, dtype=bool)
        if self.low is not None:
            inside &= values > self.low
        if self.high is not None:
            inside &= values <= self.high
        if self.outside:
            inside = ~inside
        return inside & ~np.isnan(values)

    def document(self, problem: Problem) -> dict[str, Any]:
        """Return the condition as the promised JSON."""
        levels = None
        if self.levels is not None:
            names = problem.categories[self.feature.columns[0] - len(problem.numbers)].levels
            levels = [names[level] for level in sorted(self.levels)]
        return {
            "columns": [problem.name_of(c) for c in self.feature.columns],
            "op": self.feature.op,
            "min": self.low,
            "max": self.high,
            "outside": self.outside,
            "levels": levels,
        }


def _category(problem: Problem, feature: Feature) -> np.ndarray[Any, np.dtype[np.intp]]:
    return problem.categories[feature.columns[0] - len(problem.numbers)].codes


def region(problem: Problem, conditions: tuple[Condition, ...]) -> tuple[Mask, Mask]:
    """Return (inside, known) for conditions joined by AND, each of shape (units,)."""
    inside = np.ones(problem.units, dtype=bool)
    known = np.ones(problem.units, dtype=bool)
    for condition in conditions:
        inside &= condition.holds(problem)
        known &= condition.known(problem)
    return inside, known


def gain(problem: Problem, conditions: tuple[Condition, ...], among: Mask) -> float:
    """Return the log-likelihood ratio of the region among some of the units."""
    inside, known = region(problem, conditions)
    known &= among
    labels = problem.labels()
    return _explained(labels.weights, inside & known, known, labels.worth)


def _explained(weights: Floats | Mask, inside: Mask, known: Mask, worth: Worth) -> float:
    part = weights[known].astype(float)
    sums = (weights[inside].sum(), inside.sum(), part.sum(), known.sum(), np.square(part).sum())
    return float(worth(*(np.array([float(n)]) for n in sums))[0])


def sharpen(
    values: Floats,
    bad: Floats | Mask,
    low: float | None,
    high: float | None,
    outside: bool,
    worth: Worth = by_counts,
) -> tuple[float | None, float | None]:
    """Move the limits of a region to the exact values that separate best, halfway between values.

    `values` and `bad` (or weights, judged by `worth`) have shape (units,). Limits start at bin
    edges; each is moved alone, the other kept, twice. Returns the new limits, in the convention
    low < x <= high.
    """
    present = ~np.isnan(values)
    order = np.argsort(values[present], kind="stable")
    ordered = values[present][order]
    weights = bad[present][order].astype(float)
    running = np.concatenate(([0.0], np.cumsum(weights)))
    cuts = np.concatenate(([0], np.nonzero(np.diff(ordered))[0] + 1, [ordered.size]))
    total, rows, squares = running[-1], np.float64(ordered.size), np.square(weights).sum()

    def best(first: np.ndarray[Any, Any], last: np.ndarray[Any, Any]) -> int:
        bad_in = running[last] - running[first]
        rows_in = (last - first).astype(float)
        if outside:
            bad_in, rows_in = total - bad_in, rows - rows_in
        # One unit alone is no region.
        value = worth(bad_in, rows_in, total, rows, squares)
        return int(np.where(rows_in >= 2, value, -1.0).argmax())

    first = 0 if low is None else int(np.searchsorted(ordered, low, side="right"))
    last = ordered.size if high is None else int(np.searchsorted(ordered, high, side="right"))
    for _ in range(2):
        if low is not None:
            options = cuts[cuts < last]
            first = int(options[best(options, np.full(options.size, last))])
        if high is not None:
            options = cuts[cuts > first]
            last = int(options[best(np.full(options.size, first), options)])
    # A limit that moved to the end of the data is no limit.
    new_low = _between(ordered, first) if low is not None and first > 0 else None
    new_high = _between(ordered, last) if high is not None and last < ordered.size else None
    return new_low, new_high


def _or_window(
    values: Floats, bad: Floats | Mask, low: float | None, high: float | None, worth: Worth
) -> tuple[float | None, float | None]:
    """Return a window where a second limit explains clearly more than a single one, else these."""
    smallest, largest = float(np.nanmin(values)), float(np.nanmax(values))
    window = sharpen(
        values, bad, smallest if low is None else low, largest if high is None else high, False,
        worth,
    )  # fmt: skip

    def explained(limits: tuple[float | None, float | None]) -> float:
        inside = ~np.isnan(values)
        known = inside.copy()
        if limits[0] is not None:
            inside &= values > limits[0]
        if limits[1] is not None:
            inside &= values <= limits[1]
        return _explained(bad, inside, known, worth)

    return window if explained(window) > explained((low, high)) + SECOND_LIMIT else (low, high)


def _between(ordered: Floats, cut: int) -> float:
    """Return a short number between the values on both sides of a cut."""
    below, above = float(ordered[cut - 1]), float(ordered[cut])
    middle = (below + above) / 2
    # At first not so near the upper value that it would be written the same: 0.2 and 0.20000000298.
    for margin in (1e-6 * abs(above), 0.0):
        for digits in range(1, 17):
            short = float(f"{middle:.{digits}g}")
            if below <= short and above - short > margin:
                return short
    return below


def condition_of(
    feature: Feature,
    values: Floats,
    bad: Floats | Mask,
    low: float | None,
    high: float | None,
    shape: int,
    worth: Worth = by_counts,
) -> Condition:
    """Return the sharpened condition for a region that a scan found.

    `bad` marks bad units, or holds weights that `worth` judges; shape (units,).
    """
    outside = shape == OUTSIDE
    new_low, new_high = sharpen(
        values, bad, None if shape == LOW else low, None if shape == HIGH else high, outside,
        worth,
    )  # fmt: skip
    if shape in (LOW, HIGH):
        new_low, new_high = _or_window(values, bad, new_low, new_high, worth)
    if outside and (new_low is None or new_high is None):
        # One side of the window went away: what is left is a single limit, said as such.
        return Condition(feature, new_high, new_low)
    return Condition(feature, new_low, new_high, outside)
