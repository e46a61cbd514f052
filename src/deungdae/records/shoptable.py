"""What is known about a table that came from a shop-floor file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"  #: float64 or int64
    TEXT = "text"  #: string
    TIME = "time"  #: timestamp in microseconds, UTC


@dataclass(frozen=True)
class SetAside:
    """Rows that are not used, and why. `reason` is a code; reports have a sentence for each."""

    reason: str
    rows: int


@dataclass(frozen=True)
class ColumnSetAside:
    """A column that is not used, and why. `reason` is a code; reports have a sentence for each."""

    column: str
    reason: str


@dataclass(frozen=True)
class ColumnNote:
    """How one column of the file was understood."""

    name: str  #: unique name in the typed table
    header: str  #: the words as they stand in the file, lines joined by " / "
    kind: Kind
    unit: str | None = None  #: taken from the header, "°C" from "온도(℃)"
    missing: int = 0  #: cells without a value, whether empty or marked (`-`, `#N/A`, …)
    unread: Mapping[str, int] = field(
        default_factory=dict
    )  #: text of a cell not understood → times


@dataclass(frozen=True)
class Understanding:
    """How a file was read: shown to the person, stored with the table.

    `rows_read` counts the rows below the header; it equals the rows of the typed table plus the
    rows of `set_aside`.
    """

    format: str  #: csv, xlsx, xls or parquet
    sha256: str
    bytes: int
    rows_read: int
    columns: tuple[ColumnNote, ...]
    set_aside: tuple[SetAside, ...] = ()
    columns_set_aside: tuple[ColumnSetAside, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()  #: line numbers in the file, the first line is 1
    time_zone: str = "Asia/Seoul"  #: of times in the file that name none
    notes: tuple[str, ...] = ()  #: codes of what a person should know, such as "merged_cells"
    #: how history of machines was joined to it, if it was (see `runs.jobs.joined`)
    joined: Mapping[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """Return it as plain lists, dicts, strings and numbers (JSON)."""
        plain = asdict(self)
        if self.joined is None:
            del plain["joined"]  # as it was before there was history
        return plain

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Rebuild what `document` gave."""
        plain = dict(document)
        plain["columns"] = tuple(
            ColumnNote(**{**c, "kind": Kind(c["kind"])}) for c in plain["columns"]
        )
        plain["set_aside"] = tuple(SetAside(**s) for s in plain["set_aside"])
        plain["columns_set_aside"] = tuple(ColumnSetAside(**s) for s in plain["columns_set_aside"])
        for name in ("sheets", "header_rows", "notes"):
            plain[name] = tuple(plain[name])
        return cls(**plain)
