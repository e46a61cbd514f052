"""Meters as they are: silent for hours, read each hour, told when they change, wrong for once."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from metered_site import DAY, HOUR, KEY, METER, MINUTE, QUARTER, S, Site, T, read, shifts
from monitor_site import MonitorSite
from watched_machine import OURS, TWO_SHIFTS, Clock, machine
from watched_machine import T as NINE

from deungdae.analysis.oee import Span, State
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import Floor, costs
from deungdae.monitor.floor.energy import Quarter
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.metering import Metering


@pytest.mark.parametrize("every", [10 * S, MINUTE, 5 * MINUTE, QUARTER, HOUR, 2 * HOUR])
def test_shifts_use_together_what_the_day_does_however_seldom_the_meter_is_read(every: int) -> None:
    site = Site(METER)
    site.past.put("kwh", *read(every))
    assert site.used().kwh == pytest.approx(2400)
    assert shifts(site) == pytest.approx([800, 800, 800])
    # A shift that begins in the middle of a quarter.
    begins = T + 8 * HOUR + 20 * MINUTE
    assert site.used(begins, begins + 8 * HOUR).kwh == pytest.approx(800)


@pytest.mark.parametrize(("every", "peak"), [(MINUTE, 100.0), (QUARTER, 100.0), (HOUR, None)])
def test_what_is_told_of_more_than_a_quarter_is_no_demand(every: int, peak: float | None) -> None:
    site = Site(METER)
    site.past.put("kwh", *read(every))
    found = site.used()
    assert found.peak_kw == (None if peak is None else pytest.approx(peak))
    assert {round(each.kwh, 6) for each in found.trend} == {25.0}


@pytest.mark.parametrize("every", [MINUTE, QUARTER])
def test_what_a_meter_moved_by_in_a_silence_is_spread_over_it(every: int) -> None:
    site = Site(METER)
    times, values = read(every)
    silent = (times > T + 2 * HOUR) & (times < T + 6 * HOUR)
    site.past.put("kwh", times[~silent], values[~silent])
    found = site.used()
    assert found.kwh == pytest.approx(2400)
    assert found.peak_kw == pytest.approx(100)
    unmeasured = [each for each in found.trend if not each.measured]
    assert (unmeasured[0].start_us - T) / HOUR == pytest.approx(2, abs=0.25)
    assert (unmeasured[-1].end_us - T) / HOUR == pytest.approx(6, abs=0.25)
    assert len(found.trend) == 96


def test_a_short_silence_over_the_end_of_a_quarter_makes_no_peak() -> None:
    site = Site(METER)
    times, values = read(MINUTE)
    silent = (times > T + 127 * MINUTE) & (times < T + 140 * MINUTE)
    site.past.put("kwh", times[~silent], values[~silent])
    found = site.used()
    # Of the quarter from 2:15 on 23 minutes were told: 38.3 kWh, which would be 153 kW.
    assert max(each.kwh for each in found.trend) == pytest.approx(38.3, abs=0.1)
    assert found.peak_kw == pytest.approx(100)


@pytest.mark.parametrize("every", [MINUTE, QUARTER, HOUR])
@pytest.mark.parametrize("wrong", [0.0, 900_000.0])
def test_one_wrong_reading_is_no_new_beginning(every: int, wrong: float) -> None:
    site = Site(METER)
    times, values = read(every)
    at = int(np.searchsorted(times, T + 8 * HOUR + 15 * MINUTE)) - 1  # the last of a quarter
    values[at] = wrong
    site.past.put("kwh", times, values)
    found = site.used()
    assert found.kwh == pytest.approx(2400)
    assert found.peak_kw == (None if every == HOUR else pytest.approx(100))


@pytest.mark.parametrize(("every", "lost"), [(10 * S, 25), (QUARTER, 25), (HOUR, 100)])
def test_a_first_reading_of_0_is_no_ten_thousand_kilowatt_hours(every: int, lost: float) -> None:
    site = Site(METER)
    times, values = read(every, since=T + 3 * HOUR)
    values[0] = 0.0
    site.past.put("kwh", times, values)
    # 21 hours of 100 kW are left, and of the first quarter, or the first hour, nothing is known.
    found = site.used()
    assert found.kwh == pytest.approx(2100 - lost, abs=0.2)
    assert found.peak_kw == (None if every == HOUR else pytest.approx(100))


def test_a_new_meter_that_begins_at_0_is_believed() -> None:
    site = Site(METER)
    times, values = read(QUARTER, since=T + 3 * HOUR)
    site.past.put("kwh", times, values - values[0])
    assert site.used().kwh == pytest.approx(2100, abs=0.2)


def test_a_first_reading_that_is_not_right_is_no_peak() -> None:
    site = Site(METER)
    times, values = read(10 * S, since=T + 3 * HOUR)
    values[0] -= 500.0
    site.past.put("kwh", times, values)
    # It cannot be told from a use of 500 kWh, but 2,100 kW of demand are not said.
    assert site.used().kwh == pytest.approx(2600, abs=0.4)
    assert site.used().peak_kw == pytest.approx(100)


@pytest.mark.parametrize("every", [10 * S, MINUTE, 10 * MINUTE])
@pytest.mark.parametrize("hours", [1, 2])
def test_zeros_of_an_hour_or_two_are_no_new_beginning(every: int, hours: int) -> None:
    site = Site(METER)
    times, values = read(every)
    wrong = (times >= T + 6 * HOUR) & (times < T + (6 + hours) * HOUR)
    site.past.put("kwh", times, np.where(wrong, 0.0, values))
    assert site.used().kwh == pytest.approx(2400)
    assert site.used().peak_kw == pytest.approx(100)


def test_a_counter_of_each_hour_begins_anew_though_the_next_hour_is_higher() -> None:
    site = Site(METER)
    times, _ = read(5 * MINUTE)
    hour, into = np.divmod(times - T, HOUR)
    # 60 kWh in the first hour, 72 in the next, 60 again: back where it stood after 50 minutes.
    site.past.put("kwh", times, into / HOUR * np.where(hour % 2, 72.0, 60.0))
    assert site.used().kwh == pytest.approx(24 * 66, rel=0.1)  # without an hour's last minutes


@pytest.mark.parametrize("every", [MINUTE, 100 * S, 2 * MINUTE, 150 * S])
@pytest.mark.parametrize(
    ("silent", "used"),
    [
        # It moved by 500 kWh: from 10:15 on, the end of the last quarter that was told, to 16:00.
        ((10.02, 15.98), [0, 500, 0]),
        # From 8:15 to 17:45, since its first readings came at the end of that quarter: of 9 hours
        # and a half 7:45 are of the second shift.
        ((8.05, 17.7), [0, 500 * 7.75 / 9.5, 500 * 1.75 / 9.5]),
    ],
)
def test_a_silence_is_shared_out_alike_whatever_time_is_looked_at(
    every: int, silent: tuple[float, float], used: list[float]
) -> None:
    site = Site(METER)
    times = np.arange(T - DAY, T + 2 * DAY, every)
    begins, ends = (T + round(at * HOUR) for at in silent)
    heard = (times < begins) | (times > ends)
    site.past.put("kwh", times[heard], np.where(times < ends, 9000.0, 9500.0)[heard])
    assert shifts(site) == pytest.approx(used)
    assert site.used().kwh == pytest.approx(500)


@pytest.mark.parametrize("every", [MINUTE, QUARTER])
def test_a_meter_that_begins_anew_has_used_what_it_shows_since(every: int) -> None:
    site = Site(METER)
    times, values = read(every)
    noon = T + 12 * HOUR
    site.past.put("kwh", times, np.where(times < noon, values, (times - noon) / HOUR * 100))
    assert site.used().kwh == pytest.approx(2400, abs=26)  # up to the first reading after


def test_a_shift_within_a_silence_has_its_share_once_the_meter_speaks() -> None:
    site = Site(METER, now_us=T + 16 * HOUR)
    times, values = read(MINUTE)
    heard = (times < T + 6 * HOUR) | (times > T + 18 * HOUR)
    told = heard & (times < site.now_us)
    site.past.put("kwh", times[told], values[told])
    empty = Frame(T + 8 * HOUR, T + 16 * HOUR, spans=[Span(T, T + DAY, State.RUNNING)])
    frame = asyncio.run(site.metering.with_energy(KEY, site.asset, empty))
    assert frame.energy_kwh is None
    site.keep(*KEY, frame, 0, final=True)
    what = (*KEY, frame.start_us)
    assert site.metering.due(site.now_us) == []
    site.now_us = T + 20 * HOUR  # four hours after its end
    told = heard & (times < site.now_us)
    site.past.put("kwh", times[told], values[told])
    assert site.metering.due(site.now_us) == [what]
    asyncio.run(site.metering.look_again(what, site.now_us))
    kept, final = site.kept[what]
    # Of a meter that is read often the last of each quarter counts: 12 h and one minute of it.
    assert kept.energy_kwh == pytest.approx(800, abs=1.2) and final
    assert kept.peak_kw is None
    assert site.metering.due(site.now_us + 9 * DAY) == []


def test_what_was_to_be_looked_at_while_the_monitor_did_not_run_is_looked_at_at_once() -> None:
    # Read every two hours: at the end of the shift six hours of it were told.
    site = Site(METER, now_us=T + 8 * HOUR + 10 * MINUTE)
    site.past.put("kwh", *read(2 * HOUR, until=T + 8 * HOUR))
    frame = asyncio.run(site.metering.with_energy(KEY, site.asset, Frame(T, T + 8 * HOUR)))
    assert frame.energy_kwh == pytest.approx(600, abs=0.2)
    site.keep(*KEY, frame, 0, final=True)
    # From half an hour after its end until five hours after it nobody ran.
    site.now_us = T + 13 * HOUR
    site.past.put("kwh", *read(2 * HOUR, until=T + 13 * HOUR))
    begun = Metering(site.hall)
    begun.found(KEY, frame)
    [what] = begun.due(site.now_us)
    asyncio.run(begun.look_again(what, site.now_us))
    assert site.kept[what][0].energy_kwh == pytest.approx(800)
    assert begun.due(T + 99 * DAY) == []


def test_what_a_meter_still_had_to_tell_is_not_forgotten_when_the_monitor_ends() -> None:
    site = Site(METER, now_us=T + 9 * HOUR)
    begun = Metering(site.hall)
    begins, ends = T, T + 8 * HOUR
    last = Quarter(ends - QUARTER, ends, 20.0, False)
    for power in ([], [last], [last._replace(measured=True)]):
        begun.found(KEY, Frame(begins, ends, power=power))
        begins += 1
    assert begun.due(ends + 4 * HOUR) == [(*KEY, T), (*KEY, T + 1)]
    begun.found(KEY, Frame(T + 2, T - 7 * DAY))
    assert len(begun.due(T + 99 * DAY)) == 2


def test_a_meter_that_is_read_often_is_asked_for_once() -> None:
    site = Site(METER)
    site.past.put("kwh", *read(MINUTE))
    site.used()
    assert site.past.asked == ["means"]
    site.past.asked.clear()
    site.past.put("kwh", *read(QUARTER))
    site.used()
    assert site.past.asked == ["means", "readings"]


def test_a_small_meter_that_is_read_seldom_hides_no_peak_of_the_site() -> None:
    def quarter(kwh: float, measured: bool) -> Quarter:
        return Quarter(T, T + QUARTER, kwh, measured)

    asset = Asset("m", signals=(METER,))
    [most] = costs.summed([[quarter(9.0, True)], [quarter(1.0, False)]])
    [half] = costs.summed([[quarter(5.0, True)], [quarter(5.0, False)]])
    assert most == quarter(10.0, True) and half == quarter(10.0, False)
    found = costs.document(asset, [half], [], None)
    assert found is not None and (found["kwh"], found["peak_kw"]) == (10.0, None)
    # And what a line's machines say of their quarters is kept.
    assert found["trend"] == [[T, T + QUARTER, 10.0, None, False]]
    both = costs.together(asset, [found, costs.document(asset, [most], [], None)], None)
    assert both is not None and (both["kwh"], both["peak_kw"]) == (20.0, None)


def test_a_frame_that_was_kept_before_quarters_said_how_they_are_known_is_read() -> None:
    document = Frame(T, T + QUARTER).document() | {"power": [[T, T + QUARTER, 2.5]]}
    assert Frame.of(document).power == [Quarter(T, T + QUARTER, 2.5, True)]
    now = Frame(T, T + QUARTER, power=[Quarter(T, T + QUARTER, 2.5, False)])
    assert Frame.of(now.document()) == now


def test_shifts_have_their_energy_from_a_history_that_knows_a_slow_meter(tmp_path: Path) -> None:
    # Two shifts from nine to one; the meter of 100 kW is read each half hour, at five past.
    clock, floor = Clock(NINE + 4 * HOUR + 20 * MINUTE), Floor()
    times = np.arange(NINE - HOUR, clock.now_us, 30 * MINUTE) + 5 * MINUTE
    meter = [(int(at), 500.0 + (int(at) - NINE) / HOUR * 100) for at in times]
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", "kwh", meter)
        site.store(OURS, "plc", "kw", [(NINE - HOUR, 50.0), (NINE + HOUR, 200.0)])
        site.store(OURS, "plc", "run", [(NINE - HOUR, 1.0), (clock.now_us - MINUTE, 1.0)])
        site.put_calendar(OURS, "two", TWO_SHIFTS)
        run = {"role": "run", "tag": "run"}
        for name, role, tag in (("imm1", "energy", "kwh"), ("imm2", "power", "kw")):
            drawn = machine(run, {"role": role, "tag": tag}, calendar="two", site="s")
            site.put_asset(OURS, name, drawn)

        def used(asset: str) -> list[float | None]:
            told = {"asset": asset, "start": NINE, "end": NINE + 4 * HOUR}
            found = site.ask("shifts", OURS, topic="monitor", **told)["shifts"]
            return [None if each["energy"] is None else each["energy"]["kwh"] for each in found]

        site.until(lambda: floor.hall.store.frame(OURS, "imm2", NINE) is not None)
        assert used("imm1") == pytest.approx([200, 200])
        # 50 kW until ten o'clock, 200 kW since.
        assert used("imm2") == pytest.approx([250, 400])
        told = {"start": NINE, "end": NINE + 4 * HOUR}
        power = site.ask("power", OURS, topic="monitor", site="s", **told)
        assert power["energy"]["kwh"] == pytest.approx(1050)
