"""Meters as they are: silent for hours, read each hour, told when they change, wrong for once."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from monitor_site import MonitorSite
from watched_machine import OURS, TWO_SHIFTS, Clock, machine
from watched_machine import T as NINE

from deungdae.analysis.oee import Span, State
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor import Floor, costs
from deungdae.monitor.floor.energy import Energy, Quarter
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.metering import Metering
from deungdae.monitor.past import Means, Readings, Times, Values

S = 1_000_000
MINUTE, QUARTER, HOUR = 60 * S, 900 * S, 3600 * S
DAY = 24 * HOUR
T = 1_794_000_000 * S // DAY * DAY
METER, POWER = Signal("energy", "kwh"), Signal("power", "kw")
KEY = "o", "m"


class Past:
    """What was read of tags, told as the history tells it."""

    def __init__(self) -> None:
        self.tags: dict[str, tuple[Times, Values, Times]] = {}
        self.asked: list[str] = []

    def put(self, tag: str, times: Any, values: Any, bad: Any = ()) -> None:
        self.tags[tag] = (
            *(np.asarray(times, np.int64), np.asarray(values, float)),
            np.asarray(bad, np.int64),
        )

    async def means(
        self, _: str, tags: list[str], start: int, end: int, every: int
    ) -> dict[str, Means]:
        self.asked.append("means")
        found = {}
        start, end = start // every * every, -(-end // every) * every
        for tag in tags:
            times, values, _bad = self.within(tag, start, end)
            buckets = times // every * every
            known = np.unique(buckets)
            each = [values[buckets == one] for one in known]
            if len(known):
                found[tag] = Means(
                    known,
                    np.array([len(one) for one in each]),
                    *(
                        np.array([float(do(one)) for one in each])
                        for do in (np.mean, np.min, np.max, lambda one: one[-1])
                    ),
                )
        return found

    async def readings(self, _: str, tags: list[str], start: int, end: int) -> dict[str, Readings]:
        self.asked.append("readings")
        found = {}
        for tag in tags:
            times, values, bad = self.within(tag, start, end)
            if len(times):
                found[tag] = Readings(times, values, np.array([None] * len(times), object), bad)
        return found

    def within(self, tag: str, start: int, end: int) -> tuple[Times, Values, Times]:
        if tag not in self.tags:
            return (np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
        times, values, bad = self.tags[tag]
        inside = (times >= start) & (times < end)
        return times[inside], values[inside], bad[(bad >= start) & (bad < end)]


class Site:
    """A machine with one meter."""

    def __init__(self, *signals: Signal, now_us: int = T + 3 * DAY) -> None:
        self.past, self.now_us = Past(), now_us
        self.asset = Asset("m", signals=signals)
        self.kept: dict[tuple[str, str, int], tuple[Frame, bool]] = {}
        self.machine = SimpleNamespace(absences={}, sources={})
        self.hall: Any = SimpleNamespace(
            machines={KEY: self.machine},
            store=self,
            context=SimpleNamespace(
                past=self.past,
                now_us=lambda: self.now_us,
                structure=SimpleNamespace(asset=lambda *_: self.asset),
            ),
        )
        self.metering = Metering(self.hall)  # type: ignore[arg-type]

    def used(self, start: int = T, end: int = T + DAY) -> Energy:
        found = asyncio.run(self.metering.energy(KEY, self.asset, start, end))
        assert found is not None
        return found

    def frame(self, organisation: str, asset: str, start: int) -> tuple[Frame, bool] | None:
        return self.kept.get((organisation, asset, start))

    def keep(self, organisation: str, asset: str, frame: Frame, _: int, *, final: bool) -> None:
        self.kept[organisation, asset, frame.start_us] = frame, final


def read(every: int, since: int = T - DAY, until: int = T + 2 * DAY) -> tuple[Times, Values]:
    """When a meter of 100 kW is read, five seconds after each whole time, and what it shows."""
    times = np.arange(since, until, every) + 5 * S
    return times, 50_000 + (times - T) / HOUR * 100


def shifts(site: Site) -> list[float]:
    """What three shifts of eight hours used."""
    return [site.used(T + n * DAY // 3, T + (n + 1) * DAY // 3).kwh for n in range(3)]


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
    assert kept.energy_kwh == pytest.approx(800) and final
    assert kept.peak_kw is None
    assert site.metering.due(site.now_us + 9 * DAY) == []


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


def test_a_power_told_when_it_changes_holds_until_the_next() -> None:
    site = Site(POWER)
    site.past.put("kw", [T, T + 7 * HOUR + 10 * MINUTE, T + 19 * HOUR], [50, 200, 50])
    found = site.used()
    # 50 kW for 7:10 and from 19:00 on, 200 kW for 11:50.
    assert found.kwh == pytest.approx(50 * (7 + 1 / 6 + 5) + 200 * (11 + 5 / 6))
    assert found.peak_kw == 200.0
    # Of the quarter from 7:00 on ten minutes of 50 kW and five of 200 kW.
    assert found.trend[28] == Quarter(T + 7 * HOUR, T + 7 * HOUR + QUARTER, 25.0, True)
    # An hour long after the last word.
    assert site.used(T + 12 * HOUR, T + 13 * HOUR).kwh == pytest.approx(200)


def test_a_power_is_believed_no_longer_than_its_source_is_heard() -> None:
    site = Site(POWER)
    # Its driver lost the machine at two o'clock, and found it again at three.
    site.past.put("kw", [T, T + 3 * HOUR], [100, 100], bad=[T + 2 * HOUR])
    assert site.used(T, T + 4 * HOUR).kwh == pytest.approx(300)
    site.past.put("kw", [T], [100])
    assert site.used(T, T + 4 * HOUR).kwh == pytest.approx(400)
    # Its agent was not heard for an hour and a half, and nothing had changed meanwhile.
    site.machine.sources["kw"] = "edge"
    site.machine.absences["edge"] = [(T + HOUR, T + 2 * HOUR + 30 * MINUTE)]
    assert site.used(T, T + 4 * HOUR).kwh == pytest.approx(250)
    # What it held back is known.
    site.past.put("kw", [T, T + 2 * HOUR], [100, 100])
    assert site.used(T, T + 4 * HOUR).kwh == pytest.approx(300)
    site.machine.absences["edge"] = [(T + 3 * HOUR, None)]
    assert site.used(T, T + 6 * HOUR).kwh == pytest.approx(300)


def test_nobody_is_believed_for_more_than_a_day() -> None:
    site = Site(POWER, now_us=T + 4 * DAY)
    site.past.put("kw", [T + 6 * HOUR], [100])
    assert site.used(T, T + 3 * DAY).kwh == pytest.approx(2400)
    assert asyncio.run(site.metering.energy(KEY, site.asset, T + 2 * DAY, T + 3 * DAY)) is None


def test_a_power_that_speaks_by_the_clock_says_nothing_by_silence() -> None:
    site = Site(Signal("power", "kw", expected_seconds=600))
    times = np.arange(T, T + 2 * HOUR, 10 * MINUTE)
    site.past.put("kw", times, np.full(len(times), 100.0))
    # It was heard for the last time at 1:50, for the ten minutes until two o'clock.
    assert site.used(T, T + 8 * HOUR).kwh == pytest.approx(200)
    site = Site(POWER)
    times = np.arange(T, T + 8 * HOUR, 5 * MINUTE)
    kept = (times < T + 2 * HOUR) | (times >= T + 5 * HOUR)
    site.past.put("kw", times[kept], np.full(int(kept.sum()), 100.0))  # as its readings show
    assert site.used(T, T + 12 * HOUR).kwh == pytest.approx(500)


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
