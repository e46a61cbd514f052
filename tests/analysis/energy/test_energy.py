"""Metered electricity: quarters, tariffs, cost, energy per part and warnings, by hand."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deungdae.analysis import energy
from deungdae.analysis.energy import Options, names, per_part, study, tariff
from deungdae.analysis.energy.demand import billed, quarters
from deungdae.analysis.energy.warning import f1, learn
from deungdae.records.errors import UnusableFile, UnusableOption

ROOT = Path(__file__).resolve().parents[3]
OLD, NEW = "kepco-industrial-a2-high-a-2024/1", "kepco-industrial-b-2026"


def at(*times: str) -> Any:
    return np.array(times, dtype="datetime64[s]")


def bands(name: str, *times: str) -> list[int]:
    return list(tariff(name).periods(at(*times))[0])


def test_hours_seasons_and_days_of_the_tariff_are_those_of_the_table() -> None:
    # Tuesday, 2 July: light until 8, mid until 11, peak until 12, mid at noon, peak from 13
    day = "2024-07-02T"
    hours = ["07:45", "08:00", "11:00", "12:00", "13:00", "17:45", "18:00", "22:00"]
    assert bands(OLD, *(day + h for h in hours)) == [0, 1, 2, 1, 2, 2, 1, 0]
    # in winter the peak is from 9 to 12 and from 16 to 19
    day = "2024-01-09T"
    assert bands(OLD, day + "09:00", day + "12:00", day + "16:00", day + "19:00") == [2, 1, 2, 1]
    # a Saturday has no peak; a Sunday and the first of March are light throughout
    assert bands(OLD, "2024-07-06T14:00", "2024-07-07T14:00", "2024-03-01T11:00") == [1, 0, 0]


def test_since_april_2026_the_evening_is_the_peak_and_spring_weekends_are_half_price() -> None:
    assert bands(NEW, "2026-07-07T14:45", "2026-07-07T15:00", "2026-07-07T21:00") == [1, 2, 1]
    given = tariff(NEW, prices=[1.0] * 9)
    _, season, factor = given.periods(at("2026-05-09T11:00", "2026-05-09T14:00",
                                         "2026-07-11T11:00", "2031-05-10T11:00"))  # fmt: skip
    assert season == ["mild", "mild", "summer", "mild"]
    assert factor.tolist() == [0.5, 1.0, 1.0, 1.0]


def test_every_tariff_covers_all_months_and_rises_with_the_load() -> None:
    assert len(names()) == 7
    for name in names():
        found = tariff(name)
        assert sorted(m for months in found.seasons.values() for m in months) == [*range(1, 13)]
        assert found.source and found.since.year >= 2021
        for prices in (found.prices or {}).values():
            assert list(prices) == sorted(prices) and len(prices) == 3


def test_an_hour_of_40_kwh_is_spread_over_its_quarters_and_a_gap_stays_a_gap() -> None:
    ends = at("2026-03-02T01:00", "2026-03-02T02:00", "2026-03-02T09:00", "2026-03-02T10:00")
    starts, kwh = quarters(ends, np.array([40.0, 20.0, 99.0, 8.0]))
    assert str(starts[0]) == "2026-03-02T00:00:00"
    assert kwh[:8].tolist() == [10.0] * 4 + [5.0] * 4
    assert np.isnan(kwh[8:36]).all()
    assert kwh[36:].tolist() == [2.0] * 4


def test_demand_is_billed_by_summer_and_winter_and_by_the_contract() -> None:
    starts = at("2026-05-04T10:00", "2026-05-04T03:00", "2026-07-06T10:00", "2026-10-05T10:00")
    light = np.array([False, True, False, False])
    kw = np.array([80.0, 500.0, 120.0, 60.0])
    found = billed(starts, kw, light, (7, 8, 9, 12, 1, 2), 300.0, 0.3)
    # 500 kW at night are not billed; 30 % of 300 kW is the least; July counts in October
    assert found == [("2026-05", 500.0, 90.0), ("2026-07", 120.0, 120.0), ("2026-10", 60.0, 120.0)]


def day_of(kw: float) -> dict[str, Any]:
    ends = np.datetime64("2024-07-02T00:15") + np.arange(96) * np.timedelta64(15, "m")
    return {"일시": ends.astype("datetime64[us]"), "전력량(kWh)": np.full(96, kw / 4)}


def test_a_day_at_100_kw_costs_what_the_table_says() -> None:
    document = study(day_of(100.0), Options(tariff=OLD)).document
    cost = document["cost"]
    # 10 h light, 8 h mid, 6 h peak at 87.2, 113.0 and 146.5
    assert [b["kwh"] for b in cost["bands"]] == pytest.approx([1000, 800, 600])
    assert cost["energy_won"] == pytest.approx(87_200 + 90_400 + 87_900)
    assert cost["base_won"] == pytest.approx(100 * 6490)
    assert document["warnings"] == []


def test_a_tariff_without_prices_says_so_until_they_are_entered() -> None:
    bare = study(day_of(100.0), Options(tariff=NEW)).document
    assert bare["cost"]["energy_won"] is None
    assert bare["warnings"] == ["not_valid", "no_prices"]
    own = Options(tariff=NEW, prices=(1.0, 2.0, 3.0) * 3, base=10.0)
    cost = study(day_of(100.0), own).document["cost"]
    # light 22 to 8, mid 8 to 15 and 21 to 22, peak 15 to 21
    assert cost["energy_won"] == pytest.approx(1000 * 1 + 800 * 2 + 600 * 3)
    assert cost["base_won"] == pytest.approx(1000)


def test_power_and_meters_give_the_same_as_energy() -> None:
    kwh = study(day_of(100.0)).document
    table = day_of(100.0)
    power = study({"time": table["일시"], "power_kw": np.full(96, 100.0)}).document
    meter = study({"time": table["일시"], "kwh": 50_000 + 25.0 * np.arange(96)}).document
    assert (kwh["kind"], power["kind"], meter["kind"]) == ("kwh", "kw", "meter")
    assert kwh["kwh"] == power["kwh"] == pytest.approx(2400)
    assert meter["kwh"] == pytest.approx(2400 - 25)  # nothing is known before the first reading


def test_energy_per_part_is_a_base_and_a_slope() -> None:
    made = np.tile([0.0, 10, 20, 30], 10)
    noise = 0.1 * np.tile([1.0, -1, -1, 1], 10)
    found = per_part(5 + 0.5 * made + noise, made)
    assert found is not None
    assert found["base"]["value"] == pytest.approx(5.0, abs=0.1)
    assert found["slope"]["value"] == pytest.approx(0.5, abs=0.01)
    low, high = found["slope"]["ci95"]
    assert low < 0.5 < high
    # 40 hours at 5 kWh of 40 · (5 + 7.5) kWh
    assert found["idle_share"] == pytest.approx(0.4, abs=0.01)
    assert found["standby"] == pytest.approx(5.1)  # the noise of hours without parts is 0.1
    assert per_part(np.ones(10), np.ones(10)) is None


def test_what_the_monitor_asks_needs_no_table() -> None:
    starts = np.datetime64("2024-07-02T14:00") + np.arange(4) * np.timedelta64(15, "m")
    found = energy.figures_of(starts.astype("datetime64[s]"), np.full(4, 25.0), tariff(OLD), None)
    assert (found["kwh"], found["peak_kw"]) == (100.0, 100.0)
    assert found["cost"]["energy_won"] == pytest.approx(100 * 146.5)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (Options(tariff="none"), UnusableOption, "there are kepco"),
        (Options(tariff=NEW, prices=(1.0,)), UnusableOption, "nine numbers"),
        (Options(kind="therm"), UnusableOption, "there is no therm"),
        (Options(use="x"), UnusableOption, "there is no column"),
        (Options(use="일시"), UnusableOption, "something else"),
        (Options(contract=0.0), UnusableOption, "above 0"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    options: Options, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        study(day_of(1.0), options)


def test_a_table_without_times_or_values_is_refused() -> None:
    with pytest.raises(UnusableFile, match="when the electricity"):
        study({"kwh": [1.0, 2.0]})
    with pytest.raises(UnusableFile, match="metered electricity"):
        study({"time": day_of(1.0)["일시"], "name": ["a"] * 96})


def test_the_steel_plant_closes_its_days_at_midnight_and_adds_up(shared_data: Path) -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import steel

    kwh = steel.demand()[: 20 * 96]
    ends = np.datetime64("2018-01-01T00:15") + np.arange(kwh.size) * np.timedelta64(15, "m")
    # as the file has it: 0:00 with the date of the day before
    ends = np.where(np.arange(kwh.size) % 96 == 95, ends - np.timedelta64(1, "D"), ends)
    document = study({"date": ends.astype("datetime64[us]"), "Usage_kWh": kwh}).document
    assert document["warnings"] == ["midnight"]
    assert document["kwh"] == pytest.approx(kwh.sum())
    assert document["quarters"] == kwh.size
    assert document["peak"]["kw"] == pytest.approx(4 * kwh.max())
    assert document["forecast"] is None


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_table_may_begin_with_its_newest_row(newest_first: bool) -> None:
    ends = np.datetime64("2024-07-01T00:15") + np.arange(96 * 5) * np.timedelta64(15, "m")
    kw = np.full(ends.size, 100.0)
    kw[2 * 96 - 1] = 900.0  # the last quarter of 2 July, told at 0:00 of 3 July
    shown = slice(None, None, -1 if newest_first else 1)
    times = ends.astype("datetime64[us]")[shown]
    power = study({"time": times, "power_kw": kw[shown]}).document
    assert power["warnings"] == []
    assert power["peak"] == {"kw": 900.0, "at": "2024-07-02T23:45:00"}
    assert power["kwh"] == pytest.approx(479 * 25 + 225)
    meter = 1_000 + np.cumsum(kw / 4)
    risen = study({"time": times, "meter_kwh": meter[shown]}, Options(kind="meter")).document
    assert risen["kwh"] == pytest.approx(478 * 25 + 225)  # nothing is known before the first
    # 0:00 with the date of the day that it closes is put right in either order.
    closed = np.where(np.arange(ends.size) % 96 == 95, ends - np.timedelta64(1, "D"), ends)
    put_right = study({"time": closed.astype("datetime64[us]")[shown], "power_kw": kw[shown]})
    assert put_right.document["warnings"] == ["midnight"]
    assert put_right.document["peak"] == power["peak"]
    assert (put_right.document["quarters"], put_right.document["kwh"]) == (480, power["kwh"])


def test_a_midnight_that_is_there_already_is_not_made_of_another() -> None:
    # A day to its own 0:00, within which a row of the 0:00 before it stands out of order.
    ends = np.datetime64("2024-07-01T00:15") + np.arange(96) * np.timedelta64(15, "m")
    ends = np.insert(ends, 95, np.datetime64("2024-07-01T00:00"))
    kwh = np.insert(np.full(96, 25.0), 95, 99.0)
    document = study({"time": ends.astype("datetime64[us]"), "usage_kwh": kwh}).document
    assert document["warnings"] == []
    assert (document["kwh"], document["quarters"]) == (96 * 25 + 99, 97)


def test_peaks_within_the_hour_are_warned_of_better_than_by_the_week_before(
    shared_data: Path,
) -> None:
    # The whole year: 0.49 against 0.15, see benchmarks/steel.py.
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import steel

    found = steel.warned(steel.demand()[49 * 96 :], 42, 84)
    assert found["f1"] > 0.35
    assert found["f1"] > 2 * found["naive"]


def test_too_short_a_past_warns_of_nothing() -> None:
    assert learn(np.ones(5 * 7 * 96), 0, 0.5) is None
    assert learn(np.zeros(7 * 7 * 96), 0, 0.5) is None
    assert f1(np.array([True, False]), np.array([True, True])) == pytest.approx(2 / 3)
