"""What the method `causes` is told, and where its table came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deungdae.records.shoptable import ColumnSetAside, SetAside


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    `bad` are the target's values that mean a defect, as text ("1", "NG"). `time_zone` is the
    site's: it decides where a day begins.
    """

    target: str | None = None
    bad: tuple[str, ...] | None = None
    time: str | None = None
    by: tuple[str, ...] | None = None
    reason: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
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
