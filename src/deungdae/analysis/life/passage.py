"""When one wandering signal reaches its limit: the first passage of a drift with noise.

The signal is y = x + e with dx = b·dt + s·dW: a level that drifts and wanders (Wiener process),
read with an error. Its increments are normal with mean b·Δt, variance s²·Δt + 2·σ² and
covariance -σ² of neighbours; b, s and σ follow by maximum likelihood over the share of wandering,
whose doubt is kept. Given level, drift and wandering, the time to the limit has an inverse Gaussian
distribution, and with a drift away from it the limit is reached with the chance exp(2·b·d / s²).
Source: R. S. Chhikara and J. L. Folks, The Inverse Gaussian Distribution, 1989, chapter 11; first
used for wear by A. Doksum and A. Hoyland, Technometrics 34, 1992.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]

#: Readings that are looked at; more are put together to means.
READINGS: Final = 400
#: Fewer readings than this show no drift.
LEAST: Final = 12
#: The chance of a drift being told where there is none.
CHANCE: Final = 0.05
DRAWS: Final = 20_000
#: Shares s²·Δt / σ² that are compared.
SHARES: Final = np.concatenate([[0.0], np.geomspace(1e-4, 1e4, 33)])
#: Where a rise may have begun, as shares of the readings.
BEGINNINGS: Final = tuple(np.arange(1, 9) / 10)


@dataclass(frozen=True)
class Passage:
    """When the limit is reached, counted from the last reading, in the unit of the times.

    `verdict`: "trend", "no_trend", "reached" (the level is at the limit now), "too_few". `left` is
    the median, `low` and `high` bound the 90 % interval; None where half or 5 % of the chances
    never reach it. `shape` is "straight" or "growing" (a rise in proportion to the value). `begun`
    is the time from which the drift was taken. `chance_none` is the chance of no drift at all.
    """

    verdict: str
    level: float | None = None
    drift: float | None = None
    drift_low: float | None = None
    drift_high: float | None = None
    shape: str | None = None
    begun: float | None = None
    seen: float | None = None
    chance_none: float | None = None
    left: float | None = None
    low: float | None = None
    high: float | None = None


def passage(times: Floats, values: Floats, limit: float, seed: int = 0) -> Passage:
    """Return when `values` (n,) at ascending `times` (n,) reach `limit`.

    Whether it is reached from below or above follows from the first readings. Readings must be
    finite; more than 400 are put together to means.
    """
    if times.size < LEAST or times[-1] <= times[0]:
        return Passage("too_few")
    times, values = _thinned(times, values)
    first = float(np.median(values[: max(3, values.size // 10)]))
    sign = 1.0 if limit >= first else -1.0
    pieces, growing = _pieces(times, values), False
    if values.min() > 0 and limit > 0:
        logged = _pieces(times, np.log(values))
        # the density of a value is that of its logarithm over the value
        if logged[0].total - float(np.log(values).sum()) > pieces[0].total + 2:
            pieces, growing = logged, True
    seen = np.log(values) if growing else values
    target = float(np.log(limit)) if growing else limit
    drawn = _drawn(pieces, times, seen, np.random.default_rng(seed))
    distance = sign * (target - drawn.level)
    rate = sign * drawn.drift
    told = _told(times, pieces[0].start, growing, drawn)
    away = float(np.mean(rate <= 0))
    if float(np.mean(distance <= 0)) > 0.5:
        return Passage("reached", chance_none=away, left=0.0, low=0.0, high=0.0, **told)
    if away > (CHANCE if pieces[0].start == 0 else CHANCE / len(BEGINNINGS)):
        return Passage("no_trend", chance_none=away, **told)
    left = _first_passage(distance, rate, drawn.diffusion, np.random.default_rng(seed + 1))
    low, middle, high = (
        _finite(float(np.quantile(left, q, method="inverted_cdf"))) for q in (0.05, 0.5, 0.95)
    )
    return Passage("trend", chance_none=away, left=middle, low=low, high=high, **told)


@dataclass(frozen=True)
class _Fit:
    """A piece fitted with drift: log likelihoods over `SHARES`, and what each says."""

    logs: Floats
    drift: Floats
    error: Floats
    variance: Floats  #: of one reading, σ²
    freedom: int

    @property
    def best(self) -> float:
        return float(self.logs.max())


@dataclass(frozen=True)
class _Piece:
    """The readings from `start` on, and how likely all readings are if the drift began there."""

    start: int
    fit: _Fit
    total: float


@dataclass(frozen=True)
class _Draws:
    """What may be, each in proportion to how well it goes with the readings."""

    level: Floats
    drift: Floats
    diffusion: Floats


def _told(times: Floats, start: int, growing: bool, drawn: _Draws) -> dict[str, Any]:
    low, high = np.quantile(drawn.drift, [0.025, 0.975])
    now = float(np.median(drawn.level))
    return {
        "level": float(np.exp(now)) if growing else now,
        "drift": float(np.median(drawn.drift)),
        "drift_low": float(low),
        "drift_high": float(high),
        "shape": "growing" if growing else "straight",
        "begun": float(times[start]),
        "seen": float(times[-1] - times[start]),
    }


def _thinned(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    if times.size <= READINGS:
        return times, values
    edges = np.linspace(0, times.size, READINGS + 1).astype(np.intp)
    rows = np.diff(edges)
    return np.add.reduceat(times, edges[:-1]) / rows, np.add.reduceat(values, edges[:-1]) / rows


def _step(times: Floats) -> float:
    return float(times[-1] - times[0]) / (times.size - 1)


def _pieces(times: Floats, values: Floats) -> list[_Piece]:
    """Return where the drift may have begun, the likeliest first.

    A level that stood still before costs three parameters by the Bayesian criterion: place, level
    and spread.
    """
    n = times.size
    whole = _fitted(times, values)
    found = [_Piece(0, whole, whole.best)]
    for share in BEGINNINGS:
        start = int(share * n)
        if start < LEAST // 2 or n - start < LEAST:
            continue
        spread = float(values[:start].var(ddof=1))
        if spread <= 0:
            continue
        before = -0.5 * (start - 1) * (np.log(2 * np.pi * spread) + 1)
        after = _fitted(times[start:], values[start:])
        found.append(_Piece(start, after, float(before + after.best - 1.5 * np.log(n))))
    return sorted(found, key=lambda piece: -piece.total)


def _fitted(times: Floats, values: Floats) -> _Fit:
    gaps, steps = np.diff(times), np.diff(values)
    step = _step(times)
    n = steps.size
    logs, drift, error, variance = (np.empty(SHARES.size) for _ in range(4))
    band = np.zeros((2, n))
    for k, share in enumerate(SHARES):
        band[1] = 2 + share * gaps / step
        band[0, 1:] = -1.0
        factor = linalg.cholesky_banded(band)
        half = np.log(factor[1]).sum()
        solved = linalg.cho_solve_banded((factor, False), np.column_stack([gaps, steps]))
        weight = float(gaps @ solved[:, 0])
        b = float(gaps @ solved[:, 1]) / weight
        rest = steps - b * gaps
        squares = max(float(rest @ (solved[:, 1] - b * solved[:, 0])), 1e-300)
        variance[k] = squares / (n - 1)
        drift[k], error[k] = b, np.sqrt(variance[k] / weight)
        # restricted likelihood: the drift costs one degree of freedom
        logs[k] = -0.5 * ((n - 1) * (np.log(2 * np.pi * variance[k]) + 1) + np.log(weight)) - half
    return _Fit(logs, drift, error, variance, n - 1)


def _drawn(pieces: list[_Piece], times: Floats, values: Floats, rng: np.random.Generator) -> _Draws:
    """Draw from all pieces, each as often as it is likely."""
    chance = np.exp([piece.total - pieces[0].total for piece in pieces])
    often = rng.multinomial(DRAWS, chance / chance.sum())
    parts = []
    for piece, count in zip(pieces, often, strict=True):
        if count == 0:
            continue
        fit, start = piece.fit, piece.start
        likely = np.exp(fit.logs - fit.best)
        share = rng.choice(SHARES.size, count, p=likely / likely.sum())
        drift = fit.drift[share] + fit.error[share] * rng.standard_t(fit.freedom, count)
        level, error = _levels(times[start:], values[start:], fit, share)
        diffusion = np.sqrt(SHARES[share] * fit.variance[share] / _step(times[start:]))
        parts.append((level + error * rng.normal(size=count), drift, diffusion))
    level, drift, diffusion = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _Draws(level, drift, diffusion)


def _levels(
    times: Floats, values: Floats, fit: _Fit, share: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return the level at the last reading and its standard error, for each draw's share."""
    level, error = np.empty(SHARES.size), np.empty(SHARES.size)
    step = _step(times)
    for k in np.unique(share):
        if k == 0:
            b = fit.drift[k]
            centre = float(np.mean(values + b * (times[-1] - times)))
            level[k], error[k] = centre, np.sqrt(fit.variance[k] / times.size)
            continue
        mean, doubt = float(values[0]), 1.0
        for gap, value in zip(np.diff(times), values[1:], strict=True):
            mean += fit.drift[k] * gap
            doubt += SHARES[k] * gap / step
            gain = doubt / (doubt + 1)
            mean += gain * (value - mean)
            doubt *= 1 - gain
        level[k], error[k] = mean, np.sqrt(doubt * fit.variance[k])
    return level[share], error[share]


def _first_passage(
    distance: Floats, rate: Floats, diffusion: Floats, rng: np.random.Generator
) -> Floats:
    """Draw the time to the limit for each draw of distance, rate and diffusion."""
    left = np.full(distance.size, np.inf)
    there = distance <= 0
    left[there] = 0.0
    still = ~there & (diffusion <= 0)
    sure = still & (rate > 0)
    left[sure] = distance[sure] / rate[sure]
    wander = ~there & (diffusion > 0)
    ever = np.zeros(distance.size)
    ever[wander] = np.exp(
        np.minimum(0.0, 2 * rate[wander] * distance[wander] / diffusion[wander] ** 2)
    )
    comes = wander & (rng.uniform(size=distance.size) < ever) & (np.abs(rate) > 0)
    mean = distance[comes] / np.abs(rate[comes])
    left[comes] = rng.wald(mean, (distance[comes] / diffusion[comes]) ** 2)
    return left


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
