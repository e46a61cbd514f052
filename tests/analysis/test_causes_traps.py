"""Traps that the method `causes` must see, and say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deungdae.analysis import causes
from deungdae.records.errors import UnusableFile, UnusableOption

START = datetime(2026, 9, 1, tzinfo=UTC)


def shop(rows: int = 3000, seed: int = 1) -> dict[str, Any]:
    """A press with three settings; scrap triples to 30 % where the pressure is above 110."""
    rng = np.random.default_rng(seed)
    pressure = rng.normal(100, 8, rows)
    bad = rng.random(rows) < np.where(pressure > 110, 0.30, 0.01)
    return {
        "일시": [START + timedelta(minutes=5 * i) for i in range(rows)],
        "압력": pressure,
        "온도": rng.normal(200, 3, rows),
        "속도": rng.normal(50, 2, rows),
        "판정": np.where(bad, "불량", "양호"),
    }


def only(table: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the single stratum of the findings."""
    (stratum,) = causes.find(table, causes.Options(**options)).document["strata"]
    return dict(stratum)


def aside(document: dict[str, Any]) -> dict[str, str]:
    return {c["column"]: c["reason"] for c in document["input"]["columns_set_aside"]}


def test_a_plain_cause_is_clear_and_its_limit_is_right() -> None:
    stratum = only(shop())

    assert stratum["verdict"] == "clear"
    (cause,) = stratum["causes"]
    assert cause["columns"] == ["압력"]
    (condition,) = cause["conditions"]
    assert condition["min"] == pytest.approx(110, abs=0.7) and condition["max"] is None
    assert cause["rate_inside"] == pytest.approx(0.30, abs=0.05)
    assert cause["holds_later"] is True
    assert cause["ci95"][0] < cause["risk_ratio"] < cause["ci95"][1]
    assert cause["warnings"] == []


def test_rates_and_ratio_are_what_counting_gives() -> None:
    table = shop()
    (cause,) = only(table)["causes"]
    inside = table["압력"] > cause["conditions"][0]["min"]
    bad = table["판정"] == "불량"

    assert cause["n_inside"] == inside.sum() and cause["n_outside"] == (~inside).sum()
    assert cause["rate_inside"] == pytest.approx(bad[inside].mean())
    assert cause["rate_outside"] == pytest.approx(bad[~inside].mean())
    assert cause["risk_ratio"] == pytest.approx(bad[inside].mean() / bad[~inside].mean())


def test_labels_without_a_cause_give_none() -> None:
    table = shop()
    table["판정"] = np.random.default_rng(9).permutation(table["판정"])

    stratum = only(table)

    assert stratum["verdict"] == "none"
    assert stratum["causes"] == []


def test_a_cause_that_is_only_the_day_is_not_clear() -> None:
    # Two bad days, and a mould that happened to be warm on just those: within a day, nothing.
    rng = np.random.default_rng(4)
    days = np.repeat(np.arange(20), 150)
    bad_day = np.isin(days, (3, 4, 9, 13, 16))
    table = {
        "일시": [START + timedelta(days=int(d), minutes=int(m)) for m, d in enumerate(days)],
        "금형온도": np.where(bad_day, 60.0, 55.0) + rng.normal(0, 0.6, 3000),
        "속도": rng.normal(50, 2, 3000),
        "판정": np.where(rng.random(3000) < np.where(bad_day, 0.12, 0.01), "NG", "OK"),
    }

    stratum = only(table)

    assert stratum["verdict"] != "clear"
    for cause in stratum["causes"]:
        assert "금형온도" not in cause["columns"] or "period" in cause["warnings"]


def test_what_is_known_only_after_the_inspection_is_set_aside() -> None:
    table = shop()
    bad = table["판정"] == "불량"
    rng = np.random.default_rng(2)
    table["재작업시간"] = np.where(bad, rng.normal(12, 3, bad.size), np.nan)
    table["처리코드"] = np.where(bad, "R2", "A1")
    table["검사자"] = rng.choice(["김", "이"], bad.size)
    table["일련번호"] = np.arange(bad.size)

    document = causes.find(table).document

    reasons = aside(document)
    assert reasons["재작업시간"] == "after_inspection"
    assert reasons["처리코드"] == "after_inspection"
    assert reasons["검사자"] == "after_inspection"
    assert reasons["일련번호"] == "serial"
    assert document["strata"][0]["causes"][0]["columns"] == ["압력"]


