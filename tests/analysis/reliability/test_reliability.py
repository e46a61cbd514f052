"""Running times between failures, against published and hand-checked answers."""

from typing import Any

import numpy as np
import pytest

from deungdae.analysis import reliability
from deungdae.analysis.reliability import (
    Options,
    Watched,
    fitted,
    from_spans,
    from_stops,
    growth,
    of_spans,
    study,
)
from deungdae.records.errors import UnusableFile, UnusableOption

HOUR = 3_600_000_000
CROW = [
    2.7, 10.3, 12.5, 30.6, 57.0, 61.3, 80.0, 109.5, 125.0, 128.6, 143.8, 167.9, 229.2, 296.7, 320.6,
    328.2, 366.2, 396.7, 421.1, 438.2, 501.2, 620.0,
]  # fmt: skip
BEARINGS = [
    17.88, 28.92, 33.0, 41.52, 42.12, 45.6, 48.4, 51.84, 51.96, 54.12, 55.56, 67.8, 68.64, 68.64,
    68.88, 84.12, 93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.4,
]  # fmt: skip


def test_the_published_example_of_crow_and_amsaa_is_met() -> None:
    found = growth([Watched(np.array(CROW), 620.0, until_failure=True)])
    assert found is not None
    assert found.beta.value == pytest.approx(0.6142, abs=5e-5)
    assert found.scale == pytest.approx(0.4239, abs=5e-5)
    # 1 / (λ·β·T^(β - 1)) by hand
    assert found.now == pytest.approx(1 / (0.4239 * 0.6142 * 620 ** (0.6142 - 1)), rel=1e-3)
    assert found.p < 0.01


def test_failures_that_all_come_at_the_very_end_have_a_trend() -> None:
    # Six in the last twenty minutes of 300 hours, of which the last ends the watch.
    times = 300.0 + np.arange(6) / 20
    found = growth([Watched(times, 300.25, until_failure=True)])
    assert found is not None
    # β = n / Σ ln(T / t), and the time between failures at the end is T / (n·β).
    beta = 6 / np.log(300.25 / times[:-1]).sum()
    assert found.beta.value == pytest.approx(beta) and beta > 1_000
    assert found.now == pytest.approx(300.25 / (6 * beta))


def test_two_machines_with_half_the_failures_each_have_the_same_beta() -> None:
    times = np.array([10.0, 30, 70, 90])
    one = growth([Watched(times, 100.0)])
    two = growth([Watched(times, 100.0), Watched(times, 100.0)])
    assert one is not None and two is not None
    assert two.beta.value == pytest.approx(one.beta.value)
    assert (two.scale, two.now) == pytest.approx((one.scale, one.now))
    assert two.beta.high is not None and one.beta.high is not None
    assert two.beta.high < one.beta.high


def test_ball_bearings_have_the_published_shape_and_scale() -> None:
    found = fitted(np.array(BEARINGS), np.ones(23, dtype=bool))
    assert (found.shape.value, found.scale.value) == pytest.approx((2.10, 81.9), abs=0.03)
    assert found.shape.low is not None and found.shape.low > 1
    assert found.p_exponential < 0.001


def test_lives_cut_short_count_as_the_handbook_says() -> None:
    lives = np.array([54, 187, 216, 240, 244, 335, 361, 373, 375, 386] + [500] * 10, dtype=float)
    found = fitted(lives, lives < 500)
    assert (found.shape.value, found.scale.value) == pytest.approx((1.721, 606.5), abs=0.05)
    assert found.b10.value == pytest.approx(606.5 * (-np.log(0.9)) ** (1 / 1.7208), rel=1e-3)


def test_lives_in_minutes_give_the_same_shape_as_in_hours() -> None:
    lives = np.array(BEARINGS)
    ended = np.ones(23, dtype=bool)
    hours, minutes = fitted(lives, ended), fitted(60 * lives, ended)
    assert minutes.shape.value == pytest.approx(hours.shape.value)
    assert minutes.b10.low == pytest.approx(60 * (hours.b10.low or 0), rel=1e-4)
    assert minutes.log_likelihood == pytest.approx(hours.log_likelihood - 23 * np.log(60))


def test_the_interval_of_the_shape_holds_the_truth_19_times_of_20() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(60):
        lives = 100 * rng.weibull(1.5, 25)
        cut = 120.0
        found = fitted(np.minimum(lives, cut), lives < cut)
        held += (found.shape.low or 0) <= 1.5 <= (found.shape.high or np.inf)
    assert held >= 52


