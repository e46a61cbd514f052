"""The average run lengths are those that were published, or that can be worked out by hand."""

import numpy as np
import pytest

from deungdae.analysis.spc.neighbours import mean_run_with_neighbours
from deungdae.analysis.spc.rules import SETS, marks
from deungdae.analysis.spc.run_length import in_control, of_cusum, of_ewma


@pytest.mark.parametrize(
    ("rules", "published"),
    [
        # Champ and Woodall (1987), table 1, shift 0
        (["we1"], 370.40),
        (["we1", "we2"], 225.44),
        (["we1", "we3"], 166.05),
        (["we1", "we4"], 152.73),
        (["we1", "we2", "we3"], 132.89),
        (["we1", "we2", "we4"], 122.05),
        (["we1", "we3", "we4"], 105.78),
        (["we1", "we2", "we3", "we4"], 91.75),
    ],
)
def test_western_electric_sets_have_the_run_lengths_of_champ_and_woodall(
    rules: list[str], published: float
) -> None:
    assert in_control(rules) == pytest.approx(published, abs=0.005)


@pytest.mark.parametrize(("rule", "length"), [("we4", 8), ("n2", 9)])
def test_a_run_on_one_side_takes_as_long_as_a_run_of_coin_tosses(rule: str, length: int) -> None:
    assert in_control([rule]) == pytest.approx(2**length - 1, rel=1e-9)


def test_the_two_ways_agree_where_both_can_be_taken() -> None:
    rules = ["n1", "n2", "n5", "n6"]
    assert mean_run_with_neighbours(rules, 2) == pytest.approx(in_control(rules), rel=1e-9)


def test_more_nodes_do_not_change_the_run_length_of_nelsons_set() -> None:
    three, four = (mean_run_with_neighbours(SETS["nelson"], nodes) for nodes in (3, 4))
    assert three == pytest.approx(four, rel=1e-5)
    assert four == pytest.approx(73.48, abs=0.005)


@pytest.mark.parametrize("name", sorted(SETS))
def test_what_the_rules_do_on_chance_agrees_with_the_run_length(name: str) -> None:
    rules, longest, series = SETS[name], 600, 8_000
    z = np.random.default_rng(1).standard_normal(longest * series)
    found = marks(z, rules, range(0, z.size, longest))
    first = np.logical_or.reduce(list(found.values())).reshape(series, longest)
    runs = np.where(first.any(axis=1), first.argmax(axis=1) + 1, longest)

    assert runs.mean() == pytest.approx(in_control(rules), rel=0.03)


def test_no_rule_gives_no_alarm() -> None:
    assert in_control([]) is None


@pytest.mark.parametrize(
    ("weight", "width", "published"),
    [
        # Crowder (1987) and Lucas and Saccucci (1990), shift 0
        (0.2, 3.0, 559.9),
        (0.1, 2.7, 369.0),
        (0.3, 3.0, 465.6),
    ],
)
def test_ewma_run_lengths_are_those_published(
    weight: float, width: float, published: float
) -> None:
    assert of_ewma(weight, width) == pytest.approx(published, rel=0.001)


@pytest.mark.parametrize(
    ("slack", "decision", "shift", "published"),
    [
        # Montgomery, table 9.3: k = 1/2
        (0.5, 4.0, 0.0, 168.0),
        (0.5, 5.0, 0.0, 465.0),
        (0.5, 4.0, 1.0, 8.38),
        (0.5, 5.0, 1.0, 10.4),
    ],
)
def test_cusum_run_lengths_are_those_published(
    slack: float, decision: float, shift: float, published: float
) -> None:
    assert of_cusum(slack, decision, shift) == pytest.approx(published, rel=0.005)
