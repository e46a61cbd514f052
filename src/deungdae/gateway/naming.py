"""Tag maps at work: names of a source become tag paths, and wrong clocks are put right.

Done on the way in, on columns: a name costs a look for each series, not for each point. What the
source sent is not lost: a shifted point has `Flag.CLOCK_REPAIRED`, and the shift stands in the map.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from deungdae.bus import Shift, TagMap
from deungdae.lake.telemetry import Flag
from deungdae.records.readings import EARLIEST_US, LATEST_US, BadReading, TagPath, tag_path

#: The map of a source, by organisation and source; None where there is none.
Names = Callable[[str, str], TagMap | None]

_Numbers = np.ndarray[Any, np.dtype[np.int64]]


def named(rows: pa.RecordBatch, names: TagMap | None, clock_error_us: int = 0) -> pa.RecordBatch:
    """Return rows (of `telemetry.WIRE`) as the map of their source wants them.

    `clock_error_us` is how far the clock of whoever received the points was ahead of ours: by it
    the times of receipt are read that decide which shifts count.
    """
    if names is None or not rows.num_rows:
        return rows
    tag = rows["tag"]
    told = tag.dictionary.to_pylist()
    paths = [_path(name, names) for name in told]
    if paths != told:
        # Two names may become one path: the path is what counts.
        places: dict[str, int] = {}
        same = np.array([places.setdefault(path, len(places)) for path in paths], np.int32)
        which = pa.array(same[tag.indices.to_numpy()])
        tag = pa.DictionaryArray.from_arrays(which, pa.array(list(places), pa.string()))
        paths = list(places)
        rows = _replaced(rows, "tag", tag)
    return _shifted(rows, paths, names.shifts, clock_error_us) if names.shifts else rows


def instead(names: TagMap | None) -> Callable[[str], TagPath | None] | None:
    """Return what gives the paths of a map to names that cannot be paths themselves."""
    if names is None or not names.paths:
        return None

    def found(name: str) -> TagPath | None:
        path = _path(name, names)
        return None if path == name else TagPath(path)

    return found


def _path(name: str, names: TagMap) -> str:
    path = names.paths.get(name, name)
    if path == name:
        return name
    try:
        return tag_path(path)
    except BadReading:
        return name  # a map nobody could have meant must not lose points


def _shifted(
    rows: pa.RecordBatch, paths: list[str], shifts: list[Shift], clock_error_us: int
) -> pa.RecordBatch:
    received = rows["received"].cast(pa.int64()).to_numpy() - clock_error_us
    which = rows["tag"].indices.to_numpy()
    shift: _Numbers = np.zeros(rows.num_rows, np.int64)
    # The longest prefix counts, so it comes last; of two equal ones, the later. A shift out of all
    # time is no repair; whoever entered it sees that nothing was shifted.
    for one in sorted(shifts, key=lambda one: (len(one.prefix), one.from_us)):
        if abs(one.shift_us) > LATEST_US:
            continue
        until = LATEST_US if one.until_us is None else one.until_us
        below = np.array([_below(path, one.prefix) for path in paths])
        if below.any():
            shift[below[which] & (received >= one.from_us) & (received < until)] = one.shift_us
    if not shift.any():
        return rows
    time = rows["time"].cast(pa.int64()).to_numpy()
    shift[(time >= LATEST_US - shift) | (time < EARLIEST_US - shift)] = 0
    flag = rows["flag"].to_numpy() | ((shift != 0) * np.int8(Flag.CLOCK_REPAIRED))
    rows = _replaced(rows, "time", pa.array(time + shift).cast(rows["time"].type))
    return _replaced(rows, "flag", pa.array(flag.astype(np.int8)))


def _below(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}/")


def _replaced(rows: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    return rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), column)
