"""A line over time with gaps where nothing was, and the level that is usual."""

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.drawing.axis import Axis, drawn_ticks, percent, picture

HIGH: Final = 110
TOP: Final = 20
STEPS: Final = 1000  #: of the inner drawing's width


def trend(
    points: Sequence[tuple[int, float | None]],
    axis: Axis,
    sentence: str,
    *,
    usual: float | None = None,
    gap_us: int | None = None,
    unit: str = "",
) -> SafeString:
    """Draw points as a line; at a None, and farther apart than `gap_us`, it begins anew."""
    values = [value for _, value in points if value is not None]
    values += [usual] if usual is not None else []
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.15 or max(abs(high) * 0.05, 0.5)
    low, high = low - room, high + room

    def y(value: float) -> float:
        return TOP + HIGH * (1 - (value - low) / (high - low))

    path, dots = [], []
    for stretch in _stretches(points, gap_us):
        for place, (time_us, value) in enumerate(stretch):
            path.append(
                f"{'L' if place else 'M'}{STEPS * axis.at(time_us) / 100:.1f} {y(value):.1f}"
            )
        if len(stretch) == 1:  # a line of one point is not seen
            dots.append((percent(axis.at(stretch[0][0])), f"{y(stretch[0][1]):.1f}"))
    drawn = format_html(
        '<svg x="0" y="0" width="100%" height="{h}" viewBox="0 0 {w} {h}" '
        'preserveAspectRatio="none"><path d="{}" fill="none" stroke="var(--chart-ink)" '
        'stroke-width="1.75" vector-effect="non-scaling-stroke" stroke-linejoin="round"/></svg>{}',
        "".join(path),
        format_html_join("", '<circle cx="{}" cy="{}" r="2.5" fill="var(--chart-ink)"/>', dots),
        w=STEPS,
        h=TOP + HIGH,
    )
    levels = format_html_join(
        "",
        '<line x1="0" x2="100%" y1="{0}" y2="{0}" stroke="{3}" {4}/>'
        '<text x="0" y="{1}" font-size="12" fill="var(--chart-muted)">{2}</text>',
        [
            (f"{y(value):.1f}", f"{y(value) - 4:.1f}", f"{value:.3g} {unit}".strip(), *how)
            for value, how in _levels(values, usual)
        ],
    )
    inside = format_html("{}{}{}", levels, drawn_ticks(axis, TOP + HIGH, TOP + HIGH), drawn)
    return picture(TOP + HIGH + 20, sentence, inside)


def _levels(
    values: Sequence[float], usual: float | None
) -> list[tuple[float, tuple[str, SafeString]]]:
    if usual is not None:
        return [(usual, ("var(--chart-neutral)", SafeString('stroke-dasharray="5 4"')))]
    plain = ("var(--chart-grid)", SafeString(""))
    return [(value, plain) for value in dict.fromkeys((min(values), max(values)))] if values else []


def _stretches(
    points: Sequence[tuple[int, float | None]], gap_us: int | None
) -> list[list[tuple[int, float]]]:
    """Return the points in stretches between which nothing was."""
    found: list[list[tuple[int, float]]] = [[]]
    for time_us, value in points:
        here = found[-1]
        if here and (value is None or (gap_us is not None and time_us - here[-1][0] > gap_us)):
            found.append([])
        if value is not None:
            found[-1].append((time_us, value))
    return [one for one in found if one]
