"""A filled sheet: understood as people fill it, and judged by figures checked by hand."""

import contextlib
import io
import math
import re
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from deungdae.analysis import experiment
from deungdae.records.errors import UnusableFile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "experiment.md"
SPEED = experiment.Factor("speed", bad=45.0, good=60.0, unit="mm/s")
FALL = experiment.Finding(("speed",), baseline=0.30, promised=0.10)
HEADER = ["Run", "Block", "speed (mm/s)", "Parts made", "Bad parts", "Remarks"]

Plan = dict[str, Any]


def planned(**options: Any) -> Plan:
    """Eight runs of 100 parts on one day, 45 against 60 mm/s."""
    told = {"replicates": 4, "parts": 100, "runs_per_day": 8, **options}
    return experiment.plan([SPEED], [FALL], options=experiment.Options(**told)).document


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned()


def filled(plan: Plan, bad: list[int], good: list[int]) -> list[list[str]]:
    """Fill the sheet: bad parts of the runs at the bad level and at the good one, in order."""
    left = {1: list(bad), -1: list(good)}
    rows = [HEADER]
    for run in plan["runs"]:
        count = left[run["coded"][0]].pop(0)
        level = run["settings"]["speed"]
        rows.append([str(run["run"]), str(run["block"]), str(level), "100", str(count), ""])
    return rows


def analysed(plan: Plan, rows: list[list[str]]) -> Plan:
    return experiment.analyse(plan, {"sheet": rows}).document


def test_the_fall_and_its_interval_are_those_worked_out_by_hand(plan: Plan) -> None:
    (found,) = analysed(plan, filled(plan, [28, 32, 30, 30], [9, 11, 10, 10]))["findings"]

    # 120 of 400 against 40 of 400. Runs differ less than chance would make them, so the variance
    # is that of independent parts: p = 121/402 and 41/402, 400 parts on each side.
    p1, p2 = 121 / 402, 41 / 402
    a1, a2 = p1 * (1 - p1), p2 * (1 - p2)
    error = math.sqrt(a1 / 400 + a2 / 400)
    freedom = 6 * (a1 + a2) ** 2 / (2 * (a1**2 + a2**2))
    reach = stats.t.ppf(0.975, freedom) * error
    assert found["fall"] == pytest.approx(0.20)
    assert found["freedom"] == pytest.approx(freedom)
    assert found["interval"] == pytest.approx([0.20 - reach, 0.20 + reach])
    assert (found["verdict"], found["reason"]) == ("confirmed", None)
    assert (found["bad_side"]["bad"], found["good_side"]["bad"]) == (120, 40)


def test_runs_that_differ_widen_the_interval(plan: Plan) -> None:
    even = analysed(plan, filled(plan, [30, 30, 30, 30], [10, 10, 10, 10]))
    uneven = analysed(plan, filled(plan, [5, 55, 10, 50], [0, 20, 3, 17]))

    def width(document: Plan) -> float:
        low, high = document["findings"][0]["interval"]
        return float(high - low)

    assert width(uneven) > 3 * width(even)
    assert "runs_differ_more" in uneven["warnings"] and even["warnings"] == []
    assert uneven["spread"]["intra_run"] > 0.1


def test_without_a_difference_the_finding_is_refuted(plan: Plan) -> None:
    (found,) = analysed(plan, filled(plan, [11, 10, 9, 10], [10, 9, 11, 10]))["findings"]

    assert found["fall"] == pytest.approx(0.0)
    assert found["interval"][1] < 0.20
    assert found["verdict"] == "refuted"


def test_between_nothing_and_the_promise_it_stays_undecided_and_says_how_many_runs(
    plan: Plan,
) -> None:
    (found,) = analysed(plan, filled(plan, [10, 40, 15, 35], [5, 30, 10, 25]))["findings"]

    low, high = found["interval"]
    assert low < 0 < 0.20 < high
    assert found["verdict"] == "undecided" and found["runs_needed"] > 8


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.30, ("confirmed", None)),
        (0.01, 0.10, ("confirmed", "smaller")),
        (-0.05, 0.10, ("refuted", None)),
        (-0.20, -0.05, ("refuted", "opposite")),
        (-0.05, 0.30, ("undecided", None)),
        (0.0, 0.2, ("undecided", None)),
    ],
)
def test_the_verdict_follows_from_the_interval(
    low: float, high: float, verdict: tuple[str, str | None]
) -> None:
    assert experiment.judge(low, high, 0.2) == verdict


