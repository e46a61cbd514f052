"""Average run length in control: how many points pass, on average, before a false alarm.

Rules about zones are a Markov chain (see `automaton`); with rules that compare neighbours (n3, n4)
the last value joins its state (see `neighbours`). EWMA: Crowder, "A simple method for studying run
length distributions of exponentially weighted moving average charts" (Technometrics 29, 1987).
CUSUM: Goel and Wu, "Determination of A.R.L. and a contour nomogram for CUSUM charts to control
normal mean" (Technometrics 13, 1971). All for independent normal points with known limits.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from deungdae.analysis.spc.automaton import MACHINES, chain, mean_run
from deungdae.analysis.spc.neighbours import mean_run_with_neighbours

Floats = NDArray[np.float64]


def in_control(rules: Sequence[str]) -> float | None:
    """Return the run length of a set of run rules in control, exactly, or None for no rule.

    `rules` are codes of `rules.RULES`. In 1,000 points there are 1000 / run length false alarms,
    each alarm counted once.
    """
    return _in_control(tuple(sorted(set(rules))))


@cache
def _in_control(rules: tuple[str, ...]) -> float | None:
    if not rules:
        return None
    if set(rules) <= set(MACHINES):
        return mean_run(chain(rules))
    return mean_run_with_neighbours(rules)


@cache
def of_ewma(weight: float, width: float, shift: float = 0.0) -> float:
    """Return the mean run length of an EWMA with fixed limits ± width √(λ/(2-λ)) (Crowder 1987).

    `weight` is λ; `shift` is the mean in sigmas. Limits that widen at the start are not followed:
    they make the run a little shorter.
    """
    limit = width * np.sqrt(weight / (2 - weight))
    nodes, weights = np.polynomial.legendre.leggauss(80)
    u, w = nodes * limit, weights * limit
    kernel = _normal((u[None, :] - (1 - weight) * u[:, None]) / weight - shift) / weight * w
    solved = np.linalg.solve(np.eye(u.size) - kernel, np.ones(u.size))
    return float(1 + (_normal(u / weight - shift) / weight * w) @ solved)


@cache
def of_cusum(slack: float, decision: float, shift: float = 0.0) -> float:
    """Return the mean run length of a two-sided tabular CUSUM, slack k and decision h in sigmas.

    One side: L(z) = 1 + L(0) Φ(k - z) + ∫_0^h L(y) φ(y + k - z) dy; both sides together by
    1/L = 1/L⁺ + 1/L⁻ (Lucas and Crosier, Technometrics 24, 1982).
    """
    return 1 / (1 / _one_sided(slack, decision, shift) + 1 / _one_sided(slack, decision, -shift))


def _one_sided(slack: float, decision: float, shift: float) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(80)
    y, w = (nodes + 1) * decision / 2, weights * decision / 2
    at = np.concatenate(([0.0], y))
    system = np.eye(at.size)
    system[:, 0] -= ndtr(slack - shift - at)
    system[:, 1:] -= _normal(y[None, :] + slack - shift - at[:, None]) * w
    return float(np.linalg.solve(system, np.ones(at.size))[0])


def _normal(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi))
