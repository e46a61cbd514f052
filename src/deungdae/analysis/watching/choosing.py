"""Which method watches a machine best: tried on the good period itself, a quarter held out in turn.

Each method learns three quarters and is judged on the fourth, which it has not seen: by its false
alarms there, and by the planted anomalies it finds. Of the methods that keep the budget, as far as
chance lets one say, that is taken which finds most; nearly as much by fewer false alarms, or more
simply, is better.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from deungdae.analysis.anomaly import TooLittle, alarms
from deungdae.analysis.watching.methods import METHODS, Watch, learn
from deungdae.analysis.watching.planted import KINDS, Planted, plant

Floats = NDArray[np.float64]

QUARTERS = 4
PLANTED = 6  #: of each kind in each quarter
NEARLY = 0.03  #: of the planted anomalies: a difference that is none
SURE = 0.95

Progress = Callable[[str, float], None]


class Found(NamedTuple):
    """Planted anomalies of one kind; `delay` is the median of rows until an alarm."""

    kind: str
    found: int
    planted: int
    delay: float | None


def by_chance(allowed: float) -> int:
    """Return the most false alarms that may be chance where so many are to be expected.

    More come less often than once in twenty times.
    """
    return int(np.argmax(special.pdtr(np.arange(10 + 3 * allowed), max(allowed, 1e-9)) >= SURE))


@dataclass(frozen=True)
class Trial:
    """How one method did. `problem` says why it could not be tried, and the rest is empty then.

    `allowed` false alarms are what the budget lets one expect in the `steps` that were judged; a
    quarter more for each quarter whose limit is the greatest score seen.
    `held_out` has the score of each row by a model that did not see it, as a share of its limit.
    """

    method: str
    false_alarms: int = 0
    steps: int = 0
    allowed: float = 0.0
    kinds: tuple[Found, ...] = ()
    problem: str | None = None
    held_out: Floats = field(default_factory=lambda: np.empty(0), repr=False, compare=False)

    @property
    def share(self) -> float:
        """The share of planted anomalies that was found."""
        planted = sum(one.planted for one in self.kinds)
        return sum(one.found for one in self.kinds) / planted if planted else 0.0

    @property
    def keeps_the_budget(self) -> bool:
        """Whether so many false alarms may be chance."""
        return self.false_alarms <= by_chance(self.allowed)


@dataclass(frozen=True)
class Choice:
    """The watch that was learned from the whole good period, and why its method."""

    watch: Watch
    trials: tuple[Trial, ...]
    reason: str  #: "only", "told", "best", "simpler", "fewer_false" or "none_keeps_the_budget"


def choose(
    values: Floats,
    names: tuple[str, ...],
    phase: int,
    per_day: int,
    budget: float,
    *,
    only: str | None = None,
    progress: Progress = lambda step, share: None,
) -> Choice:
    """Try each method (or `only` one) and learn the good period by the best.

    `budget`: false alarms per row. `progress` is told "trying" and "learning" with the share done.
    Raises `TooLittle` when no method can learn the period.
    """
    values = np.asarray(values, float)
    methods = list(METHODS) if only is None else [only]
    trials: list[Trial] = []
    for place, method in enumerate(methods):
        progress("trying", place / len(methods))
        trials.append(tried(method, values, names, phase, per_day, budget))
    order, reason = _ranked(trials)
    if only is not None:
        reason = "told"
    progress("learning", 0.0)
    problems: list[TooLittle] = []
    for trial in order:
        try:
            watch = learn(trial.method, values, names, phase, per_day, budget)
        except TooLittle as error:
            problems.append(error)
            continue
        progress("learning", 1.0)
        return Choice(watch, tuple(trials), reason)
    # What the simplest method says is most easily understood.
    raise problems[0]


def tried(
    method: str, values: Floats, names: tuple[str, ...], phase: int, per_day: int, budget: float
) -> Trial:
    """Return how a method does on each quarter that it was not learned from."""
    trial = Trial(method, held_out=np.full(len(values), np.nan))
    unfitted = 0
    delays: dict[str, list[int | None]] = {kind: [] for kind in KINDS}
    known: NDArray[np.bool_] = np.asarray(np.isfinite(values).any(axis=1))
    edges = np.linspace(0, len(values), QUARTERS + 1).astype(int).tolist()
    for quarter, (start, end) in enumerate(pairwise(edges)):
        others = values.copy()
        others[start:end] = np.nan
        try:
            watch = learn(method, others, names, phase, per_day, budget)
        except TooLittle as error:
            return Trial(method, problem=str(error))
        begin = max(0, start - watch.lead)
        scores = watch.score(values[begin:end], _later(phase, begin, per_day)).relations
        scores = scores[start - begin :]
        # What stands for values that are lacking is no reading: where nothing is known, as while
        # the machine stands, nothing is judged.
        judged = np.where(known[start:end], scores, np.nan)
        trial.held_out[start:end] = judged / watch.limit.score
        unfitted += not watch.limit.fitted
        trial = replace(
            trial,
            false_alarms=trial.false_alarms + len(alarms(judged, watch.limit.score)),
            steps=trial.steps + int(np.isfinite(judged).sum()),
        )
        columns = [names.index(name) for name in watch.watched]
        columns = columns[quarter:] + columns[:quarter]
        for one in plant(values, columns, start, end, PLANTED):
            before = scores[one.start - start : one.end - start + watch.lead]
            delay = _delay(watch, values, one, phase, per_day, before)
            delays[one.kind].append(delay)
    return replace(
        trial,
        # The greatest score of three quarters is exceeded in one fourth of four, by chance alone.
        allowed=budget * trial.steps + unfitted / QUARTERS,
        kinds=tuple(_summed(kind, delays[kind]) for kind in KINDS),
    )


def _delay(
    watch: Watch, values: Floats, one: Planted, phase: int, per_day: int, before: Floats
) -> int | None:
    """Return the rows until a planted anomaly is an alarm; None where it is not found.

    An alarm that stands there anyway finds nothing, nor does one at the jump with which an anomaly
    begins or ends: what lasts is found when it is an alarm in the second half of its rows.
    """
    level = watch.limit.score
    begin = max(0, one.start - watch.lead)
    # The smoothed score may pass its limit a little after a spike of a few rows.
    brief = one.kind == "spike"
    end = min(len(values), one.end + 3) if brief else one.end
    changed = values[begin:end].copy()
    changed[one.start - begin : one.end - begin, one.column] = one.values
    scores = watch.score(changed, _later(phase, begin, per_day)).relations[one.start - begin :]
    usual = before[: len(scores)]
    above = np.flatnonzero((scores[: len(usual)] > level) & ~(usual > level))
    if not len(above) or (not brief and above[-1] < (one.end - one.start) // 2):
        return None
    return int(above[0])


def _summed(kind: str, delays: list[int | None]) -> Found:
    known = [delay for delay in delays if delay is not None]
    return Found(kind, len(known), len(delays), float(np.median(known)) if known else None)


def _ranked(trials: list[Trial]) -> tuple[list[Trial], str]:
    """Return the trials, the best first, and the reason in a word."""
    able = [trial for trial in trials if trial.problem is None]
    if not able:
        return trials, "only"
    keeping = [trial for trial in able if trial.keeps_the_budget]
    if not keeping:
        order = sorted(able, key=lambda trial: (trial.false_alarms, -trial.share))
        return order, "none_keeps_the_budget"
    most = max(trial.share for trial in keeping)
    near = [trial for trial in keeping if trial.share >= most - NEARLY]
    best = min(near, key=lambda trial: (trial.false_alarms, list(METHODS).index(trial.method)))
    others = sorted((t for t in able if t is not best), key=lambda t: (-t.share, t.false_alarms))
    if len(able) == 1:
        reason = "only"
    elif best.share == most:
        reason = "best"
    else:
        greatest = next(trial for trial in near if trial.share == most)
        reason = "fewer_false" if best.false_alarms < greatest.false_alarms else "simpler"
    return [best, *others], reason


def _later(phase: int, rows: int, per_day: int) -> int:
    return (phase + rows) % (7 * per_day)
