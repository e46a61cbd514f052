"""The analysis of a measured response: falls of the mean, from the means of the runs.

The mean of run i of n_i values has the weight w_i = n_i / (1 + (n_i - 1)·ρ); with
s² = Σ w_i·e_i² / ν the fall D = c·ȳ has SE² = s²·Σ c_i² / w_i and the t distribution with
ν = runs - columns degrees of freedom. With equal numbers of values this is the analysis of variance
of the run means.

Source: D. C. Montgomery, Design and Analysis of Experiments, chapters 6 and 10.
"""

from dataclasses import dataclass

import numpy as np

from deungdae.analysis.experiment.model import Fit, Floats, fit
from deungdae.analysis.experiment.rates import Estimate


@dataclass(frozen=True)
class MeanFit:
    """A model fitted to run means, with their weights and the variance s² of one weight."""

    fitted: Fit
    means: Floats
    weights: Floats
    freedom: int
    variance: float


def prepare(matrix: Floats, means: Floats, values: Floats, intra_run: float) -> MeanFit:
    """Return the fit of a model (runs, columns) to `means` (runs,) of `values` (runs,) values."""
    weights = values / (1 + (values - 1) * intra_run)
    fitted = fit(matrix, weights)
    freedom = matrix.shape[0] - matrix.shape[1]
    rest = fitted.rest(means[None, :])[0]
    variance = float(rest**2 @ weights) / freedom if freedom > 0 else float("nan")
    return MeanFit(fitted, means, weights, freedom, variance)


def estimate(mean_fit: MeanFit, finding: Floats) -> Estimate:
    """Estimate a finding, given as the weights of the coefficients (columns,)."""
    contrast = finding @ mean_fit.fitted.solve
    error = np.sqrt(mean_fit.variance * float(contrast**2 @ (1 / mean_fit.weights)))
    return Estimate(
        fall=np.array([float(contrast @ mean_fit.means)]),
        error=np.array([float(error)]),
        freedom=np.array([float(mean_fit.freedom)]),
        kappa=np.array([mean_fit.variance]),
    )


def sum_of_squares(mean_fit: MeanFit, place: int) -> float:
    """Return the sum of squares that one column explains beyond all others: β² / (XᵀWX)⁻¹ of it."""
    row = mean_fit.fitted.solve[place]
    coefficient = float(row @ mean_fit.means)
    return coefficient**2 / float(row**2 @ (1 / mean_fit.weights))
