"""Logs of work, against a real one worked out by hand and small ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deungdae.analysis.operations import Options, study
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.tables import read

DAY = np.datetime64("2026-03-02T08:00:00")


def at(*hours: float) -> Any:
    return DAY + (np.array(hours) * 60).astype(int) * np.timedelta64(1, "m")


def small() -> dict[str, Any]:
    return {
        "작업지시번호": ["A", "A", "B", "B"],
        "공정": ["절단", "포장", "절단", "포장"],
        "설비": ["1호기", "2호기", "1호기", "2호기"],
        "시작": at(0, 2, 2, 5),
        "종료": at(2, 5, 3, 6),
        "양품수량": [10, 10, 8, 7],
        "불량수량": [0, 0, 0, 1],
        "재작업": ["", "", "", "Y"],
    }


@pytest.fixture(scope="module")
def real(shared_data: Path) -> dict[str, Any]:
    path = shared_data / "production-event-log" / "production_events.csv"
    return study(read(path).table).document


def test_parts_and_lead_times_of_the_job_shop_are_those_worked_out_by_hand(
    real: dict[str, Any],
) -> None:
    assert (real["events"], real["rework"]) == (4503, 33)
    assert real["scrap"]["good"] == 91_664
    assert (real["scrap"]["rejected"], real["scrap"]["events"]) == (593, 231)
    flow = real["flow"]
    assert flow["cases"] == 225
    assert flow["lead_days"]["median"] == pytest.approx(13.901, abs=0.001)
    assert flow["lead_days"]["mean"] == pytest.approx(20.629, abs=0.001)
    assert flow["lead_days"]["max"] == pytest.approx(87.497, abs=0.001)
    assert flow["work_share"] == pytest.approx(0.11123, abs=1e-5)
    # 225 orders of 20.629 days on average
    whole = 225 * 24 * flow["lead_days"]["mean"]
    assert flow["work_hours"] + flow["waiting_hours"] == pytest.approx(whole)


def test_operations_and_people_of_the_job_shop_are_those_worked_out_by_hand(
    real: dict[str, Any],
) -> None:
    by_name = {one["name"]: one for one in real["activities"]}
    assert len(by_name) == 24
    assert by_name["Turning & Milling"]["work_hours"] == pytest.approx(6451.633, abs=0.001)
    assert by_name["Turning & Milling Q.C."]["rejected"] == 246
    assert by_name["Final Inspection Q.C."]["rejected"] == 233
    states = {one["name"]: one for one in real["states"]}
    assert states["ID4932"]["working_hours"] == pytest.approx(700.367, abs=0.001)
    assert states["ID4932"]["overlap_hours"] == pytest.approx(984.267 - 700.367, abs=0.002)
    assert len(states) == 46


def test_the_bottleneck_of_the_job_shop_is_named_with_why(real: dict[str, Any]) -> None:
    held = real["bottleneck"]
    assert (held["activity"], held["sure"]) == ("Lapping", True)
    assert held["waiting_share"] == pytest.approx(0.205, abs=0.001)
    assert held["waiting_each"] > 2 * held["waiting_usual"]
    assert held["work_share"] < 0.05
    assert not held["busiest_full"]


def test_a_small_log_with_korean_headings_adds_up() -> None:
    document = study(small()).document
    assert set(document["columns"].values()) == set(small())
    assert document["flow"]["lead_days"]["max"] == pytest.approx(5 / 24)
    # A works 5 hours, B two; B waits from 3 to 5
    assert (document["flow"]["work_hours"], document["flow"]["waiting_hours"]) == (7.0, 2.0)
    assert document["open_hours"] == 6.0
    pack = {one["name"]: one for one in document["activities"]}["포장"]
    assert (pack["busy_hours"], pack["waiting_hours"], pack["rejected"]) == (4.0, 2.0, 1.0)
    assert pack["use"] == pytest.approx(4 / 6)
    idle = {one["name"]: one["idle_hours"] for one in document["states"]}
    assert idle == {"1호기": 0.0, "2호기": 0.0}
    assert document["scrap"]["share"] == pytest.approx(1 / 36)
    assert document["rework"] == 1
    # four pieces of work are too few to name a bottleneck
    assert document["bottleneck"] is None


def test_work_at_the_same_time_counts_once() -> None:
    table = {"machine": ["M", "M"], "start": at(0, 1), "end": at(4, 2)}
    document = study(table).document
    (one,) = document["states"]
    assert (one["working_hours"], one["overlap_hours"]) == (4.0, 1.0)
    assert "overlap" in document["warnings"]


@pytest.mark.parametrize(
    ("left_out", "warning", "empty"),
    [
        ("작업지시번호", "no_case", "flow"),
        ("공정", "no_activity", "bottleneck"),
        ("설비", "no_resource", "resources"),
        ("시작", "one_time", "open_hours"),
        ("불량수량", None, "scrap"),
    ],
)
def test_a_column_that_is_missing_leaves_out_what_needs_it(
    left_out: str, warning: str | None, empty: str
) -> None:
    table = small()
    del table[left_out]
    document = study(table).document
    assert not document[empty]
    assert warning is None or warning in document["warnings"]


def test_rows_without_times_and_backward_rows_are_set_aside() -> None:
    table = small()
    table["종료"] = at(2, 5, 3, 4)
    table["시작"][0] = np.datetime64("NaT")
    document = study(table).document
    aside = {one["reason"]: one["rows"] for one in document["input"]["set_aside"]}
    assert aside == {"time_missing": 1, "end_before_start": 1}
    assert document["events"] == 2


@pytest.mark.parametrize(
    ("table", "options", "error", "words"),
    [
        ({"x": [1.0]}, Options(), UnusableFile, "No column says when"),
        ({"end": [np.datetime64("NaT", "us")]}, Options(), UnusableFile, "No row"),
        (small(), Options(case="없음"), UnusableOption, "there is no column"),
        (small(), Options(start="공정"), UnusableOption, "holds no times"),
        (small(), Options(good="공정"), UnusableOption, "no numbers of parts"),
    ],
)
def test_what_is_no_log_is_refused(
    table: dict[str, Any], options: Options, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        study(table, options)
