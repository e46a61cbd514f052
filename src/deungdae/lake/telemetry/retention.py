"""How long points and minutes are kept: points by the class of their tag, hours always longest.

When the term of a tag's points ends, the points of a date leave its files; what the hours (and
minutes) of those files say stays, because a reduced file keeps its identity even when it is empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from deungdae.lake.telemetry import compaction, engine, parts, rollups
from deungdae.lake.telemetry.compaction import DAY, end_of
from deungdae.lake.telemetry.journal import File
from deungdae.lake.telemetry.schema import SCHEMA
from deungdae.lake.telemetry.tables import Tables
from deungdae.records.errors import UnusableOption


@dataclass(frozen=True)
class Term:
    """How many days after its date a point is kept whose tag matches: `*` and `?` as in a shell."""

    tags: str
    days: int


@dataclass(frozen=True)
class Retention:
    """The first matching term counts; points without one are kept for ever, as all is by default.

    `minutes` and `hours` are days. Hours end only where no point of their file is left.
    """

    points: tuple[Term, ...] = ()
    minutes: int | None = None
    hours: int | None = None

    def __post_init__(self) -> None:
        """Raises UnusableOption for a term of less than a day."""
        terms = [term.days for term in self.points]
        terms += [days for days in (self.minutes, self.hours) if days is not None]
        if any(days < 1 for days in terms):
            raise UnusableOption("Points, minutes and hours are kept for one day at least.")

    def ends(self, tag: str, day: str) -> int | None:
        """Return when the points of `tag` at the date `day` end, in microseconds; None: never."""
        for term in self.points:
            if fnmatchcase(tag, term.tags):
                return end_of(day) + term.days * DAY
        return None


class Expiry:
    """Finds and takes away what is past its term; which tags a file holds is remembered."""

    def __init__(self, tables: Tables, rolled: rollups.Rolled, retention: Retention) -> None:
        self._tables = tables
        self._rolled = rolled
        self._retention = retention
        self._tags: dict[str, list[str]] = {}

    def points(self, now_us: int) -> list[tuple[File, list[str]]]:
        """Return each file with the tags of it whose points are past their term."""
        if not self._retention.points:
            return []
        shortest = min(term.days for term in self._retention.points) * DAY
        files = self._tables.points.snapshot().files
        self._tags = {path: tags for path, tags in self._tags.items() if path in files}
        found = []
        for file in files.values():
            if not file.rows or end_of(file.partition) + shortest > now_us:
                continue
            ends = {tag: self._retention.ends(tag, file.partition) for tag in self._of(file)}
            gone = [tag for tag, end in ends.items() if end is not None and end <= now_us]
            if gone:
                found.append((file, gone))
        return found

    def reduce(self, file: File, tags: Iterable[str], now_us: int) -> None:
        """Take the points of `tags` from a file, after its hours are kept."""
        if not any(parts.identity(file) in ids for ids in self._rolled.hours().values()):
            rollups.build(self._tables, self._rolled, file, now_us)
        points = self._tables.points
        query = f"""
            SELECT {", ".join(SCHEMA.names)} FROM read_parquet($files, hive_partitioning = false)
            ANTI JOIN (SELECT unnest($tags) AS tag) USING (tag)
            ORDER BY organisation, tag, time, received
        """  # noqa: S608 - our own column names
        parameters: engine.Parameters = {
            "files": [str(points.folder / file.path)],
            "tags": list(tags),
        }
        with engine.stream(query, parameters, parts.ROW_GROUP) as reader:
            left = parts.write(
                points.folder,
                f"date={file.partition}",
                parts.renamed(file, "reduced"),
                parts.chunks(reader, SCHEMA),
                SCHEMA,
            )
        # The bounds of all that was: by them its hours are found.
        left = replace(left, low=file.low, high=file.high)
        compaction.replace(
            points, [file], [left], now_us=now_us, operation="DELETE", data_change=True
        )

    def minutes(self, now_us: int) -> list[File]:
        """Return the files of minutes that are past their term."""
        days = self._retention.minutes
        return [
            file
            for file in self._tables.minutes.snapshot().files.values()
            if days is not None and end_of(file.partition) + days * DAY <= now_us
        ]

    def empty(self, now_us: int) -> list[File]:
        """Return the files without points whose hours are past their term too."""
        days = self._retention.hours
        return [
            file
            for file in self._tables.points.snapshot().files.values()
            if not file.rows and days is not None and end_of(file.partition) + days * DAY <= now_us
        ]

    def _of(self, file: File) -> list[str]:
        if file.path not in self._tags:
            query = """SELECT DISTINCT tag
                FROM read_parquet($files, hive_partitioning = false) ORDER BY tag"""
            path = str(self._tables.points.folder / file.path)
            self._tags[file.path] = engine.run(query, {"files": [path]}).column(0).to_pylist()
        return self._tags[file.path]