def test_spans_of_states_become_lives_and_repairs() -> None:
    running, down, stopped = "running", "down", "stopped"
    spans = [
        (0, 5 * HOUR, running, ""), (5 * HOUR, 6 * HOUR, down, "금형"),
        (6 * HOUR, 8 * HOUR, stopped, ""), (8 * HOUR, 11 * HOUR, running, ""),
        (11 * HOUR, 12 * HOUR, "unknown", ""), (12 * HOUR, 13 * HOUR, running, ""),
        (13 * HOUR, 13.5 * HOUR, down, "전기"), (13.5 * HOUR, 14 * HOUR, down, "전기"),
        (14 * HOUR, 16 * HOUR, running, ""),
    ]  # fmt: skip
    found = of_spans(spans)
    # 5 h, 3 + 1 h, and 2 h cut short; repairs of 1 h and 1 h. Nobody knows when the first began.
    assert (found["hours"], found["failures"], found["censored"]) == (11.0, 2, 1)
    assert found["mtbf"]["value"] == 5.5
    assert found["repair"] == {"mean": 1.0, "median": 1.0}
    assert (found["verdict"], found["needed"]) == ("not_enough_data", {"failures": 4})
    assert from_spans(spans).lives == [4.0, 2.0]


def test_a_life_that_began_before_the_watch_gives_its_hours_alone() -> None:
    whole = from_spans([(0, 30 * HOUR, "running", "")])
    assert (whole.hours, whole.failures, whole.lives) == (30.0, 0, [])


def test_a_failure_that_began_before_the_watch_is_none_of_it() -> None:
    spans = [
        (0, HOUR, "unknown", ""), (HOUR, 2 * HOUR, "down", ""), (2 * HOUR, 3 * HOUR, "stopped", ""),
        (3 * HOUR, 13 * HOUR, "running", ""), (13 * HOUR, 15 * HOUR, "down", ""),
        (15 * HOUR, 20 * HOUR, "running", ""),
    ]  # fmt: skip
    found = from_spans(spans)
    # After it the first life began, which is seen whole.
    assert (found.failures, found.hours, found.repairs) == (1, 15.0, [2.0])
    assert (found.lives, found.failed) == ([10.0, 5.0], [True, False])
    assert found.machines[0].failures.tolist() == [10.0]


def test_the_shape_of_a_machine_in_use_is_that_of_its_lives() -> None:
    # Lives of 80 to 120 h, watched from the middle of one on: 20 h of it are no life of 20 h.
    at, spans = 0.0, []
    for life in [20.0, *(80.0 + 5 * (n % 9) for n in range(12))]:
        spans += [(at, at + life * HOUR, "running", "")]
        at += life * HOUR
        spans += [(at, at + HOUR, "down", "")]
        at += HOUR
    found = of_spans(spans)
    assert (found["failures"], found["verdict"]) == (13, "wear_out")
    assert found["mtbf"]["value"] == pytest.approx((20 + sum(80 + 5 * (n % 9) for n in range(12)))
                                                   / 13)  # fmt: skip
    assert found["weibull"]["shape"]["value"] > 7  # with the 20 h it would be 4


def test_failures_that_overlap_are_one_with_all_of_their_hours() -> None:
    start, end = np.array([0.0, 10.0, 11.0, 25.0]), np.array([1.0, 12.0, 20.0, 26.0])
    found = from_stops(["m"] * 4, start, end, 30.0)
    # From 10 to 20, and from 25 to 26.
    assert (found.repairs, found.lives) == ([10.0, 1.0], [9.0, 5.0, 4.0])
    # What lies within another makes it no longer.
    within = from_stops(["m"] * 3, np.array([0.0, 10, 11]), np.array([1.0, 20, 12]), 30.0)
    assert within.repairs == [10.0]


def test_a_machine_without_a_failure_has_a_lower_end_alone() -> None:
    found = of_spans([(0, 100 * HOUR, "running", "")])
    assert found["mtbf"]["value"] is None
    # 100 h / -ln 0.05
    assert found["mtbf"]["ci95"] == [pytest.approx(33.38, abs=0.01), None]
    assert of_spans([])["verdict"] == "not_enough_data"


