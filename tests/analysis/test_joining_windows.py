"""Which time belongs to a part: by its time, its machine cycle, its lot."""

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.joining import (
    NO_TIME,
    Changes,
    Windows,
    before,
    of_cycles,
    of_lots,
    of_spans,
)

NONE = (None, None)


def at(*times: int) -> NDArray[np.int64]:
    return np.array(times, dtype=np.int64)


def pairs(windows: Windows) -> list[tuple[int | None, int | None]]:
    return [
        (int(a), int(b)) if known else NONE
        for a, b, known in zip(windows.start, windows.end, windows.known, strict=True)
    ]


def counter(*steps: tuple[int, int]) -> Changes:
    times, values = zip(*steps, strict=True)
    return Changes(at(*times), np.array(values, dtype=float), times[-1] + 10)


def lots(*steps: tuple[int, str], until: int) -> Changes:
    times, values = zip(*steps, strict=True)
    return Changes(at(*times), np.array(values), until)


def test_a_window_ends_when_the_part_was_made() -> None:
    assert pairs(before(at(100, NO_TIME), 30)) == [(70, 100), NONE]


def test_a_lot_that_goes_on_is_taken_up_to_the_part() -> None:
    start, end = at(10, 10, 50, NO_TIME), at(40, 40, 90, 90)
    assert pairs(of_spans(start, end)) == [(10, 40), (10, 40), (50, 90), NONE]
    made = at(30, 60, 50, 80)
    assert pairs(of_spans(start, end, made)) == [(10, 30), (10, 40), NONE, NONE]


def test_the_cycle_is_the_one_that_ended_when_the_counter_turned_to_the_number() -> None:
    shots = counter((0, 100), (20, 101), (40, 102), (60, 103))
    found = of_cycles(shots, None, np.array([102, 103, 100, 7, np.nan]), 0)
    # Nobody saw when shot 100 began.
    assert pairs(found) == [(20, 40), (40, 60), NONE, NONE, NONE]


def test_a_cycle_that_was_not_heard_as_a_whole_is_none() -> None:
    shots = counter((0, 100), (20, 101), (80, 104), (100, 105))
    found = of_cycles(shots, None, np.array([102, 103, 104, 105]), 0)
    assert pairs(found) == [NONE, NONE, NONE, (80, 100)]


def test_a_counter_that_begins_anew_each_day_is_told_apart_by_the_time() -> None:
    shots = counter((0, 1), (20, 2), (40, 3), (1000, 0), (1020, 1), (1040, 2), (1060, 3))
    number = np.array([2, 2, 3, 3])
    with_time = of_cycles(shots, at(50, 1100, 39, 1059), number, 0)
    # A shot 3 that ended after the part was inspected is not its own.
    assert pairs(with_time) == [(0, 20), (1020, 1040), NONE, (20, 40)]
    without = of_cycles(shots, None, np.array([2, 1]), 0)
    assert pairs(without) == [NONE, (1000, 1020)]
    assert without.several == 1


def test_without_numbers_the_last_cycle_that_ended_before_the_part_is_taken() -> None:
    shots = counter((0, 100), (20, 101), (40, 102))
    found = of_cycles(shots, at(19, 20, 39, 45, 51, NO_TIME), None, longest_ago=10)
    assert pairs(found) == [NONE, (0, 20), NONE, (20, 40), NONE, NONE]


def test_a_lot_has_the_time_in_which_the_tag_showed_it() -> None:
    shown = lots((0, "A"), (100, "B"), (200, "C"), until=250)
    found = of_lots(shown, np.array(["B", "C", "A", "Z"]))
    assert pairs(found) == [(100, 200), (200, 250), (0, 100), NONE]


def test_a_part_of_a_running_lot_knows_only_what_came_before_it() -> None:
    shown = lots((0, "A"), (100, "B"), (200, "A"), until=300)
    found = of_lots(shown, np.array(["A", "A", "B", "B", "A"]), at(50, 260, 250, 99, NO_TIME))
    assert pairs(found) == [(0, 50), (200, 260), (100, 200), NONE, NONE]
    assert found.several == 3


def test_of_an_interrupted_lot_without_times_the_longest_stretch_is_taken() -> None:
    shown = lots((0, "A"), (100, "B"), (200, "A"), until=450)
    assert pairs(of_lots(shown, np.array(["A"]))) == [(200, 450)]


@pytest.mark.parametrize("made", [None, at(5)])
def test_a_tag_that_was_never_heard_gives_no_windows(made: NDArray[np.int64] | None) -> None:
    silent = Changes(at(), np.array([], dtype=float), NO_TIME)
    assert pairs(of_cycles(silent, made, np.array([3.0]), 0)) == [NONE]
    assert pairs(
        of_lots(Changes(at(), np.array([], dtype=str), NO_TIME), np.array(["A"]), made)
    ) == [NONE]
