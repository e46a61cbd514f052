"""The demo sheet: what its truth promises can be counted in the file."""

import csv
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from deungdae.records.errors import UnusableOption
from deungdae.tables.demo import LEAST_ROWS, DemoTable, write
from deungdae.tables.demo.sheet import clock

Row = dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoTable:
    return write(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def lines(demo: DemoTable) -> list[list[str]]:
    return list(csv.reader(demo.path.read_text("cp949").splitlines()))


@pytest.fixture(scope="module")
def parts(lines: list[list[str]]) -> list[Row]:
    """The rows that are parts: only those name a product."""
    rows = [dict(zip(lines[3], line, strict=True)) for line in lines[5:]]
    return [row for row in rows if row["품명"]]


def rate(rows: list[Row], reason: str) -> float:
    return sum(row["불량유형"] == reason for row in rows) / len(rows)


def of(parts: list[Row], product: str) -> list[Row]:
    return [row for row in parts if row["품명"].startswith(product)]


def test_the_title_says_that_the_values_are_generated(lines: list[list[str]]) -> None:
    assert lines[0][0].startswith("데모 데이터 (생성된 값)")


def test_the_header_has_a_line_of_names_and_a_line_of_units(lines: list[list[str]]) -> None:
    names, units = lines[3], lines[4]
    assert len(names) == len(set(names)) == 29
    assert units[names.index("사출속도")] == "(mm/s)"
    assert units[names.index("금형온도1")] == "(℃)"
    assert units[names.index("판정")] == ""


def test_the_same_seed_gives_the_same_bytes(demo: DemoTable, tmp_path: Path) -> None:
    again, other = write(tmp_path / "same"), write(tmp_path / "other", seed=8)
    assert again.path.read_bytes() == demo.path.read_bytes()
    assert again.truth == demo.truth
    assert other.path.read_bytes() != demo.path.read_bytes()


def test_there_are_as_many_parts_as_were_asked_for(
    demo: DemoTable, parts: list[Row], tmp_path: Path
) -> None:
    assert len(parts) == demo.truth["parts"] == 6000
    assert write(tmp_path, rows=LEAST_ROWS + 1).truth["parts"] == LEAST_ROWS + 1


def test_too_small_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableOption, match="at least 400 rows; 399 were asked for"):
        write(tmp_path, rows=LEAST_ROWS - 1)
    assert list(tmp_path.iterdir()) == []


def test_three_weeks_without_sundays_are_covered(demo: DemoTable, parts: list[Row]) -> None:
    days = {datetime.fromisoformat(row["생산일시"][:10]) for row in parts}
    assert len(days) == demo.truth["days"] == 18
    assert (max(days) - min(days)).days == 19
    assert not any(day.weekday() == 6 for day in days)


@pytest.mark.parametrize(
    ("time", "written"),
    [
        ("2026-09-01T00:05:09", "2026-09-01 오전 12:05:09"),
        ("2026-09-01T11:59:00", "2026-09-01 오전 11:59:00"),
        ("2026-09-01T12:00:00", "2026-09-01 오후 12:00:00"),
        ("2026-09-01T14:05:09", "2026-09-01 오후 2:05:09"),
    ],
)
def test_times_say_morning_and_afternoon(time: str, written: str) -> None:
    assert clock(datetime.fromisoformat(time), "ko") == written
    assert clock(datetime.fromisoformat(time), "en") == time.replace("T", " ")


def test_a_subtotal_ends_each_day_and_a_total_the_sheet(
    demo: DemoTable, lines: list[list[str]], parts: list[Row]
) -> None:
    sums = [line for line in lines if line[0] in ("소계", "합계")]
    assert len(sums) == demo.truth["subtotals"] == 18 + 1
    assert sum(int(line[5].replace(",", "")) for line in sums[:-1]) == len(parts)
    assert sums[-1][0] == "합계"
    assert sums[-1][5] == "6,000"
    bad = sum(row["판정"] == "불" for row in parts)
    assert sum(int(line[-2]) for line in sums[:-1]) == int(sums[-1][-2]) == bad


def test_the_truth_counts_the_bad_parts_by_kind(demo: DemoTable, parts: list[Row]) -> None:
    counted = Counter(row["불량유형"] for row in parts if row["판정"] == "불")
    assert counted == {kind["reason"]: kind["bad"] for kind in demo.truth["kinds"]}
    assert counted.total() == demo.truth["bad"]


def test_sensors_fail_as_the_truth_says(demo: DemoTable, parts: list[Row]) -> None:
    assert {row["형체력"] for row in parts} == {"0.0"}
    assert demo.truth["dead"] == ["형체력"]
    dropouts = sum(row["금형온도2"] == "0.0" for row in parts)
    assert demo.truth["dropouts"] == {"금형온도2": dropouts}
    assert 30 <= dropouts <= 200
    marks = sum((row["노즐온도"] == "-") + (row["쿠션위치"] == "#N/A") for row in parts)
    assert marks == demo.truth["marks"] > 0


