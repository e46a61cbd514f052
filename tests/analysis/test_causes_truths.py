"""The method `causes` on public data whose causes are known: see ../shared/data/README.md."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from deungdae.analysis import causes
from planting import datasets

pytestmark = pytest.mark.usefixtures("shared_data")

SLOW_FILLING = {"Max_Injection_Speed", "Filling_Time", "Injection_Time", "Max_Switch_Over_Pressure"}
SHORT_SHOT = {
    "Max_Injection_Speed", "Injection_Time", "Filling_Time", "Cushion_Position",
    "Max_Injection_Pressure",
}  # fmt: skip


@pytest.fixture(scope="module")
def kamp(shared_data: Path) -> dict[str, Any]:
    return causes.find(datasets.kamp()).document


def part(document: dict[str, Any], name: str, reason: str | None) -> dict[str, Any]:
    (stratum,) = [
        s
        for s in document["strata"]
        if all(value.startswith(name) for value in s["where"]["PART_NAME"])
        and s["reason"] == reason
    ]
    return dict(stratum)


def said(cause: dict[str, Any]) -> set[str]:
    return {*cause["columns"], *cause["same_as"]}


def test_kamp_is_understood_without_being_told(kamp: dict[str, Any]) -> None:
    assert kamp["target"] == {"column": "PassOrFail", "kind": "pass_fail", "bad": ["1"]}
    assert kamp["input"]["guessed"]["time"] == "TimeStamp"
    assert kamp["input"]["guessed"]["reason"] == ["Reason"]
    assert kamp["input"]["rows_read"] == 5232
    assert kamp["input"]["rows_used"] == 5230
    assert kamp["input"]["set_aside"] == [{"reason": "stratum_too_small", "rows": 2}]


def test_left_and_right_part_of_one_product_are_one_stratum(kamp: dict[str, Any]) -> None:
    groups = {tuple(s["where"]["PART_NAME"]) for s in kamp["strata"]}

    assert {tuple(name[:3] for name in group) for group in groups} == {
        ("CN7", "CN7"),
        ("RG3", "RG3"),
    }


@pytest.mark.parametrize(
    ("name", "reason", "bad"),
    [
        ("CN7", "가스", 13), ("CN7", "미성형", 5), ("CN7", "초기허용불량", 10), ("CN7", None, 28),
        ("RG3", "가스", 22), ("RG3", "미성형", 10), ("RG3", None, 32),
    ],
)  # fmt: skip
def test_defects_are_counted_per_product_and_reason(
    kamp: dict[str, Any], name: str, reason: str | None, bad: int
) -> None:
    assert part(kamp, name, reason)["bad"] == bad


def test_start_up_rejects_are_one_episode_of_slow_filling(kamp: dict[str, Any]) -> None:
    stratum = part(kamp, "CN7", "초기허용불량")

    assert stratum["episodes"] == 1
    assert stratum["verdict"] == "suspected"
    first = stratum["causes"][0]
    assert said(first) & SLOW_FILLING
    assert "few_episodes" in first["warnings"] and "one_period" in first["warnings"]
    assert first["holds_later"] is None


def test_short_shots_are_suspected_of_the_injection_itself(kamp: dict[str, Any]) -> None:
    stratum = part(kamp, "CN7", "미성형")

    assert stratum["verdict"] == "suspected"
    assert said(stratum["causes"][0]) & SHORT_SHOT


def test_the_short_shots_of_16_october_alone_name_the_same(shared_data: Path) -> None:
    table = datasets.kamp()
    local = table["TimeStamp"].cast(pa.timestamp("us", tz="Asia/Seoul"))
    table = table.filter(pa.array([t.day == 16 for t in local.to_pylist()]))

    (stratum,) = [s for s in causes.find(table).document["strata"] if s["reason"] == "미성형"]

    assert stratum["bad"] == 4
    assert said(stratum["causes"][0]) & SHORT_SHOT


def test_mould_temperature_is_never_blamed_for_gas_without_a_warning(kamp: dict[str, Any]) -> None:
    for name in ("CN7", "RG3"):
        for cause in part(kamp, name, "가스")["causes"][:1]:
            if any(column.startswith("Mold_Temperature") for column in cause["columns"]):
                assert "period" in cause["warnings"]


def test_the_gas_of_one_morning_is_no_evidence(kamp: dict[str, Any]) -> None:
    stratum = part(kamp, "CN7", "가스")

    assert stratum["verdict"] == "not_enough_data"
    assert stratum["needed"]["episodes"] >= 30


@pytest.mark.parametrize("reason", ["가스", "미성형", None])
def test_no_process_column_explains_the_defects_of_rg3(
    kamp: dict[str, Any], reason: str | None
) -> None:
    stratum = part(kamp, "RG3", reason)

    assert stratum["verdict"] != "clear"
    assert all(cause["columns"] == ["PART_NAME"] for cause in stratum["causes"])


def test_the_right_cavity_of_rg3_is_worse_than_the_left(kamp: dict[str, Any]) -> None:
    (cause,) = part(kamp, "RG3", None)["causes"]

    assert cause["conditions"][0]["levels"] == ["RG3 MOLD'G W/SHLD, RH"]
    assert (cause["n_inside"], cause["n_outside"]) == (628, 628)
    assert cause["rate_inside"] == 27 / 628
    assert cause["rate_outside"] == 5 / 628
    assert cause["risk_ratio"] == pytest.approx(5.4)
    assert cause["warnings"] == ["cavity"]
    assert cause["q_value"] < 0.01


def mode(target: str) -> dict[str, Any]:
    document = causes.find(datasets.ai4i(), causes.Options(target=target)).document
    (stratum,) = document["strata"]
    return dict(stratum)


def test_heat_dissipation_failures_are_found_by_their_own_rule(shared_data: Path) -> None:
    stratum = mode("HDF")

    assert stratum["verdict"] == "clear"
    first = stratum["causes"][0]
    by_op = {c["op"]: c for c in first["conditions"]}
    assert by_op["value"]["columns"] == ["Rotational speed [rpm]"]
    assert by_op["value"]["max"] == pytest.approx(1380, abs=1)
    assert by_op["difference"]["columns"] == ["Process temperature [K]", "Air temperature [K]"]
    assert by_op["difference"]["max"] == pytest.approx(8.6, abs=0.05)
    assert first["rate_inside"] == 1.0 and first["n_inside"] == 115
    assert first["risk_ratio"] is None


def test_power_failures_are_found_as_a_product_outside_its_window(shared_data: Path) -> None:
    first = mode("PWF")["causes"][0]

    (condition,) = first["conditions"]
    assert set(condition["columns"]) == {"Rotational speed [rpm]", "Torque [Nm]"}
    assert condition["op"] == "product" and condition["outside"]
    # 3,500 W and 9,000 W, in rpm x N m: one rpm is 2 pi / 60 rad/s.
    assert condition["min"] == pytest.approx(3500 * 60 / (2 * 3.141592653589793), rel=0.005)
    assert condition["max"] == pytest.approx(9000 * 60 / (2 * 3.141592653589793), rel=0.005)


def test_overstrain_failures_are_found_as_wear_times_torque(shared_data: Path) -> None:
    stratum = mode("OSF")

    assert stratum["verdict"] == "clear"
    (condition,) = stratum["causes"][0]["conditions"]
    assert set(condition["columns"]) == {"Torque [Nm]", "Tool wear [min]"}
    assert condition["op"] == "product"
    assert condition["min"] == pytest.approx(11_000, rel=0.01)


def test_tool_wear_failures_begin_at_200_minutes(shared_data: Path) -> None:
    stratum = mode("TWF")

    assert stratum["verdict"] == "clear"
    (condition,) = stratum["causes"][0]["conditions"]
    assert condition["columns"] == ["Tool wear [min]"]
    assert condition["min"] == pytest.approx(200, abs=5)
    assert condition["max"] is None


def test_random_failures_have_no_cause(shared_data: Path) -> None:
    assert mode("RNF")["verdict"] in ("none", "not_enough_data")
    assert mode("RNF")["causes"] == []


def test_the_modes_of_a_failure_are_taken_for_its_reasons(shared_data: Path) -> None:
    document = causes.find(datasets.ai4i(), causes.Options(target="Machine failure")).document

    assert document["input"]["guessed"]["reason"] == ["TWF", "HDF", "PWF", "OSF"]
    assert {"column": "RNF", "reason": "after_inspection"} in document["input"]["columns_set_aside"]
    verdicts = {s["reason"]: s["verdict"] for s in document["strata"]}
    assert verdicts == dict.fromkeys(("HDF", "OSF", "PWF", "TWF", None), "clear")


def test_secom_has_nothing_clear_that_does_not_hold_later(shared_data: Path) -> None:
    document = causes.find(datasets.secom()).document

    assert document["target"]["bad"] == ["1"]
    (stratum,) = document["strata"]
    assert (stratum["rows"], stratum["bad"]) == (1567, 104)
    assert stratum["verdict"] == "suspected"
    first = stratum["causes"][0]
    assert first["columns"] == ["S60"]  # column 59 of the published lists, counted from 0
    assert first["holds_later"] is False and "not_later" in first["warnings"]
    reasons = {c["column"]: c["reason"] for c in document["input"]["columns_set_aside"]}
    assert sum(reason == "constant" for reason in reasons.values()) == 116
