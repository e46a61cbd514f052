"""States from one counter or one noisy signal, against a simulated machine whose truth is known."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.oee import Span, State, counted, cycle_seconds, increments, learned, sensed

US = 1_000_000
HOURS_8 = 8 * 3600


class Machine(NamedTuple):
    """A shift of a machine: `running` by tenth of a second, `parts` in seconds, stops as pairs."""

    running: NDArray[np.bool_]
    parts: NDArray[np.float64]
    stops: list[tuple[float, float]]


def shift(seed: int, cycle: float = 12.0, stops: int = 25) -> Machine:
    """Cycles of 12 s (3 % spread), with stops of one to twenty minutes at the ends of cycles."""
    chance = np.random.default_rng(seed)
    ends, at, found, parts = sorted(chance.uniform(0, HOURS_8, stops)), 0.0, [], []
    while at < HOURS_8:
        if ends and at >= ends[0]:
            ends.pop(0)
            length = float(chance.uniform(60, 1_200))
            found.append((at, at + length))
            at += length
            continue
        at += cycle * float(chance.normal(1, 0.03))
        parts.append(at)
    tenths = np.arange(HOURS_8 * 10) / 10
    running = np.ones(len(tenths), bool)
    for start, end in found:
        running[(tenths >= start) & (tenths < end)] = False
    return Machine(running, np.array(parts), [(a, b) for a, b in found if b < HOURS_8])


def readings(machine: Machine, every: float = 1.0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    times = np.arange(0, HOURS_8, every)
    return (times * US).astype(np.int64), np.searchsorted(machine.parts, times, "right").astype(
        float
    )


def f1(machine: Machine, spans: list[Span]) -> float:
    """F1 of "stopped", over tenths of a second."""
    said = np.zeros(len(machine.running), bool)
    for span in spans:
        if span.state is State.STOPPED:
            said[round(span.start_us / 1e5) : round(span.end_us / 1e5)] = True
    truth = ~machine.running
    both = (said & truth).sum()
    return float(2 * both / (said.sum() + truth.sum()))


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_counter_tells_running_from_stopped(seed: int) -> None:
    machine = shift(seed)
    spans = counted(*readings(machine), 0, HOURS_8 * US, heard_every=1.0)
    assert f1(machine, spans) >= 0.99


@pytest.mark.parametrize("seed", range(5))
def test_every_stop_is_found_within_one_cycle(seed: int) -> None:
    machine = shift(seed)
    spans = counted(*readings(machine), 0, HOURS_8 * US, heard_every=1.0)
    said = [(s.start_us / US, s.end_us / US) for s in spans if s.state is State.STOPPED]
    for start, end in machine.stops:
        near = [one for one in said if one[0] < end and one[1] > start]
        assert near, (start, end)
        # Two stops with no part between them are one.
        assert min(abs(one[0] - start) for one in near) <= 12.5 or any(
            abs(other[1] - start) < 12.5 for other in machine.stops
        )


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_current_tells_running_from_stopped(seed: int) -> None:
    machine = shift(seed)
    chance = np.random.default_rng(seed + 100)
    times = np.arange(0, HOURS_8, 1.0)
    runs = machine.running[(times * 10).astype(int)]
    # 14 A with the ups and downs of a cycle, 9 A idle, and noise as large as half the difference.
    level = np.where(runs, 14 + 2 * np.sin(2 * np.pi * times / 12), 9.0)
    values = level + chance.normal(0, 2.5, len(times))
    found = sensed((times * US).astype(np.int64), values, 0, HOURS_8 * US, window_seconds=12)
    assert found.by == "level"
    assert f1(machine, found.spans) >= 0.95


def test_a_signal_that_is_only_restless_while_running_is_told_by_that() -> None:
    machine = shift(7)
    chance = np.random.default_rng(7)
    times = np.arange(0, HOURS_8, 1.0)
    runs = machine.running[(times * 10).astype(int)]
    values = 5 + chance.normal(0, np.where(runs, 1.0, 0.15))
    found = sensed((times * US).astype(np.int64), values, 0, HOURS_8 * US, window_seconds=12)
    assert found.by == "restlessness"
    assert f1(machine, found.spans) >= 0.95


def test_a_signal_that_tells_nothing_gives_unknown_and_no_guess() -> None:
    chance = np.random.default_rng(3)
    times = np.arange(0, HOURS_8, 1.0)
    found = sensed(
        (times * US).astype(np.int64),
        chance.normal(5, 1, len(times)),
        0,
        HOURS_8 * US,
        window_seconds=12,
    )
    assert [span.state for span in found.spans] == [State.UNKNOWN]


def test_silence_is_unknown_and_not_a_stop() -> None:
    machine = shift(1, stops=0)
    times, values = readings(machine)
    heard = (times < 3_600 * US) | (times >= 7_200 * US)
    spans = counted(times[heard], values[heard], 0, HOURS_8 * US, heard_every=1.0)
    unknown = [span for span in spans if span.state is State.UNKNOWN]
    assert [(s.start_us // US, s.end_us // US) for s in unknown] == [(3_599, 7_200)]
    assert State.STOPPED not in {span.state for span in spans}
    noisy = sensed(
        times[heard],
        np.where(machine.running[::10], 14.0, 9.0)[heard],
        0,
        HOURS_8 * US,
        window_seconds=12,
    )
    # A signal that never changes has no two states.
    assert [span.state for span in noisy.spans] == [State.UNKNOWN]


def test_a_counter_that_speaks_only_of_parts_stands_while_it_is_silent() -> None:
    parts = np.concatenate((np.arange(0, 600, 10.0), np.arange(1_600, 2_000, 10.0)))
    spans = counted(
        (parts * US).astype(np.int64), np.arange(len(parts), dtype=float), 0, 2_000 * US
    )
    # The last part before the stop came at 590; the first after it, at 1,600, took its ten seconds.
    assert [(s.start_us // US, s.end_us // US, s.state) for s in spans] == [
        (0, 590, State.RUNNING),
        (590, 1_590, State.STOPPED),
        (1_590, 2_000, State.RUNNING),
    ]


def test_a_reset_counts_what_was_made_since() -> None:
    found = increments(
        np.array([0, 1, 2, 3, 4, 5]) * US, np.array([7.0, 8.0, 9.0, 2.0, np.nan, 3.0])
    )
    assert found.parts.tolist() == [1, 1, 2, 1]
    assert found.resets == 1
    assert cycle_seconds(found).tolist() == [1.0, 0.5, 2.0]


def test_the_typical_cycle_is_not_moved_by_stops() -> None:
    machine = shift(2)
    shown = learned(np.diff(machine.parts))
    assert shown is not None
    assert shown.typical == pytest.approx(12.0, rel=0.02)
    # 5 % of cycles with a spread of 3 % are faster than 12 * (1 - 1.645 * 0.03) = 11.41.
    assert shown.demonstrated == pytest.approx(11.41, abs=0.08)
    assert shown.used < shown.all


@pytest.mark.parametrize(("cycle", "every"), [(24.0, 10), (22.0, 5), (12.0, 10), (19.5, 10)])
def test_a_counter_that_is_read_seldom_shows_its_cycle_and_none_that_is_faster(
    cycle: float, every: int
) -> None:
    ends = np.cumsum(np.full(2000, cycle)) + 120.0 * (np.arange(2000) // 100)  # stops among them
    reads = np.arange(0, ends[-1], every)
    found = increments((reads * 1e6).astype(np.int64), np.searchsorted(ends, reads).astype(float))
    seconds = cycle_seconds(found)
    assert not np.any(seconds == cycle)  # which no reading shows
    shown = learned(seconds)
    assert shown is not None
    assert shown.typical == pytest.approx(cycle, rel=0.01)
    assert shown.demonstrated == shown.typical


def test_of_a_few_parts_no_cycle_is_learned_and_all_is_unknown() -> None:
    times = np.arange(10) * 10 * US
    assert learned(np.full(29, 10.0)) is None
    spans = counted(times, np.arange(10.0), 0, 100 * US)
    assert [span.state for span in spans] == [State.UNKNOWN]


def test_times_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="ascend"):
        increments(np.array([1, 0]), np.array([1.0, 2.0]))
