"""The last values of tags, told as they pass, to whoever looks at this moment.

A message is JSON, with points as [tag, time in microseconds UTC, value, quality]:

    {"points": [point, …],   the newest of each tag
     "before": [point, …]}   what else came of the same tags at once, in order of time; may lack

Pages want `points` alone. Whoever judges each reading takes `before` as well: a spike or a short
stop may have come and gone within one batch. What is older than `YOUNG_US` is history, and is not
in `before`; of a tag with very many points its first, and the extremes of equal pieces are.
"""

import json
from collections import defaultdict
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MOST_TAGS: Final = 5_000  #: in one message
MOST_BYTES: Final = 4 << 20  #: of a message of more than one tag; the bus takes twice as much
YOUNG_US: Final = 600_000_000  #: older readings say nothing of the present
MOST_BEFORE: Final = 64  #: points of one tag in `before`
MOST_BEFORE_OF_ALL: Final = 20_000  #: in what is told at once, as long as each tag has two

_Places = NDArray[np.int64]
_COLUMNS = ["organisation", "tag", "time", "value", "text", "kind", "quality"]


def tellings(points: pa.Table, now_us: int) -> list[tuple[str, bytes]]:
    """Return (organisation, message) for points that came at once; `now_us` is in UTC.

    Whoever hears several messages keeps the newest of each tag, for old points may come late.
    """
    if not points.num_rows:
        return []
    rows = points.select(_COLUMNS).unify_dictionaries()
    times = np.asarray(rows.column("time").cast(pa.int64()))
    rows = rows.set_column(2, "time", pa.array(times))
    owners, tags = _codes(rows.column("organisation")), _codes(rows.column("tag"))
    codes = owners * (int(tags.max()) + 1) + tags
    order = np.arange(len(times))
    if (np.diff(times) < 0).any():
        order = np.argsort(times, kind="stable")
    # Of two points of one time the one that came last is the newest: what is written last stays.
    last = np.full(int(codes.max()) + 1, -1)
    last[codes[order]] = order
    newest = last[last >= 0]
    chosen = rows.take(newest)
    before: dict[str, dict[str, list[list[Any]]]] = {}
    if len(newest) < len(times):  # mostly each tag came once
        young = times >= now_us - YOUNG_US
        young[newest] = False
        places = _bounded(rows, order[young[order]], codes)
        for organisation, point in _told(rows.take(places)):
            before.setdefault(organisation, defaultdict(list))[point[0]].append(point)
    found: list[tuple[str, bytes]] = []
    for organisation in pc.unique(chosen.column("organisation")).to_pylist():
        mine = chosen.filter(pc.equal(chosen.column("organisation"), organisation))
        told = [point for _, point in _told(mine)]
        earlier = before.get(organisation, {})
        for start in range(0, len(told), MOST_TAGS):
            for text in _messages(told[start : start + MOST_TAGS], earlier):
                found.append((organisation, text))
    return found


def _messages(told: list[list[Any]], before: dict[str, list[list[Any]]]) -> list[bytes]:
    message: dict[str, Any] = {"points": told}
    if before:
        mine = [point for tag, *_ in told for point in before.get(tag, ())]
        if mine:
            message["before"] = sorted(mine, key=lambda point: point[1])
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) <= MOST_BYTES or len(told) < 2:
        return [text]
    half = len(told) // 2
    return _messages(told[:half], before) + _messages(told[half:], before)


def _bounded(rows: pa.Table, places: _Places, codes: _Places) -> _Places:
    """Return places in order of time without those that are too many of one tag."""
    if not len(places):
        return places
    sorting = np.argsort(codes[places], kind="stable")
    by_tag = places[sorting]
    groups = codes[by_tag]
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    sizes = np.diff(np.append(first, len(groups)))
    most = int(np.clip(MOST_BEFORE_OF_ALL // len(first), 2, MOST_BEFORE))
    if sizes.max() <= most:
        return places
    size = np.repeat(sizes, sizes)
    rank = np.arange(len(by_tag)) - np.repeat(first, sizes)
    piece = np.where(size > most, rank * (most // 2) // size, rank)
    kept = (size <= most) | (rank == 0) | _extreme(rows.take(by_tag), groups, piece)
    few: _Places = places[np.sort(sorting[kept])]
    return few


def _extreme(rows: pa.Table, groups: _Places, pieces: _Places) -> NDArray[np.bool_]:
    """Return which points are the least or the greatest of their piece; of texts, two kinds."""
    values = rows.column("value").to_numpy()
    numbers = np.where(np.isfinite(values), values, _codes(rows.column("text")))
    # Within a piece from the least to the greatest: its first and its last are wanted.
    order = np.lexsort((numbers, pieces, groups))
    edge = (np.diff(groups[order], prepend=-1) != 0) | (np.diff(pieces[order], prepend=-1) != 0)
    wanted = np.zeros(len(order), bool)
    wanted[order[edge | np.append(edge[1:], True)]] = True
    return wanted


def _codes(column: pa.ChunkedArray) -> _Places:
    """Return a number for each text; -1 for none."""
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    return np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1))


def _told(rows: pa.Table) -> list[tuple[str, list[Any]]]:
    return [
        (
            row["organisation"],
            [
                *(row["tag"], row["time"], _value(row["value"], row["text"], row["kind"])),
                row["quality"],
            ],
        )
        for row in rows.to_pylist()
    ]


def _value(value: float | None, text: str | None, kind: int) -> float | int | bool | str | None:
    if kind == 3 or value is None:
        return text
    return (value, int(value), bool(value))[kind]
