"""Cases: a real table, and labels planted in it by known rules.

A part is bad with the base rate; inside a rule's region it is bad with the rule's rate as well:
`1 - (1 - base) * product of (1 - rate)` over the regions it lies in. Parts are drawn independently.

A rule is planted only where its cause can be known from the table at all, which is the same for
all methods: 3-15 % of the rows are inside (together, where there are several rules), they lie in at
least three of ten equal stretches of rows and not more than 70 % in one, six bad parts inside are
to be expected, and a rule on two columns is not a rule on one of them (or on a third column) in
disguise: |Spearman| of the quantity at most 0.9, and neither end of one column alone holds 75 % of
the region.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from planting import datasets
from planting.columns import Bools, Columns, Floats, Sameness
from planting.rules import KINDS, Rule

TARGET, BAD, GOOD = "Verdict", "NG", "OK"
SAME = 0.9  #: |Spearman| above which two columns count as the same
BASES = (0.005, 0.01, 0.02, 0.03)
STRENGTHS = (0.1, 0.3, 0.8)
ONE = ("low", "high", "window", "outside")
TWO = ("difference", "product", "ratio", "and")


@dataclass(frozen=True)
class Ground:
    """A data set to plant in: its share of the cases, its time column, the kinds that fit it."""

    share: float
    time: str | None
    kinds: tuple[str, ...]


GROUNDS = {
    "secom": Ground(0.15, "Time", (*ONE, *TWO)),
    "kamp": Ground(0.35, "TimeStamp", (*ONE, *TWO)),
    "tep": Ground(0.35, None, (*ONE, *TWO)),
    # Its few numbers are counts with many zeros: no two of them make a fair derived quantity.
    "garment": Ground(0.15, "date", ("level", "level", "low", "high", "and")),
}


@dataclass(frozen=True)
class Case:
    """What is to be planted: `kinds` names one rule each; none of them makes a null case."""

    dataset: str
    seed: int
    kinds: tuple[str, ...]
    base: float
    strength: float
    bursts: bool = False  #: for null cases: bad parts come in runs of 3-12 rows


@dataclass(frozen=True)
class Planted:
    """A case with its table: the process columns, the time if there is one, and the target last."""

    case: Case
    table: pa.Table
    time: str | None
    rules: tuple[Rule, ...]
    bad: Bools

    @property
    def truth(self) -> list[str]:
        """The planted columns, without repetition."""
        return list(dict.fromkeys(name for rule in self.rules for name in rule.columns))


def plan(cases: int, nulls: int, seed: int) -> list[Case]:
    """Return `cases` planted and `nulls` null cases, spread over data sets, kinds and strengths."""
    rng = np.random.default_rng(seed)
    made: list[Case] = []
    for dataset, count in _spread(cases):
        kinds = GROUNDS[dataset].kinds
        first = [str(k) for _ in range(count) for k in rng.permutation(kinds)][:count]
        for i, kind in enumerate(first):
            more = int(rng.choice([0, 1, 2], p=[0.6, 0.25, 0.15]))
            # Most tables have a single column with levels of a fitting size.
            others = [str(k) for k in rng.choice([k for k in kinds if k != "level"], size=more)]
            strength = STRENGTHS[(i + int(rng.integers(2))) % len(STRENGTHS)]
            base = float(rng.choice(BASES))
            made.append(Case(dataset, seed * 10_000 + len(made), (kind, *others), base, strength))
    for dataset, count in _spread(nulls):
        for i in range(count):
            made.append(Case(dataset, seed * 10_000 + len(made), (), 0.025, 0.0, bursts=i % 2 == 1))
    return made


def plant(case: Case) -> Planted:
    """Return the case's table with its labels; the same case gives the same table.

    A second or third rule is left out where the table has no room for it beside the others. Raises
    LookupError if the table has no room for the first.
    """
    table, candidates, sameness = _ground(case.dataset)
    rng = np.random.default_rng(case.seed)
    rules: list[Rule] = []
    for kind in case.kinds:
        rule = _rule(kind, case, candidates, sameness, rules, rng)
        if rule is not None:
            rules.append(rule)
        elif not rules:
            raise LookupError(f"no rule of kind {kind} fits {case}")
    if case.bursts:
        bad = _bursts(table.num_rows, case.base, rng)
    else:
        good = np.full(table.num_rows, 1 - case.base)
        for rule in rules:
            good[rule.inside] *= 1 - case.strength
        bad = rng.random(table.num_rows) >= good
    words = pa.array(np.where(bad, BAD, GOOD).tolist())
    return Planted(
        case, table.append_column(TARGET, words), GROUNDS[case.dataset].time, tuple(rules), bad
    )


def sameness_of(dataset: str) -> Sameness:
    """Return which process columns of a data set say the same."""
    return _ground(dataset)[2]


@cache
def _ground(dataset: str) -> tuple[pa.Table, Columns, Sameness]:
    table = _table(dataset)
    columns = Columns.of(table)
    numbers = {
        name: values
        for name, values in columns.numbers.items()
        if np.isfinite(values).mean() >= 0.9 and len(np.unique(values[np.isfinite(values)])) >= 8
    }
    return table, Columns(numbers, columns.words, columns.rows), Sameness(columns)


def _table(dataset: str) -> pa.Table:
    if dataset == "secom":
        return datasets.secom().drop_columns(["Result"])
    if dataset == "kamp":
        return datasets.kamp_shots()
    if dataset == "tep":
        return datasets.tep_normal()
    return datasets.garment().drop_columns(["actual_productivity"])


def _rule(
    kind: str,
    case: Case,
    columns: Columns,
    sameness: Sameness,
    others: list[Rule],
    rng: np.random.Generator,
) -> Rule | None:
    for _ in range(5000):
        share = float(rng.uniform(0.03, max(0.15 / len(case.kinds), 0.05)))
        rule = KINDS[kind](columns, rng, share)
        if rule and _knowable(rule, case, columns, sameness) and _apart(rule, others, sameness):
            return rule
    return None


def _knowable(rule: Rule, case: Case, columns: Columns, sameness: Sameness) -> bool:
    share = rule.inside.mean()
    stretches = [part.sum() for part in np.array_split(rule.inside, 10)]
    if not 0.03 <= share <= 0.15 or rule.inside.sum() * case.strength < 6:
        return False
    if sum(n > 0 for n in stretches) < 3 or max(stretches) > 0.7 * rule.inside.sum():
        return False
    if len(rule.columns) == 2:
        if sameness.rho(*rule.columns) > SAME:
            return False
        if any(_held_by_one(rule.inside, columns.numbers[name]) for name in rule.columns):
            return False
    return rule.quantity is None or max(sameness.of_values(rule.quantity).values()) <= SAME


def _held_by_one(inside: Bools, values: Floats) -> bool:
    """Return whether one end of a column, as large as the region, holds 75 % of the region."""
    share = float(inside.mean())
    lo, hi = np.nanquantile(values, [share, 1 - share])
    held = max(np.mean(values[inside] <= lo), np.mean(values[inside] >= hi))
    return bool(held >= 0.75)


def _apart(rule: Rule, others: list[Rule], sameness: Sameness) -> bool:
    taken = [name for other in others for name in other.columns]
    return all(sameness.rho(mine, theirs) <= 0.7 for mine in rule.columns for theirs in taken)


def _bursts(rows: int, base: float, rng: np.random.Generator) -> Bools:
    bad = np.zeros(rows, dtype=np.bool_)
    while bad.mean() < base:
        start, length = int(rng.integers(rows)), int(rng.integers(3, 13))
        bad[start : start + length] = True
    return bad


def _spread(total: int) -> list[tuple[str, int]]:
    """Share `total` out over the data sets, largest remainder first, so that the sum is exact."""
    exact = {name: ground.share * total for name, ground in GROUNDS.items()}
    counts = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: counts[name] - exact[name])
    for name in by_remainder[: total - sum(counts.values())]:
        counts[name] += 1
    return list(counts.items())
