"""Points taken out of the table and others put in, in one atomic step: for repairs.

The files that hold points to go are written again without them, under new names, so that their
rollups fall away and are made anew. What comes in is sorted out as in `Telemetry.append`: a point
that is there already is not stored twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from deungdae.lake.telemetry import engine, parts
from deungdae.lake.telemetry.duplicates import Recent, sort_out
from deungdae.lake.telemetry.failures import changed
from deungdae.lake.telemetry.journal import Bound, File, Journal, Snapshot
from deungdae.lake.telemetry.schema import SCHEMA

TRIES = 5
_COLUMNS = ", ".join(SCHEMA.names)
_READ = "FROM read_parquet($files, hive_partitioning = false) p"


@dataclass(frozen=True)
class Going:
    """The points to be taken out: SQL about a row `p`, its parameters, and bounds around them."""

    where: str
    parameters: dict[str, int | float | str | Sequence[str]]
    low: Bound
    high: Bound


@dataclass
class Done:
    """What an exchange did, in points; `duplicates` were there already and were not put in."""

    taken: int = 0
    put: int = 0
    duplicates: int = 0
    conflicting: int = 0


@dataclass
class _Prepared:
    snapshot: Snapshot
    old: list[File] = field(default_factory=list)
    new: list[File] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    done: Done = field(default_factory=Done)


def meeting(snapshot: Snapshot, going: Going) -> list[File]:
    """Return the files in which points to go may be.

    Files of which points have ended stay as they are: their rollups hold what is nowhere else.
    """
    return [
        file
        for file in snapshot.files.values()
        if file.rows and file.meets(going.low, going.high) and parts.level(file) != "reduced"
    ]


def rows_of(points: Journal, files: Sequence[File], going: Going) -> int:
    """Return how many points to go are in some files."""
    if not files:
        return 0
    found = engine.run(
        f"SELECT count(*) AS n {_READ} WHERE {going.where}",
        {**going.parameters, "files": [str(points.folder / file.path) for file in files]},
    )
    return int(found.column("n")[0].as_py())


def taken(points: Journal, files: Sequence[File], going: Going) -> Iterator[pa.Table]:
    """Yield the points to go, by organisation, tag and time."""
    query = f"""SELECT {_COLUMNS} {_READ} WHERE {going.where}
        ORDER BY organisation, tag, time, received"""
    paths = [str(points.folder / file.path) for file in files]
    with engine.stream(query, {**going.parameters, "files": paths}, parts.ROW_GROUP) as reader:
        yield from parts.chunks(reader, SCHEMA)


def exchange(
    points: Journal,
    going: Going,
    coming: Callable[[], Iterator[tuple[str, pa.Table]]],
    *,
    transaction: tuple[str, int],
    now_us: int,
    reached: Callable[[str], None],
    before: Callable[[list[File]], None] = lambda _: None,
) -> Done:
    """Take out what is `going`, put in what is `coming` (by date), in one step.

    `before` is called with the files that hold points to go, each time they are chosen: it may
    keep them. What was written for a step that was not made is named by nobody and swept away.
    Raises PublicError when others change the same files again and again.
    """
    for turn in range(TRIES):
        if turn == TRIES - 1:
            # Others were faster each time: now they wait.
            with points.lock():
                prepared = _prepare(points, going)
                before(prepared.old)
                return _finish(points, prepared, coming, transaction, now_us, reached)
        prepared = _prepare(points, going)
        before(prepared.old)
        with points.lock():
            if _still_right(points, prepared, going):
                return _finish(points, prepared, coming, transaction, now_us, reached)
        _forget(points, prepared.new)
    raise changed()


def _prepare(points: Journal, going: Going) -> _Prepared:
    prepared = _Prepared(points.snapshot())
    for file in meeting(prepared.snapshot, going):
        prepared.looked.add(file.path)
        count = rows_of(points, [file], going)
        if not count:
            continue
        prepared.old.append(file)
        prepared.done.taken += count
        if count < file.rows:
            prepared.new.append(_without(points, file, going))
    return prepared


def _without(points: Journal, file: File, going: Going) -> File:
    order = "" if parts.level(file) == "fresh" else "ORDER BY organisation, tag, time, received"
    query = f"SELECT {_COLUMNS} {_READ} WHERE NOT ({going.where}) {order}"
    parameters = {**going.parameters, "files": [str(points.folder / file.path)]}
    with engine.stream(query, parameters, parts.ROW_GROUP) as reader:
        name = parts.named(parts.level(file), parts.step(file))
        folder = f"date={file.partition}"
        return parts.write(points.folder, folder, name, parts.chunks(reader, SCHEMA), SCHEMA)


def _still_right(points: Journal, prepared: _Prepared, going: Going) -> bool:
    now = points.snapshot()
    if any(file.path not in now.files for file in prepared.old):
        return False
    late = [file for file in meeting(now, going) if file.path not in prepared.looked]
    return not rows_of(points, late, going)


def _finish(
    points: Journal,
    prepared: _Prepared,
    coming: Callable[[], Iterator[tuple[str, pa.Table]]],
    transaction: tuple[str, int],
    now_us: int,
    reached: Callable[[str], None],
) -> Done:
    """Write what comes in and make the step; the caller holds the lock."""
    snapshot, done, recent = points.snapshot(), prepared.done, Recent()
    gone = {file.path for file in prepared.old}
    there = [file for file in snapshot.files.values() if file.path not in gone] + prepared.new
    put: list[File] = []
    for day, table in coming():
        beside = [file for file in [*there, *put] if file.partition == day]
        found = sort_out(table, points.folder, beside, recent)
        done.duplicates += int(found.duplicate.sum())
        done.conflicting += int(found.conflicting.sum())
        if found.points.num_rows:
            name = parts.named("fresh", snapshot.version + 1)
            put.append(parts.write(points.folder, f"date={day}", name, [found.points], SCHEMA))
            done.put += found.points.num_rows
    reached("written")
    points.step(
        [*prepared.new, *put],
        prepared.old,
        now_us=now_us,
        operation="UPDATE",
        data_change=True,
        transaction=transaction,
        after=snapshot.version,
    )
    reached("made")
    return done


def _forget(points: Journal, files: list[File]) -> None:
    for file in files:
        (points.folder / file.path).unlink(missing_ok=True)
