"""Which rows may be compared with each other: the same product on the same machine.

Mixing two products finds the product, not the cause. A column is used for grouping only where the
process itself differs between its values; values between which it does not (the left and right part
of one shot, two colours of one part) stay together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.cleaning import DROPOUT
from deungdae.analysis.causes.frame import Frame, Ints, Numbers, Texts
from deungdae.analysis.causes.roles import Roles
from deungdae.analysis.stats.ranks import largest_distance

Mask = NDArray[np.bool_]

#: A value of a grouping column with fewer rows cannot be analysed.
FEWEST_ROWS = 20
#: Grouping columns have at most this many values.
MOST_VALUES = 60
#: Two values differ in a column if their distributions are this far apart (Kolmogorov-Smirnov) ...
APART = 0.6
#: ... and they are different processes if this share of the columns, at least two, differs so.
DIFFERENT_SHARE = 0.15
#: The same for a column whose name does not say that it is a product or a machine.
DIFFERENT_SHARE_UNNAMED = 0.4
#: Rows of each value looked at.
SAMPLE = 400
#: Strata analysed at most, the ones with most bad rows first.
MOST_STRATA = 60


@dataclass(frozen=True)
class Stratum:
    """Rows that are compared with one another, and the values that they have in common."""

    where: dict[str, list[str]]
    rows: Ints


@dataclass(frozen=True)
class Strata:
    """The strata, the columns that make them, and the rows that are too few to be one."""

    columns: tuple[str, ...]
    strata: tuple[Stratum, ...]
    too_small: int


def divide(frame: Frame, roles: Roles, used: Ints, by: tuple[str, ...] | None) -> Strata:
    """Divide the used rows into strata by the columns told, or by what the data show.

    With `by`, each combination of values is a stratum of its own; an empty `by` divides nothing.
    """
    if by is not None:
        return _cross(frame, by, used)
    parts = [Stratum({}, used)]
    columns: list[str] = []
    too_small = 0
    for _ in range(2):
        chosen = _best_column(frame, roles, parts, columns)
        if chosen is None:
            break
        columns.append(chosen)
        parts, small = _split(frame, roles, parts, chosen)
        too_small += small
    return Strata(tuple(columns), tuple(parts), too_small)


def _cross(frame: Frame, by: tuple[str, ...], used: Ints) -> Strata:
    if not by:
        return Strata((), (Stratum({}, used),), 0)
    texts = [frame.texts(name) for name in by]
    keys = np.stack([t.codes[used] for t in texts], axis=1)
    distinct, number = np.unique(keys, axis=0, return_inverse=True)
    number = number.reshape(-1)
    parts, too_small = [], 0
    for i, key in enumerate(distinct):
        rows = used[number == i]
        if rows.size < FEWEST_ROWS:
            too_small += rows.size
            continue
        where = {
            t.name: [t.levels[code] if code >= 0 else ""]
            for t, code in zip(texts, key, strict=True)
        }
        parts.append(Stratum(where, rows))
    return Strata(by, tuple(parts), too_small)


def _candidates(frame: Frame, roles: Roles, columns: list[str]) -> list[str]:
    fit = []
    for name in roles.categories:
        column = frame.columns[name]
        if name in columns or not isinstance(column, Texts) or name.endswith(DROPOUT):
            continue
        if any(say.names(name, words) for words in (say.LOT, say.SHIFT, say.PERSON)):
            continue
        if 2 <= len(column.levels) <= MOST_VALUES:
            fit.append(name)
    return fit


def _best_column(
    frame: Frame, roles: Roles, parts: list[Stratum], columns: list[str]
) -> str | None:
    best, best_gain = None, 0.0
    for name in _candidates(frame, roles, columns):
        gain = 0.0
        for part in parts:
            groups = _groups(frame, roles, part.rows, name)
            large = [rows.size for _, rows in groups if rows.size >= FEWEST_ROWS]
            if len(large) > 1:
                gain += sum(large) - max(large)
        named_so = say.names(name, say.PRODUCT)
        gain *= 1.0 + named_so
        if gain > best_gain:
            best, best_gain = name, gain
    if best is None and not columns:
        # One value holds nearly all rows: the few others are still other products.
        for name in _candidates(frame, roles, columns):
            column = frame.texts(name)
            counts = np.bincount(column.codes[parts[0].rows] + 1)[1:]
            small = counts[(counts > 0) & (counts < FEWEST_ROWS)].sum()
            if say.names(name, say.PRODUCT) and 0 < small <= 0.02 * parts[0].rows.size:
                return name
    return best


def _split(
    frame: Frame, roles: Roles, parts: list[Stratum], name: str
) -> tuple[list[Stratum], int]:
    divided, too_small = [], 0
    for part in parts:
        for values, rows in _groups(frame, roles, part.rows, name):
            if rows.size < FEWEST_ROWS:
                too_small += rows.size
            else:
                divided.append(Stratum({**part.where, name: values}, rows))
    return divided, too_small


def _groups(frame: Frame, roles: Roles, rows: Ints, name: str) -> list[tuple[list[str], Ints]]:
    """Return the values of a column, grouped where the process does not differ, with their rows."""
    texts = frame.texts(name)
    codes = texts.codes[rows]
    levels = [int(c) for c in np.unique(codes)]
    counts = {level: int((codes == level).sum()) for level in levels}
    large = [level for level in levels if counts[level] >= FEWEST_ROWS and level >= 0]
    share = DIFFERENT_SHARE if say.names(name, say.PRODUCT) else DIFFERENT_SHARE_UNNAMED
    samples = {level: _sample(frame, roles, rows[codes == level]) for level in large}
    group = {level: level for level in levels}
    for i, first in enumerate(large):
        for second in large[i + 1 :]:
            if group[first] == group[second]:
                continue
            if not _different(samples[first], samples[second], share):
                old, new = group[second], group[first]
                group = {k: new if v == old else v for k, v in group.items()}
    merged: dict[int, list[int]] = {}
    for level, root in group.items():
        merged.setdefault(root, []).append(level)
    return [
        (
            [texts.levels[m] if m >= 0 else "" for m in sorted(members)],
            rows[np.isin(codes, members)],
        )
        for members in merged.values()
    ]


def _sample(frame: Frame, roles: Roles, rows: Ints) -> list[NDArray[np.float64]]:
    step = max(1, rows.size // SAMPLE)
    chosen = rows[::step]
    sample = []
    for name in roles.numbers[:120]:
        column = frame.columns[name]
        assert isinstance(column, Numbers)
        values = column.values[chosen]
        sample.append(values[~np.isnan(values)])
    return sample


def _different(
    first: list[NDArray[np.float64]], second: list[NDArray[np.float64]], share: float
) -> bool:
    apart = compared = 0
    for a, b in zip(first, second, strict=True):
        if a.size < 10 or b.size < 10:
            continue
        compared += 1
        apart += largest_distance(a, b) >= APART
    return bool(compared and apart >= max(2 if compared > 3 else 1, share * compared))
