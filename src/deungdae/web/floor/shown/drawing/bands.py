"""What machines did, as bands above one another: a stop is a dip, unknown time is hatched.

A band's height says how much was made of the time (running is full), its pattern which state it
was; the colour comes on top.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import uuid4

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from deungdae.web.floor.shown.documents import UNKNOWN, Shift, Span
from deungdae.web.floor.shown.drawing.axis import Axis, anchor, drawn_ticks, percent, picture
from deungdae.web.floor.shown.durations import clock, lasting
from deungdae.web.floor.shown.words import Reasons, reason_word, state_word

#: The height of a state's block, as a share of the band.
HEIGHTS: Final = {
    "running": 1.0, "setup": 0.72, "down": 0.5, "starved": 0.5, "blocked": 0.5, "stopped": 0.5,
    UNKNOWN: 1.0,
}  # fmt: skip
BAND: Final = 28  #: pixels
NAME: Final = 18  #: pixels above a band for its name
GAP: Final = 8
STRIP: Final = 20  #: pixels for the names of the shifts
FINEST: Final = 1 / 1500  #: of the width: what is finer is drawn together with its neighbours
SHORT_SHIFT: Final = 9.0  #: percent of the width below which a shift's name is left out


class Row(NamedTuple):
    """One machine's band; without a `name` it stands alone."""

    spans: Sequence[Span]
    name: str = ""


#: Patterns by state: a background and lines. `{}` is what makes their ids the page's only ones.
_PATTERNS: Final = mark_safe(
    '<defs>'
    '<pattern id="unknown-{0}" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0v8" stroke="var(--chart-neutral)" '
    'stroke-width="2.5"/></pattern>'
    '<pattern id="setup-{0}" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="var(--chart-grid)"/>'
    '<path d="M0 3h6" stroke="var(--chart-ink)" stroke-width="1.5"/></pattern>'
    '<pattern id="starved-{0}" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="var(--amber-soft)"/>'
    '<circle cx="3" cy="3" r="1.6" fill="var(--amber)"/></pattern>'
    '<pattern id="blocked-{0}" width="5" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="6" fill="var(--amber-soft)"/>'
    '<path d="M2.5 0v6" stroke="var(--amber)" stroke-width="2"/></pattern>'
    '<pattern id="down-{0}" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" fill="var(--chart-alarm)"/>'
    '<path d="M0 0l8 8M8 0l-8 8" stroke="var(--card)" stroke-width="1"/></pattern>'
    '</defs>'
)  # fmt: skip


def fill(state: str, mark: str) -> str:
    """Return how a state is filled; `mark` is of the patterns in the same picture."""
    if state == "running":
        return "var(--run-fill)"
    if state == "stopped":
        return "var(--amber)"
    return f"url(#{state if state in HEIGHTS else UNKNOWN}-{mark})"


def patterns(mark: str) -> SafeString:
    """Return the patterns of a picture."""
    return format_html(_PATTERNS, mark)


def bands(
    rows: Sequence[Row],
    axis: Axis,
    sentence: str,
    reasons: Reasons,
    *,
    shifts: Sequence[Shift] = (),
    now_us: int | None = None,
) -> SafeString:
    """Draw the bands of machines, with the shifts above and the times below."""
    mark = uuid4().hex[:6]
    strip = STRIP if shifts else 0
    above = NAME if any(row.name for row in rows) else 0
    step = above + BAND + GAP
    bottom = strip + step * len(rows)
    drawn = [patterns(mark), _shifts(shifts, axis, bottom), drawn_ticks(axis, strip, bottom)]
    for place, row in enumerate(rows):
        top = strip + step * place + above
        if row.name:
            drawn.append(_name(row.name, top - 5))
        drawn.append(_band(row.spans, axis, top, mark, reasons))
    if now_us is not None and axis.start_us < now_us < axis.end_us:
        drawn.append(_line(axis.at(now_us), strip, bottom))
    inside = format_html_join("", "{}", ((one,) for one in drawn))
    return picture(bottom + 20, sentence, inside)


def coarse(spans: Iterable[Span], axis: Axis) -> list[Span]:
    """Return spans none of which is too fine to be seen: short neighbours become one.

    Of what is drawn together, the state that lasted longest is shown; a stop wins a draw.
    """
    finest = (axis.end_us - axis.start_us) * FINEST
    found: list[Span] = []
    held: list[Span] = []

    def let_go() -> None:
        if held:
            length: dict[tuple[str, str], int] = {}
            for one in held:
                key = (one.state, one.reason)
                length[key] = length.get(key, 0) + one.end_us - one.start_us
            state, reason = max(length, key=lambda key: (length[key], key[0] != "running"))
            found.append(Span(held[0].start_us, held[-1].end_us, state, reason))
            held.clear()

    for span in spans:
        if span.end_us - span.start_us >= finest:
            let_go()
            found.append(span)
            continue
        if held and span.end_us - held[0].start_us > finest:
            let_go()
        held.append(span)
    let_go()
    return found


def _band(spans: Sequence[Span], axis: Axis, top: int, mark: str, reasons: Reasons) -> SafeString:
    base = format_html(
        '<rect x="0" y="{}" width="100%" height="{}" fill="var(--sunk)"/>', top, BAND
    )
    blocks = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>',
        (
            (
                percent(axis.at(one.start_us)),
                top + round(BAND * (1 - HEIGHTS.get(one.state, 1.0))),
                percent(axis.wide(one.start_us, one.end_us)),
                BAND - round(BAND * (1 - HEIGHTS.get(one.state, 1.0))),
                fill(one.state, mark),
                _title(one, reasons),
            )
            for one in coarse(spans, axis)
            if one.end_us > axis.start_us and one.start_us < axis.end_us
        ),
    )
    return format_html("{}{}", base, blocks)


def _title(span: Span, reasons: Reasons) -> str:
    word = state_word(span.state)
    if span.reason:
        word = f"{word} ({reason_word(span.reason, reasons)})"
    return f"{clock(span.start_us)}–{clock(span.end_us)} {word}, {lasting(span.seconds)}"


def _name(name: str, y: int) -> SafeString:
    return format_html(
        '<text x="0" y="{}" font-size="13" font-weight="700" fill="var(--chart-ink)">{}</text>',
        y,
        name,
    )


def _line(at: float, top: int, bottom: int) -> SafeString:
    return format_html(
        '<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="var(--chart-ink)" stroke-width="1.5"/>',
        percent(at),
        top,
        bottom,
    )


def _shifts(shifts: Sequence[Shift], axis: Axis, bottom: int) -> SafeString:
    """Draw where shifts begin, and their names where there is room."""
    seen = [one for one in shifts if one.end_us > axis.start_us and one.start_us < axis.end_us]
    return format_html_join(
        "",
        '<line x1="{0}" x2="{0}" y1="0" y2="{1}" stroke="var(--chart-neutral)" '
        'stroke-dasharray="3 3"/><text x="{2}" y="13" text-anchor="{3}" font-size="12" '
        'fill="var(--chart-muted)">{4}</text>',
        (
            (
                percent(axis.at(one.start_us)),
                bottom,
                percent(middle := (axis.at(one.start_us) + axis.at(one.end_us)) / 2),
                anchor(middle),
                one.name if axis.wide(one.start_us, one.end_us) >= SHORT_SHIFT else "",
            )
            for one in seen
        ),
    )
