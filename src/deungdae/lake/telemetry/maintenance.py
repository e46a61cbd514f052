"""What keeps the tables quick and small, a little at a time.

There is no record of what was done: what is due is read from the tables themselves, and each piece
of work is one atomic step of one table. So it may be killed at any point; the next run finds what
is left, and whoever asks in between gets right answers. Files that no step names, left behind by
whoever was killed, are removed with those that were replaced.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deungdae.lake.telemetry import compaction, latest, rollups
from deungdae.lake.telemetry.clock import Clock
from deungdae.lake.telemetry.compaction import HOUR
from deungdae.lake.telemetry.failures import public
from deungdae.lake.telemetry.journal import File, Journal
from deungdae.lake.telemetry.retention import Expiry, Retention
from deungdae.lake.telemetry.tables import Tables

LONGEST_QUERY = HOUR  #: microseconds; a file that was replaced can be read for so long


@dataclass(frozen=True)
class Task:
    """One piece of work: a word for it, and what it is about."""

    kind: str
    about: str


class Maintenance:
    """Does what is due for the points of a home folder; several processes may try, one does."""

    def __init__(
        self,
        home: Path,
        retention: Retention | None = None,
        checkpoint: Callable[[Task], None] | None = None,
    ) -> None:
        """`checkpoint` is told of each task when it begins."""
        self._tables = Tables(home)
        self._rolled = rollups.Rolled(self._tables)
        self._clock = Clock(home)
        self._expiry = Expiry(self._tables, self._rolled, retention or Retention())
        self._beginning = checkpoint or (lambda _: None)

    def due(self, now_us: int) -> list[Task]:
        """Return what there is to do at `now_us` (microseconds UTC). One task may bring others."""
        return [task for stage in self._stages(now_us) for task, _ in stage]

    def run(self, now_us: int) -> list[Task]:
        """Do what is due, and what that brings, and return it; empty when another process is at it.

        Raises PublicError when the disk stands in the way; the next run goes on.
        """
        done = []
        points = self._tables.points
        with (
            public(),
            points.lock("_maintenance.lock", wait=False) as alone,
        ):
            if not alone:
                return []
            # Each stage is looked up when its turn comes: it works on what the one before left.
            for stage in self._stages(now_us):
                for task, work in list(stage):
                    self._beginning(task)
                    work()
                    done.append(task)
        return done

    def _stages(self, now_us: int) -> Iterator[Iterator[tuple[Task, Callable[[], object]]]]:
        yield self._latest(now_us)
        yield self._merges(now_us)
        yield self._rollups(now_us)
        yield self._outdated(now_us)
        yield self._expired(now_us)
        yield self._swept(now_us)

    def _latest(self, now_us: int) -> Iterator[tuple[Task, Callable[[], object]]]:
        if numbers := latest.behind(self._tables):
            # Whoever repaired a clock was killed before the latest values knew it.
            task = Task("clock", f"{len(numbers)} repairs")
            yield task, partial(self._clock.settle, now_us)
        newer = latest.beyond(self._tables)[1]
        if any(file.rows for file in newer):
            task = Task("latest", f"{len(newer)} files")
            yield task, partial(latest.refresh, self._tables, now_us)

    def _merges(self, now_us: int) -> Iterator[tuple[Task, Callable[[], object]]]:
        points = self._tables.points
        for merge in compaction.merges_due(points.snapshot().files.values(), now_us):
            task = Task(f"merge into {merge.level}", f"{merge.date}: {len(merge.files)} files")
            yield task, partial(compaction.run, points, merge, now_us)

    def _rollups(self, now_us: int) -> Iterator[tuple[Task, Callable[[], object]]]:
        for file in rollups.missing(self._tables, self._rolled):
            task = Task("roll up", file.path)
            yield task, partial(rollups.build, self._tables, self._rolled, file, now_us)

    def _outdated(self, now_us: int) -> Iterator[tuple[Task, Callable[[], object]]]:
        old = rollups.outdated_minutes(self._tables, self._rolled)
        if old:
            yield self._removal("outdated minutes", self._tables.minutes, old, now_us)
        for group in rollups.hours_to_merge(self._tables, self._rolled):
            task = Task("merge hours", f"{group[0].partition}: {len(group)} files")
            yield task, partial(rollups.merge_hours, self._tables, group, now_us)

    def _expired(self, now_us: int) -> Iterator[tuple[Task, Callable[[], object]]]:
        for file, tags in self._expiry.points(now_us):
            task = Task("term of points", f"{file.path}: {len(tags)} tags")
            yield task, partial(self._expiry.reduce, file, tags, now_us)
        if old := self._expiry.minutes(now_us):
            yield self._removal("term of minutes", self._tables.minutes, old, now_us)
        if old := self._expiry.empty(now_us):
            yield self._removal("term of hours", self._tables.points, old, now_us)

    def _removal(
        self, kind: str, journal: Journal, files: list[File], now_us: int
    ) -> tuple[Task, Callable[[], object]]:
        return Task(kind, f"{len(files)} files"), partial(
            compaction.replace,
            journal,
            files,
            [],
            now_us=now_us,
            operation="DELETE",
            data_change=kind.startswith("term"),
        )

    def _swept(self, now_us: int) -> Iterator[tuple[Task, Callable[[], object]]]:
        tables = self._tables
        journals = [tables.points, tables.minutes, tables.hours, tables.latest]
        if (tables.folder / "clock_originals").exists():
            journals.append(tables.originals)
        for journal in journals:
            name = journal.folder.name
            before = now_us - LONGEST_QUERY
            if old := journal.unnamed(before):
                yield Task("vacuum", f"{name}: {len(old)} files"), partial(journal.sweep, before)
            if old := journal.outlived():
                yield Task("clean the log", f"{name}: {len(old)} files"), partial(_remove, old)


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
