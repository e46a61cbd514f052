"""All tags together over time: canonical variates of the past, and what they leave.

The state of a machine at a moment is that combination of its recent past which says most about its
near future. Far states, and above all what the past holds beyond them, are anomalous:

    J = V' Spp^-1/2   from the singular value decomposition of Sff^-1/2 Sfp Spp^-1/2
    T2s = |J_n p|^2   the n states         T2r = |J_rest p|^2   the rest of the past

W. E. Larimore, Canonical variate analysis in identification, filtering, and adaptive control, Proc.
IEEE Conf. on Decision and Control 1990; E. L. Russell, L. H. Chiang, R. D. Braatz, Fault detection
in industrial processes using canonical variate analysis and dynamic principal component analysis,
Chemometrics and Intelligent Laboratory Systems 51 (2000), pages 81-93.

With `past` = 1 step this is principal components without their cut: T2 over all directions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIDGE = 1e-2  #: of a tag's variance: directions that hardly vary must not decide alone
_SMALL = 1e-9
ROWS_A_DIRECTION = 5.0  #: of the good period, for each direction of the past that is told apart


@dataclass(frozen=True)
class Canonical:
    """The model. `form_state` and `form_rest` are the quadratic forms of the two statistics.

    A row of the past holds the newest step first: all tags, then all tags one step before, …
    """

    past: int
    states: int
    form_state: NDArray[np.float64]
    form_rest: NDArray[np.float64]

    @classmethod
    def of(cls, z: NDArray[np.float64], past: int) -> "Canonical":
        """Learn from scaled rows without gaps; rows with a missing value are passed over."""
        rows = stacked(z, past)
        now, later = rows[:-past], rows[past:]
        whole = np.isfinite(now).all(axis=1) & np.isfinite(later).all(axis=1)
        now, later = now[whole], later[whole]
        ridge = RIDGE * np.eye(now.shape[1])
        of_past = now.T @ now / len(now) + ridge
        of_future = later.T @ later / len(later) + ridge
        between = later.T @ now / len(now)
        whitened = _whitener(of_past)
        _, strength, directions = np.linalg.svd(_whitener(of_future) @ between @ whitened)
        states = order(strength, len(now))
        projection = directions @ whitened
        state, rest = projection[:states], projection[states:]
        return cls(past, states, state.T @ state, rest.T @ rest)

    def statistics(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log (T2s, T2r) of each row, NaN in the first and where a value is missing."""
        found = np.full((len(z), 2), np.nan)
        found[self.past - 1 :] = self.of_rows(stacked(z, self.past))
        return found

    def of_rows(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log (T2s, T2r) of rows that have their past beside them."""
        both = [
            np.einsum("ij,ij->i", rows @ form, rows) for form in (self.form_state, self.form_rest)
        ]
        return np.asarray(np.log(np.column_stack(both) + _SMALL))

    def parts(
        self, rows: NDArray[np.float64], tags: int, *, whole: bool = False
    ) -> NDArray[np.float64]:
        """Return what each tag has in T2r, or in T2s and T2r together (`whole`).

        It is the reconstruction-based contribution.
        """
        form = self.form_rest + self.form_state if whole else self.form_rest
        # By tag: its steps of the past, and the part of the form that is of them alone.
        pulled = (rows @ form).reshape(len(rows), self.past, tags).transpose(2, 0, 1)
        blocks = form.reshape(self.past, tags, self.past, tags)
        inner = np.einsum("itjt->tij", blocks) + _SMALL * np.eye(self.past)
        weighed = pulled @ np.linalg.inv(inner) * pulled
        return np.asarray(weighed.sum(axis=2).mean(axis=1))


def stacked(z: NDArray[np.float64], past: int) -> NDArray[np.float64]:
    """Return each row beside the rows before it, newest first: (rows - past + 1, tags * past)."""
    return np.hstack([z[past - 1 - back : len(z) - back] for back in range(past)])


def order(strength: NDArray[np.float64], rows: int) -> int:
    """Return how many states are told from chance.

    Of correlations that are all chance, the largest is about sqrt(directions / rows) (Wachter's
    law); what stands above twice that is a state. There is at least one.
    """
    chance = 2 * np.sqrt(len(strength) / max(rows, 1))
    return int(max(1, min(np.sum(strength > min(chance, 0.9)), len(strength) - 1 or 1)))


def longest_past(rows: int, tags: int, wanted: int) -> int:
    """Return how many steps of the past so many rows can tell apart, at most `wanted`."""
    return int(np.clip(rows / (ROWS_A_DIRECTION * tags), 1, wanted))


def _whitener(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors / np.sqrt(np.maximum(values, 1e-9)) @ vectors.T)
