"""What an experiment is asked to prove, and what the factory can afford."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BAD_PARTS, MEASURED = "bad_parts", "measured"


@dataclass(frozen=True)
class Factor:
    """One setting that is changed between two levels: numbers in `unit`, or words.

    `bad` is the level that is suspected of making bad parts (today's setting, where levels were
    told), `good` the one that should be better. `columns` and `op` say what the setting is made
    of where it is a difference, product or ratio. `hard`: takes long to change.
    """

    name: str
    bad: float | str
    good: float | str
    unit: str | None = None
    columns: tuple[str, ...] = ()
    op: str = "value"
    hard: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the levels are numbers, so that there is a middle."""
        return not isinstance(self.bad, str) and not isinstance(self.good, str)


@dataclass(frozen=True)
class Finding:
    """What is to be confirmed or refuted.

    With every factor in `factors` at its bad level the response is `baseline`, otherwise
    `promised`: shares of bad parts, or values of the measured response. `smallest` is the
    smallest difference between the two that would matter, the promised one unless told. `link`
    names the cause it came from: {"stratum", "where", "reason", "rank"}.
    """

    factors: tuple[str, ...]
    baseline: float
    promised: float
    smallest: float | None = None
    link: Mapping[str, Any] | None = None

    @property
    def difference(self) -> float:
        """The promised fall from the bad level to the good one; negative where it rises."""
        return self.baseline - self.promised


@dataclass(frozen=True)
class Response:
    """What is observed of each run: bad parts (of one reason, or all), or a measured value.

    `sd` is the standard deviation of single values at one setting, in `unit`; needed for a
    measured response.
    """

    kind: str = BAD_PARTS
    name: str | None = None
    unit: str | None = None
    reason: str | None = None
    sd: float | None = None


@dataclass(frozen=True)
class Options:
    """How sure the answer must be, and what can be afforded.

    `intra_run` is the correlation between parts of one run: 0 where parts share nothing, 1 where
    all share their fate. `change_cost` is what one change of settings costs, in parts. `runs` of
    one replicate choose a fraction; `replicates` and `parts` are worked out unless told.
    """

    power: float = 0.8
    alpha: float = 0.05
    intra_run: float = 0.01
    runs_per_day: int = 4
    most_runs: int = 32
    most_parts: int = 1000  #: in one run
    change_cost: int = 100
    centre_points: int = 0  #: in each block
    runs: int | None = None
    replicates: int | None = None
    parts: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Origin:
    """Where the finding came from: the causes document and the table behind it."""

    sha256: str | None = None  #: of the causes document
    run: str | None = None  #: id of the run that made it
    data_sha256: str | None = None  #: of the table's file
    extra: Mapping[str, Any] = field(default_factory=dict)
