"""Upright bars: parts per piece of time against the ideal, and OEE of shifts with its bounds."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import uuid4

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.documents import UNKNOWN, Made, Shift
from deungdae.web.floor.shown.drawing.axis import Axis, drawn_ticks, percent, picture
from deungdae.web.floor.shown.drawing.bands import fill, patterns
from deungdae.web.floor.shown.durations import clock, count
from deungdae.web.floor.shown.durations import percent as share_words

HIGH: Final = 140  #: pixels of the tallest bar
TWO_NAMES: Final = 5  #: bars from which on the first is named beside the last
TOP: Final = 20  #: pixels above it, for the number of the axis
#: Steps of a scale, times a power of ten.
NICE: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


def scale(most: float) -> float:
    """Return a round number that is not below `most`, for the top of an axis."""
    if most <= 0:
        return 1.0
    power = 1.0
    while power * 10 < most:
        power *= 10
    while power > most:
        power /= 10
    return next(power * one for one in NICE if power * one >= most - 1e-9)


def made_bars(
    pieces: Sequence[Made],
    axis: Axis,
    sentence: str,
    *,
    ideals: Sequence[float | None] = (),
    names: tuple[str, str] = ("", ""),
) -> SafeString:
    """Draw the parts of each piece of time; a line shows what the ideal cycle would give.

    `ideals` are the ideal seconds for a part in each piece, where there are any.

    What was made while nothing was heard is hatched, as unknown time is.

    `names` are the words of a bar's tooltip for parts and scrap.
    """
    seconds = ideals or [None] * len(pieces)
    given = [_ideal(one, each) for one, each in zip(pieces, seconds, strict=True)]
    top = scale(max([one.produced for one in pieces] + [one for one in given if one], default=1.0))
    mark = uuid4().hex[:6]
    gap = 0.12
    bars = format_html_join(
        "",
        '<g><title>{7}</title><rect x="{0}" y="{1}" width="{2}" height="{3}" '
        'fill="{8}"/><rect x="{0}" y="{1}" width="{2}" height="{4}" '
        'fill="url(#bad-{5})"/>{6}</g>',
        (
            (
                percent(axis.at(one.start_us) + gap * axis.wide(one.start_us, one.end_us)),
                f"{TOP + HIGH * (1 - one.produced / top):.1f}",
                percent((1 - 2 * gap) * axis.wide(one.start_us, one.end_us)),
                f"{HIGH * one.produced / top:.1f}",
                f"{HIGH * min(one.scrapped, one.produced) / top:.1f}",
                mark,
                _ideal_line(one, ideal, axis, top),
                _told(one, ideal, names),
                fill(UNKNOWN, mark) if one.unheard else "var(--chart-neutral)",
            )
            for one, ideal in zip(pieces, given, strict=True)
        ),
    )
    inside = format_html(
        '<defs><pattern id="bad-{0}" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="var(--chart-alarm)"/><path d="M0 5l5-5" '
        'stroke="var(--card)" stroke-width="1"/></pattern></defs>{1}{2}{3}{4}',
        mark,
        patterns(mark) if any(one.unheard for one in pieces) else "",
        _levels(top, count),
        drawn_ticks(axis, TOP + HIGH, TOP + HIGH),
        bars,
    )
    return picture(TOP + HIGH + 20, sentence, inside)


def _ideal(one: Made, ideal_seconds: float | None) -> float | None:
    return None if not ideal_seconds else (one.end_us - one.start_us) / 1e6 / ideal_seconds


def _ideal_line(one: Made, ideal: float | None, axis: Axis, top: float) -> SafeString:
    if ideal is None:
        return SafeString("")
    return format_html(
        '<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="var(--chart-ink)" stroke-width="1.5" '
        'stroke-dasharray="4 3"/>',
        percent(axis.at(one.start_us)),
        percent(axis.at(one.end_us)),
        y=f"{TOP + HIGH * (1 - ideal / top):.1f}",
    )


def _told(one: Made, ideal: float | None, names: tuple[str, str]) -> str:
    told = f"{clock(one.start_us)}–{clock(one.end_us)} {names[0]} {count(one.produced)}"
    if ideal is not None:
        told += f" / {count(ideal)}"
    return f"{told}, {names[1]} {count(one.scrapped)}" if one.scrapped else told


def _levels(top: float, word: object) -> SafeString:
    """Draw three levels of the axis; the top one has its number above it, where no bar hides it."""
    say = word if callable(word) else str
    return format_html_join(
        "",
        '<line x1="0" x2="100%" y1="{0}" y2="{0}" stroke="var(--chart-grid)"/>'
        '<text x="0" y="{1}" font-size="12" fill="var(--chart-muted)">{2}</text>',
        (
            (f"{TOP + HIGH * (1 - share):.1f}", f"{TOP + HIGH * (1 - share) - 4:.1f}",
             say(top) if share == 1 else "")
            for share in (0.0, 0.5, 1.0)
        ),
    )  # fmt: skip


class Bar(NamedTuple):
    """OEE of one shift."""

    oee: float | None
    low: float | None
    high: float | None
    word: str
    current: bool = False


def oee_bars(shifts: Sequence[Bar], sentence: str) -> SafeString:
    """Draw OEE of shifts in their order, each with the bounds that unknown time leaves open."""
    wide = 100 / max(len(shifts), 8)
    bars = []
    for place, one in enumerate(shifts):
        left, middle = wide * (place + 0.15), wide * (place + 0.5)
        if one.oee is None:
            bars.append(
                format_html(
                    '<g><title>{1}</title><text x="{0}" y="{2}" text-anchor="middle" '
                    'font-size="12" fill="var(--chart-muted)">?</text></g>',
                    percent(middle),
                    one.word,
                    TOP + HIGH - 4,
                )
            )
            continue
        low, high = (one.oee if bound is None else bound for bound in (one.low, one.high))
        bars.append(
            format_html(
                '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
                '<line x1="{m}" x2="{m}" y1="{}" y2="{}" stroke="var(--chart-ink)" '
                'stroke-width="1.5"/></g>',
                f"{one.word}: {share_words(one.oee)}",
                percent(left),
                _height(one.oee),
                percent(wide * 0.7),
                f"{HIGH * min(one.oee, 1):.1f}",
                "var(--chart-ink)" if one.current else "var(--chart-neutral)",
                _height(high),
                _height(low),
                m=percent(middle),
            )
        )
    words = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}" font-size="12" fill="var(--chart-muted)">{}</text>',
        (
            (percent(wide * (place + aside)), TOP + HIGH + 15, side, shifts[place].word)
            for place, aside, side in _named(len(shifts))
        ),
    )
    levels = _levels(1.0, share_words)
    inside = format_html("{}{}{}", levels, SafeString("".join(bars)), words)
    return picture(TOP + HIGH + 20, sentence, inside)


def _named(shifts: int) -> list[tuple[int, float, str]]:
    """Return which bars are named, where, and to which side: on a phone two names need room."""
    if shifts >= TWO_NAMES:
        return [(0, 0.5, "start"), (shifts - 1, 0.5, "end")]
    return [(shifts - 1, 0.15, "start")] if shifts else []


def _height(share: float) -> str:
    return f"{TOP + HIGH * (1 - min(share, 1)):.1f}"


def bars_of(shifts: Sequence[Shift], word: dict[int, str], current: int | None) -> list[Bar]:
    """Return the bars of shifts; `word` says what each is called, by its beginning."""
    return [
        Bar(
            one.figures.told,
            one.figures.low,
            one.figures.high,
            word.get(one.start_us, ""),
            one.start_us == current,
        )
        for one in shifts
    ]
