"""The linear model of an experiment: its columns, its findings as sums of coefficients, its fit.

    response of a run = mean + block + Σ effects + curvature + rest

Effects are coded -1 (good level) to +1 (bad level), so that a factor's main effect, the change of
the response from its good to its bad level, is twice its coefficient. The finding "with all of
the factors F at their bad levels" against all other combinations of them is

    2^q / (2^q - 1) · Σ coefficients of the effects made of factors in F,  q = number of factors.

Sources: D. C. Montgomery, Design and Analysis of Experiments, chapters 6 and 7; NIST/SEMATECH
e-Handbook of Statistical Methods, 5.3.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.experiment import design as designs

Floats = NDArray[np.float64]

#: Interactions that no finding needs are in the model only where so many runs stay for the rest.
REST = 4


@dataclass(frozen=True)
class Model:
    """The columns `matrix` (runs, columns), and the names of its effects with their places."""

    matrix: Floats
    effects: dict[str, int]  #: "A", "AB" … → place of its column
    curvature: int | None  #: place of the column that marks centre points
    dropped: tuple[str, ...]  #: effects that the runs cannot tell from the others

    @property
    def freedom(self) -> int:
        """Degrees of freedom left for the rest."""
        return int(self.matrix.shape[0] - self.matrix.shape[1])

    def finding(self, factors: Sequence[str]) -> Floats | None:
        """Return the weights of the coefficients that make a finding, shape (columns,).

        `factors` are letters. None where one of its effects is not in the model.
        """
        parts = ["".join(c) for n in range(1, len(factors) + 1) for c in combinations(factors, n)]
        if not set(parts) <= set(self.effects):
            return None
        weights = np.zeros(self.matrix.shape[1])
        cells = 2.0 ** len(factors)
        for part in parts:
            weights[self.effects[part]] = cells / (cells - 1)
        return weights


def build(
    coded: Floats, blocks: NDArray[np.intp], wanted: Sequence[str], needed: Sequence[str]
) -> Model:
    """Return the model for runs with settings `coded` (runs, factors) in `blocks` (runs,).

    Effects of `needed` come first, then those of `wanted`, as long as each adds something new and
    `REST` runs stay for the rest. A run in the middle of all factors is a centre point.
    """
    runs = coded.shape[0]
    columns: list[Floats] = [np.ones(runs)]
    for block in np.unique(blocks)[1:]:
        columns.append((blocks == block).astype(float))
    centre = (coded == 0).all(axis=1)
    curvature = None
    if centre.any() and not centre.all():
        mark = centre.astype(float)
        if _new(columns, mark):
            curvature = len(columns)
            columns.append(mark)
    effects: dict[str, int] = {}
    dropped: list[str] = []
    for effect in dict.fromkeys((*needed, *wanted)):
        column = designs.column(coded, designs.mask(effect))
        room = effect in needed or runs - len(columns) - 1 >= REST
        if room and _new(columns, column):
            effects[effect] = len(columns)
            columns.append(column)
        else:
            dropped.append(effect)
    return Model(np.column_stack(columns), effects, curvature, tuple(dropped))


def needed_effects(findings: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the effects without which the findings (letters of their factors) have no answer."""
    found = {
        reduce(lambda a, b: a | b, (designs.mask(x) for x in some))
        for factors in findings
        for n in range(1, len(factors) + 1)
        for some in combinations(factors, n)
    }
    return tuple(designs.letters(e) for e in sorted(found, key=lambda e: (e.bit_count(), e)))


@dataclass(frozen=True)
class Fit:
    """Weighted least squares for one response or many at once.

    `solve` has shape (columns, runs): coefficients = solve @ response. `left` (runs,) is 1 minus
    each run's leverage.
    """

    solve: Floats
    hat: Floats
    left: Floats

    def rest(self, responses: Floats) -> Floats:
        """Return what the model leaves over of responses of shape (many, runs)."""
        return responses - responses @ self.hat.T


def fit(matrix: Floats, weights: Floats) -> Fit:
    """Return the weighted least-squares fit of a model, β = (XᵀWX)⁻¹XᵀW·y."""
    weighted = matrix.T * weights
    solve = np.asarray(np.linalg.solve(weighted @ matrix, weighted), dtype=np.float64)
    hat: Floats = matrix @ solve
    return Fit(solve, hat, 1 - np.diag(hat))


def _new(columns: list[Floats], column: Floats) -> bool:
    """Return whether a column is not made of those before it."""
    before = np.column_stack(columns)
    rest = column - before @ np.linalg.lstsq(before, column, rcond=None)[0]
    return bool(rest @ rest > 1e-8 * column.size)
