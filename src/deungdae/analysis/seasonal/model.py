"""One signal with a daily and a weekly shape: what comes next, and what is unlike it.

The shape is learned from a good period; the level is the median of the two weeks before, so that a
season of the year is no anomaly. What the last step had beyond both is carried on as far as it was
in the good period.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly import Limit, alarms, limit
from deungdae.analysis.seasonal.shape import KINDS, LEVEL_DAYS, Floats, Shape, trailing

FEWEST_DAYS = 2 * LEVEL_DAYS
FOLDS = 4
SMOOTHING = 0.2  #: weight of the newest step in a score
FURTHEST = 6.0  #: spreads; one wild reading is no anomaly by itself
BANDS = 6  #: parts of a day whose errors are alike
SHARES = np.linspace(0, 1, 201)
WORTH = 0.99  #: a finer kind of days must lower the error to this share of the simpler's


class TooLittle(ValueError):  # noqa: N818
    """The good period cannot be learned from; the sentence says why."""


class Forecast(NamedTuple):
    """One entry for each step ahead; `low` and `high` enclose the stated share of values."""

    usual: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Seasonal:
    """A signal as it was in its good period.

    For each of the `horizons`, in steps: `carried` is the share of a deviation that is left so much
    later, and `errors` are the quantiles (at `SHARES`) of errors so far ahead, in spreads, of weeks
    that the shape was not learned from; a row of them for each four hours of the day. `limit` is of
    the score.
    """

    per_day: int
    shape: Shape
    horizons: tuple[int, ...]
    carried: Floats
    errors: Floats
    limit: Limit

    @classmethod
    def learn(cls, values: Floats, phase: int, per_day: int, budget: float) -> "Seasonal":
        """Learn a good period of at least four weeks; `phase` as in `shape`.

        `budget`: false alarms per step that a person is willing to see. Raises `TooLittle`,
        and ValueError for steps longer than four hours.
        """
        if per_day < BANDS:
            raise ValueError(f"a day needs at least {BANDS} steps")
        values = np.asarray(values, float)
        if np.isfinite(values).sum() < FEWEST_DAYS * per_day:
            raise TooLittle(f"at least {FEWEST_DAYS} days are needed")
        best: tuple[float, Shape, Floats] | None = None
        for kinds in KINDS:
            shape = Shape.of(values, phase, per_day, kinds)
            unseen = None if shape is None else _unseen(values, phase, per_day, kinds)
            if shape is None or unseen is None:
                continue
            error = float(np.nanmean(np.abs(unseen)))
            if best is None or error < WORTH * best[0]:
                best = error, shape, unseen
        if best is None:
            raise TooLittle("each time of the day must have been seen on several days")
        _, shape, unseen = best
        if not np.nanmax(np.abs(unseen)) > 0:
            raise TooLittle("the signal never differs from one day to another")
        _, spread = shape.at(len(values), phase)
        horizons = _horizons(per_day)
        carried = np.array([_carried(unseen, ahead) for ahead in horizons])
        band = _bands(phase + np.arange(len(values)), per_day)
        errors = np.empty((len(horizons), BANDS, len(SHARES)))
        for place, ahead in enumerate(horizons):
            off = (unseen[ahead:] - carried[place] * unseen[:-ahead]) / spread[ahead:]
            for row in range(BANDS):
                own = off[(band[ahead:] == row) & np.isfinite(off)]
                if not len(own):
                    raise TooLittle("too much of the period is missing")
                errors[place, row] = np.quantile(own, SHARES)
        level = _limit(_score(unseen / spread), budget)
        return cls(per_day, shape, horizons, carried, errors, level)

    def score(self, values: Floats, phase: int) -> Floats:
        """Return the score of each step; NaN where the value is missing, and on the first day.

        It is the exponentially weighted mean of deviations from level and shape, in spreads,
        without its sign. The first two weeks serve to find the level.
        """
        usual, spread = self.shape.at(len(values), phase)
        beside = np.asarray(values, float) - usual
        return _score((beside - trailing(beside, self.per_day)) / spread)

    def forecast(self, past: Floats, phase: int, steps: int, share: float = 0.9) -> Forecast:
        """Return the next `steps` after `past`, whose last two weeks count (fewer will do).

        Further ahead than a day nothing of the last deviation is left. Raises ValueError without
        a known value.
        """
        usual, spread = self._ahead(past, phase, steps)
        tails = (1 - share) / 2, (1 + share) / 2
        quantiles = np.array(
            [np.interp(tails, SHARES, row) for row in self._errors(past, phase, steps)]
        )
        return Forecast(usual, usual + spread * quantiles[:, 0], usual + spread * quantiles[:, 1])

    def chances(self, past: Floats, phase: int, steps: int, above: float) -> Floats:
        """Return how likely each of the next steps is to be above a value, such as a contract's."""
        usual, spread = self._ahead(past, phase, steps)
        needed = (above - usual) / spread
        rows = self._errors(past, phase, steps)
        # A tie, as of a signal that is often exactly the same, counts as not above.
        below = [np.interp(x, row, SHARES) for x, row in zip(needed, rows, strict=True)]
        return 1 - np.array(below)

    def _errors(self, past: Floats, phase: int, steps: int) -> Floats:
        ahead = np.minimum(np.arange(1, steps + 1), self.per_day)
        band = _bands(phase + len(past) + np.arange(steps), self.per_day)
        return np.asarray(self.errors[np.searchsorted(self.horizons, ahead), band])

    def _ahead(self, past: Floats, phase: int, steps: int) -> tuple[Floats, Floats]:
        past = np.asarray(past, float)
        kept = past[-LEVEL_DAYS * self.per_day :]
        beside = kept - self.shape.at(len(kept), phase + len(past) - len(kept))[0]
        if not np.isfinite(beside).any():
            raise ValueError("there is no value to forecast from")
        level = float(np.nanmedian(beside))
        usual, spread = self.shape.at(steps, phase + len(past))
        last = beside[-1] - level
        carried = np.zeros(steps)
        if np.isfinite(last):
            near = min(steps, self.per_day)
            carried[:near] = last * np.interp(np.arange(1, near + 1), self.horizons, self.carried)
        return usual + level + carried, spread


