"""The analysis of bad parts per run: falls of the defect rate, allowing for runs that differ.

Each run i makes m_i parts of which y_i are bad, r_i = y_i / m_i. Parts of one run share their
fate: Var(r_i) = κ·p·(1-p) / w_i with w_i = m_i / (1 + (m_i - 1)·ρ), where ρ is the intra-run
correlation that the plan assumed, and κ is what the runs themselves say about it. The fall
D = c·r is a contrast of the weighted least-squares fit (`model`), and

    κ̂     = Σ w_i·e_i² / Σ (1 - h_i)·a_i             (e: rest, h: leverage)
    SE²(D) = max(κ̂·Σ c_i²·a_i / w_i, Σ c_i²·a_i / m_i)
    ν      = (runs - columns)·(Σ a_i)² / (runs·Σ a_i²)
    interval: D ± t(1 - α/2k, ν)·SE,                   k = number of findings

with a_i = p̃·(1-p̃), p̃ = (bad + 1) / (parts + 2) of the runs on the same side of the finding. The
variance is never below that of independent parts (the second term), and ν falls where only one
side has any variation, as Welch's does.

Sources: quasi-likelihood for over-dispersed shares: R. W. M. Wedderburn, Biometrika 61 (1974)
439-447, D. A. Williams, Applied Statistics 31 (1982) 144-148; the added counts: A. Agresti and
B. Caffo, The American Statistician 54 (2000) 280-288; ν: F. E. Satterthwaite, Biometrics Bulletin 2
(1946) 110-114; k: Bonferroni.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from deungdae.analysis.experiment.model import Fit, Floats, fit

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """Falls (many,), their standard errors, degrees of freedom, and κ̂ as said above."""

    fall: Floats
    error: Floats
    freedom: Floats
    kappa: Floats

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the two ends of the interval that holds the truth with probability `level`."""
        reach = stats.t.ppf(0.5 + level / 2, self.freedom) * self.error
        return self.fall - reach, self.fall + reach

    def p_value(self) -> Floats:
        """Return how often chance alone would bring such a fall or rise, two-sided."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(self.error > 0, np.abs(self.fall) / self.error, 0.0)
        p: Floats = 2 * stats.t.sf(t, self.freedom)
        return p


@dataclass(frozen=True)
class RateFit:
    """A model fitted to the rates of runs of `parts` parts, with the planned correlation."""

    fitted: Fit
    parts: Floats
    weights: Floats
    freedom: int


def prepare(matrix: Floats, parts: Floats, intra_run: float) -> RateFit:
    """Return the fit of a model (runs, columns) to runs of `parts` (runs,) parts."""
    weights = parts / (1 + (parts - 1) * intra_run)
    return RateFit(fit(matrix, weights), parts, weights, matrix.shape[0] - matrix.shape[1])


def estimate(rate_fit: RateFit, finding: Floats, bad: Floats, side: Floats) -> Estimate:
    """Estimate a finding from bad parts of shape (many, runs): many experiments at once.

    `finding` are the weights of the coefficients (columns,); `side` (runs,) is 1 for a run on the
    bad side, 0 on the good one, between them for a centre point.
    """
    rates = bad / rate_fit.parts
    contrast = finding @ rate_fit.fitted.solve
    rest = rate_fit.fitted.rest(rates)
    variance = _variance(rate_fit.parts, bad, side)
    expected = variance @ rate_fit.fitted.left
    kappa = (rest**2 @ rate_fit.weights) / expected
    squared = contrast**2
    by_runs = kappa * (variance @ (squared / rate_fit.weights))
    by_parts = variance @ (squared / rate_fit.parts)
    runs = rates.shape[1]
    evenness = variance.sum(axis=1) ** 2 / (runs * (variance**2).sum(axis=1))
    return Estimate(
        fall=rates @ contrast,
        error=np.sqrt(np.maximum(by_runs, by_parts)),
        freedom=np.maximum(rate_fit.freedom * evenness, 1.0),
        kappa=kappa,
    )


def _variance(parts: Floats, bad: Floats, side: Floats) -> Floats:
    """Return p̃·(1-p̃) for each run, shape (many, runs)."""
    inside, outside = side >= 1, side <= 0
    variances = []
    for group in (outside, inside):
        share = (bad[:, group].sum(axis=1) + 1) / (parts[group].sum() + 2)
        variances.append(share * (1 - share))
    low, high = variances
    return np.asarray(low[:, None] + (high - low)[:, None] * np.clip(side, 0, 1))


def counts(
    rates: Floats, parts: Floats, intra_run: float, many: int, rng: np.random.Generator
) -> Floats:
    """Draw bad parts (many, runs) from the beta-binomial distribution of the plan.

    Each run has its own rate from Beta(p·(1-ρ)/ρ, (1-p)·(1-ρ)/ρ), whose parts have the intra-run
    correlation ρ.
    """
    shape = (many, rates.size)
    own = np.broadcast_to(rates, shape)
    if intra_run > 0:
        size = (1 - intra_run) / intra_run
        # A rate of 0 or 1 has no spread, and the distribution none of its kind.
        inner = np.clip(rates, 1e-12, 1 - 1e-12)
        own = rng.beta(inner * size, (1 - inner) * size, shape)
    drawn: Floats = rng.binomial(parts.astype(np.int64), own).astype(float)
    return drawn
