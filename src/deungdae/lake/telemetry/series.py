"""A long walk along some tags: one version of the points, a piece at a time, in order of time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.lake.telemetry import engine
from deungdae.lake.telemetry.failures import public
from deungdae.lake.telemetry.journal import Bound
from deungdae.lake.telemetry.tables import Tables

#: Points that are read at once, if the log is right on what files hold: 100 MB with sorting.
AT_ONCE = 1_000_000

_SELECTED = """
    SELECT tag, epoch_us(time) AS time, {what} AS value
    FROM read_parquet($files, hive_partitioning = false)
    WHERE organisation = $organisation AND tag IN (SELECT unnest($tags))
        AND tag >= $first AND tag <= $last
        AND time >= make_timestamptz($start) AND time < make_timestamptz($end)
        AND quality <> 0 AND {what} IS NOT NULL
    ORDER BY tag, time, received
"""
#: A whole number is kept as a text where it is too large for a float; a lot may be either.
_TEXT = "coalesce(text, CASE WHEN kind = 1 THEN value::BIGINT::VARCHAR ELSE value::VARCHAR END)"


class Series:
    """The points of one organisation as they were when this was made.

    Files that maintenance replaces meanwhile are still there for an hour: a walk may take as long.
    """

    def __init__(self, home: Path, organisation: str) -> None:
        """Raises PublicError when the stored points cannot be read."""
        with public():
            tables = Tables(home)
            self._folder = tables.points.folder
            self._files = list(tables.points.snapshot().files.values())
        self._organisation = organisation

    def numbers(self, tags: Sequence[str], start: int, end: int) -> Iterator[tuple[str, pa.Table]]:
        """Yield (tag, points from `start` to before `end`) of the tags that have any, by tag.

        The points are `time` (int64, microseconds since 1970 UTC) and `value` (float64), in order
        of time; those of bad quality and texts are not among them. Raises PublicError when a file
        cannot be read.
        """
        return self._walk(tags, start, end, "value")

    def texts(self, tags: Sequence[str], start: int, end: int) -> Iterator[tuple[str, pa.Table]]:
        """Yield the same as `numbers` with each value as a text, numbers among them."""
        return self._walk(tags, start, end, _TEXT)

    def bounds(self) -> tuple[int, int] | None:
        """Return a span [start, end) that holds every point of the organisation; None without any.

        It may be wider, as files hold points of others too.
        """
        met = [
            (file.low.time_us, file.high.time_us)
            for file in self._files
            if file.low is not None
            and file.high is not None
            and file.low.organisation <= self._organisation <= file.high.organisation
        ]
        return (min(met)[0], max(high for _, high in met) + 1) if met else None

    def _walk(
        self, tags: Sequence[str], start: int, end: int, what: str
    ) -> Iterator[tuple[str, pa.Table]]:
        names = sorted(set(tags))
        if not names or start >= end:
            return
        low = Bound(self._organisation, names[0], start)
        high = Bound(self._organisation, names[-1], end - 1)
        rows = sum(file.rows for file in self._files if file.meets(low, high))
        groups = min(-(-rows // AT_ONCE), len(names))
        size = -(-len(names) // groups) if groups else len(names)
        for place in range(0, len(names) if rows else 0, size):
            yield from self._read(names[place : place + size], start, end, what)

    def _read(
        self, names: Sequence[str], start: int, end: int, what: str
    ) -> Iterator[tuple[str, pa.Table]]:
        low = Bound(self._organisation, names[0], start)
        high = Bound(self._organisation, names[-1], end - 1)
        files = [str(self._folder / f.path) for f in self._files if f.meets(low, high)]
        if not files:
            return
        with public():
            found = engine.run(
                _SELECTED.format(what=what),
                {
                    "organisation": self._organisation,
                    "files": files,
                    "tags": names,
                    "first": names[0],
                    "last": names[-1],
                    "start": start,
                    "end": end,
                },
            )
        ordered = found.column("tag").combine_chunks().dictionary_encode()
        counts = pc.value_counts(ordered.indices)
        begin = 0
        for entry in counts.to_pylist():
            tag = ordered.dictionary[entry["values"]].as_py()
            yield tag, found.select(["time", "value"]).slice(begin, entry["counts"])
            begin += entry["counts"]


def organisations(home: Path) -> list[str]:
    """Return whose points may be stored here, as far as the bounds of the files tell: few or many.

    Of a file with points of several, only the first and the last are known.
    """
    with public():
        files = Tables(home).points.snapshot().files.values()
        bounds = [bound for file in files for bound in (file.low, file.high) if bound is not None]
    return sorted({bound.organisation for bound in bounds})
