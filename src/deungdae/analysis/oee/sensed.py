"""Running and stopped from one noisy signal: a motor's current, a clamp's force, a vibration.

A machine that runs differs from one that stands by the level of its signal, by its restlessness, or
by both; which of them tells more is found from the signal itself. The logarithms of both, over
windows of a cycle or so, are taken as a mixture of two normal distributions whose hidden state
changes seldom (a hidden Markov model, fitted by Baum-Welch and decoded by Viterbi: L. R. Rabiner,
A Tutorial on Hidden Markov Models, Proc. IEEE 77 (1989), pages 257-286).

Where both states look alike the answer is unknown, not a guess: `separation` says how far apart
they are, in standard deviations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    not look like stops; the answer is as fine as that. A window without a reading is unknown.
    """
    times_us, values = np.asarray(times_us, np.int64), np.asarray(values, float)
    kept = np.isfinite(values) & (times_us >= start_us) & (times_us < end_us)
    times_us, values = times_us[kept], values[kept]
    width = round(window_seconds * 1e6)
    if width <= 0:
        raise ValueError("a window takes time")
    count = -(-(end_us - start_us) // width)
    place = (times_us - start_us) // width
    filled, features = _features(place, values, count)
    if len(filled) < FEWEST_WINDOWS:
        return Sensed([Span(start_us, end_us, State.UNKNOWN)], 0.0, "")
    best = max((_told_apart(name, x) for name, x in features.items()), key=lambda one: one[1])
    name, separation, high = best
    if separation < CLEAR:
        return Sensed([Span(start_us, end_us, State.UNKNOWN)], separation, "")
    running = ~high if running_is_low else high
    states = np.full(count, -1)
    states[filled] = running.astype(int)
    kinds = {-1: State.UNKNOWN, 0: State.STOPPED, 1: State.RUNNING}
    spans = [
        Span(start_us + at * width, min(start_us + (at + 1) * width, end_us), kinds[state])
        for at, state in enumerate(states.tolist())
    ]
    return Sensed(joined(spans), separation, name)


def _features(
    place: NDArray[np.int64], values: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return the windows that hold readings, and what each looks like."""
    number = np.bincount(place, minlength=count)
    filled = np.flatnonzero(number)
    n = number[filled]
    mean = np.bincount(place, values, count)[filled] / n
    square = np.bincount(place, (values - values.mean()) ** 2, count)[filled] / n
    spread = np.sqrt(np.maximum(square - (mean - values.mean()) ** 2, 0.0))
    small = max(float(np.quantile(spread, 0.5)) * 1e-3, 1e-12)
    found = {"level": mean}
    if np.median(n) >= 4:
        found["restlessness"] = np.log(spread + small)
    return filled, found


def _told_apart(name: str, x: NDArray[np.float64]) -> tuple[str, float, NDArray[np.bool_]]:
    """Return how far apart the two states of a feature are, and where the higher one holds."""
    scale = float(np.subtract(*np.quantile(x, (0.95, 0.05)))) or float(x.std())
    if scale <= 0:
        return name, 0.0, np.zeros(len(x), bool)
    z = (x - np.median(x)) / scale
    means, spreads, stay = _fit(z)
    separation = float(abs(means[1] - means[0]) / np.sqrt((spreads**2).mean()))
    high = _decoded(z, means, spreads, stay) == int(np.argmax(means))
    if high.all() or not high.any():
        return name, 0.0, high
    return name, separation, high


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
