"""Upright bars of mean power, shaded by load period: the darker, the dearer."""

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.drawing.axis import Axis, drawn_ticks, percent, picture
from deungdae.web.floor.shown.drawing.bars import HIGH, TOP, scale
from deungdae.web.floor.shown.durations import clock
from deungdae.web.floor.shown.energy import Piece, band_word

#: Fill and opacity of a load period; without a tariff all bars are alike.
FILLS: Final = {
    "light": ("var(--chart-neutral)", "0.4"),
    "mid": ("var(--chart-neutral)", "1"),
    "peak": ("var(--chart-ink)", "1"),
}
PLAIN: Final = ("var(--chart-neutral)", "1")
WIDE, TALL = 22, 16


def power_bars(
    pieces: Sequence[Piece], axis: Axis, sentence: str, peak_at: int | None = None
) -> SafeString:
    """Draw the mean power of each piece in kW; a mark stands above the highest quarter."""
    top = scale(max((one.kw for one in pieces), default=1.0))
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="{}">'
        "<title>{}</title></rect>",
        (
            (
                percent(axis.at(one.start_us) + 0.1 * axis.wide(one.start_us, one.end_us)),
                f"{TOP + HIGH * (1 - one.kw / top):.1f}",
                percent(0.8 * axis.wide(one.start_us, one.end_us)),
                f"{HIGH * one.kw / top:.1f}",
                *FILLS.get(one.band, PLAIN),
                f"{clock(one.start_us)}–{clock(one.end_us)} {one.kw:,.1f} kW "
                f"{band_word(one.band)}".strip(),
            )
            for one in pieces
        ),
    )
    levels = format_html_join(
        "",
        '<line x1="0" x2="100%" y1="{0}" y2="{0}" stroke="var(--chart-grid)"/>'
        '<text x="0" y="{1}" font-size="12" fill="var(--chart-muted)">{2}</text>',
        (
            (
                f"{TOP + HIGH * (1 - share):.1f}",
                f"{TOP + HIGH * (1 - share) - 4:.1f}",
                f"{top:g} kW" if share == 1 else "",
            )
            for share in (0.0, 0.5, 1.0)
        ),
    )
    inside = format_html(
        "{}{}{}{}", levels, drawn_ticks(axis, TOP + HIGH, TOP + HIGH), bars,
        _mark(pieces, axis, top, peak_at),
    )  # fmt: skip
    return picture(TOP + HIGH + 20, sentence, inside)


def _mark(pieces: Sequence[Piece], axis: Axis, top: float, peak_at: int | None) -> SafeString:
    held = [one for one in pieces if peak_at is not None and one.start_us <= peak_at < one.end_us]
    if not held:
        return SafeString("")
    one = held[0]
    return format_html(
        '<text x="{}" y="{}" text-anchor="middle" font-size="11" fill="var(--chart-ink)">▼</text>',
        percent(axis.at((one.start_us + one.end_us) / 2)),
        f"{TOP + HIGH * (1 - one.kw / top) - 3:.1f}",
    )


def swatch(band: str) -> SafeString:
    """Return a small sign of a load period."""
    fill, opacity = FILLS.get(band, PLAIN)
    return format_html(
        '<svg width="{w}" height="{h}" aria-hidden="true" focusable="false">'
        '<rect width="{w}" height="{h}" fill="{}" fill-opacity="{}"/></svg>',
        fill,
        opacity,
        w=WIDE,
        h=TALL,
    )
