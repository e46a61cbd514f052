"""The ledger: for each organisation, source and hour, what came in and what became of it.

    received = stored + quarantined + duplicate

`received` is counted from what the gateway wrote on each message when it took it in; the other
three from what was done with its points. So the sides are counted apart, and a difference between
them is a loss.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Self

import pyarrow as pa

from deungdae.lake.intake.table import HOUR_US, TIME, Table, month_of

SCHEMA = pa.schema(
    [
        pa.field("organisation", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("hour", TIME, nullable=False),
        pa.field("received", pa.int64(), nullable=False),
        pa.field("stored", pa.int64(), nullable=False),
        pa.field("quarantined", pa.int64(), nullable=False),
        pa.field("duplicate", pa.int64(), nullable=False),
        pa.field("month", pa.string(), nullable=False),
    ]
)
_COUNTS = ("received", "stored", "quarantined", "duplicate")


class Sum(NamedTuple):
    """Numbers of points."""

    received: int = 0
    stored: int = 0
    quarantined: int = 0
    duplicate: int = 0

    @property
    def missing(self) -> int:
        """Points that came in and were not accounted for; anything but 0 is a fault."""
        return self.received - self.stored - self.quarantined - self.duplicate


class Tally:
    """Sums by (organisation, source, hour in microseconds UTC)."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, int], Sum] = {}

    def __iter__(self) -> Iterator[tuple[tuple[str, str, int], Sum]]:
        return iter(sorted(self._sums.items()))

    def __len__(self) -> int:
        return len(self._sums)

    def count(self, organisation: str, source: str, time_us: int, add: Sum) -> None:
        """Add to the sum of the hour in which a time lies."""
        key = (organisation, source, time_us // HOUR_US * HOUR_US)
        before = self._sums.get(key, Sum())
        self._sums[key] = Sum(*(a + b for a, b in zip(before, add, strict=True)))

    def add(self, other: Self) -> None:
        """Add another tally."""
        for (organisation, source, hour_us), amount in other:
            self.count(organisation, source, hour_us, amount)

    def total(self) -> Sum:
        """Return the sum of all."""
        return Sum(*(sum(column) for column in zip(Sum(), *self._sums.values(), strict=True)))


class Ledger:
    """The ledger of a home folder. One process adds to it; others may read."""

    def __init__(self, home: Path) -> None:
        self._table = Table(home.absolute() / "intake" / "ledger", SCHEMA)

    def version(self, app: str) -> int | None:
        """Return up to where an application is accounted for."""
        return self._table.version(app)

    def add(self, tally: Tally, app: str, number: int) -> bool:
        """Add a tally in one step, once for each number; raises PublicError."""
        return self._table.append(_rows(tally), app, number)

    def tally(
        self,
        organisation: str | None = None,
        *,
        from_us: int | None = None,
        before_us: int | None = None,
    ) -> Tally:
        """Return the sums of one organisation, or all, whose hours lie in a span of time."""
        filters: list[tuple[str, str, object]] = []
        if organisation is not None:
            filters.append(("organisation", "=", organisation))
        if from_us is not None:
            filters += [
                ("month", ">=", month_of(from_us)),
                ("hour", ">=", pa.scalar(from_us, TIME).as_py()),
            ]
        if before_us is not None:
            filters += [
                ("month", "<=", month_of(before_us)),
                ("hour", "<", pa.scalar(before_us, TIME).as_py()),
            ]
        return _tally(self._table.read(filters))

    def tidy(self) -> list[str]:
        """Make one file of each month that lies in too many; return those months."""
        months = self._table.crowded_months()
        for month in months:
            tally = _tally(self._table.read([("month", "=", month)]))
            self._table.replace_month(month, _rows(tally))
        return months


def _rows(tally: Iterable[tuple[tuple[str, str, int], Sum]]) -> pa.Table:
    rows = [
        {"organisation": organisation, "source": source, "hour": hour_us, **amount._asdict()}
        | {"month": month_of(hour_us)}
        for (organisation, source, hour_us), amount in tally
    ]
    plain = pa.schema([f.with_type(pa.int64()) if f.name == "hour" else f for f in SCHEMA])
    return pa.Table.from_pylist(rows, schema=plain).cast(SCHEMA)


def _tally(rows: pa.Table) -> Tally:
    plain = rows.set_column(2, "hour", rows.column("hour").cast(pa.int64()))
    grouped = plain.group_by(["organisation", "source", "hour"]).aggregate(
        [(name, "sum") for name in _COUNTS]
    )
    tally = Tally()
    for row in grouped.to_pylist():
        amount = Sum(*(row[f"{name}_sum"] for name in _COUNTS))
        tally.count(row["organisation"], row["source"], row["hour"], amount)
    return tally
