"""Questions to the points, answered as plain data; times are microseconds since 1970 UTC."""

from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.bus.given import Given
from deungdae.lake.telemetry import History
from deungdae.records.batches import TEXT

MOST_ROWS = 100_000  #: of points one by one; an export has more
_EVER = 1 << 62


def latest(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`latest {tags?}`: the last point of each tag."""
    tags = given.some_tags()
    given.nothing_else()
    return {"points": _points(history.latest(organisation, tags))}


def tags(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`tags {}`: each tag with its source, kind and the time of its last point."""
    given.nothing_else()
    found = _plain(history.latest(organisation))
    return {"tags": found.select(["tag", "kind", "time", "received", "source"]).to_pylist()}


def sources(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`sources {}`: for each source its tags, and when it was heard last.

    `newest` is the time of its newest point and `received_of_newest` when that came;
    `last_received` is when any point came last.
    """
    given.nothing_else()
    found = _plain(history.latest(organisation)).sort_by("time")
    grouped = found.group_by("source", use_threads=False).aggregate(
        [("tag", "count"), ("time", "last"), ("received", "last"), ("received", "max")]
    )
    names = ["source", "tags", "newest", "received_of_newest", "last_received"]
    return {"sources": grouped.rename_columns(names).sort_by("source").to_pylist()}


def raw(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`raw {tags, start, end, limit}`: points one by one, in order of time."""
    tags, (start, end) = given.tags(), given.span()
    limit = given.whole("limit", 1, MOST_ROWS, MOST_ROWS)
    given.nothing_else()
    return {"points": _points(history.raw(organisation, tags, start, end, limit))}


def downsample(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`downsample {tags, start, end, count, method}`: few points that show the shape."""
    tags, (start, end) = given.tags(), given.span()
    count = given.whole("count", 3, MOST_ROWS)
    method: Literal["minmax", "lttb"] = "minmax"
    if given.choice("method", ("minmax", "lttb"), "minmax") == "lttb":
        method = "lttb"
    given.nothing_else()
    return _series(history.downsample(organisation, tags, start, end, count, method))


def aggregate(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`aggregate {tags, start, end, every, origin?}`: count, mean, min, max, last of buckets."""
    tags, (start, end) = given.tags(), given.span()
    every = given.length("every")
    origin = given.whole("origin", -_EVER, _EVER, 0)
    given.nothing_else()
    return _series(history.aggregate(organisation, tags, start, end, every, origin))


def gaps(history: History, organisation: str, given: Given) -> dict[str, Any]:
    """`gaps {tags, start, end, expected}`: each silence of more than `expected`."""
    tags, (start, end) = given.tags(), given.span()
    expected = given.length("expected")
    given.nothing_else()
    found = _plain(history.gaps(organisation, tags, start, end, expected))
    return {"gaps": found.to_pylist()}


def _plain(table: pa.Table) -> pa.Table:
    """Return the table with times as whole microseconds."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.int64()))
    return table


def _points(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _plain(table).to_pylist()
    for row in rows:
        text, value = row.pop("text"), row["value"]
        # As live values are told: a text, or a whole number that no float holds, is a text.
        if row["kind"] == TEXT or value is None:
            row["value"] = text
        else:
            row["value"] = (value, int(value), bool(value))[row["kind"]]
    return rows


def _series(table: pa.Table) -> dict[str, Any]:
    plain = _plain(table)
    found = []
    for tag in pc.unique(plain.column("tag")).to_pylist():
        mine = plain.filter(pc.equal(plain.column("tag"), tag)).drop_columns(["tag"])
        found.append({"tag": tag, **{name: mine[name].to_pylist() for name in mine.column_names}})
    return {"series": found}
