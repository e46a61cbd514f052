"""Questions to the points, few and typed. Each is asked for one organisation and sees no other."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.lake.telemetry import engine, latest, parts
from deungdae.lake.telemetry.compaction import DAY, HOUR, MINUTE
from deungdae.lake.telemetry.failures import public
from deungdae.lake.telemetry.journal import Bound, File
from deungdae.lake.telemetry.lttb import lttb
from deungdae.lake.telemetry.rollups import SPAN, Rolled
from deungdae.lake.telemetry.schema import SCHEMA
from deungdae.lake.telemetry.tables import Tables
from deungdae.records.errors import UnusableOption

MOST_TAGS = 1_000  #: in one question
MOST_BUCKETS = 1_000_000  #: in one answer, of all tags together
MOST_POINTS = 1_000_000  #: in one answer

_LAST_CHARACTER = chr(0x10FFFF)  # no text is above it
_POINT = ["tag", "time", "received", "value", "text", "kind", "quality", "flag", "source"]
_WHERE = """organisation = $organisation AND tag IN ({tags})
    AND time >= make_timestamptz($start) AND time < make_timestamptz($end)"""
_FROM = "FROM read_parquet(${files}, hive_partitioning = false)"


class History:
    """The points of a home folder, for reading; safe in several threads and beside writers.

    Times are microseconds since 1970 UTC; a span includes its start and excludes its end. Answers
    are Arrow tables with times as `timestamp[us, UTC]`. Numbers are those of points whose quality
    is not bad; texts are no numbers. Each question reads one version of the points: all of a batch
    or none.

    Every question raises UnusableOption for a span, a number or a list of tags that makes no
    sense, and PublicError when the stored files cannot be read.
    """

    def __init__(self, home: Path) -> None:
        self._tables = Tables(home)
        self._rolled = Rolled(self._tables)

    @public()
    def latest(self, organisation: str, tags: Sequence[str] | None = None) -> pa.Table:
        """Return the last point of each of `tags` (or of all tags), by tag.

        A tag that never had a point has no row. At an equal time the one received last counts.
        """
        if tags is not None:
            _check_tags(tags)
        kept, newer = latest.beyond(self._tables)
        low, high = _between(organisation, tags, -(1 << 62), 1 << 62)
        files = [str(self._tables.latest.folder / f.path) for f in kept if f.meets(low, high)]
        files += self._paths([f for f in newer if f.meets(low, high)])
        if not files:
            return pa.schema([SCHEMA.field(name) for name in _POINT]).empty_table()
        chosen, parameters = _words(tags or ())
        only = f"AND tag IN ({chosen})" if tags else ""
        return engine.run(
            f"""SELECT {", ".join(_POINT)} {_FROM.format(files="files")}
                WHERE organisation = $organisation {only} {latest.LAST} ORDER BY tag""",
            {"organisation": organisation, "files": files, **parameters},
        )

    def tags(self, organisation: str) -> pa.Table:
        """Return each tag of an organisation with the `kind` and `time` of its last point."""
        return self.latest(organisation).select(["tag", "kind", "time"])

    @public()
    def raw(
        self, organisation: str, tags: Sequence[str], start: int, end: int, limit: int
    ) -> pa.Table:
        """Return the points of `tags` as they are stored, in order of time, the first `limit`."""
        _check_count(limit, MOST_POINTS)
        _check_span(start, end)
        files = self._points(organisation, tags, start, end)
        if not files:
            return pa.schema([SCHEMA.field(name) for name in _POINT]).empty_table()
        chosen, parameters = _words(tags)
        return engine.run(
            f"""SELECT {", ".join(_POINT)} {_FROM.format(files="files")}
                WHERE {_WHERE.format(tags=chosen)} ORDER BY time, tag, received LIMIT $limit""",
            {
                "organisation": organisation,
                "start": start,
                "end": end,
                "limit": limit,
                "files": self._paths(files),
                **parameters,
            },
        )

    @public()
    def extent(
        self, organisation: str, tags: Sequence[str], start: int, end: int
    ) -> tuple[int, int] | None:
        """Return a part of the span beyond which no point of `tags` is; None when there is none.

        It may be too wide, for files hold points of other tags, too.
        """
        _check_span(start, end)
        files = self._points(organisation, tags, start, end)
        bounds = [(f.low.time_us, f.high.time_us) for f in files if f.low and f.high]
        if not bounds:
            return None
        return max(start, min(bounds)[0]), min(end, max(high for _, high in bounds) + 1)

    def walk(
        self, organisation: str, tags: Sequence[str], start: int, end: int
    ) -> Iterator[pa.Table]:
        """Yield all points of `tags` as `raw` has them, in order of time, some ten thousand each.

        It goes from day to day and holds no more than a day's sorting, so that a span may be of
        years and its reader slow. Each day is of one version of the points, the newest then.
        """
        _check_span(start, end)
        extent = self.extent(organisation, tags, start, end)
        if extent is None:
            return
        first, last = extent
        chosen, words = _words(tags)
        query = f"""SELECT {", ".join(_POINT)} {_FROM.format(files="files")}
            WHERE {_WHERE.format(tags=chosen)} ORDER BY time, tag, received"""
        schema = pa.schema([SCHEMA.field(name) for name in _POINT])
        while first < last:
            until = min((first // DAY + 1) * DAY, last)
            files = self._points(organisation, tags, first, until)
            if files:
                parameters: engine.Parameters = {
                    "organisation": organisation,
                    "start": first,
                    "end": until,
                    "files": self._paths(files),
                    **words,
                }
                with public(), engine.stream(query, parameters, parts.ROW_GROUP) as reader:
                    yield from parts.chunks(reader, schema)
            first = until

    @public()
    def count(self, organisation: str, tags: Sequence[str], start: int, end: int) -> int:
        """Return how many points `walk` would give."""
        _check_span(start, end)
        files = self._points(organisation, tags, start, end)
        if not files:
            return 0
        chosen, words = _words(tags)
        parameters: engine.Parameters = {
            "organisation": organisation,
            "start": start,
            "end": end,
            "files": self._paths(files),
            **words,
        }
        found = engine.run(
            f"""SELECT count(*) AS n {_FROM.format(files="files")}
                WHERE {_WHERE.format(tags=chosen)}""",
            parameters,
        )
        return int(found.column("n")[0].as_py())

    @public()
    def downsample(
        self,
        organisation: str,
        tags: Sequence[str],
        start: int,
        end: int,
        count: int,
        method: Literal["minmax", "lttb"],
    ) -> pa.Table:
        """Return about `count` points of each tag (`tag`, `time`, `value`) that show its shape.

        `minmax` divides the span into count/2 equal parts and keeps the smallest and the largest
        point of each (the first of equals), so that no peak is lost. `lttb` keeps the points with
        the largest triangles, the first and the last among them.
        """
        _check_count(count if method == "minmax" else count - 2, MOST_POINTS)
        _check_span(start, end)
        files = self._points(organisation, tags, start, end)
        empty = pa.schema([SCHEMA.field(name) for name in ("tag", "time", "value")]).empty_table()
        if not files:
            return empty
        chosen, words = _words(tags)
        numbers = f"""SELECT tag, time, value {_FROM.format(files="files")}
            WHERE {_WHERE.format(tags=chosen)} AND quality <> 0 AND value IS NOT NULL"""
        parameters: dict[str, int | float | str | Sequence[str]] = {
            "organisation": organisation,
            "start": start,
            "end": end,
            "files": self._paths(files),
            **words,
        }
        if method == "minmax":
            buckets = max(count // 2, 1)
            parameters |= {"unit": -(-(end - start) // buckets), "origin": start}
            query = f"""
                SELECT DISTINCT tag, unnest([
                    arg_min(time, (value, time)), arg_max(time, (value, -epoch_us(time)))
                ]) AS time, unnest([min(value), max(value)]) AS value
                FROM ({numbers}) GROUP BY tag, {SPAN} ORDER BY tag, time"""  # noqa: S608 - every value is a parameter
            return engine.run(query, parameters)
        read = engine.run(f"{numbers} ORDER BY tag, time", parameters)
        found = []
        for tag in sorted(set(tags)):
            one = read.filter(pc.equal(read.column("tag"), tag))
            times = one.column("time").cast(pa.int64()).to_numpy()
            values = one.column("value").to_numpy()
            found.append(one.take(pa.array(lttb(times, values, count), pa.int64())))
        return pa.concat_tables(found)

    @public()
    def aggregate(
        self,
        organisation: str,
        tags: Sequence[str],
        start: int,
        end: int,
        every: int,
        origin: int = 0,
    ) -> pa.Table:
        """Return `tag`, `time`, `count`, `mean`, `min`, `max`, `last` of each tag and bucket.

        Buckets are `every` microseconds long and begin at `origin` and its multiples (days of
        Seoul: `every` one day, `origin` -9 hours). The first and the last are whole: the span is
        widened to their edges. A bucket without a number has no row. Where `every` and `origin`
        are whole hours or minutes, rollups answer for the files that have them.
        """
        _check_buckets(start, end, every, len(tags))
        return self._aggregate({organisation: tags}, "tag", start, end, every, origin)

    @public()
    def fleet(
        self,
        organisations: Sequence[str],
        start: int,
        end: int,
        every: int,
        origin: int = 0,
    ) -> pa.Table:
        """Return the same as `aggregate` for all tags of each organisation together.

        Only for who may see all `organisations`. `last` says little here: it is that of the tag
        that spoke last.
        """
        _check_tags(organisations)
        _check_buckets(start, end, every, len(organisations))
        return self._aggregate(
            dict.fromkeys(organisations, None), "organisation", start, end, every, origin
        )

    @public()
    def time_weighted(
        self, organisation: str, tags: Sequence[str], start: int, end: int, every: int, hold: int
    ) -> pa.Table:
        """Return `tag`, `time`, `mean`, `covered` of each tag and bucket of `every` microseconds.

        Each value counts for as long as it stands: until the next point, yet no longer than `hold`
        microseconds (also from before `start`). `covered` is the share of the bucket in which a
        value stood, 0 to 1; a bucket without any has no row. Buckets begin at `start`.
        """
        _check_buckets(start, end, every, len(tags))
        _check_count(hold, 1 << 62)
        files = self._points(organisation, tags, start - hold, end)
        chosen, words = _words(tags)
        query = f"""
            WITH standing AS (
                SELECT tag, value, greatest(epoch_us(time), $from_start) AS a,
                    least(coalesce(lead(epoch_us(time)) OVER (PARTITION BY tag
                        ORDER BY time, received), $end), epoch_us(time) + $hold, $end) AS b
                {_FROM.format(files="files")}
                WHERE {_WHERE.format(tags=chosen)} AND quality <> 0 AND value IS NOT NULL
            ), pieces AS (
                SELECT tag, value, a, b, unnest(range(
                    (a - $from_start) // $unit, (b - 1 - $from_start) // $unit + 1
                )) * $unit + $from_start AS bucket FROM standing WHERE b > a
            ), weighed AS (
                SELECT tag, bucket, value,
                    least(b, bucket + $unit) - greatest(a, bucket) AS weight FROM pieces
            )
            SELECT tag, make_timestamptz(bucket) AS time,
                sum(value * weight) / sum(weight) AS mean,
                sum(weight) / (least($end, bucket + $unit) - bucket) AS covered
            FROM weighed GROUP BY tag, bucket ORDER BY tag, bucket"""  # noqa: S608 - every value is a parameter
        if not files:
            return pa.table(
                {"tag": [], "time": [], "mean": [], "covered": []},
                schema=pa.schema(
                    [
                        SCHEMA.field("tag"),
                        SCHEMA.field("time"),
                        ("mean", pa.float64()),
                        ("covered", pa.float64()),
                    ]
                ),
            )
        return engine.run(
            query,
            {
                "organisation": organisation,
                "start": start - hold,
                "from_start": start,
                "end": end,
                "hold": hold,
                "unit": every,
                "files": self._paths(files),
                **words,
            },
        )

    @public()
    def gaps(
        self, organisation: str, tags: Sequence[str], start: int, end: int, expected: int
    ) -> pa.Table:
        """Return `tag`, `start`, `end` of each time in which no point came for over `expected`.

        `expected` is in microseconds. Any point counts, of bad quality too: it says that the
        source was heard. Silence at either edge of the span counts from that edge.
        """
        _check_span(start, end)
        _check_count(expected, 1 << 62)
        files = self._points(organisation, tags, start, end)
        chosen, words = _words(tags)
        parameters: dict[str, int | float | str | Sequence[str]] = {
            "start": start,
            "end": end,
            "expected": expected,
            "tags": sorted(set(tags)),
        }
        heard = ""
        if files:
            heard = f"""UNION ALL SELECT tag, epoch_us(time) {_FROM.format(files="files")}
                WHERE {_WHERE.format(tags=chosen)}"""
            parameters |= {
                "organisation": organisation,
                "files": self._paths(files),
                **words,
            }
        return engine.run(
            f"""WITH heard AS (
                SELECT unnest($tags) AS tag, $start AS t
                UNION ALL SELECT unnest($tags), $end {heard}
            ), pairs AS (
                SELECT tag, t, lead(t) OVER (PARTITION BY tag ORDER BY t) AS next FROM heard
            )
            SELECT tag, make_timestamptz(t) AS start, make_timestamptz(next) AS end
            FROM pairs WHERE next - t > $expected ORDER BY tag, t""",  # noqa: S608 - every value is a parameter
            parameters,
        )

    def _aggregate(
        self,
        asked: Mapping[str, Sequence[str] | None],
        by: Literal["tag", "organisation"],
        start: int,
        end: int,
        every: int,
        origin: int,
    ) -> pa.Table:
        start = origin + (start - origin) // every * every
        end = origin - (origin - end) // every * every
        tags = next(iter(asked.values()))
        low, high = _between(min(asked), tags, start, end - 1)
        high = high._replace(organisation=max(asked))
        files = [f for f in self._tables.points.snapshot().files.values() if f.meets(low, high)]
        rollups, ids = self._rollups(files, every, origin, low, high)
        points = [f for f in files if parts.identity(f) not in ids]
        organisations, words = _words(list(asked), "o")
        where = f"""organisation IN ({organisations})
            AND time >= make_timestamptz($start) AND time < make_timestamptz($end)"""
        if tags is not None:
            chosen, more = _words(tags)
            where += f" AND tag IN ({chosen})"
            words |= more
        branches = []
        if rollups:
            branches.append(
                f"""SELECT {by}, time, count, sum, min, max, last, last_time
                    {_FROM.format(files="rollups")}
                    WHERE {where} AND count > 0
                    AND file IN (SELECT unnest($ids))"""
            )
        # Also without files, for the types of its columns.
        branches.append(
            f"""SELECT {by}, time, 1, value, value, value, value, time
                {_FROM.format(files="points")}
                WHERE {where} AND quality <> 0 AND value IS NOT NULL"""
            if points
            else """SELECT '', make_timestamptz(0), 1, 0.0, 0.0, 0.0, 0.0, make_timestamptz(0)
                WHERE false"""
        )
        first = "" if rollups else f"AS rows({by}, time, count, sum, min, max, last, last_time)"
        parameters: dict[str, int | float | str | Sequence[str]] = {
            "start": start,
            "end": end,
            "unit": every,
            "origin": origin,
            **words,
        }
        if rollups:
            parameters |= {"rollups": rollups, "ids": sorted(ids)}
        if points:
            parameters["points"] = self._paths(points)
        if not rollups and not points:
            parameters = {"unit": every, "origin": origin}
        return engine.run(
            f"""SELECT {by}, make_timestamptz({SPAN}) AS time,
                    sum(count)::BIGINT AS count, sum(sum) / sum(count) AS mean,
                    min(min) AS min, max(max) AS max, arg_max(last, last_time) AS last
                FROM ({" UNION ALL ".join(branches)}) {first}
                GROUP BY {by}, {SPAN} ORDER BY {by}, {SPAN}""",  # noqa: S608 - every value is a parameter
            parameters,
        )

    def _rollups(
        self, files: Sequence[File], every: int, origin: int, low: Bound, high: Bound
    ) -> tuple[list[str], frozenset[str]]:
        # Which rollups answer, and for which files of points they do.
        wanted = frozenset(map(parts.identity, files))
        if every % HOUR == 0 and origin % HOUR == 0:
            journal = self._tables.hours
            # A row stands at the beginning of its hour: the lowest may lie before the bound.
            from_hour = low._replace(time_us=low.time_us // HOUR * HOUR)
            known = journal.snapshot().files
            chosen = {
                path: ids & wanted for path, ids in self._rolled.hours().items() if ids & wanted
            }
            paths = [
                str(journal.folder / path)
                for path in chosen
                if path in known and known[path].meets(from_hour, high)
            ]
            return paths, frozenset().union(*chosen.values())
        if every % MINUTE == 0 and origin % MINUTE == 0:
            found = {i: f for i, f in self._rolled.minutes().items() if i in wanted}
            folder = self._tables.minutes.folder
            return [str(folder / file.path) for file in found.values()], frozenset(found)
        return [], frozenset()

    def _points(self, organisation: str, tags: Sequence[str], start: int, end: int) -> list[File]:
        _check_tags(tags)
        low, high = _between(organisation, tags, start, end - 1)
        return [f for f in self._tables.points.snapshot().files.values() if f.meets(low, high)]

    def _paths(self, files: Sequence[File]) -> list[str]:
        return [str(self._tables.points.folder / file.path) for file in files]


def _words(words: Sequence[str], letter: str = "t") -> tuple[str, dict[str, str]]:
    # One parameter each: a list would not reach the statistics of the files.
    named = {f"{letter}{place}": word for place, word in enumerate(words)}
    return ", ".join(f"${name}" for name in named), named


def _between(
    organisation: str, tags: Sequence[str] | None, start: int, last: int
) -> tuple[Bound, Bound]:
    low, high = (min(tags), max(tags)) if tags else ("", _LAST_CHARACTER)
    return Bound(organisation, low, start), Bound(organisation, high, last)


def _check_tags(tags: Sequence[str]) -> None:
    if not 1 <= len(tags) <= MOST_TAGS:
        raise UnusableOption(
            "One question may name 1 to {most} tags, not {given}.",
            most=MOST_TAGS,
            given=len(tags),
        )


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise UnusableOption(
            "A number from 1 to {most} is needed, not {given}.", most=most, given=count
        )


def _check_span(start: int, end: int) -> None:
    if start >= end:
        raise UnusableOption("The span ends before it begins, or at the same moment.")


def _check_buckets(start: int, end: int, every: int, series: int) -> None:
    _check_span(start, end)
    _check_count(every, 1 << 62)
    buckets = -(-(end - start) // every) * series
    if buckets > MOST_BUCKETS:
        raise UnusableOption(
            "The answer would have {given} rows; {most} are the most. Choose a shorter span or a "
            "longer interval.",
            given=buckets,
            most=MOST_BUCKETS,
        )
