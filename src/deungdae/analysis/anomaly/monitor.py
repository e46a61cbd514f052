"""One machine watched by all its tags together: learned from a good period, scored step by step.

Two scores, both as shares of their limits:

    relations   what the tags' recent past holds beyond the machine's usual states: the tags no
                longer go together as they did. Above 1 it is an alarm.
    place       how far the machine is from its usual states: it is run as it was not in the good
                period, while its relations may hold. Above 1, the good period should be learned
                anew or widened; it is no alarm.

Each goes by the logarithm of a statistic of a model, in standard deviations of the good period, and
is the greater of two shares: that of its exponentially weighted mean (MEWMA's idea, Lowry and
others 1992), which finds a small shift that lasts, and that of the row itself, which finds a large
one at its first row. The row's own limit takes little of the budget, and costs little of what the
mean finds (combined Shewhart-EWMA: J. M. Lucas, M. S. Saccucci, Exponentially weighted moving
average control schemes, Technometrics 32 (1990), pages 1-12). The model is `canonical` for straight
relations, or `neighbours` for those that bend or jump.
"""

import itertools
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly.canonical import Canonical, longest_past, stacked
from deungdae.analysis.anomaly.limits import Limit, alarms, limit
from deungdae.analysis.anomaly.neighbours import Neighbours
from deungdae.analysis.anomaly.reference import LONGEST_HOLD, Reference, TooLittle
from deungdae.analysis.anomaly.smoothing import Smoother, smooth

PAST = 3  #: steps of the past, where the good period is long enough for them
SMOOTHING = 0.2  #: weight of the newest step
OWN_SHARE = 0.1  #: of the budget, for the limit of the row itself
FOLDS = 5
_SMALL = 1e-9

Model = Canonical | Neighbours


class Scores(NamedTuple):
    """Shares of the limits, one entry for each row.

    NaN where a tag was missing for long, and in the first steps.
    """

    relations: NDArray[np.float64]
    place: NDArray[np.float64]


