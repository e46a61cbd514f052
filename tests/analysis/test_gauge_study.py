"""Gauge studies: figures by hand, studies guessed from their sheet, clear refusals."""

import json
from typing import Any

import numpy as np
import pytest

from deungdae.analysis.gauge import Options, Plan, sheet, study
from deungdae.analysis.gauge.attribute import agreement
from deungdae.analysis.gauge.components import categories
from deungdae.analysis.gauge.linearity import linearity
from deungdae.analysis.gauge.type1 import type1
from deungdae.analysis.stats.anova import crossed, nested, pooled
from deungdae.records.errors import UnusableFile, UnusableOption

Table = dict[str, Any]


def readings(
    parts: int = 10, operators: int = 3, trials: int = 3, *, own: float = 0.1, people: float = 0.0,
    seed: int = 0,
) -> Table:  # fmt: skip
    """A crossed sheet: parts differ by 1, the gauge adds `own`, operators `people`."""
    rng = np.random.default_rng(seed)
    part, operator, _ = (a.ravel() for a in np.indices((parts, operators, trials)))
    level, lean = rng.normal(size=parts), rng.normal(size=operators) * people
    value = level[part] + lean[operator] + rng.normal(size=part.size) * own
    return {"Part": part + 1, "Operator": np.array(["A", "B", "C", "D"])[operator], "Value": value}


def document(table: Table, **options: Any) -> dict[str, Any]:
    found = study(table, Options(**options))
    json.dumps(found.document, allow_nan=False)
    json.dumps(found.figures, allow_nan=False)
    return found.document


def test_sums_of_squares_by_hand() -> None:
    # Two parts, two operators, two trials: parts differ by 2, operators by 1, repeats by 0.2.
    cube = np.array([[[0.9, 1.1], [1.9, 2.1]], [[2.9, 3.1], [3.9, 4.1]]])
    lines = crossed(cube)
    assert lines["part"].squares == pytest.approx(8 * 1.0**2)
    assert lines["operator"].squares == pytest.approx(8 * 0.5**2)
    assert lines["interaction"].squares == pytest.approx(0)
    assert lines["repeat"].squares == pytest.approx(8 * 0.1**2)
    assert [lines[n].freedom for n in ("part", "operator", "interaction", "repeat")] == [1, 1, 1, 4]
    assert pooled(lines)["repeat"].freedom == 5


def test_parts_within_operators_by_hand() -> None:
    cube = np.array([[[0.9, 1.1], [2.9, 3.1]], [[4.9, 5.1], [6.9, 7.1]]])
    lines = nested(cube)
    assert lines["operator"].squares == pytest.approx(8 * 2.0**2)
    assert lines["part"].squares == pytest.approx(8 * 1.0**2)
    assert lines["repeat"].squares == pytest.approx(8 * 0.1**2)


def test_the_number_of_categories_is_cut_not_rounded() -> None:
    assert categories(3.0, 1.0) == {"whole": 4, "exact": pytest.approx(4.23)}
    assert categories(0.1, 1.0)["whole"] == 1
    assert categories(1.0, 0.0)["whole"] is None


def test_a_sheet_is_taken_for_a_crossed_study_and_says_so() -> None:
    found = document(readings())
    assert found["study"] == "crossed"
    assert found["input"]["guessed"] == {
        "operator": "Operator", "part": "Part", "value": "Value", "study": "crossed",
    }  # fmt: skip
    assert found["crossed"]["design"]["trials"] == 3


def test_told_columns_are_not_reported_as_guessed() -> None:
    table = readings()
    found = document(table, study="crossed", part="Part", operator="Operator", value="Value")
    assert found["input"]["guessed"] == {}


def test_the_verdict_follows_the_share_of_the_tolerance() -> None:
    # Six times 0.1 is 0.6.
    for tolerance, verdict in ((10.0, "acceptable"), (3.0, "conditional"), (1.0, "unacceptable")):
        assert document(readings(), tolerance=tolerance)["verdict"] == verdict


def test_a_gauge_that_adds_nothing_to_speak_of_is_acceptable() -> None:
    found = document(readings(own=0.02))
    assert found["verdict"] == "acceptable"
    assert found["crossed"]["categories"]["whole"] > 14


