"""Figures side by side, each with its interval, and a line that they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from deungdae.reports.charts.frame import ALARM, INK, MUTED, NEUTRAL, Picture, drawn, values
from deungdae.reports.words import Words

_ROW = 30
_SHOWN = 30  #: more rows than this are read in the table


@dataclass(frozen=True)
class Bar:
    """One figure with its interval; `look` draws it in the colour of what needs a look."""

    name: str
    value: float
    low: float | None
    high: float | None
    look: bool = False


@dataclass(frozen=True)
class Line:
    """A value that the figures are held against, and its name."""

    at: float
    name: str


def intervals(
    words: Words,
    bars: Sequence[Bar],
    lines: Sequence[Line],
    *,
    caption: str,
    summary: str,
    axis: str,
    percent: bool,
    prefix: str,
) -> Picture:
    """Draw a bar with its 95 % interval for each figure, in the order given.

    Shares (`percent`) are drawn and written as percentages.
    """
    shown = bars[:_SHOWN]
    tops = [b.value if b.high is None else min(b.high, 2.5 * b.value + 0.1) for b in shown]
    end = 1.12 * max([*tops, *(line.at for line in lines), 1e-9])
    start = min([0.0, *(b.value for b in shown)])
    rows = [
        {
            "name": b.name,
            "value": b.value,
            "low": max(start, b.value if b.low is None else b.low),
            "high": min(end, b.value if b.high is None else b.high),
            "text": _shown(words, b.value, percent),
            "colour": ALARM if b.look else NEUTRAL,
        }
        for b in shown
    ]
    scale = alt.Scale(domain=[start, end], nice=False)
    x_axis = alt.Axis(title=axis, tickCount=5, format=".0%" if percent else ",.12~g")
    x = alt.X("value:Q", scale=scale, axis=x_axis)
    y = alt.Y(
        "name:N",
        sort=None,
        scale=alt.Scale(paddingInner=0.45),
        axis=alt.Axis(
            title=None, domain=False, ticks=False, labelLimit=130, labelPadding=6, labelColor=INK
        ),
    )
    base = alt.Chart(values(rows))
    layers = [
        base.mark_bar(opacity=0.75).encode(x=x, y=y, color=alt.Color("colour:N", scale=None)),
        base.mark_rule(color=INK, strokeWidth=1.25, clip=True).encode(x="low:Q", x2="high:Q", y=y),
    ]
    for line in lines:
        data = [{"value": line.at, "name": line.name}]
        layers += [
            alt.Chart(values(data))
            .mark_rule(color=MUTED, strokeDash=[4, 3], strokeWidth=1.25)
            .encode(x="value:Q"),
            alt.Chart(values(data))
            .mark_text(color=MUTED, align="left", dx=3, baseline="bottom")
            .encode(x="value:Q", y=alt.value(0), text="name:N"),
        ]
    return Picture(
        svg=drawn(
            layers, height=_ROW * len(shown), lang=words.lang, summary=summary, prefix=prefix
        ),
        caption=caption,
        summary=summary,
        header=("", axis, words.say("95% interval")),
        rows=[
            (
                b.name,
                _shown(words, b.value, percent),
                ""
                if b.low is None or b.high is None
                else f"{_shown(words, b.low, percent)} – {_shown(words, b.high, percent)}",
            )
            for b in bars
        ],
    )


def _shown(words: Words, value: float, percent: bool) -> str:
    return words.percent(value) if percent else words.number(value)
