"""What the method `capability` is told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from deungdae.records.errors import UnusableOption

#: `auto` chooses a shape; `percentile` takes the quantiles of the values themselves.
DISTRIBUTIONS: Final = (
    "auto", "normal", "lognormal", "weibull", "gamma", "largest_extreme", "smallest_extreme",
    "percentile",
)  # fmt: skip
WITHIN: Final = ("auto", "pooled", "rbar", "sbar", "mr")


@dataclass(frozen=True)
class Spec:
    """What is asked of one column, in its unit; None is an open side.

    `boundary` is a value that nature does not let the column pass, such as 0 for a roundness; a
    lower limit at the boundary is no limit.
    """

    lower: float | None = None
    upper: float | None = None
    target: float | None = None
    boundary: float | None = None

    def limits(self) -> tuple[float | None, float | None]:
        """Return the limits that ask something: not one that nature keeps by itself."""
        lower, boundary = self.lower, self.boundary
        natural = lower is not None and boundary is not None and lower <= boundary
        return (None if natural else lower), self.upper


@dataclass(frozen=True)
class Options:
    """What the person said.

    `specs` by column. `subgroup` is the column that numbers the subgroups, `size` their fixed size
    in the order of rows; without both, single values. `by` are columns whose levels are compared.
    `wanted` is what Cpk and Ppk should reach.
    """

    specs: Mapping[str, Spec] = field(default_factory=dict)
    subgroup: str | None = None
    size: int | None = None
    time: str | None = None
    by: tuple[str, ...] = ()
    distribution: str = "auto"
    within: str = "auto"
    wanted: float = 1.33
    seed: int = 0
    time_zone: str = "Asia/Seoul"


def check(options: Options) -> None:
    """Raise UnusableOption for options that contradict themselves."""
    if not options.specs:
        raise UnusableOption(
            "Tell the specification limits of a column with --spec COLUMN=LSL..USL."
        )
    for column, spec in options.specs.items():
        told = [v for v in (spec.lower, spec.upper, spec.target, spec.boundary) if v is not None]
        if not all(math.isfinite(v) for v in told):
            raise UnusableOption("--spec: the limits of {column} must be numbers.", column=column)
        if spec.lower is None and spec.upper is None:
            raise UnusableOption(
                "--spec: {column} has no limit; give at least one of LSL..USL.", column=column
            )
        if spec.lower is not None and spec.upper is not None and spec.lower >= spec.upper:
            raise UnusableOption(
                "--spec: the lower limit of {column} ({lower}) is not below the upper one "
                "({upper}).",
                column=column,
                lower=spec.lower,
                upper=spec.upper,
            )
        if spec.limits() == (None, None):
            raise UnusableOption(
                "--spec: the only limit of {column} is its natural boundary, so nothing is asked.",
                column=column,
            )
    _one_of("distribution", options.distribution, DISTRIBUTIONS)
    _one_of("within", options.within, WITHIN)
    if options.subgroup is not None and options.size is not None:
        raise UnusableOption("Tell the subgroups with --subgroup or with --size, not with both.")
    if options.size is not None and options.size < 1:
        raise UnusableOption("--size must be 1 or more.")
    if not (math.isfinite(options.wanted) and options.wanted > 0):
        raise UnusableOption("--{option} must be a number above 0.", option="wanted")


def _one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UnusableOption(
            "--{option}: there is no {value}; there are {known}.",
            option=option,
            value=value,
            known=", ".join(known),
        )