def test_the_process_may_stand_for_the_parts() -> None:
    found = document(readings(), process_sigma=10.0)
    gauge = found["crossed"]["components"][0]
    assert gauge["study_share"] == pytest.approx(gauge["deviation"] / 10)


def test_operators_who_differ_by_part_are_not_pooled() -> None:
    table = readings()
    odd = (table["Part"] % 2 == 0) & (table["Operator"] == "B")
    table["Value"] = table["Value"] + odd * 0.8
    found = document(table)
    assert not found["crossed"]["anova"]["pooled"]
    assert "interaction" in found["warnings"]
    assert "interaction" in [c["source"] for c in found["crossed"]["components"]]


def test_an_incomplete_part_is_set_aside_and_counted() -> None:
    table = {name: column[:-1] for name, column in readings().items()}
    found = document(table)
    assert found["crossed"]["design"]["parts"] == 9
    assert found["input"]["set_aside"] == [{"reason": "incomplete_part", "rows": 8}]
    assert found["input"]["rows_used"] == 81


def test_parts_of_their_own_make_a_nested_study() -> None:
    table = readings(parts=12)
    own = (table["Part"] - 1) // 4 == np.char.find("ABC", table["Operator"])
    found = document({name: column[own] for name, column in table.items()})
    assert found["study"] == "nested"
    assert found["nested"]["design"] == {
        "parts": 4, "operators": 3, "trials": 3, "part_names": ["1", "2", "3", "4"],
        "operator_names": ["A", "B", "C"],
    }  # fmt: skip


def test_one_operator_is_enough_for_repeatability_and_is_warned_of() -> None:
    table = readings(operators=1)
    del table["Operator"]
    found = document(table)
    assert found["study"] == "crossed"
    assert "one_operator" in found["warnings"]


def test_a_study_of_one_part_by_hand() -> None:
    # Four readings 9.9, 10.1, 9.9, 10.1: mean 10, deviation √(0.04/3).
    found = type1(np.array([9.9, 10.1, 9.9, 10.1]), 10.05, 6.0)
    sigma = (0.04 / 3) ** 0.5
    assert found["bias"] == pytest.approx(-0.05)
    assert found["t"] == pytest.approx(-0.05 / (sigma / 2))
    assert found["cg"] == pytest.approx(1.2 / (6 * sigma))
    assert found["cgk"] == pytest.approx((0.6 - 0.05) / (3 * sigma))
    assert found["resolution"] == pytest.approx(0.2)


def test_repeats_against_a_value_make_a_study_of_one_part() -> None:
    values = 10 + np.random.default_rng(1).normal(0, 0.01, 50)
    found = document({"측정값": values}, reference="10", tolerance=1.0)
    assert (found["study"], found["verdict"]) == ("type1", "acceptable")
    assert found["type1"]["cg"] > 2


def test_the_line_of_the_bias_by_hand() -> None:
    # Bias 0.1 and 0.3 at reference 1, -0.1 and 0.1 at 3: slope -0.1, intercept 0.3.
    found = linearity(np.array([1.1, 1.3, 2.9, 3.1]), np.array([1.0, 1, 3, 3]), 6.0)
    assert found["slope"]["value"] == pytest.approx(-0.1)
    assert found["intercept"]["value"] == pytest.approx(0.3)
    assert found["average_bias"]["value"] == pytest.approx(0.1)
    assert found["linearity"] == pytest.approx(0.6)
    assert found["zero_inside"]


def test_several_references_make_a_linearity_study() -> None:
    reference = np.repeat([2.0, 4, 6, 8, 10], 12)
    rng = np.random.default_rng(2)
    table = {"reference": reference, "value": reference * 1.1 + rng.normal(0, 0.1, 60)}
    found = document(table)
    assert (found["study"], found["verdict"]) == ("linearity", "unacceptable")
    assert {"not_linear", "bias"} <= set(found["warnings"])


def test_misses_and_false_alarms_by_hand() -> None:
    # Two good parts, two bad ones; the appraiser misses one bad part once, and is right otherwise.
    cube = np.array([[[0, 0]], [[0, 0]], [[1, 0]], [[1, 1]]])
    found = agreement(cube, np.array([0, 0, 1, 1]), ["OK", "NG"], ["김"], [1])
    standard = found["appraisers"][0]["standard"]
    assert (standard["matched"], standard["of"]) == (3, 4)
    assert (standard["misses"]["matched"], standard["misses"]["of"]) == (1, 4)
    assert standard["false_alarms"]["share"] == 0
    assert standard["verdict"] == "unacceptable"
    assert found["appraisers"][0]["within"]["share"] == 0.75
    assert found["between"] is None


