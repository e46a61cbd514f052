"""Pictures of the floor: what is drawn where, and that no state is told by its colour alone."""

import itertools
import re
from xml.etree import ElementTree

from deungdae.web.floor.shown.documents import STATES, Made, Shift, Span, Waterfall, Weight
from deungdae.web.floor.shown.drawing import bands, bars, steps, trend
from deungdae.web.floor.shown.drawing.axis import Axis

HOUR = 3_600_000_000
START = 1_780_000_000 * 1_000_000
AXIS = Axis(START, START + 8 * HOUR)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: str) -> ElementTree.Element:
    assert "style=" not in picture, "the policy of the pages allows no style in an element"
    return ElementTree.fromstring(picture)


def test_a_band_has_a_block_for_each_state_and_says_it() -> None:
    spans = [
        Span(START, START + 2 * HOUR, "running"),
        Span(START + 2 * HOUR, START + 4 * HOUR, "down", "mould"),
    ]
    picture = drawn(bands.bands([bands.Row(spans)], AXIS, "Ran.", {"mould": "Mould & tool"}))
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "Ran."
    blocks = [one for one in picture.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]
    assert [one.get("x") for one in blocks] == ["0%", "25%"]
    assert [one.get("width") for one in blocks] == ["25%", "25%"]
    titles = [str(one.findtext(f"{SVG}title")) for one in blocks]
    assert titles[0].endswith("Running, 2 h")
    assert titles[1].endswith("Breakdown (Mould & tool), 2 h")


def test_every_state_has_a_look_of_its_own_without_colours() -> None:
    looks = {state: (bands.HEIGHTS[state], re.sub(r"-[^)]*", "", bands.fill(state, "x")))
             for state in STATES}  # fmt: skip
    assert len(set(looks.values())) == len(STATES)
    for state in STATES:
        plain = bands.fill(state, "x").startswith("var(")
        assert plain == (state in ("running", "stopped"))
    assert bands.HEIGHTS["running"] != bands.HEIGHTS["stopped"]


def test_thousands_of_short_stops_are_drawn_together() -> None:
    second = 1_000_000
    spans = [
        Span(START + n * second, START + (n + 1) * second, "stopped" if n % 3 == 0 else "running")
        for n in range(8 * 3600)
    ]
    found = bands.coarse(spans, AXIS)
    assert len(found) < 1700
    assert found[0].start_us == START
    assert found[-1].end_us == START + 8 * HOUR
    assert all(a.end_us == b.start_us for a, b in itertools.pairwise(found))


def test_an_axis_has_few_enough_times_for_a_phone() -> None:
    for hours in (1, 8, 12, 24, 72, 168, 720):
        ticks = Axis(START, START + hours * HOUR).ticks()
        assert 2 <= len(ticks) <= 8, hours
        assert all(0 <= at <= 100 for at, _word in ticks)


def test_bars_have_a_zero_baseline_and_the_ideal() -> None:
    pieces = [Made(START, START + HOUR, 100, 25), Made(START + HOUR, START + 2 * HOUR, 50, 0)]
    picture = drawn(bars.made_bars(pieces, AXIS, "100 parts.", ideals=[24.0, 24.0]))
    heights = [float(one.get("height", "")) for one in picture.iter(f"{SVG}rect")
               if one.get("fill") == "var(--chart-neutral)"]  # fmt: skip
    # 150 in an hour would be ideal, so the axis goes to 200.
    assert heights == [bars.HIGH * 0.5, bars.HIGH * 0.25]
    dashed = [one for one in picture.iter(f"{SVG}line") if one.get("stroke-dasharray")]
    assert float(dashed[0].get("y1", "")) == bars.TOP + bars.HIGH * 0.25
    assert [bars.scale(n) for n in (0, 0.7, 9, 26, 101)] == [1.0, 1.0, 10.0, 50.0, 200.0]


def test_a_shift_of_which_nothing_is_known_has_a_question_mark() -> None:
    shifts = [Shift.of({"start": n, "figures": {"oee": oee, "low": 0.5, "high": 0.9}})
              for n, oee in ((1, 0.75), (2, None))]  # fmt: skip
    found = bars.bars_of(shifts, {1: "day", 2: "night"}, 1)
    picture = drawn(bars.oee_bars(found, "Two."))
    titles = [one.text for one in picture.iter(f"{SVG}title")]
    assert titles == ["day: 75%", "night"]
    assert "?" in [one.text for one in picture.iter(f"{SVG}text")]


def test_shifts_are_named_where_two_names_have_room() -> None:
    def names(count: int) -> list[str | None]:
        shifts = [Shift.of({"start": n, "figures": {"oee": 0.5}}) for n in range(count)]
        picture = drawn(bars.oee_bars(bars.bars_of(shifts, dict(enumerate("abcde")), None), "x"))
        return [one.text for one in picture.iter(f"{SVG}text") if one.text in {*"abcde"}]

    assert (names(1), names(2), names(5)) == (["a"], ["b"], ["a", "e"])


def test_a_line_stops_where_nothing_was() -> None:
    points = [(START, 1.0), (START + HOUR, 2.0), (START + 2 * HOUR, None), (START + 3 * HOUR, 1.5)]
    picture = drawn(trend.trend(points, AXIS, "It moves."))
    path = next(picture.iter(f"{SVG}path")).get("d", "")
    assert path.count("M") == 2
    assert len(list(picture.iter(f"{SVG}circle"))) == 1  # a point alone is a dot


def test_the_steps_of_lost_time_lead_from_the_plan_to_what_is_left() -> None:
    losses = {"down": 2880.0, "slow": -720.0}
    told = Waterfall.of({"planned": 14400.0, "losses": losses, "productive": 12240.0})
    assert told is not None
    found = steps.waterfall_steps(told, {"planned": "Planned", "productive": "Productive"})
    assert [(one.word, one.lasted, one.share) for one in found] == [
        ("Planned", "4 h", "100%"),
        ("Breakdowns", "−48 min", "−20%"),
        ("Slow cycles", "+12 min", "+5.0%"),
        ("Productive", "3 h 24 min", "85%"),
    ]


def test_reasons_stand_by_their_weight_in_words() -> None:
    weights = [Weight("mould", 2880, 1, 0.8, 0.8), Weight("", 720, 4, 0.2, 1.0)]
    found = steps.pareto_steps(weights, {"mould": "Mould"}, "without a reason")
    assert [(one.word, one.lasted, one.note) for one in found] == [
        ("Mould", "48 min", "80%"),
        ("without a reason", "12 min", "100%"),
    ]