def _unseen(values: Floats, phase: int, per_day: int, kinds: tuple[int, ...]) -> Floats | None:
    """Return deviations from level and shape, each of a shape that did not see its week."""
    weeks = (phase + np.arange(len(values))) // (7 * per_day)
    found = np.full(len(values), np.nan)
    for fold in range(FOLDS):
        own = weeks % FOLDS == fold
        shape = Shape.of(np.where(own, np.nan, values), phase, per_day, kinds)
        if shape is None:
            return None
        beside = values - shape.at(len(values), phase)[0]
        found[own] = (beside - trailing(beside, per_day))[own]
    return found


def _limit(scores: Floats, budget: float) -> Limit:
    """Return the limit for a budget, also where the tail has too few peaks to be fitted.

    If the good period is long enough for the budget to allow alarms in it, the limit is the lowest
    at which there are no more of them; the fit would have given the greatest score seen.
    """
    fitted = limit(scores, budget)
    known = scores[np.isfinite(scores)]
    if fitted.fitted or budget * len(known) < 1:
        return fitted
    level = fitted.score
    for score in np.unique(known)[::-1].tolist():
        if len(alarms(known, score)) > budget * len(known):
            break
        level = score
    return Limit(level, len(alarms(known, level)), len(known), fitted=False)


def _horizons(per_day: int) -> tuple[int, ...]:
    """Return steps ahead, each at least a quarter further than the one before, up to a day."""
    found = [1]
    while found[-1] < per_day:
        found.append(min(per_day, max(found[-1] + 1, found[-1] * 5 // 4)))
    return tuple(found)


def _bands(steps: NDArray[np.intp], per_day: int) -> NDArray[np.intp]:
    """Return in which part of the day steps since a Monday's midnight lie."""
    return np.asarray(steps % per_day * BANDS // per_day)


def _carried(deviations: Floats, ahead: int) -> float:
    """Return the share of a deviation that is left, by least squares, wild ones trimmed."""
    most = 3 * float(np.nanstd(deviations))
    now, later = np.clip(deviations[:-ahead], -most, most), deviations[ahead:]
    both = np.isfinite(now) & np.isfinite(later)
    power = float(now[both] @ now[both])
    return float(np.clip(now[both] @ later[both] / power, 0, 1)) if power else 0.0


def _score(z: Floats) -> Floats:
    found = np.full(len(z), np.nan)
    level = 0.0
    for at, one in enumerate(np.clip(z, -FURTHEST, FURTHEST).tolist()):
        if np.isfinite(one):
            level += SMOOTHING * (one - level)
            found[at] = abs(level)
    return found
