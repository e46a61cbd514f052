"""Rows to units: parts of one shot share one machine record and are one unit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.frame import NO_TIME, Frame, Ints, Numbers, Texts, Times
from deungdae.analysis.causes.problem import Category, Measure, Problem

Mask = NDArray[np.bool_]

#: Rows are parts of one shot only if at least this many columns that vary agree to the last digit.
AGREEING = 4
#: ... and this share of the rows follows such a row.
OFTEN = 0.1
DAY = 86_400_000_000
#: Days with fewer units than this are joined to weeks.
UNITS_A_DAY = 8
#: Each value of a result by which a table was sorted fills at least this many rows.
SORTED_RUN = 10
#: Runs of the machine are at least this many, and this long on average.
FEWEST_RUNS, UNITS_A_RUN = 4, 5
#: Lots of fewer units on average leave nothing to compare within.
UNITS_A_LOT = 4


@dataclass(frozen=True)
class Measured:
    """A measured result: `values` of shape (frame rows,), and how they are bad."""

    values: NDArray[np.float64]
    measure: Measure


@dataclass(frozen=True)
class Layout:
    """The rows of one stratum in time order, grouped into units.

    `rows` are row numbers of the frame in time order; `unit` gives the unit of each, ascending.
    """

    rows: Ints
    unit: Ints

    @property
    def units(self) -> int:
        """Number of units."""
        return int(self.unit[-1]) + 1 if self.unit.size else 0


def sorted_rows(frame: Frame, rows: Ints, results: Ints, numbers: list[str]) -> bool:
    """Tell whether rows without a time were sorted by their result or by a measured value.

    Then their order says nothing of when they were made. `results` are codes, (frame rows,). Whole
    numbers that only grow may be counters, and are no sign of sorting.
    """
    codes = results[rows]
    runs = np.count_nonzero(np.diff(codes)) + 1
    used, counts = np.unique(codes, return_counts=True)
    if used.size >= 2 and runs == used.size and counts.min() >= SORTED_RUN:
        return True
    for name in numbers:
        column = frame.columns[name]
        assert isinstance(column, Numbers)
        values = column.values[rows]
        values = values[~np.isnan(values)]
        if values.size < 100 or np.all(values == np.round(values)):
            continue
        steps = np.diff(values)
        if max((steps >= 0).mean(), (steps <= 0).mean()) > 0.999 and np.unique(values).size > 20:
            return True
    return False


def lay_out(frame: Frame, rows: Ints, time: str | None, numbers: list[str]) -> Layout:
    """Put the rows of a stratum in time order and find the parts of one shot among them."""
    local = _times(frame, time)
    if local is not None:
        # A row without a time keeps its place after the row above it.
        filled = np.maximum.accumulate(np.where(local[rows] == NO_TIME, NO_TIME, local[rows]))
        order = np.where(local[rows] == NO_TIME, filled, local[rows])
        if np.any(np.diff(order) < 0):
            rows = rows[np.argsort(order, kind="stable")]
    new = np.ones(rows.size, dtype=bool)
    if rows.size > 1:
        new[1:] = ~_same_record(frame, rows, local, numbers)
    return Layout(rows, np.cumsum(new) - 1)


def _times(frame: Frame, time: str | None) -> NDArray[np.int64] | None:
    if time is None:
        return None
    column = frame.columns[time]
    assert isinstance(column, Times)
    return column.local


def _same_record(
    frame: Frame, rows: Ints, local: NDArray[np.int64] | None, numbers: list[str]
) -> Mask:
    """Return for each row but the first whether its machine record is that of the row before."""
    same = np.ones(rows.size - 1, dtype=bool)
    if local is not None:
        same = np.diff(local[rows]) == 0
    varying = 0
    for name in numbers:
        if not same.any():
            break
        column = frame.columns[name]
        assert isinstance(column, Numbers)
        values = column.values[rows]
        first, second = values[:-1], values[1:]
        equal = (first == second) | (np.isnan(first) & np.isnan(second))
        # A column that mostly repeats itself (a setting) says nothing about one shot.
        varying += equal.mean() < 0.8
        same &= equal
    # A mould with several cavities gives several rows at nearly every shot; a record that comes
    # again now and then is a coincidence.
    systematic = varying >= AGREEING and same.mean() >= OFTEN
    return same if systematic else np.zeros_like(same)


def build(
    frame: Frame, layout: Layout, marked: Mask, excluded: Mask, numbers: list[str],
    categories: list[str], time: str | None, measures: Mapping[str, str],
    measured: Measured | None = None,
) -> tuple[Problem, Ints]:  # fmt: skip
    """Return the problem of one reason, and for each of its rows' positions in the layout its unit.

    `marked` are the rows that are bad for this reason and `excluded` those bad for another one,
    both of shape (frame rows,). With `measured`, its values take the place of bad rows; a unit has
    their mean. The second result has shape (layout rows,), -1 where excluded.
    """
    keep = ~excluded[layout.rows]
    old = layout.unit[keep]
    present, number = np.unique(old, return_inverse=True)
    unit = np.full(layout.rows.size, -1, dtype=np.intp)
    unit[keep] = number
    first = np.searchsorted(old, present)
    lead = layout.rows[keep][first]
    bad = np.bincount(number, weights=marked[layout.rows[keep]], minlength=present.size)
    whole = lead.size == frame.rows and np.array_equal(lead, np.arange(lead.size))

    def values(name: str) -> NDArray[np.float64]:
        column = frame.columns[name]
        assert isinstance(column, Numbers)
        return column.values if whole else column.values[lead]

    varying = [n for n in numbers if _varies(values(n))]
    levels, contexts = [], {}
    period = _periods(frame, lead, time)
    if period is not None:
        contexts["period"] = period
    for kind, words in (("lot", say.LOT), ("shift", say.SHIFT)):
        for name, column in frame.columns.items():
            # Also columns set aside as causes, such as a lot number with hundreds of values.
            if isinstance(column, Times) or not say.names(name, words):
                continue
            codes = frame.texts(name).codes[lead]
            if 2 <= np.unique(codes).size <= lead.size / UNITS_A_LOT:
                contexts[kind] = codes
    for name in categories:
        texts = frame.texts(name)
        if _varies_within(texts.codes[layout.rows], unit):
            continue
        codes = texts.codes[lead]
        used = np.unique(codes[codes >= 0])
        if used.size >= 2:
            renumbered = np.full(len(texts.levels) + 1, -1, dtype=np.intp)
            renumbered[used] = np.arange(used.size)
            levels.append(
                Category(texts.name, tuple(texts.levels[u] for u in used), renumbered[codes])
            )
    results = None
    if measured is not None:
        sums = np.bincount(number, measured.values[layout.rows[keep]], minlength=present.size)
        results = sums / np.bincount(number, minlength=present.size)
    problem = Problem(
        tuple(values(n) for n in varying), tuple(varying), tuple(levels),
        np.bincount(number, minlength=present.size).astype(np.intp), bad.astype(np.intp), contexts,
        {n: measures[n] for n in varying if n in measures},
        None if measured is None else measured.measure, results,
        _runs(frame, lead, bad if results is None else results),
    )  # fmt: skip
    return problem, unit


def _runs(frame: Frame, lead: Ints, results: Ints | NDArray[np.float64]) -> Ints | None:
    """Return the run of each unit if all units of a run of the machine have the same result.

    A column names the runs if each of its values fills one stretch of units. Verdicts written for
    each row of a run, a lot or a roll are known of the whole of it alone, and are so many pieces
    of evidence as there are runs.
    """
    if np.ptp(results) == 0:
        return None
    for column in frame.columns.values():
        if isinstance(column, Times):
            continue
        values = column.values[lead] if isinstance(column, Numbers) else column.codes[lead]
        changes = np.nonzero(values[1:] != values[:-1])[0] + 1
        runs = changes.size + 1
        if not FEWEST_RUNS <= runs <= lead.size / UNITS_A_RUN:
            continue
        if np.unique(values).size != runs:
            continue
        starts = np.concatenate(([0], changes))
        lowest, highest = (f.reduceat(results, starts) for f in (np.minimum, np.maximum))
        if np.array_equal(lowest, highest):
            return np.repeat(np.arange(runs), np.diff([*starts, lead.size]))
    return None


def _varies(values: NDArray[np.float64]) -> bool:
    present = values[~np.isnan(values)]
    return bool(present.size >= 10 and present.min() < present.max())


def _varies_within(codes: Ints, unit: Ints) -> bool:
    """Tell whether a column differs between the rows of one unit often: a cavity, a side."""
    same_unit = (unit[1:] == unit[:-1]) & (unit[1:] >= 0)
    if same_unit.sum() < 5:
        return False
    return bool((codes[1:] != codes[:-1])[same_unit].mean() > 0.5)


def cavity_columns(frame: Frame, layout: Layout, categories: list[str]) -> list[Texts]:
    """Return the columns that tell the parts of one shot apart."""
    texts = [frame.texts(name) for name in categories]
    return [t for t in texts if _varies_within(t.codes[layout.rows], layout.unit)]


def _periods(frame: Frame, lead: Ints, time: str | None) -> Ints | None:
    local = _times(frame, time)
    if local is None:
        return None
    known = local[lead] != NO_TIME
    if not known.any():
        return None
    days = np.where(known, local[lead] // DAY, -1).astype(np.intp)
    spread = np.unique(days[known]).size
    if spread > 1 and known.sum() / spread < UNITS_A_DAY:
        days = np.where(known, days // 7, -1)
    return days
