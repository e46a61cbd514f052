"""Will the next hour bring a peak? Learned from the hours before, with a threshold for alarms.

Boosted trees learn whether the highest of the next four quarters is above a level, from the last
quarters, the same time of earlier days and weeks, and the time of day and week. The threshold is
the one of the best F1 on weeks that the trees were not learned from.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.stats.boosting import Boosted, Plan, boosted

Floats = NDArray[np.float64]

#: Quarters of a day; of the hour ahead; days looked back; weeks needed to learn.
DAY, AHEAD, BACK, LEAST_WEEKS = 96, 4, 14, 6
FOLDS: Final = 4
PLAN: Final = Plan(trees=100, depth=4, rate=0.1, ridge=20.0)
ROWS: Final = 8_000
_FEW: Final = 20


@dataclass(frozen=True)
class Warner:
    """Warns when the chance of a peak above `level` in the next hour passes `threshold`."""

    level: float
    threshold: float
    model: Boosted

    def chance(self, past: Floats, phase: int) -> float:
        """Return the chance, from 14 days of quarters or more; `phase` of the first one.

        The phase counts quarters since a Monday's midnight.
        """
        return float(np.clip(self.model.predict(_seen(past, len(past), phase)[None, :])[0], 0, 1))


def learn(values: Floats, phase: int, level: float, seed: int = 0) -> Warner | None:
    """Learn from quarters in order; None with less than six weeks or 20 hours above the level."""
    if values.size < LEAST_WEEKS * 7 * DAY:
        return None
    at = np.arange(BACK * DAY, values.size - AHEAD + 1)
    at = at[:: -(-at.size // ROWS)]
    target = np.array([np.nanmax(values[a : a + AHEAD]) > level for a in at], dtype=np.float64)
    if target.sum() < _FEW:
        return None
    features = np.array([_seen(values, int(a), phase) for a in at])
    fold = (at // (7 * DAY)) % FOLDS
    unseen = np.empty(at.size)
    for k in range(FOLDS):
        out = fold == k
        model = boosted(features[~out], target[~out], seed, PLAN)
        unseen[out] = model.predict(features[out])
    marks = np.linspace(0.05, 0.6, 23)
    best = max(marks, key=lambda mark: f1(unseen > mark, target > 0))
    return Warner(level, float(best), boosted(features, target, seed, PLAN))


def f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Return the harmonic mean of the share of right warnings and of peaks warned of."""
    both = int((said & true).sum())
    return 2 * both / max(1, int(said.sum() + true.sum()))


def _seen(values: Floats, at: int, phase: int) -> Floats:
    """Return what is known before quarter `at`."""
    filled = np.nan_to_num(values[at - BACK * DAY : at])
    n = filled.size
    last = filled[n - 16 :]
    ahead = [filled[n - d * DAY : n - d * DAY + AHEAD] for d in (1, 2, 3, 4, 5, 6, 7)]
    fortnight = filled[:AHEAD]
    place = phase + at
    today = filled[n - place % DAY :] if place % DAY else filled[:0]
    return np.array(
        [
            *last[-8:], last[-4:].max(), last.mean(), last.max(), last[-4:].std(),
            *(part.max() for part in ahead), *(part.mean() for part in ahead), fortnight.max(),
            np.mean([part.max() for part in ahead]), max(part.max() for part in ahead),
            today.max() if today.size else 0.0, today.mean() if today.size else 0.0,
            filled[n - DAY :].max(), filled[n - 7 * DAY :].max(), place % DAY, place // DAY % 7,
        ]
    )  # fmt: skip
