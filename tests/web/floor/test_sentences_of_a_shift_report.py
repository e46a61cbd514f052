"""What the letter of a shift says first."""

from typing import Any

from machine_of_truth import S

from deungdae.web.floor.reporting import telling
from deungdae.web.floor.views.shifts import _shown


def of(**shift: Any) -> list[str]:
    whole = {"counts": {"produced": 180, "scrapped": 0, "reworked": 0}, "reasons_missing": []}
    return [str(one) for one in telling.summary({"shift": {**whole, **shift}})]


def test_a_line_of_which_one_machine_counts_says_so_beside_its_oee() -> None:
    told = of(figures={"oee": 0.5, "known": 1.0}, counting=[1, 2])
    assert told[:2] == [
        "180 good parts.",
        "OEE 50%. Of 2 machines 1 counts parts; the figures are of that one.",
    ]
    assert of(figures={"oee": 0.5, "known": 1.0})[1] == "OEE 50%."


def test_without_a_count_there_is_no_oee_and_the_reason_is_said() -> None:
    told = of(figures={"oee": None, "known": 1.0}, counted=False)
    assert told[0] == "Nothing was counted in this shift."
    assert "parts are not counted" in told[1]


def test_of_stops_without_a_reason_the_longest_are_listed_and_the_others_counted() -> None:
    stops = [[at * 3600 * S, at * 3600 * S + at * 60 * S] for at in range(1, 12)]
    shift = {"start": 0, "end": 12 * 3600 * S, "counts": {}, "reasons_missing": stops}
    found = _shown({"shift": shift}, {})
    assert [one["lasted"] for one in found["waiting"]] == [
        f"{minutes} min" for minutes in range(11, 3, -1)
    ]
    assert found["waiting_more"] == 3
