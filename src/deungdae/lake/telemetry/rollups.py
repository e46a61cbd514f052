"""Minutes and hours of sorted files, so that long spans need not be read point by point.

A rollup belongs to one sorted file and holds for as long as that file is part of `points`; whoever
asks takes the rollups of the files that have one and the points of the others (see `History`). So
an answer is right at any moment: late points lie in files of their own until they are merged, and
with the merge the old rollups fall away. Days are not kept: a day of Seoul begins at 15:00 UTC, and
hours add up to the days of any zone.
"""

from collections.abc import Iterable

import pyarrow.parquet as pq

from deungdae.lake.telemetry import engine, parts
from deungdae.lake.telemetry.compaction import HOUR, MINUTE, replace
from deungdae.lake.telemetry.journal import File, Journal
from deungdae.lake.telemetry.schema import ROLLUP
from deungdae.lake.telemetry.tables import Tables

LEAST_SAVING = 4  #: points in a minute of a tag, on average; with fewer, minutes are not kept
ENOUGH_FILES = 8  #: files of hours in one month that are worth a merge

#: The beginning of the span of $unit microseconds in which a time lies, also before 1970.
SPAN = "epoch_us(time) - ((epoch_us(time) - $origin) % $unit + $unit) % $unit"
_ROLL_UP = f"""
    SELECT organisation, tag, make_timestamptz({SPAN}) AS time, $file AS file,
        count(good) AS count, sum(good) AS sum, min(good) AS min, max(good) AS max,
        arg_max(good, moment) AS last, max(moment) AS last_time
    FROM (
        SELECT organisation, tag, time, CASE WHEN quality <> 0 THEN value END AS good,
            CASE WHEN quality <> 0 AND value IS NOT NULL THEN time END AS moment
        FROM read_parquet($files, hive_partitioning = false)
    )
    GROUP BY ALL ORDER BY ALL
"""  # noqa: S608 - no word of it comes from outside
_MERGE = f"""
    SELECT {", ".join(ROLLUP.names)} FROM read_parquet($files, hive_partitioning = false)
    SEMI JOIN (SELECT unnest($live) AS file) USING (file)
    ORDER BY organisation, tag, time
"""  # noqa: S608 - our own column names


class Rolled:
    """Which files of points have rollups; what was once read of a file is remembered."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._ids: dict[str, frozenset[str]] = {}

    def minutes(self) -> dict[str, File]:
        """Return the files of minutes by the identity of the file of points they belong to."""
        return {parts.identity(f): f for f in self._tables.minutes.snapshot().files.values()}

    def hours(self) -> dict[str, frozenset[str]]:
        """Return the files of hours by path, each with the identities it has rows of."""
        journal = self._tables.hours
        files = journal.snapshot().files
        self._ids = {
            path: self._ids[path] if path in self._ids else _identities(journal, path)
            for path in files
        }
        return self._ids


def _identities(journal: Journal, path: str) -> frozenset[str]:
    column = pq.read_table(journal.folder / path, columns=["file"]).column("file")
    return frozenset(column.unique().to_pylist())


def missing(tables: Tables, rolled: Rolled) -> list[File]:
    """Return the sorted files of points that have no rollups yet."""
    known = frozenset().union(*rolled.hours().values())
    return [
        file
        for file in tables.points.snapshot().files.values()
        if parts.level(file) != "fresh" and parts.identity(file) not in known and file.rows
    ]


def build(tables: Tables, rolled: Rolled, file: File, now_us: int) -> None:
    """Roll one sorted file up: its minutes where they pay, then its hours, which say it is done."""
    identity = parts.identity(file)
    if identity not in rolled.minutes():
        minutes = _rolled(tables, tables.minutes, file, MINUTE, f"date={file.partition}")
        if minutes.rows * LEAST_SAVING > file.rows:
            (tables.minutes.folder / minutes.path).unlink()
        else:
            replace(
                tables.minutes, [], [minutes], now_us=now_us, operation="WRITE", data_change=True
            )
    hours = _rolled(tables, tables.hours, file, HOUR, f"month={file.partition[:7]}")
    replace(tables.hours, [], [hours], now_us=now_us, operation="WRITE", data_change=True)


def _rolled(tables: Tables, target: Journal, file: File, unit: int, folder: str) -> File:
    parameters: engine.Parameters = {
        "files": [str(tables.points.folder / file.path)],
        "file": parts.identity(file),
        "unit": unit,
        "origin": 0,
    }
    name = f"rollup-{parts.step(file):012}-{parts.identity(file)}"
    with engine.stream(_ROLL_UP, parameters, parts.ROW_GROUP) as reader:
        return parts.write(target.folder, folder, name, parts.chunks(reader, ROLLUP), ROLLUP)


def outdated_minutes(tables: Tables, rolled: Rolled) -> list[File]:
    """Return the files of minutes whose points have been merged into others."""
    live = _live(tables)
    return [file for identity, file in rolled.minutes().items() if identity not in live]


def hours_to_merge(tables: Tables, rolled: Rolled) -> list[list[File]]:
    """Return groups of files of hours: too many small ones of a month, or nothing but outdated."""
    live, ids = _live(tables), rolled.hours()
    months: dict[str, list[File]] = {}
    for file in tables.hours.snapshot().files.values():
        months.setdefault(file.partition, []).append(file)
    groups = []
    for files in months.values():
        group = [file for file in files if not ids[file.path] & live]
        useful = sorted((f for f in files if f not in group), key=lambda file: file.rows)
        if len(useful) >= ENOUGH_FILES:
            # A large file joins only when the small ones have grown to half of it: what is
            # written again stays in proportion to what is new.
            taken, rows = 0, 0
            while taken < len(useful) and (taken < ENOUGH_FILES or useful[taken].rows <= 2 * rows):
                rows += useful[taken].rows
                taken += 1
            group += useful[:taken]
        if group:
            groups.append(group)
    return groups


def merge_hours(tables: Tables, files: Iterable[File], now_us: int) -> None:
    """Merge files of hours of one month, without what has become outdated."""
    journal, old = tables.hours, list(files)
    name = parts.named("rollup", max(map(parts.step, old)))
    parameters: engine.Parameters = {
        "files": [str(journal.folder / file.path) for file in old],
        "live": sorted(_live(tables)),
    }
    with engine.stream(_MERGE, parameters, parts.ROW_GROUP) as reader:
        month = f"month={old[0].partition}"
        new = parts.write(journal.folder, month, name, parts.chunks(reader, ROLLUP), ROLLUP)
    if not new.rows:
        (journal.folder / new.path).unlink()
    replace(
        journal,
        old,
        [new] if new.rows else [],
        now_us=now_us,
        operation="OPTIMIZE",
        data_change=False,
    )


def _live(tables: Tables) -> frozenset[str]:
    return frozenset(map(parts.identity, tables.points.snapshot().files.values()))
