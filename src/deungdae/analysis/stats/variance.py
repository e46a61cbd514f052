"""Intervals for variances that are sums and differences of mean squares.

Source: Ting, Burdick, Graybill, Jeyaratnam and Lu, "Confidence intervals on linear combinations of
variance components that are unrestricted in sign" (Journal of Statistical Computation and
Simulation 35, 1990), the modified large sample (MLS) method; Graybill and Wang (JASA 75, 1980) for
sums alone. Burdick, Borror and Montgomery, "A review of methods for measurement systems capability
analysis" (Journal of Quality Technology 35, 2003) recommends it for gauge studies.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy import stats

_TAIL = 0.025


@dataclass(frozen=True)
class Term:
    """One mean square of a linear combination: its weight, value and degrees of freedom."""

    weight: float
    square: float
    freedom: float


def variance_interval(terms: Sequence[Term]) -> tuple[float, float]:
    """Return the 95 % interval of Σ weight · E(mean square), the ends not below zero.

    The mean squares are independent, each distributed as its expectation times χ²/ν.
    """
    terms = [t for t in terms if t.weight and t.freedom > 0]
    estimate = sum(t.weight * t.square for t in terms)
    plus = [t for t in terms if t.weight > 0]
    minus = [t for t in terms if t.weight < 0]
    below = _squared(plus, _shrink) + _squared(minus, _grow) + _mixed(plus, minus, lower=True)
    above = _squared(plus, _grow) + _squared(minus, _shrink) + _mixed(plus, minus, lower=False)
    if minus:
        below += _alike(plus)
        above += _alike(minus)
    low = estimate - math.sqrt(max(0.0, below))
    high = estimate + math.sqrt(max(0.0, above))
    return max(0.0, low), max(0.0, high)


def satterthwaite(terms: Sequence[Term]) -> float:
    """Return the degrees of freedom of Σ weight · mean square (Satterthwaite 1946)."""
    total = sum(t.weight * t.square for t in terms)
    parts = sum((t.weight * t.square) ** 2 / t.freedom for t in terms if t.freedom > 0)
    return total * total / parts if parts > 0 else math.inf


def _shrink(freedom: float) -> float:
    return float(1 - freedom / stats.chi2.isf(_TAIL, freedom))


def _grow(freedom: float) -> float:
    return float(freedom / stats.chi2.isf(1 - _TAIL, freedom) - 1)


def _squared(terms: Sequence[Term], by: Callable[[float], float]) -> float:
    return sum((by(t.freedom) * t.weight * t.square) ** 2 for t in terms)


def _mixed(plus: Sequence[Term], minus: Sequence[Term], *, lower: bool) -> float:
    total = 0.0
    for q in plus:
        for r in minus:
            if lower:
                f = float(stats.f.isf(_TAIL, q.freedom, r.freedom))
                own, other = _shrink(q.freedom), _grow(r.freedom)
                factor = ((f - 1) ** 2 - own**2 * f**2 - other**2) / f
            else:
                f = float(stats.f.isf(1 - _TAIL, q.freedom, r.freedom))
                own, other = _grow(q.freedom), _shrink(r.freedom)
                factor = ((1 - f) ** 2 - own**2 * f**2 - other**2) / f
            total += factor * q.weight * abs(r.weight) * q.square * r.square
    return total


def _alike(terms: Sequence[Term]) -> float:
    total = 0.0
    for i, q in enumerate(terms):
        for t in terms[i + 1 :]:
            n, m = q.freedom, t.freedom
            joint = _shrink(n + m) ** 2 * (n + m) ** 2 / (n * m)
            factor = joint - _shrink(n) ** 2 * n / m - _shrink(m) ** 2 * m / n
            total += factor / (len(terms) - 1) * q.weight * t.weight * q.square * t.square
    return total
