"""Remaining lives: from lives before, and from one signal on its way to a limit."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deungdae.analysis import life
from deungdae.records.errors import UnusableFile, UnusableOption

ROOT = Path(__file__).resolve().parents[3]


def wear(units: int, seed: int = 0, *, ended: int | None = None) -> dict[str, Any]:
    """Units that wear by chance at their own pace and fail at 100; the others are cut short."""
    rng = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {"호기": [], "사이클": [], "고장": [], "진동": [], "전압": []}
    for unit in range(units):
        pace = rng.uniform(1.0, 3.0)
        level = np.cumsum(np.maximum(pace + 0.5 * rng.normal(size=200), 0.1))
        length = int(np.searchsorted(level, 100.0)) + 1
        fails = ended is None or unit < ended
        length = length if fails else length // 2
        columns["호기"] += [f"{unit + 1}호기"] * length
        columns["사이클"] += list(range(1, length + 1))
        columns["고장"] += ["아니오"] * (length - 1) + ["고장" if fails else "아니오"]
        columns["진동"] += (level[:length] + rng.normal(size=length)).tolist()
        columns["전압"] += [220.0] * length
    return columns


def test_thirteen_cycles_too_early_cost_as_much_as_ten_too_late() -> None:
    early = life.score(np.array([37.0]), np.array([50.0]))
    late = life.score(np.array([60.0]), np.array([50.0]))
    assert early == pytest.approx(late) == pytest.approx(np.e - 1)
    assert life.rmse(np.array([47.0, 54.0]), np.array([50.0, 50.0])) == pytest.approx(12.5**0.5)
    held = life.coverage(np.array([0.0, 0.0]), np.array([5.0, np.inf]), np.array([6.0, 9e9]))
    assert held == 0.5


def test_a_straight_line_reaches_its_limit_where_a_ruler_says() -> None:
    time = np.arange(21.0)
    noise = 0.01 * np.array([1.0, -1.0] * 10 + [0.0])
    found = life.passage(time, 2 + 0.5 * time + noise, 20.0)
    assert found.verdict == "trend" and found.shape == "straight"
    assert found.level == pytest.approx(12.0, abs=0.02)
    assert found.drift == pytest.approx(0.5, abs=0.002)
    assert found.left == pytest.approx(16.0, abs=0.2)
    assert found.low is not None and found.high is not None
    assert found.low < 16 < found.high


def test_a_fall_to_a_lower_limit_and_a_growth_are_understood() -> None:
    rng = np.random.default_rng(1)
    time = np.arange(60.0)
    falling = life.passage(time, 50 - 0.4 * time + 0.2 * rng.normal(size=60), 20.0)
    assert falling.left == pytest.approx((26.4 - 20) / 0.4, abs=1.5)
    growing = life.passage(time, np.exp(0.03 * time + 0.02 * rng.normal(size=60)), 9.0)
    assert growing.shape == "growing"
    # e^(0.03·t) = 9 at t = 73.2, and the last reading is at 59
    assert growing.left == pytest.approx(14.2, abs=1.5)


def test_noise_and_a_walk_by_chance_are_given_no_end() -> None:
    told = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        still = life.passage(np.arange(80.0), 5 + rng.normal(size=80), 12.0)
        assert (still.verdict, still.left) == ("no_trend", None)
        walk = np.cumsum(rng.normal(size=80))
        told += life.passage(np.arange(80.0), walk, float(walk.max()) + 3).verdict == "trend"
    assert told <= 3


def test_a_limit_that_was_reached_and_too_few_readings_are_said_to_be_so() -> None:
    time = np.arange(40.0)
    assert life.passage(time, time, 30.0).verdict == "reached"
    assert life.passage(time[:11], time[:11], 30.0).verdict == "too_few"


def test_the_interval_of_a_passage_holds_the_truth() -> None:
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        level = np.cumsum(0.1 + 0.15 * rng.normal(size=400))
        readings = level[:120] + 0.3 * rng.normal(size=120)
        limit = level[119] + 3.0
        found = life.passage(np.arange(120.0), readings, limit, seed)
        if found.verdict == "trend" and found.low is not None:
            true = float(np.nonzero(level[119:] >= limit)[0][0])
            held.append(found.low - 1 <= true <= (found.high or np.inf))
    assert len(held) > 30
    assert np.mean(held) >= 0.8


def test_units_that_run_are_foretold_from_those_that_failed() -> None:
    found = life.predict(wear(34, ended=26))
    document = found.document
    assert document["columns"] == {"unit": "호기", "age": "사이클", "failed": "고장"}
    assert (document["failed_units"], document["running_units"]) == (26, 8)
    assert document["verdict"] == "useful"
    assert document["test"]["rmse"] < 0.5 * document["test"]["naive_rmse"]
    assert 0.8 <= document["test"]["coverage"] <= 1
    assert document["signals"][0]["column"] == "진동"
    aside = document["input"]["columns_set_aside"]
    assert aside == [{"column": "전압", "reason": "constant"}]
    # each was cut at half its life, so as much again is left
    for unit in document["units"]:
        assert unit["low"] <= unit["left"] <= unit["high"]
    held = [u["low"] - 1 <= u["age"] <= u["high"] + 1 for u in document["units"]]
    assert sum(held) >= 7
    assert [u["left"] for u in document["units"]] == sorted(u["left"] for u in document["units"])


def test_a_unit_unlike_any_before_is_named() -> None:
    table = wear(30, ended=26)
    last = table["호기"][-1]
    table["진동"] = [
        v + 500 if u == last else v for u, v in zip(table["호기"], table["진동"], strict=True)
    ]
    document = life.predict(table).document
    assert "beyond" in document["warnings"]
    assert [u["beyond"] for u in document["units"] if u["unit"] == last] == [["진동"]]


def test_signals_that_say_nothing_are_no_better_than_the_age() -> None:
    table = wear(24)
    table["진동"] = np.random.default_rng(3).normal(size=len(table["진동"])).tolist()
    document = life.predict(table).document
    assert document["verdict"] == "no_better"


def test_four_failed_units_are_not_enough_and_one_more_is_asked_for() -> None:
    document = life.predict(wear(6, ended=4)).document
    assert document["verdict"] == "not_enough_data"
    assert document["needed"] == {"units": 1, "good": 16}
    assert document["units"] == []


def test_one_signal_with_a_limit_counts_hours_where_there_are_times() -> None:
    table = {
        "일시": np.datetime64("2026-01-01T00:00:00") + np.arange(40) * np.timedelta64(1, "h"),
        "차압": 2 + 0.25 * np.arange(40) + 0.05 * np.random.default_rng(0).normal(size=40),
    }
    document = life.predict(table, life.Options(signal="차압", limit=20.0)).document
    assert (document["kind"], document["counted_in"]) == ("signal", "hours")
    # 2 + 0.25 · 39 = 11.75 now, and 8.25 to go
    assert document["signal"]["left"] == pytest.approx(33, abs=2)
    assert document["warnings"] == []


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (life.Options(unit="없음"), UnusableOption, "there is no column"),
        (life.Options(signal="진동"), UnusableOption, "--limit"),
        (life.Options(cap=0.0), UnusableOption, "above 0"),
        (life.Options(ignore=("호기",)), UnusableFile, "No column says which machine"),
        (life.Options(signals=("전압",)), UnusableFile, "could show wear"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    options: life.Options, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        life.predict(wear(6), options)


def test_test_engines_are_foretold_from_forty_of_the_training_engines(shared_data: Path) -> None:
    # All hundred: 11.3 and 196, see benchmarks/cmapss.py.
    assert (shared_data / "cmapss-fd001").is_dir()
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import cmapss
    from deungdae.analysis.life.fleet import learn

    rows = cmapss.table("train_FD001.txt.gz")
    rows = rows[rows[:, 0] <= 40]
    columns = cmapss.moving(rows)
    test = cmapss.lives(cmapss.table("test_FD001.txt.gz"), columns)
    text = (cmapss.DATA / "RUL_FD001.txt").read_text()
    true = np.array([float(line) for line in text.split()])
    fleet = learn(cmapss.lives(rows, columns), 125.0, 0)
    found = np.array(
        [float(fleet.left(s, a)[-1]) for s, a in zip(test.signals, test.age, strict=True)]
    )
    capped = np.minimum(true, 125.0)
    assert life.rmse(found, capped) < 18
    assert life.score(found, capped) < 600
    bounds = np.array([fleet.interval(p)[:2] for p in found])
    assert 0.8 <= life.coverage(bounds[:, 0], bounds[:, 1], true) <= 0.97
