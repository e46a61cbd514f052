"""Capability histogram: how the values lie between their limits, with the fitted shape over it."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import ALARM, INK, MUTED, NEUTRAL, Picture, drawn, values
from deungdae.reports.words import Words

_HEIGHT = 230
_MARGIN = 0.05  #: of the width, beyond the outermost of bars and limits
_TOP = 1.16  #: the limits are named above the highest bar


def histogram(
    words: Words,
    figure: Mapping[str, Any],
    spec: Mapping[str, float | None],
    *,
    quantity: str,
    unit: str | None,
    shape: str | None,
    prefix: str,
) -> Picture:
    """Draw bars of parts, the fitted curve, and the limits of `spec` (lower, upper, target).

    `figure` carries edges (in `unit`), counts, outside and curve {x, parts} or None; `shape` names
    the curve.
    """
    edges, counts = figure["edges"], figure["counts"]
    parts, outside = (
        sum(counts),
        sum(n for n, out in zip(counts, figure["outside"], strict=True) if out),
    )
    limits = _limits(words, spec)
    summary = words.say(
        "How {parts} parts of {quantity} lie: from {low} to {high}; {outside} of them in bars "
        "beyond a limit.",
        parts=parts,
        quantity=quantity,
        low=edges[0],
        high=edges[-1],
        outside=outside,
    )
    named = f"{quantity} ({unit})" if unit and f"({unit})" not in quantity else quantity
    layers = [*_bars(figure, _x(edges, limits, named), _top(figure))]
    layers += [*_curve(figure), *_marks(limits, _top(figure))]
    caption = (
        words.say("Distribution of {quantity} with its limits", quantity=quantity)
        if shape is None
        else words.say(
            "Distribution of {quantity} with its limits; curve: {shape}",
            quantity=quantity,
            shape=shape,
        )
    )
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=caption,
        summary=summary,
        header=(named, words.say("Parts")),
        rows=[
            (
                f"{words.number(a, digits=6)} – {words.number(b, digits=6)}",
                words.number(n),
            )
            for (a, b), n in zip(pairwise(edges), counts, strict=True)
        ],
    )


def _limits(words: Words, spec: Mapping[str, float | None]) -> list[dict[str, Any]]:
    named = (
        ("lower", words.say("LSL")),
        ("target", words.say("target")),
        ("upper", words.say("USL")),
    )
    return [
        {"x": value, "name": name, "hard": side != "target"}
        for side, name in named
        if (value := spec.get(side)) is not None
    ]


def _x(edges: list[float], limits: list[dict[str, Any]], named: str) -> Any:
    low = min([edges[0], *(m["x"] for m in limits)])
    high = max([edges[-1], *(m["x"] for m in limits)])
    room = (high - low) * _MARGIN
    return alt.X(
        "low:Q",
        scale=alt.Scale(domain=[low - room, high + room], nice=False, zero=False),
        axis=alt.Axis(title=named, tickCount=5, grid=False),
    )


def _top(figure: Mapping[str, Any]) -> float:
    curve = figure["curve"]
    most = max(figure["counts"])
    # A curve that shoots up at a boundary would flatten the bars.
    return float(max(most, min(max(curve["parts"]), 1.5 * most) if curve else 0.0) or 1.0)


def _bars(figure: Mapping[str, Any], x: Any, top: float) -> list[Any]:
    edges = figure["edges"]
    rows = [
        {"low": a, "high": b, "n": n, "colour": ALARM if out else NEUTRAL}
        for (a, b), n, out in zip(pairwise(edges), figure["counts"], figure["outside"], strict=True)
        if n
    ]
    axis = alt.Axis(title=None, tickCount=4, domain=False, ticks=False)
    y = alt.Y("n:Q", scale=alt.Scale(domain=[0, top * _TOP], nice=False), axis=axis)
    return [
        alt.Chart(values(rows))
        .mark_rect(opacity=0.75, stroke="white", strokeWidth=0.5)
        .encode(
            x=x,
            x2="high:Q",
            y=y,
            y2=alt.datum(0),
            color=alt.Color("colour:N", scale=None),
        )
    ]


def _curve(figure: Mapping[str, Any]) -> list[Any]:
    curve = figure["curve"]
    if curve is None:
        return []
    rows = [{"low": x, "n": n} for x, n in zip(curve["x"], curve["parts"], strict=True)]
    line = alt.Chart(values(rows)).mark_line(color=INK, strokeWidth=1.5, clip=True)
    return [line.encode(x="low:Q", y="n:Q")]


def _marks(limits: list[dict[str, Any]], top: float) -> list[Any]:
    layers: list[Any] = []
    for mark in limits:
        colour = ALARM if mark["hard"] else MUTED
        data = [{"low": mark["x"], "n": 0, "top": top * 1.05, "name": mark["name"]}]
        base = alt.Chart(values(data))
        dash = [1, 0] if mark["hard"] else [4, 3]
        layers += [
            base.mark_rule(color=colour, strokeWidth=1.5, strokeDash=dash).encode(
                x="low:Q", y="n:Q", y2="top:Q"
            ),
            base.mark_text(color=colour, dy=-3, baseline="bottom", fontWeight="bold").encode(
                x="low:Q", y="top:Q", text="name:N"
            ),
        ]
    return layers
