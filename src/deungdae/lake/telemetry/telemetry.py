"""Appending points to the lake, each once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.lake.telemetry import parts
from deungdae.lake.telemetry.duplicates import Recent, sort_out
from deungdae.lake.telemetry.failures import public
from deungdae.lake.telemetry.journal import File
from deungdae.lake.telemetry.schema import TIME, checked, plain
from deungdae.lake.telemetry.tables import Tables

Moment = Literal["written", "committed"]

_COUNTS = pa.schema(
    [
        pa.field("organisation", pa.string()),
        pa.field("source", pa.string()),
        pa.field("hour", TIME),  # of the receipt
        pa.field("stored", pa.int64()),
        pa.field("duplicates", pa.int64()),
        pa.field("conflicting", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Appended:
    """What became of a batch. `conflicting` points are among the `stored`.

    `counts` has the same numbers by organisation, source and hour of receipt.
    """

    stored: int
    duplicates: int
    conflicting: int
    repeated: bool  #: the whole batch was appended before; nothing was done
    counts: pa.Table


class Telemetry:
    """The points of a home folder, for writing. Keep one in a process; others may have theirs."""

    def __init__(self, home: Path, checkpoint: Callable[[Moment], None] | None = None) -> None:
        """`checkpoint` is told when files are written, before the step, and after the step."""
        self._tables = Tables(home)
        self._recent = Recent()
        self._reached = checkpoint or (lambda _: None)

    def version(self, app: str) -> int | None:
        """Return the version of the last batch that `app` appended, None when there is none."""
        return self._tables.points.transaction(app)

    def append(self, points: pa.Table, app: str, version: int) -> Appended:
        """Store `points` (columns of `SCHEMA`) in one atomic step, unless that was done before.

        When it returns, all is on the disk. A batch is known by `app` and `version`: one whose
        version is not above the last of its app is not stored again, and says so by `repeated`.
        Times may lie in any past or future year.

        A point equal to a stored one in organisation, tag, time and value (with kind and text) is
        a duplicate: counted and not stored, whether its like came a second or a year ago, in the
        same batch or another. One with another value at the same key is stored and flagged. This
        holds exactly, for all that lies in the table and all processes that append; quality,
        source and time of receipt make no difference.

        Raises PublicError when the disk stands in the way (nothing is stored then),
        UnsuitablePoints for a table that breaks the schema.
        """
        points = checked(points)
        journal = self._tables.points
        with public(), journal.lock():
            snapshot = journal.snapshot()
            last = snapshot.applications.get(app)
            if last is not None and version <= last:
                return Appended(0, 0, 0, True, _COUNTS.empty_table())
            dates = _dates(points)
            stored, duplicates, conflicting = [], [], []
            new: list[tuple[File, Any]] = []
            several = np.unique(dates)
            for date in several:
                # Mostly all are of one day, and need not be copied.
                chosen = points.filter(pa.array(dates == date)) if len(several) > 1 else points
                day = f"{date}"
                sorted_out = sort_out(chosen, journal.folder, snapshot.of(day), self._recent)
                if sorted_out.points.num_rows:
                    file = parts.write(
                        journal.folder,
                        f"date={day}",
                        parts.named("fresh", snapshot.version + 1),
                        [sorted_out.points],
                        sorted_out.points.schema,
                    )
                    new.append((file, sorted_out.keys))
                stored.append(chosen)
                duplicates.append(sorted_out.duplicate)
                conflicting.append(sorted_out.conflicting)
            counts = _count(stored, duplicates, conflicting)
            self._reached("written")
            journal.step(
                [file for file, _ in new],
                now_us=pc.max(points.column("received").cast(pa.int64())).as_py() or 0,
                operation="WRITE",
                data_change=True,
                transaction=(app, version),
                record={"counts": _plain(counts)},
                after=snapshot.version,  # by it the files are named
            )
            self._reached("committed")
            for file, keys in new:
                self._recent.keep(file.path, keys)
        stored_rows, twice, other = (
            pc.sum(counts.column(name)).as_py() or 0 for name in _COUNTS.names[3:]
        )
        return Appended(stored_rows, twice, other, False, counts)

    def counts(self, app: str, after: int) -> Iterator[tuple[int, pa.Table]]:
        """Yield (version, counts) of each batch of `app` above `after`, as `append` returned them.

        They are kept in the steps of the table, and those for `journal.KEPT_VERSIONS` at least.
        """
        for _, transaction, record in self._tables.points.records(-1):
            if transaction and transaction[0] == app and transaction[1] > after:
                rows = [dict(zip(_COUNTS.names, row, strict=True)) for row in record["counts"]]
                yield transaction[1], _table(rows)


def _dates(points: pa.Table) -> Any:
    times = points.column("time").cast(pa.int64()).to_numpy()
    return (times // 86_400_000_000).astype("datetime64[D]")


def _count(batches: list[pa.Table], duplicates: list[Any], conflicting: list[Any]) -> pa.Table:
    if not batches:
        return _COUNTS.empty_table()
    table = pa.concat_tables([b.select(["organisation", "source", "received"]) for b in batches])
    hours = table.column("received").cast(pa.int64()).to_numpy() // 3_600_000_000
    twice, other = np.concatenate(duplicates), np.concatenate(conflicting)
    grouped = (
        pa.table(
            {
                "organisation": table.column("organisation"),
                "source": table.column("source"),
                "hour": hours * 3_600_000_000,
                "stored": (~twice).astype(np.int64),
                "duplicates": twice.astype(np.int64),
                "conflicting": other.astype(np.int64),
            }
        )
        .group_by(["organisation", "source", "hour"])
        .aggregate([(name, "sum") for name in _COUNTS.names[3:]])
    )
    few = plain(grouped).sort_by([(name, "ascending") for name in _COUNTS.names[:3]])
    return _table(few.select([0, 1, 2, 3, 4, 5]).rename_columns(_COUNTS.names).to_pylist())


def _plain(counts: pa.Table) -> list[list[Any]]:
    place = _COUNTS.get_field_index("hour")
    plain = counts.set_column(place, "hour", counts.column("hour").cast(pa.int64()))
    return [list(row.values()) for row in plain.to_pylist()]


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = {name: [row[name] for row in rows] for name in _COUNTS.names}
    return pa.table(columns, schema=_COUNTS)