def test_a_measurement_that_tells_the_result_by_itself_is_doubted() -> None:
    table = shop()
    bad = table["판정"] == "불량"
    table["광택"] = np.where(bad, 20.0, 80.0) + np.random.default_rng(0).normal(0, 3, bad.size)

    first = only(table)["causes"][0]

    assert first["columns"] == ["광택"]
    assert "leakage" in first["warnings"]


def test_reasons_are_looked_at_one_by_one() -> None:
    table = shop(6000)
    bad = table["판정"] == "불량"
    other = np.random.default_rng(5).random(6000) < 0.02
    table["불량유형"] = np.where(other, "긁힘", np.where(bad, "기포", "없음"))
    table["판정"] = np.where(bad | other, "불량", "양호")

    document = causes.find(table).document

    assert document["input"]["guessed"]["reason"] == ["불량유형"]
    by_reason = {s["reason"]: s for s in document["strata"]}
    assert by_reason["기포"]["causes"][0]["columns"] == ["압력"]
    assert by_reason["긁힘"]["causes"] == []
    # Bad rows of another reason are no good rows: they are left out.
    assert by_reason["기포"]["rows"] == 6000 - by_reason["긁힘"]["bad"]


def test_two_products_are_never_mixed() -> None:
    rng = np.random.default_rng(6)
    first, second = shop(2500, seed=1), shop(2500, seed=2)
    second["압력"] = rng.normal(300, 8, 2500)
    second["온도"] = rng.normal(280, 3, 2500)
    second["판정"] = np.where(rng.random(2500) < 0.08, "불량", "양호")
    table = {name: [*first[name], *second[name]] for name in first}
    table["품명"] = ["가"] * 2500 + ["나"] * 2500
    # The worse product runs at high pressure; that is the product, not a cause.
    document = causes.find(table).document

    assert document["input"]["guessed"]["by"] == ["품명"]
    by_product = {s["where"]["품명"][0]: s for s in document["strata"]}
    assert by_product["가"]["causes"][0]["columns"] == ["압력"]
    assert by_product["나"]["verdict"] == "none"


def test_a_dead_and_a_dropped_out_sensor_are_told_apart() -> None:
    table = shop()
    table["압력"] = np.where(np.arange(3000) % 50 == 0, 0.0, table["압력"])
    table["유량"] = np.zeros(3000)
    table["습도"] = np.where(np.arange(3000) == 7, 1.0, 0.0) + np.where(
        np.arange(3000) == 9, 2.0, 0
    )

    document = causes.find(table).document

    assert aside(document)["유량"] == "constant"
    assert aside(document)["습도"] == "dead"
    assert "sentinel" in document["warnings"]
    (cause,) = document["strata"][0]["causes"]
    assert cause["n_inside"] + cause["n_outside"] == 3000 - 60


def test_zeros_that_make_defects_are_named_as_such() -> None:
    # A vacuum pump that was off now and then: the zero itself is the cause.
    rng = np.random.default_rng(8)
    table = shop()
    off = rng.random(3000) < 0.04
    table["진공"] = np.where(off, 0.0, rng.normal(80, 2, 3000))
    table["판정"] = np.where(rng.random(3000) < np.where(off, 0.5, 0.01), "불량", "양호")

    first = only(table)["causes"][0]

    assert first["columns"] == ["진공"]
    assert first["conditions"][0]["levels"] == ["0"]


def test_repeated_rows_are_set_aside_and_counted() -> None:
    table = shop()
    repeated = {name: [*values, *list(values)[:100]] for name, values in table.items()}

    document = causes.find(repeated).document

    assert {"reason": "duplicate", "rows": 100} in document["input"]["set_aside"]
    assert document["input"]["rows_read"] == 3100
    assert document["input"]["rows_used"] == 3000


