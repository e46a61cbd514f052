"""Sums of squares of balanced layouts, exact to the digits that were written down.

Source: Montgomery, "Design and Analysis of Experiments", chapters 3, 5, 13 and 14; the results are
held to NIST's certified values (Statistical Reference Datasets, analysis of variance).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from deungdae.analysis.stats.centring import centred

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One line of a table of variance; `f` and `p` are None where nothing is tested."""

    source: str
    freedom: int
    squares: float
    f: float | None = None
    p: float | None = None

    @property
    def mean_square(self) -> float:
        """The sum of squares over its degrees of freedom, 0 without any."""
        return self.squares / self.freedom if self.freedom else 0.0

    def document(self) -> dict[str, Any]:
        """Return the line as plain JSON."""
        return {
            "source": self.source, "freedom": self.freedom, "sum_of_squares": self.squares,
            "mean_square": self.mean_square, "f": self.f, "p": self.p,
        }  # fmt: skip


def tested(line: Line, against: Line) -> Line:
    """Return the line with its F ratio against another's mean square, and the p value."""
    if against.squares <= 0 or not against.freedom or not line.freedom:
        return line
    f = line.mean_square / against.mean_square
    return Line(
        line.source, line.freedom, line.squares, f,
        float(stats.f.sf(f, line.freedom, against.freedom)),
    )  # fmt: skip


def one_way(values: Floats, groups: NDArray[np.intp]) -> tuple[Line, Line]:
    """Return the lines between and within groups; `groups` numbers them from 0, any sizes.

    Raises ValueError when there are fewer than two groups or no repeat at all.
    """
    count = np.bincount(groups)
    if count.size < 2 or values.size <= count.size:
        raise ValueError("an analysis of variance needs two groups and a repeat")
    _, distances = centred(values)
    # Sums, not squares, are kept: the second centring takes the rounding of the first mean away.
    distances = distances - distances.mean()
    means = np.bincount(groups, weights=distances) / count
    between = Line("between", count.size - 1, float((count * means**2).sum()))
    rest = distances - means[groups]
    within = Line("within", values.size - count.size, float((rest**2).sum()))
    return tested(between, within), within


def crossed(cube: Floats) -> dict[str, Line]:
    """Return part, operator, interaction and repeat of a cube (parts, operators, trials).

    Both factors are random: part and operator are tested against the interaction, the interaction
    against the repeats.
    """
    parts, operators, trials = cube.shape
    _, flat = centred(cube.ravel())
    cube = (flat - flat.mean()).reshape(cube.shape)
    cells = cube.mean(axis=2)
    by_part, by_operator = cells.mean(axis=1), cells.mean(axis=0)
    rest = cells - by_part[:, None] - by_operator[None, :]
    repeat = Line(
        "repeat", parts * operators * (trials - 1), float(((cube - cells[..., None]) ** 2).sum())
    )
    joint = Line("interaction", (parts - 1) * (operators - 1), float(trials * (rest**2).sum()))
    part = Line("part", parts - 1, float(operators * trials * (by_part**2).sum()))
    operator = Line("operator", operators - 1, float(parts * trials * (by_operator**2).sum()))
    return {
        "part": tested(part, joint),
        "operator": tested(operator, joint),
        "interaction": tested(joint, repeat),
        "repeat": repeat,
    }


def pooled(lines: dict[str, Line]) -> dict[str, Line]:
    """Return the crossed lines with the interaction put into the repeats."""
    repeat = Line(
        "repeat",
        lines["repeat"].freedom + lines["interaction"].freedom,
        lines["repeat"].squares + lines["interaction"].squares,
    )
    return {
        "part": tested(lines["part"], repeat),
        "operator": tested(lines["operator"], repeat),
        "repeat": repeat,
    }


def nested(cube: Floats) -> dict[str, Line]:
    """Return operator, part within operator and repeat of a cube (operators, parts, trials)."""
    operators, parts, trials = cube.shape
    _, flat = centred(cube.ravel())
    cube = (flat - flat.mean()).reshape(cube.shape)
    cells = cube.mean(axis=2)
    by_operator = cells.mean(axis=1)
    repeat = Line(
        "repeat", operators * parts * (trials - 1), float(((cube - cells[..., None]) ** 2).sum())
    )
    part = Line(
        "part",
        operators * (parts - 1),
        float(trials * ((cells - by_operator[:, None]) ** 2).sum()),
    )
    operator = Line("operator", operators - 1, float(parts * trials * (by_operator**2).sum()))
    return {
        "operator": tested(operator, part),
        "part": tested(part, repeat),
        "repeat": repeat,
    }