def stops(gaps: list[float]) -> dict[str, Any]:
    """Stops of an hour each on one machine, with these hours of running between them."""
    begin = np.datetime64("2026-01-01T00:00:00")
    at = np.concatenate([[0.0], np.cumsum(np.array(gaps) + 1)])
    minutes = np.round(at * 60).astype(int)
    return {
        "설비": ["1호기"] * at.size,
        "정지 시작": begin + minutes * np.timedelta64(1, "m"),
        "정지 종료": begin + (minutes + 60) * np.timedelta64(1, "m"),
        "사유": ["고장"] * at.size,
    }


def both(first: dict[str, Any], second: dict[str, Any]) -> dict[str, object]:
    """The stops of two machines in one list."""
    second = {**second, "설비": ["2호기"] * len(second["설비"])}
    return {name: np.concatenate([first[name], second[name]]) for name in first}


def test_a_list_of_stops_in_korean_is_understood() -> None:
    document = study(stops([9.0, 10, 11, 10, 9, 11, 10, 10])).document
    assert document["columns"]["start"] == "정지 시작"
    assert (document["columns"]["machine"], document["columns"]["end"]) == ("설비", "정지 종료")
    assert (document["failures"], document["hours"]) == (8, 80.0)
    assert document["verdict"] == "wear_out"
    assert document["warnings"] == ["calendar", "every_stop", "few_failures"]


def test_failures_that_come_faster_and_faster_are_a_change_and_no_wear() -> None:
    document = study(stops([100, 80, 60, 50, 40, 30, 20, 15, 10, 8, 5, 4, 3, 2, 1])).document
    assert document["verdict"] == "changing"
    assert "more_often" in document["warnings"]


def test_each_of_several_machines_has_its_figures_and_is_told_from_the_others() -> None:
    often, seldom = stops([10.0] * 30), stops([30.0] * 10)
    document = study(both(often, seldom)).document
    first, second = document["each"]
    # From the end of the first stop on: 30 failures in 300 h, 10 in 300 h; the log of the second
    # machine ends after 11 + 10 * 30 h, that of the first after 31 + 30 * 10 h, the last of all.
    assert (first["machine"], first["failures"], first["hours"]) == ("1호기", 30, 300.0)
    assert (second["failures"], second["hours"]) == (10, 320.0)
    assert first["mtbf"]["value"] == 10.0
    # Expected are 40 * 300/620 and 40 * 320/620: 2 (30 ln 30/19.35 + 10 ln 10/20.65) = 11.80.
    assert document["p_same_rate"] == pytest.approx(0.00059, abs=1e-5)
    assert "machines_differ" in document["warnings"]
    assert second["since_last"] == 20.0
    assert "silent" not in document["warnings"]
    alone = study(often).document
    assert (alone["each"], alone["p_same_rate"]) == ([], None)


def test_a_machine_that_was_taken_out_of_use_is_noticed() -> None:
    out, runs = stops([10.0] * 10), stops([10.0] * 40)
    document = study(both(out, runs)).document
    # 10 failures in 100 h, then none for 330 h: (100 / 430)^10, less than one in two millions.
    assert document["each"][0]["since_last"] == 330.0
    assert "silent" in document["warnings"]
    assert "silent" not in study(runs).document["warnings"]


def test_failures_at_random_are_said_to_be_at_random() -> None:
    gaps = np.random.default_rng(3).exponential(20, 40).tolist()
    assert study(stops(gaps)).document["verdict"] == "random"


def test_only_the_reasons_that_are_told_are_failures() -> None:
    table = stops([5.0] * 9)
    table["사유"] = ["고장", "준비"] * 5
    document = study(table, Options(failures=("고장",))).document
    assert document["failures"] == 4
    assert document["input"]["set_aside"] == [{"reason": "no_failure", "rows": 5}]


@pytest.mark.parametrize(
    ("table", "options", "error", "words"),
    [
        ({"x": [1.0]}, Options(), UnusableFile, "neither times of stops"),
        ({"x": [1.0]}, Options(life="y"), UnusableOption, "there is no column"),
        ({"life": ["a"]}, Options(life="life"), UnusableOption, "no numbers"),
        (stops([1.0]), Options(failures=("화재",)), UnusableOption, "never says"),
    ],
)
def test_what_cannot_be_studied_is_refused(
    table: dict[str, object], options: Options, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        study(table, options)


def test_the_package_offers_what_the_monitor_calls() -> None:
    assert reliability.of_spans([(0.0, HOUR, "running", "")])["hours"] == 1.0
