"""Running and stopped from one noisy signal: a motor's current, a clamp's force, a vibration.

A machine that runs differs from one that stands by the level of its signal, by its restlessness, or
by both; which of them tells more is found from the signal itself. The logarithms of both, over
windows of a cycle or so, are taken as a mixture of two normal distributions whose hidden state
changes seldom (a hidden Markov model, fitted by Baum-Welch and decoded by Viterbi: L. R. Rabiner,
A Tutorial on Hidden Markov Models, Proc. IEEE 77 (1989), pages 257-286).

Where both states look alike the answer is unknown, not a guess: `separation` says how far apart
they are, in standard deviations.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.oee.edges import Look, look_of, sharpened
from deungdae.analysis.oee.spans import Span, State, joined

FEWEST_WINDOWS = 40
CLEAR = 2.0  #: separation from which two states are told apart
ROUNDS = 50  #: of the fit, at most
SETTLED = 1e-5  #: relative gain of a round at which the fit is done
STAY = 0.98  #: how likely a state stays for a window, to begin with


class Sensed(NamedTuple):
    """`spans` without holes; `separation` in standard deviations; `by` names what told the states.

    `by` is "level", "restlessness", or "" when nothing did and all is unknown.
    """

    spans: list[Span]
    separation: float
    by: str


class Levels(NamedTuple):
    """What a signal looks like in its two states, learned once and used again and again.

    `by` is "level" or "restlessness"; the numbers belong to that feature, of which `middle` and
    `scale` make z-scores; means, spreads and stays are of the lower state, then of the higher.
    """

    by: str
    separation: float
    middle: float
    scale: float
    centre: float  #: of the readings themselves
    small: float  #: added to a spread before its logarithm
    means: tuple[float, float]
    spreads: tuple[float, float]
    stays: tuple[float, float]
    look: Look | None = None  #: of single readings, by which edges are found; None of too few

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return levels that were written as JSON."""
        names = ("means", "spreads", "stays")
        look = document.get("look")
        told = {name: tuple(document[name]) for name in names}
        seen = None if look is None else Look(*(tuple(each) for each in look))
        return cls(**{**document, **told, "look": seen})


def sensed(
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    start_us: int,
    end_us: int,
    *,
    window_seconds: float,
    running_is_low: bool = False,
) -> Sensed:
    """Return the states between two instants from readings of a signal.

    `window_seconds` should be about a cycle of the machine, so that a cycle's own ups and downs do
    not look like stops. A stop shorter than that may be missed; where one begins and ends is told
    to the reading. A window without a reading is unknown.
    """
    best = _best(times_us, values, start_us, end_us, window_seconds)
    if best is None or best.separation < CLEAR:
        separation = 0.0 if best is None else best.separation
        return Sensed([Span(start_us, end_us, State.UNKNOWN)], separation, "")
    spans = seen(
        *(best, times_us, values, start_us, end_us),
        window_seconds=window_seconds,
        running_is_low=running_is_low,
    )
    return Sensed(spans, best.separation, best.by)


def levels(
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    start_us: int,
    end_us: int,
    *,
    window_seconds: float,
) -> Levels | None:
    """Learn what running and standing look like; None when the two cannot be told apart.

    Learn from a time in which the machine did both; a shift without a stop is then seen as such.
    """
    best = _best(times_us, values, start_us, end_us, window_seconds)
    return None if best is None or best.separation < CLEAR else best


def seen(
    levels: Levels,
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    start_us: int,
    end_us: int,
    *,
    window_seconds: float,
    running_is_low: bool = False,
) -> list[Span]:
    """Return the states between two instants by levels that were learned before."""
    times_us, values, place, count, width = _windows(
        times_us, values, start_us, end_us, window_seconds
    )
    states = np.full(count, -1)
    if len(times_us):
        filled, features = _features(
            place, values, count, centre=levels.centre, small=levels.small, only=levels.by
        )
        z = (features[levels.by] - levels.middle) / levels.scale
        means, spreads, stays = (
            np.array(each) for each in (levels.means, levels.spreads, levels.stays)
        )
        running = _decoded(z, means, spreads, stays) == 1
        states[filled] = (~running if running_is_low else running).astype(int)
        number = np.bincount(place, minlength=count)[filled]
        if len(filled) > 1 and number[-1] < np.median(number) / 2:
            # The last window is not full yet: what little is in it says nothing of its own.
            states[filled[-1]] = states[filled[-2]] if filled[-1] == filled[-2] + 1 else -1
    kinds = {-1: State.UNKNOWN, 0: State.STOPPED, 1: State.RUNNING}
    cuts = np.flatnonzero(np.diff(states)) + 1
    begins, ends = [0, *cuts.tolist()], [*cuts.tolist(), count]
    spans = [
        Span(start_us + a * width, min(start_us + b * width, end_us), kinds[int(states[a])])
        for a, b in zip(begins, ends, strict=True)
        if b > a
    ]
    spans = joined(spans)
    if levels.look is None:
        return spans
    low = running_is_low
    return sharpened(spans, times_us, values, levels.look, width, running_is_low=low)


