"""History of machines is joined to inspected parts: the planted cause is found, and only that."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from history_of_parts import (
    DELAY_S,
    EVERY_S,
    HEATER,
    LIMIT,
    ORGANISATION,
    inspection,
    made_at,
    points,
    signals,
    store,
    texts,
    verdicts,
)  # fmt: skip

from deungdae.lake import Store, TableRef
from deungdae.records.errors import UnusableOption
from deungdae.reports.causes import render_text
from deungdae.runs.job import JobContext
from deungdae.runs.jobs import causes, import_table, joined

SECONDS = 12 * 3600


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the history of twelve hours, and nothing else."""
    home = tmp_path_factory.mktemp("공장")
    shown = signals(SECONDS)
    minutes = [(0, "L1"), (300, "L2"), (600, "L3"), (900, "")]
    other = points(HEATER, [999.0] * 900, organisation="한빛정밀")
    two = points("line1/imm1/heater3", shown[HEATER][:900] + 100)
    store(
        home,
        *(points(tag, values) for tag, values in shown.items()),
        *(texts("line2/lot", minutes), other, two),
    )
    return home


def context(home: Path) -> JobContext:
    return JobContext(home, home, lambda _step, _share: None)


def imported(home: Path, file: Path) -> dict[str, Any]:
    return import_table.run(context(home), {"path": str(file), "time_zone": "Asia/Seoul"})


def join(home: Path, plant: Path, file: Path, **asked: Any) -> dict[str, Any]:
    told = {"organisation": ORGANISATION, "home": str(plant), "delay_s": DELAY_S, **asked}
    table = imported(home, file)["table"]
    return joined.run(context(home), {"table": table, "history": told})


def rows(home: Path, result: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        Store(home).read_table(TableRef.from_document(result["table"])).to_pylist()
    )
    return found


def searched(home: Path, result: dict[str, Any]) -> dict[str, Any]:
    return causes.run(context(home), {"table": result["table"], "options": {}, "seed": 0})


@pytest.fixture(scope="module")
def made() -> Any:
    return made_at(SECONDS)


@pytest.fixture(scope="module")
def result_of_parts(made: Any) -> list[str]:
    return verdicts(signals(SECONDS)[HEATER], made)


def few(tmp_path: Path, seconds: Sequence[int], **more: Sequence[object]) -> Path:
    result = ["NG" if place % 3 == 0 else "OK" for place in range(len(seconds))]
    return inspection(tmp_path / "검사.csv", seconds, result, **more)


def test_the_planted_cause_is_found_with_its_limit_and_told_in_words(
    tmp_path: Path, plant: Path, made: Any, result_of_parts: list[str]
) -> None:
    file = inspection(tmp_path / "검사.csv", made, result_of_parts)
    about = {HEATER: {"label": "배럴 온도 3", "unit": "°C"}}
    result = join(tmp_path, plant, file, about=about, tags=["line2/*"])
    assert (result["joined"]["heard"], result["joined"]["tags"]) == (made.size, 5)
    found = searched(tmp_path, result)
    [stratum] = found["document"]["strata"]
    assert stratum["verdict"] == "clear"
    [cause] = stratum["causes"]
    assert cause["columns"] == [f"{HEATER} · mean"]
    assert cause["conditions"][0]["min"] == pytest.approx(LIMIT, abs=0.3)
    assert cause["conditions"][0]["max"] is None
    assert cause["rate_inside"] > 0.7
    # What was guessed is told as guessed, though the history could have misled the guess.
    assert found["document"]["input"]["guessed"]["target"] == "판정"
    assert "target_guessed" in found["document"]["warnings"]
    told = (found["document"], found["figures"], result["understanding"])
    english = " ".join(render_text(*told, "en").split())
    assert "배럴 온도 3 (mean of the 30 s before) is above 240 °C" in english
    assert "Data of the machines: the 30 s before each part, made 2 min before its time" in english
    korean = " ".join(render_text(*told, "ko").split())
    assert "배럴 온도 3(직전 30초 평균)" in korean and " · mean" not in korean


def test_with_the_results_dealt_out_anew_nothing_is_found(
    tmp_path: Path, plant: Path, made: Any, result_of_parts: list[str]
) -> None:
    shuffled = list(np.random.default_rng(11).permutation(result_of_parts))
    result = join(
        tmp_path, plant, inspection(tmp_path / "검사.csv", made, shuffled), tags=["line2/*"]
    )
    strata = searched(tmp_path, result)["document"]["strata"]
    assert [s["verdict"] for s in strata] == ["none"]


