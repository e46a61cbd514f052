"""The pieces of the floor: signals, frames, what people said, parallel machines."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_of_truth import Truth

from deungdae.analysis.oee import Loss, Span, State, increments
from deungdae.analysis.oee.sensed import levels, seen
from deungdae.analysis.shifts import PRESETS
from deungdae.monitor import definitions
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor.answers import _made
from deungdae.monitor.floor.energy import energy
from deungdae.monitor.floor.figures import (
    Said,
    Summary,
    lost_cost,
    plan_of,
    shift_document,
    summary,
    total,
)
from deungdae.monitor.floor.frames import Frame, cut
from deungdae.monitor.floor.learning import cycle
from deungdae.monitor.floor.lines import as_line, side_by_side, together
from deungdae.monitor.floor.said import SaidStop, laid_over
from deungdae.monitor.floor.shifts import DAY_US, frames, shifts
from deungdae.monitor.floor.tracks import Track
from deungdae.monitor.past import Means, Readings, Times, Values

S = 1_000_000
T = 1_795_392_000 * S  # 2026-11-23 00:00:00 UTC, 09:00 in Seoul, a Monday
RUN, STOP, DOWN, DARK = State.RUNNING, State.STOPPED, State.DOWN, State.UNKNOWN
WORDS = {"name": "x", "since": "2026-01-01", "pattern": {"preset": "4조3교대"}}
CALENDAR = definitions.calendar({"name": "x", "versions": [WORDS], "country": None})


def spans(*told: tuple[float, float, State]) -> list[Span]:
    return [Span(T + round(a * S), T + round(b * S), state) for a, b, state in told]


def said(start: float, end: float | None, name: str = "s", reason: str = "mold") -> SaidStop:
    until = None if end is None else T + round(end * S)
    return SaidStop(name, T + round(start * S), until, State.SETUP, reason)


def shown(found: object) -> list[tuple[int, int, str, str]]:
    return [
        ((span.start_us - T) // S, (span.end_us - T) // S, span.state.value, span.reason)
        for span, _ in found  # type: ignore[attr-defined]
    ]


@given(
    steps=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2)), min_size=2, max_size=60),
    split=st.integers(0, 60),
    again=st.integers(0, 60),
)
def test_live_points_and_history_make_the_same_of_a_counter(
    steps: list[tuple[int, int]], split: int, again: int
) -> None:
    times = np.cumsum([each[0] for each in steps]).astype(np.int64) * S + T
    values = np.cumsum([each[1] for each in steps]).astype(float)
    whole, mixed = (Track(Signal("counter", "t"), 10 * S) for _ in range(2))
    whole.splice(0, _readings(times, values))
    split, again = min(split, len(times)), min(again, split, len(times) - 1)
    mixed.splice(0, _readings(times[:split], values[:split]))
    for time, value in zip(times[split:].tolist(), values[split:].tolist(), strict=True):
        mixed.add(time, value)
    mixed.splice(int(times[again]), _readings(times[again:split], values[again:split]))
    one, other = increments(*whole.arrays()), increments(*mixed.arrays())
    assert one.times.tolist() == other.times.tolist() and one.parts.tolist() == other.parts.tolist()
    end = int(times[-1]) + S
    assert whole.heard.silences(T, end) == mixed.heard.silences(T, end)


def _readings(times: Times, values: Values) -> Readings:
    return Readings(times, values, np.array([None] * len(times), object))


def test_frames_cover_all_time_and_shifts_are_whole() -> None:
    found = frames(CALENDAR, T, T + 2 * DAY_US, "Asia/Seoul")
    assert found[0].start_us <= T and found[-1].end_us >= T + 2 * DAY_US
    assert all(a.end_us == b.start_us for a, b in itertools.pairwise(found))
    names = [bounds.shift.name for bounds in found if bounds.shift]
    assert names[:4] == ["주간", "석간", "야간", "주간"]
    [day] = [s for s in shifts(CALENDAR, T, T + 1) if s.name == "주간"]
    assert day.planned() == 7.5 * 3600 and day.day == "2026-11-23" and day.crew is not None


def test_extra_work_that_begins_in_a_night_is_planned_from_its_end() -> None:
    extra = {"name": "특근", "start": 360, "end": 840, "breaks": []}
    nights = {"since": "2026-01-01", "pattern": {"preset": "2조2교대"}}
    found = definitions.calendar(
        {
            "name": "x",
            "versions": [nights],
            "country": None,
            "exceptions": [{"day": "2026-11-22", "extra": extra}],
        }
    )
    # Sunday, 6 to 14 o'clock; the night of Saturday lasts until 8.
    [bounds] = frames(found, T - DAY_US, T - DAY_US + 1, "Asia/Seoul")
    assert bounds.shift is not None
    assert (bounds.shift.name, bounds.shift.planned()) == ("특근", 6 * 3600)
    hours = [(at - T + DAY_US) // (3600 * S) + 9 for at in (bounds.start_us, bounds.end_us)]
    assert hours == [8, 14]
    ran = Frame(*bounds[:2], [Span(*bounds[:2], RUN)])
    worth = summary(Asset("m"), ran, Said(), bounds.shift).figures
    assert worth is not None and worth.known == 1.0


def test_without_a_calendar_frames_are_days() -> None:
    found = frames(None, T, T + DAY_US, "Asia/Seoul")
    assert [(bounds.start_us - T) // (3600 * S) for bounds in found] == [-9, 15]
    assert {bounds.shift for bounds in found} == {None}


def test_the_plan_of_a_day_is_shared_by_planned_time() -> None:
    [day] = [s for s in shifts(CALENDAR, T, T + 1) if s.name == "주간"]
    asset = Asset("m", plan={("2026-11-23", ""): 900.0})
    assert plan_of(asset, day) == 300
    assert plan_of(Asset("m", plan={("2026-11-23", "주간"): 500.0}), day) == 500


def test_a_reason_names_the_stop_that_it_overlaps_most() -> None:
    told = spans((0, 1000, RUN), (1000, 2000, STOP), (2000, 2100, RUN), (2100, 4000, STOP))
    assert shown(laid_over(told, [said(1900, 3980)]))[3] == (2100, 4000, "setup", "mold")


def test_a_part_of_a_stop_that_nobody_named_stays_a_stop() -> None:
    told = spans((0, 1000, RUN), (1000, 4000, STOP))
    assert shown(laid_over(told, [said(1000, 2500)])) == [
        (0, 1000, "running", ""),
        (1000, 2500, "setup", "mold"),
        (2500, 4000, "stopped", ""),
    ]
    both = laid_over(told, [said(1000, 2500), said(2500, 4000, "other", "meal")])
    assert [each.said for each in both] == [None, "s", "other"]


def test_a_stop_that_goes_on_is_named_until_it_ends() -> None:
    told = spans((0, 1000, RUN), (1000, 4000, STOP), (4000, 5000, RUN))
    assert shown(laid_over(told, [said(1200, None)])) == [
        (0, 1000, "running", ""),
        (1000, 1200, "stopped", ""),
        (1200, 4000, "setup", "mold"),
        (4000, 5000, "running", ""),
    ]
    assert shown(laid_over(told, [said(1010, None)]))[1] == (1000, 4000, "setup", "mold")


def test_people_may_name_what_no_signal_told_and_never_what_ran() -> None:
    told = spans((0, 1000, RUN), (1000, 2000, DARK))
    assert shown(laid_over(told, [said(1000, 2000)]))[1][2] == "setup"
    assert shown(laid_over(told, [said(100, 900)])) == [
        (0, 1000, "running", ""),
        (1000, 2000, "unknown", ""),
    ]


def test_machines_side_by_side_run_while_any_runs() -> None:
    one = spans((0, 100, RUN), (100, 300, STOP), (300, 400, DARK))
    other = spans((0, 200, DARK), (200, 300, DOWN), (300, 400, RUN))
    found = [
        ((s.start_us - T) // S, (s.end_us - T) // S, s.state) for s in side_by_side([one, other])
    ]
    assert found == [(0, 100, RUN), (100, 200, DARK), (200, 300, DOWN), (300, 400, RUN)]


def test_a_line_goes_by_all_its_machines_though_one_was_looked_at_last() -> None:
    def of(state: State, until: int) -> Summary:
        frame = Frame(T, T + until * S, spans((0, until, state)), counted=False)
        return summary(Asset("m"), frame, Said(), None, always=True)

    def now(*parts: Summary) -> State:
        return together(Asset("line", kind="line"), parts, None).told[-1].span.state

    assert now(of(RUN, 3600), of(STOP, 3605)) is RUN  # a moment later it still runs
    assert now(of(RUN, 3600), of(STOP, 7200)) is STOP  # an hour later nobody knows that


def test_the_steps_of_losses_add_up_though_more_was_set_aside_than_made() -> None:
    hour = Frame(
        T, T + 3600 * S, spans((0, 3600, RUN)), 300.0, scrapped=500.0, counted=True,
        made=[(T, 300.0, 500.0, 0.0)],
    )  # fmt: skip
    found = summary(Asset("m", ideal_seconds=10.0), hour, Said(), None, always=True)
    assert found.counts.scrapped == 500.0  # what was said stays
    assert found.waterfall is not None
    assert found.waterfall.losses[Loss.SCRAP] == 3000.0  # the 300 that were made, of 10 s each
    assert found.waterfall.productive == 0.0
    assert sum(found.waterfall.losses.values()) == found.waterfall.planned == 3600.0


def test_each_machine_of_a_line_goes_by_its_own_limit_of_short_stops() -> None:
    def of(limit: float) -> Summary:
        hour = spans((0, 1000, RUN), (1000, 1200, STOP), (1200, 3600, RUN))
        frame = Frame(T, T + 3600 * S, hour, 240.0, counted=True, made=[(T, 240.0, 0.0, 0.0)])
        machine = Asset("m", ideal_seconds=10.0, micro_stop_seconds=limit)
        return summary(machine, frame, Said(), None, always=True)

    parts = [of(120.0), of(300.0)]
    line = Asset("line", kind="line", micro_stop_seconds=300.0)
    found = together(line, parts, None)
    # What a line lost is what its machines lost: 200 s as a stop, 200 s as a short one.
    assert found.waterfall is not None
    for loss in Loss:
        each = [one.waterfall.losses[loss] for one in parts if one.waterfall]
        assert found.waterfall.losses[loss] == sum(each), loss
    assert found.waterfall.losses[Loss.STOPPED] == 200.0
    assert found.waterfall.losses[Loss.MICRO_STOPS] == 200.0
    assert found.waiting == parts[0].waiting == [(T + 1000 * S, T + 1200 * S)]
    document = shift_document("line", found, final=True)
    assert (document["stops"], document["micro_stops"]) == (1, 1)
    week = total(line, [found, found]).waterfall
    assert week is not None and week.losses[Loss.STOPPED] == 400.0


def test_figures_of_parallel_machines_are_of_all_their_hours() -> None:
    def of(state: State, produced: float) -> Frame:
        made = [(T, produced, 0.0, 0.0)] if produced else []
        hour = spans((0, 3600, state))
        return Frame(T, T + 3600 * S, hour, produced, counted=True, made=made)

    machine = Asset("m", ideal_seconds=10.0, hour_cost=3600.0)
    parts = [
        summary(machine, of(state, produced), Said(), None, always=True)
        for state, produced in ((RUN, 180.0), (STOP, 0.0))
    ]
    found = together(Asset("line", kind="line"), parts, None)
    assert found.counts.produced == 180 and found.figures is not None
    assert found.figures.availability == 0.5
    assert found.figures.oee == 0.25  # 180 parts of 10 s in two hours
    assert found.figures.teep == 0.25
    assert found.cost == 1800.0 + 3600.0


def test_a_machine_whose_parts_nobody_counts_makes_no_loss_of_a_line() -> None:
    def of(state: State, produced: float, machine: Asset, *, counted: bool) -> Summary:
        made = [(T, produced, 0.0, 0.0)] if produced else []
        hour = spans((0, 3600, state))
        frame = Frame(T, T + 3600 * S, hour, produced, counted=counted, made=made)
        return summary(machine, frame, Said(), None, always=True)

    line = Asset("line", kind="line", hour_cost=3600.0)
    counts, clamp = Asset("m", ideal_seconds=10.0, ideal_confirmed=True), Asset("n")
    one, other = of(RUN, 180.0, counts, counted=True), of(RUN, 0.0, clamp, counted=False)
    assert other.figures is not None
    assert (other.figures.availability, other.figures.oee, other.waterfall) == (1.0, None, None)
    found = together(line, [one, other], None)
    assert found.figures is not None
    assert found.figures.oee == 0.5  # 180 parts of 10 s in the hour of the one that counts
    assert found.figures.teep == 0.5
    assert found.waterfall is not None
    assert found.waterfall.planned == 3600.0
    assert found.waterfall.losses[Loss.SLOW] == 1800.0
    assert found.asset.ideal_confirmed
    assert found.cost == 900.0  # half an hour of one of two machines, of 3,600 an hour of the line
    document = shift_document("line", found, final=True)
    assert (document["counted"], document["counting"]) == (True, [1, 2])
    whole = total(line, [found, found])  # of a week, its shifts put together once more
    assert whole.figures is not None
    assert whole.figures.oee == 0.5
    assert "counting" not in shift_document("line", together(line, [one, one], None), final=True)


def test_an_ideal_cycle_without_a_count_is_no_loss_of_speed() -> None:
    hour = Frame(T, T + 3600 * S, spans((0, 2700, RUN), (2700, 3600, STOP)), counted=False)
    machine = Asset("m", ideal_seconds=10.0, hour_cost=3600.0)
    found = summary(machine, hour, Said(), None, always=True)
    assert found.waterfall is None
    assert lost_cost(found) == 900.0  # it stood for a quarter of an hour
    assert total(machine, [found]).waterfall is None


def test_of_a_time_of_which_there_is_no_frame_nothing_is_known() -> None:
    found = total(Asset("m"), [])
    assert (found.counts.produced, found.counted, found.figures) == (0.0, False, None)


def test_a_past_shift_keeps_the_ideal_cycle_that_counted_then() -> None:
    document = {
        "name": "m",
        "ideal_seconds": 8.0,
        "ideal_confirmed": True,
        "ideals": [{"until": T + 7200 * S, "seconds": 10.0, "confirmed": False, "products": {}}],
    }

    def of(start: int, told: dict[str, Any]) -> tuple[Any, ...]:
        end, made = start + 3600 * S, [(start, 180.0, 0.0, 0.0)]
        hour = Frame(start, end, [Span(start, end, RUN)], 180.0, counted=True, made=made)
        found = summary(definitions.asset(told), hour, Said(), None, always=True)
        assert found.figures is not None
        return found.ideal, found.asset.ideal_confirmed, found.figures.effectiveness

    # 180 parts in an hour: half of what 10 s allow, and four tenths of what 8 s allow.
    assert of(T, document) == (10.0, False, 0.5)
    assert of(T + 7200 * S, document) == (8.0, True, 0.4)
    assert of(T, {**document, "ideals": []}) == (8.0, True, 0.4)  # put right on purpose


def test_a_line_takes_from_its_output_what_it_does_not_say() -> None:
    source = Asset("m", ideal_seconds=5.0, ideal_confirmed=True, hour_cost=9.0)
    line = as_line(Asset("line", kind="line", hour_cost=20.0), source)
    assert (line.ideal_seconds, line.ideal_confirmed, line.hour_cost) == (5.0, True, 20.0)


def test_a_frame_that_is_cut_keeps_its_parts_in_proportion() -> None:
    made = [(T, 60.0, 6.0, 0.0), (T + 600 * S, 30.0, 0.0, 0.0)]
    whole = Frame(T, T + 1200 * S, spans((0, 1200, RUN)), 90.0, 6.0, made=made, counted=True)
    found = cut(whole, T + 300 * S, T + 1200 * S)
    assert (found.produced, found.scrapped) == (60.0, 3.0)
    assert Frame.of(found.document()) == found


def test_a_definition_that_makes_no_sense_is_refused_by_name() -> None:
    signals = [{"role": "pilot", "tag": "t"}]
    for document in ({"name": "m", "signals": signals}, {"kind": "machine"}):
        with pytest.raises(definitions.UnusableDefinition, match="is not understood"):
            definitions.asset(document)


def test_a_pattern_is_the_same_as_json() -> None:
    for name, preset in PRESETS.items():
        assert definitions.pattern(definitions.pattern_document(preset)) == preset, name


def test_energy_is_read_from_a_meter_or_from_a_power_by_quarters_of_an_hour() -> None:
    quarters = np.arange(4) * 900 * S + T
    count = np.ones(4, np.int64)
    steps = np.array([100.0, 101.0, 103.0, 2.0])  # the meter begins anew in the last quarter
    meter = Means(quarters, count, steps, np.array([99.5, 100.0, 101.0, 0.0]), steps, steps)
    metered = Asset("m", signals=(Signal("energy", "kwh"),))
    found = energy(metered, {"kwh": meter}, T, T + 3600 * S)
    assert found is not None
    assert [each.kwh for each in found.trend] == [0.5, 1.0, 2.0, 2.0]
    assert (found.kwh, found.peak_kw) == (5.5, 8.0)
    power = np.array([4.0, 8.0, 12.0, 0.0])
    drawn = Means(quarters, count, power, power, power, power)
    found = energy(Asset("m", signals=(Signal("power", "kw"),)), {"kw": drawn}, T, T + 3600 * S)
    assert found is not None and (found.kwh, found.peak_kw) == (6.0, 12.0)
    assert energy(Asset("m"), {}, T, T) is None


def test_the_energy_of_a_quarter_that_two_shifts_share_is_counted_once() -> None:
    # A shift from ten minutes into the first quarter of an hour to five into the third.
    quarters, count = np.arange(3) * 900 * S + T, np.ones(3, np.int64)
    last, low = np.array([103.0, 109.0, 112.0]), np.array([100.0, 103.0, 109.0])
    meter, metered = Means(quarters, count, last, low, last, last), Signal("energy", "t")
    power = np.array([12.0, 24.0, 12.0])  # kW: 3, 6 and 3 kWh
    drawn, powered = Means(quarters, count, power, power, power, power), Signal("power", "t")
    for signal, told in ((metered, meter), (powered, drawn)):
        asset, start, end = Asset("m", signals=(signal,)), T + 600 * S, T + 2100 * S
        found = energy(asset, {"t": told}, start, end)
        assert found is not None and (found.kwh, found.peak_kw) == (8.0, 24.0)
        assert found.trend == [
            (start, T + 900 * S, 1.0, True),
            (T + 900 * S, T + 1800 * S, 6.0, True),
            (T + 1800 * S, end, 1.0, True),
        ]
        before, after = (energy(asset, {"t": told}, *t) for t in ((T, start), (end, T + 2700 * S)))
        assert before is not None and after is not None
        assert before.kwh + found.kwh + after.kwh == 12.0


def test_a_quarter_that_goes_on_counts_all_that_its_meter_told_so_far() -> None:
    count, last, low = np.ones(1, np.int64), np.array([101.0]), np.array([100.0])
    told = {"t": Means(np.array([T]), count, last, low, last, last)}
    now = T + 300 * S
    found = energy(Asset("m", signals=(Signal("energy", "t"),)), told, T, now, now)
    assert found is not None and found.kwh == 1.0


@pytest.mark.parametrize("every", [1, 10, 15])
def test_the_cycle_is_learned_however_seldom_the_counter_is_read(every: int) -> None:
    truth = Truth(T, 12 * 3600, [(5000, 6000), (20000, 20300)], cycle=24.0)
    times, values = zip(*truth.counter(every=every), strict=True)
    found = cycle(_readings(np.array(times, np.int64), np.array(values, float)))
    assert found is not None
    assert found.typical == pytest.approx(24.0, rel=0.03)
    assert found.demonstrated == pytest.approx(24.0, rel=0.06)


def test_a_counter_that_speaks_with_each_part_says_exactly_when() -> None:
    truth = Truth(T, 4 * 3600, [], cycle=24.0)
    times = np.array([T + round(at * S) for at in truth.made], np.int64)
    found = cycle(_readings(times, np.arange(len(times), dtype=float)))
    assert found is not None
    assert found.demonstrated == pytest.approx(24.0 * 0.97, rel=0.01)


def test_levels_learned_from_few_readings_are_seen_in_many() -> None:
    # Two readings in a window show no restlessness; later there are many, and some never move.
    every = np.arange(0, 6000, 15) * S + T
    high = (np.arange(len(every)) // 40) % 2 == 0
    learned = levels(
        *(every, np.where(high, 20.0, 5.0) + np.arange(len(every)) % 3 * 0.1),
        *(T, T + 6000 * S),
        window_seconds=30.0,
    )
    assert learned is not None and learned.by == "level"
    often = np.arange(0, 600) * S + T
    found = seen(
        *(learned, often, np.where(often < T + 300 * S, 20.0, 5.0), T, T + 600 * S),
        window_seconds=30.0,
    )
    assert [(span.state, span.seconds) for span in found] == [(RUN, 300.0), (STOP, 300.0)]


def test_the_hours_of_a_week_that_begins_at_half_past_are_cut_at_its_edges() -> None:
    begin, end = T + 1800 * S, T + 7 * DAY_US + 1800 * S
    pieces = [(at, 10.0, 0.0, 0.0) for at in range(begin, end, 600 * S)]
    found = _made([Frame(begin, end, made=pieces)], begin, end)
    assert found[0] == [begin, T + 3600 * S, 30.0, 0.0]
    assert found[1] == [T + 3600 * S, T + 7200 * S, 60.0, 0.0]
    assert found[-1] == [end - 1800 * S, end, 30.0, 0.0]
    assert sum(made for _, _, made, _ in found) == 7 * 24 * 60
