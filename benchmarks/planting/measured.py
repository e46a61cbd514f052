"""Measured results planted in real columns: the rules of `cases`, with a shift in place of defects.

The result is noise that resembles its neighbours (autocorrelation 0.5, one standard deviation), and
inside the rule's region it is shifted by `shift` deviations, up or down.
"""

from dataclasses import dataclass

import numpy as np

from planting import ours
from planting.cases import TARGET, Case, plant, sameness_of

GROUNDS = ("kamp", "tep", "secom", "garment")
KINDS = ("low", "high", "window", "outside", "difference", "and")
SHIFTS = (0.5, 1.0, 2.0)
AUTOCORRELATION = 0.5
SAME = 0.9


@dataclass(frozen=True)
class Planted:
    """What became of one planted shift."""

    shift: float
    kind: str
    verdict: str
    found: bool  #: a column of the rule is named by the first three causes
    right: bool  #: and the first cause that names one goes the planted way
    claimed: int  #: columns named by clear and suspected causes
    false: int  #: of these, how many say the same as no planted column


def plan(cases: int) -> list[tuple[str, str, float, int]]:
    """Return data set, kind, shift (negative: lower) and seed of each case."""
    made = []
    for seed in range(cases):
        dataset = GROUNDS[seed % len(GROUNDS)]
        kinds = ("low", "high", "and") if dataset == "garment" else KINDS
        sign = 1 if seed % 2 else -1
        shift = SHIFTS[seed // len(GROUNDS) % len(SHIFTS)] * sign
        made.append((dataset, kinds[seed // 12 % len(kinds)], shift, seed))
    return made


def play(dataset: str, kind: str, shift: float, seed: int) -> Planted | None:
    """Plant a shift and look for it; None where the table has no room for such a rule."""
    try:
        planted = plant(Case(dataset, seed, (kind,), base=0.02, strength=0.8))
    except LookupError:
        return None
    rng = np.random.default_rng([seed, 17])
    (rule,) = planted.rules
    values = _noise(rule.inside.size, rng) + shift * rule.inside
    at = planted.table.column_names.index(TARGET)
    table = planted.table.set_column(at, "measured", [values])
    worse = "high" if shift > 0 else "low"
    document = ours.find(table, "measured", None, planted.time, seed=seed, worse=worse)
    sameness = sameness_of(dataset)

    def same(column: str) -> bool:
        return any(sameness.rho(column, name) > SAME for name in rule.columns)

    named = [(s["verdict"], cause) for s in document["strata"] for cause in s["causes"]]
    hits = [cause for _, cause in named[:3] if any(same(c) for c in cause["columns"])]
    claimed = {c for verdict, cause in named if verdict in ours.SAID for c in cause["columns"]}
    verdicts = [s["verdict"] for s in document["strata"]]
    return Planted(
        abs(shift),
        kind,
        "clear" if "clear" in verdicts else "suspected" if "suspected" in verdicts else "none",
        bool(hits),
        bool(hits) and np.sign(hits[0]["difference"]) == np.sign(shift),
        len(claimed),
        sum(not same(column) for column in claimed),
    )


def _noise(rows: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    fresh = rng.normal(size=rows)
    series = np.empty(rows)
    series[0] = fresh[0]
    for i in range(1, rows):
        series[i] = AUTOCORRELATION * series[i - 1] + np.sqrt(1 - AUTOCORRELATION**2) * fresh[i]
    return series
