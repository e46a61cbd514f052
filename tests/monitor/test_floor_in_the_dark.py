"""Parts made while nothing was heard: they count, but not against the time that is known."""

import numpy as np
import pytest

from deungdae.analysis.oee import State
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor.figures import Said, summary
from deungdae.monitor.floor.frames import Frame, cut, spread
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.floor.shifts import Bounds
from deungdae.monitor.past import Readings

S = 1_000_000
T = 1_795_392_000 * S
STATE = Signal("state", "s", map={"1": State.RUNNING}, expected_seconds=5.0)
SELDOM = Signal("counter", "c")  # speaks only when a part is made
POLLED = Signal("counter", "c", expected_seconds=5.0)


def looked(
    counter: Signal, counts: list[tuple[float, float]], heard: list[tuple[int, int]]
) -> Frame:
    """Return the first hour of a machine; its state is read each 5 s in the times it is heard."""
    asset = Asset("m", signals=(counter, STATE), ideal_seconds=10.0)
    machine = Machine("o", "m", asset, Model(typical=10.0))
    every = [at for a, b in heard for at in range(a, b + 1, 5)]
    machine.splice(0, {"c": readings(counts), "s": readings([(float(at), 1.0) for at in every])})
    machine.bounds = Bounds(T, T + 3600 * S, None)
    return machine.look(T + 3600 * S)


def readings(told: list[tuple[float, float]]) -> Readings:
    times, values = np.array([T + round(at * S) for at, _ in told]), np.array([v for _, v in told])
    return Readings(times, values, np.array([None] * len(told), object))


def test_a_seldom_counter_that_moves_a_cycle_after_a_hole_spans_it() -> None:
    # A part each 30 s; nothing is heard from 1000 s to 2000 s; the counter moves again at 2010 s.
    counts = [(float(at), at / 30) for at in range(0, 3601, 30) if not 1000 < at < 2010]
    found = looked(SELDOM, counts, [(0, 1000), (2000, 3600)])
    # Of the 1020 s since the part at 990 s, 1000 s were dark: 34 parts in 1020 s, 33.3 in the dark.
    [(moved, parts)] = found.dark
    assert moved == T + 2010 * S and parts == pytest.approx(34 * 1000 / 1020)
    figures = summary(Asset("m", ideal_seconds=30.0), found, Said(), None, always=True).figures
    assert figures is not None and figures.known == pytest.approx(2600 / 3600)
    assert figures.effectiveness == pytest.approx(1.0, abs=0.02)


def test_a_counter_that_was_read_at_both_ends_of_a_hole_tells_all_its_parts() -> None:
    # It stood at 50 until the hole from 1000 s to 2000 s, and was read as 70 at its end.
    times = [*range(0, 1001, 5), *range(2000, 3601, 5)]
    counts = [(float(at), min(at // 10, 50) if at <= 1000 else 70.0) for at in times]
    found = looked(POLLED, counts, [(0, 1000), (2000, 3600)])
    assert found.produced == 70 and found.dark == [(T + 2000 * S, 20.0)]


def test_nothing_was_made_in_a_hole_after_which_a_read_counter_stands_as_before() -> None:
    times = [*range(0, 1001, 5), *range(2000, 3601, 5)]
    counts = [(float(at), 100.0 if at < 2020 else 101.0) for at in times]
    found = looked(POLLED, counts, [(0, 1000), (2000, 3600)])
    assert found.produced == 1 and found.dark == []


def test_two_holes_before_one_part_are_told_once() -> None:
    counts = [(float(at), at / 10) for at in range(0, 3601, 10) if not 1000 < at < 1600]
    found = looked(SELDOM, counts, [(0, 1000), (1200, 1300), (1500, 3600)])
    # 60 parts in 600 s, of which 200 s and 200 s were dark.
    [(moved, parts)] = found.dark
    assert moved == T + 1600 * S and parts == pytest.approx(40.0)


def test_of_a_counter_last_read_long_before_the_frame_only_its_share_counts() -> None:
    # 0 two hours before the frame, 780 after ten minutes of it: one in 10 s, 60 of them within.
    counts = [(-7200.0, 0.0), *((float(at), 720 + at / 10) for at in range(600, 3601, 10))]
    found = looked(SELDOM, counts, [(0, 3600)])
    assert found.produced == 360
    assert found.made[0] == (T + 600 * S, 120.0, 0.0, 0.0)  # the sixty and those up to 1190 s
    assert found.dark == []


def test_one_part_that_ends_a_long_stop_counts_where_it_was_made() -> None:
    counts = [(-7200.0, 4.0), *((float(at), 5 + at / 10) for at in range(0, 3601, 10))]
    assert looked(SELDOM, counts, [(0, 3600)]).produced == 360


def test_parts_in_the_dark_are_weighed_as_the_ten_minutes_they_are_in() -> None:
    counts = [(float(at), at / 10) for at in range(0, 3601, 10) if not 1000 < at < 1500]
    whole = looked(SELDOM, counts, [(0, 1000), (1500, 3600)])
    assert whole.dark == [(T + 1500 * S, 50.0)]
    # Half of the ten minutes from 1200 s lie in the time that was cut out.
    half = cut(whole, T, T + 1500 * S)
    assert [parts for _, parts in half.dark] == [25.0]
    assert half.produced == pytest.approx(100 + (79 / 2))


@pytest.mark.parametrize("signal", [SELDOM, POLLED])
def test_of_parts_made_in_a_silence_over_a_shift_s_end_each_shift_has_its_own(
    signal: Signal,
) -> None:
    # Read as 100 at 1000 s and as 371 at 6000 s: 271 parts, even in time, over the edge at 3600 s.
    counts = [(float(at), at / 10) for at in range(0, 1001, 10)]
    counts += [(float(at), 371 + (at - 6000) / 10) for at in range(6000, 7200, 10)]
    asset = Asset("m", signals=(signal,))
    made = []
    for start in (0, 3600):
        machine = Machine("o", "m", asset, Model(typical=10.0))
        machine.splice(0, {"c": readings(counts)})
        machine.bounds = Bounds(T + start * S, T + (start + 3600) * S, None)
        found = machine.look(T + (start + 3600) * S)
        assert sum(piece[1] for piece in found.made) == found.produced
        made.append(found.produced)
    # 2600 of the 5000 s lie before the edge: 140.9 of 271, so 140 whole ones, and 100 before.
    assert made == [240.0, 250.0]
    assert sum(made) == counts[-1][1]


def test_a_picture_shows_what_was_made_in_a_silence_within_it() -> None:
    # 50 parts until the hole from 1000 s to 2000 s, 20 in it, none after.
    times = [*range(0, 1001, 5), *range(2000, 3601, 5)]
    counts = [(float(at), min(at // 20, 50) if at <= 1000 else 70.0) for at in times]
    found = looked(POLLED, counts, [(0, 1000), (2000, 3600)])
    assert [piece[1] for piece in found.made] == [29.0, 21.0, 20.0]
    # Of the hole, 200 s lie in the second ten minutes, 600 s in the third, 200 s in the fourth.
    assert [(at - T) // S for at, *_ in spread(found)] == [0, 600, 1200, 1800]
    assert [round(piece[1], 6) for piece in spread(found)] == [29.0, 25.0, 12.0, 4.0]
    assert sum(piece[1] for piece in spread(found)) == found.produced


def test_a_picture_of_a_time_that_is_known_is_what_was_told() -> None:
    found = looked(POLLED, [(float(at), at / 10) for at in range(0, 3601, 10)], [(0, 3600)])
    assert spread(found) == found.made
