"""What the method `operations` is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    All are names of columns: `case` the order or lot, `activity` what was done, `resource` who or
    which machine did it, `start` and `end` its times, `good` and `rejected` numbers of parts,
    `rework` a mark or a number of parts that were worked on again. The table needs an end or a
    start; what is missing besides is left out of the result.
    """

    case: str | None = None
    activity: str | None = None
    resource: str | None = None
    start: str | None = None
    end: str | None = None
    good: str | None = None
    rejected: str | None = None
    rework: str | None = None
    seed: int = 0
    time_zone: str = "Asia/Seoul"
