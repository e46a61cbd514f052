"""Boosted trees for a number, in one thread and the same on every machine.

Gradient boosting of squared errors (Friedman, Annals of Statistics 29, 2001) with symmetric trees:
all nodes of a level share one question, as in CatBoost (Prokhorenkova et al. 2018), which makes a
tree a table of 2^depth values. Columns are cut into at most 64 bins; each tree sees a part of them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

BINS: Final = 64


@dataclass(frozen=True)
class Plan:
    """How trees are grown: `share` of the columns for each, `ridge` rows of doubt in each leaf."""

    trees: int = 160
    depth: int = 5
    rate: float = 0.1
    share: float = 0.3
    ridge: float = 5.0
    least: int = 5  #: rows on each side of a question, in all nodes together


@dataclass(frozen=True)
class Boosted:
    """What was learned; questions are "column above cut?"."""

    base: float
    columns: Ints  #: (trees, depth)
    cuts: Floats  #: (trees, depth)
    leaves: Floats  #: (trees, 2^depth)

    def predict(self, features: Floats) -> Floats:
        """Return the expected number for each row of `features` (rows, columns)."""
        out = np.full(features.shape[0], self.base)
        place = 1 << np.arange(self.columns.shape[1])
        for columns, cuts, leaves in zip(self.columns, self.cuts, self.leaves, strict=True):
            out += leaves[(features[:, columns] > cuts) @ place]
        return out


def boosted(features: Floats, target: Floats, seed: int = 0, plan: Plan | None = None) -> Boosted:
    """Learn `target` (rows) from finite `features` (rows, columns)."""
    plan = plan or Plan()
    rng = np.random.default_rng(seed)
    edges = [_edges(features[:, k]) for k in range(features.shape[1])]
    binned = np.column_stack(
        [np.searchsorted(e, features[:, k], side="left") for k, e in enumerate(edges)]
    ).astype(np.intp)
    usable = np.array([k for k, e in enumerate(edges) if e.size], dtype=np.intp)
    base = float(target.mean())
    rest = target - base
    columns, cuts, leaves = [], [], []
    take = max(1, round(plan.share * usable.size))
    for _ in range(plan.trees if usable.size else 0):
        seen = rng.choice(usable, take, replace=False)
        tree_columns, tree_cuts, leaf = _grown(binned, edges, seen, rest, plan)
        sums = np.bincount(leaf, rest, 1 << plan.depth)
        rows = np.bincount(leaf, minlength=1 << plan.depth)
        values = plan.rate * sums / (rows + plan.ridge)
        rest = rest - values[leaf]
        columns.append(tree_columns)
        cuts.append(tree_cuts)
        leaves.append(values)
    shape = (len(columns), plan.depth)
    return Boosted(
        base,
        np.array(columns, dtype=np.intp).reshape(shape),
        np.array(cuts, dtype=np.float64).reshape(shape),
        np.array(leaves, dtype=np.float64).reshape(len(columns), 1 << plan.depth),
    )


def _edges(values: Floats) -> Floats:
    """Return the cuts between bins, halfway between neighbouring values."""
    distinct = np.unique(values)
    if distinct.size > BINS:
        distinct = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)))
    out: Floats = (distinct[1:] + distinct[:-1]) / 2
    return out


def _grown(
    binned: Ints, edges: list[Floats], seen: Ints, rest: Floats, plan: Plan
) -> tuple[list[int], list[float], Ints]:
    """Return the questions of one tree, and the leaf of each row."""
    rows, width = binned.shape[0], seen.size
    inner = binned[:, seen] + (BINS + 1) * np.arange(width)
    weights = np.repeat(rest, width)
    leaf = np.zeros(rows, dtype=np.intp)
    columns: list[int] = []
    cuts: list[float] = []
    size = width * (BINS + 1)
    for level in range(plan.depth):
        nodes = 1 << level
        place = (inner + leaf[:, None] * size).ravel()
        shape = (nodes, width, BINS + 1)
        sums = np.bincount(place, weights, nodes * size).reshape(shape).cumsum(axis=2)
        count = np.bincount(place, minlength=nodes * size).reshape(shape).cumsum(axis=2)
        right, right_count = sums[:, :, -1:] - sums, count[:, :, -1:] - count
        gain = sums**2 / (count + plan.ridge) + right**2 / (right_count + plan.ridge)
        both = gain.sum(axis=0)
        few = (count.sum(axis=0) < plan.least) | (right_count.sum(axis=0) < plan.least)
        both[few] = -np.inf
        best = int(np.argmax(both))
        column, cut = divmod(best, BINS + 1)
        name = int(seen[column])
        if not np.isfinite(both.flat[best]):
            columns.append(name)
            cuts.append(np.inf)
            continue
        columns.append(name)
        cuts.append(float(edges[name][cut]))
        leaf += (binned[:, name] > cut).astype(np.intp) << level
    return columns, cuts, leaf
