"""What is said of machines and lines, from documents of the monitor: no bus, no database."""

import pytest
from django.utils import translation

from deungdae.web.floor import picturing
from deungdae.web.floor.shown import answers, sentences, words
from deungdae.web.floor.shown.documents import Made, Now, Past, Span, Stop, Waterfall
from deungdae.web.floor.shown.drawing import bars
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.floor.shown.durations import lasting, money, percent, so_far
from deungdae.web.floor.shown.ideals import together
from deungdae.web.floor.shown.pieces import gathered, seconds_by_state, with_silences
from deungdae.web.floor.shown.says import level, nothing, says
from deungdae.web.floor.views.machine import bounds
from deungdae.web.plant.explorer.series import NUMBER, TEXT, Series
from deungdae.web.plant.live.lines import Described

MINUTE = 60_000_000
HOUR = 60 * MINUTE
NOON = 1_780_000_000 * 1_000_000
SHIFT = {
    "name": "주간", "day": "2026-05-28", "crew": "A", "start": NOON - 4 * HOUR,
    "end": NOON + 4 * HOUR, "planned_s": 25200, "passed_s": 14400,
}  # fmt: skip
REASONS = {"mould": "금형 교체"}


def now(**told: object) -> Now:
    return Now.of({"asset": "m3", "state": "running", "shift": SHIFT, "as_of": NOON, **told})


def standing(**told: object) -> str:
    return words.standing_for(now(**told), NOON, REASONS)


def test_a_stop_is_said_with_its_length_and_its_reason() -> None:
    told = {"state": "stopped", "since": NOON - 14 * MINUTE, "reason": "mould"}
    assert standing(**told) == "Stopped for 14 min (금형 교체)"
    with translation.override("ko"):
        assert standing(**told) == "14분째 멈춤 (금형 교체)"
        found = answers.of_machine(answers.Named("3호기", now(**told)), NOON, REASONS)
        assert found == "3호기: 14분째 멈춤 (금형 교체)."


def test_unknown_is_never_said_as_running() -> None:
    silent = {"state": "unknown", "as_of": NOON - 12 * MINUTE, "since": NOON - 11 * MINUTE}
    assert standing(**silent) == "Unknown: no signal for 12 min"
    assert standing(state="no such state", since=None, as_of=None) == (
        "Unknown: nothing has arrived yet"
    )
    assert Now.of({}).state == "unknown"
    assert "no signal is set up" in words.standing_for(nothing("m3", away=False), NOON, {})
    assert words.standing_for(nothing("m3", away=True), NOON, {}) == "Unknown"


def test_thin_evidence_gives_no_figure() -> None:
    figures = {"oee": 1.05, "low": 0.01, "high": 1.05, "known": 0.01}
    told = now(figures=figures, ideal_seconds=24.0, counts={"produced": 6}, plan=1050, plan_now=800)
    found = says(told, NOON, {})
    assert (found["rated"], found["rate"], found["range"]) == ("OEE", "", "not enough known yet")
    assert (found["behind"], found["against"]) == ("", "")  # what nobody saw is not missing


def test_that_nobody_counts_scrap_is_said() -> None:
    told = {"counts": {"produced": 840, "scrapped": 0}}
    assert words.set_aside(now(**told)) == ""
    assert words.set_aside(now(**told, scrap_known=False)) == "nobody counts scrap"


def test_rates_of_machines_side_by_side_add_up() -> None:
    assert together([24.0, 12.0, None]) == pytest.approx(8.0)
    assert together([None]) is None


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59.4, "59 s"), (59.9, "1 min"), (89, "1 min"), (90, "2 min"),
     (4800, "1 h 20 min"), (7170, "2 h"), (86_390, "1 d"), (183_600, "2 d 3 h"),
     (172_800, "2 d")],
)  # fmt: skip
def test_lengths_are_said_as_people_say_them(seconds: float, told: str) -> None:
    assert lasting(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(59.9, "59 s"), (119, "1 min"), (7199, "1 h 59 min"), (86_399, "23 h 59 min")],
)
def test_a_length_that_goes_on_counts_full_minutes(seconds: float, told: str) -> None:
    assert so_far(seconds) == told


def test_money_and_shares_carry_no_digits_that_mean_nothing() -> None:
    assert money(183_642) == "184,000 won"
    assert percent(0.7149) == "71%"
    assert percent(0.0412) == "4.1%"
    assert percent(None) == ""


