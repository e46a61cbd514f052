"""Rows of a study sheet, arranged as a cube of parts, operators and trials."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.records.errors import UnusableFile
from deungdae.records.shoptable import SetAside

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Cube:
    """A complete layout. `rows` (parts, operators, trials) points into the table."""

    rows: Ints
    parts: tuple[str, ...]
    operators: tuple[str, ...]
    set_aside: tuple[SetAside, ...]


def crossed_cube(
    part: Ints, operator: Ints, part_names: Sequence[str], operator_names: Sequence[str]
) -> Cube:
    """Arrange rows in which every operator measured every part equally often.

    `part` and `operator` are codes for the rows that have a value, in the order of the table; the
    order within a cell is the order of trials. A part that some operator did not measure, or not as
    often as most cells were, is set aside ("incomplete_part"), and so are trials beyond what all
    have ("surplus_trial").

    Raises UnusableFile when fewer than two parts remain.
    """
    people = [int(o) for o in np.unique(operator)]
    cells = {
        (int(p), o): np.nonzero((part == p) & (operator == o))[0]
        for p in np.unique(part)
        for o in people
    }
    parts = sorted({p for p, _ in cells}, key=lambda p: _first(part, p))
    trials = _usual([rows.size for rows in cells.values()])
    whole = [p for p in parts if all(cells[p, o].size >= trials for o in people)]
    if len(whole) < 2:
        raise UnusableFile(
            "Not every operator measured the same parts equally often: only {parts} parts are "
            "complete, and two are needed.",
            parts=len(whole),
        )
    rows = np.array([[cells[p, o][:trials] for o in people] for p in whole])
    left = sum(cells[p, o].size for p in parts if p not in whole for o in people)
    surplus = part.size - rows.size - left
    aside = [SetAside("incomplete_part", left), SetAside("surplus_trial", surplus)]
    return Cube(
        rows,
        tuple(part_names[p] for p in whole),
        tuple(operator_names[o] for o in people),
        tuple(a for a in aside if a.rows),
    )


def nested_cube(part: Ints, operator: Ints, operator_names: Sequence[str]) -> Cube:
    """Arrange rows in which every operator measured parts of their own; (operators, parts, trials).

    The names of parts may repeat between operators. Parts and trials beyond what every operator has
    are set aside.

    Raises UnusableFile when fewer than two operators, two parts each or two trials remain.
    """
    people = [int(o) for o in np.unique(operator)]
    own = {
        o: [
            np.nonzero((part == p) & (operator == o))[0]
            for p in dict.fromkeys(part[operator == o].tolist())
        ]
        for o in people
    }
    trials = _usual([rows.size for cells in own.values() for rows in cells])
    whole = {o: [rows for rows in cells if rows.size >= trials] for o, cells in own.items()}
    each = min(len(cells) for cells in whole.values())
    if len(people) < 2 or each < 2 or trials < 2:
        raise UnusableFile(
            "A nested study needs two operators or more, each with two parts or more that were "
            "measured twice or more."
        )
    rows = np.array([[r[:trials] for r in whole[o][:each]] for o in people])
    left = part.size - rows.size
    surplus = sum(r.size - trials for o in people for r in whole[o][:each])
    aside = [SetAside("incomplete_part", left - surplus), SetAside("surplus_trial", surplus)]
    names = tuple(str(i + 1) for i in range(each))
    return Cube(
        rows, names, tuple(operator_names[o] for o in people), tuple(a for a in aside if a.rows)
    )


def _usual(sizes: Sequence[int]) -> int:
    """Return the number of trials most cells have; of two equally frequent ones the larger."""
    counts = np.bincount([s for s in sizes if s])
    return int(np.nonzero(counts == counts.max())[0][-1])


def _first(codes: Ints, code: int) -> int:
    return int(np.argmax(codes == code))
