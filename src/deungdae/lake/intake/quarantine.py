"""What was held back: as it came, with its reason, until somebody has dealt with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from deungdae.lake.intake.ledger import Sum, Tally
from deungdae.lake.intake.table import TIME, Table, month_of

APP = "quarantine-0"
SCHEMA = pa.schema(
    [
        pa.field("sequence", pa.int64(), nullable=False),  # of its message on the bus
        pa.field("place", pa.int32(), nullable=False),  # in that message
        pa.field("organisation", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("received", TIME, nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("points", pa.int64(), nullable=False),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("body", pa.binary(), nullable=False),
        pa.field("replayed", TIME),
        pa.field("month", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Held:
    """One thing that was held back. `body` is what came, byte for byte."""

    sequence: int
    place: int
    organisation: str
    source: str
    received_us: int
    reason: str
    points: int
    batch: str
    body: bytes
    replayed_us: int | None = None

    @property
    def id(self) -> tuple[int, int]:
        """What names it."""
        return self.sequence, self.place


class Quarantine:
    """The quarantine of a home folder. One process writes it; others may read."""

    def __init__(self, home: Path) -> None:
        self._table = Table(home.absolute() / "intake" / "quarantine", SCHEMA)

    def version(self) -> int | None:
        """Return the sequence up to which everything is kept here."""
        return self._table.version(APP)

    def append(self, held: Sequence[Held], version: int) -> Tally:
        """Keep what was held back; the same batch of an organisation once. Raises PublicError.

        Returns what became of it, as quarantined and duplicate points.
        """
        known = self._known(held)
        tally, kept = Tally(), []
        for one in held:
            name = (one.organisation, one.batch)
            new = name not in known
            known.add(name)
            if new:
                kept.append(one)
            amount = Sum(quarantined=one.points) if new else Sum(duplicate=one.points)
            tally.count(one.organisation, one.source, one.received_us, amount)
        record = {"tally": [[*key, *amount] for key, amount in tally]}
        self._table.append(_rows(kept), APP, version, record)
        return tally

    def tally(self, after: int) -> Tally:
        """Return what became of everything in the steps after a version, as `append` did."""
        tally = Tally()
        for _, record in self._table.records(APP, after):
            for organisation, source, hour_us, *amount in record["tally"]:
                tally.count(organisation, source, hour_us, Sum(*amount))
        return tally

    def waiting(self, organisation: str, *, reason: str | None = None) -> list[Held]:
        """Return what waits for somebody, oldest first."""
        filters: list[tuple[str, str, Any]] = [("organisation", "=", organisation)]
        if reason is not None:
            filters.append(("reason", "=", reason))
        found = _held(self._table.read(filters))
        return sorted((one for one in found if one.replayed_us is None), key=lambda one: one.id)

    def replayed(self, organisation: str | None = None) -> Tally:
        """Return the points that have left the quarantine again, as quarantined and received."""
        tally = Tally()
        filters = [("organisation", "=", organisation)] if organisation is not None else []
        for one in _held(self._table.read(filters)):
            if one.replayed_us is not None:
                amount = Sum(received=one.points, quarantined=one.points)
                tally.count(one.organisation, one.source, one.received_us, amount)
        return tally

    def mark_replayed(self, entries: Collection[Held], now_us: int) -> None:
        """Note that entries came in again by the ordinary way; raises PublicError."""
        marked = {one.id for one in entries}
        for month in sorted({month_of(one.received_us) for one in entries}):
            rows = [
                replace(one, replayed_us=now_us)
                if one.id in marked and one.replayed_us is None
                else one
                for one in _held(self._table.read([("month", "=", month)]))
            ]
            self._table.replace_month(month, _rows(rows))

    def _known(self, held: Sequence[Held]) -> set[tuple[str, str]]:
        batches = sorted({one.batch for one in held})
        if not batches:
            return set()
        found = self._table.read([("batch", "in", batches)]).select(["organisation", "batch"])
        return {(row["organisation"], row["batch"]) for row in found.to_pylist()}


def _rows(held: Sequence[Held]) -> pa.Table:
    columns = {
        "sequence": [one.sequence for one in held],
        "place": [one.place for one in held],
        "organisation": [one.organisation for one in held],
        "source": [one.source for one in held],
        "received": pa.array([one.received_us for one in held], pa.int64()).cast(TIME),
        "reason": [one.reason for one in held],
        "points": [one.points for one in held],
        "batch": [one.batch for one in held],
        "body": [one.body for one in held],
        "replayed": pa.array([one.replayed_us for one in held], pa.int64()).cast(TIME),
        "month": [month_of(one.received_us) for one in held],
    }
    return pa.table(columns, schema=SCHEMA)


def _held(rows: pa.Table) -> list[Held]:
    for name in ("received", "replayed"):
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, name, rows.column(name).cast(pa.int64()))
    return [
        Held(
            *(row[name] for name in ("sequence", "place", "organisation", "source", "received")),
            *(row[name] for name in ("reason", "points", "batch", "body", "replayed")),
        )
        for row in rows.to_pylist()
    ]
