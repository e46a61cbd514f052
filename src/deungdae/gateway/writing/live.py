"""The last value of each tag, told as it passes, to whoever looks at this moment."""

import json

import pyarrow as pa
import pyarrow.compute as pc

MOST_TAGS = 5_000  #: in one message


def tellings(points: pa.Table) -> list[tuple[str, bytes]]:
    """Return (organisation, message) for the newest point of each tag.

    A message is JSON: {"points": [[tag, time in microseconds UTC, value, quality], …]}. Whoever
    hears several keeps the newest of each tag, for old points may come late.
    """
    if not points.num_rows:
        return []
    rows = points.select(["organisation", "tag", "time", "value", "text", "kind", "quality"])
    rows = rows.unify_dictionaries()
    place = pa.array(range(rows.num_rows), pa.int64())
    # The greatest place among the newest: of two points of one time, the one that came last.
    newest = (
        rows.select(["organisation", "tag", "time"])
        .append_column("place", place)
        .sort_by([("time", "ascending"), ("place", "ascending")])
        .group_by(["organisation", "tag"], use_threads=False)
        .aggregate([("place", "last")])
    )
    chosen = rows.take(newest.column("place_last"))
    times = chosen.column("time").cast(pa.int64())
    chosen = chosen.set_column(2, "time", times)
    found: list[tuple[str, bytes]] = []
    for organisation in pc.unique(chosen.column("organisation")).to_pylist():
        mine = chosen.filter(pc.equal(chosen.column("organisation"), organisation))
        told = [
            [
                row["tag"],
                row["time"],
                _value(row["value"], row["text"], row["kind"]),
                row["quality"],
            ]
            for row in mine.to_pylist()
        ]
        for start in range(0, len(told), MOST_TAGS):
            message = {"points": told[start : start + MOST_TAGS]}
            text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
            found.append((organisation, text.encode()))
    return found


def _value(value: float | None, text: str | None, kind: int) -> float | int | bool | str | None:
    if kind == 3 or value is None:
        return text
    return (value, int(value), bool(value))[kind]
