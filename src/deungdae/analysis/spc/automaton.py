"""Run rules as finite machines over zones, so that their run length can be computed exactly.

A point of a chart in control falls into one of eight zones (cut at 0, ±1, ±2, ±3 standard
deviations) with known probability. Each rule about zones remembers a little of the past; together
they form a Markov chain whose absorbing state is the first signal (Champ and Woodall, "Exact
results for Shewhart control charts with supplementary runs rules", Technometrics 29, 1987).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

Floats = NDArray[np.float64]

#: Zones as (side, whole standard deviations from the centre), the lowest first.
ZONES: Final = ((-1, 3), (-1, 2), (-1, 1), (-1, 0), (1, 0), (1, 1), (1, 2), (1, 3))

#: So many points long must the chance of no signal fall by the same factor.
_STEADY: Final = 100

#: The step of a machine: memory, zone -> the new memory, or None for a signal.
Step = Callable[[Any, tuple[int, int]], Any]


def _beyond(memory: Any, zone: tuple[int, int]) -> Any:
    # It remembers nothing; but nothing (None) would be a signal.
    return None if zone[1] >= 3 else ()


def _counting(needed: int, window: int, sigmas: int) -> Step:
    kept = (1 << (window - 1)) - 1

    def step(memory: Any, zone: tuple[int, int]) -> Any:
        after = []
        for side, past in zip((-1, 1), memory or (0, 0), strict=True):
            hit = zone[0] == side and zone[1] >= sigmas
            if hit and past.bit_count() + 1 >= needed:
                return None
            after.append((past << 1 | hit) & kept)
        return tuple(after)

    return step


def _same_side(length: int) -> Step:
    def step(memory: Any, zone: tuple[int, int]) -> Any:
        side, count = memory or (0, 0)
        count = count + 1 if side == zone[0] else 1
        return None if count >= length else (zone[0], count)

    return step


def _within(length: int) -> Step:
    def step(memory: Any, zone: tuple[int, int]) -> Any:
        count = (memory or 0) + 1 if zone[1] == 0 else 0
        return None if count >= length else count

    return step


def _outside_both(length: int) -> Step:
    def step(memory: Any, zone: tuple[int, int]) -> Any:
        if zone[1] == 0:
            return (0, 0, 0)
        side, same, total = memory or (0, 0, 0)
        same = min(same + 1, length) if side == zone[0] else 1
        total = min(total + 1, length)
        return None if total >= length and same < length else (zone[0], same, total)

    return step


#: The rules that zones decide; n3 and n4 compare values and are not among them.
MACHINES: Final[Mapping[str, Step]] = {
    "we1": _beyond,
    "we2": _counting(2, 3, 2),
    "we3": _counting(4, 5, 1),
    "we4": _same_side(8),
    "n1": _beyond,
    "n2": _same_side(9),
    "n5": _counting(2, 3, 2),
    "n6": _counting(4, 5, 1),
    "n7": _within(15),
    "n8": _outside_both(8),
}


def zone_probabilities(shift: float = 0.0) -> Floats:
    """Return the probability of each zone for a normal point `shift` sigmas off the centre."""
    cuts = ndtr(np.array([-np.inf, -3, -2, -1, 0, 1, 2, 3, np.inf]) - shift)
    return np.asarray(np.diff(cuts), dtype=np.float64)


def advance(machines: Sequence[Step], memories: Any, zone: tuple[int, int]) -> Any:
    """Return what the machines remember after a point in `zone`, or None if one of them signals."""
    after = []
    for machine, memory in zip(machines, memories, strict=True):
        new = machine(memory, zone)
        if new is None:
            return None
        after.append(new)
    return tuple(after)


def chain(rules: Sequence[str], shift: float = 0.0) -> Any:
    """Return the transitions among the states without a signal, sparse, (states, states).

    State 0 is the beginning. `rules` are keys of `MACHINES`.
    """
    machines = [MACHINES[rule] for rule in rules]
    probabilities = zone_probabilities(shift)
    begin = (None,) * len(machines)
    states: dict[Any, int] = {begin: 0}
    pending = [begin]
    places: list[tuple[int, int, float]] = []
    while pending:
        state = pending.pop()
        for zone, probability in zip(ZONES, probabilities, strict=True):
            after = advance(machines, state, zone)
            if after is None:
                continue
            if after not in states:
                states[after] = len(states)
                pending.append(after)
            places.append((states[state], states[after], probability))
    rows, columns, weights = zip(*places, strict=True) if places else ((), (), ())
    return sparse.csr_array((weights, (rows, columns)), shape=(len(states), len(states)))


def mean_run(transitions: Any) -> float:
    """Return the mean number of points up to the first signal, from state 0.

    It is the sum of the chances of still being without a signal. Once these fall by the same factor
    from point to point, the rest is a geometric series.
    """
    now = np.zeros(transitions.shape[0])
    now[0] = 1.0
    back = transitions.T.tocsr()
    total, alive, factor, steady = 0.0, 1.0, 0.0, 0
    # The longest pattern has 15 points: a factor that holds for many more will hold for good.
    while alive > 1e-15 and steady < _STEADY:
        total += alive
        now = back @ now
        left = float(now.sum())
        before, factor = factor, left / alive
        steady = steady + 1 if abs(factor - before) < 1e-14 else 0
        alive = left
    return total + alive / (1 - factor)
