"""Public tables with several classes, a measured result, and verdicts of whole runs."""

import os
from typing import Any

import pytest

from deungdae.analysis import causes
from planting import datasets

if not datasets.available():
    if os.environ.get("CI") == "true":
        raise FileNotFoundError(f"the shared data sets must stand in {datasets.DATA}")
    pytest.skip(f"no shared data sets in {datasets.DATA}", allow_module_level=True)


def strata(table: Any, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = causes.find(table, causes.Options(**options)).document["strata"]
    return found


def test_each_class_of_the_lenses_has_its_own_conditions() -> None:
    found = {s["reason"]: s for s in strata(datasets.lenses(), target="quality", good=("3",))}

    assert set(found) == {"1", "2", "4", None}
    # Counts as the data set's own page gives them.
    assert {r: found[r]["bad"] for r in ("1", "2", "4")} == {"1": 370, "2": 406, "4": 365}
    assert found[None]["bad"] == 1451 - 310
    # Inefficient lenses (uniformity above 0.50) are plasticised in 3.06 s or less.
    (cause,) = found["4"]["causes"]
    assert cause["columns"] == ["ZDx - Plasticizing time"]
    assert cause["conditions"][0]["max"] == pytest.approx(3.06, abs=0.02)
    assert cause["rate_inside"] > 0.9 > 0.02 > cause["rate_outside"]
    # The file is sorted by class: its order is no time, and nothing can be clear.
    assert {s["verdict"] for s in found.values()} == {"suspected"}


def test_incentive_moves_the_productivity_of_the_sewing_lines() -> None:
    found = strata(datasets.garment(), target="actual_productivity")

    sewing = next(s for s in found if s["where"] == {"department": ["sewing"]})
    first = sewing["causes"][0]
    assert sewing["verdict"] == "clear"
    assert first["columns"] == ["incentive"]
    assert first["difference"] < 0 and first["ci95"][1] < 0, "less incentive, less productivity"
    assert first["window"]["recommended"]


def test_eighteen_milling_runs_are_no_thousand_rows() -> None:
    (found,) = strata(datasets.milling(), target="tool_condition", bad=("worn",))

    assert found["verdict"] == "not_enough_data"
    assert found["needed"]["episodes"] > 20
