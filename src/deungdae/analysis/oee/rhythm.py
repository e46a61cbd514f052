"""Cycle times from one load that goes up and down with each cycle, and nothing from any other.

A current or a clamp force repeats itself while a machine makes one part after another. How long a
cycle is at about comes from the signal's likeness to itself some time later (autocorrelation). What
one cycle looks like is then learned from the first half of the readings, and found again, one by
one, wherever the signal runs alike (normalised cross-correlation).

It counts as a rhythm only if it keeps time in both halves, the second of which it was not learned
from: at least nine tenths of the times from one likeness to the next must be alike. Noise, a load
that comes and goes at random, or one that only wanders has likenesses too, but they keep no time.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.oee.cycles import FEWEST_CYCLES, Cycle, learned

SHORTEST, LONGEST = 2.0, 300.0  #: seconds of a cycle
FEWEST_A_CYCLE = 8  #: readings, or its course is not seen
MOST_A_CYCLE = 32  #: steps of the grid on which it is followed
BANDS = 4.0  #: the longest cycle that is looked for at once, in shortest ones
SWINGS = 0.1  #: by which a likeness must stand out before it is looked at closely
ALIKE = 0.5  #: correlation of a stretch with the usual cycle, from which it is one
QUIET = 0.3  #: of the usual swing: what moves less is no cycle, whatever it looks like
#: Quantiles of the swings by which it is judged what moves: of a machine that runs most of the day,
#: and of one that runs for a few hours a day.
LIVELIEST = (0.75, 0.98)
REGULAR = 0.2  #: of the usual time: a cycle that is this much longer or shorter is out of time
GOES_ON = 2.5  #: usual times: what takes longer is no cycle but a stop
CLEARER = 0.05  #: by which a longer cycle must explain more of the swings than a shorter one
AS_LONG = 0.7  #: share of the time that the shorter one explains in which it must be found
SURE = 0.9  #: share of cycles in time, from which it is a rhythm
TRIALS = 24  #: stretches that are tried as the first idea of a cycle
TOGETHER = 2  #: cycles taken together: one alone is seen to a step at both of its ends

Floats = NDArray[np.float64]


class Rhythm(NamedTuple):
    """A cycle of a load: about how long it takes, and its course in steps of `step` seconds.

    `sure` is the share of cycles that kept time in the half of the readings where it was least.
    """

    seconds: float
    step: float
    shape: tuple[float, ...]
    swing: float  #: standard deviation within a cycle
    sure: float

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return a rhythm that was written as JSON."""
        return cls(**{**document, "shape": tuple(document["shape"])})


class _Found(NamedTuple):
    """Where a cycle was found, in steps, and how alike it was."""

    places: Floats
    alike: Floats


class _Told(NamedTuple):
    """A rhythm, how much of the swings it explains, and how many cycles were in time."""

    rhythm: Rhythm
    explained: float
    cycles: int

    @property
    def seconds(self) -> float:
        """How much time was in time."""
        return self.cycles * self.rhythm.seconds


class Beats(NamedTuple):
    """Cycles that kept time: when each ended (microseconds), and how long it took in seconds.

    `unbroken` says whether it followed straight on the cycle before it.
    """

    times: NDArray[np.int64]
    seconds: Floats
    unbroken: NDArray[np.bool_]


def rhythm(times_us: NDArray[np.int64], values: Floats) -> Rhythm | None:
    """Learn the rhythm of a load; None where it keeps no time."""
    times_us, values = _finite(times_us, values)
    if len(times_us) < FEWEST_CYCLES * FEWEST_A_CYCLE:
        return None
    every = float(np.median(np.diff(times_us))) / 1e6
    if every <= 0:
        return None
    candidates = list(_candidates(times_us, values, every))
    for liveliest in LIVELIEST:
        found = _best(times_us, values, candidates, every, liveliest)
        if found is not None:
            return found
    return None


def _best(
    times_us: NDArray[np.int64],
    values: Floats,
    candidates: Sequence[float],
    every: float,
    liveliest: float,
) -> Rhythm | None:
    best: _Told | None = None
    for seconds in candidates:
        told = _followed(times_us, values, seconds, every, liveliest)
        # A cycle of three strokes is no three cycles, if the whole is more alike than its thirds.
        # But beginnings and ends of runs are alike as well, and there are few of them.
        if told is not None and (
            best is None
            or (
                told.explained >= best.explained + CLEARER
                and told.seconds >= AS_LONG * best.seconds
            )
        ):
            best = told
    if best is None or best.rhythm.sure < SURE or best.cycles < FEWEST_CYCLES:
        return None
    return best.rhythm


