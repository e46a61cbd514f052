"""The last point of each tag: kept for one version of the points, and looked up beyond it."""

from deungdae.lake.telemetry import engine, parts
from deungdae.lake.telemetry.compaction import replace
from deungdae.lake.telemetry.journal import File
from deungdae.lake.telemetry.schema import LATEST
from deungdae.lake.telemetry.tables import Tables

APP = "points"  #: its transaction says up to which version of the points the table goes

#: At an equal time the point that was received last counts.
LAST = """QUALIFY row_number() OVER (
    PARTITION BY organisation, tag ORDER BY time DESC, received DESC, flag DESC
) = 1"""
_REFRESH = f"""
    SELECT {", ".join(LATEST.names)} FROM read_parquet($files, hive_partitioning = false)
    {LAST} ORDER BY organisation, tag
"""  # noqa: S608 - our own column names


def beyond(tables: Tables) -> tuple[list[File], list[File]]:
    """Return the files of the kept last points, and the files of points that are newer."""
    # In this order: a file that is merged in between is then found as newer, and read once more.
    kept = tables.latest.snapshot()
    upto = kept.applications.get(APP, -1)
    points = tables.points.snapshot().files.values()
    return list(kept.files.values()), [file for file in points if parts.step(file) > upto]


def refresh(tables: Tables, now_us: int) -> None:
    """Bring the kept last points up to the present version of the points."""
    version = tables.points.snapshot().version
    old, newer = beyond(tables)
    folders = [str(tables.latest.folder / file.path) for file in old]
    folders += [str(tables.points.folder / file.path) for file in newer if file.rows]
    if len(folders) == len(old):
        return
    with engine.stream(_REFRESH, {"files": folders}, parts.ROW_GROUP) as reader:
        name = parts.named("latest", version)
        new = parts.write(tables.latest.folder, "", name, parts.chunks(reader, LATEST), LATEST)
    replace(
        tables.latest,
        old,
        [new],
        now_us=now_us,
        operation="WRITE",
        data_change=True,
        transaction=(APP, version),
    )