def test_rows_in_another_order_with_titles_sums_and_units_are_understood(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    body = [[*row[:3], "100 ea", f" {row[4]}개", row[5]] for row in rows[1:]]
    messy = [["September trial"], [], HEADER, *reversed(body), ["합계", "", "", "800", "160"]]

    assert analysed(plan, messy)["findings"] == analysed(plan, rows)["findings"]


def test_korean_headings_are_known_too(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    korean = ["실험 번호", "블록", "speed", "생산수", "불량수", "비고"]

    assert analysed(plan, [korean, *rows[1:]])["input"]["runs_used"] == 8


def test_missing_runs_are_counted_and_parts_without_bad_ones_are_not_zero(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    rows[2][3:5] = ["", ""]
    rows[3][4] = ""
    del rows[5]

    document = analysed(plan, rows)

    assert document["input"]["missing"] == [2, 5]
    assert document["input"]["bad_not_filled"] == [3]
    assert document["input"]["runs_used"] == 5
    assert set(document["warnings"]) == {"missing_runs", "bad_not_filled"}


def test_a_setting_written_over_counts_as_it_was(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    first_bad = next(n for n, r in enumerate(plan["runs"], 1) if r["coded"] == [1])
    rows[first_bad][2] = "48.75"  # a quarter of the way to the good level: code 0.5
    rows[first_bad][5] = "heater slow"

    document = analysed(plan, rows)

    assert document["input"]["deviated"] == [{"run": first_bad, "factors": ["speed"]}]
    assert document["input"]["remarks"] == [{"run": first_bad, "text": "heater slow"}]
    assert "deviated" in document["warnings"]
    assert document["findings"][0]["verdict"] == "confirmed"


def test_another_order_of_the_runs_is_noted(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    rows = [[*rows[0], "Order carried out"]] + [[*r, str(9 - int(r[0]))] for r in rows[1:]]

    assert analysed(plan, rows)["warnings"] == ["order_changed"]


@pytest.mark.parametrize(
    ("place", "text", "sentence"),
    [
        (4, "101", "101 bad parts of 100 cannot be"),
        (4, "-1", "-1 is no number of parts"),
        (4, "1.5", "1.5 is no number of parts"),
        (4, "many", "“many” in the column “Bad parts” is no number"),
        (3, "", "bad parts are written, but not how many"),
        (0, "9", "no run 9; it has 8 runs"),
        (0, "2", "Run 2 stands in the sheet twice"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_by_name(
    plan: Plan, place: int, text: str, sentence: str
) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    rows[1][place] = text

    with pytest.raises(UnusableFile, match=re.escape(sentence)):
        analysed(plan, rows)


def test_a_level_that_a_factor_does_not_have_is_refused() -> None:
    hopper = experiment.Factor("hopper", bad="B", good="A")
    options = experiment.Options(replicates=2, parts=50)
    finding = experiment.Finding(("hopper",), 0.3, 0.1)
    plan = experiment.plan([hopper], [finding], options=options).document

    with pytest.raises(UnusableFile, match="“C” is not a level of “hopper”"):
        analysed(plan, [["Run", "hopper", "Parts made", "Bad parts"], ["1", "C", "50", "1"]])


def test_a_sheet_of_something_else_is_refused(plan: Plan) -> None:
    with pytest.raises(UnusableFile, match="No sheet of the experiment"):
        analysed(plan, [["date", "result"], ["1", "OK"]])


def test_a_plan_that_was_changed_afterwards_is_refused(plan: Plan) -> None:
    changed = {**plan, "alpha": 0.5}

    with pytest.raises(UnusableFile, match="was changed after it was made"):
        analysed(changed, filled(plan, [1] * 4, [1] * 4))


def test_too_few_runs_decide_nothing(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])[:3]

    document = analysed(plan, rows)

    assert document["findings"][0]["verdict"] == "undecided"
    assert document["findings"][0]["reason"] == "too_few_runs"
    assert "too_few_runs" in document["warnings"]


def test_one_side_alone_decides_nothing(plan: Plan) -> None:
    rows = filled(plan, [28, 32, 30, 30], [9, 11, 10, 10])
    only = [rows[0]] + [r for r in rows[1:] if r[2] == "45.0"]

    (found,) = analysed(plan, only)["findings"]

    assert found["verdict"] == "undecided" and found["reason"] == "not_told_apart"


def test_no_bad_part_at_all_still_has_an_interval(plan: Plan) -> None:
    (found,) = analysed(plan, filled(plan, [0] * 4, [0] * 4))["findings"]

    assert found["fall"] == 0
    assert found["interval"][0] < 0 < found["interval"][1] < 0.02
    assert found["verdict"] == "refuted"


def test_reasons_are_counted_apart() -> None:
    response = experiment.Response(reason="short")
    options = experiment.Options(replicates=4, parts=100, runs_per_day=8)
    plan = experiment.plan([SPEED], [FALL], response, options).document
    rows = [["Run", "Parts made", "Bad: short", "Bad: other"]]
    for run in plan["runs"]:
        short = "30" if run["coded"] == [1] else ""  # left empty: the others were counted
        rows.append([str(run["run"]), "100", short, "5"])

    document = analysed(plan, rows)

    assert document["input"]["bad"] == 120 and document["input"]["bad_of_other_reasons"] == 40
    assert document["findings"][0]["fall"] == pytest.approx(0.30)


def test_two_conditions_at_once_are_compared_with_all_other_combinations() -> None:
    factors = [SPEED, experiment.Factor("heat", bad=230.0, good=210.0)]
    finding = experiment.Finding(("speed", "heat"), 0.30, 0.10)
    options = experiment.Options(replicates=2, parts=100, runs_per_day=8)
    plan = experiment.plan(factors, [finding], options=options).document
    rows = [["Run", "Parts made", "Bad parts"]]
    for run in plan["runs"]:
        rows.append([str(run["run"]), "100", "30" if run["coded"] == [1, 1] else "10"])

    document = analysed(plan, rows)

    assert document["findings"][0]["fall"] == pytest.approx(0.20)
    assert document["findings"][0]["verdict"] == "confirmed"
    assert document["findings"][0]["p_adjusted"] == document["findings"][0]["p_value"]
    effects = {e["effect"]: e["estimate"] for e in document["effects"]}
    # Each effect is half of what the bad cell stands out: (0.30 - 0.10) / 2.
    assert effects == pytest.approx({"A": 0.10, "B": 0.10, "AB": 0.10})


def test_a_bend_between_the_levels_is_seen_in_the_centre_points() -> None:
    response = experiment.Response("measured", "weight", "g", sd=1.0)
    finding = experiment.Finding(("speed",), 12.0, 10.0)
    options = experiment.Options(replicates=3, parts=1, runs_per_day=10, centre_points=4)
    plan = experiment.plan([SPEED], [finding], response, options).document
    values = {1: ["12.1", "11.9", "12.0"], -1: ["10.1", "9.9", "10.0"]}
    values[0] = ["13.0", "13.1", "12.9", "13.0"]
    rows = [["Run", "weight 1"]]
    for run in plan["runs"]:
        rows.append([str(run["run"]), values[run["coded"][0]].pop(0)])

    document = analysed(plan, rows)

    # 13 in the middle, (12 + 10) / 2 on the straight line.
    assert document["curvature"]["estimate"] == pytest.approx(2.0)
    assert document["curvature"]["interval"][0] > 0
    assert document["findings"][0]["fall"] == pytest.approx(2.0)


def test_a_promised_rise_is_confirmed_by_a_rise() -> None:
    response = experiment.Response("measured", "strength", "N", sd=1.0)
    finding = experiment.Finding(("speed",), 10.0, 12.0)
    options = experiment.Options(replicates=3, parts=1, runs_per_day=6)
    plan = experiment.plan([SPEED], [finding], response, options).document
    rows = [["Run", "strength"]]
    for run in plan["runs"]:
        rows.append([str(run["run"]), "10" if run["coded"] == [1] else "12.1"])
    rows[1][1] = str(float(rows[1][1]) + 0.1)

    (found,) = analysed(plan, rows)["findings"]

    assert found["verdict"] == "confirmed" and found["interval"][1] < 0


def test_the_worked_example_prints_what_the_experiment_page_says() -> None:
    text = PAGE.read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(example[0], str(PAGE), "exec"), {})

    assert printed.getvalue() == example[1]


def test_every_warning_of_an_analysis_is_explained_on_the_experiment_page() -> None:
    folder = PAGE.parents[2] / "src/deungdae/analysis/experiment"
    source = "".join(p.read_text("utf-8") for p in sorted(folder.glob("*.py")))
    given = set(re.findall(r'(?:notes|warnings|said)\.append\("(\w+)"\)', source))
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))

    assert len(given) >= 6
    assert given <= told
