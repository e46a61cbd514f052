"""Points as columns: what both ways of reading lines return, and what can be compared exactly."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from deungdae.gateway.lines.series import Series

Ints = np.ndarray[Any, np.dtype[np.int64]]
SmallInts = np.ndarray[Any, np.dtype[np.int32]]
Kinds = np.ndarray[Any, np.dtype[np.int8]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

Precision = Literal["ns", "us", "ms", "s"]
NANOSECONDS: dict[str, int] = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
LARGEST_EXACT = 1 << 53  #: beyond it a float no longer holds every whole number
# The two lowest and the highest number of 64 bits mean something else inside InfluxDB.
EARLIEST_NS, LATEST_NS = -((1 << 63) - 2), (1 << 63) - 2


@dataclass(frozen=True, slots=True)
class Points:
    """Points in the order of their lines.

    A point belongs to `series[which]`. Its value stands in `value` (NaN where there is none) or,
    for texts and for whole numbers beyond 2^53, in `text` (`pa.string()`, null where there is
    none; None if no point has a text). `kind` is 0 float, 1 whole number, 2 truth value, 3 text.
    """

    series: list[Series]
    which: SmallInts
    time_ns: Ints
    kind: Kinds
    value: Floats
    text: pa.Array | None

    def __len__(self) -> int:
        return len(self.which)

    def texts(self) -> pa.Array:
        """Return the column of texts, also where no point has one."""
        return pa.nulls(len(self), pa.string()) if self.text is None else self.text


def joined(pieces: list[Points]) -> Points:
    """Return the points of all pieces, one after the other."""
    if len(pieces) == 1:
        return pieces[0]
    places: dict[Series, int] = {}
    which = [np.empty(0, np.int32)]
    for piece in pieces:
        own = [places.setdefault(series, len(places)) for series in piece.series]
        which.append(np.asarray(own, np.int32)[piece.which])
    none = all(piece.text is None for piece in pieces)
    return Points(
        list(places),
        np.concatenate(which),
        np.concatenate([np.empty(0, np.int64), *(piece.time_ns for piece in pieces)]),
        np.concatenate([np.empty(0, np.int8), *(piece.kind for piece in pieces)]),
        np.concatenate([np.empty(0, np.float64), *(piece.value for piece in pieces)]),
        None if none else pa.concat_arrays([piece.texts() for piece in pieces]),
    )