def test_rows_without_a_usable_result_are_set_aside_and_counted() -> None:
    table = shop()
    results = [str(v) for v in table["판정"]]
    results[:10] = [None] * 10  # type: ignore[list-item]
    results[10:15] = ["보류"] * 5
    table["판정"] = results

    document = causes.find(table, causes.Options(target="판정")).document

    assert {"reason": "target_missing", "rows": 10} in document["input"]["set_aside"]
    read, used = document["input"]["rows_read"], document["input"]["rows_used"]
    assert read == used + sum(s["rows"] for s in document["input"]["set_aside"])


def test_few_defects_say_how_many_more_are_needed() -> None:
    table = shop(600)
    table["판정"] = np.where(np.arange(600) % 150 == 7, "불량", "양호")

    stratum = only(table)

    assert stratum["verdict"] == "not_enough_data"
    assert stratum["bad"] == 4
    # 3 columns: 32 episodes show a tripled risk in a quarter of the parts with 80 % power.
    assert stratum["needed"]["episodes"] == 32 - 4
    assert stratum["needed"]["bad"] == 28
    assert stratum["needed"]["risk_ratio"] == 3.0 and stratum["needed"]["power"] == 0.8


@pytest.mark.parametrize(("value", "warning"), [("양호", "no_bad_rows"), ("불량", "all_bad")])
def test_a_table_without_good_or_without_bad_rows_still_gives_a_report(
    value: str, warning: str
) -> None:
    table = shop(500)
    table["판정"] = [value] * 500

    document = causes.find(table).document

    assert warning in document["warnings"]
    assert all(s["causes"] == [] for s in document["strata"])


def test_a_shot_with_two_parts_is_one_piece_of_evidence() -> None:
    single = shop(1500)
    rng = np.random.default_rng(0)
    for name in ("보압", "쿠션"):
        single[name] = rng.normal(50, 2, 1500)
    double = {name: [v for v in values for _ in range(2)] for name, values in single.items()}
    double["캐비티"] = ["LH", "RH"] * 1500

    document = causes.find(double).document

    assert "shots" in document["warnings"]
    (stratum,) = document["strata"]
    (alone,) = causes.find(single).document["strata"]
    assert stratum["rows"] == 3000 and stratum["episodes"] == alone["episodes"]


def test_a_worse_cavity_is_named_and_is_no_process_cause() -> None:
    rng = np.random.default_rng(3)
    single = shop(2000)
    for name in ("보압", "쿠션"):
        single[name] = rng.normal(50, 2, 2000)
    double: dict[str, Any] = {
        n: [v for v in values for _ in range(2)] for n, values in single.items()
    }
    right = np.tile([False, True], 2000)
    double["캐비티"] = np.where(right, "RH", "LH")
    double["판정"] = np.where(rng.random(4000) < np.where(right, 0.05, 0.01), "불량", "양호")

    stratum = only(double)

    assert stratum["verdict"] == "suspected"
    (cause,) = stratum["causes"]
    assert cause["conditions"][0]["levels"] == ["RH"]
    assert cause["warnings"] == ["cavity"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "없는열"}, "--target: there is no column 없는열"),
        ({"target": "압력", "kind": "pass_fail"}, "3000 different values"),
        ({"target": "판정", "bad": ("NG",)}, "no value NG"),
        ({"ignore": ("모름",)}, "--ignore: there is no column 모름"),
        ({"time": "압력"}, "does not hold dates or times"),
        ({"by": ("라인",)}, "--by: there is no column 라인"),
        ({"reason": ("사유",)}, "--reason: there is no column 사유"),
    ],
)
def test_an_option_that_does_not_fit_says_what_and_where(
    options: dict[str, Any], words: str
) -> None:
    table = shop()
    if options.get("bad"):
        table["판정"] = np.where(table["판정"] == "불량", "A", "B")

    with pytest.raises(UnusableOption, match=words):
        causes.find(table, causes.Options(**options))


