"""What history knows, asked over the bus, as arrays."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deungdae.bus import Connection, Question, ask
from deungdae.records.batches import TEXT
from deungdae.records.readings import Quality

AT_ONCE = 3  #: questions that are under way; pages must find a place, too
MOST_TAGS = 200  #: in one question
WITHIN = 30.0

Times = NDArray[np.int64]
Values = NDArray[np.float64]


class Readings(NamedTuple):
    """The points of one tag in order of time, those of bad quality left out.

    `values` is NaN where a point is a text, `texts` None where it is none.
    """

    times: Times
    values: Values
    texts: NDArray[np.object_]
    bad: Times = np.empty(0, np.int64)  #: when points came that say that there is no value


class Means(NamedTuple):
    """One tag by buckets; those without a point are not there. `times` are their beginnings."""

    times: Times
    counts: Times
    mean: Values
    low: Values
    high: Values
    last: Values


class Past:
    """Asks `deungdae history`. Times are microseconds since 1970 UTC; an end is excluded.

    All raise `bus.Unavailable` while nobody answers and `bus.Refusal` when a question is refused. A
    tag without points is not in what they return.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def raw(
        self, organisation: str, tags: Sequence[str], start_us: int, end_us: int
    ) -> dict[str, tuple[Times, Values]]:
        """Return times and numbers of tags; texts are NaN."""
        found = await self.readings(organisation, tags, start_us, end_us)
        return {tag: (each.times, each.values) for tag, each in found.items()}

    async def texts(
        self, organisation: str, tags: Sequence[str], start_us: int, end_us: int
    ) -> dict[str, tuple[Times, NDArray[np.object_]]]:
        """Return times and texts of tags; numbers are None."""
        found = await self.readings(organisation, tags, start_us, end_us)
        return {tag: (each.times, each.texts) for tag, each in found.items()}

    async def readings(
        self, organisation: str, tags: Sequence[str], start_us: int, end_us: int
    ) -> dict[str, Readings]:
        """Return numbers and texts of tags."""
        found: dict[str, Readings] = {}
        for some in _parts(tags):
            told = {"tags": some, "start": start_us, "end": end_us}
            found |= _readings(await self._table(organisation, told))
        return found

    async def means(
        self, organisation: str, tags: Sequence[str], start_us: int, end_us: int, every_us: int
    ) -> dict[str, Means]:
        """Return count, mean, smallest, largest and last value of buckets of `every_us`."""
        found: dict[str, Means] = {}
        for some in _parts(tags):
            told = {"tags": some, "start": start_us, "end": end_us, "every": every_us}
            found |= _means(await self._table(organisation, told))
        return found

    async def tags(self, organisation: str) -> list[dict[str, Any]]:
        """Return all tags: `tag`, `kind`, `time` and `received` of the last point, `source`."""
        found: list[dict[str, Any]] = (await self._json(organisation, "tags", {}))["tags"]
        return found

    async def latest(self, organisation: str, tags: Sequence[str]) -> list[dict[str, Any]]:
        """Return the last point of each tag, as history tells points."""
        found: list[dict[str, Any]] = []
        for some in _parts(tags):
            found += (await self._json(organisation, "latest", {"tags": some}))["points"]
        return found

    async def _json(self, organisation: str, name: str, told: dict[str, Any]) -> Any:
        question = Question("history", name, organisation, told, within=WITHIN)
        async with self._turns, await ask(self._connection, question) as answer:
            return await answer.json()

    async def _table(self, organisation: str, told: dict[str, Any]) -> pa.Table:
        question = Question("history", "read", organisation, told, within=WITHIN)
        async with self._turns, await ask(self._connection, question) as answer:
            data = await answer.read(1 << 30)
        return await asyncio.to_thread(lambda: pa.ipc.open_stream(data).read_all())


def _parts(tags: Sequence[str]) -> list[list[str]]:
    unique = list(dict.fromkeys(tags))
    return [unique[start : start + MOST_TAGS] for start in range(0, len(unique), MOST_TAGS)]


def _by_tag(table: pa.Table) -> dict[str, tuple[int, int]]:
    """Return the rows of each tag, of a table that is sorted by tags."""
    tags = table.column("tag").combine_chunks().dictionary_encode()
    tags = tags.combine_chunks() if isinstance(tags, pa.ChunkedArray) else tags
    codes = tags.indices.to_numpy(zero_copy_only=False)
    edges = np.flatnonzero(np.diff(codes)) + 1
    begins = [0, *edges.tolist()] if len(codes) else []
    ends = [*edges.tolist(), len(codes)]
    names = tags.dictionary.to_pylist()
    return {names[codes[a]]: (a, b) for a, b in zip(begins, ends, strict=False)}


def _numbers(table: pa.Table, name: str) -> Any:
    return table.column(name).to_numpy()


def _readings(table: pa.Table) -> dict[str, Readings]:
    is_good = pa.compute.greater(table.column("quality"), int(Quality.BAD))
    bad = _bad(table.filter(pa.compute.invert(is_good)))
    table = table.filter(is_good)
    table = table.sort_by([("tag", "ascending"), ("time", "ascending"), ("received", "ascending")])
    times = table.column("time").cast(pa.int64()).to_numpy()
    values = _numbers(table, "value").astype(float)
    is_text = _numbers(table, "kind") == TEXT
    texts = table.column("text").to_numpy()
    values = np.where(is_text, np.nan, values)
    return {
        tag: Readings(times[a:b], values[a:b], texts[a:b], bad.get(tag, times[:0]))
        for tag, (a, b) in _by_tag(table).items()
    }


def _bad(table: pa.Table) -> dict[str, Times]:
    if not table.num_rows:
        return {}
    table = table.sort_by([("tag", "ascending"), ("time", "ascending")])
    times = table.column("time").cast(pa.int64()).to_numpy()
    return {tag: times[a:b] for tag, (a, b) in _by_tag(table).items()}


def _means(table: pa.Table) -> dict[str, Means]:
    table = table.sort_by([("tag", "ascending"), ("time", "ascending")])
    columns = [table.column("time").cast(pa.int64()).to_numpy(), _numbers(table, "count")]
    columns += [_numbers(table, name) for name in ("mean", "min", "max", "last")]
    return {
        tag: Means(*(column[a:b] for column in columns)) for tag, (a, b) in _by_tag(table).items()
    }
