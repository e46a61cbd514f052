"""What was held back: as it came, with its reason, until somebody has dealt with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from deungdae.lake.intake.ledger import Sum, Tally
from deungdae.lake.intake.table import TIME, Table, month_of

APP = "quarantine-0"
_MOST_MARKED = 200  #: in one step
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
        found = (self.with_bodies(self.heads(organisation, m, reason)) for m in self.months())
        return sorted((one for month in found for one in month), key=lambda one: one.id)

    def months(self) -> list[str]:
        """Return the months in which something was held back, the newest first."""
        return self._table.months()

    def heads(
        self,
        organisation: str,
        month: str,
        reason: str | None = None,
        source: str | None = None,
    ) -> list[Held]:
        """Return what waits of a month, oldest first, without bodies."""
        filters: list[tuple[str, str, Any]] = [
            ("month", "=", month),
            ("organisation", "=", organisation),
        ]
        if reason is not None:
            filters.append(("reason", "=", reason))
        if source is not None:
            filters.append(("source", "=", source))
        names = [name for name in SCHEMA.names if name != "body"]
        found = _held(self._table.read(filters, names))
        return sorted((one for one in found if one.replayed_us is None), key=lambda one: one.id)

    def with_bodies(self, heads: Sequence[Held]) -> list[Held]:
        """Return the same entries with their bodies."""
        bodies: dict[tuple[int, int], bytes] = {}
        for month in sorted({month_of(one.received_us) for one in heads}):
            sequences = [one.sequence for one in heads if month_of(one.received_us) == month]
            filters = [("month", "=", month), ("sequence", "in", sorted(set(sequences)))]
            found = self._table.read(filters, ["sequence", "place", "body"])
            bodies |= {(row["sequence"], row["place"]): row["body"] for row in found.to_pylist()}
        return [replace(one, body=bodies[one.id]) for one in heads if one.id in bodies]

    def replayed(self, organisation: str | None = None) -> Tally:
        """Return the points that have left the quarantine again, as quarantined and received."""
        tally = Tally()
        filters = [("organisation", "=", organisation)] if organisation is not None else []
        names = [name for name in SCHEMA.names if name != "body"]
        for one in _held(self._table.read(filters, names)):
            if one.replayed_us is not None:
                amount = Sum(received=one.points, quarantined=one.points)
                tally.count(one.organisation, one.source, one.received_us, amount)
        return tally

    def mark_replayed(self, entries: Collection[Held], now_us: int) -> None:
        """Note that entries came in again by the ordinary way; raises PublicError."""
        now = f"arrow_cast(to_timestamp_micros({now_us}), 'Timestamp(Microsecond, Some(\"UTC\"))')"
        for month in sorted({month_of(one.received_us) for one in entries}):
            ids = sorted(one.id for one in entries if month_of(one.received_us) == month)
            for start in range(0, len(ids), _MOST_MARKED):
                these = " OR ".join(
                    f"(sequence = {sequence} AND place = {place})"
                    for sequence, place in ids[start : start + _MOST_MARKED]
                )
                self._table.update(
                    f"month = '{month}' AND replayed IS NULL AND ({these})", {"replayed": now}
                )

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
            **{name: row[name] for name in ("sequence", "place", "organisation", "source")},
            **{name: row[name] for name in ("reason", "points", "batch")},
            received_us=row["received"],
            body=row.get("body", b""),
            replayed_us=row["replayed"],
        )
        for row in rows.to_pylist()
    ]