def test_an_empty_table_cannot_be_analysed() -> None:
    with pytest.raises(UnusableFile, match="empty"):
        causes.find(pa.table({"판정": pa.array([], pa.string())}))


def test_a_table_without_a_result_column_asks_for_one() -> None:
    table = shop()
    del table["판정"]

    with pytest.raises(UnusableOption, match="--target"):
        causes.find(table)


def test_a_bad_lot_in_disguise_is_seen_although_lots_are_numbers() -> None:
    # Lots of 60 parts; 12 of the 50 lots are bad, and in those the resin was a little wetter.
    rng = np.random.default_rng(12)
    lot = np.repeat(np.arange(1000, 1050), 60)
    wet = np.isin(lot, rng.choice(np.arange(1000, 1050), 12, replace=False))
    table = {
        "로트번호": lot,
        "수분": np.where(wet, 0.09, 0.05) + rng.normal(0, 0.004, 3000),
        "속도": rng.normal(50, 2, 3000),
        "판정": np.where(rng.random(3000) < np.where(wet, 0.25, 0.01), "불량", "양호"),
    }

    document = causes.find(table).document

    assert aside(document)["로트번호"] == "identifier"
    (stratum,) = document["strata"]
    assert stratum["verdict"] == "suspected"
    assert stratum["causes"][0]["columns"] == ["수분"]
    assert "lot" in stratum["causes"][0]["warnings"]


def test_a_machine_number_is_a_name_and_not_a_measure() -> None:
    table = shop()
    table["호기"] = np.random.default_rng(3).integers(1, 5, 3000)
    table["판정"] = np.where(
        np.random.default_rng(4).random(3000) < np.where(table["호기"] == 2, 0.2, 0.01),
        "불량",
        "양호",
    )

    (cause,) = only(table)["causes"]

    assert cause["columns"] == ["호기"]
    assert cause["conditions"][0]["levels"] == ["2"]


def test_a_difference_is_made_only_of_columns_in_the_same_unit() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(60, 4, 4000), rng.normal(55, 4, 4000)
    table = {
        "가": first,
        "나": second,
        "판정": np.where(rng.random(4000) < np.where(first - second > 12, 0.7, 0.01), "NG", "OK"),
    }

    def ops(units: dict[str, str]) -> set[str]:
        source = causes.Source(units=units)
        (stratum,) = causes.find(table, source=source).document["strata"]
        return {c["op"] for cause in stratum["causes"] for c in cause["conditions"]}

    assert ops({}) == {"difference"}
    assert ops({"가": "°C", "나": "°C"}) == {"difference"}
    assert "difference" not in ops({"가": "°C", "나": "s"})


def test_a_difference_is_found_although_neither_column_matters_alone() -> None:
    # Pressure before and after a filter wander together; scrap comes where the filter is clogged.
    rng = np.random.default_rng(2)
    before = 60 + np.cumsum(rng.normal(0, 0.8, 3000))
    drop = rng.gamma(4, 0.5, 3000)
    table = {
        "필터 앞": before,
        "필터 뒤": before - drop,
        "온도": rng.normal(200, 3, 3000),
        "판정": np.where(rng.random(3000) < np.where(drop > 4, 0.4, 0.01), "NG", "OK"),
    }

    stratum = only(table)

    assert stratum["verdict"] == "clear"
    (condition,) = stratum["causes"][0]["conditions"]
    assert condition["columns"] == ["필터 앞", "필터 뒤"]
    assert condition["op"] == "difference"
    assert condition["min"] == pytest.approx(4.0, abs=0.3)


def test_one_incident_is_never_clear_however_many_parts_it_spoiled() -> None:
    rng = np.random.default_rng(0)
    pressure = rng.normal(50, 1, 1000)
    pressure[200:300] += 8
    bad = np.zeros(1000, dtype=bool)
    bad[200:300] = rng.random(100) < 0.9
    table = {"압력": pressure, "온도": rng.normal(0, 1, 1000), "판정": np.where(bad, "NG", "OK")}

    stratum = only(table)

    assert stratum["episodes"] == 1
    assert stratum["verdict"] == "suspected"
    assert "few_episodes" in stratum["causes"][0]["warnings"]


