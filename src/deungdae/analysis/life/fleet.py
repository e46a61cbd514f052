"""Remaining lives from the lives of others: learned from units that ran to failure.

Boosted trees learn the remaining life, capped, from the traces of the signals. The interval is that
of the *true* remaining lives of units that were given a similar prediction while they were left out
of the learning (five groups of units): a distribution conditional on the prediction, in the spirit
of Mondrian conformal prediction (Vovk et al. 2005) with each unit as one observation. It holds
where the running units age as the failed ones did.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.life.traces import traced, window_of
from deungdae.analysis.stats.boosting import Boosted, boosted

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Fewer failed units than this teach nothing; fewer than `FEW` teach little.
LEAST, FEW = 5, 20
GROUPS: Final = 5
#: More rows than this are thinned for learning: neighbours in one life are nearly the same.
ROWS: Final = 6_000
#: Share of the rows, and number of units, whose predictions count as similar.
SIMILAR, UNITS = 0.06, 20
#: Rows that predictions are compared with, spread over all lives.
COMPARED: Final = 5_000
CONFIDENCE: Final = 0.9
#: The cap, told nothing: a share of the median life.
CAP: Final = 0.625


@dataclass(frozen=True)
class Lives:
    """Units in order: `signals` (rows, signals) and `age` (rows) of each, ascending in age."""

    names: tuple[str, ...]
    signals: tuple[Floats, ...]
    age: tuple[Floats, ...]


@dataclass(frozen=True)
class Fleet:
    """What was learned. `tested_*` are the rows of failed units while they were left out."""

    model: Boosted
    cap: float
    window: int
    centre: Floats
    spread: Floats
    tested_unit: Ints
    tested_age: Floats
    tested: Floats
    tested_left: Floats

    def left(self, signals: Floats, age: Floats) -> Floats:
        """Return the remaining life, capped, at each row of one unit."""
        features = traced((signals - self.centre) / self.spread, age, self.window)
        out: Floats = np.clip(self.model.predict(features), 0, self.cap)
        return out

    def interval(self, predicted: float, without: int | None = None) -> tuple[float, float, float]:
        """Return low, high, and the confidence that so few units can give (0.9 or less).

        `without` leaves one failed unit out, to test the interval on it.
        """
        few = slice(None, None, -(-self.tested.size // COMPARED))
        unit = self.tested_unit[few]
        other = np.ones(unit.size, bool) if without is None else unit != without
        distance = np.abs(self.tested[few] - predicted)[other]
        units, left = unit[other], self.tested_left[few][other]
        order = np.argsort(distance, kind="stable")
        take = max(1, int(SIMILAR * order.size))
        all_units = np.unique(units).size
        while take < order.size and np.unique(units[order[:take]]).size < min(UNITS, all_units):
            take = min(order.size, 2 * take)
        units, left = units[order[:take]], left[order[:take]]
        _, place, rows = np.unique(units, return_inverse=True, return_counts=True)
        weight = 1.0 / rows[place.reshape(-1)]
        count = rows.size
        confidence = min(CONFIDENCE, (count - 1) / (count + 1))
        tail = max(0.0, (1 - confidence) / 2 - 0.25 / (count + 1))
        low, high = _quantiles(left, weight, tail)
        return low, high, confidence


def learn(lives: Lives, cap: float | None, seed: int) -> Fleet:
    """Learn from units that ran to failure; `cap` in the unit of the ages, None: guessed."""
    every = np.vstack(lives.signals)
    with np.errstate(invalid="ignore"):
        centre = np.nanmean(every, axis=0)
        spread = np.nanstd(every, axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    window = window_of([age.size for age in lives.age])
    left = [age[-1] - age for age in lives.age]
    cap = cap or CAP * float(np.median([age[-1] for age in lives.age]))
    features = np.vstack(
        [
            traced((s - centre) / spread, a, window)
            for s, a in zip(lives.signals, lives.age, strict=True)
        ]
    )
    unit = np.repeat(np.arange(len(lives.age)), [a.size for a in lives.age])
    truth = np.concatenate(left)
    target = np.minimum(truth, cap)
    step = -(-truth.size // ROWS)
    thin = np.arange(0, truth.size, step)
    group = np.random.default_rng(seed).permutation(len(lives.age)) % min(GROUPS, len(lives.age))
    tested = np.empty(truth.size)
    for number in range(int(group.max()) + 1):
        out = group[unit] == number
        inside = thin[~out[thin]]
        tested[out] = boosted(features[inside], target[inside], seed).predict(features[out])
    model = boosted(features[thin], target[thin], seed)
    return Fleet(
        model, cap, window, centre, spread, unit, np.concatenate(lives.age),
        np.clip(tested, 0, cap), truth,
    )  # fmt: skip


def _quantiles(values: Floats, weight: Floats, tail: float) -> tuple[float, float]:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) / weight.sum()
    low = int(np.searchsorted(below, tail))
    high = int(np.searchsorted(below, 1 - tail - 1e-12))
    last = values.size - 1
    return float(values[order[min(low, last)]]), float(values[order[min(high, last)]])
