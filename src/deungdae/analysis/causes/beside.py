"""The 0/1 columns beside the target that are other results of the same inspection.

A place beside the target is no proof: a flag of the process may stand there too. The flags must
show by their values, or by names of one family, that they are results.
"""

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import Frame, Numbers
from deungdae.analysis.causes.vocabulary import words

Mask = NDArray[np.bool_]

#: A kind of defect lies within the defects as a whole to at least this share.
PURITY = 0.9
#: Flags seen in fewer rows say nothing about where they lie.
FEWEST = 5
#: Flags of defects are 1 in less than this share of the rows.
RARE = 0.2


def is_binary(column: Numbers) -> bool:
    """Tell whether a column holds nothing but 0 and 1, missing values aside."""
    present = column.values[~np.isnan(column.values)]
    if present.size == 0 or not np.isin(present[:1000], (0.0, 1.0)).all():
        return False
    return bool(np.isin(present, (0.0, 1.0)).all())


def results_beside(frame: Frame, target: str, taken: dict[str, str], bad: Mask) -> set[str]:
    """Return the 0/1 columns in one row with the target that are results as it is.

    `taken` maps columns to what they are already used for; `bad` has shape (rows,).
    """
    block = _block(frame, target, taken)
    flags = {name: rows for name in block if (rows := _rare(frame, name)) is not None}
    if not flags:
        return set()
    results = {name for name, rows in flags.items() if _nearly_target(rows, bad)}
    totals = {name: rows for name in frame.columns if (rows := _rare(frame, name)) is not None}
    totals[target] = bad
    parts = {
        name: {t for t, total in totals.items() if t != name and _within(rows, total)}
        for name, rows in flags.items()
    }
    pure = {name for name, of in parts.items() if of}
    if len(flags) < 2 or len(pure) <= 0.5 * len(flags):
        return results
    results |= pure
    for total in totals:
        if total in flags and sum(total in of for of in parts.values()) >= 2:
            results.add(total)
    results |= {name for name in flags if any(_one_family(name, other) for other in pure)}
    return results | _enclosed(list(frame.columns), target, results, set(flags))


def _block(frame: Frame, target: str, taken: dict[str, str]) -> list[str]:
    order = list(frame.columns)
    place = order.index(target)
    if not isinstance(frame.columns[target], Numbers):
        return []
    block = []
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(order):
            name = order[at]
            if _rare(frame, name) is None and taken.get(name) not in ("reason", "ignored"):
                break
            block.append(name)
            at += step
    return block


def _rare(frame: Frame, name: str) -> Mask | None:
    """Return where a rare 0/1 column is 1, or None if it is no such column."""
    column = frame.columns[name]
    if not isinstance(column, Numbers) or not is_binary(column):
        return None
    flagged = np.asarray(column.values == 1)
    return flagged if flagged.sum() < RARE * np.sum(~np.isnan(column.values)) else None


def _within(part: Mask, whole: Mask) -> bool:
    size = int(part.sum())
    return bool(FEWEST <= size < whole.sum() and (part & whole).sum() >= PURITY * size)


def _nearly_target(flagged: Mask, bad: Mask) -> bool:
    """Tell whether the flagged rows are bad, or are the bad rows and few others.

    A flag that holds all bad rows and many good ones may be their cause.
    """
    size, both = int(flagged.sum()), int((flagged & bad).sum())
    if size < FEWEST:
        return False
    return both >= PURITY * size or both >= max(PURITY * int(bad.sum()), 0.5 * size)


def _one_family(first: str, second: str) -> bool:
    """Tell whether two names are made alike: "TWF" and "RNF", "defect_1" and "defect_2"."""
    if first == second:
        return False
    one, other = words(first), words(second)
    if len(one) > 2 and len(other) > 2 and (one[0] == other[0] or one[-2] == other[-2]):
        return True
    codes = all(
        n.isascii() and n.isalpha() and n.isupper() and len(n) <= 4 for n in (first, second)
    )
    return (
        codes and len(first) == len(second) and (first[0] == second[0] or first[-1] == second[-1])
    )


def _enclosed(order: list[str], target: str, results: set[str], flags: set[str]) -> set[str]:
    """Return the flags that stand between the target and a result."""
    place = order.index(target)
    ends = [order.index(name) for name in results] + [place]
    return {name for name in flags if min(ends) < order.index(name) < max(ends)}