@pytest.mark.parametrize(("column", "bad_level"), [("교대", "야간"), ("캐비티", "3")])
def test_a_column_that_comes_in_turns_is_found(column: str, bad_level: str) -> None:
    # 60 days of 48 half hours: the night shift, or the third of four cavities in turn, is worse.
    rng = np.random.default_rng(0)
    place = np.arange(2880)
    hour = place % 48
    turns = {
        "교대": np.where((hour < 16) | (hour >= 40), "야간", "주간"),
        "캐비티": (place % 4 + 1).astype(str),
    }
    worse = turns[column] == bad_level
    table = {
        "일시": [START + timedelta(minutes=30 * int(i)) for i in place],
        column: turns[column],
        "압력": rng.normal(50, 3, 2880),
        "판정": np.where(rng.random(2880) < np.where(worse, 0.15, 0.01), "NG", "OK"),
    }

    first = only(table)["causes"][0]

    assert first["columns"] == [column]
    assert first["conditions"][0]["levels"] == [bad_level]
    assert first["holds_later"] is True


def test_a_table_sorted_by_its_result_has_no_order_in_time() -> None:
    table = shop(2000)
    del table["일시"]
    order = np.argsort(table["판정"] == "양호", kind="stable")
    by_result = {name: np.asarray(values)[order] for name, values in table.items()}

    stratum = only(by_result)

    assert "sorted_rows" in stratum["warnings"]
    assert stratum["verdict"] == "suspected"
    assert stratum["causes"][0]["columns"] == ["압력"]
    assert stratum["causes"][0]["holds_later"] is None


def test_noise_that_fits_the_levels_of_a_column_does_not_hold_later() -> None:
    held = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        table = {
            **{f"c{i}": rng.choice(list("ABCDEF"), 1200) for i in range(8)},
            "판정": np.where(rng.random(1200) < 0.08, "NG", "OK"),
        }
        held += any(c["holds_later"] is True for c in only(table)["causes"])

    assert held <= 2


def test_limits_of_single_precision_values_separate_what_is_shown() -> None:
    rng = np.random.default_rng(5)
    shown = rng.integers(0, 8, 3000) / 10
    bad = rng.random(3000) < np.where(shown >= 0.6, 0.3, 0.01)
    table = pa.table(
        {"습도": pa.array(shown, pa.float32()), "판정": np.where(bad, "NG", "OK").tolist()}
    )

    (stratum,) = causes.find(table).document["strata"]

    limit = stratum["causes"][0]["conditions"][0]["min"]
    assert 0.5 <= limit < 0.6
    assert stratum["causes"][0]["n_inside"] == (shown >= 0.6).sum()


def test_a_window_in_the_middle_is_not_taken_for_all_that_is_low() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(100, 8, 4000)
    bad = rng.random(4000) < np.where((values > 97) & (values <= 101), 0.2, 0.01)
    table = {"사출압력": values, "판정": np.where(bad, "NG", "OK")}

    (condition,) = only(table)["causes"][0]["conditions"]

    assert condition["min"] == pytest.approx(97, abs=0.4)
    assert condition["max"] == pytest.approx(101, abs=0.4)


def test_records_that_agree_by_coincidence_do_not_make_shots() -> None:
    # Settings of few steps: two rows in twenty-five agree in all of them.
    rng = np.random.default_rng(6)
    table = {name: rng.integers(0, 2, 3000) + 0.5 for name in ("a", "b", "c", "d", "e")}
    table["팀"] = rng.choice(["1팀", "2팀", "3팀", "4팀"], 3000)
    table["판정"] = np.where(
        rng.random(3000) < np.where(table["팀"] == "2팀", 0.2, 0.02), "NG", "OK"
    )

    document = causes.find(table).document

    assert "shots" not in document["warnings"]
    assert document["strata"][0]["causes"][0]["columns"] == ["팀"]
