"""Every published answer on capability, gauges and analysis of variance is met, row by row.

The rows of charts are held to elsewhere. A row is equal to the published figure to the digits that
were printed, or it stands in `ROUNDED_ON_THE_WAY` with the reason why the book's last digit is
another one; then it must equal the exact recomputation.
"""

import csv
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest
from numpy.typing import NDArray

from deungdae.analysis import capability, gauge
from deungdae.analysis.gauge.ranges import Factors, average_and_range
from deungdae.analysis.stats.anova import one_way

Floats = NDArray[np.float64]

AVERAGE_AND_RANGE = "Average and range method (K1=0.5908,K2=0.5231,K3=0.3146)"
ANOVA = "ANOVA method, interaction pooled"
CAPABILITY = "Capability, spec 73.95-74.05"
ONE_WAY = "one-way ANOVA"
MINE = {AVERAGE_AND_RANGE, ANOVA, CAPABILITY, ONE_WAY}

#: row → why the published last digit differs from the exact value
_MEAN_RANGE = "the manual rounds the mean range 0.341667 to 0.3417 before it multiplies by K1"
_SUMS = "follows from EV, which the manual rounds"
ROUNDED_ON_THE_WAY = {
    (CAPABILITY, "Cp"): "the book divides by 6 × 0.0099, its sigma rounded to two digits",
    (AVERAGE_AND_RANGE, "EV"): _MEAN_RANGE,
    (AVERAGE_AND_RANGE, "AV"): "the manual cuts the difference of operators 0.44467 to 0.4446",
    (AVERAGE_AND_RANGE, "GRR"): _SUMS,
    (AVERAGE_AND_RANGE, "PV"): "the manual rounds the range of parts 3.51111 to 3.511",
    (AVERAGE_AND_RANGE, "%EV"): _SUMS,
    (ANOVA, "GRR sigma"): "exactly 0.3023715; the manual adds components that it had rounded",
}


