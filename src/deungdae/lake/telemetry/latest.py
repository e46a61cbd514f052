"""The last point of each tag: kept for one version of the points, and looked up beyond it."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from deungdae.lake.telemetry import engine, parts
from deungdae.lake.telemetry.compaction import replace
from deungdae.lake.telemetry.journal import Bound, File
from deungdae.lake.telemetry.schema import LATEST
from deungdae.lake.telemetry.tables import Tables
from deungdae.records.errors import PublicError

APP = "points"  #: its transaction says up to which version of the points the table goes
CLOCK = "clock"  #: in both tables, the number of the last repair of a clock that they know
TRIES = 5

#: At an equal time the point that was received last counts.
LAST = """QUALIFY row_number() OVER (
    PARTITION BY organisation, tag ORDER BY time DESC, received DESC, flag DESC
) = 1"""
_REFRESH = f"""
    SELECT {", ".join(LATEST.names)} FROM read_parquet($files, hive_partitioning = false)
    {LAST} ORDER BY organisation, tag
"""  # noqa: S608 - our own column names

_OF_TAGS = f"""
    SELECT {", ".join(LATEST.names)} FROM read_parquet($files, hive_partitioning = false)
    WHERE organisation = $organisation AND tag IN (SELECT unnest($tags)) {LAST}
"""  # noqa: S608 - our own column names
_EVER = (-(1 << 62), 1 << 62)


def beyond(tables: Tables) -> tuple[list[File], list[File]]:
    """Return the files of the kept last points, and the files of points that are newer.

    While a repair of a clock has moved points and the kept ones do not know it, all are newer.
    """
    # In this order: a file that is merged in between is then found as newer, and read once more.
    kept = tables.latest.snapshot()
    points = tables.points.snapshot()
    if kept.applications.get(CLOCK, 0) < points.applications.get(CLOCK, 0):
        return [], list(points.files.values())
    upto = kept.applications.get(APP, -1)
    return list(kept.files.values()), [f for f in points.files.values() if parts.step(f) > upto]


def behind(tables: Tables) -> range:
    """Return the numbers of the repairs that the kept last points do not know."""
    kept = tables.latest.snapshot().applications.get(CLOCK, 0)
    return range(kept + 1, tables.points.snapshot().applications.get(CLOCK, 0) + 1)


def put_right(
    tables: Tables, organisation: str, tags: Sequence[str], repair: int, now_us: int
) -> None:
    """Keep the last points of some tags as they are after a repair of their clock."""
    for turn in range(TRIES):
        kept = tables.latest.snapshot()
        points = tables.points.snapshot().files.values()
        upto = kept.applications.get(APP, -1)
        rest = _without(tables, list(kept.files.values()), organisation, tags)
        found = pa.concat_tables([rest, *_newest(tables, points, organisation, tags)])
        found = found.sort_by([(name, "ascending") for name in ("organisation", "tag")])
        new = []
        if found.num_rows:
            name = parts.named("latest", max(upto, 0))
            new = [parts.write(tables.latest.folder, "", name, [found], LATEST)]
        try:
            replace(
                tables.latest,
                kept.files.values(),
                new,
                now_us=now_us,
                operation="UPDATE",
                data_change=True,
                transaction=(APP, upto) if upto >= 0 else None,
                more={CLOCK: repair},
            )
            return
        except PublicError:
            # The maintenance replaced the same file at the same moment.
            if turn == TRIES - 1:
                raise


def _without(tables: Tables, files: list[File], organisation: str, tags: Sequence[str]) -> pa.Table:
    """Return the kept last points of all other tags."""
    if not files:
        return LATEST.empty_table()
    return engine.run(
        f"""SELECT {", ".join(LATEST.names)}
            FROM read_parquet($files, hive_partitioning = false)
            WHERE NOT (organisation = $organisation AND tag IN (SELECT unnest($tags)))""",  # noqa: S608 - our own column names
        {
            "files": [str(tables.latest.folder / file.path) for file in files],
            "organisation": organisation,
            "tags": list(tags),
        },
    ).cast(LATEST)


def _newest(
    tables: Tables, files: Iterable[File], organisation: str, tags: Sequence[str]
) -> Iterator[pa.Table]:
    """Yield the last points of some tags, read from the newest date back until all are found."""
    dates: dict[str, list[File]] = {}
    for file in files:
        if file.rows:
            dates.setdefault(file.partition, []).append(file)
    left = set(tags)
    for date in sorted(dates, reverse=True):
        if not left:
            return
        low, high = (
            Bound(organisation, min(left), _EVER[0]),
            Bound(organisation, max(left), _EVER[1]),
        )
        met = [str(tables.points.folder / f.path) for f in dates[date] if f.meets(low, high)]
        if met:
            found = engine.run(
                _OF_TAGS, {"files": met, "organisation": organisation, "tags": sorted(left)}
            )
            left -= set(found.column("tag").to_pylist())
            yield found.cast(LATEST)


def refresh(tables: Tables, now_us: int, anew: int | None = None) -> None:
    """Bring the kept last points up to the present version of the points.

    With `anew` all are found anew, as of the repair of that number: for one of which no more is
    known. Repairs that are known come first (see `Clock.settle`); until then nothing is done.
    """
    version = tables.points.snapshot().version
    if anew is None and behind(tables):
        return
    kept = list(tables.latest.snapshot().files.values())
    old, newer = beyond(tables) if anew is None else ([], tables.points.snapshot().files.values())
    folders = [str(tables.latest.folder / file.path) for file in old]
    folders += [str(tables.points.folder / file.path) for file in newer if file.rows]
    if len(folders) == len(old):
        return
    with engine.stream(_REFRESH, {"files": folders}, parts.ROW_GROUP) as reader:
        name = parts.named("latest", version)
        new = parts.write(tables.latest.folder, "", name, parts.chunks(reader, LATEST), LATEST)
    replace(
        tables.latest,
        kept,
        [new],
        now_us=now_us,
        operation="WRITE",
        data_change=True,
        transaction=(APP, version),
        more=None if anew is None else {CLOCK: anew},
    )
