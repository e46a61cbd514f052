"""The rows of an export, a table at a time: points as they are, or buckets side by side."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deungdae.gateway.answering.exports.asked import Wanted
from deungdae.lake.telemetry import History

CELLS_AT_ONCE = 200_000  #: buckets of all tags together
NUMBERS = ("mean", "min", "max")


def buckets(history: History, wanted: Wanted) -> Iterator[pa.Table]:
    """Yield `tag`, `time`, `count`, `mean`, `min`, `max`, `last`, in order of spans, then of tags.

    Each span ends where a bucket does, so that no bucket is cut in two.
    """
    assert wanted.every is not None
    every, origin = wanted.every, wanted.origin
    first = origin + (wanted.start - origin) // every * every
    step = every * max(1, CELLS_AT_ONCE // len(wanted.tags))
    known = history.extent(wanted.organisation, wanted.tags, first, wanted.end)
    if known is None:
        return
    first = max(first, origin + (known[0] - origin) // every * every)
    last = min(wanted.end, known[1])
    while first < last:
        # To the last whole bucket: the span's end is widened to its edge, once.
        until = min(first + step, origin - (origin - last) // every * every)
        found = history.aggregate(wanted.organisation, wanted.tags, first, until, every, origin)
        if found.num_rows:
            yield found
        first = until


def side_by_side(
    found: pa.Table, tags: Sequence[str], names: Sequence[str]
) -> tuple[npt.NDArray[np.int64], list[list[pa.Array]]]:
    """Return the times of buckets, and for each tag a column of each of `names` at those times."""
    moments = found.column("time").cast(pa.int64()).to_numpy()
    times, places = np.unique(moments, return_inverse=True)
    words = found.column("tag").combine_chunks().dictionary_encode()
    which = {word: place for place, word in enumerate(words.dictionary.to_pylist())}
    codes = words.indices.to_numpy()
    columns: list[list[pa.Array]] = []
    for tag in tags:
        mine = np.flatnonzero(codes == which.get(tag, -1))
        columns.append([_at(found.column(name), mine, places[mine], len(times)) for name in names])
    return times, columns


def _at(column: Any, mine: Any, places: Any, count: int) -> pa.Array:
    values, absent = np.zeros(count), np.ones(count, bool)
    values[places] = column.to_numpy()[mine]
    absent[places] = False
    return pa.array(values, mask=absent)