def answers(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "spc-reference" / "known_answers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cube(shared_data: Path) -> list[list[list[Fraction]]]:
    """The readings as exact fractions, (parts, operators, trials)."""
    with (shared_data / "spc-reference" / "aiag_gage_rr.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [[[Fraction(0)] * 3 for _ in range(3)] for _ in range(10)]
    for row in rows:
        place = int(row["part"]) - 1, "ABC".index(row["operator"]), int(row["trial"]) - 1
        found[place[0]][place[1]][place[2]] = Fraction(row["measurement"])
    return found


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def exact_ranges(readings: list[list[list[Fraction]]]) -> dict[str, float]:
    """The average and range method in exact fractions with the manual's factors."""
    k1, k2, k3 = Fraction("0.5908"), Fraction("0.5231"), Fraction("0.3146")
    cells = [cell for part in readings for cell in part]
    ev = float(mean([max(c) - min(c) for c in cells]) * k1)
    people = [mean([v for part in readings for v in part[j]]) for j in range(3)]
    parts = [mean([v for cell in part for v in cell]) for part in readings]
    av = math.sqrt(float((max(people) - min(people)) * k2) ** 2 - ev**2 / 30)
    pv = float((max(parts) - min(parts)) * k3)
    grr = math.hypot(ev, av)
    tv = math.hypot(grr, pv)
    found = {"EV": ev, "AV": av, "GRR": grr, "PV": pv, "TV": tv}
    found |= {f"%{name}": 100 * found[name] / tv for name in ("EV", "AV", "GRR", "PV")}
    return {**found, "ndc": math.floor(1.41 * pv / grr)}


def exact_components(readings: list[list[list[Fraction]]]) -> dict[str, float]:
    """The pooled components in exact fractions, from sums of squares about exact means."""
    every = [v for part in readings for cell in part for v in cell]
    centre = mean(every)
    parts = [mean([v for cell in part for v in cell]) for part in readings]
    people = [mean([v for part in readings for v in part[j]]) for j in range(3)]
    ss_part = 9 * sum((p - centre) ** 2 for p in parts)
    ss_people = 30 * sum((p - centre) ** 2 for p in people)
    rest = sum((v - centre) ** 2 for v in every) - ss_part - ss_people
    ms_part, ms_people, ms_rest = ss_part / 9, ss_people / 2, rest / 78
    ev2, av2, pv2 = ms_rest, (ms_people - ms_rest) / 30, (ms_part - ms_rest) / 9
    grr2, tv2 = ev2 + av2, ev2 + av2 + pv2
    squares = {"EV": ev2, "AV": av2, "GRR": grr2, "PV": pv2, "TV": tv2}
    found = {f"{name} sigma": math.sqrt(s) for name, s in squares.items()}
    found |= {f"% contribution {name}": float(100 * s / tv2) for name, s in squares.items()}
    found["%GRR (study variation)"] = 100 * math.sqrt(grr2 / tv2)
    found["1.41*PV/GRR before truncation"] = 1.41 * math.sqrt(pv2 / grr2)
    return found


def ours_ranges(shared_data: Path) -> dict[str, float]:
    readings = np.array([[[float(v) for v in c] for c in p] for p in cube(shared_data)])
    found = average_and_range(readings, Factors(0.5908, 0.5231, 0.3146))
    named = dict(found["deviations"])
    named |= {f"%{name}": 100 * found["shares"][name] for name in ("EV", "AV", "GRR", "PV")}
    return {**named, "ndc": found["categories"]["whole"]}


def ours_components(shared_data: Path) -> dict[str, float]:
    table = pyarrow.csv.read_csv(shared_data / "spc-reference" / "aiag_gage_rr.csv")
    found = gauge.study(table).document["crossed"]
    short = {"repeatability": "EV", "reproducibility": "AV", "gauge": "GRR", "part": "PV",
             "total": "TV"}  # fmt: skip
    by_name = {short[c["source"]]: c for c in found["components"] if c["source"] in short}
    named = {f"{name} sigma": c["deviation"] for name, c in by_name.items()}
    named |= {f"% contribution {n}": 100 * c["contribution"] for n, c in by_name.items()}
    named["%GRR (study variation)"] = 100 * by_name["GRR"]["study_share"]
    named["1.41*PV/GRR before truncation"] = found["categories"]["exact"]
    named["interaction p-value"] = found["anova"]["interaction"]["p"]
    return named


def piston_rings(shared_data: Path) -> list[list[Fraction]]:
    with (shared_data / "spc-reference" / "pistonrings.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["trial"] == "True"]
    groups: dict[str, list[Fraction]] = {}
    for row in rows:
        groups.setdefault(row["sample"], []).append(Fraction(row["diameter"]))
    return list(groups.values())


def ours_capability(shared_data: Path) -> dict[str, float]:
    groups = piston_rings(shared_data)
    table = {
        "diameter": [float(v) for g in groups for v in g],
        "sample": [i for i, g in enumerate(groups) for _ in g],
    }
    limits = {"diameter": capability.Spec(73.95, 74.05)}
    options = capability.Options(
        specs=limits, subgroup="sample", within="rbar", distribution="normal"
    )
    indices = capability.study(table, options).document["results"][0]["indices"]
    return {"Cp": indices["cp"]["value"]}


def exact_capability(shared_data: Path) -> dict[str, float]:
    """Cp from the exact mean range; d2 of five values is 2.3259289473 (Tippett 1925)."""
    ranges = [max(g) - min(g) for g in piston_rings(shared_data)]
    return {"Cp": 0.1 / (6 * float(mean(ranges)) / 2.3259289472811884)}


def ours_one_way(shared_data: Path, data: str) -> dict[str, float]:
    table = pyarrow.csv.read_csv(shared_data / "spc-reference" / f"{data}.csv")
    values = table["y"].to_numpy().astype(float)
    between, within = one_way(values, table["group"].to_numpy().astype(np.intp) - 1)
    assert between.f is not None
    return {"SS between": between.squares, "SS within": within.squares, "F": between.f}


def equal_as_printed(value: float, published: str) -> bool:
    """Tell whether a value, rounded to the digits of the published figure, is that figure."""
    digits = -int(Decimal(published).as_tuple().exponent)
    return round(Decimal(repr(value)), max(0, digits)) == Decimal(published)


def test_every_row_is_met_or_named_with_its_reason(shared_data: Path) -> None:
    readings = cube(shared_data)
    ours: dict[str, Callable[[], dict[str, float]]] = {
        AVERAGE_AND_RANGE: lambda: ours_ranges(shared_data),
        ANOVA: lambda: ours_components(shared_data),
        CAPABILITY: lambda: ours_capability(shared_data),
    }
    exact = {
        AVERAGE_AND_RANGE: exact_ranges(readings),
        ANOVA: exact_components(readings),
        CAPABILITY: exact_capability(shared_data),
    }
    met, rounded = 0, set()
    for method, compute in ours.items():
        values = compute()
        for row in (r for r in answers(shared_data) if r["chart_or_method"] == method):
            name, published = row["quantity"], row["published_value"]
            value = values[name]
            if name in exact[method]:
                assert value == pytest.approx(exact[method][name], rel=1e-6), name
            if equal_as_printed(value, published):
                met += 1
            else:
                assert (method, name) in ROUNDED_ON_THE_WAY, (name, value, published)
                rounded.add((method, name))
    assert met + len(rounded) == 23
    assert rounded == set(ROUNDED_ON_THE_WAY), "a reason is given for a row that needs none"


@pytest.mark.parametrize(
    "data", ["nist_anova_SiRstv", "nist_anova_AtmWtAg", "nist_anova_SmLs01", "nist_anova_SmLs07"]
)
def test_certified_analyses_of_variance_are_met_to_nine_digits(
    shared_data: Path, data: str
) -> None:
    values = ours_one_way(shared_data, data)
    rows = [r for r in answers(shared_data) if r["dataset"] == data]
    assert len(rows) == 3
    for row in rows:
        certified = float(row["published_value"])
        assert values[row["quantity"]] == pytest.approx(certified, rel=1e-9), row["quantity"]


def test_no_row_that_is_ours_is_left_out(shared_data: Path) -> None:
    rows = answers(shared_data)
    ours = [r for r in rows if r["chart_or_method"] in MINE]
    words = ("anova", "gage", "capab")
    alike = [
        r for r in rows
        if any(w in (r["dataset"] + r["chart_or_method"]).lower() for w in words)
    ]  # fmt: skip
    assert len(ours) == 23 + 12
    assert alike == ours
