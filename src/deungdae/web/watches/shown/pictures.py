"""Pictures: scores against their limit, tags against their usual band, a period to choose."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.drawing.axis import Axis, drawn_ticks, percent, picture

Points = Sequence[tuple[int, float | None]]

STEPS: Final = 1000
HIGH: Final = 130
TOP: Final = 16
MOST_SCORE: Final = 3.0  #: what is higher is drawn there
LANE: Final = 40
GAP: Final = 22


def scores(
    points: Points, axis: Axis, sentence: str, anomalies: Iterable[tuple[int, int]], limit: str
) -> SafeString:
    """Draw the score over time, its limit at 1, and the anomalies behind it."""

    def y(value: float) -> float:
        return TOP + HIGH * (1 - min(max(value, 0.0), MOST_SCORE) / MOST_SCORE)

    marks = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="var(--amber-soft)"/>',
        (
            (percent(axis.at(a)), TOP, percent(max(axis.wide(a, b), 0.25)), HIGH)
            for a, b in anomalies
        ),
    )
    line = format_html(
        '<line x1="0" x2="100%" y1="{0}" y2="{0}" stroke="var(--amber)" stroke-width="1.5" '
        'stroke-dasharray="6 4"/><text x="0" y="{1}" font-size="12" fill="var(--chart-muted)">{2}'
        "</text>",
        f"{y(1):.1f}",
        f"{y(1) - 5:.1f}",
        limit,
    )
    drawn = _line(points, axis, y, TOP + HIGH)
    inside = format_html("{}{}{}{}", marks, drawn_ticks(axis, TOP, TOP + HIGH), line, drawn)
    return picture(TOP + HIGH + 20, sentence, inside)


def tag(
    points: Points,
    axis: Axis,
    sentence: str,
    band: Sequence[float] | None,
    anomaly: tuple[int, int],
    unit: str = "",
) -> SafeString:
    """Draw a tag with its usual band of the good period, and the time of the anomaly."""
    values = [value for _, value in points if value is not None]
    values += list(band or ())
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.1 or max(abs(high) * 0.05, 0.5)
    low, high = low - room, high + room

    def y(value: float) -> float:
        return TOP + HIGH * (1 - (value - low) / (high - low))

    parts = [
        format_html(
            '<rect x="{}" y="{}" width="{}" height="{}" fill="var(--amber-soft)"/>',
            percent(axis.at(anomaly[0])),
            TOP,
            percent(max(axis.wide(*anomaly), 0.25)),
            HIGH,
        )
    ]
    if band:
        lower, usual, upper = band
        parts.append(
            format_html(
                '<rect x="0" y="{0}" width="100%" height="{1}" fill="var(--chart-grid)" '
                'opacity=".7"/><line x1="0" x2="100%" y1="{2}" y2="{2}" '
                'stroke="var(--chart-neutral)" stroke-dasharray="4 4"/>',
                f"{y(upper):.1f}",
                f"{max(y(lower) - y(upper), 1.5):.1f}",
                f"{y(usual):.1f}",
            )
        )
        parts += [
            format_html(
                '<text x="0" y="{}" font-size="12" fill="var(--chart-muted)">{}</text>',
                f"{place:.1f}",
                f"{value:.4g} {unit}".strip(),
            )
            for value, place in ((upper, y(upper) - 4), (lower, y(lower) + 13))
        ]
    parts += [drawn_ticks(axis, TOP, TOP + HIGH), _line(points, axis, y, TOP + HIGH)]
    inside = format_html_join("", "{}", ((one,) for one in parts))
    return picture(TOP + HIGH + 20, sentence, inside)


def lanes(
    series: Mapping[str, Sequence[float | None]],
    names: Mapping[str, str],
    first_us: int,
    every_us: int,
    axis: Axis,
    sentence: str,
    stood: Iterable[tuple[int, int]],
    chosen: tuple[int, int] | None,
) -> SafeString:
    """Draw each tag in a lane of its own, the times in which the machine stood, and a choice.

    The chosen rectangle is there in any case: a script moves it.
    """
    bottom = (LANE + GAP) * len(series)
    parts = [
        format_html_join(
            "",
            '<rect x="{}" y="0" width="{}" height="{}" fill="var(--sunk)"/>',
            ((percent(axis.at(a)), percent(axis.wide(a, b)), bottom) for a, b in stood),
        ),
        format_html(
            '<rect class="chosen-period" x="{}" y="0" width="{}" height="{}" data-chosen/>',
            percent(axis.at(chosen[0])) if chosen else "0%",
            percent(axis.wide(*chosen)) if chosen else "0%",
            bottom,
        ),
        drawn_ticks(axis, 0, bottom),
    ]
    for place, (tag_path, values) in enumerate(series.items()):
        top = place * (LANE + GAP) + GAP
        known = [value for value in values if value is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)
        width = (high - low) or 1.0

        def y(value: float, top: int = top, low: float = low, width: float = width) -> float:
            return top + LANE * (1 - (value - low) / width)

        points = [(first_us + n * every_us, value) for n, value in enumerate(values)]
        parts.append(
            format_html(
                '<text x="0" y="{}" font-size="12" fill="var(--chart-muted)">{}</text>',
                top - 6,
                names.get(tag_path, tag_path),
            )
        )
        parts.append(_line(points, axis, y, bottom))
    inside = format_html_join("", "{}", ((one,) for one in parts))
    return picture(bottom + 20, sentence, inside)


def _line(points: Points, axis: Axis, y: Any, height: int) -> SafeString:
    path: list[str] = []
    dots: list[tuple[str, str]] = []
    before = False
    for place, (time_us, value) in enumerate(points):
        if value is None:
            before = False
            continue
        x, level = STEPS * axis.at(time_us) / 100, y(value)
        path.append(f"{'L' if before else 'M'}{x:.1f} {level:.1f}")
        following = points[place + 1][1] if place + 1 < len(points) else None
        if not before and following is None:  # a line of one point is not seen
            dots.append((percent(axis.at(time_us)), f"{level:.1f}"))
        before = True
    return format_html(
        '<svg x="0" y="0" width="100%" height="{h}" viewBox="0 0 {w} {h}" '
        'preserveAspectRatio="none"><path d="{}" fill="none" stroke="var(--chart-ink)" '
        'stroke-width="1.5" vector-effect="non-scaling-stroke" stroke-linejoin="round"/></svg>{}',
        "".join(path),
        format_html_join("", '<circle cx="{}" cy="{}" r="2" fill="var(--chart-ink)"/>', dots),
        w=STEPS,
        h=height,
    )