def beats(rhythm: Rhythm, times_us: NDArray[np.int64], values: Floats) -> Beats:
    """Return the cycles of a load that are in time with its rhythm."""
    times_us, values = _finite(times_us, values)
    nothing = Beats(np.empty(0, np.int64), np.empty(0), np.empty(0, bool))
    if len(times_us) < 2 * FEWEST_A_CYCLE:
        return nothing
    begin = int(times_us[0])
    grid = _grid(times_us, values, rhythm.step, rhythm.seconds)
    places = _places(grid, np.array(rhythm.shape), rhythm.swing).places
    if len(places) < 2:
        return nothing
    seconds = np.diff(places) * rhythm.step
    kept = np.abs(seconds - rhythm.seconds) <= REGULAR * rhythm.seconds
    ends = begin + np.rint((places[1:] * rhythm.step) * 1e6).astype(np.int64)
    unbroken = np.concatenate(([False], kept[:-1]))
    return Beats(ends[kept], seconds[kept], unbroken[kept])


def cycle_of(found: Beats) -> Cycle | None:
    """Return what cycles in time show; None of too few.

    Two are taken together: where one ends and the next begins is seen to a step of the grid alone,
    and what one seems shorter by is no faster cycle.
    """
    follows = found.unbroken[1:]
    pairs = (found.seconds[:-1] + found.seconds[1:])[follows] / TOGETHER
    one = learned(pairs)
    return None if one is None else one._replace(all=len(found.seconds))


def _finite(times_us: NDArray[np.int64], values: Floats) -> tuple[NDArray[np.int64], Floats]:
    times_us, values = np.asarray(times_us, np.int64), np.asarray(values, float)
    kept = np.isfinite(values)
    return times_us[kept], values[kept]


def _grid(times_us: NDArray[np.int64], values: Floats, step: float, hold: float) -> Floats:
    """Return means on an even grid; a value holds for `hold` seconds, then nothing is known."""
    place = ((times_us - times_us[0]) / (step * 1e6)).astype(np.int64)
    count = int(place[-1]) + 1
    number = np.bincount(place, minlength=count)
    found = np.bincount(place, values, count) / np.maximum(number, 1)
    last = np.maximum.accumulate(np.where(number > 0, np.arange(count), 0))
    return np.where(np.arange(count) - last <= hold / step, found[last], np.nan)


def _candidates(times_us: NDArray[np.int64], values: Floats, every: float) -> Iterator[float]:
    """Yield lengths of cycles that are worth a closer look, one of each band."""
    shortest = max(SHORTEST, FEWEST_A_CYCLE * every)
    while shortest < LONGEST:
        step = shortest / FEWEST_A_CYCLE
        grid = _grid(times_us, values, step, BANDS * shortest)
        lags = int(BANDS * FEWEST_A_CYCLE)
        length = 10 * lags
        alike = [
            _likeness(piece, lags)
            for at in range(0, len(grid) - length + 1, length)
            if np.isfinite(piece := grid[at : at + length]).all() and piece.std() > 0
        ]
        if alike:
            mean = np.mean(alike, axis=0)
            # A band begins at its shortest cycle: what is alike before is nearness, not return.
            peaks = [
                lag
                for lag in range(FEWEST_A_CYCLE - 1, lags)
                if mean[lag] >= mean[lag - 1]
                and mean[lag] > mean[lag + 1]
                and mean[lag] - mean[2:lag].min() >= SWINGS
            ]
            if peaks:
                yield max(peaks, key=lambda lag: float(mean[lag])) * step
        shortest *= BANDS / 1.25  # bands overlap: none is missed at an edge


def _likeness(piece: Floats, lags: int) -> Floats:
    """Return how alike a stretch is to itself, `lags` steps later and less."""
    line = np.polynomial.Polynomial.fit(np.arange(len(piece)), piece, 1)
    rest = piece - line(np.arange(len(piece)))
    spectrum = np.fft.rfft(rest, 2 * len(rest))
    found = np.fft.irfft(np.abs(spectrum) ** 2)[: lags + 1]
    return np.asarray(found / max(float(found[0]), 1e-300) if found[0] > 0 else 0 * found)


