"""Small multiples: many control charts side by side, drawn without the chart library.

A page of two hundred charts would take minutes through Vega. Each cell is a band between the
limits, the centre line, the points, and a mark with a word where the chart is out of control.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from deungdae.reports.charts.drawable import drawable
from deungdae.reports.charts.palette import ALARM, FONT, GRID, INK, MUTED, NEUTRAL, themed
from deungdae.reports.charts.picture import Picture
from deungdae.reports.terminal import columns as letters

_ACROSS: Final = 4
_WIDTH, _HEIGHT, _GAP = 210, 76, 12
_TITLE: Final = 18
_NAME: Final = 19  #: columns of letters that fit beside the word


def multiples(
    cells: Sequence[Mapping[str, Any]],
    *,
    caption: str,
    summary: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Picture:
    """Draw the cells in rows of four.

    Each cell: name, word (shown where `alarm` is true, in the colour of alarm), alarm, and panel
    with x, value, center, lower, upper, marks as in the figures of the method `spc`, and points.
    """
    down = -(-len(cells) // _ACROSS)
    width = _ACROSS * _WIDTH + (_ACROSS - 1) * _GAP
    height = max(1, down) * (_TITLE + _HEIGHT + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(summary, quote=True)}">',
        f'<g font-family="{FONT}" font-size="13">',
    ]
    for i, cell in enumerate(drawable(list(cells))):
        left = i % _ACROSS * (_WIDTH + _GAP)
        top = i // _ACROSS * (_TITLE + _HEIGHT + _GAP)
        parts.append(f'<g transform="translate({left} {top})">{_cell(cell)}</g>')
    parts.append("</g></svg>")
    return Picture(themed("".join(parts)), caption, summary, header, rows)


def _cell(cell: Mapping[str, Any]) -> str:
    panel = cell["panel"]
    shown = [v for v in panel["value"] if v is not None]
    limits = [v for side in ("lower", "upper") for v in panel[side]["value"] if v is not None]
    low, high = min([*shown, *limits]), max([*shown, *limits])
    scale = (_HEIGHT - 8) / ((high - low) or 1.0)
    last = max(int(cell["points"]), 2)

    def x(point: float) -> str:
        return f"{4 + (point - 1) / (last - 1) * (_WIDTH - 8):.1f}"

    def y(value: float) -> str:
        return f"{_TITLE + 4 + (high - value) * scale:.1f}"

    name = _cut(str(cell["name"]), _NAME if cell["alarm"] else _NAME + 9)
    parts = [
        f'<text x="4" y="12" fill="{INK}">{escape(name)}</text>',
        f'<path d="{_band(panel, last, x, y)}" fill="{GRID}"/>',
        f'<path d="{_stairs(panel["center"], last, x, y)}" stroke="{NEUTRAL}" fill="none"/>',
        f'<path d="{_line(panel, x, y)}" stroke="{MUTED}" stroke-width="1" fill="none"/>',
    ]
    marks = "".join(
        f'<circle cx="{cx}" cy="{cy}" r="{2.6 if cell["alarm"] else 2}"/>'
        for cx, cy in dict.fromkeys(
            (x(a), y(v)) for a, v in zip(panel["marks"]["x"], panel["marks"]["value"], strict=True)
        )
    )
    if marks:
        # colour means look here: what chance gives stays grey
        parts.append(f'<g fill="{ALARM if cell["alarm"] else NEUTRAL}">{marks}</g>')
    if cell["alarm"]:
        parts.append(
            f'<text x="{_WIDTH - 4}" y="12" text-anchor="end" font-weight="bold" '
            f'fill="{ALARM}">{escape(str(cell["word"]))}</text>'
        )
    return "".join(parts)


def _line(panel: Mapping[str, Any], x: Any, y: Any) -> str:
    points = [
        f"{x(a)} {y(v)}" for a, v in zip(panel["x"], panel["value"], strict=True) if v is not None
    ]
    return "M" + "L".join(points) if points else ""


def _corners(line: Mapping[str, Sequence[Any]], last: int) -> list[tuple[float, float]]:
    found = []
    edges = [*line["x"][1:], last]
    for a, b, v in zip(line["x"], edges, line["value"], strict=True):
        if v is not None:
            found += [(float(a), float(v)), (float(max(a, b)), float(v))]
    return found


def _stairs(line: Mapping[str, Sequence[Any]], last: int, x: Any, y: Any) -> str:
    points = [f"{x(a)} {y(v)}" for a, v in _corners(line, last)]
    return "M" + "L".join(points) if points else ""


def _band(panel: Mapping[str, Any], last: int, x: Any, y: Any) -> str:
    around = _corners(panel["upper"], last) + _corners(panel["lower"], last)[::-1]
    points = [f"{x(a)} {y(v)}" for a, v in around]
    return "M" + "L".join(points) + "Z" if points else ""


def _cut(name: str, most: int) -> str:
    """Return a name that fits, a Korean letter counting as two."""
    if letters(name) <= most:
        return name
    while name and letters(name) > most - 1:
        name = name[:-1]
    return name + "…"