def test_the_count_stands_against_what_was_due() -> None:
    told = {"counts": {"produced": 840, "scrapped": 12}, "plan": 1200, "plan_now": 900}
    assert words.made(now(**told)) == "828 of 1,200"
    assert words.against_plan(now(**told)) == "72 parts behind plan"
    assert words.against_plan(now(**told | {"plan_now": 800})) == "28 parts ahead of plan"
    assert words.made(now(counts={})) == "not counted"
    assert says(now(**told), NOON, {})["bar"] == "69.0"
    assert says(now(**told), NOON, {})["behind"] == "soon"


def test_oee_is_said_with_its_bounds_while_time_is_unknown() -> None:
    figures = {"oee": 0.71, "low": 0.69, "high": 0.75, "known": 0.96}
    told = now(figures=figures, ideal_seconds=24.0, ideal_confirmed=True)
    assert words.oee_range(told) == "69% to 75%; 4.0% of the time unknown"
    assert words.oee_range(now(figures={}, counts={"produced": 5})) == "no ideal cycle is set"
    assert words.oee_range(now(figures={}, counted=False)) == "parts are not counted"
    assert "between 69% and 75%" in sentences.of_figures(told.figures)


def test_a_machine_whose_parts_nobody_counts_has_its_availability() -> None:
    figures = {"availability": 0.8215, "known": 1.0}
    found = says(now(figures=figures, counted=False), NOON, {})
    assert (found["rated"], found["rate"]) == ("Availability", "82%")
    assert found["range"] == "no OEE: parts are not counted"
    past = Past.of({"figures": figures})
    told = picturing.losses(past)
    assert told is not None and told["steps"] == ()
    assert told["sentence"].startswith("Availability 82%: the machine ran in so much")
    with translation.override("ko"):
        assert says(now(figures=figures, counted=False), NOON, {})["rated_short"] == "시간가동률"
    # A quarter is known: the machine may have run in none of the rest, or in all of it.
    rare = now(figures={"availability": 0.92, "known": 0.25}, known=0.25, counted=False)
    assert words.oee_range(rare) == "75% of the time unknown · no OEE: parts are not counted"
    assert sentences.of_figures(rare.figures).endswith(
        "75% of the time is unknown, so it lies between 23% and 98%."
    )
    # Of a time of which hardly anything is known there is none of either.
    found = says(now(figures=figures | {"known": 0.01}, counted=False), NOON, {})
    assert (found["rated"], found["rate"], found["range"]) == ("OEE", "", "parts are not counted")


def test_oee_of_a_line_says_how_many_of_its_machines_count_parts() -> None:
    told = now(figures={"oee": 0.71, "known": 1.0}, ideal_seconds=24.0, ideal_confirmed=True)
    assert words.oee_range(told) == ""
    some = now(
        figures={"oee": 0.71, "known": 1.0}, ideal_seconds=24.0, counting=[1, 2],
    )  # fmt: skip
    assert words.oee_range(some) == (
        "by an ideal cycle that nobody confirmed · of 1 machine of 2 that counts parts"
    )
    figures = Past.of(
        {
            "figures": {
                "oee": 0.72, "availability": 0.9, "effectiveness": 0.8, "quality": 1.0, "known": 1.0
            },
            "counting": [2, 3],
        }
    )  # fmt: skip
    assert sentences.of_figures(figures.figures, figures.counting) == (
        "OEE 72% = availability 90% × performance 80% × quality 100%. "
        "Of 3 machines 2 count parts; the figures are of those."
    )


def test_the_biggest_loss_is_one_sentence() -> None:
    losses = {"down": 2880, "slow": 720, "unknown": 9000}
    told = Waterfall.of({"planned": 14400, "losses": losses, "productive": 1800})
    assert words.biggest_loss(told) == "Biggest loss: Breakdowns, 48 min (20% of the time)."
    assert words.biggest_loss(Waterfall.of({"planned": 100, "losses": {}, "productive": 100})) == ""


