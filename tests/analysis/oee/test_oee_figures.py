"""Key figures on worked examples that anybody can look up, and on time that is unknown."""

import pytest

from deungdae.analysis.oee import (
    Counts,
    Loss,
    Span,
    State,
    Times,
    during,
    figures,
    pareto,
    reliability,
    seconds_by_state,
    waterfall,
    within,
)

MINUTE = 60.0
US = 1_000_000


def test_the_worked_example_of_a_shift_with_breaks_is_met_to_the_digit() -> None:
    # Shift of 480 minutes, breaks 60, down 47; ideal cycle 1.0 s, 19,271 parts, 423 rejected:
    # 88.81 %, 86.11 %, 97.80 %, OEE 74.79 % (the example of oee.com, Calculating OEE).
    found = figures(
        Times(running=373 * MINUTE, down=47 * MINUTE, reference=480 * MINUTE),
        Counts(19_271, scrapped=423),
        1.0,
    )
    assert found.availability == pytest.approx(0.8881, abs=5e-5)
    assert found.effectiveness == pytest.approx(0.8611, abs=5e-5)
    assert found.quality == pytest.approx(0.9780, abs=6e-5)
    assert found.oee == pytest.approx(0.7479, abs=5e-5)
    # 18,848 good parts of a second each in 420 minutes: the same by another way.
    assert found.oee == pytest.approx(18_848 / (420 * 60))
    assert found.teep == pytest.approx(18_848 / (480 * 60))


def test_the_example_of_nakajima_is_met() -> None:
    # Loading time 460 minutes, down 60; 400 parts of a theoretical 0.5 minutes; 2 % defective:
    # availability 87 %, performance 50 %, quality 98 %, OEE 42.6 % (S. Nakajima, Introduction to
    # TPM, 1988).
    found = figures(Times(running=400 * MINUTE, down=60 * MINUTE), Counts(400, scrapped=8), 30.0)
    assert found.availability == pytest.approx(0.87, abs=5e-4)
    assert found.effectiveness == pytest.approx(0.50)
    assert found.quality == pytest.approx(0.98)
    assert found.oee == pytest.approx(0.426, abs=5e-4)


def test_setup_is_busy_for_nee_and_lost_for_oee() -> None:
    found = figures(Times(running=300, setup=100), Counts(270, 20, 10), 1.0)
    assert found.availability == 0.75
    assert found.effectiveness == 0.9
    assert found.quality == pytest.approx(240 / 270)
    assert found.oee == pytest.approx(240 / 400)
    assert found.nee == pytest.approx(1.0 * 0.9 * 240 / 270)


def test_unknown_time_is_neither_running_nor_stopped() -> None:
    found = figures(Times(running=300, down=100, unknown=100), Counts(300), 1.0)
    assert found.known == 0.8
    assert found.availability == 0.75
    assert found.oee == 0.75
    # Had it stood all the while: 300 of 500; had it run as it does otherwise: 400 of 500.
    assert found.low == pytest.approx(0.6)
    assert found.high == pytest.approx(0.8)


def test_of_nothing_known_nothing_is_said() -> None:
    found = figures(Times(running=0, unknown=400), Counts(0), 1.0)
    assert (found.availability, found.oee, found.low, found.high) == (None, None, None, None)
    assert found.known == 0


def test_a_machine_that_stood_all_the_time_has_an_oee_of_zero() -> None:
    found = figures(Times(running=0, down=400), Counts(0), 1.0)
    assert (found.availability, found.oee) == (0.0, 0.0)
    assert found.effectiveness is None


def test_without_an_ideal_cycle_availability_and_quality_are_still_said() -> None:
    found = figures(Times(running=300, down=100), Counts(100, 10), None)
    assert (found.availability, found.quality) == (0.75, 0.9)
    assert found.oee is None


@pytest.mark.parametrize(
    ("counts", "ideal"), [(Counts(10, 6, 5), 1.0), (Counts(-1), 1.0), (Counts(10), 0.0)]
)
def test_counts_that_contradict_one_another_are_refused(counts: Counts, ideal: float) -> None:
    with pytest.raises(ValueError, match=r"bad than were made|takes time"):
        figures(Times(running=10), counts, ideal)


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Times(running=-1)
    with pytest.raises(ValueError, match="more time was planned"):
        Times(running=10, reference=5)


