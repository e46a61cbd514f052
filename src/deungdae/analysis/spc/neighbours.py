"""Run length of rule sets that hold both zone rules and rules which compare neighbours.

The state is what the zone rules remember, the direction and length of the trend and the
alternation, and the last value. Within a zone the value is told by its rank u, uniform on (0, 1):
comparisons depend on ranks alone, so that the mean run length is a smooth function of u there, and
Legendre nodes within each zone solve the integral equation to all digits asked for.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from deungdae.analysis.spc.automaton import MACHINES, ZONES, advance, mean_run, zone_probabilities

Floats = NDArray[np.float64]

TREND: Final = 6  #: points in a row, Nelson 3
ALTERNATING: Final = 14  #: points in a row, Nelson 4


def integrals(count: int) -> tuple[Floats, Floats, Floats]:
    """Return `count` nodes on (0, 1) and the matrices of ∫_0^u and ∫_u^1 of functions known there.

    Shapes (count,), (count, count), (count, count): row i is for u at node i.
    """
    points, _ = np.polynomial.legendre.leggauss(count)
    basis = np.polynomial.legendre.legvander(points, count - 1)
    whole, part = [], []
    for degree in range(count):
        integral = np.polynomial.legendre.legint(np.eye(count)[degree], lbnd=-1)
        part.append(np.polynomial.legendre.legval(points, integral) / 2)
        whole.append(np.polynomial.legendre.legval(1.0, integral) / 2)
    below = np.linalg.solve(basis.T, np.array(part)).T
    total = np.linalg.solve(basis.T, np.array(whole))
    above = np.asarray(total[None, :] - below, dtype=np.float64)
    return (points + 1) / 2, np.asarray(below, dtype=np.float64), above


def mean_run_with_neighbours(rules: Sequence[str], nodes: int = 4) -> float:
    """Return the mean run length of `rules` in control, n3 and n4 among them or not.

    With every zone cut at `nodes` Legendre nodes; 3 and 4 agree to six digits. Takes seconds for
    all of Nelson's tests together.
    """
    zoned = [MACHINES[rule] for rule in rules if rule in MACHINES]
    trends, alternations = "n3" in rules, "n4" in rules
    probabilities = zone_probabilities()
    _, below, above = integrals(nodes)
    whole = np.broadcast_to(below[0] + above[0], (nodes, nodes))
    begin: Any = ((None,) * len(zoned), None, None)
    states: dict[Any, int] = {begin: 0}
    pending = [begin]
    rows, columns, blocks = [], [], []
    while pending:
        state = pending.pop()
        memory, neighbour, last = state
        for place, (zone, probability) in enumerate(zip(ZONES, probabilities, strict=True)):
            after = advance(zoned, memory, zone)
            if after is None:
                continue
            for step, share in _steps(place, last, below, above, whole):
                compared = _compare(neighbour, step, trends, alternations)
                if compared is None:
                    continue
                key = (after, compared, place)
                if key not in states:
                    states[key] = len(states)
                    pending.append(key)
                rows.append(states[state])
                columns.append(states[key])
                blocks.append(share * probability)
    size = len(states) * nodes
    inner = np.arange(nodes)
    row = np.array(rows)[:, None, None] * nodes + inner[None, :, None] + 0 * inner
    column = np.array(columns)[:, None, None] * nodes + inner[None, None, :] + 0 * inner[:, None]
    matrix = sparse.csr_array(
        (np.array(blocks).ravel(), (row.ravel(), column.ravel())), shape=(size, size)
    )
    return mean_run(matrix)


def _steps(
    place: int, last: int | None, below: Floats, above: Floats, whole: Floats
) -> list[tuple[int, Floats]]:
    """Return the directions a point in zone `place` can take from zone `last`, with weights."""
    if last is None:
        return [(0, whole)]
    if place > last:
        return [(1, whole)]
    if place < last:
        return [(-1, whole)]
    return [(1, above), (-1, below)]


def _compare(neighbour: Any, step: int, trends: bool, alternations: bool) -> Any:
    """Return (direction, trend, alternation) after a step, or None for a signal."""
    if step == 0:
        return (0, 1, 1)
    direction, trend, turns = neighbour
    same, turned = step == direction, step == -direction
    trend = (trend + 1 if same else 2) if trends else 2
    turns = (turns + 1 if turned else 2) if alternations else 2
    if trend >= TREND or turns >= ALTERNATING:
        return None
    return (step, trend, turns)