def _followed(
    times_us: NDArray[np.int64], values: Floats, seconds: float, every: float, liveliest: float
) -> _Told | None:
    """Learn what a cycle of about so many seconds looks like; None if it is not found again."""
    step = max(seconds / MOST_A_CYCLE, every)
    length = round(seconds / step)
    grid = _grid(times_us, values, step, seconds)
    if length < FEWEST_A_CYCLE or len(grid) < 2 * length:
        return None
    # Half of what moves, not of the time: a night of standing still has nothing to show.
    lively = _lively(_swings(grid, length), liveliest)
    half = int(lively[len(lively) // 2]) if len(lively) else 0
    if min(half, len(grid) - half) < 10 * length:
        return None
    shape, swing = _shape(grid[:half], length, liveliest)
    if shape is None:
        return None
    seen = [_places(part, shape, swing) for part in (grid[:half], grid[half:])]
    shares = [_in_time(each.places, length) for each in seen]
    if min(number for _, number, _ in shares) < 2:
        return None
    usual = float(np.median([middle for _, _, middle in shares])) * step
    course = tuple(np.round(shape, 6).tolist())
    sure = round(min(share for share, _, _ in shares), 4)
    explained = float(np.mean(np.concatenate([each.alike for each in seen]) ** 2))
    cycles = sum(number for _, number, _ in shares)
    return _Told(Rhythm(usual, step, course, swing, sure), explained, cycles)


def _shape(grid: Floats, length: int, liveliest: float) -> tuple[Floats | None, float]:
    """Return the course of a cycle: the one that is found again most often, and in time."""
    best: tuple[float, Floats | None, float] = (0.0, None, 0.0)
    lively = _swings(grid, length)
    order = _lively(lively, liveliest)
    if not len(order):
        return None, 0.0
    usual = float(np.quantile(lively[order], 0.75))
    for at in order[np.linspace(0, len(order) - 1, TRIALS).astype(int)].tolist():
        shape, swing = _unit(grid[at : at + length]), usual
        for _ in range(2):
            places = np.rint(_places(grid, shape, swing).places).astype(int)
            places = places[(places >= 0) & (places + length <= len(grid))]
            if len(places) < FEWEST_CYCLES // 3:
                break
            mean = np.mean([grid[place : place + length] for place in places], axis=0)
            if mean.std() <= 0:
                break
            shape, swing = _unit(mean), float(np.median(lively[places]))
        share, number, _ = _in_time(_places(grid, shape, swing).places, length)
        if share * np.sqrt(number) > best[0]:
            best = (float(share * np.sqrt(number)), shape, swing)
    return best[1:]


def _lively(spreads: Floats, liveliest: float) -> NDArray[np.int64]:
    """Return where stretches begin that move as much as those that move most, or nearly so."""
    most = float(np.nanquantile(spreads, liveliest)) if np.isfinite(spreads).any() else 0.0
    if most <= 0:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.nan_to_num(spreads) >= QUIET * most)


def _unit(piece: Floats) -> Floats:
    rest = piece - piece.mean()
    return np.asarray(rest / max(float(np.sqrt((rest**2).sum())), 1e-300))


def _swings(grid: Floats, length: int) -> Floats:
    """Return the standard deviation of each stretch of a cycle's length; NaN over a silence."""
    known = np.where(np.isfinite(grid), grid - np.nanmean(grid), 0.0)
    dark = np.concatenate(([0], np.cumsum(~np.isfinite(grid))))
    total, square = (np.concatenate(([0.0], np.cumsum(known**power))) for power in (1, 2))
    mean = (total[length:] - total[:-length]) / length
    spread = np.sqrt(np.maximum((square[length:] - square[:-length]) / length - mean**2, 0.0))
    return np.where(dark[length:] > dark[:-length], np.nan, spread)


def _places(grid: Floats, shape: Floats, swing: float) -> _Found:
    """Return where a cycle is found, in steps, to a fraction of one."""
    length = len(shape)
    if len(grid) <= length or not np.isfinite(grid).any():
        return _Found(np.empty(0), np.empty(0))
    spread = _swings(grid, length)
    known = np.where(np.isfinite(grid), grid, 0.0)
    alike = np.correlate(known, shape, "valid") / (np.sqrt(length) * np.maximum(spread, 1e-300))
    alike = np.where(np.isfinite(spread) & (spread >= QUIET * swing), alike, -1.0)
    reach = length // 2
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(alike, reach, constant_values=-1.0), 2 * reach + 1
    ).max(axis=1)
    peaks = np.flatnonzero((alike >= around) & (alike >= ALIKE))
    peaks = peaks[(peaks > 0) & (peaks < len(alike) - 1)]
    left, middle, right = alike[peaks - 1], alike[peaks], alike[peaks + 1]
    bend = left - 2 * middle + right
    # The top of the parabola through three points: finer than the grid.
    beside = np.where(bend < 0, (left - right) / (2 * np.where(bend < 0, bend, -1.0)), 0.0)
    return _Found(peaks + np.clip(beside, -0.5, 0.5), middle)


def _in_time(places: Floats, length: int) -> tuple[float, int, float]:
    """Return the share of times between cycles that are alike, how many, and the usual one."""
    apart = np.diff(places)
    apart = apart[apart <= GOES_ON * length]
    if not len(apart):
        return 0.0, 0, 0.0
    usual = float(np.median(apart))
    kept = np.abs(apart - usual) <= REGULAR * usual
    return float(kept.mean()), int(kept.sum()), usual
