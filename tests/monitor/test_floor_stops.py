"""Stops that reach over a break or into the next shift: each is one, and keeps its reason."""

from dataclasses import replace
from pathlib import Path

import pytest
from machine_of_truth import S, Truth
from monitor_site import MonitorSite
from watched_machine import HOUR, OURS, TWO_SHIFTS, Clock, T, machine, state_of

from deungdae.analysis.oee import Loss, Span, State
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import Floor
from deungdae.monitor.floor.figures import Said, Summary, merged, shift_document, summary
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.lines import together
from deungdae.monitor.floor.said import SaidStop, laid_over
from deungdae.monitor.floor.shifts import Shift
from deungdae.monitor.floor.store import Store

MINUTE = 60 * S
RUN, STOP, DOWN, DARK = State.RUNNING, State.STOPPED, State.DOWN, State.UNKNOWN
SHOTS = "line1/imm1/shots"


def us(clock: str) -> int:
    hour, minute = clock.split(":")
    return T + (int(hour) * 60 + int(minute)) * MINUTE


def spans(*told: tuple[str, str, State]) -> list[Span]:
    return [Span(us(a), us(b), state) for a, b, state in told]


def frame(*told: tuple[str, str, State]) -> Frame:
    found = spans(*told)
    return Frame(found[0].start_us, found[-1].end_us, found)


DAY = (("8:30", "12:30"), ("13:30", "17:30"))


def day(*told: tuple[str, str, State], works: tuple[tuple[str, str], ...] = DAY) -> Summary:
    """A machine in a shift, usually of 8:30 to 17:30 with an hour at noon."""
    whole = replace(frame(*told), produced=100.0, counted=True)
    working = tuple((us(a), us(b)) for a, b in works)
    shift = Shift("2026-11-23", "주간", None, whole.start_us, whole.end_us, working)
    return summary(Asset("m", ideal_seconds=100.0), whole, Said(), shift if works else None)


def stopped(start: str, end: str, state: State = STOP) -> Summary:
    return day(("8:30", start, RUN), (start, end, state), (end, "17:30", RUN))


def test_a_fault_over_a_break_is_one_fault() -> None:
    found = stopped("12:00", "14:00", DOWN)
    told = shift_document("m", found, final=True)
    # Half an hour before noon and half an hour after: seven of eight hours ran.
    assert (told["faults"], told["mtbf"], told["mttr"]) == (1, 7 * 3600, 3600)
    assert told["reasons_missing"] == [[us("12:00"), us("14:00")]]
    assert told["pareto"] == [["down", 3600, 1, 1.0, 1.0]]
    assert (told["stops"], told["micro_stops"]) == (1, 0)


@pytest.mark.parametrize(
    ("start", "end", "seconds", "loss"),
    [
        ("12:26", "13:34", 480, Loss.STOPPED),  # four minutes on either side
        ("12:27", "15:00", 180 + 5400, Loss.STOPPED),  # nothing of it is a micro-stop
        ("12:29", "13:31", 120, Loss.MICRO_STOPS),  # a machine may well be off at noon
    ],
)
def test_a_stop_over_a_break_is_as_long_as_its_planned_time(
    start: str, end: str, seconds: float, loss: Loss
) -> None:
    found = stopped(start, end)
    assert found.waterfall is not None
    assert found.waterfall.losses[loss] == seconds
    assert found.waterfall.losses[Loss.STOPPED] + found.waterfall.losses[Loss.MICRO_STOPS] == (
        seconds
    )
    waits = [(us(start), us(end))] if loss is Loss.STOPPED else []
    assert found.waiting == waits
    told = shift_document("m", found, final=True)
    assert (told["stops"], told["micro_stops"]) == ((1, 0) if waits else (0, 1))
    assert told["longest"] == [us(start), us(end), "stopped"]


def test_two_faults_on_either_side_of_a_break_in_which_it_ran_are_two() -> None:
    found = day(
        ("8:30", "12:20", RUN), ("12:20", "12:30", DOWN), ("12:30", "13:30", RUN),
        ("13:30", "13:40", DOWN), ("13:40", "17:30", RUN),
    )  # fmt: skip
    told = shift_document("m", found, final=True)
    assert (told["faults"], told["mttr"]) == (2, 600)
    assert found.waiting == [(us("12:20"), us("12:30")), (us("13:30"), us("13:40"))]


def test_a_fault_over_a_night_that_nobody_works_is_one_of_both_days() -> None:
    evening = day(("8:30", "17:00", RUN), ("17:00", "17:30", DOWN))
    night = day(("17:30", "32:30", DOWN), works=())
    assert night.planned == []
    morning = day(("32:30", "33:00", DOWN), ("33:00", "34:00", RUN), works=(("32:30", "34:00"),))
    [fault] = [one for one in merged([evening, night, morning]) if one.state is DOWN]
    assert (fault.start_us, fault.end_us, fault.seconds) == (us("17:00"), us("33:00"), 3600)
    # What is missing between them may have been anything.
    assert len([one for one in merged([evening, morning]) if one.state is DOWN]) == 2


