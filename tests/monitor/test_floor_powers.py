"""Powers as they are: told when they change or by the clock, held back, and silent for ever."""

import asyncio

import numpy as np
import pytest
from metered_site import DAY, HOUR, KEY, MINUTE, POWER, QUARTER, S, Site, T

from deungdae.monitor.definitions import Signal
from deungdae.monitor.floor.energy import Quarter
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.metering import Metering

DIES = T + 5 * HOUR + 37 * MINUTE


def five_shifts(site: Site) -> list[float | None]:
    """What five shifts of eight hours used, None where nothing is known."""
    asked = [(T + n * 8 * HOUR, T + (n + 1) * 8 * HOUR) for n in range(5)]
    found = [asyncio.run(site.metering.energy(KEY, site.asset, *each)) for each in asked]
    return [None if each is None else each.kwh for each in found]


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


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("every", [S, 10 * S, 30 * S, MINUTE, 5 * MINUTE, QUARTER, 2 * QUARTER])
def test_a_power_by_the_clock_that_died_is_in_no_later_shift(every: int, away: bool) -> None:
    site = Site(POWER)
    ends = T + 5 * HOUR + 30 * MINUTE
    times = np.arange(T - 2 * DAY, ends, every)
    site.past.put("kw", times, np.full(len(times), 50.0))
    if away:
        site.machine.sources["kw"] = "edge"
        site.machine.absences["edge"] = [(ends, None)]
    # 50 kW for five hours and a half.
    assert five_shifts(site) == [pytest.approx(275), None, None, None, None]


def test_a_power_told_when_it_changes_is_held_while_its_source_is_heard() -> None:
    site = Site(POWER)
    site.past.put("kw", [T + 5 * HOUR + 30 * MINUTE], [50])
    # From 5:30 on, 2.5 hours of the first shift; a day later it is believed no more.
    assert five_shifts(site) == pytest.approx([125, 400, 400, 275, None], nan_ok=True)
    site.machine.sources["kw"] = "edge"
    site.machine.absences["edge"] = [(DIES, None)]
    assert five_shifts(site) == [pytest.approx(50 * 7 / 60), None, None, None, None]
    # Its agent was back at nine, and nothing had changed.
    site.machine.absences["edge"] = [(DIES, T + 9 * HOUR)]
    assert five_shifts(site)[:3] == pytest.approx([50 * 7 / 60, 350, 400])


@pytest.mark.parametrize("every", [None, 10 * S])
def test_a_power_of_bad_quality_is_held_in_no_later_shift(every: int | None) -> None:
    site = Site(POWER)
    for bad in (DIES, T + 10 * HOUR):
        times = [T + 5 * HOUR + 30 * MINUTE] if every is None else np.arange(T - DAY, DIES, every)
        lost = [bad] if every is None else np.arange(DIES, T + 2 * DAY, every)
        site.past.put("kw", times, np.full(len(times), 50.0), lost)
        shifts = five_shifts(site)
        if every is not None:
            # Told often: until the end of its last quarter, 5:45.
            assert shifts == [pytest.approx(287.5), None, None, None, None]
        elif bad == DIES:
            assert shifts == [pytest.approx(50 * 7 / 60), None, None, None, None]
        else:
            assert shifts == [pytest.approx(125), pytest.approx(100), None, None, None]


def test_many_powers_far_from_a_time_need_few_questions() -> None:
    tags = [f"kw{n}" for n in range(40)]
    site = Site(*(Signal("power", tag) for tag in tags))
    assets = {tag: type(site.asset)(tag, signals=(Signal("power", tag),)) for tag in tags}
    for n, tag in enumerate(tags):
        site.past.put(tag, [T - 20 * HOUR + n * QUARTER], [10])  # each in another quarter
    found = asyncio.run(site.metering.energies("o", assets, T, T + HOUR))
    assert [None if each is None else each.kwh for each in found] == pytest.approx([10] * 40)
    assert len(site.past.asked) == 3


@pytest.mark.parametrize("again", [False, True])
def test_what_of_a_power_was_held_back_is_in_its_shift_when_it_came(again: bool) -> None:
    site = Site(POWER, now_us=T + 8 * HOUR + 10 * MINUTE)
    times = np.arange(T - DAY, T + 9 * HOUR, 10 * S)
    # Cut off from three o'clock on; all that was kept meanwhile comes at nine.
    told = times < T + 3 * HOUR
    site.past.put("kw", times[told], np.full(int(told.sum()), 100.0))
    frame = asyncio.run(site.metering.with_energy(KEY, site.asset, Frame(T, T + 8 * HOUR)))
    site.keep(*KEY, frame, 0, final=True)
    assert frame.energy_kwh == pytest.approx(300)
    site.past.put("kw", times, np.full(len(times), 100.0))
    site.now_us = T + 9 * HOUR + MINUTE
    if again:  # the monitor began again meanwhile
        site.metering = Metering(site.hall)
        site.metering.found(KEY, frame)
    [what] = site.metering.due(site.now_us)
    asyncio.run(site.metering.look_again(what, site.now_us))
    assert site.kept[what][0].energy_kwh == pytest.approx(800)
    assert site.metering.due(T + 99 * DAY) == []
