"""Which points of a batch are known already: exactly, and at little cost for what is new.

A point's key (organisation, tag, time) becomes 64 bits by a hash. The hashes of files that were
written lately are kept in memory; most batches meet none of them and are done. What meets one, or
reaches into a file whose hashes are not at hand, is compared with the points themselves.
"""

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deungdae.lake.telemetry import engine
from deungdae.lake.telemetry.journal import File
from deungdae.lake.telemetry.parts import bounds
from deungdae.lake.telemetry.schema import KEY, Flag, in_one, plain

Keys = npt.NDArray[np.uint64]

MOST_KEYS = 8_000_000  # in memory, 8 bytes each
SMALL_FILE = 500_000  # rows: a file up to this size is hashed as a whole when it is met
_MOST_WORDS = 1_000_000
_VALUE = ["value", "text", "kind"]


class Recent:
    """Hashes of the keys of files, sorted; those not met for longest are forgotten first."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, Keys] = OrderedDict()
        self._rows = 0
        self._words: dict[str, int] = {}

    def keys(self, points: pa.Table) -> Keys:
        """Return the hash of each point's key."""
        mixed = self._hashes(points.column("organisation"))
        mixed = _mix(mixed ^ (self._hashes(points.column("tag")) * np.uint64(3)))
        times = points.column("time").cast(pa.int64()).to_numpy().astype(np.uint64)
        return _mix(mixed + times * np.uint64(0x9E3779B97F4A7C15))

    def keep(self, path: str, keys: Keys) -> None:
        """Remember the hashes of the file at `path`."""
        self._files[path] = np.sort(keys)
        self._rows += len(keys)
        while self._rows > MOST_KEYS and len(self._files) > 1:
            _, forgotten = self._files.popitem(last=False)
            self._rows -= len(forgotten)

    def of(self, folder: Path, file: File) -> Keys | None:
        """Return the sorted hashes of a file; None when it is large and not at hand."""
        if file.path in self._files:
            self._files.move_to_end(file.path)
            return self._files[file.path]
        if file.rows > SMALL_FILE:
            return None
        self.keep(file.path, self.keys(pq.read_table(folder / file.path, columns=KEY)))
        return self._files[file.path]

    def _hashes(self, column: pa.ChunkedArray) -> Keys:
        encoded = in_one(column).dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        if len(self._words) > _MOST_WORDS:
            self._words.clear()
        found = []
        for word in encoded.dictionary.to_pylist():
            if word not in self._words:
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                self._words[word] = int.from_bytes(digest, "little")
            found.append(self._words[word])
        hashes: Keys = np.array(found, np.uint64)[encoded.indices.to_numpy()]
        return hashes


@dataclass(frozen=True)
class Sorted:
    """A batch without its duplicates; the masks speak about the batch as it came."""

    points: pa.Table
    keys: Keys
    duplicate: npt.NDArray[np.bool_]
    conflicting: npt.NDArray[np.bool_]


def sort_out(points: pa.Table, folder: Path, files: Sequence[File], recent: Recent) -> Sorted:
    """Take from `points` what is in `files` already or comes twice, and flag other values.

    A point whose key and value (with its kind and text) are known is a duplicate. One whose key is
    known with other values only is kept, with `Flag.OTHER_VALUE`.
    """
    keys = recent.keys(points)
    order = np.argsort(keys)
    suspect = _repeated(keys, order)
    to_read: list[File] = []
    low, high = bounds(points)
    times = points.column("time").cast(pa.int64()).to_numpy()
    for file in files:
        if not file.meets(low, high) or file.low is None or file.high is None:
            continue
        within = (times >= file.low.time_us) & (times <= file.high.time_us)
        if not within.any():
            continue
        known = recent.of(folder, file)
        met = within
        if known is not None:
            # In their own order the hashes are found several times as fast.
            met = np.zeros(len(keys), bool)
            met[order[_among(keys[order], known)]] = True
        if met.any():
            suspect |= met
            to_read.append(file)
    duplicate = np.zeros(len(keys), bool)
    conflicting = np.zeros(len(keys), bool)
    if suspect.any():
        _compare(plain(points), keys, suspect, folder, to_read, recent, duplicate, conflicting)
    if conflicting.any():
        place = points.schema.get_field_index("flag")
        flags = points.column("flag").to_numpy() | (conflicting * np.int8(Flag.OTHER_VALUE))
        points = points.set_column(
            place, points.schema.field(place), pa.array(flags.astype(np.int8))
        )
    if duplicate.any():
        points = points.filter(pa.array(~duplicate))
        keys = keys[~duplicate]
    return Sorted(points, keys, duplicate, conflicting)