def test_judgements_in_words_make_an_attribute_study() -> None:
    table = sheet(Plan("attribute", 30, 3, 2, lang="ko"))
    truth = np.where(np.array(table["부품"]) % 3 == 0, "불량", "양호")
    filled = {name: table[name] for name in ("측정자", "부품", "반복")}
    found = document({**filled, "기준값": truth, "판정": truth})
    assert (found["study"], found["verdict"]) == ("attribute", "acceptable")
    assert found["input"]["guessed"]["bad"] == ["불량"]
    assert found["attribute"]["between"]["fleiss"]["kappa"] == pytest.approx(1)


def test_an_empty_sheet_is_balanced_random_and_the_same_for_the_same_seed() -> None:
    plan = Plan("crossed", parts=5, operators=2, trials=3, seed=4)
    rows = sheet(plan).to_pylist()
    assert len(rows) == 30
    assert len({(r["Operator"], r["Part"], r["Trial"]) for r in rows}) == 30
    assert [r["Trial"] for r in rows] == [1] * 10 + [2] * 10 + [3] * 10
    assert [r["Part"] for r in rows[:5]] != [1, 2, 3, 4, 5]
    assert sheet(plan).equals(sheet(plan))
    assert not sheet(plan).equals(sheet(Plan("crossed", 5, 2, 3, seed=5)))


@pytest.mark.parametrize("name", ["crossed", "nested", "linearity", "attribute", "type1"])
def test_a_filled_sheet_is_understood_without_being_told(name: str) -> None:
    plan = Plan(name, 1 if name == "type1" else 10, 3 if name != "type1" else 1, 3)
    table = sheet(plan)
    filled: Table = {c: table[c].to_pylist() for c in table.column_names}
    part = np.unique(filled.get("Part", [1] * table.num_rows), return_inverse=True)[1]
    rng = np.random.default_rng(3)
    if name == "attribute":
        filled["Reference"] = filled["Rating"] = np.where(part % 2, "OK", "NG")
    else:
        filled["Measurement"] = part + rng.normal(0, 0.1, table.num_rows)
    if name in ("type1", "linearity"):
        filled["Reference"] = part.astype(float)
    assert document(filled)["study"] == name


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan("round", 1), "there is no study round"),
        (Plan("crossed", 1), "--parts"),
        (Plan("crossed", 10, 3, 1), "--trials"),
        (Plan("type1", 2, 1, 50), "one part"),
        (Plan("crossed", 10_000, 3, 3), "at most"),
    ],
)
def test_a_sheet_that_makes_no_study_is_refused(plan: Plan, words: str) -> None:
    with pytest.raises(UnusableOption, match=words):
        sheet(plan)


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (readings(), {"study": "odd"}, "there is no study odd"),
        (readings(), {"part": "Teil"}, "there is no column Teil"),
        (readings(), {"tolerance": -1.0}, "above 0"),
        ({"value": [1.0, 2.0]}, {"study": "crossed"}, "--part"),
        ({"value": [1.0, 2.0]}, {}, "--reference"),
        ({"part": [1, 1, 2, 2], "operator": list("aaaa"), "rating": ["OK"] * 4},
         {"bad": ("NG",)}, "never says NG"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_refused_by_name(
    table: Table, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnusableOption, match=words):
        study(table, Options(**options))


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ({"part": [1, 2], "operator": ["a", "b"], "value": [None, None]},
         {"study": "crossed"}, "no measured value|No row"),
        ({"part": [1, 2], "operator": ["a", "b"], "value": ["x", "y"]},
         {"study": "crossed"}, "holds no numbers"),
        (readings(trials=1), {}, "twice or more"),
        ({"reference": [1.0, 2.0], "value": [1.0, 2.0]}, {"study": "linearity"}, "two reference"),
        ({"part": [1, 1, 2, 2], "operator": list("abab"), "standard": ["OK", "NG", "OK", "OK"],
          "rating": ["OK"] * 4}, {}, "one and the same reference"),
    ],
)  # fmt: skip
def test_sheets_that_hold_no_study_are_refused(
    table: Table, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnusableFile, match=words):
        study(table, Options(**options))
