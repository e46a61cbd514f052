"""What the method `gauge` is told."""

from dataclasses import dataclass
from typing import Final

STUDIES: Final = ("crossed", "nested", "type1", "linearity", "attribute")


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    `tolerance` is USL - LSL and `process_sigma` the process's standard deviation, both in the unit
    of the values. `bad` are the levels that mean a defect in an attribute study. `reference` names
    a column, or is the known value itself. An interaction whose p value is above `pool` is put into
    the repeatability. `share` and `spread` define Cg: share of the tolerance against that many
    standard deviations.
    """

    study: str | None = None
    part: str | None = None
    operator: str | None = None
    value: str | None = None
    reference: str | None = None
    tolerance: float | None = None
    process_sigma: float | None = None
    bad: tuple[str, ...] | None = None
    pool: float = 0.05
    share: float = 0.2
    spread: float = 6.0
    seed: int = 0
    time_zone: str = "Asia/Seoul"