def test_stops_of_machines_side_by_side_are_each_their_own() -> None:
    one, other = stopped("12:00", "14:00", DOWN), stopped("12:00", "14:00", DOWN)
    both = together(Asset("line", kind="line"), [one, other], None)
    assert shift_document("line", both, final=True)["faults"] == 2
    assert len([each for each in merged([both]) if each.state is DOWN]) == 2


def said(start: str, end: str | None = None, reason: str = "motor") -> SaidStop:
    return SaidStop(reason, us(start), None if end is None else us(end), DOWN, reason)


NEXT = (("20:00", "22:00", STOP), ("22:00", "23:00", RUN))


def test_a_reason_until_the_stop_ends_goes_on_in_the_next_shift() -> None:
    def reasons(begun: str | None, *told: SaidStop) -> list[str]:
        found = laid_over(spans(*NEXT), told, None if begun is None else us(begun))
        return [span.reason for span, _ in found]

    assert reasons("19:00", said("19:00")) == ["motor", ""]
    assert reasons("19:00", said("19:30")) == ["motor", ""]  # named half an hour later
    # Another stop was named, which ended before this one began; or nothing is known of before.
    assert reasons("19:50", said("19:00")) == ["", ""]
    assert reasons(None, said("19:00")) == ["", ""]
    assert reasons("19:00", said("19:00", "19:30")) == ["", ""]
    assert reasons("19:00", said("19:00"), said("19:20", reason="parts")) == ["parts", ""]


def hall(folder: Path, *kept: Frame) -> Hall:
    found = Hall()
    found.store = Store(folder)
    for frame in kept:
        found.store.keep("o", "m", frame, 0, final=True)
    return found


def test_the_stop_is_followed_back_through_the_frames_that_are_kept(tmp_path: Path) -> None:
    friday = frame(("8:00", "16:00", RUN), ("16:00", "20:00", STOP))
    saturday, sunday = frame(("20:00", "44:00", STOP)), frame(("44:00", "68:00", STOP))
    monday = frame(("68:00", "69:00", STOP), ("69:00", "70:00", RUN))
    found = hall(tmp_path, friday, saturday, sunday)
    found.store.say("o", "x", "stop", 1, "m", us("16:10"), None, "down", "motor")
    for each in (saturday, sunday, monday):
        assert found.told(("o", "m"), each)[0].span.reason == "motor"
    assert [each.span.reason for each in found.told(("o", "m"), monday)] == ["motor", ""]
    # Nothing is known of Saturday, or it ran then: Monday's stop is another.
    found.store.drop("o", "m", us("20:00"), us("44:00"))
    assert found.told(("o", "m"), monday)[0].span.reason == ""
    found.store.keep("o", "m", frame(("20:00", "43:00", STOP), ("43:00", "44:00", RUN)), 0,
                     final=True)  # fmt: skip
    assert found.told(("o", "m"), monday)[0].span.reason == ""


def test_what_nobody_knows_is_no_stop_that_goes_on(tmp_path: Path) -> None:
    found = hall(tmp_path, frame(("8:00", "19:00", RUN), ("19:00", "20:00", DARK)))
    found.store.say("o", "x", "stop", 1, "m", us("19:00"), None, "down", "motor")
    assert found.told(("o", "m"), frame(*NEXT))[0].span.reason == ""


def test_a_reason_given_before_a_change_of_shifts_is_that_of_both(tmp_path: Path) -> None:
    # It stands from half past ten to twelve; the shift changes at eleven.
    truth = Truth(T, 4 * HOUR, [(5400, 10_800)], cycle=10.0)
    clock, floor = Clock(T + 3 * HOUR * S + 600 * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        site.store(OURS, "plc", SHOTS, truth.counter())
        site.put_calendar(OURS, "two", TWO_SHIFTS)
        site.put_asset(OURS, "imm1", machine({"role": "counter", "tag": SHOTS}, calendar="two"))
        site.until(lambda: state_of(floor) is not None)
        site.until(lambda: floor.hall.store.frame(OURS, "imm1", T) is not None)
        told = {"asset": "imm1", "state": "down", "reason": "motor", "revision": 1}
        site.ask("say_stop", OURS, topic="monitor", id="s", start=T + 5430 * S, end=None, **told)
        asked = {"asset": "imm1", "start": T, "end": clock.now_us}
        shifts = site.ask("shifts", OURS, topic="monitor", **asked)["shifts"]
        reasons = {shift["name"]: [one[0] for one in shift["pareto"]] for shift in shifts}
        assert reasons == {"오전": ["motor"], "오후": ["motor"]}
        assert [shift["reasons_missing"] for shift in shifts] == [[], []]
        # A picture that begins within the stop shows its reason as well.
        part = {**asked, "start": T + 8000 * S}
        assert site.ask("asset", OURS, topic="monitor", **part)["spans"][0][2:4] == [
            *("down", "motor"),
        ]
        whole = site.ask("asset", OURS, topic="monitor", **asked)
        assert whole["reliability"]["faults"] == 1