def test_thousands_are_separated(parts: list[Row]) -> None:
    assert all("," in row["사출압력"] for row in parts if len(row["사출압력"]) > 5)
    assert parts[-1]["일련번호"] == "5,994"


def test_some_parts_stand_there_twice_and_some_were_never_inspected(
    demo: DemoTable, parts: list[Row]
) -> None:
    assert len(parts) - len({row["일련번호"] for row in parts}) == demo.truth["repeated"] == 6
    assert len(parts) - len({tuple(row.values()) for row in parts}) == 6
    assert sum(row["판정"] == "" for row in parts) == demo.truth["uninspected"] > 0


def test_the_cavities_of_a_shot_share_the_machine_record(parts: list[Row]) -> None:
    shots: dict[str, set[tuple[str, ...]]] = {}
    for row in parts:
        shots.setdefault(row["생산일시"], set()).add(tuple(row.values())[6:-2])
    assert {len(records) for records in shots.values()} == {1}
    assert {row["품명"][-2:] for row in parts} == {"LH", "RH"}


def test_temperatures_wander_slowly_as_in_a_plant(parts: list[Row]) -> None:
    shots = [row for row in of(parts, "데모 커버") if row["품명"].endswith("LH")]
    values = [float(row["금형온도1"]) for row in shots]
    near = [abs(a - b) for a, b in pairwise(values)]
    far = [abs(a - b) for a, b in zip(values, values[300:], strict=False)]
    assert sum(near) / len(near) < 0.5 * sum(far) / len(far)


def test_short_shots_need_slow_injection_and_a_cool_mould_together(parts: list[Row]) -> None:
    housing = of(parts, "데모 하우징")
    slow = [row for row in housing if float(row["사출속도"]) < 50.0]
    both = [row for row in slow if float(row["금형온도1"]) < 53.5]
    slow_alone = [row for row in slow if float(row["금형온도1"]) >= 53.5]
    others = [row for row in housing if float(row["사출속도"]) >= 50.0]
    assert rate(both, "미성형") > 0.15
    assert rate(slow_alone, "미성형") < 0.02
    assert rate(others, "미성형") < 0.01
    assert len({row["생산일시"][:10] for row in both}) >= 12, "spread over the days"


def test_gas_marks_come_from_drying_too_short_and_too_long(parts: list[Row]) -> None:
    cover = of(parts, "데모 커버")
    short = [row for row in cover if float(row["건조시간"]) < 3.0]
    long = [row for row in cover if float(row["건조시간"]) > 5.5]
    window = [row for row in cover if 3.0 <= float(row["건조시간"]) <= 5.5]
    assert rate(short, "가스") > 0.05
    assert rate(long, "가스") > 0.05
    assert rate(window, "가스") < 0.005
    assert len(window) > len(short) + len(long)


def test_a_planted_cause_does_nothing_to_the_other_product(parts: list[Row]) -> None:
    assert rate(of(parts, "데모 커버"), "미성형") == 0
    assert rate(of(parts, "데모 하우징"), "가스") == 0


def test_black_spots_follow_the_day_and_within_it_not_the_mould(parts: list[Row]) -> None:
    cover = [row for row in of(parts, "데모 커버") if float(row["금형온도2"]) > 0]
    hot = [row for row in cover if float(row["금형온도2"]) > 61]
    assert rate(hot, "흑점") > 8 * rate([row for row in cover if row not in hot], "흑점")
    cooler: list[Row] = []
    warmer: list[Row] = []
    for day in {row["생산일시"][:10] for row in cover}:
        of_day = [row for row in cover if row["생산일시"].startswith(day)]
        of_day.sort(key=lambda row: float(row["금형온도2"]))
        cooler += of_day[: len(of_day) // 2]
        warmer += of_day[len(of_day) // 2 :]
    assert rate(warmer, "흑점") < 2 * rate(cooler, "흑점")


def test_scratches_do_not_care_for_the_machine(parts: list[Row]) -> None:
    housing = [row for row in of(parts, "데모 하우징") if row["불량유형"] != "미성형"]
    slow = [row for row in housing if float(row["사출속도"]) < 50.0]
    fast = [row for row in housing if float(row["사출속도"]) >= 50.0]
    assert abs(rate(slow, "긁힘") - rate(fast, "긁힘")) < 0.015
    assert rate(housing, "긁힘") > 0.015


def test_the_english_sheet_tells_the_same_story(demo: DemoTable, tmp_path: Path) -> None:
    english = write(tmp_path, lang="en")
    lines = list(csv.reader(english.path.read_text("utf-8").splitlines()))
    assert lines[0][0].startswith("Demo data (generated values)")
    assert [kind["bad"] for kind in english.truth["kinds"]] == [
        kind["bad"] for kind in demo.truth["kinds"]
    ]
    assert {line[-1] for line in lines[5:] if line[3]} == {
        "None",
        *(kind["reason"] for kind in english.truth["kinds"]),
    }
