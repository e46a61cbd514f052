"""A measured result inside and outside a region: means, medians, and how well they are known."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from deungdae.analysis.causes.problem import Ints, Mask, Problem
from deungdae.analysis.causes.region import Condition, region

#: Stretches of time that stay together, as for rates.
BLOCKS = 50


@dataclass(frozen=True)
class Means:
    """Means and medians of a measured result inside and outside a region, in its own unit.

    `difference` is mean inside less mean outside, `interval` its 95 % interval; where the result is
    bad away from a nominal value, all of them are distances from it. `sign` is 1 if more is worse,
    -1 if less is.
    """

    rows_inside: int
    rows_outside: int
    mean_inside: float
    mean_outside: float
    median_inside: float
    median_outside: float
    difference: float
    interval: tuple[float, float]
    sign: int

    @property
    def worse(self) -> bool:
        """Whether the interval says that it is worse inside."""
        return self.interval[0] > 0 if self.sign > 0 else self.interval[1] < 0


def means(problem: Problem, conditions: tuple[Condition, ...]) -> Means:
    """Return means inside and outside, with an interval that respects time.

    The variance of the difference is summed over blocks of consecutive units (cluster-robust,
    Liang and Zeger 1986) and is never smaller than that of independent units (Welch), divided by
    the share of them that is independent; t quantile on as many degrees of freedom as blocks have
    units inside, less one.
    """
    inside, known = region(problem, conditions)
    outside = known & ~inside
    values, rows = problem.told, problem.rows.astype(float)
    mean_in, mean_out = _mean(values, rows, inside), _mean(values, rows, outside)
    assert problem.measure is not None
    return Means(
        int(rows[inside].sum()), int(rows[outside].sum()), mean_in, mean_out,
        _median(values[inside]), _median(values[outside]), mean_in - mean_out,
        difference_interval(problem, inside, outside), problem.measure.sign,
    )  # fmt: skip


def difference_interval(problem: Problem, inside: Mask, outside: Mask) -> tuple[float, float]:
    """Return the 95 % interval of the mean inside less the mean outside, as `means` says."""
    values, rows = problem.told, problem.rows.astype(float)
    n_in, n_out = rows[inside].sum(), rows[outside].sum()
    if n_in == 0 or n_out == 0:
        return -np.inf, np.inf
    mean_in, mean_out = _mean(values, rows, inside), _mean(values, rows, outside)
    score = np.where(inside, rows * (values - mean_in) / n_in, 0.0)
    score -= np.where(outside, rows * (values - mean_out) / n_out, 0.0)
    block = blocks_of(problem)
    count = int(block.max()) + 1
    sums = np.bincount(block, weights=score, minlength=count)
    clustered = float(np.square(sums).sum()) * count / max(count - 1, 1)
    alone = float(np.square(score).sum()) / problem.independent
    there = min(np.unique(block[inside]).size, np.unique(block[outside]).size)
    freedom = max(there - 1, 2)
    width = float(special.stdtrit(freedom, 0.975)) * float(np.sqrt(max(clustered, alone)))
    return mean_in - mean_out - width, mean_in - mean_out + width


def blocks_of(problem: Problem) -> Ints:
    """Return the block of each unit, ascending: whole runs where there are some, else of time."""
    if problem.runs is not None:
        _, number = np.unique(problem.runs, return_inverse=True)
        return number.reshape(-1).astype(np.intp)
    blocks = min(BLOCKS, problem.units)
    return np.arange(problem.units) * blocks // problem.units


def pieces_inside(problem: Problem, inside: Mask) -> int:
    """Return how many separate pieces of evidence a region holds.

    Not more than the times it was entered anew, nor than its independent units: a setting that was
    changed twice is two pieces of evidence, however many parts were made.
    """
    if problem.runs is not None:
        return int(np.unique(problem.runs[inside]).size)
    entered = int(inside[0]) + int(np.sum(inside[1:] & ~inside[:-1])) if inside.size else 0
    return min(entered, int(inside.sum() * problem.independent))


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]], rows: object, part: Mask) -> float:
    weights = np.asarray(rows, dtype=float)[part]
    return float(np.average(values[part], weights=weights)) if weights.sum() > 0 else float("nan")


def _median(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(np.median(values)) if values.size else float("nan")