def test_a_person_is_called_for_a_breakdown_and_for_no_stop_by_plan() -> None:
    at = {"since": NOON - 14 * MINUTE}
    assert level(now(state="down", **at), NOON) == "now"
    assert level(now(state="stopped", **at), NOON) == "soon"
    assert level(now(state="unknown", **at), NOON) == "soon"
    assert level(now(state="stopped", since=NOON - MINUTE // 2), NOON) == "calm"
    assert level(now(state="setup", **at), NOON) == "calm"
    assert level(now(state="stopped", shift=None, **at), NOON) == "calm"


def test_a_clock_ahead_and_a_silent_source_are_said() -> None:
    ahead = now(clock_ahead_us=9 * HOUR)
    assert "9 h ahead" in words.clock_trouble(ahead)
    assert level(ahead, NOON) == "soon"
    silent = now(stale=True, as_of=NOON - 12 * MINUTE)
    assert words.silence(silent, NOON) == "Nothing has come from it for 12 min."


def named(state: str, minutes: int = 5, **told: object) -> answers.Named:
    return answers.Named(
        f"{state}-{minutes}", now(state=state, since=NOON - minutes * MINUTE, **told)
    )


def test_the_site_answers_in_one_sentence() -> None:
    floor = [named("running"), named("stopped", 40), named("down", 14), named("unknown"),
             named("stopped", shift=None)]  # fmt: skip
    assert answers.of_site(floor, NOON, {}) == (
        "1 of 5 machines running, 2 stopped, 1 unknown, 1 at rest by plan. "
        "down-14: Broken down for 14 min."
    )
    assert answers.of_site([named("running")] * 3, NOON, {}) == "All 3 machines are running."
    assert answers.of_site([], NOON, {}) == "No machine is set up yet."


def test_time_that_no_span_covers_is_unknown() -> None:
    spans = [Span(NOON, NOON + HOUR, "running"), Span(NOON + 2 * HOUR, NOON + 3 * HOUR, "down")]
    found = seconds_by_state(spans, NOON, NOON + 4 * HOUR)
    assert found == {"running": 3600.0, "down": 3600.0, "unknown": 7200.0}
    assert sentences.of_states(found, sentences.stops_in(spans)) == (
        "Ran for 1 h, stood for 1 h in 1 stop. For 2 h nobody knows."
    )


def test_neighbouring_stops_of_other_reasons_are_one_stop() -> None:
    spans = [
        Span(0, 10, "running"), Span(10, 20, "stopped"), Span(20, 30, "setup", "mould"),
        Span(30, 40, "running"), Span(40, 50, "down"),
    ]  # fmt: skip
    assert sentences.stops_in(spans) == 2


def test_a_week_is_drawn_in_few_enough_pieces() -> None:
    made = Past.of(
        {"made": [[NOON + n * HOUR, NOON + (n + 1) * HOUR, 10, 1] for n in range(168)]}
    ).made
    found = gathered(made, NOON, NOON + 168 * HOUR)
    assert len(found) == 42
    assert (found[0].produced, found[0].scrapped) == (40, 4)
    assert sum(one.produced for one in found) == 1680


def test_parts_counted_after_a_silence_are_named_and_are_not_the_best_time() -> None:
    spans = [Span(0, 10, "running"), Span(10, 16, "unknown"), Span(16, 30, "running")]
    pieces = with_silences([Made(0, 10, 5), Made(10, 20, 30), Made(20, 30, 7)], spans)
    assert [one.unheard for one in pieces] == [False, True, False]
    told = sentences.of_made(pieces, ())
    assert told.startswith("42 parts in all, most from ") and ": 7. 30 were counted after" in told
    assert "unknown-" in bars.made_bars(pieces, Axis(0, 30), told)
    assert "unknown-" not in bars.made_bars(pieces[:1], Axis(0, 30), told)


def test_what_the_monitor_leaves_out_is_not_known() -> None:
    past = Past.of({})
    assert (past.waterfall, past.reliability, past.energy, past.bottleneck) == (None,) * 4
    stop = Stop.of(["m3", NOON, None, "stopped", "", {"text": "E-103"}, "E-103"])
    assert (stop.proposed, stop.fault) == ("E-103", "E-103")
    assert stop.seconds(NOON + MINUTE) == 60.0
    assert Stop.of(["m3", NOON, NOON + 1, "gone", None, None]).state == "stopped"


def test_bounds_that_read_alike_are_said_as_one_figure() -> None:
    figures = {"oee": 0.97, "low": 0.966, "high": 0.974, "known": 0.99}
    told = now(figures=figures, ideal_seconds=24.0, ideal_confirmed=True)
    assert words.oee_range(told) == "1.0% of the time unknown"
    assert sentences.of_figures(told.figures).endswith(" 1.0% of the time is unknown.")
    with translation.override("ko"):
        assert "~" not in words.oee_range(told) + sentences.of_figures(told.figures)


def test_a_watched_value_lay_between_its_extremes_and_not_between_its_means() -> None:
    about = Described("line1/imm1/current")
    hours = Series(
        about, NUMBER, [0, 1, 2], [10.0, None, 12.0], [2.5, None, 3.0], [25.0, None, 29.6]
    )
    assert bounds(hours) == (2.5, 29.6)
    assert bounds(Series(about, NUMBER, [0, 1], [10.0, 12.0])) == (10.0, 12.0)
    assert bounds(Series(about, NUMBER, [0], [10.0])) is None
    assert bounds(Series(about, TEXT, [0, 1], ["a", "b"])) is None