def _windows(
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    start_us: int,
    end_us: int,
    window_seconds: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], int, int]:
    times_us, values = np.asarray(times_us, np.int64), np.asarray(values, float)
    kept = np.isfinite(values) & (times_us >= start_us) & (times_us < end_us)
    times_us, values = times_us[kept], values[kept]
    width = round(window_seconds * 1e6)
    if width <= 0:
        raise ValueError("a window takes time")
    count = -(-(end_us - start_us) // width)
    return times_us, values, (times_us - start_us) // width, count, width


def _best(
    times_us: NDArray[np.int64],
    values: NDArray[np.float64],
    start_us: int,
    end_us: int,
    window_seconds: float,
) -> Levels | None:
    """Return the levels of the feature that tells the states apart best, None of too few."""
    times_us, values, place, count, _ = _windows(times_us, values, start_us, end_us, window_seconds)
    if not len(values):
        return None
    centre = float(values.mean())
    filled, features = _features(place, values, count, centre=centre)
    if len(filled) < FEWEST_WINDOWS:
        return None
    small = features.pop("small", np.zeros(1))
    told = [_told_apart(name, x, centre, float(small[0])) for name, x in features.items()]
    best = max(told, key=lambda one: one.separation)
    if best.separation < CLEAR:
        return best
    means, spreads, stays = (np.array(each) for each in (best.means, best.spreads, best.stays))
    high = _decoded((features[best.by] - best.middle) / best.scale, means, spreads, stays) == 1
    return best._replace(look=look_of(place, values, filled, high))


def _features(
    place: NDArray[np.int64],
    values: NDArray[np.float64],
    count: int,
    *,
    centre: float,
    small: float | None = None,
    only: str | None = None,
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return the windows that hold readings, and what each looks like.

    What is added to a spread is learned (and given as "small") unless it is known.
    """
    number = np.bincount(place, minlength=count)
    filled = np.flatnonzero(number)
    n = number[filled]
    mean = np.bincount(place, values, count)[filled] / n
    square = np.bincount(place, (values - centre) ** 2, count)[filled] / n
    spread = np.sqrt(np.maximum(square - (mean - centre) ** 2, 0.0))
    found = {"level": mean}
    if only == "restlessness" or (only is None and np.median(n) >= 4):
        if small is None:
            small = max(float(np.quantile(spread, 0.5)) * 1e-3, 1e-12)
            found["small"] = np.array([small])
        found["restlessness"] = np.log(spread + small)
    return filled, found


def _told_apart(name: str, x: NDArray[np.float64], centre: float, small: float) -> Levels:
    """Return how far apart the two states of a feature are, the lower before the higher."""
    scale = float(np.subtract(*np.quantile(x, (0.95, 0.05)))) or float(x.std())
    middle = float(np.median(x))
    if scale <= 0:
        none = (0.0, 0.0)
        return Levels(name, 0.0, middle, 1.0, centre, small, none, (1.0, 1.0), (STAY, STAY))
    z = (x - middle) / scale
    means, spreads, stay = _fit(z)
    order = np.argsort(means, kind="stable")
    means, spreads, stay = means[order], spreads[order], stay[order]
    separation = float(abs(means[1] - means[0]) / np.sqrt((spreads**2).mean()))
    high = _decoded(z, means, spreads, stay) == 1
    if high.all() or not high.any():
        separation = 0.0
    pairs = [(float(low), float(high)) for low, high in (means, spreads, stay)]
    return Levels(name, separation, middle, scale, centre, small, pairs[0], pairs[1], pairs[2])


def _densities(
    z: NDArray[np.float64], means: NDArray[np.float64], spreads: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logarithm of each reading's density in each state; a far-off one is bounded.

    Without the bound one odd window would end a stop, or a run.
    """
    distance = np.minimum(((z[:, None] - means) / spreads) ** 2, 25.0)
    return np.asarray(-0.5 * distance - np.log(spreads))


def _fit(
    z: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    means, spreads = _start(z)
    floor = max(0.02 * float(z.std()), 1e-6)
    stay = np.array([STAY, STAY])
    before = -np.inf
    for _ in range(ROUNDS):
        density = np.exp(_densities(z, means, spreads))
        forward, scale = _forward(density, stay)
        backward = _backward(density, stay, scale)
        weight = forward * backward
        weight /= weight.sum(axis=1, keepdims=True)
        mass = np.maximum(weight.sum(axis=0), 1e-9)
        means = (weight * z[:, None]).sum(axis=0) / mass
        spreads = np.sqrt((weight * (z[:, None] - means) ** 2).sum(axis=0) / mass)
        spreads = np.maximum(spreads, floor)
        kept = np.array(
            [
                (forward[:-1, k] * stay[k] * density[1:, k] * backward[1:, k] / scale[1:]).sum()
                for k in (0, 1)
            ]
        )
        stay = np.clip(kept / np.maximum(weight[:-1].sum(axis=0), 1e-9), 0.5, 0.9999)
        likelihood = float(np.log(scale).sum())
        if abs(likelihood - before) <= SETTLED * abs(likelihood):
            break
        before = likelihood
    return means, spreads, stay


def _start(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return means and spreads on both sides of the cut that leaves least spread (Otsu's)."""
    ordered = np.sort(z)
    n = np.arange(1, len(z))
    total, squares = ordered.cumsum(), (ordered**2).cumsum()
    left = squares[:-1] - total[:-1] ** 2 / n
    right = (squares[-1] - squares[:-1]) - (total[-1] - total[:-1]) ** 2 / (len(z) - n)
    at = int(np.argmin(left + right)) + 1
    parts = (ordered[:at], ordered[at:])
    means = np.array([part.mean() for part in parts])
    spreads = np.array([max(part.std(), 0.02) for part in parts])
    return means, spreads


def _forward(
    density: NDArray[np.float64], stay: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    found, scale = np.empty_like(density), np.empty(len(density))
    (s0, s1), rows = stay.tolist(), density.tolist()
    a, b = 0.5, 0.5
    for at, (d0, d1) in enumerate(rows):
        if at:
            a, b = a * s0 + b * (1 - s1), a * (1 - s0) + b * s1
        a, b = a * d0, b * d1
        sum_ = a + b or 1e-300
        a, b = a / sum_, b / sum_
        found[at] = a, b
        scale[at] = sum_
    return found, scale


def _backward(
    density: NDArray[np.float64], stay: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = np.ones_like(density)
    (s0, s1), rows, scales = stay.tolist(), density.tolist(), scale.tolist()
    a, b = 1.0, 1.0
    for at in range(len(rows) - 2, -1, -1):
        d0, d1 = rows[at + 1][0] * a, rows[at + 1][1] * b
        a = (s0 * d0 + (1 - s0) * d1) / scales[at + 1]
        b = ((1 - s1) * d0 + s1 * d1) / scales[at + 1]
        found[at] = a, b
    return found


def _decoded(
    z: NDArray[np.float64],
    means: NDArray[np.float64],
    spreads: NDArray[np.float64],
    stay: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the most likely course of states."""
    density = _densities(z, means, spreads).tolist()
    (k0, k1), (m0, m1) = np.log(stay).tolist(), np.log(1 - stay).tolist()
    a, b = density[0]
    came = []
    for d0, d1 in density[1:]:
        from_b_to_a, from_a_to_b = b + m1 > a + k0, a + m0 > b + k1
        came.append((from_b_to_a, from_a_to_b))
        a, b = (
            (b + m1 if from_b_to_a else a + k0) + d0,
            (a + m0 if from_a_to_b else b + k1) + d1,
        )
    state = int(b > a)
    states = [state]
    for changes in reversed(came):
        if changes[state]:
            state = 1 - state
        states.append(state)
    return np.array(states[::-1])
