"""Promises that every method keeps: shape of the result, same seed, input unchanged, gaps."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deungdae.analysis import causes
from deungdae.records.shoptable import ColumnSetAside, SetAside

ROWS = 1500


def table(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    heat = np.cumsum(rng.normal(0, 0.3, ROWS)) + 180
    force = rng.normal(30, 4, ROWS)
    line = rng.choice(["A", "B", "C"], ROWS)
    hazard = np.where((force > 36) & (line == "B"), 0.6, np.where(force > 36, 0.2, 0.01))
    return {
        "heat": heat,
        "force": force,
        "speed": rng.normal(5, 1, ROWS),
        "gap": np.where(rng.random(ROWS) < 0.3, np.nan, rng.normal(1, 0.1, ROWS)),
        "constant": np.full(ROWS, 3.0),
        "worker": line,
        "result": np.where(rng.random(ROWS) < hazard, "NG", "OK"),
    }


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return causes.find(table()).document


def test_the_document_has_the_promised_keys(document: dict[str, Any]) -> None:
    assert list(document) == [
        "method", "version", "seed", "input", "target", "strata", "warnings",
    ]  # fmt: skip
    assert set(document["input"]) == {
        "sha256", "rows_read", "rows_used", "set_aside", "columns_set_aside", "guessed",
    }  # fmt: skip
    assert set(document["target"]) == {"column", "kind", "bad"}
    for stratum in document["strata"]:
        assert set(stratum) == {
            "where", "reason", "rows", "bad", "episodes", "verdict", "needed", "causes", "warnings",
        }  # fmt: skip
    (cause, *_) = document["strata"][0]["causes"]
    assert set(cause) == {
        "rank", "columns", "conditions", "rate_inside", "rate_outside", "n_inside", "n_outside",
        "risk_ratio", "ci95", "q_value", "holds_later", "stability", "same_as", "window",
        "warnings",
    }  # fmt: skip
    assert set(cause["conditions"][0]) == {"columns", "op", "min", "max", "outside", "levels"}


def test_the_document_and_the_figures_are_plain_json(document: dict[str, Any]) -> None:
    findings = causes.find(table())

    assert json.loads(json.dumps(findings.document, allow_nan=False)) == findings.document
    assert json.loads(json.dumps(findings.figures, allow_nan=False)) == findings.figures


def test_method_and_version_are_named(document: dict[str, Any]) -> None:
    assert (document["method"], document["version"]) == (causes.METHOD, causes.VERSION)
    assert (document["method"], document["version"]) == ("causes", 1)


def test_the_same_seed_gives_the_same_document(document: dict[str, Any]) -> None:
    assert causes.find(table()).document == document


def test_another_seed_moves_no_verdict(document: dict[str, Any]) -> None:
    other = causes.find(table(), causes.Options(seed=11)).document

    assert other["seed"] == 11
    assert [s["verdict"] for s in other["strata"]] == [s["verdict"] for s in document["strata"]]
    assert (
        other["strata"][0]["causes"][0]["columns"]
        == (document["strata"][0]["causes"][0]["columns"])
    )


def test_the_order_of_columns_does_not_matter(document: dict[str, Any]) -> None:
    turned = dict(reversed(table().items()))

    found = causes.find(turned).document["strata"][0]

    assert found["verdict"] == document["strata"][0]["verdict"]
    assert sorted(found["causes"][0]["columns"]) == sorted(
        document["strata"][0]["causes"][0]["columns"]
    )


def test_nothing_that_is_passed_in_is_changed() -> None:
    given = table()
    before = {name: np.array(values, copy=True) for name, values in given.items()}

    causes.find(given)

    for name, values in given.items():
        np.testing.assert_array_equal(values, before[name])


def test_an_arrow_table_and_a_mapping_give_the_same(document: dict[str, Any]) -> None:
    arrow = pa.table({n: pa.array(v, from_pandas=True) for n, v in table().items()})

    assert causes.find(arrow).document == document


def test_gaps_and_constant_columns_survive(document: dict[str, Any]) -> None:
    reasons = {c["column"]: c["reason"] for c in document["input"]["columns_set_aside"]}

    assert reasons == {"constant": "constant"}
    assert document["input"]["rows_used"] == ROWS


def test_what_the_reader_set_aside_is_added_to_the_counts() -> None:
    source = causes.Source(
        sha256="ab" * 32,
        rows_read=ROWS + 12,
        set_aside=(SetAside("subtotal", 9), SetAside("empty", 3)),
        columns_set_aside=(ColumnSetAside("column 9", "empty"),),
        guessed={"sheet": "검사"},
    )

    part = causes.find(table(), source=source).document["input"]

    assert part["sha256"] == "ab" * 32
    assert part["rows_read"] == ROWS + 12 == part["rows_used"] + 9 + 3
    assert part["set_aside"] == [{"reason": "subtotal", "rows": 9}, {"reason": "empty", "rows": 3}]
    assert {"column": "column 9", "reason": "empty"} in part["columns_set_aside"]
    assert part["guessed"]["sheet"] == "검사"


def test_bins_of_a_figure_count_every_row_once() -> None:
    findings = causes.find(table())
    (stratum,), (pictures,) = findings.document["strata"], findings.figures["strata"]

    first = pictures["causes"][0]["conditions"][0]
    assert sum(pictures["timeline"]["rows"]) == stratum["rows"]
    assert sum(pictures["timeline"]["bad"]) == stratum["bad"]
    if len(stratum["causes"][0]["conditions"]) == 1:
        assert sum(b["n"] for b in first["bins"]) == stratum["rows"]
    inside = [b for b in first["bins"] if b["inside"]]
    assert inside and all(b["ci95"][0] <= b["rate"] <= b["ci95"][1] for b in first["bins"])


def test_progress_is_told_and_ends_at_one() -> None:
    steps: list[tuple[str, float]] = []

    causes.find(table(), progress=lambda step, share: steps.append((step, share)))

    assert [share for _, share in steps] == sorted(share for _, share in steps)
    assert steps[-1] == ("done", 1.0)
