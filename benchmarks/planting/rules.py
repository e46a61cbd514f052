"""Rules that make defects: regions of one or two real columns, of several kinds.

Each kind is a function `(columns, rng, share) -> Rule`. `share` is the wanted share of rows inside;
columns have ties, so the real share differs and whoever plants checks it. A missing value is never
inside. Bounds are in the units of the columns.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planting.columns import Bools, Columns, Floats


@dataclass(frozen=True)
class Rule:
    """One planted rule: its kind, its columns, the rows inside, and the quantity it is about."""

    kind: str
    columns: tuple[str, ...]
    inside: Bools
    text: str
    quantity: Floats | None = None  #: what a rule on two columns is about, None for the others


Maker = Callable[[Columns, np.random.Generator, float], Rule | None]


def low(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad where a column is low."""
    name, values = _one(columns, rng)
    bound = float(np.nanquantile(values, share))
    return Rule("low", (name,), values <= bound, f"{name} <= {bound:g}")


def high(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad where a column is high."""
    name, values = _one(columns, rng)
    bound = float(np.nanquantile(values, 1 - share))
    return Rule("high", (name,), values >= bound, f"{name} >= {bound:g}")


def window(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad inside a window in the middle of a column, good on both sides."""
    name, values = _one(columns, rng)
    start = rng.uniform(0.25, 0.75 - share)
    lo, hi = (float(v) for v in np.nanquantile(values, [start, start + share]))
    return Rule("window", (name,), (values >= lo) & (values <= hi), f"{lo:g} <= {name} <= {hi:g}")


def outside(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad at both ends of a column, good in between."""
    name, values = _one(columns, rng)
    lo, hi = (float(v) for v in np.nanquantile(values, [share / 2, 1 - share / 2]))
    inside = (values <= lo) | (values >= hi)
    # Both ends must be there: with ties one of them can swallow the whole share.
    if min((values <= lo).sum(), (values >= hi).sum()) < 0.25 * inside.sum():
        return None
    return Rule("outside", (name,), inside, f"{name} outside ({lo:g}, {hi:g})")


def level(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad at one level of a category; the level whose share is nearest to the wanted one."""
    name = str(rng.choice(sorted(columns.words)))
    values = columns.words[name]
    levels, counts = np.unique(values[values != ""], return_counts=True)
    chosen = levels[np.argmin(np.abs(counts / columns.rows - share))]
    return Rule("level", (name,), values == chosen, f"{name} = {chosen}")


def difference(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad where one column minus another is low or high; both of like spread, so both matter."""
    one, other = _two(columns, rng)
    a, b = columns.numbers[one], columns.numbers[other]
    if not 0.5 <= np.nanstd(a) / np.nanstd(b) <= 2.0:
        return None
    return _end("difference", (one, other), a - b, f"{one} - {other}", rng, share)


def product(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad where the product of two positive columns is low or high."""
    one, other = _two(columns, rng)
    a, b = columns.numbers[one], columns.numbers[other]
    if np.nanmin(a) <= 0 or np.nanmin(b) <= 0:
        return None
    return _end("product", (one, other), a * b, f"{one} * {other}", rng, share)


def ratio(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad where the ratio of two positive columns is low or high."""
    one, other = _two(columns, rng)
    a, b = columns.numbers[one], columns.numbers[other]
    if np.nanmin(a) <= 0 or np.nanmin(b) <= 0:
        return None
    return _end("ratio", (one, other), a / b, f"{one} / {other}", rng, share)


def both(columns: Columns, rng: np.random.Generator, share: float) -> Rule | None:
    """Bad where two columns are each low or high, and good where only one of them is."""
    one, other = _two(columns, rng)
    # Each alone holds the square root of the share, as if the two were independent.
    first, text = _tail(columns.numbers[one], one, rng, share**0.5)
    second, more = _tail(columns.numbers[other], other, rng, share**0.5)
    inside = first & second
    # Where one side implies the other, the rule is about one column only.
    if inside.sum() > 0.7 * min(first.sum(), second.sum()):
        return None
    return Rule("and", (one, other), inside, f"{text} and {more}")


KINDS: dict[str, Maker] = {
    "low": low,
    "high": high,
    "window": window,
    "outside": outside,
    "difference": difference,
    "product": product,
    "ratio": ratio,
    "and": both,
    "level": level,
}


def _one(columns: Columns, rng: np.random.Generator) -> tuple[str, Floats]:
    name = str(rng.choice(list(columns.numbers)))
    return name, columns.numbers[name]


def _two(columns: Columns, rng: np.random.Generator) -> tuple[str, str]:
    one, other = rng.choice(list(columns.numbers), size=2, replace=False)
    return str(one), str(other)


def _tail(values: Floats, text: str, rng: np.random.Generator, share: float) -> tuple[Bools, str]:
    if rng.random() < 0.5:
        bound = float(np.nanquantile(values, share))
        return values <= bound, f"{text} <= {bound:g}"
    bound = float(np.nanquantile(values, 1 - share))
    return values >= bound, f"{text} >= {bound:g}"


def _end(
    kind: str,
    names: tuple[str, str],
    values: Floats,
    text: str,
    rng: np.random.Generator,
    share: float,
) -> Rule:
    inside, said = _tail(values, text, rng, share)
    return Rule(kind, names, inside, said, values)
