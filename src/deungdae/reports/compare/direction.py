"""On which side of a column parts are bad, and whether two findings agree on it."""

from collections.abc import Mapping, Set
from math import inf
from typing import Any, Final

Condition = Mapping[str, Any]

_OTHER_SIDE: Final = {"low": "high", "high": "low"}


def shared_columns(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Return the columns that both findings name, and all that either names."""
    columns, others = set(map(str, one["columns"])), set(map(str, other["columns"]))
    return columns & others, columns | others


def agree(one: Mapping[str, Any], other: Mapping[str, Any], shared: Set[str]) -> bool:
    """Tell whether two findings have their bad parts on the same side of each shared column."""
    return all(_agree_on(column, one, other) for column in shared)


def sides(condition: Condition, column: str) -> frozenset[str]:
    """Return on which sides of `column` the condition holds: low, high, middle.

    Of a difference or a ratio, the second column has the other side than the whole: a low "a - b"
    means a low a or a high b. Of a product both have the side of the whole, as for values above 0.
    """
    low, high = condition.get("min"), condition.get("max")
    if condition.get("outside"):
        found = {side for side, end in (("low", low), ("high", high)) if end is not None}
    elif low is not None and high is not None:
        found = {"middle"}
    else:
        found = {"high"} if low is not None else {"low"} if high is not None else set()
    second = [str(c) for c in condition["columns"]].index(column) > 0
    if second and condition.get("op") in ("difference", "ratio"):
        found = {_OTHER_SIDE.get(side, side) for side in found}
    return frozenset(found)


def _agree_on(column: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    ours, theirs = _about(one, column), _about(other, column)
    return any(_alike(a, b, column) for a in ours for b in theirs)


def _about(cause: Mapping[str, Any], column: str) -> list[Condition]:
    return [c for c in cause["conditions"] if column in map(str, c["columns"])]


def _alike(a: Condition, b: Condition, column: str) -> bool:
    if a.get("levels") or b.get("levels"):
        ours, theirs = (set(map(str, c.get("levels") or ())) for c in (a, b))
        return bool(ours & theirs)
    one, other = sides(a, column), sides(b, column)
    if (one & other) - {"middle"}:
        return True
    if "middle" not in one | other or not _of_one_kind(a, b):
        return False
    # a range in the middle has no side: it agrees with what it overlaps
    return any(
        max(low, other_low) < min(high, other_high)
        for low, high in _pieces(a)
        for other_low, other_high in _pieces(b)
    )


def _of_one_kind(a: Condition, b: Condition) -> bool:
    return a.get("op", "value") == b.get("op", "value") and list(a["columns"]) == list(b["columns"])


def _pieces(condition: Condition) -> list[tuple[float, float]]:
    low = -inf if condition.get("min") is None else float(condition["min"])
    high = inf if condition.get("max") is None else float(condition["max"])
    return [(-inf, low), (high, inf)] if condition.get("outside") else [(low, high)]
