"""Readings of a gauge study: each part as its operators saw it; bias over the range."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import (
    ALARM,
    GRID,
    INK,
    MUTED,
    NEUTRAL,
    WIDE,
    Picture,
    drawn,
    values,
)  # fmt: skip
from deungdae.reports.words import Words

_HEIGHT = 260
_SHAPES = ("circle", "triangle-up", "square", "diamond", "cross", "triangle-down")
_SIGNS = ("○", "△", "□", "◇", "+", "▽")
_GREYS = (INK, NEUTRAL, MUTED)


def by_part(
    words: Words,
    parts: Sequence[str],
    operators: Sequence[str],
    cube: Sequence[Sequence[Sequence[float]]],
    *,
    quantity: str,
    prefix: str,
) -> Picture:
    """Draw every reading over its part, a line through the means of each operator.

    `cube` (parts, operators, trials) holds the readings. Operators differ by shape and shade.
    """
    rows: list[dict[str, Any]] = []
    means: list[dict[str, Any]] = []
    for i, part in enumerate(parts):
        for j, operator in enumerate(operators):
            place = i + (j - (len(operators) - 1) / 2) * 0.7 / max(len(operators), 1)
            who = operator or words.say("readings")
            rows += [{"x": place, "y": y, "who": who, "part": part} for y in cube[i][j]]
            means.append({"x": place, "y": sum(cube[i][j]) / len(cube[i][j]), "who": who})
    people = list(dict.fromkeys(m["who"] for m in means))
    span = max(r["y"] for r in rows) - min(r["y"] for r in rows)
    summary = words.say(
        "Readings of {quantity} for {parts} parts by {operators} operators; they spread over "
        "{span}.",
        quantity=quantity,
        parts=len(parts),
        operators=len(operators),
        span=span,
    )
    step = -(-len(parts) // 20)
    ticks = list(range(0, len(parts), step))
    labels = json.dumps([parts[i] for i in ticks])
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.6, len(parts) - 0.4], nice=False),
        axis=alt.Axis(
            values=ticks,
            labelExpr=f"{labels}[indexof([{','.join(map(str, ticks))}], datum.value)]",
            title=words.say("Part"),
            grid=False,
            labelLimit=80,
        ),
    )
    y = alt.Y("y:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=quantity, tickCount=5))
    order = alt.Scale(domain=people, range=[_GREYS[i % 3] for i in range(len(people))])
    shapes = alt.Scale(domain=people, range=[_SHAPES[i % 6] for i in range(len(people))])
    layers = [
        alt.Chart(values(means))
        .mark_line(strokeWidth=1)
        .encode(x=x, y=y, color=alt.Color("who:N", scale=order, legend=None), detail="who:N"),
        alt.Chart(values(rows))
        .mark_point(size=34, strokeWidth=1.25, opacity=0.9)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("who:N", scale=shapes, legend=None),
            color=alt.Color("who:N", scale=order, legend=None),
        ),
    ]
    svg = drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix, width=WIDE)
    return Picture(
        svg=svg,
        caption=words.say(
            "Readings by part and operator ({marks})",
            marks=words.listed(f"{_SIGNS[i % 6]} {who}" for i, who in enumerate(people)),
        ),
        summary=summary,
        header=(words.say("Part"), words.say("Operator"), quantity),
        rows=[(r["part"], r["who"], words.number(r["y"], digits=6)) for r in rows],
    )


def in_order(
    words: Words,
    readings: Sequence[float],
    reference: float,
    room: float | None,
    *,
    quantity: str,
    prefix: str,
) -> Picture:
    """Draw the repeats of one part in their order, with the reference and the room around it.

    `room` is how far a reading may lie from the reference (a tenth of the tolerance), or None.
    """
    rows = [{"x": i + 1, "y": y} for i, y in enumerate(readings)]
    lines = [(reference, words.say("reference"), INK)]
    if room is not None:
        lines += [
            (reference + room, words.say("+10% of the tolerance"), ALARM),
            (reference - room, words.say("−10% of the tolerance"), ALARM),
        ]
    summary = words.say(
        "{n} readings of the same part, between {low} and {high}; the reference is {reference}.",
        n=len(rows),
        low=min(readings),
        high=max(readings),
        reference=reference,
    )
    x = alt.X("x:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=words.say("Reading no.")))
    y = alt.Y("y:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=quantity, tickCount=5))
    layers: list[Any] = []
    for at, name, colour in lines:
        data = [{"x": 1, "y": at, "name": name}]
        dash = [1, 0] if colour == INK else [4, 3]
        layers += [
            alt.Chart(values(data)).mark_rule(color=colour, strokeDash=dash).encode(y=y),
            alt.Chart(values(data))
            .mark_text(color=colour, align="left", baseline="bottom", dy=-2)
            .encode(x=x, y=y, text="name:N"),
        ]
    base = alt.Chart(values(rows))
    layers += [
        base.mark_line(color=GRID, strokeWidth=1.5).encode(x=x, y=y),
        base.mark_point(size=24, color=NEUTRAL, filled=True, opacity=1).encode(x=x, y=y),
    ]
    svg = drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix, width=WIDE)
    return Picture(
        svg=svg,
        caption=words.say("Readings in their order"),
        summary=summary,
        header=(words.say("Reading no."), quantity),
        rows=[(words.number(r["x"]), words.number(r["y"], digits=6)) for r in rows],
    )


def bias_line(words: Words, figure: Mapping[str, Any], *, quantity: str, prefix: str) -> Picture:
    """Draw the bias of each reading over its reference, the fitted line and its 95 % band.

    `figure` carries reference, bias (same length) and band {reference, line, low, high}.
    """
    band = figure["band"]
    rows = [{"x": x, "y": y} for x, y in zip(figure["reference"], figure["bias"], strict=True)]
    area = [
        {"x": x, "y": m, "low": low, "high": high}
        for x, m, low, high in zip(
            band["reference"], band["line"], band["low"], band["high"], strict=True
        )
    ]
    summary = words.say(
        "Bias of {quantity} over the reference: the line goes from {first} to {last}.",
        quantity=quantity,
        first=area[0]["y"],
        last=area[-1]["y"],
    )
    x = alt.X("x:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=words.say("reference")))
    y = alt.Y("y:Q", axis=alt.Axis(title=words.say("bias"), tickCount=5))
    base = alt.Chart(values(area))
    zero = alt.Chart(values([{"y": 0}]))
    layers = [
        base.mark_area(color=GRID, opacity=0.9).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        zero.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(y=y),
        base.mark_line(color=INK, strokeWidth=1.5).encode(x=x, y=y),
        alt.Chart(values(rows)).mark_point(size=24, color=NEUTRAL, strokeWidth=1).encode(x=x, y=y),
    ]
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Bias over the reference, line with its 95% band"),
        summary=summary,
        header=(words.say("reference"), words.say("bias")),
        rows=[(words.number(r["x"]), words.number(r["y"], digits=6)) for r in rows],
    )