class Limits(NamedTuple):
    """Where a statistic is an alarm: its `smoothed` score, and a row's `own`.

    `own` is None where nothing is smoothed. `seen` false alarms of both in the good period.
    """

    smoothed: Limit
    own: Limit | None
    seen: int

    @classmethod
    def of(
        cls,
        own: NDArray[np.float64],
        smoothed: NDArray[np.float64],
        smoothing: float,
        budget: float,
    ) -> "Limits":
        """Return the limits of the good period's scores, for a budget of false alarms per step."""
        if smoothing >= 1:
            found = limit(own, budget)
            return cls(found, None, found.seen)
        limits = cls(limit(smoothed, budget * (1 - OWN_SHARE)), limit(own, budget * OWN_SHARE), 0)
        shares = limits.share(own, smoothed)
        return limits._replace(seen=len(alarms(shares[np.isfinite(shares)], 1.0)))

    @property
    def fitted(self) -> bool:
        """Whether the budget can be promised."""
        return self.smoothed.fitted and (self.own is None or self.own.fitted)

    def share(self, own: NDArray[np.float64], smoothed: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the greater of both scores, each as a share of its limit."""
        share = smoothed / max(self.smoothed.score, _SMALL)
        if self.own is None:
            return np.asarray(share)
        return np.asarray(np.maximum(share, own / max(self.own.score, _SMALL)))


class Blame(NamedTuple):
    """One tag's part in an anomaly.

    `share` (0 to 1) of what breaks the relations: with canonical variates the reconstruction-based
    contribution (Alcala and Qin 2009), with neighbours what is better when the tag is as the others
    would have it; in both, a tag is not blamed merely because others moved it. `deviation` says how
    far the tag itself was from its usual level, in its own spreads.
    """

    name: str
    share: float
    deviation: float


@dataclass(frozen=True)
class Monitor:
    """A machine as it was in its good period, and the limits that follow from it.

    `centre` and `spread` are of the logarithms of (place, relations); `smoothing` is the weight of
    the newest step.
    """

    reference: Reference
    model: Model
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    smoothing: float
    relations: Limits
    place: Limits

    @classmethod
    def learn(
        cls,
        values: NDArray[np.float64],
        names: tuple[str, ...],
        budget: float,
        *,
        past: int = PAST,
        smoothing: float = SMOOTHING,
        by: type[Model] = Canonical,
    ) -> "Monitor":
        """Learn a good period: rows of equal steps, a column for each tag, NaN for missing.

        `budget`: false alarms per step that a person is willing to see. Raises `TooLittle` for a
        period that is too short or in which nothing changes, ValueError for a budget of zero.
        """
        values = np.asarray(values, float)
        reference = Reference.of(values, names)
        z = reference.scaled(values)
        past = longest_past(len(z), z.shape[1], past)
        logs = _unseen(z, past, by)
        if not np.isfinite(logs).any():
            raise TooLittle("no row of the good period is whole")
        centre, spread = np.nanmean(logs, axis=0), np.nanstd(logs, axis=0)
        own = (logs - centre) / np.maximum(spread, _SMALL)
        smoothed = smooth(own, smoothing)
        return cls(
            reference,
            by.of(z, past),
            centre,
            np.maximum(spread, _SMALL),
            smoothing,
            Limits.of(own[:, 1], smoothed[:, 1], smoothing, budget),
            Limits.of(own[:, 0], smoothed[:, 0], smoothing, budget),
        )

    def score(self, values: NDArray[np.float64]) -> Scores:
        """Return the scores of rows that follow one another."""
        z = self.reference.scaled(values)
        own = (self.model.statistics(z) - self.centre) / self.spread
        return self.shares(own, smooth(own, self.smoothing))

    def shares(self, own: NDArray[np.float64], smoothed: NDArray[np.float64]) -> Scores:
        """Return the scores of rows with a column for the place and one for the relations."""
        return Scores(
            self.relations.share(own[..., 1], smoothed[..., 1]),
            self.place.share(own[..., 0], smoothed[..., 0]),
        )

    def blame(self, values: NDArray[np.float64], *, whole: bool = False) -> list[Blame]:
        """Return each tag's part in what rows show, such as those of an alarm, greatest first.

        `whole`: in how far the machine is from its place as well, and not in its relations alone.
        Rows need `past - 1` more before the first that counts. Raises ValueError without a row.
        """
        z = self.reference.scaled(values)
        tags = z.shape[1]
        rows = stacked(z, self.model.past)
        rows = rows[np.isfinite(rows).all(axis=1)]
        if not len(rows):
            raise ValueError("there is no whole row to blame a tag by")
        parts = self.model.parts(rows, tags, whole=whole)
        deviations = rows[:, :tags].mean(axis=0)
        total = float(parts.sum()) or 1.0
        found = [
            Blame(name, float(part) / total, float(deviation))
            for name, part, deviation in zip(self.reference.names, parts, deviations, strict=True)
        ]
        return sorted(found, key=lambda one: (-one.share, one.name))


class Stream:
    """A monitor that takes one row at a time; the same scores as `Monitor.score` on all of them."""

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self._past: deque[NDArray[np.float64]] = deque(maxlen=monitor.model.past)
        self._smoother = Smoother(2, monitor.smoothing)
        self._last = np.full(len(monitor.reference.names), np.nan)
        self._age = np.zeros(len(monitor.reference.names), int)

    def push(self, row: NDArray[np.float64]) -> tuple[float, float]:
        """Take a row; return its (relations, place), NaN where nothing can be said yet."""
        monitor = self.monitor
        reference = monitor.reference
        z = (np.asarray(row, float)[reference.columns] - reference.centre) / reference.spread
        missing = ~np.isfinite(z)
        self._age = np.where(missing, self._age + 1, 0)
        z = np.where(missing & (self._age <= LONGEST_HOLD), self._last, z)
        self._last = np.where(missing, self._last, z)
        self._past.append(z)
        whole = len(self._past) == monitor.model.past
        row_and_past = np.concatenate(list(self._past)[::-1])
        if not whole or not np.isfinite(row_and_past).all():
            self._smoother.push(None)
            return float("nan"), float("nan")
        logs = monitor.model.of_rows(row_and_past[None])[0]
        own = (logs - monitor.centre) / monitor.spread
        found = monitor.shares(own, self._smoother.push(own))
        return float(found.relations), float(found.place)


def _unseen(z: NDArray[np.float64], past: int, by: type[Model]) -> NDArray[np.float64]:
    """Return the logarithms of both statistics of each row, by models that did not see it."""
    edges = np.linspace(0, len(z), FOLDS + 1).astype(int)
    found = np.full((len(z), 2), np.nan)
    for start, end in itertools.pairwise(edges.tolist()):
        others = z.copy()
        # Not cut out but blanked: rows on both sides of a cut do not follow one another.
        others[start:end] = np.nan
        if np.isfinite(others).all(axis=1).sum() > z.shape[1]:
            found[start:end] = by.of(others, past).statistics(z[start:end])
    return found
