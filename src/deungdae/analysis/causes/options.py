"""What the method `causes` is told, and where its table came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deungdae.records.shoptable import ColumnSetAside, SetAside

#: Kinds of results.
KINDS = ("pass_fail", "number", "count", "classes")


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    `bad` are the target's values that mean a defect, as text ("1", "NG"); `good` the quality
    classes that are as wanted. `kind` is one of `KINDS`; `worse` says which way a measured value or
    a count is bad: "high", "low", "away" or "away=x", from the value x. `spec` holds the limits of
    a column, "COLUMN=LSL..USL" with one side left open at will: what lies outside is bad.
    `time_zone` is the site's: it decides where a day begins.
    """

    target: str | None = None
    bad: tuple[str, ...] | None = None
    time: str | None = None
    by: tuple[str, ...] | None = None
    reason: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    kind: str | None = None
    worse: str | None = None
    spec: str | None = None
    good: tuple[str, ...] | None = None
    seed: int = 0
    time_zone: str = "Asia/Seoul"


@dataclass(frozen=True)
class Source:
    """What reading the file set aside before, so that the counts of the result add up."""

    sha256: str | None = None
    rows_read: int | None = None
    set_aside: tuple[SetAside, ...] = ()
    columns_set_aside: tuple[ColumnSetAside, ...] = ()
    guessed: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)  #: of the columns, where the file says
