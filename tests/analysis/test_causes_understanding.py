"""How the columns of a table are understood: the result, its bad values, codes, leaks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from deungdae.analysis import causes
from deungdae.analysis.causes.frame import to_frame
from deungdae.analysis.causes.options import Options
from deungdae.analysis.causes.target import Target, find_target
from deungdae.analysis.causes.vocabulary import coded
from deungdae.records.errors import UnusableOption
from deungdae.records.verdicts import verdict_word

START = datetime(2026, 9, 1, tzinfo=UTC)


def result(name: str, counts: dict[Any, int], **options: Any) -> tuple[Target, dict[str, int]]:
    """Return what is understood of a table with one such column, and its counts of rows."""
    values = [None if value == "" else value for value, n in counts.items() for _ in range(n)]
    table = {"압력": np.linspace(1, 2, len(values)), name: values}
    target = find_target(to_frame(table, "Asia/Seoul"), Options(**options))
    states = np.bincount(target.state, minlength=4)
    keys = ("good", "bad", "missing", "unknown")
    return target, {k: int(n) for k, n in zip(keys, states, strict=True) if n}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("불량여부", "X", "O"), ("불량", "×", "○"), ("이상", "x", "o"), ("부적합여부", "X", "O"),
        ("합격여부", "O", "X"), ("양품", "○", "×"), ("적합여부", "O", "X"), ("판정", "O", "X"),
        ("OK/NG", "O", "X"), ("판정", "○", "✕"), ("판정", "ㅇ", "X"), ("판정", "합", "부"),
        ("판정", "적", "부"), ("이상여부", "없음", "있음"), ("불량유무", "무", "유"),
        ("합격여부", "Y", "N"), ("불량여부", "N", "Y"), ("합부판정", "Y", "N"),
        ("판정", "정상", "비정상"), ("판정", "OK", "N/G"), ("판정", "OK", " N G"),
        ("판정", "OK", "n.g"), ("판정", "PASS", "FAIL(치수)"), ("검사결과", "Y", "N"),
    ],
)  # fmt: skip
def test_words_and_marks_mean_what_the_name_of_their_column_says(
    name: str, good: str, bad: str
) -> None:
    target, rows = result(name, {good: 90, bad: 10})

    assert target.bad == (bad,)
    assert rows == {"good": 90, "bad": 10}


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("합격", 0), ("양품", 0), ("정상여부", 0), ("적합여부", 0), ("불합격", 1),
        ("부적합여부", 1), ("불량여부", 1), ("NG", 1), ("is_ok", 0), ("not_ok", 1),
        ("OK", 0), ("pass", 0),
    ],
)  # fmt: skip
def test_one_and_zero_mean_what_the_name_says_even_where_both_are_common(
    name: str, bad: int
) -> None:
    target, rows = result(name, {1 - bad: 55, bad: 45})

    assert target.bad == (str(bad),)
    assert rows == {"good": 55, "bad": 45}


@pytest.mark.parametrize("name", ["OK/NG", "Pass/Fail", "PassOrFail", "양품/불량", "판정"])
@pytest.mark.parametrize("bad", [0, 1])
def test_under_a_name_that_says_both_the_rare_number_is_the_defect(name: str, bad: int) -> None:
    target, rows = result(name, {1 - bad: 95, bad: 5})

    assert target.bad == (str(bad),)
    assert rows == {"good": 95, "bad": 5}


def test_beside_a_good_word_every_other_word_is_a_defect() -> None:
    kinds, rows = result("판정", {"양품": 80, "스크래치": 5, "기포": 5, "미성형": 10})
    numbered, _ = result("판정", {"OK": 80, "NG1": 5, "NG2": 15})
    normal, _ = result("불량여부", {"정상": 80, "미성형": 5, "기포": 15})

    assert kinds.bad == ("기포", "미성형", "스크래치")
    assert rows == {"good": 80, "bad": 20}
    assert numbered.bad == ("NG1", "NG2")
    assert normal.bad == ("기포", "미성형")


@pytest.mark.parametrize(
    "word", ["보류", "재검", "대기", "미검", "미검사", "pending", "HOLD", "retest"]
)
def test_a_part_on_hold_is_neither_good_nor_bad(word: str) -> None:
    target, rows = result("판정", {"OK": 80, "불량": 5, "긁힘": 5, word: 10})

    assert target.bad == ("긁힘", "불량")
    assert rows == {"good": 80, "bad": 10, "unknown": 10}


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("불량", "O"),
        ("불량", "V"),
        ("불량여부", "Y"),
        ("판정", "NG"),
        ("판정", "불량"),
        ("불량", "1"),
    ],
)
def test_where_only_defects_are_marked_a_blank_is_a_good_part(name: str, bad: str) -> None:
    target, rows = result(name, {"": 90, bad: 10})

    assert target.bad == (bad,)
    assert rows == {"good": 90, "bad": 10}
    assert target.guessed["blank"] == "good"


def test_where_only_good_parts_are_marked_a_blank_stays_missing() -> None:
    target, rows = result("판정", {"OK": 90, "": 10})

    assert rows == {"good": 90, "missing": 10}
    assert "blank" not in target.guessed


def test_blanks_stay_missing_where_they_are_the_exception() -> None:
    _, rows = result("판정", {"NG": 90, "": 10})

    assert rows == {"bad": 90, "missing": 10}


def test_a_told_defect_with_nothing_but_blanks_beside_it_has_good_parts_too() -> None:
    target, rows = result("비고", {"": 90, "터짐": 10}, target="비고", bad=("터짐",))

    assert rows == {"good": 90, "bad": 10}
    assert target.guessed == {"blank": "good"}


def test_a_column_that_only_names_defects_is_a_result_with_blanks_for_good() -> None:
    told, rows = result("불량명", {"": 90, "기포": 10}, target="불량명")
    guessed, several = result("불량유형", {"": 90, "기포": 6, "미성형": 4})

    assert told.bad == ("기포",) and rows == {"good": 90, "bad": 10}
    assert guessed.bad == ("기포", "미성형") and several == {"good": 90, "bad": 10}
    assert guessed.guessed["blank"] == "good"


def test_one_unknown_word_beside_blanks_is_asked_about() -> None:
    with pytest.raises(UnusableOption, match="has the values 청소, and none of them"):
        result("비고", {"": 90, "청소": 10}, target="비고")


def test_of_two_common_unknown_values_none_is_called_the_defect() -> None:
    with pytest.raises(UnusableOption, match="has the values A, B, and none of them"):
        result("판정", {"A": 60, "B": 40})


def test_of_two_unknown_values_the_rare_one_is_the_defect() -> None:
    target, rows = result("판정", {"A": 90, "B": 10})

    assert target.bad == ("B",)
    assert rows == {"good": 90, "bad": 10}


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("합격여부", {"X": 90, "O": 10}), ("불량여부", {1: 95, 0: 5}), ("판정", {"Y": 40, "N": 60}),
        ("판정", {"양품": 30, "기포": 40, "긁힘": 30}), ("불량여부", {"O": 97, "X": 3}),
    ],
)  # fmt: skip
def test_a_guess_never_makes_most_parts_bad(name: str, counts: dict[Any, int]) -> None:
    with pytest.raises(UnusableOption, match="% of the parts bad"):
        result(name, counts)


def test_words_that_say_it_may_make_most_parts_bad() -> None:
    _, rows = result("판정", {"불량": 70, "양품": 30})

    assert rows == {"bad": 70, "good": 30}


def test_several_unknown_words_beside_a_defect_are_asked_about() -> None:
    with pytest.raises(UnusableOption, match="has 3 different values"):
        result("판정", {"NG": 10, "A": 50, "B": 40})


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("N.G.", "ng"),
        ("Ｏ", "o"),
        ("◯", "o"),
        ("1.0", "1"),
        ("-1", "-1"),
        ("NG-2", "ng"),
        ("기포", "기포"),
    ],
)
def test_ways_of_writing_a_verdict_are_one_word(written: str, word: str) -> None:
    assert verdict_word(written) == word


def guess(table: dict[str, Any]) -> Target:
    return find_target(to_frame({"압력": np.linspace(1, 2, 100), **table}, "Asia/Seoul"), Options())


def some(bad: Any, good: Any, every: int = 10) -> list[Any]:
    return [bad if i % every == 3 else good for i in range(100)]


@pytest.mark.parametrize("other", ["설비상태", "센서점검"])
@pytest.mark.parametrize(("bad", "good"), [(1, 0), ("Y", "N")])
def test_the_name_of_a_column_outweighs_its_words(other: str, bad: Any, good: Any) -> None:
    words = ("이상", "정상") if other == "설비상태" else ("NG", "OK")

    target = guess({other: some(*words, every=7), "불량여부": some(bad, good)})

    assert target.column == "불량여부"
    assert target.bad == (str(bad),)


def test_the_last_verdict_is_the_result_and_the_earlier_one_no_cause() -> None:
    table = {
        "압력": np.linspace(1, 2, 300),
        "1차판정": some("NG", "OK", 7) * 3,
        "최종판정": some("NG", "OK") * 3,
    }

    document = causes.find(table).document

    assert document["target"]["column"] == "최종판정"
    assert document["input"]["columns_set_aside"] == [
        {"column": "1차판정", "reason": "after_inspection"}
    ]


@pytest.mark.parametrize(("first", "last"), [("1차판정", "2차판정"), ("1차검사", "최종검사")])
def test_an_earlier_verdict_that_passes_every_good_part_is_no_reason(first: str, last: str) -> None:
    rng = np.random.default_rng(0)
    table = shop()
    bad = table.pop("불량여부") == 1
    table[first] = np.where(bad | (rng.random(3000) < 0.02), "NG", "OK")
    table[last] = np.where(bad, "NG", "OK")

    document = causes.find(table).document

    assert document["target"]["column"] == last
    assert document["input"]["guessed"]["reason"] == []
    assert aside(table) == {first: "after_inspection"}


def test_two_columns_that_could_both_be_the_result_are_both_named() -> None:
    target = guess({"외관판정": some("NG", "OK", 7), "판정": some("NG", "OK")})

    assert target.column == "판정"
    assert target.guessed["target_candidates"] == ["판정", "외관판정"]
    assert "target_candidates" not in guess({"판정": some("NG", "OK")}).guessed


def test_a_column_called_quality_with_several_values_is_asked_about_by_name() -> None:
    with pytest.raises(UnusableOption, match="Column quality has 4 different values"):
        guess({"quality": [1, 2, 3, 4] * 25, "센서점검": some("NG", "OK")})


def test_passed_with_yes_and_no_is_a_result() -> None:
    target = guess({"finished": some("no", "yes", 7), "passed_inspection": some("no", "yes")})

    assert (target.column, target.bad) == ("passed_inspection", ("no",))


def test_a_list_of_columns_is_cut_where_it_is_long_and_shows_short_columns_first() -> None:
    wide: dict[str, Any] = {f"c{i}": np.arange(100) + 0.5 for i in range(40)}
    wide["색상"] = ["흑", "백"] * 50

    with pytest.raises(UnusableOption, match="색상 …"):
        guess(wide)


def shop(rows: int = 3000, seed: int = 1) -> dict[str, Any]:
    """A press where scrap rises to 30 % where the pressure is above 110; the result stands last."""
    rng = np.random.default_rng(seed)
    pressure = rng.normal(100, 8, rows)
    bad = rng.random(rows) < np.where(pressure > 110, 0.30, 0.01)
    return {"압력": pressure, "온도": rng.normal(200, 3, rows), "불량여부": bad.astype(int)}


def aside(table: dict[str, Any], **options: Any) -> dict[str, str]:
    document = causes.find(table, Options(**options)).document
    return {c["column"]: c["reason"] for c in document["input"]["columns_set_aside"]}


def test_a_flag_of_the_process_beside_the_result_is_a_cause() -> None:
    rng = np.random.default_rng(3)
    changed = rng.random(3000) < 0.08
    bad = rng.random(3000) < np.where(changed, 0.3, 0.01)
    table = {
        "압력": rng.normal(50, 3, 3000),
        "금형교환직후": changed.astype(int),
        "불량여부": bad.astype(int),
    }

    document = causes.find(table).document

    assert document["input"]["columns_set_aside"] == []
    assert document["strata"][0]["causes"][0]["columns"] == ["금형교환직후"]


def test_a_flag_of_the_process_beside_flags_of_defects_stays_and_they_do_not() -> None:
    rng = np.random.default_rng(3)
    changed = rng.random(3000) < 0.08
    bubbles, short = (rng.random(3000) < np.where(changed, 0.2, 0.01) for _ in range(2))
    table = {
        "압력": rng.normal(50, 3, 3000),
        "금형교환직후": changed.astype(int),
        "기포": bubbles.astype(int),
        "미성형": short.astype(int),
        "불량여부": (bubbles | short).astype(int),
    }

    assert aside(table) == {"기포": "reason", "미성형": "reason"}
    told = aside(table, target="불량여부", reason=("기포",))
    assert told == {"기포": "reason", "미성형": "after_inspection"}


def test_kinds_of_failure_beside_one_of_them_are_results_too() -> None:
    # The order of a public data set: the whole, then its kinds; the last one is not in the whole.
    rng = np.random.default_rng(5)
    kinds = {name: rng.random(3000) < 0.01 for name in ("TWF", "HDF", "PWF", "OSF")}
    whole = np.any(list(kinds.values()), axis=0)
    table = {
        "torque": rng.normal(40, 5, 3000),
        "Machine failure": whole.astype(int),
        **{name: rows.astype(int) for name, rows in kinds.items()},
        "RNF": (rng.random(3000) < 0.01).astype(int),
    }

    others = ["Machine failure", "TWF", "PWF", "OSF", "RNF"]
    assert aside(table, target="HDF") == dict.fromkeys(others, "after_inspection")


@pytest.mark.parametrize(
    "name",
    [
        "품번", "제품코드", "품목코드", "기종", "모델", "설비", "설비번호", "호기", "사출기 호기",
        "금형번호", "라인", "Machine No", "MachineNo", "LINE_NO", "mold no.", "Cavity", "Lot", "조",
    ],
)  # fmt: skip
def test_names_of_codes_are_known(name: str) -> None:
    assert coded(name)


@pytest.mark.parametrize(
    "name",
    [
        "금형온도", "라인속도", "설비온도", "Tool wear [min]", "Line speed", "Cavity pressure",
        "Part weight", "압력", "건조", "제품(g)", "Lot size", "S60",
    ],
)  # fmt: skip
def test_measures_with_such_a_word_in_their_name_are_no_codes(name: str) -> None:
    assert not coded(name)


@pytest.mark.parametrize("name", ["품번", "제품코드", "Machine No"])
def test_a_product_that_is_a_number_divides_the_table_as_one_that_is_a_text(name: str) -> None:
    rng = np.random.default_rng(0)
    code = np.repeat(rng.choice([51001, 51002, 51003], 60), 50)
    of = code - 51001
    table = {
        name: code,
        "압력": 100 + 40 * of + rng.normal(0, 3, 3000),
        "온도": 200 + 20 * of + rng.normal(0, 2, 3000),
        "사이클": 30 + 5 * of + rng.normal(0, 0.5, 3000),
        "판정": np.where(rng.random(3000) < np.array([0.002, 0.02, 0.10])[of], "NG", "OK"),
    }

    document = causes.find(table).document

    assert document["input"]["guessed"]["by"] == [name]
    groups = {tuple(s["where"][name]) for s in document["strata"]}
    assert groups == {("51001",), ("51002",), ("51003",)}
    assert all(s["causes"] == [] for s in document["strata"])


def test_a_number_of_a_mould_is_a_cause_by_its_values_not_by_a_limit() -> None:
    rng = np.random.default_rng(2)
    mould = rng.integers(1, 5, 3000)
    table = shop()
    table["금형번호"] = mould
    table["불량여부"] = (rng.random(3000) < np.where(mould == 2, 0.15, 0.01)).astype(int)

    (stratum,) = causes.find(table).document["strata"]

    assert stratum["causes"][0]["columns"] == ["금형번호"]
    assert stratum["causes"][0]["conditions"][0]["levels"] == ["2"]


def test_codes_with_very_many_values_are_identifiers() -> None:
    table = shop()
    table["제품코드"] = np.random.default_rng(0).integers(10_000, 10_400, 3000)

    assert aside(table) == {"제품코드": "identifier"}


@pytest.mark.parametrize(
    "name", ["수리시간", "손실금액", "클레임", "검사치", "폐기중량", "측정불량", "손실"]
)
def test_what_is_named_as_a_consequence_is_no_cause(name: str) -> None:
    table = shop()
    table[name] = np.random.default_rng(0).normal(5, 1, 3000)

    assert aside(table) == {name: "after_inspection"}


def test_a_loss_of_pressure_is_a_measure_of_the_process() -> None:
    table = shop()
    table["압력손실"] = np.random.default_rng(0).normal(5, 1, 3000)

    assert aside(table) == {}


@pytest.mark.parametrize("otherwise", [0.0, np.nan])
@pytest.mark.parametrize("share", [0.4, 0.7, 1.0])
def test_a_number_written_down_only_for_bad_parts_is_no_cause(
    otherwise: float, share: float
) -> None:
    rng = np.random.default_rng(0)
    table = shop()
    written = (table["불량여부"] == 1) & (rng.random(3000) < share)
    table["대기분"] = np.where(written, rng.integers(5, 30, 3000), otherwise)

    assert aside(table) == {"대기분": "after_inspection"}


def test_a_number_that_is_seldom_zero_for_good_parts_too_stays() -> None:
    rng = np.random.default_rng(0)
    table = shop()
    table["정지시간"] = np.where(rng.random(3000) < 0.05, rng.integers(5, 30, 3000), 0)

    assert aside(table) == {}


def test_equal_rows_of_one_day_are_parts_and_no_copies() -> None:
    rng = np.random.default_rng(0)
    table = {
        "작업일": [START + timedelta(days=i // 100, hours=-9) for i in range(3000)],
        "압력": rng.integers(98, 103, 3000),
        "온도": rng.integers(58, 70, 3000),
        "판정": np.where(rng.random(3000) < 0.05, "NG", "OK"),
    }

    document = causes.find(table).document

    assert document["input"]["set_aside"] == []
    assert document["input"]["rows_used"] == 3000


def test_equal_rows_of_one_minute_are_copies() -> None:
    table = {"일시": [START + timedelta(minutes=i) for i in range(3000)], **shop()}
    twice = {name: [*values, *list(values)[:50]] for name, values in table.items()}

    document = causes.find(twice).document

    assert document["input"]["set_aside"] == [{"reason": "duplicate", "rows": 50}]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bad": ("",)}, "--bad: name at least one value"),
        ({"bad": ()}, "--bad: name at least one value"),
        ({"by": ("불량여부",)}, "--by: 불량여부 is the column of the results"),
        ({"ignore": ("불량여부",)}, "--ignore: 불량여부 is the column of the results"),
        ({"reason": ("불량여부",)}, "--reason: 불량여부 is the column of the results"),
        ({"time": "불량여부"}, "--time: 불량여부 is the column of the results"),
        ({"target": "일시"}, "--target: column 일시 holds dates or times"),
    ],
)
def test_an_option_cannot_take_the_results_or_a_time_for_something_else(
    options: dict[str, Any], words: str
) -> None:
    table = {"일시": [START + timedelta(minutes=i) for i in range(3000)], **shop()}

    with pytest.raises(UnusableOption, match=words):
        causes.find(table, Options(**options))
