"""Every published figure about control charts comes out, or its book rounded on the way."""

import csv
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deungdae.analysis.spc import attributes, hotelling, panels, weighted
from deungdae.analysis.spc.panels import Floats, Panel, Subgroups
from deungdae.analysis.spc.signals import beyond_limits

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "spc-reference"
HERE = REFERENCE.exists()

#: Rows of other methods (gauge studies, analysis of variance) have their tests elsewhere.
OTHERS = ("aiag_gage_rr", "nist_anova")
#: Rows whose printed figure came from rounded steps: why, and the exact value (recomputed, 1e-6).
ROUNDED = {
    ("pistonrings", "R", "UCL"): ("2.114 times the rounded mean range 0.023", 0.048126000542),
    ("pistonrings", "S", "center"): ("0.0094 goes with another printing's R̄", 0.0092400366),
    ("pistonrings", "S", "UCL"): ("2.089 times the rounded mean 0.0094", 0.019302416768),
    ("circuit (26", "c", "UCL"): ("the center was rounded to 19.85 before", 33.210860525142),
    ("nist_ewma", "EWMA", "LCL"): ("cut after the fourth digit, not rounded", 47.411568261873),
}  # fmt: skip
#: Rows without a published figure; worked out with constants of three digits when recomputed.
UNPUBLISHED = {
    ("pistonrings", "sigma within = Rbar/d2"): 0.009785337607413,
    ("antifreeze", "center / UCL / LCL"): (2.569705882353, 3.107887324355, 2.031524440351),
    ("boiler", "max T2 / sample"): (17.575293477433, 9.0),
}


def columns(name: str, *wanted: str) -> list[Floats]:
    with (REFERENCE / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[c]) for row in rows]) for c in wanted]


