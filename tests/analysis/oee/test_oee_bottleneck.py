"""The shifting bottleneck, on lines small enough to be drawn on a napkin."""

import pytest

from deungdae.analysis.oee import Span, State, bottlenecks

RUN, WAIT, OFF, GONE = State.RUNNING, State.STARVED, State.BLOCKED, State.UNKNOWN


def spans(*parts: tuple[int, State]) -> list[Span]:
    found, at = [], 0
    for length, state in parts:
        found.append(Span(at, at + length, state))
        at += length
    return found


def test_the_machine_that_never_waits_is_the_bottleneck() -> None:
    line = {
        "saw": spans((30, RUN), (70, OFF)),
        "press": spans((100, RUN)),
        "wash": spans((20, WAIT), (30, RUN), (50, WAIT)),
    }
    first = bottlenecks(line, 0, 100)[0]
    assert (first.machine, first.sole, first.shifting) == ("press", 1.0, 0.0)


def test_where_two_active_periods_overlap_the_bottleneck_shifts() -> None:
    # A is active for 0-60, B for 40-100: A alone until 40, both until 60, B alone after.
    line = {"A": spans((60, RUN), (40, WAIT)), "B": spans((40, WAIT), (60, RUN))}
    found = {part.machine: part for part in bottlenecks(line, 0, 100)}
    assert (found["A"].sole, found["A"].shifting) == (0.4, 0.2)
    assert (found["B"].sole, found["B"].shifting) == (0.4, 0.2)


def test_no_machine_is_the_bottleneck_for_longer_than_it_was_active() -> None:
    # A is active for 0-50, B for 10-60, C for 40-70: all three overlap from 40 to 50.
    line = {
        "A": spans((50, RUN), (50, WAIT)),
        "B": spans((10, WAIT), (50, RUN), (40, WAIT)),
        "C": spans((40, WAIT), (30, RUN), (30, WAIT)),
    }
    found = {part.machine: part for part in bottlenecks(line, 0, 100)}
    # B shares 10-50 with A and the rest with C, and is never alone.
    assert (found["B"].sole, found["B"].shifting) == (0.0, 0.5)
    assert (found["A"].sole, found["A"].shifting) == (0.1, 0.4)
    assert (found["C"].sole, found["C"].shifting) == (0.1, 0.2)


def test_a_fault_holds_up_the_line_as_well() -> None:
    line = {
        "A": spans((20, RUN), (60, State.DOWN), (20, RUN)),
        "B": spans((30, RUN), (70, WAIT)),
    }
    assert bottlenecks(line, 0, 100)[0].machine == "A"


def test_unknown_time_makes_nobody_a_bottleneck() -> None:
    line = {"A": spans((100, GONE)), "B": spans((50, WAIT), (50, RUN))}
    found = {part.machine: part for part in bottlenecks(line, 0, 100)}
    assert found["A"].any == 0
    assert found["B"].sole == 0.5


def test_an_empty_span_of_time_is_refused() -> None:
    with pytest.raises(ValueError, match="after the start"):
        bottlenecks({}, 10, 10)
