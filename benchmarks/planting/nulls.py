"""Null labels: real tables whose verdicts were moved to where they can have no cause.

    shuffled   each part's verdict and reason go to a part drawn at random, within the product
    shifted    verdicts and reasons move together along time by one random distance, within the
               product, the end joining the beginning: they keep their runs, and lose their causes;
               the parts of one shot then draw lots for its verdicts, or a difference between
               cavities would stay
    runs       bad parts come in stretches of random place and length, as from a process that drifts
    swapped    the verdicts of whole machining runs go to other runs
    blocks     rows go in blocks of a thirtieth of the table to other places, in random order

Whatever a method calls a cause of such labels is a false discovery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from planting import datasets, ours
from planting.columns import Columns
from planting.naive import significant

Order = NDArray[np.intp]
#: Blocks of rows that change places.
BLOCKS = 30


@dataclass(frozen=True)
class Ground:
    """A data set for null labels, and how the method is told about it.

    `moved` are the columns that move together (the verdict and what goes with it). `within` names
    the product of each row, inside which they move.
    """

    table: pa.Table
    target: str
    bad: tuple[str, ...] | None
    moved: tuple[str, ...]
    within: NDArray[np.str_]
    time: str | None = None
    reason: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    unit: str | None = None  #: the column that names the machining run, for swapped labels
    more: tuple[tuple[str, Any], ...] = ()  #: further options: kind of result, good class, …


@dataclass(frozen=True)
class Trial:
    """One run on null labels: the verdicts given, what the naive test says, and the seconds."""

    verdicts: frozenset[str]
    naive: bool
    causes: tuple[str, ...]  #: the first cause of each stratum that has any, for reading


def kamp() -> Ground:
    """KAMP with its own time and reasons; CN7 and RG3 are its products, LH and RH of one shot."""
    table = datasets.kamp().sort_by([("TimeStamp", "ascending"), ("PART_NAME", "ascending")])
    product = np.array([name[:3] for name in table["PART_NAME"].to_pylist()])
    return Ground(
        table,
        "PassOrFail",
        ("1",),
        ("PassOrFail", "Reason"),
        product,
        time="TimeStamp",
        reason=("Reason",),
    )


def ai4i() -> Ground:
    """AI4I's machine failures, without the columns that say how it failed; row order is time."""
    table = datasets.ai4i().drop_columns(list(datasets.MODES))
    return _whole(table, "Machine failure", ("1",))


def secom() -> Ground:
    """SECOM with its time."""
    return _whole(datasets.secom(), "Result", ("1",), time="Time")


def tep() -> Ground:
    """The Tennessee Eastman Process in normal operation; the verdicts are made by `runs`."""
    table = datasets.tep_normal()
    return _whole(table.append_column("Verdict", pa.nulls(table.num_rows, pa.string())), "Verdict")


def lenses() -> Ground:
    """The moulded lenses: the lowest of four classes (25 %) is bad; row order is time."""
    return _whole(datasets.lenses(), "quality", ("1",))


def milling() -> Ground:
    """The milling machine: the tool of 10 of 18 runs is worn, known for whole runs only."""
    ground = _whole(datasets.milling(), "tool_condition", ("worn",))
    return Ground(**{**vars(ground), "unit": "experiment"})


def lens_classes() -> Ground:
    """The moulded lenses with all four classes, 3 as wanted; row order is time."""
    ground = _whole(datasets.lenses(), "quality", ("1",))
    return Ground(**{**vars(ground), "bad": None, "more": (("good", ("3",)),)})


def garment() -> Ground:
    """The garment factory's productivity as a measured value, less is worse."""
    ground = _whole(datasets.garment(), "actual_productivity", time="date")
    more = (("kind", "number"), ("worse", "low"))
    return Ground(**{**vars(ground), "bad": None, "more": more})


def feed_rates() -> Ground:
    """The milling machine's feed rate as a measured value, one for each of 18 runs."""
    ground = _whole(datasets.milling(setting="feedrate"), "feedrate")
    more = (("kind", "number"), ("worse", "high"))
    return Ground(**{**vars(ground), "bad": None, "unit": "experiment", "more": more})


GROUNDS: dict[str, Callable[[], Ground]] = {
    "kamp": kamp,
    "ai4i": ai4i,
    "secom": secom,
    "tep": tep,
    "lenses": lenses,
    "milling": milling,
    "lens classes": lens_classes,
    "garment": garment,
    "feed rates": feed_rates,
}
#: which kinds of null labels each data set is tried with
KINDS: dict[str, tuple[str, ...]] = {
    "kamp": ("shuffled", "shifted"),
    "ai4i": ("shuffled", "shifted"),
    "secom": ("shuffled", "shifted"),
    "tep": ("shuffled", "runs"),
    "lenses": ("shuffled", "shifted"),
    "milling": ("swapped",),
    "lens classes": ("shuffled", "blocks"),
    "garment": ("shuffled", "shifted", "blocks"),
    "feed rates": ("swapped",),
}
PAIRS = tuple((dataset, kind) for dataset, kinds in KINDS.items() for kind in kinds)


