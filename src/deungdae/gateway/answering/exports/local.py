"""Times as a clock on a wall of the site shows them; the libraries' own zones are not needed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.records.errors import UnusableOption

_QUARTER_US = 900_000_000  #: offsets from UTC change at whole quarters of an hour
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Micros = npt.NDArray[np.int64]


def zone(name: str) -> ZoneInfo:
    """Return a time zone; raises UnusableOption for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnusableOption("There is no time zone {name}.", name=name[:80]) from error


def midnight_us(time_us: int, where: ZoneInfo) -> int:
    """Return the last local midnight before a time, in microseconds UTC."""
    local = (_EPOCH + timedelta(microseconds=time_us)).astimezone(where)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((day - _EPOCH) / timedelta(microseconds=1))


def local_us(times: Micros, where: ZoneInfo) -> Micros:
    """Return what the clock shows at each time, as microseconds since its own 1970."""
    quarters, places = np.unique(times // _QUARTER_US, return_inverse=True)
    offsets = [_offset(int(quarter), where) for quarter in quarters]
    return times + np.array(offsets, np.int64)[places]


def shown(micros: Micros) -> pa.Array:
    """Return times as texts such as `2026-11-22 21:00:00.123`, in milliseconds or finer."""
    texts = pa.array(micros, pa.timestamp("us")).cast(pa.string())
    if not (micros % 1_000_000).any():
        return _cut(texts, 19)
    return _cut(texts, 23) if not (micros % 1_000).any() else texts


def _cut(texts: pa.Array, signs: int) -> pa.Array:
    return pc.utf8_slice_codeunits(texts, 0, signs)


def _offset(quarter: int, where: ZoneInfo) -> int:
    moment: Any = _EPOCH + timedelta(microseconds=quarter * _QUARTER_US)
    return int(moment.astimezone(where).utcoffset() / timedelta(microseconds=1))