#: Ten minutes running, four down, one setup, one standing, two unknown, twelve running.
SPANS = [
    Span(0, 600 * US, State.RUNNING),
    Span(600 * US, 840 * US, State.DOWN, "히터 고장"),
    Span(840 * US, 900 * US, State.SETUP, "금형 교체"),
    Span(900 * US, 1_300 * US, State.DOWN, "유압"),
    Span(1_300 * US, 1_360 * US, State.STOPPED),
    Span(1_480 * US, 2_200 * US, State.RUNNING),
]


def test_holes_between_spans_are_unknown() -> None:
    found = seconds_by_state(within(SPANS, 0, 2_200 * US))
    assert found[State.UNKNOWN] == 120
    assert found[State.RUNNING] == 1_320
    assert sum(found.values()) == 2_200


def test_the_waterfall_adds_up_and_short_stops_are_micro_stops() -> None:
    spans = within(SPANS, 0, 2_200 * US)
    found = waterfall(spans, Counts(120, scrapped=6, reworked=4), 10.0)
    assert found.planned == 2_200
    assert found.losses[Loss.UNKNOWN] == 120
    assert found.losses[Loss.MICRO_STOPS] == 240 + 60  # below five minutes, a named one too
    assert found.losses[Loss.SETUP] == 60  # a changeover is one, however short
    assert found.losses[Loss.DOWN] == 400
    assert found.losses[Loss.SLOW] == 1_320 - 1_200
    assert (found.losses[Loss.SCRAP], found.losses[Loss.REWORK]) == (60, 40)
    assert found.productive == 1_100
    assert sum(found.losses.values()) + found.productive == found.planned
    assert found.oee == pytest.approx(1_100 / 2_080)


def test_parts_faster_than_the_ideal_cycle_show_as_a_negative_loss() -> None:
    found = waterfall([Span(0, 100 * US, State.RUNNING)], Counts(12), 10.0)
    assert found.losses[Loss.SLOW] == -20
    assert found.oee == pytest.approx(1.2)


def test_reasons_stand_by_the_time_they_cost() -> None:
    found = pareto(SPANS, without_reason="미입력")
    assert [(one.reason, one.seconds, one.times) for one in found] == [
        ("유압", 400, 1),
        ("히터 고장", 240, 1),
        ("금형 교체", 60, 1),
        ("미입력", 60, 1),
    ]
    assert found[1].so_far == pytest.approx(640 / 760)
    assert found[-1].so_far == pytest.approx(1)


def test_time_between_faults_and_to_restore() -> None:
    found = reliability(SPANS)
    assert (found.faults, found.between_seconds, found.restore_seconds) == (2, 660, 320)
    assert reliability(SPANS[:1]).between_seconds is None


def test_only_planned_time_counts() -> None:
    planned = during(SPANS, [(0, 300 * US), (700 * US, 1_000 * US)])
    found = seconds_by_state(planned)
    assert found[State.RUNNING] == 300
    assert (found[State.DOWN], found[State.SETUP]) == (140 + 100, 60)


def test_a_stop_over_a_break_is_one_and_as_long_as_its_planned_time() -> None:
    spans = [
        Span(0, 500 * US, State.RUNNING),
        Span(500 * US, 1_500 * US, State.DOWN),
        Span(1_500 * US, 2_000 * US, State.RUNNING),
    ]
    planned = during(spans, [(0, 700 * US), (1_300 * US, 2_000 * US)])
    assert [tuple(one)[:5] for one in planned if one.state is State.DOWN] == [
        (500 * US, 1_500 * US, State.DOWN, "", 400 * US),  # of 1,000 s, 600 s are a break
    ]
    assert (reliability(planned).faults, reliability(planned).restore_seconds) == (1, 400)
    assert pareto(planned)[0].times == 1
    found = waterfall(planned, Counts(10), 100.0, micro_stop_seconds=300.0)
    assert (found.losses[Loss.DOWN], found.losses[Loss.MICRO_STOPS]) == (400, 0)
    assert found.planned == 1_400


def test_spans_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        within([Span(0, 10, State.RUNNING), Span(5, 20, State.DOWN)], 0, 30)