def null_table(dataset: str, kind: str, seed: int) -> pa.Table:
    """Return the data set's table with null labels; the same seed gives the same table."""
    ground = _ground(dataset)
    rng = np.random.default_rng([seed, PAIRS.index((dataset, kind))])
    if dataset == "tep":
        bad = _runs(ground.table.num_rows, rng)
        if kind == "shuffled":
            bad = rng.permutation(bad)
        return _with(ground.table, "Verdict", pa.array(np.where(bad, "NG", "OK").tolist()))
    order = _order(ground, kind, rng)
    table = ground.table
    for name in ground.moved:
        table = _with(table, name, ground.table[name].take(pa.array(order)))
    return table


def trial(dataset: str, kind: str, seed: int) -> Trial:
    """Run the method and the naive test on one table with null labels."""
    ground = _ground(dataset)
    table = null_table(dataset, kind, seed)
    document = ours.find(
        table,
        ground.target,
        ground.bad,
        time=ground.time,
        reason=ground.reason,
        ignore=ground.ignore,
        seed=seed,
        **dict(ground.more),
    )
    return Trial(
        frozenset(ours.verdicts(document)),
        naive(ground, table),
        tuple(_said(stratum) for stratum in document["strata"] if stratum["causes"]),
    )


def naive(ground: Ground, table: pa.Table) -> bool:
    """Return whether rank tests of all columns, product by product, call any of them a cause."""
    # A running number is no process value, and the run's own name no setting.
    without = (*ground.moved, ground.target, *ground.ignore, ground.unit or "", "UDI")
    columns = Columns.of(table, without=without)
    if ground.bad is None:
        # Numbers and classes as numbers: the test by ranks asks whether high ones go with a column.
        values = table[ground.target].to_numpy()
        bad = values > np.median(values)
    else:
        bad = np.isin(np.array([str(v) for v in table[ground.target].to_pylist()]), ground.bad)
    products = np.unique(ground.within)
    return any(significant(columns, bad, ground.within == product) for product in products)


def _said(stratum: dict[str, Any]) -> str:
    cause = stratum["causes"][0]
    return f"{stratum['verdict']}: {' & '.join(cause['columns'])} (q {cause['q_value']:.3g})"


@cache
def _ground(dataset: str) -> Ground:
    return GROUNDS[dataset]()


def _whole(
    table: pa.Table, target: str, bad: tuple[str, ...] = ("NG",), time: str | None = None
) -> Ground:
    return Ground(table, target, bad, (target,), np.zeros(table.num_rows, dtype=np.str_), time)


def _with(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def _order(ground: Ground, kind: str, rng: np.random.Generator) -> Order:
    order = np.arange(ground.table.num_rows)
    if kind == "swapped":
        return _swapped(ground, rng)
    for product in np.unique(ground.within):
        rows = np.flatnonzero(ground.within == product)
        if kind == "shuffled":
            order[rows] = rng.permutation(rows)
        elif kind == "blocks":
            pieces = np.array_split(rows, BLOCKS)
            order[rows] = np.concatenate([pieces[i] for i in rng.permutation(BLOCKS)])
        else:
            # A short way would leave the labels beside their causes.
            way = int(rng.uniform(0.05, 0.95) * len(rows))
            order[rows] = _lots(np.roll(rows, way), ground, rows, rng)
    return order


def _lots(source: Order, ground: Ground, rows: Order, rng: np.random.Generator) -> Order:
    """Let rows with the same time draw lots for what comes to them; `rows` are in time order."""
    if ground.time is None:
        return source
    times = ground.table[ground.time].cast(pa.int64()).to_numpy()[rows]
    shot = np.concatenate(([0], np.cumsum(np.diff(times) != 0)))
    return source[np.lexsort((rng.random(len(rows)), shot))]


def _swapped(ground: Ground, rng: np.random.Generator) -> Order:
    units = ground.table[ground.unit].to_numpy()
    names, first = np.unique(units, return_index=True)
    source = dict(zip(names.tolist(), rng.permutation(first).tolist(), strict=True))
    return np.array([source[unit] for unit in units.tolist()], dtype=np.intp)


def _runs(rows: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    bad = np.zeros(rows, dtype=np.bool_)
    for _ in range(int(rng.integers(6, 13))):
        start = int(rng.integers(rows))
        bad[start : start + int(rng.integers(2, 16))] = True
    return bad
