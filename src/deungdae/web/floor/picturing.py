"""The pictures of a span: each with a title, a sentence, and the same as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deungdae.web.floor.shown import sentences
from deungdae.web.floor.shown.documents import STANDING, Made, Past, Shift, Span
from deungdae.web.floor.shown.drawing import bands, bars, trend
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.floor.shown.drawing.steps import pareto_steps, waterfall_steps
from deungdae.web.floor.shown.durations import count, day_clock, lasting, percent
from deungdae.web.floor.shown.ideals import Ideals, among
from deungdae.web.floor.shown.pieces import gathered, seconds_by_state, with_silences
from deungdae.web.floor.shown.words import Reasons, reason_word, state_word
from deungdae.web.floor.span import Chosen, named

MOST_ROWS: Final = 400  #: of a table beside a picture
SHIFTS: Final = 30  #: in the picture of OEE


@dataclass(frozen=True)
class Chart:
    """A picture as the chart frame takes it."""

    id: str
    title: str
    sentence: str
    picture: SafeString | str = ""
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def without_reason() -> str:
    """Return what a stop is called for which nobody gave a reason."""
    return _("without a reason")


def states(
    rows: Sequence[tuple[str, Sequence[Span]]],
    chosen: Chosen,
    reasons: Reasons,
    shifts: Sequence[Shift],
    now_us: int,
) -> Chart:
    """Return the bands of machines; one row without a name stands alone."""
    axis = Axis(chosen.start_us, chosen.end_us)
    alone = len(rows) == 1
    if alone:
        spans = rows[0][1]
        seconds = seconds_by_state(spans, chosen.start_us, chosen.until_us)
        sentence = sentences.of_states(seconds, sentences.stops_in(spans))
    else:
        sentence = _("A dip is a stop; hatched is time of which nothing is known.")
    picture = bands.bands(
        [bands.Row(spans, "" if alone else name) for name, spans in rows],
        axis,
        sentence,
        reasons,
        shifts=() if chosen.shift else shifts,
        now_us=now_us,
    )
    header = [_("From"), _("Until"), _("Lasted"), _("State"), _("Reason")]
    table = [
        [
            day_clock(one.start_us, now_us),
            day_clock(one.end_us, now_us),
            lasting(one.seconds),
            state_word(one.state),
            reason_word(one.reason, reasons) if one.reason else "",
        ]
        for _name, spans in rows
        for one in bands.coarse(spans, axis)
    ]
    if not alone:
        header = [_("Machine"), *header]
        names = [name for name, spans in rows for _one in bands.coarse(spans, axis)]
        table = [[name, *row] for name, row in zip(names, table, strict=True)]
    return Chart("states", _("What it did"), sentence, picture, header, table[:MOST_ROWS])


def legend(past: Sequence[Span], chosen: Chosen) -> list[dict[str, str]]:
    """Return the states that occur, each with how long."""
    seconds = seconds_by_state(past, chosen.start_us, chosen.until_us)
    return [
        {"state": state, "word": state_word(state), "lasted": lasting(seconds[state])}
        for state in bands.HEIGHTS
        if seconds.get(state, 0) >= 1
    ]


def made(past: Past, chosen: Chosen, ideals: Ideals, now_us: int, least: int = 600) -> Chart:
    """Return the parts of each piece of time against what the ideal cycle of then would give."""
    pieces = with_silences(gathered(past.made, chosen.start_us, chosen.end_us, least), past.spans)
    axis = Axis(chosen.start_us, chosen.end_us)
    middles = [(one.start_us + one.end_us) // 2 for one in pieces]
    sentence = sentences.of_made(pieces, among(ideals, middles))
    picture: SafeString | str = ""
    if any(one.produced for one in pieces):
        picture = bars.made_bars(
            pieces,
            axis,
            sentence,
            ideals=[ideals.at(one) for one in middles],
            names=(_("parts"), _("scrap")),
        )
    header = [_("From"), _("Until"), _("Parts"), _("Scrap")]
    rows = [_made_row(one, now_us) for one in pieces] if picture else []
    return Chart("made", _("Parts over time"), sentence, picture, header, rows)


def _made_row(one: Made, now_us: int) -> list[str]:
    times = (day_clock(one.start_us, now_us), day_clock(one.end_us, now_us))
    return [*times, count(one.produced), count(one.scrapped)]


def oee(shifts: Sequence[Shift], chosen: Chosen) -> Chart | None:
    """Return OEE of the last shifts; None where there are too few to compare."""
    last = list(shifts)[-SHIFTS:]
    while last and last[0].figures.told is None:  # nobody looked then
        last.pop(0)
    if len(last) < 2:
        return None
    names = {one.start_us: named(one) for one in last}
    current = chosen.shift.start_us if chosen.shift else None
    sentence = sentences.of_shifts(last)
    picture = bars.oee_bars(bars.bars_of(last, names, current), sentence)
    header = [_("Shift"), "OEE", _("At least"), _("At most"), _("Parts"), _("Scrap")]
    rows = [
        [
            names[one.start_us],
            percent(one.figures.told) or "?",
            percent(one.figures.low),
            percent(one.figures.high),
            count(one.counts.produced),
            count(one.counts.scrapped),
        ]
        for one in reversed(last)
    ]
    title = _("OEE of the last %(n)d shifts") % {"n": len(last)}
    return Chart("oee", title, sentence, picture, header, rows)


def cycles(past: Past, chosen: Chosen, ideals: Ideals, now_us: int) -> Chart | None:
    """Return the median cycle over time; None where no cycles were found."""
    if not past.cycles:
        return None
    counted = among(ideals, [at for at, _seconds in past.cycles])
    sentence = sentences.of_cycles(past, counted, ideals.now)
    steps = sorted(b[0] - a[0] for a, b in zip(past.cycles, past.cycles[1:], strict=False))
    gap = 3 * steps[len(steps) // 2] if steps else None
    picture = trend.trend(
        past.cycles,
        Axis(chosen.start_us, chosen.end_us),
        sentence,
        usual=past.cycle_typical,
        gap_us=gap,
        unit=_("s"),
    )
    rows = [[day_clock(at, now_us), f"{value:.3g}"] for at, value in past.cycles]
    return Chart(
        "cycles", _("Cycle time"), sentence, picture, [_("From"), _("Seconds")], rows[:MOST_ROWS]
    )


def losses(past: Past) -> Mapping[str, Any] | None:
    """Return where the planned time went, step by step; None where nothing was planned."""
    if past.waterfall is None or past.waterfall.planned <= 0:
        if past.figures.instead is None:
            return None
        return {"sentence": sentences.of_figures(past.figures), "steps": ()}
    words = {"planned": _("Planned time"), "productive": _("Fully productive")}
    return {
        "sentence": sentences.of_figures(past.figures, past.counting),
        "steps": waterfall_steps(past.waterfall, words),
    }


def pareto(past: Past, reasons: Reasons) -> Mapping[str, Any]:
    """Return the reasons of stops, the heaviest first."""
    without = without_reason()
    return {
        "sentence": sentences.of_pareto(past.pareto, reasons, without),
        "steps": pareto_steps(past.pareto, reasons, without),
    }


def standing_seconds(past: Past) -> float:
    """Return how long an asset stood in a span, in all."""
    return sum(one.seconds for one in past.spans if one.state in STANDING)
