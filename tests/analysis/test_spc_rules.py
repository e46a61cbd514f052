"""The run rules mark the points that their words say, and no others."""

import csv
import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from deungdae.analysis.spc.rules import RULES, SETS, marks

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "spc-reference"


def vectors() -> list[tuple[str, list[float], list[int]]]:
    path = REFERENCE / "rule_vectors.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            (
                row["rule"],
                [float(x) for x in row["values"].split()],
                [int(x) for x in row["violating_points_1based"].split()],
            )
            for row in csv.DictReader(file)
        ]


def test_the_reference_vectors_are_there() -> None:
    if not vectors():
        if os.environ.get("CI") == "true":
            pytest.fail("spc-reference is missing")
        pytest.skip("spc-reference is missing")
    assert len(vectors()) == 13


@pytest.mark.parametrize(("name", "values", "expected"), vectors())
def test_a_rule_marks_the_points_of_its_reference_vector(
    name: str, values: list[float], expected: list[int]
) -> None:
    rule = name.split("-")[0].lower()
    found = np.nonzero(RULES[rule](np.array(values)))[0] + 1
    assert found.tolist() == expected


def plain(z: list[float], rule: str) -> list[bool]:
    """Say the rules once more, point by point, as slowly as they are written in the books."""

    def last(i: int, n: int) -> list[float]:
        return z[max(0, i - n + 1) : i + 1]

    def counted(i: int, needed: int, window: int, s: float) -> bool:
        return any(
            sign * z[i] > s and sum(sign * x > s for x in last(i, window)) >= needed
            for sign in (1, -1)
        )

    def row(i: int, n: int) -> bool:
        w = last(i, n)
        return len(w) == n and (all(x > 0 for x in w) or all(x < 0 for x in w))

    def steps(i: int, n: int) -> list[float]:
        w = last(i, n)
        return [b - a for a, b in itertools.pairwise(w)] if len(w) == n else []

    def holds(i: int) -> bool:
        match rule:
            case "we1" | "n1":
                return abs(z[i]) > 3
            case "we2" | "n5":
                return counted(i, 2, 3, 2)
            case "we3" | "n6":
                return counted(i, 4, 5, 1)
            case "we4":
                return row(i, 8)
            case "n2":
                return row(i, 9)
            case "n3":
                d = steps(i, 6)
                return bool(d) and (all(x > 0 for x in d) or all(x < 0 for x in d))
            case "n4":
                d = steps(i, 14)
                return bool(d) and all(a * b < 0 for a, b in itertools.pairwise(d))
            case "n7":
                w = last(i, 15)
                return len(w) == 15 and all(abs(x) < 1 for x in w)
            case "n8":
                w = last(i, 8)
                out = len(w) == 8 and all(abs(x) > 1 for x in w)
                return out and min(w) < 0 < max(w)
        raise AssertionError(rule)

    return [holds(i) for i in range(len(z))]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_fast_rules_agree_with_the_plain_ones(rule: str) -> None:
    rng = np.random.default_rng(4)
    hits = 0
    for scale, rounding in ((1.0, 6), (1.6, 1), (0.6, 1), (2.5, 0)):
        z = np.round(rng.normal(0, scale, 4_000), rounding)
        expected = plain(z.tolist(), rule)
        assert RULES[rule](z).tolist() == expected
        hits += sum(expected)
    assert hits or rule == "n4"


def test_fourteen_points_up_and_down_are_marked_by_both() -> None:
    z = [1.0, -1.0] * 10
    assert plain(z, "n4") == RULES["n4"](np.array(z)).tolist() == [False] * 13 + [True] * 7


def test_no_pattern_reaches_from_one_stage_into_the_next() -> None:
    z = np.full(16, 0.5)
    assert marks(z, ["we4"])["we4"].sum() == 9
    assert marks(z, ["we4"], [0, 7])["we4"].tolist() == [False] * 14 + [True] * 2


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("points", [0, 1, 2, 3])
def test_a_chart_of_hardly_any_points_is_no_error(rule: str, points: int) -> None:
    assert RULES[rule](np.zeros(points)).tolist() == [False] * points


def test_the_sets_hold_the_rules_of_their_books() -> None:
    assert len(SETS["western-electric"]) == 4
    assert len(SETS["nelson"]) == 8
