"""From a cause to the two levels of its factors: settings that really occurred.

The bad level is the middle of the parts inside the cause's region, the good one the middle of
those outside, so that the experiment goes where production has been. They come from the table, or
from the bins behind the report's pictures where there is no table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deungdae.analysis.experiment.options import Factor
from deungdae.records.errors import UnusableOption

_SIGNS: Final = {"difference": "−", "product": "×", "ratio": "÷"}

Condition = Mapping[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Part:
    """A stretch of a quantity's values on one side of the region, with their weights."""

    values: Floats
    weights: Floats


def name_of(condition: Condition) -> str:
    """Return what a condition's setting is called: a column, or "a − b", "a × b", "a ÷ b"."""
    sign = _SIGNS.get(condition["op"], "·")
    return f" {sign} ".join(map(str, condition["columns"]))


def factor(
    condition: Condition,
    bins: Sequence[Mapping[str, Any]] | None,
    table: pa.Table | None,
    units: Mapping[str, str],
) -> Factor:
    """Return the factor for one condition of a cause.

    Raises UnusableOption where neither the table nor the bins hold parts on both sides.
    """
    name, columns = name_of(condition), tuple(map(str, condition["columns"]))
    if condition.get("levels"):
        bad, good = _words(condition, bins, table)
        return Factor(name, bad, good, None, columns, condition["op"])
    parts = _parts_of_table(condition, table) if table is not None else _parts_of_bins(bins or ())
    if parts is None:
        raise UnusableOption(
            "The levels of “{factor}” are not known: give the table the cause was found in, or "
            "tell them.",
            factor=name,
        )
    inside, outside = parts
    low, high = _short(_middle(inside), inside), _short(_middle(outside), outside)
    unit = units.get(columns[0]) if len(columns) == 1 else None
    return Factor(name, low, high, unit, columns, condition["op"])


def _parts_of_table(condition: Condition, table: pa.Table | None) -> tuple[_Part, _Part] | None:
    assert table is not None
    columns = [_numbers(table, str(c)) for c in condition["columns"]]
    values = columns[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        if condition["op"] == "difference":
            values = columns[0] - columns[1]
        elif condition["op"] == "product":
            values = columns[0] * columns[1]
        elif condition["op"] == "ratio":
            values = columns[0] / columns[1]
    values = np.sort(values[np.isfinite(values)])
    return _sides(condition, values, np.ones(values.size))


def _sides(condition: Condition, values: Floats, weights: Floats) -> tuple[_Part, _Part] | None:
    """Divide sorted values at the limits, and return the largest stretch inside and outside."""
    edges = [e for e in (condition.get("min"), condition.get("max")) if e is not None]
    which = np.searchsorted(np.array(edges), values, side="left")
    # With a lower limit the lowest stretch lies outside; "outside" turns all of them round.
    first_inside = condition.get("min") is None
    stretches: tuple[list[_Part], list[_Part]] = ([], [])
    for n in range(len(edges) + 1):
        here = which == n
        inside = (first_inside == (n % 2 == 0)) != bool(condition.get("outside"))
        if here.any():
            stretches[0 if inside else 1].append(_Part(values[here], weights[here]))
    return _largest(*stretches)


def _parts_of_bins(bins: Sequence[Mapping[str, Any]]) -> tuple[_Part, _Part] | None:
    stretches: tuple[list[_Part], list[_Part]] = ([], [])
    before: bool | None = None
    for b in bins:
        ends = [e for e in (b.get("lo"), b.get("hi")) if e is not None]
        if not b["n"] or not ends:
            continue
        # An open bin is known by its one end: where production came to, and no further.
        one = _Part(np.array([sum(ends) / len(ends)]), np.array([float(b["n"])]))
        group = stretches[0 if b["inside"] else 1]
        if before == b["inside"]:
            last = group.pop()
            one = _Part(
                np.concatenate([last.values, one.values]),
                np.concatenate([last.weights, one.weights]),
            )
        group.append(one)
        before = bool(b["inside"])
    return _largest(*stretches)


def _largest(inside: list[_Part], outside: list[_Part]) -> tuple[_Part, _Part] | None:
    if not inside or not outside:
        return None
    bad, good = (max(side, key=lambda p: p.weights.sum()) for side in (inside, outside))
    return bad, good


def _middle(part: _Part) -> float:
    """Return the weighted median."""
    order = np.argsort(part.values, kind="stable")
    running = np.cumsum(part.weights[order])
    return float(part.values[order][np.searchsorted(running, running[-1] / 2)])


def _short(value: float, part: _Part) -> float:
    """Return a value that can be set on a machine: as few digits as stay near and on its side."""
    low, high = float(part.values.min()), float(part.values.max())
    near = max(0.1 * (high - low), 1e-9 * abs(value))
    for digits in range(1, 16):
        rounded = float(f"{value:.{digits}g}")
        if abs(rounded - value) <= near and low <= rounded <= high:
            return rounded
    return value


def _numbers(table: pa.Table, name: str) -> Floats:
    if name not in table.column_names:
        raise UnusableOption("There is no column “{column}” in the table.", column=name)
    try:
        column = pc.cast(table[name], pa.float64())
    except pa.ArrowInvalid as error:
        raise UnusableOption("The column “{column}” does not hold numbers.", column=name) from error
    values: Floats = np.asarray(column.to_numpy(zero_copy_only=False), dtype=float)
    return values


def _words(
    condition: Condition, bins: Sequence[Mapping[str, Any]] | None, table: pa.Table | None
) -> tuple[str, str]:
    """Return the commonest level inside the region and the commonest outside."""
    inside = [str(level) for level in condition["levels"]]
    column = str(condition["columns"][0])
    seen: dict[str, int] = {}
    if table is not None:
        if column not in table.column_names:
            raise UnusableOption("There is no column “{column}” in the table.", column=column)
        for entry in pc.value_counts(table[column]).to_pylist():
            if entry["values"] is not None:
                seen[str(entry["values"])] = entry["counts"]
    for b in bins or ():
        if table is None and b.get("level") is not None:
            seen[str(b["level"])] = int(b["n"])
    bad = [level for level in seen if level in inside] or inside
    good = [level for level in seen if level not in inside]
    if not good:
        raise UnusableOption(
            "The levels of “{factor}” are not known: give the table the cause was found in, or "
            "tell them.",
            factor=column,
        )
    return max(bad, key=lambda v: seen.get(v, 0)), max(good, key=lambda v: seen[v])