def _compare(
    points: pa.Table,
    keys: Keys,
    suspect: npt.NDArray[np.bool_],
    folder: Path,
    files: Sequence[File],
    recent: Recent,
    duplicate: npt.NDArray[np.bool_],
    conflicting: npt.NDArray[np.bool_],
) -> None:
    stored = _stored(points.filter(pa.array(suspect)), folder, files)
    known = recent.keys(stored)
    order = np.argsort(known)
    first = np.searchsorted(known[order], keys)
    matches = np.searchsorted(known[order], keys, side="right") - first
    twice = _repeated(keys, np.argsort(keys))
    # One of it in the batch and one in the table: compared column by column.
    alone = np.flatnonzero((matches == 1) & ~twice)
    if len(alone):
        here, there = points.take(pa.array(alone)), stored.take(pa.array(order[first[alone]]))
        same_key = _same(here, there, KEY)  # else the hashes only look alike
        same_value = _same(here, there, _VALUE)
        duplicate[alone] = same_key & same_value
        conflicting[alone] = same_key & ~same_value
    # The others are few: they are compared one by one, in their order.
    others = (matches > 1) | twice
    if not others.any():
        return
    seen: dict[tuple[str, str, int], set[tuple[object, ...]]] = defaultdict(set)
    wanted = _among(known, np.sort(keys[others]))
    for key, value in _rows(stored.filter(pa.array(wanted))):
        seen[key].add(value)
    for place, (key, value) in zip(
        np.flatnonzero(others), _rows(points.filter(pa.array(others))), strict=True
    ):
        values = seen[key]
        duplicate[place] = value in values
        conflicting[place] = bool(values) and value not in values
        values.add(value)


def _same(here: pa.Table, there: pa.Table, columns: Sequence[str]) -> npt.NDArray[np.bool_]:
    same = np.ones(here.num_rows, bool)
    for column in columns:
        one, other = here.column(column), there.column(column)
        equal = pc.fill_null(pc.equal(one, other), False)
        neither = pc.and_(pc.is_null(one), pc.is_null(other))
        same &= pc.or_(equal, neither).to_numpy()
    return same


def _rows(points: pa.Table) -> list[tuple[tuple[str, str, int], tuple[object, ...]]]:
    columns = [
        points.column("organisation").to_pylist(),
        points.column("tag").to_pylist(),
        points.column("time").cast(pa.int64()).to_pylist(),
        points.column("value").to_pylist(),
        points.column("text").to_pylist(),
        points.column("kind").to_pylist(),
    ]
    return [((o, g, t), (v, x, k)) for o, g, t, v, x, k in zip(*columns, strict=True)]


def _stored(suspects: pa.Table, folder: Path, files: Sequence[File]) -> pa.Table:
    if not files:
        return suspects.slice(0, 0)
    wanted = suspects.select(KEY)
    low, high = bounds(suspects)
    tags = pc.unique(suspects.column("tag"))
    return engine.run(
        """
        SELECT stored.* FROM (
            SELECT organisation, tag, time, value, text, kind FROM read_parquet($files)
            WHERE time BETWEEN make_timestamptz($low) AND make_timestamptz($high)
              AND organisation BETWEEN $first AND $last AND tag BETWEEN $low_tag AND $high_tag
        ) stored SEMI JOIN wanted USING (organisation, tag, time)
        """,
        {
            "files": [str(folder / file.path) for file in files],
            "low": low.time_us,
            "high": high.time_us,
            "first": low.organisation,
            "last": high.organisation,
            "low_tag": pc.min(tags).as_py(),
            "high_tag": pc.max(tags).as_py(),
        },
        wanted=wanted,
    )


def _repeated(keys: Keys, order: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return which keys occur more than once; `order` sorts them."""
    rising = keys[order]
    equal = np.flatnonzero(rising[1:] == rising[:-1])
    twice = np.zeros(len(keys), bool)
    twice[order[equal]] = True
    twice[order[equal + 1]] = True
    return twice


def _among(keys: Keys, known: Keys) -> npt.NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(keys), bool)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: npt.NDArray[np.bool_] = known[places] == keys
    return found


def _mix(bits: Keys) -> Keys:
    # The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves all.
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = bits ^ (bits >> np.uint64(31))
    return mixed
