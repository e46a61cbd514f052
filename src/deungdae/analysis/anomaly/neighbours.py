"""Moments of the good period that were most alike: for machines whose tags bend and jump together.

Canonical variates see straight relations only. Where a pressure goes with the square of a speed, or
a machine has two products, they take the whole bent range as usual, and are blind in it. Here a row
is compared with the rows of the good period that are nearest to it, and with how near those are to
their own: where the machine was seen often it must come close, where it was seen seldom it need
not.

    d(x)      mean of the squared distances to the k nearest rows of the good period
    score(x)  = log d(x) - mean of log d of those k rows, each without the rows near it in time

Distances are in principal directions, each in its own spread, so that a small deviation from a
tight relation counts as much as a large one of a loose tag.

Sources: Q. P. He, J. Wang, Fault detection using the k-nearest neighbor rule for semiconductor
manufacturing processes, IEEE Trans. Semiconductor Manufacturing 20 (2007), pages 345-354; the local
scale as in H. Ma, Y. Hu, H. Shi, Fault detection and identification based on the neighborhood
standardized local outlier factor method, Ind. Eng. Chem. Res. 52 (2013), pages 2389-2402.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly.canonical import stacked

Floats = NDArray[np.float64]

NEAREST = 8
MOST_ROWS = 2_000  #: of the good period that are kept to compare with
APART = 40  #: rows that are nearer in time than this are no neighbours of one another
RIDGE = 1e-2  #: of a tag's variance: directions that hardly vary must not decide alone
BLAMED_ROWS = 10  #: of those of an anomaly; more say no more
AT_ONCE = 2_048  #: rows whose distances are held in memory together
_SMALL = 1e-9


@dataclass(frozen=True)
class Neighbours:
    """The rows that are kept: in principal directions (`kept`), and as they are (`plain`).

    `own` is log d of each of them. A row of the past holds the newest step first.
    """

    past: int
    whitened: Floats
    plain: Floats
    kept: Floats
    own: Floats

    @classmethod
    def of(cls, z: Floats, past: int) -> "Neighbours":
        """Learn from scaled rows; those with a missing value are passed over."""
        rows = stacked(z, past)
        places = np.flatnonzero(np.isfinite(rows).all(axis=1))
        if len(places) > MOST_ROWS:
            places = places[np.linspace(0, len(places) - 1, MOST_ROWS).astype(int)]
        chosen = rows[places]
        values, vectors = np.linalg.eigh(chosen.T @ chosen / max(len(chosen), 1))
        whitened = vectors / np.sqrt(np.maximum(values, 0) + RIDGE)
        kept = chosen @ whitened
        squares = _squares(kept, kept)
        # Of a short period less is left out, so that each row has neighbours.
        apart = min(APART, len(z) // 20)
        squares[np.abs(places[:, None] - places[None]) <= apart] = np.inf
        distances = np.take_along_axis(squares, _nearest(squares), axis=1)
        reached = np.isfinite(distances)
        mean = np.where(reached, distances, 0).sum(axis=1) / np.maximum(reached.sum(axis=1), 1)
        own = np.log(mean + _SMALL)
        return cls(past, whitened, chosen, kept, own)

    @cached_property
    def _sizes(self) -> Floats:
        return np.asarray((self.kept**2).sum(axis=1))

    def statistics(self, z: Floats) -> Floats:
        """Return (log d, score) of each row, NaN for the first rows and where a value is missing.

        The first says how far a row is from everything seen, the second how far for its place.
        """
        rows = stacked(z, self.past)
        found = np.full((len(z), 2), np.nan)
        whole = np.flatnonzero(np.isfinite(rows).all(axis=1))
        for start in range(0, len(whole), AT_ONCE):
            part = whole[start : start + AT_ONCE]
            found[self.past - 1 + part] = self.of_rows(rows[part])
        return found

    def of_rows(self, rows: Floats) -> Floats:
        """Return (log d, score) of whole rows, each with its past beside it."""
        return self._scores(_squares(rows @ self.whitened, self.kept, self._sizes))

    def _scores(self, squares: Floats) -> Floats:
        nearest = _nearest(squares)
        far = np.log(np.take_along_axis(squares, nearest, axis=1).mean(axis=1) + _SMALL)
        return np.column_stack((far, far - self.own[nearest].mean(axis=1)))

    def parts(self, rows: Floats, tags: int, *, whole: bool = False) -> Floats:
        """Return by how much the score falls when a tag is as the others would have it.

        Of `whole` it is the distance that falls.
        """
        which = 0 if whole else 1
        if len(rows) > BLAMED_ROWS:
            rows = rows[np.linspace(0, len(rows) - 1, BLAMED_ROWS).astype(int)]
        points = rows @ self.whitened
        squares = _squares(points, self.kept, self._sizes)
        plain = _squares(rows, self.plain)
        now = self._scores(squares)[:, which]
        found = np.empty(tags)
        for tag in range(tags):
            own = [tag + tags * back for back in range(self.past)]
            moved = self._moved(rows, points, squares, plain, own)
            found[tag] = np.maximum(now - self._scores(moved)[:, which], 0).mean()
        return found

    def _moved(
        self, rows: Floats, points: Floats, squares: Floats, plain: Floats, columns: list[int]
    ) -> Floats:
        """Return the squared distances of rows with some columns as the others would have them.

        Those are of the moments that are alike in all other columns. What is known of the whole
        rows is used: only what the columns change is computed.
        """
        others = plain.copy()
        for column in columns:
            others -= (rows[:, column, None] - self.plain[None, :, column]) ** 2
        nearest = _nearest(others)
        usual = np.stack([self.plain[nearest, one].mean(axis=1) for one in columns], axis=1)
        step = (usual - rows[:, columns]) @ self.whitened[columns]
        along = (step * (2 * points + step)).sum(axis=1)[:, None]
        return np.asarray(np.maximum(squares + along - 2 * step @ self.kept.T, 0))


def _squares(rows: Floats, kept: Floats, of_kept: Floats | None = None) -> Floats:
    of_kept = (kept**2).sum(axis=1) if of_kept is None else of_kept
    sizes = (rows**2).sum(axis=1)[:, None] + of_kept[None]
    return np.asarray(np.maximum(sizes - 2 * rows @ kept.T, 0))


def _nearest(squares: Floats) -> NDArray[np.intp]:
    count = min(NEAREST, squares.shape[1])
    if count == squares.shape[1]:
        return np.broadcast_to(np.arange(count), squares.shape)
    return np.argpartition(squares, count, axis=1)[:, :count]