def test_what_a_tag_says_after_a_part_was_made_is_never_joined(
    tmp_path: Path, made: Any, result_of_parts: list[str]
) -> None:
    # A tag that tells the result of each part from the second in which it is made on.
    leak = np.zeros(SECONDS)
    for second, verdict in zip(made, result_of_parts, strict=True):
        leak[second + 1 : second + EVERY_S] = verdict == "NG"
    home = tmp_path / "누설"
    store(home, points("line2/imm1/result", leak))
    file = inspection(tmp_path / "검사.csv", made, result_of_parts)
    here = join(tmp_path, home, file, window_s=1)
    for row in rows(tmp_path, here):
        assert row["line2/imm1/result · last"] == 0
    # The leak is there: one second later everything would be told.
    late = rows(tmp_path, join(tmp_path, home, file, window_s=1, delay_s=DELAY_S - 1))
    assert sum(row["line2/imm1/result · last"] for row in late) == result_of_parts.count("NG")


def test_parts_without_history_are_counted_and_named(tmp_path: Path, plant: Path) -> None:
    seconds = [100, 200, SECONDS + 7200, 300, -4000, 400]
    result = join(tmp_path, plant, few(tmp_path, seconds), tags=["line2/imm1/heater*"])
    assert (result["joined"]["parts"], result["joined"]["heard"]) == (6, 4)
    assert list(result["understanding"]["set_aside"]) == [{"reason": "no_history", "rows": 2}]
    assert result["understanding"]["rows_read"] == 6
    aside = Store(tmp_path).quarantine(TableRef.from_document(result["table"])).to_pylist()
    # The header stands in line 1, so the third part is in line 4.
    assert [(a["line"], a["reason"]) for a in aside] == [(4, "no_history"), (6, "no_history")]
    assert "NG" not in aside[0]["text"] and aside[0]["text"].endswith("OK")
    assert len(rows(tmp_path, result)) == 4


def test_only_the_tags_that_were_named_are_joined(tmp_path: Path, plant: Path) -> None:
    result = join(
        tmp_path, plant, few(tmp_path, [100, 200, 300]),
        tags=["*/heater2", "line2/imm1/mould"], features=["last", "mean"],
    )  # fmt: skip
    assert list(result["joined"]["columns"]) == [
        "line2/imm1/heater2 · mean", "line2/imm1/heater2 · last",
        "line2/imm1/mould · mean", "line2/imm1/mould · last",
    ]  # fmt: skip
    heater = signals(SECONDS)["line2/imm1/heater2"]
    first = rows(tmp_path, result)[0]
    assert first["line2/imm1/heater2 · mean"] == pytest.approx(heater[70:100].mean())
    assert first["line2/imm1/heater2 · last"] == heater[100]


def test_the_machine_cycle_of_a_part_is_found_by_its_number(tmp_path: Path, plant: Path) -> None:
    # The counter turns to n at 20 n seconds.
    file = few(tmp_path, [1000, 1020, 1040], shot=[40, 41, 9000])
    cycle = {"tag": "line2/imm1/shot", "column": "shot"}
    result = join(tmp_path, plant, file, cycle=cycle, tags=["*/pressure"])
    assert (result["joined"]["by"], result["joined"]["heard"]) == ("cycle", 2)
    assert result["joined"]["without_window"] == 1
    pressure = signals(SECONDS)["line2/imm1/pressure"]
    found = [row["line2/imm1/pressure · max"] for row in rows(tmp_path, result)]
    assert found == [pressure[780:801].max(), pressure[800:821].max()]


def test_parts_have_the_history_of_their_lot_as_far_as_it_had_come(
    tmp_path: Path, plant: Path
) -> None:
    file = few(tmp_path, [400, 700, 650, 800], 로트=["L2", "L3", "L1", "L9"])
    lot = {"tag": "line2/lot", "column": "로트"}
    result = join(tmp_path, plant, file, lot=lot, tags=["*/mould"], features=["mean"])
    assert (result["joined"]["by"], result["joined"]["heard"]) == ("lot", 3)
    mould = signals(SECONDS)["line2/imm1/mould"]
    found = [row["line2/imm1/mould · mean"] for row in rows(tmp_path, result)]
    means = [mould[300:400].mean(), mould[600:700].mean(), mould[0:300].mean()]
    assert found == pytest.approx(means)


