"""Cycle times from one load: of one that goes up and down in time, and of no other."""

from collections.abc import Callable

import numpy as np
import pytest
from machine_of_truth import S
from numpy.typing import NDArray

from deungdae.analysis.oee.rhythm import Rhythm, beats, cycle_of, rhythm

Floats = NDArray[np.float64]
HOURS_4 = 4 * 3600
SECONDS = np.arange(HOURS_4)
STOPS = ((600, 780), (3000, 3100), (5000, 6800), (9000, 9090), (12000, 12400))


def readings(cycle: float, noise: float) -> tuple[NDArray[np.int64], Floats]:
    """A current once a second: 26 A in two fifths of each cycle, 19 A in the rest, 6 A idle.

    Cycles differ by 3 %.
    """
    chance = np.random.default_rng(5)
    values = np.full(HOURS_4, 6.0)
    edges = [0, *(edge for stop in STOPS for edge in stop), HOURS_4]
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        lengths = cycle * chance.normal(1, 0.03, round(2 * (end - begin) / cycle) + 2)
        begins = begin + np.concatenate(([0], lengths.cumsum()))
        here = SECONDS[begin:end]
        at = np.searchsorted(begins, here, "right") - 1
        values[here] = np.where((here - begins[at]) / lengths[at] < 0.4, 26.0, 19.0)
    return SECONDS * S, values + chance.normal(0, noise, HOURS_4)


@pytest.mark.parametrize(("cycle", "noise"), [(12.0, 2.0), (24.0, 2.0), (60.0, 2.0), (60.0, 4.0)])
def test_a_load_that_cycles_shows_how_long_a_cycle_takes(cycle: float, noise: float) -> None:
    times, values = readings(cycle, noise)
    found = rhythm(times, values)
    assert found is not None
    assert found.seconds == pytest.approx(cycle, rel=0.02)
    assert found.sure >= 0.9
    shown = cycle_of(beats(found, times, values))
    assert shown is not None
    assert shown.typical == pytest.approx(cycle, rel=0.02)
    # It ran for 11,830 of 14,400 s, in six pieces: of each the first and the last cycle may lack.
    assert shown.all == pytest.approx(11_830 / cycle, abs=15)


def test_each_cycle_of_a_load_is_timed_and_none_is_faster_than_there_were() -> None:
    # Cycles of 30 s, but every tenth took 33 s; each begins with ten seconds of load.
    lengths = np.where(np.arange(460) % 10 == 9, 33, 30)
    begins = np.concatenate(([0], lengths.cumsum()))
    since = SECONDS - begins[np.searchsorted(begins, SECONDS, "right") - 1]
    values = np.where(since < 10, 20.0, 8.0) + np.random.default_rng(1).normal(0, 1, HOURS_4)
    found = rhythm(SECONDS * S, values)
    assert found is not None
    told = beats(found, SECONDS * S, values)
    slow = told.seconds > 31.5
    assert slow.mean() == pytest.approx(0.1, abs=0.01)
    assert np.median(told.seconds[slow]) == pytest.approx(33, abs=0.5)
    shown = cycle_of(told)
    assert shown is not None
    assert shown.demonstrated == pytest.approx(30.0, abs=0.6)


def test_a_cycle_of_three_strokes_is_one_cycle() -> None:
    place = (SECONDS % 60) / 60
    strokes = np.select([place < 0.1, place < 0.3, place < 0.45, place < 0.6], [20, 8, 26, 9], 12)
    found = rhythm(SECONDS * S, strokes + np.random.default_rng(2).normal(0, 1, HOURS_4))
    assert found is not None
    assert found.seconds == pytest.approx(60, abs=0.5)


def _wandering(chance: np.random.Generator) -> Floats:
    steps = chance.normal(0, 1, HOURS_4)
    for at in range(1, HOURS_4):
        steps[at] += 0.99 * steps[at - 1]
    return steps


def _at_random(chance: np.random.Generator) -> Floats:
    """On for 5 to 60 s, off for 5 to 60 s: jobs of all lengths."""
    edges = chance.uniform(5, 60, 1000).cumsum()
    on = np.searchsorted(edges, SECONDS) % 2 == 0
    return np.where(on, 20.0, 6.0) + chance.normal(0, 1, HOURS_4)


def _strokes_at_random(chance: np.random.Generator) -> Floats:
    """Six seconds of load, then eight to thirty without: each stroke looks like the last."""
    begins = chance.uniform(14, 36, 1000).cumsum()
    since = SECONDS - np.concatenate(([-100], begins))[np.searchsorted(begins, SECONDS, "right")]
    return np.where(since < 6, 20.0, 6.0) + chance.normal(0, 1, HOURS_4)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "load",
    [
        lambda chance: chance.normal(12, 2, HOURS_4),
        lambda chance: np.where(SECONDS // 900 % 2, 12.0, 5.0) + chance.normal(0, 1, HOURS_4),
        _wandering,
        _at_random,
        _strokes_at_random,
    ],
    ids=["noise", "runs and stops", "wandering", "jobs", "strokes"],
)
def test_a_load_that_keeps_no_time_has_no_cycle(
    load: Callable[[np.random.Generator], Floats], seed: int
) -> None:
    assert rhythm(SECONDS * S, load(np.random.default_rng(seed))) is None


def test_nothing_is_said_of_a_load_that_is_read_too_seldom_or_hardly_at_all() -> None:
    times, values = readings(24.0, 1.0)
    assert rhythm(times[::5], values[::5]) is None  # five readings a cycle
    assert rhythm(times[:200], values[:200]) is None
    assert rhythm(times[:0], values[:0]) is None
    assert rhythm(times, np.full(len(times), 7.0)) is None


def test_a_silence_ends_a_cycle_and_a_rhythm_outlives_json() -> None:
    times, values = readings(24.0, 1.0)
    found = rhythm(times, values)
    assert found is not None
    again = Rhythm.of(found._asdict())
    assert again == found
    heard = (SECONDS < 1000) | (SECONDS >= 2000)
    told = beats(again, times[heard], values[heard])
    assert not np.any((told.times > 1030 * S) & (told.times < 2000 * S))
    assert len(beats(again, times[:5], values[:5]).times) == 0
