"""Capability of several products put together, names with commas, one person who measures."""

import numpy as np

from deungdae.analysis import capability, gauge
from deungdae.analysis.capability import Options, Spec


def test_products_put_together_have_no_capability_of_their_own() -> None:
    rng = np.random.default_rng(1)
    kind = np.arange(150) % 3
    table = {
        "제품": np.array(["P1", "P2", "P3"])[kind],
        "두께(mm)": np.array([10.0, 12.0, 15.0])[kind] + rng.normal(0, 0.05, 150),
    }
    specs = {"두께": Spec(lower=9, upper=16)}
    (found,) = capability.study(table, Options(specs=specs)).document["results"]
    assert "mixed" in found["warnings"]
    assert found["mixed"]["column"] == "제품"
    each = capability.study(table, Options(specs=specs, by=("제품",))).document["results"]
    assert all(result["mixed"] is None for result in each)


def test_a_column_to_compare_by_may_hold_a_comma_of_its_own() -> None:
    rng = np.random.default_rng(2)
    table = {"x": rng.normal(0, 1, 80), "금형, 번호": ["A", "B"] * 40}
    options = Options(specs={"x": Spec(lower=-5, upper=5)}, by=("금형", "번호"))
    assert len(capability.study(table, options).document["results"]) == 2


def test_a_level_that_is_nearly_in_the_middle_is_not_told_to_be_moved() -> None:
    values = np.random.default_rng(3).normal(0, 1, 400)
    values = (values - values.mean()) / values.std(ddof=1) + 0.02
    specs = {"x": Spec(lower=-4, upper=4)}
    (found,) = capability.study({"x": values}, Options(specs=specs)).document["results"]
    # Pp = 4/3, Ppk = 3.98/3: one is above 1.33 and the other below, by seven thousandths
    assert "off_centre" not in found["warnings"]


def test_one_person_alone_makes_a_crossed_study_of_repeatability() -> None:
    rng = np.random.default_rng(4)
    part = np.repeat(np.arange(10), 3)
    table = {
        "부품": part + 1,
        "측정자": ["김"] * 30,
        "측정값": 10 + rng.normal(0, 0.1, 10)[part] + rng.normal(0, 0.01, 30),
    }
    document = gauge.study(table, gauge.Options()).document
    assert document["study"] == "crossed"
    assert "one_operator" in document["warnings"]