def test_a_column_that_names_the_machine_chooses_the_tags_of_its_line(
    tmp_path: Path, plant: Path
) -> None:
    file = few(tmp_path, [200, 200, 500], 설비=["1호기", "Line2", "3호기"])
    line = {"column": "설비", "prefixes": {"1호기": "line1"}}
    result = join(tmp_path, plant, file, line=line, tags=["imm1/heater3"], features=["last"])
    assert list(result["joined"]["columns"]) == ["imm1/heater3 · last"]
    heater = signals(SECONDS)[HEATER]
    found = [row["imm1/heater3 · last"] for row in rows(tmp_path, result)]
    assert found == [pytest.approx(heater[200] + 100), heater[200]]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"tags": ["line9/*"]}, "No tag with numbers"),
        ({"organisation": "nobody"}, "No tag with numbers"),
        ({"delay_s": 10 * 86_400}, "No history was found for any of the 3 parts"),
        ({"window_s": 0}, "window_s is a number of seconds"),
        ({"window_s": "30"}, "window_s is a number of seconds"),
        ({"features": ["median"]}, "There is no feature median"),
        ({"time": "판정"}, "does not hold dates and times"),
        ({"time": "언제"}, "There is no column 언제"),
        ({"cycle": {"tag": "x"}, "lot": {"tag": "x", "column": "y"}}, "not by both"),
        ({"cycle": {"tag": "x"}}, "The tag x has no values"),
        ({"lot": {"tag": "line2/lot", "column": "로트"}}, "There is no column 로트"),
        ({"line": {"column": "판정"}}, "No value of the column of machines begins a tag"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    tmp_path: Path, plant: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnusableOption, match=said):
        join(tmp_path, plant, few(tmp_path, [100, 200, 300]), **asked)


def test_a_table_without_times_needs_a_cycle_or_a_lot(tmp_path: Path, plant: Path) -> None:
    file = tmp_path / "검사.csv"
    file.write_text("shot,판정\n40,OK\n41,NG\n42,OK\n", encoding="utf-8")
    with pytest.raises(UnusableOption, match="no history can be joined by time"):
        join(tmp_path, plant, file)
    cycle = {"tag": "line2/imm1/shot", "column": "shot"}
    assert join(tmp_path, plant, file, cycle=cycle)["joined"]["heard"] == 3


def test_the_same_question_gives_the_same_version(tmp_path: Path, plant: Path) -> None:
    file = few(tmp_path, [100, 200, 300])
    first, second = (join(tmp_path, plant, file) for _ in range(2))
    assert first["table"] == second["table"]
    other = join(tmp_path, plant, file, window_s=60)
    assert other["table"]["version"] == first["table"]["version"] + 1


def test_points_of_others_are_never_joined(tmp_path: Path, plant: Path) -> None:
    table = pa.Table.from_pylist(
        rows(tmp_path, join(tmp_path, plant, few(tmp_path, [100, 200, 300]), tags=[HEATER]))
    )
    assert max(table.column(f"{HEATER} · max").to_pylist()) < 300


def test_real_shots_have_as_history_what_they_have_in_one_table(
    tmp_path: Path, shared_data: Path
) -> None:
    source = shared_data / "kamp-injection-molding" / "injection_molding.csv"
    with source.open(encoding="utf-8-sig", newline="") as file:
        shots = list(csv.DictReader(file))
    own = ["TimeStamp", "PART_NAME", "EQUIP_CD", "PassOrFail", "Reason"]
    measured = list(shots[0])[9:]
    seen = {
        (f"{shot['EQUIP_CD']}/{name}", shot["TimeStamp"]): float(shot[name])
        for shot in shots
        for name in measured
    }
    zone = ZoneInfo("Asia/Seoul")
    moments = {
        text: int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000
        for _, text in seen
    }
    history = []
    for tag in sorted({tag for tag, _ in seen}):
        times = sorted((moments[text], value) for (t, text), value in seen.items() if t == tag)
        one = points(tag, [value for _, value in times])
        when = pa.array([time for time, _ in times], pa.int64()).cast(one.schema.field("time").type)
        for place in (3, 4):
            one = one.set_column(place, one.schema.field(place), when)
        history.append(one)
    store(tmp_path, *history)
    parts = tmp_path / "inspection.csv"
    with parts.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, own, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(shots)
    short = {"window_s": 1, "hold_s": 1, "delay_s": 0, "features": ["last"]}
    result = join(tmp_path, tmp_path, parts, line={"column": "EQUIP_CD"}, **short)
    assert (result["joined"]["heard"], result["joined"]["tags"]) == (5232, 26)
    # Each part has again the very values of its own record, so every finding is the same.
    lake = Store(tmp_path)
    joined_table = lake.read_table(TableRef.from_document(result["table"]))
    whole = lake.read_table(TableRef.from_document(imported(tmp_path, source)["table"]))
    for name in measured:
        told, kept = joined_table.column(f"{name} · last"), whole.column(name)
        assert told.to_pylist() == kept.cast(pa.float64()).to_pylist(), name
