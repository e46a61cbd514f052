"""Capability: indices by hand, intervals by simulation, honest verdicts, clear refusals."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deungdae.analysis.capability import Options, Spec, study
from deungdae.analysis.capability.figures import bin_edges
from deungdae.analysis.capability.indices import percentile_indices, target_index
from deungdae.analysis.capability.stability import stability
from deungdae.analysis.causes import Source
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import SetAside

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

#: -1, 0, 1 five times over: mean 0, variance 10/14.
STEPS = [-1.0, 0.0, 1.0] * 5


def one(values: Any, spec: Spec, **options: Any) -> dict[str, Any]:
    found = study({"x": values}, Options(specs={"x": spec}, **options)).document
    result: dict[str, Any] = found["results"][0]
    return result


def steady(rows: int = 200, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(seed).normal(10, 1, rows)


def test_the_indices_of_a_normal_by_hand() -> None:
    found = one(STEPS, Spec(-3.0, 4.0), distribution="normal")["indices"]
    sigma = (10 / 14) ** 0.5
    assert found["pp"]["value"] == pytest.approx(7 / (6 * sigma))
    assert found["ppl"]["value"] == pytest.approx(3 / (3 * sigma))
    assert found["ppu"]["value"] == pytest.approx(4 / (3 * sigma))
    assert found["ppk"]["value"] == found["ppl"]["value"]
    assert found["ppk"]["ci95"] == found["ppl"]["ci95"]


def test_the_index_against_a_target_by_hand() -> None:
    values = np.array(STEPS)
    found = target_index(values, (-3.0, 3.0), 1.0)
    assert found.value == pytest.approx(6 / (6 * (10 / 14 + 1) ** 0.5))
    assert target_index(values, (None, 3.0), 1.0).value is None


def test_a_single_limit_has_one_index_and_no_spread() -> None:
    found = one(steady(), Spec(None, 14.0))["indices"]
    assert found["pp"]["value"] is None
    assert found["ppl"]["value"] is None
    assert found["ppk"]["value"] == found["ppu"]["value"]


def test_a_lower_limit_at_the_natural_boundary_is_no_limit() -> None:
    values = np.abs(steady()) - 5
    bounded = one(values, Spec(0.0, 9.0, boundary=0.0))["indices"]
    assert bounded["ppl"]["value"] is None
    assert bounded["ppk"]["value"] == bounded["ppu"]["value"]


def test_skewed_values_get_a_skewed_shape_and_are_not_called_better_than_they_are() -> None:
    values = np.random.default_rng(12).lognormal(0, 0.5, 300)
    result = one(values, Spec(None, 5.0))
    assert result["distribution"]["name"] == "lognormal"
    assert result["distribution"]["reason"] == "most_likely"
    true = (5 - 1) / (np.exp(1.5) - 1)
    low, high = result["indices"]["ppk"]["ci95"]
    assert low < true < high
    assert result["as_if_normal"]["ppk"]["value"] > 1.3 * true


def test_normal_values_stay_normal() -> None:
    taken = [one(steady(100, seed), Spec(5, 15))["distribution"]["name"] for seed in range(10)]
    assert taken.count("normal") >= 8


def test_many_values_of_no_known_shape_are_judged_by_their_own_quantiles() -> None:
    rng = np.random.default_rng(2)
    values = np.where(rng.random(4000) < 0.5, rng.normal(-5, 1, 4000), rng.normal(5, 1, 4000))
    result = one(values, Spec(-12, 12))
    assert result["distribution"]["name"] == "percentile"
    assert result["distribution"]["reason"] == "percentile"
    assert result["indices"]["ppk"]["ci95"] is not None


def test_the_quantiles_of_the_values_themselves_by_hand() -> None:
    # 0 … 10,000: the quantiles are 13.5, 5000 and 9986.5 to within one step.
    found = percentile_indices(np.arange(10_001.0), (None, 15_000.0))
    assert found["nearer"].value == pytest.approx(10_000 / 4986.5, rel=1e-3)
    few = percentile_indices(np.arange(500.0), (None, 1000.0))
    assert few["nearer"].value is not None and few["nearer"].interval is None


def test_expected_and_observed_parts_outside_by_hand() -> None:
    result = one(steady(10_000), Spec(None, 12.0), distribution="normal")["ppm"]
    # Above two standard deviations of a normal: 22,750 parts per million.
    assert result["expected"]["above"]["ppm"] == pytest.approx(22_750, rel=0.1)
    low, high = result["expected"]["above"]["ci95"]
    assert low < 22_750 < high
    low, high = result["observed"]["above"]["ci95"]
    assert low < 22_750 < high
    assert result["expected"]["below"]["ppm"] == 0.0


def test_a_wandering_process_is_not_given_a_capability() -> None:
    values = np.cumsum(np.random.default_rng(3).normal(size=200))
    result = one(values, Spec(-1000, 1000))
    assert result["verdict"] == "unstable"
    assert result["stability"]["reasons"] == ["wandering"]


def test_subgroups_that_differ_are_seen_even_if_each_is_quiet() -> None:
    rng = np.random.default_rng(4)
    level = np.repeat(np.tile([0.0, 3.0], 20), 5)
    result = one(level + rng.normal(size=200), Spec(-20, 23), size=5)
    assert result["verdict"] == "unstable"
    assert "between" in result["stability"]["reasons"]
    assert "between" in result["warnings"]


def test_a_steady_process_is_rarely_called_unstable() -> None:
    rng = np.random.default_rng(5)
    called = 0
    for _ in range(400):
        values = rng.normal(size=100)
        called += stability(values, np.arange(100) // 5, values)["stable"] is False
    assert called <= 12


def test_a_skewed_but_steady_process_is_not_called_unstable() -> None:
    values = np.random.default_rng(6).lognormal(0, 1, 300)
    assert one(values, Spec(None, 50))["stability"]["stable"]


def test_few_parts_give_no_verdict() -> None:
    result = one(steady(12), Spec(0, 20))
    assert result["verdict"] == "not_enough_data"
    assert "few_rows" in result["warnings"]


def test_values_that_are_all_the_same_are_not_judged() -> None:
    result = one([5.0] * 30, Spec(0, 10))
    assert result["verdict"] == "not_enough_data"
    assert result["warnings"] == ["constant"]
    assert result["indices"]["ppk"]["value"] is None


@pytest.mark.parametrize(
    "values",
    [[1.0, 2.0], [5.0] * 49 + [1e9], [1e-300, 2e-300, 5e-300] * 20, [0.0] * 30 + [1.0] * 30],
)
@pytest.mark.parametrize("distribution", ["auto", "normal", "percentile"])
def test_odd_values_bring_a_document_and_never_a_crash(
    values: list[float], distribution: str
) -> None:
    found = study({"x": values}, Options(specs={"x": Spec(-1, 2)}, distribution=distribution))
    json.dumps([found.document, found.figures], allow_nan=False)


def test_a_process_off_its_centre_is_told_so() -> None:
    result = one(steady(), Spec(8.0, 20.0))
    assert result["verdict"] == "not_capable"
    assert "off_centre" in result["warnings"]


def test_groups_are_compared_and_share_one_shape() -> None:
    rng = np.random.default_rng(7)
    table = {"x": rng.lognormal(0, 0.4, 400), "cavity": np.tile([1, 2, 3, 4], 100)}
    table["x"][table["cavity"] == 3] *= 1.4
    document = study(table, Options(specs={"x": Spec(None, 6)}, by=("cavity",))).document
    assert [r["where"]["cavity"] for r in document["results"]] == ["1", "2", "3", "4"]
    assert len({r["distribution"]["name"] for r in document["results"]}) == 1
    assert document["comparisons"][0]["means_p"] < 0.001


def test_rows_are_taken_in_the_order_of_their_time() -> None:
    values = np.sort(steady())
    shuffled = np.random.default_rng(8).permutation(200)
    moments = pa.array((shuffled * 60_000_000).tolist(), pa.timestamp("us", tz="UTC"))
    table = pa.table({"x": values[shuffled], "time": moments})
    document = study(table, Options(specs={"x": Spec(0, 20)})).document
    assert document["input"]["guessed"]["time"] == "time"
    assert document["results"][0]["verdict"] == "unstable"


def test_counts_add_up_with_what_the_reader_set_aside() -> None:
    source = Source(sha256="ab", rows_read=204, set_aside=(SetAside("subtotal", 3),))
    values = [*steady().tolist(), None]
    document = study({"x": values}, Options(specs={"x": Spec(0, 20)}), source).document
    given = document["input"]
    assert given["rows_read"] == 204
    assert given["rows_used"] == 200
    assert {s["reason"]: s["rows"] for s in given["set_aside"]} == {
        "subtotal": 3, "value_missing": 1,
    }  # fmt: skip


def test_the_unit_does_not_matter() -> None:
    values = np.random.default_rng(9).gamma(4, 1, 150)
    small = one(values, Spec(None, 14.0))
    large = one(values * 1000, Spec(None, 14_000.0))
    assert large["distribution"]["name"] == small["distribution"]["name"]
    for name in ("ppk", "cpk"):
        assert large["indices"][name]["value"] == pytest.approx(small["indices"][name]["value"])
        assert large["indices"][name]["ci95"] == pytest.approx(small["indices"][name]["ci95"])


def test_the_same_seed_gives_the_same_document_and_the_table_is_left_alone() -> None:
    values = np.random.default_rng(10).weibull(1.5, 120)
    before = values.copy()
    found = [study({"x": values}, Options(specs={"x": Spec(None, 6)})) for _ in range(2)]
    assert json.dumps(found[0].document, allow_nan=False) == json.dumps(found[1].document)
    json.dumps(found[0].figures, allow_nan=False)
    assert np.array_equal(values, before)


def test_bins_of_rounded_values_hold_whole_steps() -> None:
    values = np.round(np.random.default_rng(11).normal(10, 0.05, 500), 2)
    edges = bin_edges(values)
    width = (edges[1] - edges[0]) / 0.01
    assert width == pytest.approx(round(width))
    assert edges[0] <= values.min() and edges[-1] >= values.max()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"specs": {}}, "--spec"),
        ({"specs": {"y": Spec(0, 1)}}, "there is no column y"),
        ({"specs": {"x": Spec(2, 1)}}, "not below"),
        ({"specs": {"x": Spec()}}, "no limit"),
        ({"specs": {"x": Spec(0, None, boundary=0)}}, "natural boundary"),
        ({"specs": {"x": Spec(0, float("inf"))}}, "must be numbers"),
        ({"specs": {"x": Spec(0, 1)}, "distribution": "cauchy"}, "there is no cauchy"),
        ({"specs": {"x": Spec(0, 1)}, "size": 0}, "--size"),
        ({"specs": {"x": Spec(0, 1)}, "size": 5, "subgroup": "g"}, "not with both"),
        ({"specs": {"x": Spec(0, 1)}, "by": ("g", "z")}, "there is no column z"),
        ({"specs": {"x": Spec(-9, 9)}, "distribution": "lognormal"}, "needs values above"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(
    options: dict[str, Any], words: str
) -> None:
    table = {"x": [-1.0, 0.5, 0.2, 0.7] * 3, "g": ["a", "a", "b", "b"] * 3}
    with pytest.raises(UnusableOption, match=words):
        study(table, Options(**options))


def test_a_column_of_words_has_no_capability() -> None:
    with pytest.raises(UnusableFile, match="holds no numbers"):
        study({"x": ["a", "b"]}, Options(specs={"x": Spec(0, 1)}))


@pytest.mark.parametrize("place", [0, 2])
def test_intervals_hold_what_they_promise(place: int) -> None:
    # A small fixed-seed version of benchmarks/capability_coverage.py: 93 to 97 %, with room for
    # the chance of 40 samples.
    from capability_coverage import coverage, processes

    found = coverage(processes()[place], 50, 40, 3)
    for way in ("ppk auto", "ppk told", "cpk auto", "cpk told"):
        assert found[way] >= 0.88, way
    if place:
        assert found["ppk naive"] < 0.6
