"""What is no measurement: repeated rows, sensors that dropped out, codes that stand for nothing."""

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Texts, Times
from deungdae.analysis.causes.vocabulary import IDENTIFIER, names

Mask = NDArray[np.bool_]

#: Microseconds.
DAY = 86_400_000_000
#: Values that machines write when they have none.
SENTINELS = (
    0.0,
    -1.0,
    -9.0,
    -99.0,
    -999.0,
    -9999.0,
    99.0,
    999.0,
    9999.0,
    99999.0,
    65535.0,
    32767.0,
)
#: A sentinel stands apart from the real values by at least this many times their spread ...
ISOLATED = 1.0
#: ... and takes at most this share of the rows.
LARGEST_SHARE = 0.3
#: Sentinels seen in fewer rows than this are only made missing.
FEWEST_DROPOUTS = 10
#: Ends the name under which a column's sentinels are kept as levels.
DROPOUT = "\0dropout"
#: A repeated row without time or identifier is a copy only if this many columns vary finely, ...
VARYING = 8
#: ... each with at least this many values in the rows looked at, ...
FINE = 50
#: (a time tells rows apart only if it is finer than a day and few rows share one)
ROWS_A_TIME = 10
#: ... and at most this share of the rows repeats: beyond it they are the parts of one shot.
LARGEST_REPEATED = 0.2


def without_sentinels(column: Numbers) -> tuple[Numbers, list[float]]:
    """Return the column with sentinel values missing, and which values they were."""
    values, found = column.values, []
    for _ in range(3):
        present = values[~np.isnan(values)]
        if present.size < 20:
            break
        ends = (float(present.min()), float(present.max()))
        code = next((s for s in SENTINELS if s in ends and _apart(present, s)), None)
        if code is None:
            break
        values = np.where(values == code, np.nan, values)
        found.append(code)
    return Numbers(column.name, values), found


def dropouts(column: Numbers, sentinels: list[float]) -> Texts | None:
    """Return where a column shows a sentinel, as levels; None if too seldom to say anything.

    A zero may be a sensor that dropped out, or a pump that was off: as a number it would be wrong
    in the one case, as a missing value in the other. As a level of its own it is right in both.
    """
    codes = np.full(column.values.size, len(sentinels), dtype=np.intp)
    for place, value in enumerate(sentinels):
        codes[column.values == value] = place
    codes[np.isnan(column.values)] = -1
    if np.sum((codes >= 0) & (codes < len(sentinels))) < FEWEST_DROPOUTS:
        return None
    return Texts(column.name, (*(f"{s:g}" for s in sentinels), "…"), codes)


def _apart(present: NDArray[np.float64], code: float) -> bool:
    rest = present[present != code]
    if rest.size < 10 or present.size - rest.size > LARGEST_SHARE * present.size:
        return False
    if abs(code) > 1 and np.unique(rest).size < 5:
        return False
    low, high = np.quantile(rest, (0.005, 0.995))
    gap = np.abs(rest - code).min()
    # Zero beside values that never come near it; a small number of distinct values is no sensor.
    return bool(np.unique(rest[:5000]).size >= 5 and gap > ISOLATED * max(high - low, 1e-12))


def repeated(frame: Frame, time: str | None) -> Mask:
    """Return which rows repeat an earlier one in every column.

    Rows of few columns repeat by chance; they count as copies only where a time of day, an
    identifier or many finely varying columns make that impossible. `time` is the time column.
    """
    key = np.zeros(frame.rows, dtype=np.uint64)
    identified = False
    varying = 0
    with np.errstate(over="ignore"):
        for place, column in enumerate(frame.columns.values()):
            if isinstance(column, Numbers):
                part = (column.values + 0.0).view(np.uint64)
                varying += np.unique(column.values[:1000]).size >= min(FINE, 0.5 * frame.rows)
                if names(column.name, IDENTIFIER):
                    identified |= np.unique(column.values).size > 0.5 * frame.rows
            elif isinstance(column, Texts):
                part = column.codes.astype(np.uint64)
                identified |= len(column.levels) > 0.5 * frame.rows
            else:
                assert isinstance(column, Times)
                part = column.local.view(np.uint64)
            mixed = (part ^ (part >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15 + 2 * place)
            key = (key ^ mixed) * np.uint64(0xBF58476D1CE4E5B9)
            key ^= key >> np.uint64(31)
    again = np.ones(frame.rows, dtype=bool)
    _, first = np.unique(key, return_index=True)
    again[first] = False
    certain = identified or (
        (_tells_rows_apart(frame, time) or varying >= VARYING) and again.mean() <= LARGEST_REPEATED
    )
    if not certain:
        again[:] = False
    return again


def _tells_rows_apart(frame: Frame, time: str | None) -> bool:
    """Tell whether the time column holds times of day that few rows share."""
    if time is None:
        return False
    column = frame.columns[time]
    assert isinstance(column, Times)
    known = column.local[column.local != NO_TIME]
    if known.size == 0 or (known % DAY != 0).mean() < 0.5:
        return False
    return bool(np.unique(known).size * ROWS_A_TIME >= known.size)
