"""Clocks that went wrong, put right for the past; and put back, if that was the mistake.

A repair moves the points of a source to the times at which they really were, marked with
`Flag.CLOCK_REPAIRED`. The points as they came lie in a table of their own from before that:

HOME/telemetry/clock_originals/…         the points as they came, with the number of their repair
HOME/telemetry/clock_repairs/1.json …    what each repair was

A repair counts from the one atomic step of the points that carries its number as the version of
the application `clock`. Killed before it, nothing happened, and the number is used again; killed
after it, only the latest values are behind; they know that, and are put right by the maintenance.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from deungdae.lake.telemetry import engine, latest, parts
from deungdae.lake.telemetry.exchange import Done, Going, exchange, meeting, taken
from deungdae.lake.telemetry.failures import public
from deungdae.lake.telemetry.journal import Bound, File
from deungdae.lake.telemetry.schema import SCHEMA, TIME, Flag
from deungdae.lake.telemetry.tables import ORIGINALS, Tables
from deungdae.records.errors import PublicError, UnusableOption
from deungdae.records.readings import EARLIEST_US, LATEST_US

APP = latest.CLOCK
AT_ONCE = 2_000_000  #: points that are sorted out together
_LAST_CHARACTER = chr(0x10FFFF)
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Wrong:
    """Which points have a wrong time, and by how much: `shift_us` is added to it.

    They are those of a source whose tag is `prefix` or lies below it (all for ""), that were
    received before `before_us`, and whose times lie in [start_us, end_us). Points that were
    repaired already are not among them. Times are microseconds since 1970 UTC.
    """

    organisation: str
    source: str
    prefix: str
    shift_us: int
    before_us: int
    start_us: int = EARLIEST_US
    end_us: int = LATEST_US


@dataclass(frozen=True)
class Repair:
    """One repair, or the undoing of one."""

    number: int
    wrong: Wrong
    points: int
    duplicates: int  #: of them stood at the right time already, and stand there once
    made_us: int
    tags: tuple[str, ...]
    undoes: int | None = None
    undone_us: int | None = None


@dataclass(frozen=True)
class Preview:
    """What a repair would change."""

    points: int
    first_us: int | None
    last_us: int | None
    examples: pa.Table  #: up to ten points, as they are


class Clock:
    """Repairs of the points of a home folder. Several processes may try; one at a time repairs."""

    def __init__(self, home: Path, reached: Callable[[str], None] | None = None) -> None:
        """`reached` is told each moment at which a crash would be different from the one before."""
        self._tables = Tables(home)
        self._folder = self._tables.folder / "clock_repairs"
        self._reached = reached or (lambda _: None)

    @public()
    def preview(self, wrong: Wrong, examples: int = 10) -> Preview:
        """Return what a repair would change; raises UnusableOption as `repair` does."""
        going = _going(wrong)
        points = self._tables.points
        files = [str(points.folder / f.path) for f in meeting(points.snapshot(), going)]
        if not files:
            return Preview(0, None, None, SCHEMA.empty_table())
        read = f"FROM read_parquet($files, hive_partitioning = false) p WHERE {going.where}"
        parameters = {**going.parameters, "files": files}
        (row,) = engine.run(
            f"""SELECT count(*) AS n, min(epoch_us(time)) AS first, max(epoch_us(time)) AS last
                {read}""",
            parameters,
        ).to_pylist()
        some = engine.run(
            f"""SELECT {", ".join(SCHEMA.names)} FROM (
                    SELECT * {read} QUALIFY row_number() OVER (PARTITION BY tag ORDER BY time) = 1
                ) ORDER BY tag LIMIT $most""",  # noqa: S608 - every value is a parameter
            {**parameters, "most": examples},
        )
        return Preview(row["n"], row["first"], row["last"], some)

    def repair(self, wrong: Wrong, now_us: int) -> Repair:
        """Move the points to where they were. Raises PublicError, with nothing changed.

        UnusableOption when no point fits, or one would leave the years 1900 to 2199.
        """
        going = _going(wrong)
        found = self.preview(wrong, 0)
        if not found.points or found.first_us is None or found.last_us is None:
            raise UnusableOption("No point fits: there is nothing to be repaired.")
        if (
            found.first_us + wrong.shift_us < EARLIEST_US
            or found.last_us + wrong.shift_us >= LATEST_US
        ):
            raise UnusableOption("Some points would leave the years 1900 to 2199 by this shift.")
        with public(), self._alone() as number:
            coming = partial(self._shifted, number, wrong.shift_us)
            done = exchange(
                self._tables.points,
                going,
                coming,
                transaction=(APP, number),
                now_us=now_us,
                reached=self._reached,
                before=partial(self._keep, number, wrong, going, now_us),
            )
            return self._note(number, done, now_us)

    def undo(self, organisation: str, number: int, now_us: int) -> Repair:
        """Put the points of a repair back to where they came. Raises PublicError as `repair`.

        UnusableOption for a repair that is not there, was undone, or under a later one.
        """
        with public(), self._alone() as next_number:
            repair = self._undoable(organisation, number)
            wrong = repair.wrong
            files = [str(self._tables.originals.folder / f.path) for f in self._originals(number)]
            if not files:
                raise PublicError("The points as they came are not there any more.")
            undoing = replace(
                repair, number=next_number, undoes=number, made_us=now_us, undone_us=None
            )
            self._write(undoing)
            self._reached("kept")
            done = exchange(
                self._tables.points,
                _going_back(wrong, repair.tags, files),
                partial(self._restored, number),
                transaction=(APP, next_number),
                now_us=now_us,
                reached=self._reached,
            )
            return self._note(next_number, done, now_us)

    @public()
    def repairs(self, organisation: str) -> list[Repair]:
        """Return the repairs of an organisation, the newest first."""
        return [one for one in reversed(self._made()) if one.wrong.organisation == organisation]

    @public()
    def settle(self, now_us: int) -> bool:
        """Bring the latest values behind the last repair, if they are not; say if it was needed."""
        behind = latest.behind(self._tables)
        for number in behind:
            repair = self._read(number)
            if repair is None:  # its paper is gone: slower, but as right
                latest.refresh(self._tables, now_us, anew=number)
                continue
            organisation = repair.wrong.organisation
            latest.put_right(self._tables, organisation, repair.tags, number, now_us)
        return bool(behind)

    def _alone(self) -> Any:
        return _Alone(self._tables)

    def _keep(
        self, number: int, wrong: Wrong, going: Going, now_us: int, files: list[File]
    ) -> None:
        """Keep the points as they came, and what the repair is, before anything changes."""
        if not files:
            raise UnusableOption("No point fits: there is nothing to be repaired.")
        originals, points = self._tables.originals, self._tables.points
        tags: set[str] = set()

        def with_number() -> Iterator[pa.Table]:
            for table in taken(points, files, going):
                tags.update(table.column("tag").unique().to_pylist())
                numbers = pa.array([number], pa.int64()).take(pa.array([0] * table.num_rows))
                yield table.append_column(ORIGINALS.field("repair"), numbers)

        name = parts.named("original", number)
        kept = parts.write(originals.folder, "", name, with_number(), ORIGINALS)
        with originals.lock():
            # Of a try before us that was killed, or that others were faster than.
            old = self._originals(number)
            originals.step([kept], old, now_us=now_us, operation="WRITE", data_change=True)
        self._write(Repair(number, wrong, kept.rows, 0, now_us, tuple(sorted(tags))))
        self._reached("kept")

    def _originals(self, number: int) -> list[File]:
        files = self._tables.originals.snapshot().files.values()
        return [file for file in files if parts.step(file) == number]

    def _shifted(self, number: int, shift_us: int) -> Iterator[tuple[str, pa.Table]]:
        flag = f"(flag | {int(Flag.CLOCK_REPAIRED)})::TINYINT"
        return self._by_date(number, shift_us, flag)

    def _restored(self, number: int) -> Iterator[tuple[str, pa.Table]]:
        return self._by_date(number, 0, "flag")

    def _by_date(self, number: int, shift_us: int, flag: str) -> Iterator[tuple[str, pa.Table]]:
        """Yield (date, points) of the originals of a repair at other times, some millions each."""
        folder = self._tables.originals.folder
        files = [str(folder / file.path) for file in self._originals(number)]
        parameters: dict[str, Any] = {"files": files, "shift": shift_us}
        moment = "(epoch_us(time) + $shift)"
        day = f"({moment} - ({moment} % {_DAY_US} + {_DAY_US}) % {_DAY_US})"
        counts = engine.run(
            f"""SELECT {day} AS day, tag, count(*) AS n
                FROM read_parquet($files, hive_partitioning = false)
                GROUP BY ALL ORDER BY ALL""",  # noqa: S608 - our own words
            parameters,
        ).to_pylist()
        other = {"time": f"make_timestamptz({moment}) AS time", "flag": f"{flag} AS flag"}
        columns = ", ".join(other.get(name, name) for name in SCHEMA.names)
        for begin, first, last in _portions(counts):
            table = engine.run(
                f"""SELECT {columns} FROM read_parquet($files, hive_partitioning = false)
                    WHERE tag >= $first AND tag <= $last AND {day} = $day
                    ORDER BY organisation, tag, time, received""",  # noqa: S608 - our own words
                {**parameters, "first": first, "last": last, "day": begin},
            )
            yield _date(begin), table.cast(SCHEMA)

    def _note(self, number: int, done: Done, now_us: int) -> Repair:
        repair = self._read(number)
        assert repair is not None
        repair = replace(repair, points=done.taken, duplicates=done.duplicates)
        self._write(repair)
        self.settle(now_us)
        self._reached("settled")
        return repair

    def _undoable(self, organisation: str, number: int) -> Repair:
        made = self._made()
        found = [r for r in made if r.number == number and r.wrong.organisation == organisation]
        if not found or found[0].undoes is not None:
            raise UnusableOption("There is no repair {number}.", number=number)
        if found[0].undone_us is not None:
            raise UnusableOption("The repair {number} was undone already.", number=number)
        wrong = found[0].wrong
        for later in made:
            if (
                later.number > number
                and later.undoes is None
                and later.undone_us is None
                and (later.wrong.organisation, later.wrong.source) == (organisation, wrong.source)
                and set(later.tags) & set(found[0].tags)
            ):
                raise UnusableOption(
                    "Undo the repair {later} first: it was made after this one.",
                    later=later.number,
                )
        return found[0]

    def _made(self) -> list[Repair]:
        """Return the repairs whose step was made, in their order."""
        last = self._tables.points.snapshot().applications.get(APP, 0)
        found = [r for n in range(1, last + 1) if (r := self._read(n)) is not None]
        undone = {repair.undoes: repair.made_us for repair in found if repair.undoes is not None}
        return [replace(repair, undone_us=undone.get(repair.number)) for repair in found]

    def _read(self, number: int) -> Repair | None:
        try:
            told = json.loads((self._folder / f"{number}.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return Repair(**{**told, "wrong": Wrong(**told["wrong"]), "tags": tuple(told["tags"])})

    def _write(self, repair: Repair) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{repair.number}.part"
        with part.open("w", encoding="utf-8") as file:
            json.dump(asdict(repair), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / f"{repair.number}.json")
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _Alone:
    """The next number, while nobody else repairs."""

    def __init__(self, tables: Tables) -> None:
        self._points = tables.points
        self._lock = tables.points.lock("_clock.lock", wait=False)

    def __enter__(self) -> int:
        if not self._lock.__enter__():
            self._lock.__exit__(None, None, None)
            raise PublicError("A clock is being repaired already. Please try again afterwards.")
        return self._points.snapshot().applications.get(APP, 0) + 1

    def __exit__(self, *told: Any) -> None:
        self._lock.__exit__(*told)


def _going(wrong: Wrong) -> Going:
    if not wrong.organisation or not wrong.source or not wrong.shift_us:
        raise UnusableOption("A repair needs a source, and a shift other than zero.")
    if wrong.start_us >= wrong.end_us:
        raise UnusableOption("The span ends before it begins, or at the same moment.")
    low_tag, high_tag = wrong.prefix, wrong.prefix + _LAST_CHARACTER
    where = f"""p.organisation = $organisation AND p.source = $source
        AND p.tag >= $low_tag AND p.tag <= $high_tag
        AND ($prefix = '' OR p.tag = $prefix OR starts_with(p.tag, $prefix || '/'))
        AND p.received < make_timestamptz($before)
        AND p.time >= make_timestamptz($start) AND p.time < make_timestamptz($end)
        AND p.flag & {int(Flag.CLOCK_REPAIRED)} = 0"""
    return Going(
        where,
        {
            "organisation": wrong.organisation,
            "source": wrong.source,
            "low_tag": low_tag,
            "high_tag": high_tag,
            "prefix": wrong.prefix,
            "before": wrong.before_us,
            "start": wrong.start_us,
            "end": wrong.end_us,
        },
        Bound(wrong.organisation, low_tag, wrong.start_us),
        Bound(wrong.organisation, high_tag, wrong.end_us - 1),
    )


def _going_back(wrong: Wrong, tags: tuple[str, ...], originals: list[str]) -> Going:
    """Return the points of a repair as they are now, by those that were kept of it."""
    where = f"""p.organisation = $organisation AND p.source = $source
        AND p.flag & {int(Flag.CLOCK_REPAIRED)} <> 0
        AND EXISTS (
            FROM read_parquet($originals, hive_partitioning = false) o
            WHERE o.tag = p.tag AND o.source = p.source AND o.organisation = p.organisation
            AND epoch_us(o.time) + $shift = epoch_us(p.time) AND o.received = p.received
            AND o.kind = p.kind AND o.value IS NOT DISTINCT FROM p.value
            AND o.text IS NOT DISTINCT FROM p.text
        )"""
    low, high = wrong.start_us + wrong.shift_us, wrong.end_us - 1 + wrong.shift_us
    return Going(
        where,
        {
            "organisation": wrong.organisation,
            "source": wrong.source,
            "shift": wrong.shift_us,
            "originals": originals,
        },
        Bound(wrong.organisation, min(tags), low),
        Bound(wrong.organisation, max(tags), high),
    )


def _portions(counts: list[dict[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """Yield (day, first tag, last tag) so that each has about `AT_ONCE` points at most."""
    begin: dict[str, Any] | None = None
    last, rows = "", 0
    for row in counts:
        if begin is not None and (row["day"] != begin["day"] or rows + row["n"] > AT_ONCE):
            yield begin["day"], begin["tag"], last
            begin = None
        if begin is None:
            begin, rows = row, 0
        rows += row["n"]
        last = row["tag"]
    if begin is not None:
        yield begin["day"], begin["tag"], last


def _date(day_us: int) -> str:
    return str(pa.scalar(day_us, TIME).as_py().date())
