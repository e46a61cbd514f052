"""When a stop begins and ends, from one noisy current: to the reading, not to the window."""

import numpy as np
import pytest
from machine_of_truth import S, Truth

from deungdae.analysis.oee import Span, State
from deungdae.analysis.oee.edges import Look, look_of, sharpened
from deungdae.analysis.oee.sensed import Levels, levels, seen

HOURS_4 = 4 * 3600
STOPS = [(605, 785), (3010, 3110), (5000, 6813), (9000, 9094), (12000, 12409)]
RUN, STOP, DARK = State.RUNNING, State.STOPPED, State.UNKNOWN
LOOK = Look((6.0, 22.0), (1.0, 2.0))


@pytest.mark.parametrize(("noise", "within"), [(1.0, 1), (2.0, 1), (4.0, 3)])
@pytest.mark.parametrize("window", [24.0, 30.0])
def test_each_stop_begins_and_ends_within_a_few_readings_of_the_truth(
    window: float, noise: float, within: int
) -> None:
    truth = Truth(0, HOURS_4, STOPS)
    times, values = map(np.array, zip(*truth.current(noise=noise), strict=True))
    learned = levels(times, values, 0, HOURS_4 * S, window_seconds=window)
    assert learned is not None
    found = seen(learned, times, values, 0, HOURS_4 * S, window_seconds=window)
    told = [(span.start_us / S, span.end_us / S) for span in found if span.state is STOP]
    assert len(told) == len(STOPS)
    for mine, true in zip(told, STOPS, strict=True):
        assert mine == pytest.approx(true, abs=within)
    assert truth.f1([(*span[:2], span.state.value) for span in found]) >= 0.999


def test_an_edge_lies_at_the_first_reading_that_looks_otherwise() -> None:
    times = np.arange(100) * S
    values = np.where(times < 37 * S, 22.0, 6.0)
    spans = [Span(0, 60 * S, RUN), Span(60 * S, 100 * S, STOP)]
    found = sharpened(spans, times, values, LOOK, 30 * S, running_is_low=False)
    assert found == [Span(0, 37 * S, RUN), Span(37 * S, 100 * S, STOP)]
    turned = [span._replace(state=STOP if span.state is RUN else RUN) for span in spans]
    low = sharpened(turned, times, values, LOOK, 30 * S, running_is_low=True)
    assert [span.end_us for span in low] == [37 * S, 100 * S]


def test_no_edge_goes_beyond_the_middle_of_a_stop_or_into_unknown_time() -> None:
    times = np.arange(120) * S
    spans = [Span(0, 30 * S, RUN), Span(30 * S, 60 * S, STOP), Span(60 * S, 90 * S, RUN)]
    spans.append(Span(90 * S, 120 * S, DARK))
    values = np.full(120, 22.0)
    values[45:50] = 6.0  # all that looks like standing
    found = sharpened(spans, times, values, LOOK, 30 * S, running_is_low=False)
    assert found == [
        Span(0, 45 * S, RUN),
        Span(45 * S, 50 * S, STOP),
        Span(50 * S, 90 * S, RUN),
        Span(90 * S, 120 * S, DARK),
    ]
    none = sharpened(spans, times, np.full(120, 22.0), LOOK, 30 * S, running_is_low=False)
    assert none == [Span(0, 90 * S, RUN), Span(90 * S, 120 * S, DARK)]


def test_what_readings_look_like_is_learned_away_from_changes() -> None:
    # Eight windows of ten readings; the fourth holds half of each, and goes to the higher state.
    values = np.repeat([20.0, 6.0], [35, 45])
    place = np.arange(80) // 10
    high = np.arange(8) < 4
    assert look_of(place, values, np.arange(8), high) == Look((6.0, 20.0), (0.014, 0.014))
    assert look_of(place[:4], values[:4], np.arange(1), high[:1]) is None


def test_levels_outlive_json_with_what_readings_look_like() -> None:
    truth = Truth(0, HOURS_4, STOPS)
    times, values = map(np.array, zip(*truth.current(), strict=True))
    learned = levels(times, values, 0, HOURS_4 * S, window_seconds=30.0)
    assert learned is not None and learned.look is not None
    assert learned.look.means == pytest.approx((6.0, 21.8), abs=0.2)
    assert Levels.of(learned._asdict()) == learned
    assert Levels.of({**learned._asdict(), "look": None}).look is None