def answers() -> list[dict[str, str]]:
    if not HERE:
        return []
    with (REFERENCE / "known_answers.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if not row["dataset"].startswith(OTHERS)]


def pistons(count: int = 25) -> tuple[Subgroups, np.ndarray[Any, Any]]:
    (values,) = columns("pistonrings.csv", "diameter")
    groups = Subgroups(values, np.arange(0, 200, 5), np.full(40, 5))
    return groups, np.arange(40) < count


def circuit(*without: int) -> Panel:
    (counts,) = columns("circuit.csv", "x")
    use = np.arange(1, 47) <= 26
    use[[n - 1 for n in without]] = False
    return attributes.defects(counts, use)


def computers() -> Panel:
    counts, sizes = columns("pcmanufact.csv", "x", "size")
    return attributes.defect_rates(counts, sizes, np.ones(20, dtype=bool))


def nist_ewma() -> Panel:
    (values,) = columns("nist_ewma.csv", "x")
    return weighted.ewma(values, np.ones(20, dtype=np.intp), 50.0, 2.0539, 0.3, 3.0)


def nist_cusum() -> tuple[Panel, Panel]:
    (values,) = columns("nist_cusum.csv", "x")
    return weighted.cusum(values, 325.0, 0.3175, 4.1959, 0.635)


def out(panel: Panel, first: int = 1, last: int | None = None) -> list[int]:
    found = np.nonzero(beyond_limits(panel))[0] + 1
    return [int(n) for n in found if first <= n <= (last or panel.value.size)]


def line(panel: Panel, quantity: str) -> float:
    chosen = {"center": panel.center, "UCL": panel.upper, "LCL": panel.lower}[quantity]
    return float(chosen[-1])


Computed = float | list[int] | tuple[float, ...]


def computed(row: dict[str, str]) -> Computed:
    """Return what our functions say to one row of the known answers."""
    dataset, chart, quantity = row["dataset"], row["chart_or_method"], row["quantity"]
    if dataset.startswith("pistonrings phase II"):
        return out(panels.means_and_ranges(*pistons())[0], first=26)
    if dataset.startswith("pistonrings"):
        means, ranges = panels.means_and_ranges(*pistons())
        _, spread = panels.means_and_deviations(*pistons())
        if quantity.startswith("sigma"):
            return means.sigma
        return line({"Xbar (R)": means, "R": ranges, "S": spread}[chart], quantity)
    if dataset.startswith("circuit (26"):
        panel = circuit()
        return out(panel, last=26) if quantity.startswith("samples") else line(panel, quantity)
    if dataset.startswith("circuit without"):
        return line(circuit(6, 20), quantity)
    if dataset == "pcmanufact":
        return line(computers(), quantity) if quantity != "LCL" else float(computers().lower[-1])
    if dataset.startswith("antifreeze"):
        (values,) = columns("antifreeze.csv", "water")
        panel = panels.individuals(values, np.ones(values.size, dtype=bool))[0]
        return tuple(line(panel, name) for name in ("center", "UCL", "LCL"))
    if dataset.startswith("boiler"):
        rows = np.stack(columns("boiler.csv", *(f"t{i}" for i in range(1, 9))), axis=1)
        t2 = hotelling.of_rows(rows, np.ones(25, dtype=bool)).panel.value
        return float(t2.max()), float(t2.argmax() + 1)
    if dataset == "nist_ewma":
        # The book's limits are those that the chart comes to in the long run.
        side = 1.0 if quantity == "UCL" else -1.0
        limit = 50.0 + side * 3 * 2.0539 * math.sqrt(0.3 / 1.7)
        assert line(nist_ewma(), quantity) == pytest.approx(limit, abs=1e-5)
        return limit
    if dataset == "nist_cusum":
        upper, _ = nist_cusum()
        return out(upper)[:1] if quantity.startswith("first") else float(upper.value[13])
    raise AssertionError(f"no computation for {row}")


def is_capability(row: dict[str, str]) -> bool:
    return row["chart_or_method"].startswith("Capability")


@pytest.mark.skipif(HERE or os.environ.get("CI") == "true", reason="spc-reference is there")
def test_the_reference_is_there() -> None:
    pytest.skip("spc-reference is missing")


@pytest.mark.parametrize(
    "row",
    [row for row in answers() if not is_capability(row)],
    ids=lambda row: f"{row['dataset'][:24]} {row['chart_or_method'][:12]} {row['quantity'][:12]}",
)
def test_a_published_figure_comes_out(row: dict[str, str]) -> None:
    found, published = computed(row), row["published_value"]
    for (dataset, chart, quantity), (reason, exact) in ROUNDED.items():
        asked = row["dataset"].startswith(dataset) and row["chart_or_method"].startswith(chart)
        if asked and row["quantity"] == quantity and not row["dataset"].endswith("6 and 20"):
            assert reason
            assert found == pytest.approx(exact, rel=1e-6)
            return
    for (dataset, quantity), exact_value in UNPUBLISHED.items():
        if row["dataset"].startswith(dataset) and row["quantity"] == quantity:
            assert found == pytest.approx(exact_value, rel=1e-6)
            return
    if isinstance(found, list):
        assert found == [int(n) for n in published.split(";")]
        return
    assert isinstance(found, float)
    digits = len(published.partition(".")[2])
    assert round(found, digits) == float(published)


def test_no_row_of_the_reference_is_skipped() -> None:
    if not HERE:
        pytest.skip("spc-reference is missing")
    mine = [row for row in answers() if not is_capability(row)]
    assert len(answers()) - len(mine) == 1
    assert len(mine) == 25


def test_each_smoothed_value_of_the_handbook_comes_out() -> None:
    if not HERE:
        pytest.skip("spc-reference is missing")
    (published,) = columns("nist_ewma.csv", "ewma_published")
    assert np.abs(nist_ewma().value - published).max() < 0.005 + 1e-9
    assert out(nist_ewma()) == []


def test_the_cusum_of_the_handbook_stays_out_from_group_14_on() -> None:
    if not HERE:
        pytest.skip("spc-reference is missing")
    upper, lower = nist_cusum()
    assert out(upper) == list(range(14, 21))
    assert out(lower) == []


@pytest.mark.parametrize(
    ("make", "published"),
    [
        # A2, D3, D4 and A3, B3, B4 of the books for n = 5, from the limits of R̄ = 1 and S̄ = 1
        (lambda g, u: panels.means_and_ranges(g, u), (0.577, 0.0, 2.114)),
        (lambda g, u: panels.means_and_deviations(g, u), (1.427, 0.0, 2.089)),
    ],
)
def test_the_limits_of_fives_are_the_constants_of_the_books(
    make: Callable[..., tuple[Panel, Panel]], published: tuple[float, float, float]
) -> None:
    rng = np.random.default_rng(1)
    groups = Subgroups(rng.normal(size=500), np.arange(0, 500, 5), np.full(100, 5))
    means, within = make(groups, np.ones(100, dtype=bool))
    mean = np.nanmean(within.value)
    assert (means.upper[0] - means.center[0]) / mean == pytest.approx(published[0], abs=0.0005)
    assert within.lower[0] / mean == published[1]
    assert within.upper[0] / mean == pytest.approx(published[2], abs=0.0006)
