"""Small files of a date become sorted ones, so that a question reads little of the disk.

An hour is closed a few minutes after its end, a day some hours after it. Points that come later are
merged among themselves and join the day when they are many, so that a trickle of late points does
not rewrite a day for each.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pyarrow as pa

from deungdae.lake.telemetry import engine, parts
from deungdae.lake.telemetry.journal import File, Journal
from deungdae.lake.telemetry.schema import SCHEMA

MINUTE = 60_000_000  #: microseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR

HOUR_CLOSES_AFTER = 5 * MINUTE
DAY_CLOSES_AFTER = 2 * HOUR
ENOUGH_FILES = 8  #: fresh files that are worth a merge, or
ENOUGH_ROWS = 100_000  #: so many rows in them
MOST_FRESH = 240  #: fresh files of one date, whatever the clocks of their sources say
MOST_HOURS = 24  #: sorted files of late points beside a day
LATE_SHARE = 0.1  #: of a day's rows: late points beyond it are merged into the day


@dataclass(frozen=True)
class Merge:
    """Files of one date that become one sorted file, or a few."""

    date: str
    level: Literal["hour", "day"]
    files: tuple[File, ...]


def merges_due(files: Iterable[File], now_us: int) -> list[Merge]:
    """Return the merges that are worth while at `now_us` (microseconds UTC), oldest date first."""
    dates: dict[str, dict[str, list[File]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        dates[file.partition][parts.level(file)].append(file)
    found = [_of_date(day, levels, now_us) for day, levels in sorted(dates.items())]
    return [merge for merge in found if merge is not None]


def _of_date(day: str, levels: dict[str, list[File]], now_us: int) -> Merge | None:
    fresh, hours, days = levels["fresh"], levels["hour"], levels["day"]
    late = fresh + hours
    if end_of(day) + DAY_CLOSES_AFTER <= now_us:
        if late and not days and not levels["reduced"]:
            return Merge(day, "day", tuple(late))
        worth = len(hours) >= MOST_HOURS or (
            _worth(late) and _rows(late) >= LATE_SHARE * _rows(days + levels["reduced"])
        )
        if worth:
            return Merge(day, "day", tuple(late + days))
    elif len(hours) >= 2 * MOST_HOURS:
        return Merge(day, "hour", tuple(hours))
    this_hour = (now_us - HOUR_CLOSES_AFTER) // HOUR * HOUR
    closed = [file for file in fresh if file.low and file.low.time_us < this_hour]
    if len(fresh) > MOST_FRESH:
        closed = fresh
    return Merge(day, "hour", tuple(closed)) if _worth(closed) else None


def _worth(files: list[File]) -> bool:
    return len(files) >= ENOUGH_FILES or _rows(files) >= ENOUGH_ROWS


def _rows(files: list[File]) -> int:
    return sum(file.rows for file in files)


def end_of(day: str) -> int:
    """Return when a date such as `2026-11-22` ends, in microseconds UTC."""
    after = date.fromisoformat(day) + timedelta(days=1)
    return int(datetime(after.year, after.month, after.day, tzinfo=UTC).timestamp()) * 1_000_000


def run(points: Journal, merge: Merge, now_us: int) -> None:
    """Make one merge in one step: readers see the small files, or the sorted ones."""
    newest = max(map(parts.step, merge.files))
    query = f"""
        SELECT {", ".join(SCHEMA.names)} FROM read_parquet($files, hive_partitioning = false)
        ORDER BY organisation, tag, time, received
    """  # noqa: S608 - our own column names
    paths = [str(points.folder / file.path) for file in merge.files]
    with engine.stream(query, {"files": paths}, parts.ROW_GROUP) as reader:
        new = [
            parts.write(
                points.folder, f"date={merge.date}", parts.named(merge.level, newest), part, SCHEMA
            )
            for part in _in_parts(parts.chunks(reader, SCHEMA), parts.MOST_ROWS)
        ]
    replace(points, merge.files, new, now_us=now_us, operation="OPTIMIZE", data_change=False)


def replace(
    journal: Journal,
    old: Iterable[File],
    new: Iterable[File],
    *,
    now_us: int,
    operation: str,
    data_change: bool,
    transaction: tuple[str, int] | None = None,
    more: Mapping[str, int] | None = None,
) -> None:
    """Put `new` in the place of `old` in one step. A removed file's age is counted from now."""
    gone = list(old)
    for file in gone:
        os.utime(journal.folder / file.path, ns=(now_us * 1_000, now_us * 1_000))
    with journal.lock():
        journal.step(
            new,
            gone,
            now_us=now_us,
            operation=operation,
            data_change=data_change,
            transaction=transaction,
            more=more,
        )


def _in_parts(tables: Iterator[pa.Table], rows: int) -> Iterator[Iterator[pa.Table]]:
    # Each part must be read to its end before the next one is asked for; `parts.write` does that.
    def part(first: pa.Table) -> Iterator[pa.Table]:
        given = first.num_rows
        yield first
        while given < rows and (table := next(tables, None)) is not None:
            given += table.num_rows
            yield table

    while (first := next(tables, None)) is not None:
        yield part(first)
